#!/usr/bin/env python3
"""Allocations that fail: the n-th within a statement, for every n.

    allocations.py control=FILE [every=N] [seed=N]

The server runs with malloc_fail.c preloaded, which FILE steers. Each kind of
statement runs with its n-th allocation failing, n = 1, 2, 3, ... until none is
left to fail; with every=N only one n in N, chosen at random. A fresh session
each time, so that its caches are filled within the statement too. Three ways:
the statement alone; in a block behind a savepoint, to which it goes back and
goes on; alone, and with all later allocations failing too. Then, before
PostgreSQL 17, the same with chunks of memory contexts instead of malloc.

After each: the error is 53200, but for what PostgreSQL and the loader make of it, no row of any table has
changed, the session is its own user without rights on outcomes, and the same
statement works. Prints TAP.
"""
import mmap
import random
import struct
import sys
import time
from collections import Counter

import pq
import tap
from cancels import PROTECTED

OUT_OF_MEMORY = '53200'
# How PostgreSQL ends a session where it cannot note a setting, PL/pgSQL's included, or put a locale back.
ENDS = ('FATAL:  out of memory', 'FATAL:  failed to initialize plpgsql.', 'FATAL:  failed to restore LC_')
# PostgreSQL forgets a lock that it had no memory to note at the end of the transaction, not of a savepoint,
# and crashes where it is taken in between (lock.c, lockOwners).
HALF_A_LOCK = 'Failed on request of size 128 in memory context "TopMemoryContext"'
CONTROL = struct.Struct('ihhqqq')
LEARNERS = 60

WORLD = f"""
CREATE EXTENSION IF NOT EXISTS achieve;
SELECT achieve.install();
INSERT INTO achieve.number_sequence (sequence_id, code, format, gapless) VALUES (1, 'gapless', '{{year}}-{{number}}', true);
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body)
	VALUES (1, 'plain', 'Certificate', '<svg xmlns="http://www.w3.org/2000/svg"><text>{{{{learner_name}}}} {{{{number}}}}</text></svg>');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, sequence_id, certificate_template_id)
	VALUES (1, 'ladders', 'Ladders', 2, 'year', 1, 1), (2, 'by-hand', 'By hand', NULL, NULL, 1, 1);
INSERT INTO achieve.learner (learner_id, name, reference) SELECT n, 'Learner ' || n, 'L' || n FROM generate_series(1, {LEARNERS}) AS n;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'E1', 'Ladders', '2020-01-01', '2020-01-03', 'attended >= 2 and (score(final) >= 50 or absences <= 1)');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT 1, n, timestamptz '2020-01-01' + n * interval '1 hour', timestamptz '2020-01-01' + n * interval '2 hours' FROM generate_series(1, 3) AS n;
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 2, 'passed and approved');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1, n FROM generate_series(1, {LEARNERS}) AS n;
INSERT INTO achieve.attendance SELECT 1, n, 1, 'present' FROM generate_series(1, {LEARNERS}) AS n;
INSERT INTO achieve.attendance SELECT 1, n, 2, 'present' FROM generate_series(1, {LEARNERS} / 3) AS n;
CREATE TABLE register (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, student text, lesson integer, mark text);
SELECT achieve.attach('register', 'attendance',
	'{{"event_id": "1", "learner_id": "student", "session_no": "lesson", "status": "CASE mark WHEN ''P'' THEN ''present'' ELSE ''absent'' END"}}');
"""

