#!/usr/bin/env python3
"""Random histories: many sessions at once, then every outcome is recomputed.

    histories.py [seed=N] [sessions=N] [transactions=N] [rounds=N]
                 [hot=N] [cells=N] [blocks=SHARE] [show=N]

Sessions of two roles, at all isolation levels and both times of evaluation,
run random transactions: single statements and blocks with savepoints, ended by
commit, rollback, timeout or another session's cancel. After each round stored
outcomes are compared with check_outcomes() and with oracle.py. In between
sessions meet exactly once (meetings.py), so that nothing later repairs what a
race left wrong.

The statements of a session depend on the seed only; how sessions interleave
does not. Prints TAP; a run in which nothing ran fails.
"""
import random
import sys
import threading
import time
from collections import Counter

import pq
import tap
import world
from meetings import ALONE, LEVELS, WIDE, run_cells, run_hot
from oracle import Oracle, Snapshot
from work import LISTED, Work

# What random work may be answered with: conflicts, wrong states, wrong keys.
EXPECTED = {'23503', '23505', '23514', '55000', '22023', '42501', '40001', '40P01', '57014', '25P02'}
# What has to have come about, or the run has shown little; the rest in a long one.
OUTCOMES = {'result.changed', 'result.set', 'result.approved', 'achievement.issued', 'achievement.revoked'}
RARE_OUTCOMES = {'result.cleared', 'result.approval_ended', 'result.approval_withdrawn', 'achievement.reinstated', 'achievement.amended'}
LONG = 20000


class Session(threading.Thread):
    """One client and what it met."""

    def __init__(self, number, seed, connect, transactions, blocks):
        super().__init__(daemon=True)
        self.rng = random.Random(f'{seed}/{number}')
        self.work = Work(self.rng)
        self.connection = connect()
        self.transactions, self.blocks = transactions, blocks
        self.count = Counter()
        self.unexpected = []
        self.lost = False

    def run(self):
        try:
            for _ in range(self.transactions):
                self.prepare()
                if self.rng.random() < self.blocks:
                    self.block()
                else:
                    self.single()
                self.count['transactions'] += 1
                if self.lost:
                    break
        except Exception as problem:  # a thread's own exceptions vanish
            self.unexpected.append(f'{type(problem).__name__}: {problem}')

    def prepare(self):
        """Isolation level, time of evaluation, and now and then a timeout."""
        if self.rng.random() < 0.1:
            self.tell(f"SET default_transaction_isolation = '{self.rng.choice(LEVELS).lower()}'")
            self.tell(f"SET achieve.evaluation = '{self.rng.choice(('statement', 'statement', 'commit'))}'")
        if self.rng.random() < 0.02:
            self.tell(f'SET statement_timeout = {self.rng.randint(1, 15)}')
        elif self.rng.random() < 0.2:
            self.tell('SET statement_timeout = 0')

    def tell(self, sql):
        result = self.connection.execute(sql)
        self.count['statements'] += 1
        if result.state is None:
            self.count['done'] += 1
            return True
        self.count[result.state] += 1
        if result.state == pq.LOST:
            self.lost = True
        elif result.state not in EXPECTED:
            self.unexpected.append(f'{result.state} {result.message} | {result.context} | {sql[:300]}')
        return False

    def single(self):
        group, sql = self.work.statement()
        self.tell((WIDE if group == LISTED else ALONE) + sql)

    def block(self):
        rng, size = self.rng, self.rng.randint(2, 4)
        self.tell('BEGIN')
        good = True
        for _ in range(size):
            _, sql = self.work.statement()
            inside = rng.random() < 0.4
            fate = rng.random()
            if not good:
                continue  # the statements drawn do not depend on what failed
            inside = inside and self.tell('SAVEPOINT s')
            good = self.connection.in_transaction() and self.tell(sql)
            if inside:
                if not good or fate < 0.4:
                    good = self.tell('ROLLBACK TO SAVEPOINT s')
                else:
                    self.tell('RELEASE SAVEPOINT s')
        end, name = rng.random(), f'p{self.connection.pid}'
        if end < 0.15 or not good:
            self.tell('ROLLBACK')
        elif end < 0.25 and self.tell(f"PREPARE TRANSACTION '{name}'"):
            # It keeps its locks until this has succeeded, whatever is cancelled.
            while not self.lost and not self.tell(f"{rng.choice(('COMMIT', 'COMMIT', 'ROLLBACK'))} PREPARED '{name}'"):
                self.tell('SET statement_timeout = 0')
        elif end >= 0.25:
            self.tell('COMMIT')
        if self.connection.in_transaction():
            self.tell('ROLLBACK')


