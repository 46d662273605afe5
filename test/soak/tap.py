"""What the programs of this folder share: TAP, arguments, clusters."""
import os
import re
import subprocess
import sys
import time

import pq


class Tap:
    """Prints TAP; done() ends the program."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        self.started = time.time()

    def ok(self, good, name, details=()):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            for line in list(details)[:40]:
                print(f'# {line}')
        sys.stdout.flush()
        return good

    def note(self, text):
        print(f'# {text}')
        sys.stdout.flush()

    def done(self, figures):
        self.note(f'figures: {figures}; {time.time() - self.started:.0f} s')
        print(f'1..{self.count}')
        sys.exit(1 if self.failed or not self.count else 0)


def arguments(**defaults):
    """name=value arguments, of the defaults' types."""
    values = dict(defaults)
    for word in sys.argv[1:]:
        name, _, value = word.partition('=')
        if name not in values:
            raise SystemExit(f'{sys.argv[0]}: {name} is not one of {", ".join(values)}')
        values[name] = type(defaults[name])(value)
    return values


def as_server(*command, **options):
    """Runs a command as the user that the server runs as."""
    if os.getuid() == 0:
        user = 'postgres' if subprocess.run(['id', 'postgres'], capture_output=True).returncode == 0 else 'nobody'
        command = ('runuser', '-u', user, '--') + command
    return subprocess.run(command, capture_output=True, text=True, **options)


def fresh_database(name, owner):
    """A new database of a plain role's; connections to it as that role."""
    with_superuser = pq.Connection(dbname='postgres')
    with_superuser.run(f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') THEN"
                       f" CREATE ROLE {owner} LOGIN; END IF; END $$")
    with_superuser.run(f'DROP DATABASE IF EXISTS {name}')
    with_superuser.run(f'CREATE DATABASE {name} OWNER {owner}')
    with_superuser.run(f"ALTER DATABASE {name} SET deadlock_timeout = '100ms'")
    with_superuser.close()
    return lambda user=owner: pq.Connection(dbname=name, user=user)


def grant_office(owner, database):
    """A second role, office, that may do what administrators may."""
    superuser = pq.Connection(dbname=database)
    superuser.run("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'office') THEN"
                  " CREATE ROLE office LOGIN; END IF; END $$")
    superuser.close()
    owner.run("SELECT achieve.grant_access('office', 'administrator')")


def deadlocks_logged():
    """What the server's log says of deadlocks since it started: for each the
    statements that met."""
    superuser = pq.Connection(dbname='postgres')
    text = superuser.value("SELECT pg_read_file(current_setting('data_directory') || '/log')")
    superuser.close()
    found = []
    for part in text.split('ERROR:  deadlock detected')[1:]:
        found.append(re.findall(r'^\tProcess \d+: (.*)$', part.split('HINT:')[0], re.M))
    return found
