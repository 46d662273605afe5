#!/usr/bin/env python3
"""Cancels: statements broken off at random moments, and a session's memory.

    cancels.py [seed=N] [cancels=N] [sessions=N] [calls=N]

Each statement of random work is cancelled after a random time, by another
session's request or by statement_timeout, until the given number was broken
off in the middle. After each the session must be itself again: its own user,
no right to write outcomes. At the end outcomes are compared with both oracles.
Then one session makes the given number of calls of each kind, and its memory
must not have grown. Prints TAP.
"""
import random
import sys
import threading
import time
from collections import Counter

import pq
import tap
import world
from histories import EXPECTED, compare
from work import Work

PROTECTED = "UPDATE achieve.result SET rule_outcome = 'passed' WHERE event_id = 1"
# Growth that caches of a backend may show, in bytes, however many calls follow.
ALLOWED_GROWTH = 64 * 1024


class Breaker(threading.Thread):
    """A session that cancels its own statements."""

    def __init__(self, seed, number, connect, wanted, limit):
        super().__init__(daemon=True)
        self.rng = random.Random(f'{seed}/break/{number}')
        self.work = Work(self.rng)
        self.connection = connect()
        self.wanted, self.limit = wanted, limit
        self.count = Counter()
        self.wrong = []

    def run(self):
        try:
            while self.count['broken off'] < self.wanted and self.count['tried'] < self.limit:
                self.one()
        except Exception as problem:  # a thread's own exceptions vanish
            self.wrong.append(f'{type(problem).__name__}: {problem}')
        self.connection.close()

    def one(self):
        rng, connection = self.rng, self.connection
        block = rng.random() < 0.4
        nested = block and rng.random() < 0.5
        connection.execute(f"SET achieve.evaluation = '{rng.choice(('statement', 'commit'))}'")
        if block:
            connection.execute(f"BEGIN ISOLATION LEVEL {rng.choice(('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'))}")
        if nested:
            connection.execute('SAVEPOINT s')
        _, sql = self.work.statement(wide=rng.random() < 0.8)
        # A request takes about a millisecond on its way, a wide statement up to 50.
        delay = 10 ** rng.uniform(-5, -1.7)
        by_timeout = rng.random() < 0.2
        self.count['tried'] += 1
        if by_timeout:
            connection.execute(f'SET statement_timeout = {rng.randint(1, 8)}')
            result = connection.execute(sql)
        else:
            connection.start(sql)
            time.sleep(delay)
            connection.cancel()
            result = connection.finish()
        if nested and connection.in_transaction():
            # The transaction goes on after a cancel: as whom, and does it evaluate?
            self.persist('ROLLBACK TO SAVEPOINT s')
            self.itself()
            self.persist('ROLLBACK TO SAVEPOINT s')
            self.persist('SET statement_timeout = 0')
            connection.execute(self.work.statement()[1])
        if block:
            # It may also come in the middle of the evaluation at commit.
            connection.start('COMMIT')
            if rng.random() < 0.5:
                time.sleep(delay)
                connection.cancel()
            end = connection.finish()
            result = end if result.state is None else result
        if result.state == '57014':
            self.count['broken off'] += 1
        elif result.state is not None and result.state not in EXPECTED:
            self.wrong.append(f'{result.state} {result.message} | {result.context} | {sql[:200]}')
        self.persist('ROLLBACK')
        self.persist('SET statement_timeout = 0')
        self.itself()
        self.count['checked'] += 1

    def persist(self, sql):
        """Executes; a cancel that comes late may hit this instead."""
        for _ in range(3):
            result = self.connection.execute(sql)
            if result.state != '57014':
                break
        return result

    def itself(self):
        """The session's user, and what it must not do."""
        user = self.persist('SELECT current_user = session_user AND session_user = current_setting($$session_authorization$$)')
        if user.rows != [('t',)]:
            self.wrong.append(f'after a cancel the user is {user.rows} {user.message}')
        refused = self.persist(PROTECTED)
        if refused.state not in ('42501', '55000', '40001'):
            self.wrong.append(f'after a cancel a protected write gave {refused.state} {refused.message}')