PASSED, OPEN = range(1, LEARNERS // 3 + 1), range(LEARNERS // 3 + 1, LEARNERS + 1)

# What runs, before and with failing allocations, and about whom.
STATEMENTS = (
    ('a mark that passes and awards', '', "INSERT INTO achieve.attendance VALUES (1, {k}, 2, 'present')", OPEN),
    ('a correction that takes back', '', 'UPDATE achieve.attendance SET status = $$absent$$ WHERE learner_id = {k} AND session_no = 2', PASSED),
    ('award()', '', "SELECT achieve.award(1, {k}, 'by-hand', 'seen')", OPEN),
    ('set_result()', '', "SELECT achieve.set_result(1, {k}, 'passed', 'seen')", OPEN),
    ('a rule change', '', "UPDATE achieve.event SET passing_rule = 'attended >= 1 and absences <= {k}'", OPEN),
    ('evaluate_event()', '', 'SELECT * FROM achieve.evaluate_event(1)', OPEN),
    ('a write through attach()', '', "INSERT INTO register (student, lesson, mark) VALUES ('L{k}', 2, 'P')", OPEN),
    ('event_report()', '', 'SELECT achieve.event_report(1)', OPEN),
    ('a commit that evaluates', "SET achieve.evaluation = 'commit'; BEGIN; INSERT INTO achieve.attendance VALUES (1, {k}, 2, 'present')", 'COMMIT', OPEN),
)
WAYS = ('alone', 'savepoint', 'all after', 'chunks')
# Of chunks of memory contexts there are many more.
CHUNKS_FOR_ONE = 25


class Failures:
    """Steers which allocations fail."""

    def __init__(self, path):
        with open(path, 'r+b') as file:
            self.map = mmap.mmap(file.fileno(), CONTROL.size)

    def arm(self, pid, n, way):
        self.map[:] = CONTROL.pack(0, way == 'all after', way == 'chunks', n, 0, 0)
        self.map[:4] = struct.pack('i', pid)

    def disarm(self):
        """Stops; how many were asked for, and how many failed."""
        self.map[:4] = struct.pack('i', 0)
        return CONTROL.unpack(self.map[:])[4:]


class Sweep:
    def __init__(self, failures, connect, monitor, rng, every):
        self.failures, self.connect, self.monitor = failures, connect, monitor
        self.rng, self.every = rng, every
        self.count = Counter()
        self.used = Counter()
        self.wrong = []
        tables = monitor.run("SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                             " AND relnamespace IN ('achieve'::regnamespace, 'public'::regnamespace)")
        self.sums = ' UNION ALL '.join(f"SELECT '{t}', count(*), sum(hashtextextended(t::text, 0)) FROM {t} AS t" for t, in tables)

    def state(self):
        return sorted(self.monitor.run(self.sums))

    def sweep(self, name, before, sql, about, way):
        """Every n for one kind of statement; the number of allocations."""
        every = self.every * (CHUNKS_FOR_ONE if way == 'chunks' else 1)
        n = self.rng.randint(1, every)
        base = self.state()
        while True:
            k = about[self.used[about] % len(about)]
            asked, failed, succeeded = self.one(f'{name}, {way}, allocation {n}', before.format(k=k), sql.format(k=k), way, n)
            if succeeded and way != 'savepoint':
                self.used[about] += 1
                base = self.state()
            else:
                now = self.state()
                if now != base:
                    self.wrong.append(f'{name}, {way}, allocation {n}: changed ' + ' '.join(a[0] for a, b in zip(now, base) if a != b))
                    base = now
            if not failed:
                return asked
            n += self.rng.randint(1, 2 * every - 1)

    def one(self, what, before, sql, way, n):
        connection = self.connect()
        # OpenSSL loads its algorithms once; where that runs out of memory, the session has no digests any more.
        connection.run("SELECT sha256('')")
        if before:
            connection.run(before)
        if way == 'savepoint':
            connection.run('BEGIN' if not before else 'SELECT 1')
            connection.run('SAVEPOINT s')
        self.failures.arm(connection.pid, n, way)
        result = connection.execute(sql)
        asked, failed = self.failures.disarm()
        self.count['tried'] += 1
        self.count['failed'] += failed > 0
        if result.state is not None:
            self.count['errors'] += 1
            ended = result.state == pq.LOST and any(end in result.message for end in ENDS)
            self.count['sessions ended'] += ended
            # The loader of libraries calls a file missing that it has no memory to open.
            unloaded = result.state == '58P01' and 'could not load library' in result.message
            if result.state != OUT_OF_MEMORY and not ended and not unloaded:
                self.wrong.append(f'{what}: {result.state} {result.message} | {result.context}')
        if way == 'savepoint' and HALF_A_LOCK in result.context:
            self.count['half a lock'] += 1
            connection.run('ROLLBACK')
            way = 'alone'
        # Where PL/pgSQL has no memory left to catch an error, PostgreSQL never leaves the subtransaction; the next
        # ROLLBACK ends the session.
        stuck = (way == 'all after' and result.state is not None and 'PL/pgSQL function' in result.context
                 and connection.in_transaction())
        self.count['stuck'] += stuck
        if result.state != pq.LOST and not stuck:
            self.itself(connection, what, before, sql, way, result.state is None)
        connection.close()
        return asked, failed, result.state is None

    def itself(self, connection, what, before, sql, way, succeeded):
        """Is the session still what it was, and does it still write?"""
        if way == 'savepoint':
            connection.run('ROLLBACK TO SAVEPOINT s')
        elif connection.in_transaction():
            connection.run('ROLLBACK')  # a COMMIT that was not even read
        user = connection.execute("SELECT current_user = session_user AND session_user = current_setting('session_authorization')")
        if user.rows != [('t',)]:
            self.wrong.append(f'{what}: the user is {user.rows} {user.message}')
        refused = connection.execute('SAVEPOINT r; ' + PROTECTED if way == 'savepoint' else PROTECTED)
        if refused.state not in ('42501', '55000'):
            self.wrong.append(f'{what}: a protected write gave {refused.state} {refused.message}')
        if way == 'savepoint':
            connection.run('ROLLBACK TO SAVEPOINT r')
        else:
            connection.run('ROLLBACK')
            # Does it forget what a rolled back change of the rule made it know?
            connection.run("BEGIN; UPDATE achieve.event SET passing_rule = 'attended >= 9'; ROLLBACK; BEGIN")
        if not succeeded or way == 'savepoint':
            again = connection.execute(before.replace('BEGIN;', '') + '; SET CONSTRAINTS ALL IMMEDIATE' if before else sql)
            # PostgreSQL's PL/pgSQL does not load again where that broke off.
            if 'redefine parameter "plpgsql.' in again.message:
                self.count['without plpgsql'] += 1
            elif again.state is not None:
                self.wrong.append(f'{what}: the next write gave {again.state} {again.message} | {again.context}')
            differences = connection.execute('SELECT * FROM achieve.check_outcomes()').rows
            if differences and again.state is None:
                self.wrong.append(f'{what}: then wrong: {differences[:2]}')
        connection.run('ROLLBACK')


def main():
    a = tap.arguments(seed=int(time.time()), control='', every=1)
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    connect = tap.fresh_database('allocations', 'academy')
    owner = connect()
    owner.run(WORLD)
    owner.run('ANALYZE')
    sweep = Sweep(Failures(a['control']), connect, owner, random.Random(a['seed']), a['every'])
    for name, before, sql, about in STATEMENTS:
        wrong = len(sweep.wrong)
        counts = [f'{way} {sweep.sweep(name, before, sql, about, way)}' for way in WAYS if not (before and way == 'savepoint')]
        differences = owner.run('SELECT * FROM achieve.check_outcomes()')
        test.ok(len(sweep.wrong) == wrong and not differences, f'{name}: allocations {", ".join(counts)}',
                sweep.wrong[wrong:] + [' '.join(map(str, row)) for row in differences])
    test.ok(sweep.count['errors'] > 0, f'{sweep.count["errors"]} statements ran out of memory')
    test.done(f'{sweep.count["tried"]} statements, {sweep.count["failed"]} with failing allocations, {sweep.count["errors"]} errors,'
              f' {sweep.count["sessions ended"]} sessions ended,'
              f' {sweep.count["without plpgsql"]} left without PL/pgSQL, {sweep.count["stuck"]} in an exception that it could not catch,'
              f' {sweep.count["half a lock"]} with half a lock, {len(sweep.wrong)} differences')


if __name__ == '__main__':
    sys.exit(main())