class Canceller(threading.Thread):
    """Cancels what some session is doing, at random moments."""

    def __init__(self, seed, sessions, mean):
        super().__init__(daemon=True)
        self.rng = random.Random(f'{seed}/cancel')
        self.sessions = sessions
        self.mean = mean
        self.over = threading.Event()
        self.sent = 0

    def run(self):
        while not self.over.wait(self.rng.expovariate(1 / self.mean)):
            session = self.rng.choice(self.sessions)
            if session.is_alive():
                session.connection.cancel()
                self.sent += 1


def run_load(seed, connects, sessions, transactions, blocks, cancel_every=0.02):
    """Runs a round of random work to its end; the sessions and the canceller."""
    clients = [Session(n, seed, connects[n % len(connects)], transactions, blocks) for n in range(sessions)]
    canceller = Canceller(seed, clients, cancel_every)
    for thread in clients + [canceller]:
        thread.start()
    for client in clients:
        client.join()
    canceller.over.set()
    canceller.join()
    for client in clients:
        client.connection.close()
    return clients, canceller


def compare(test, owner, label):
    """run_due(), then both oracles; the number of comparisons and of differences."""
    # Session settings of random work do not belong to the comparison.
    owner.run("SET default_transaction_isolation = 'read committed'; SET achieve.evaluation = 'statement'")
    owner.run('SELECT achieve.run_due()')
    wrong = owner.run('SELECT * FROM achieve.check_outcomes()')
    test.ok(not wrong, f'{label}: check_outcomes() finds nothing', (' '.join(row) for row in wrong))
    oracle = Oracle(Snapshot(owner), world.FORGETFUL)
    problems = oracle.problems()
    test.ok(not problems and oracle.compared > 0, f'{label}: {oracle.compared} comparisons with the independent oracle find nothing',
            problems)
    return oracle.compared, len(wrong) + len(problems)


# One wrong thing each, as nobody but a superuser could do it; {e} are events
# whose enrollments are never deleted.
DAMAGE = (
    "UPDATE achieve.result SET rule_outcome = CASE rule_outcome WHEN 'passed' THEN 'failed' ELSE 'passed' END"
    " WHERE (event_id, learner_id) = (SELECT event_id, learner_id FROM achieve.result JOIN achieve.enrollment n USING (event_id, learner_id)"
    " JOIN achieve.event e USING (event_id) WHERE n.status = 'active' AND e.status IN ('scheduled', 'closed') AND event_id < {e} LIMIT 1)",
    "UPDATE achieve.result SET approved_at = CASE WHEN approved_at IS NULL THEN now() END, approved_by = CASE WHEN approved_at IS NULL THEN 'x' END"
    " WHERE (event_id, learner_id) = (SELECT event_id, learner_id FROM achieve.result WHERE outcome <> 'pending' AND event_id < {e} LIMIT 1)",
    "UPDATE achieve.achievement SET revoked_at = now(), revoke_reason = 'x' WHERE achievement_id = (SELECT min(achievement_id)"
    " FROM achieve.achievement WHERE revoked_at IS NULL)",
    "UPDATE achieve.achievement SET revoked_at = NULL, revoke_reason = NULL, revoked_by = NULL, lapse_transaction_id = NULL"
    " WHERE achievement_id = (SELECT min(a.achievement_id) FROM achieve.achievement a WHERE revoked_at IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM achieve.achievement b WHERE (b.event_id, b.learner_id, b.achievement_type_id) = (a.event_id, a.learner_id, a.achievement_type_id)"
    " AND b.revoked_at IS NULL))",
    "UPDATE achieve.achievement SET number = '77777' WHERE achievement_id = (SELECT min(achievement_id) FROM achieve.achievement WHERE sequence_id = 1)",
    "DELETE FROM achieve.audit WHERE audit_id = (SELECT max(audit_id) FROM achieve.audit WHERE action = 'result.changed' AND event_id < {e})",
    "DELETE FROM achieve.audit WHERE audit_id = (SELECT min(audit_id) FROM achieve.audit WHERE action = 'achievement.issued')",
    "DELETE FROM achieve.notification WHERE notification_id = (SELECT min(notification_id) FROM achieve.notification"
    " WHERE topic = 'result.changed' AND event_id < {e})",
    "DELETE FROM achieve.notification WHERE notification_id = (SELECT min(n.notification_id) FROM achieve.notification n JOIN achieve.achievement a"
    " ON a.achievement_id = (n.payload->>'achievement_id')::bigint WHERE n.topic = 'achievement.issued')",
    "DELETE FROM achieve.result WHERE (event_id, learner_id) = (SELECT event_id, learner_id FROM achieve.result LIMIT 1)",
    "UPDATE achieve.event SET passing_rule = 'absences < 0', status = 'scheduled' WHERE event_id = (SELECT event_id FROM achieve.result r"
    " JOIN achieve.enrollment n USING (event_id, learner_id) WHERE r.rule_outcome = 'passed' AND n.status = 'active' LIMIT 1)",
)