# What is called again and again: name, statements by call number n.
CALLS = (
    ('evaluate', lambda n: f"SELECT achieve.evaluate('absences <= 2 and score(a) >= 50', '{{\"sessions\": 5, \"attended\": {n % 5}}}')"),
    ('evaluate_event', lambda n: 'SELECT * FROM achieve.evaluate_event(1)'),
    ('mark', lambda n: f"INSERT INTO achieve.attendance VALUES (1, 1, {1 + n % 4}, 'present') ON CONFLICT (event_id, learner_id, session_no)"
                       f" DO UPDATE SET status = '{('present', 'absent', 'late')[n % 3]}'"),
    ('correction that moves outcomes', lambda n: "UPDATE achieve.score SET score = 60 - score WHERE event_id = 2 AND learner_id = 1"),
    ('result by hand', lambda n: f"SELECT achieve.set_result(3, 1, '{('passed', 'failed')[n % 2]}', 'by hand')"),
    ('refused', lambda n: "INSERT INTO achieve.score VALUES (1, 1, 's1', 1, 999)"),
    ('rule change', lambda n: f"UPDATE achieve.event SET passing_rule = 'absences <= {n % 3}' WHERE event_id = 4"),
    ('at commit', lambda n: f"SET achieve.evaluation = 'commit'; UPDATE achieve.attendance SET status = '{('present', 'absent')[n % 2]}'"
                            " WHERE event_id = 1 AND learner_id = 2; SET achieve.evaluation = 'statement'"),
    ('preview, rolled back within', lambda n: f"SELECT count(*) FROM achieve.preview_rule(1, 'absences <= {n % 3}')"),
)


def memory(connection):
    return int(connection.value('SELECT sum(total_bytes) FROM pg_catalog.pg_backend_memory_contexts'))


def run_calls(test, connect, calls):
    """Each kind in one session; returns calls made and the largest growth."""
    connection = connect()
    connection.run("SELECT achieve.reopen_event(event_id, 'by hand') FROM achieve.event WHERE status = 'finalized'")
    connection.run("DELETE FROM achieve.score; UPDATE achieve.event SET status = 'scheduled' WHERE status IN ('closed', 'cancelled')")
    connection.run("UPDATE achieve.event SET passing_rule = CASE event_id WHEN 2 THEN 'score(s2) >= 40' ELSE 'absences <= 1' END"
                   " WHERE event_id < 5 AND status <> 'finalized';"
                   " INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1, 4) AS e, generate_series(1, 2) AS l"
                   " ON CONFLICT (event_id, learner_id) DO UPDATE SET status = 'active';"
                   " INSERT INTO achieve.session SELECT 1, n, '', '2020-01-02', '2020-01-02' FROM generate_series(1, 4) AS n ON CONFLICT DO NOTHING;"
                   " INSERT INTO achieve.assessment (event_id, code) VALUES (1, 's1'), (2, 's2') ON CONFLICT DO NOTHING;"
                   " INSERT INTO achieve.attendance SELECT 1, 2, session_no, 'present' FROM achieve.session WHERE event_id = 1 ON CONFLICT DO NOTHING;"
                   " INSERT INTO achieve.score VALUES (2, 1, 's2', 1, 50)")
    grown = made = 0
    for name, make in CALLS:
        share = max(calls // len(CALLS), 200)
        warm = max(share // 6, 60)
        refused = Counter()
        for n in range(warm):
            connection.execute(make(n))
        before = memory(connection)
        for n in range(warm, share):
            refused[connection.execute(make(n)).state] += 1
        growth = memory(connection) - before
        grown, made = max(grown, growth), made + share
        # "refused" is all errors, the others none; else nothing was tried.
        right = refused[None] == (0 if name == 'refused' else share - warm)
        test.ok(growth <= ALLOWED_GROWTH and right, f'{share} calls, {name}: memory grows by {growth} bytes', [str(dict(refused))])
    connection.close()
    return made, grown


def main():
    a = tap.arguments(seed=int(time.time()), cancels=1000, sessions=4, calls=10000)
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    connect = tap.fresh_database('cancels', 'academy')
    owner = connect()
    world.build(owner, more_learners=150)
    superuser = pq.Connection(dbname='cancels')
    superuser.run('GRANT pg_read_all_stats TO academy')
    superuser.close()
    tap.grant_office(owner, 'cancels')
    share = a['cancels'] // a['sessions'] + 1
    breakers = [Breaker(a['seed'], n, connect if n % 2 else lambda: connect('office'), share, share * 20) for n in range(a['sessions'])]
    for thread in breakers:
        thread.start()
    for thread in breakers:
        thread.join()
    total = sum((b.count for b in breakers), Counter())
    wrong = [line for b in breakers for line in b.wrong]
    test.ok(total['broken off'] >= a['cancels'], f'{total["broken off"]} of {total["tried"]} statements were broken off')
    test.ok(not wrong and total['checked'] == total['tried'], 'after each the session is its own user without rights on outcomes', wrong)
    compared, differences = compare(test, owner, 'after the cancels')
    made, grown = run_calls(test, connect, a['calls'])
    more, again = compare(test, owner, 'after the calls')
    test.done(f'{total["tried"]} statements, {total["broken off"]} broken off, seed {a["seed"]}; {made} calls, memory grew by at most'
              f' {grown} bytes; {compared + more} comparisons, {differences + again} differences')


if __name__ == '__main__':
    sys.exit(main())
