#!/usr/bin/env python3
"""Crashes: kill -9 under load, recovery, and then everything must be right.

    crashes.py data=FOLDER [seed=N] [rounds=N] [sessions=N] [seconds=X]

Rounds alternate between a backend, whose death makes the server start over,
and the postmaster. Before that, sessions run random work for a random time of
up to the given seconds. After recovery: both oracles find nothing, amcheck
finds nothing in any table or index of achieve, and the next write evaluates.
data is the folder of a cluster of this program's own. Prints TAP.
"""
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pq
import tap
import world
from histories import Session, compare

BIN = subprocess.run([os.environ.get('PG_CONFIG', 'pg_config'), '--bindir'], capture_output=True, text=True, check=True).stdout.strip()

AMCHECK = """
SELECT count(*) FROM (
	SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am m ON m.oid = c.relam
	WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'i' AND m.amname = 'btree' AND c.relpersistence = 'p') AS checked
"""
HEAPS = """
SELECT format('%s: %s', c.relname, v.msg) FROM pg_class c, verify_heapam(c.oid, check_toast => true) v
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
"""


class Server:
    """A cluster that gets killed."""

    def __init__(self, data):
        self.data = data

    def postmaster(self):
        with open(os.path.join(self.data, 'postmaster.pid')) as file:
            return int(file.readline())

    def kill_postmaster(self):
        os.kill(self.postmaster(), signal.SIGKILL)
        # Its children see it and end; until the last one has, none may start.
        for _ in range(300):
            started = tap.as_server(f'{BIN}/pg_ctl', '-D', self.data, '-l', f'{self.data}/log', '-w', '-s', 'start', cwd='/')
            if started.returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit(f'the server does not start again: {started.stderr}')

    @staticmethod
    def wait():
        """Until recovery is done."""
        for _ in range(600):
            try:
                connection = pq.Connection(dbname='crashes')
                if connection.execute('SELECT 1').state is None:
                    return connection
                connection.close()
            except pq.Failed:
                pass
            time.sleep(0.1)
        raise SystemExit('the server does not come back')


def load_until_crash(seed, connects, sessions):
    clients = [Session(n, seed, connects[n % len(connects)], 10 ** 9, 0.4) for n in range(sessions)]
    for client in clients:
        client.start()
    return clients


def next_write(owner, round_number):
    """A fresh enrollment passes by its first fact."""
    event, learner = 5000 + round_number, 5000 + round_number
    return owner.run(f"""
        INSERT INTO achieve.learner (learner_id, name) VALUES ({learner}, 'After');
        INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES ({event}, 'After', '2020-01-01', '2020-01-01', 'attended >= 1');
        INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES ({event}, 1, '2020-01-01', '2020-01-01');
        INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES ({event}, 1, 'passed');
        INSERT INTO achieve.enrollment (event_id, learner_id) VALUES ({event}, {learner});
        INSERT INTO achieve.attendance VALUES ({event}, {learner}, 1, 'present');
        SELECT r.outcome, count(a.achievement_id) FROM achieve.result r LEFT JOIN achieve.achievement a USING (event_id, learner_id)
            WHERE r.event_id = {event} GROUP BY 1""") == [('passed', '1')]


def main():
    a = tap.arguments(data='', seed=int(time.time()), rounds=10, sessions=8, seconds=1.5)
    if not a['data']:
        raise SystemExit('crashes.py: data=FOLDER of a cluster of its own is needed')
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    rng = random.Random(f'{a["seed"]}/crash')
    server = Server(a['data'])
    connect = tap.fresh_database('crashes', 'academy')
    owner = connect()
    world.build(owner)
    tap.grant_office(owner, 'crashes')
    superuser = pq.Connection(dbname='crashes')
    superuser.run('CREATE EXTENSION amcheck')
    superuser.close()
    owner.close()

    total, compared, differences = Counter(), 0, 0
    for n in range(a['rounds']):
        clients = load_until_crash(f'{a["seed"]}/{n}', [connect, lambda: connect('office')], a['sessions'])
        time.sleep(rng.uniform(0.3, 1) * a['seconds'])
        if n % 2:
            what = 'the postmaster'
            server.kill_postmaster()
        else:
            what = 'a backend'
            os.kill(rng.choice(clients).connection.pid, signal.SIGKILL)
        total[what] += 1
        for client in clients:
            client.join(60)
            client.connection.close()
        ran = sum((client.count for client in clients), Counter())
        total['transactions'] += ran['transactions']
        unexpected = [line for client in clients for line in client.unexpected]
        superuser = server.wait()
        for name, in superuser.run('SELECT gid FROM pg_prepared_xacts'):
            superuser.run(f"{rng.choice(('COMMIT', 'ROLLBACK'))} PREPARED '{name}'")
            total['prepared transactions found'] += 1
        stuck = [client for client in clients if client.is_alive()]
        test.ok(all(client.lost for client in clients) and ran['transactions'] > 0 and not unexpected and not stuck,
                f'round {n + 1}: {what} killed under {len(clients)} sessions after {ran["transactions"]} transactions', unexpected)
        owner = connect()
        more, wrong = compare(test, owner, f'round {n + 1}')
        compared, differences = compared + more, differences + wrong
        indexes = superuser.execute(AMCHECK)
        heaps = superuser.execute(HEAPS)
        found = [result.message for result in (indexes, heaps) if result.state is not None] + [row[0] for row in heaps.rows]
        test.ok(not found and int(indexes.rows[0][0]) > 20, f'round {n + 1}: amcheck finds nothing', found)
        differences += len(found)
        test.ok(next_write(owner, n), f'round {n + 1}: the next write evaluates')
        owner.close()
        superuser.close()
    test.done(f'{a["rounds"]} crashes ({total["a backend"]} of a backend, {total["the postmaster"]} of the postmaster) under'
              f' {a["sessions"]} sessions, seed {a["seed"]}; {total["transactions"]} transactions, {total["prepared transactions found"]} found prepared; {compared} comparisons, {differences} differences')


if __name__ == '__main__':
    sys.exit(main())