def check_oracle(test):
    """What cannot fail shows nothing: each damage must be found, and no more once it is undone."""
    superuser = pq.Connection(dbname='histories')
    superuser.run('BEGIN; SET LOCAL session_replication_role = replica')
    missed, done = [], 0
    for damage in DAMAGE:
        superuser.run('SAVEPOINT whole')
        rows = superuser.run(damage.format(e=min(world.FORGETFUL)) + ' RETURNING 1')
        done += len(rows)
        if rows and not Oracle(Snapshot(superuser, own_transaction=False), world.FORGETFUL).problems():
            missed.append(damage)
        superuser.run('ROLLBACK TO SAVEPOINT whole')
    superuser.run('ROLLBACK')
    superuser.close()
    test.ok(not missed and done > len(DAMAGE) / 2, f'the independent oracle finds each of {done} damages', missed)


def main():
    a = tap.arguments(seed=int(time.time()), sessions=16, transactions=2000, hot=20, cells=50, rounds=2, blocks=0.4, show=0)
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    connect = tap.fresh_database('histories', 'academy')
    owner = connect()
    world.build(owner)
    tap.grant_office(owner, 'histories')
    connects = [connect, lambda: connect('office')]

    total, unexpected = Counter(), []
    before = len(tap.deadlocks_logged())
    compared, differences = compare(test, owner, 'before')
    for n in range(a['rounds']):
        share = max(1, a['transactions'] // a['rounds'] // a['sessions'])
        clients, canceller = run_load(f'{a["seed"]}/{n}', connects, a['sessions'], share, a['blocks'])
        for client in clients:
            total.update(client.count)
            unexpected += client.unexpected
        total['cancels'] += canceller.sent
        if a['hot']:
            total['meetings'] += run_hot(test, a['seed'], connects, owner, 1000 + 2 * n, a['hot'])
        if a['cells']:
            total['meetings'] += run_cells(test, a['seed'], connects, owner, 10000000 + 100000 * n, a['cells'])
        more, wrong = compare(test, owner, f'round {n + 1}')
        compared, differences = compared + more, differences + wrong

    check_oracle(test)
    wanted = a['rounds'] * a['sessions'] * max(1, a['transactions'] // a['rounds'] // a['sessions'])
    test.ok(total['transactions'] == wanted and total['done'] > wanted // 2,
            f'{total["transactions"]} transactions ran, {total["done"]} of {total["statements"]} statements succeeded')
    test.ok(not unexpected, 'every error is of an expected kind', unexpected)
    deadlocks = tap.deadlocks_logged()[before:]
    own = [met for met in deadlocks if all(sql.startswith(ALONE) for sql in met)]
    test.ok(not own and (deadlocks or not total['40P01']), 'no deadlock among transactions of one statement',
            (' <> '.join(met) for met in own))
    for met in deadlocks[:a['show']]:
        test.note('deadlock: ' + ' <> '.join(sql[:150] for sql in met))
    actions = dict(owner.run("SELECT action, count(*) FROM achieve.audit WHERE action ~ '^(result|achievement)[.]' GROUP BY 1 ORDER BY 1"))
    missing = (OUTCOMES | RARE_OUTCOMES if wanted >= LONG else OUTCOMES) - set(actions)
    test.ok(not missing, 'every kind of outcome happened: ' + ', '.join(f'{name} {count}' for name, count in actions.items()))
    errors = ', '.join(f'{state} {total[state]}' for state in sorted(EXPECTED) if total[state])
    test.done(f'{total["transactions"]} transactions and {total["meetings"]} meetings of {a["sessions"]} sessions, seed {a["seed"]}; '
              f'faults: {total["cancels"]} cancels sent, errors {errors}; {compared} comparisons, {differences} differences; '
              f'deadlocks: {len(own)} of single statements, {len(deadlocks) - len(own)} others')


if __name__ == '__main__':
    sys.exit(main())
