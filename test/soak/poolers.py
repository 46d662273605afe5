"""Who is named in the audit where two apps share the connections of a pooler?

PgBouncer in transaction mode, eight clients of two apps on two connections to
the server. One app says who acts in each transaction, the other says so in
some of them only; some transactions are rolled back, some fail, some clients
go away in the middle of one. Each client has a learner of its own, so the
audit of a learner has to name, in order, exactly whom its client named.

A second run, of an app that says it for the session, has to find wrong
actors: else nothing was interleaved.

Arguments: writes=2000 seed=1
"""
import os
import random
import shutil
import subprocess
import sys
import threading
import time

import pq
import tap

CLIENTS = 8
PORT = 6432
SETUP = """
CREATE EXTENSION achieve;
SELECT achieve.install();
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
VALUES (1, 'First aid', '2030-03-02', '2030-03-03', 'score(exam) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam');
"""
ENROL = """
INSERT INTO achieve.learner (learner_id, name) VALUES ({0}, 'L');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, {0});
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, {0}, 'exam', 0);
"""


class Client(threading.Thread):
    """Flips the result of its learner again and again."""

    def __init__(self, learner, seed, writes, say):
        super().__init__()
        self.learner = learner
        self.random = random.Random(seed)
        self.writes = writes
        self.say = say
        self.named = []
        self.problem = None
        self.link = None

    def run(self):
        try:
            self.link = connect()
            for number in range(self.writes):
                self.write(number)
            self.link.close()
        except pq.Failed as problem:
            self.problem = str(problem)

    def write(self, number):
        """One result changes, after perhaps a transaction that comes to nothing."""
        fate = self.random.random()
        if fate < 0.05:
            self.transaction(number, 'stranger', 'ROLLBACK')
        elif fate < 0.10:
            self.link.run('BEGIN')
            self.link.run(self.say.format('stranger'))
            self.link.execute('SELECT 1 / 0')
            self.link.run('ROLLBACK')
        elif fate < 0.11:
            self.link.run('BEGIN')
            self.link.run(self.say.format('stranger'))
            self.link.close()
            self.link = connect()
        is_named = self.learner % 2 == 0 or self.random.random() < 0.5
        actor = f"app{self.learner % 2}:{self.learner}:{number}" if is_named else None
        self.transaction(number, actor, 'COMMIT')
        self.named.append(actor)

    def transaction(self, number, actor, end):
        flip = (f'UPDATE achieve.score SET score = {100 - number % 2 * 100}'
                f' WHERE event_id = 1 AND learner_id = {self.learner}')
        parts = ['BEGIN'] + ([self.say.format(actor)] if actor else []) + [flip, end]
        if self.random.random() < 0.3:
            parts = ['; '.join(parts)]
        for part in parts:
            self.link.run(part)


def connect():
    return pq.Connection(dbname='pooled', port=PORT)


def start_pooler():
    """PgBouncer beside the server's socket; it does not run as root."""
    folder = os.environ['PGHOST']
    settings = os.path.join(folder, 'pgbouncer.ini')
    with open(settings, 'w', encoding='utf-8') as out:
        out.write(f"""[databases]
pooled = host={folder} port={os.environ['PGPORT']} dbname=poolers user=training pool_size=2
[pgbouncer]
listen_addr =
listen_port = {PORT}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits, options
logfile = {folder}/pgbouncer.log
""")
    user = {'user': 'postgres'} if os.getuid() == 0 else {}
    program = shutil.which('pgbouncer') or '/usr/sbin/pgbouncer'
    process = subprocess.Popen([program, '-q', settings], stderr=subprocess.DEVNULL, **user)
    for _ in range(100):
        try:
            connect().close()
            return process
        except pq.Failed:
            time.sleep(0.05)
    process.terminate()
    raise SystemExit('pgbouncer does not start')


def wrong_actors(owner, first, writes, seed, say):
    """Lets clients write; how many audit rows name another than they did."""
    clients = [Client(first + n, seed + n, writes // CLIENTS, say) for n in range(CLIENTS)]
    for client in clients:
        owner.run(ENROL.format(client.learner))
    newest = owner.value('SELECT max(audit_id) FROM achieve.audit')
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    wrong, problems = 0, [c.problem for c in clients if c.problem]
    for client in clients:
        rows = owner.run(f"SELECT actor FROM achieve.audit WHERE learner_id = {client.learner}"
                         f" AND action = 'result.changed' AND audit_id > {newest} ORDER BY audit_id")
        stored = [actor for (actor,) in rows]
        if len(stored) != len(client.named):
            problems.append(f'learner {client.learner}: {len(stored)} rows for {len(client.named)} writes')
        wrong += sum(a != b for a, b in zip(stored, client.named))
    return wrong, problems


def main():
    options = tap.arguments(writes=2000, seed=1)
    out = tap.Tap()
    if not (shutil.which('pgbouncer') or os.path.exists('/usr/sbin/pgbouncer')):
        out.ok(True, 'poolers # SKIP pgbouncer is not installed')
        out.done('pgbouncer is not installed')
    owner = tap.fresh_database('poolers', 'training')()
    owner.run(SETUP)
    pooler = start_pooler()
    try:
        wrong, problems = wrong_actors(owner, 1, options['writes'], options['seed'], "SELECT achieve.set_context('{}')")
        out.ok(not problems, 'every write came through', problems)
        out.ok(wrong == 0, f"0 wrong actors in {options['writes']} writes of two apps", [f'{wrong} are wrong'])
        control, _ = wrong_actors(owner, 101, 400, options['seed'], "SET achieve.actor = '{}'")
        out.ok(control > 0, 'said for the session, it would be seen')
    finally:
        pooler.terminate()
        pooler.wait()
    out.ok(not owner.run('SELECT * FROM achieve.check_outcomes()'), 'every outcome is right')
    out.done(f"{options['writes']} writes through PgBouncer, {wrong} wrong actors; said for the session: {control} of 400")


if __name__ == '__main__':
    sys.exit(main())
