#!/usr/bin/env python3
"""Dates: validity, days in time zones, and a clock that jumps, against Python's calendar.

    dates.py [seed=N] [cases=N] [issues=N] [jumps=N] [data=FOLDER]

First validity() itself, for the given number of cases around month ends, leap
days and year ends; then the given number of records that real events issue, in
zones from -11 to +14, around changes to and from daylight saving; then, where
data names the folder of a cluster of this program's own and Debian's package
faketime is there, the same while the server's clock jumps forward and back.
Prints TAP.
"""
import calendar
import datetime
import glob
import json
import os
import random
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import pq
import tap

UTC = datetime.timezone.utc
ONE_DAY = datetime.timedelta(days=1)
ZONES = ('Pacific/Pago_Pago', 'Pacific/Kiritimati', 'Pacific/Apia', 'Pacific/Chatham', 'Australia/Lord_Howe', 'Asia/Kathmandu',
         'Asia/Kolkata', 'Europe/Berlin', 'Europe/London', 'Europe/Dublin', 'America/New_York', 'America/Sao_Paulo', 'America/St_Johns',
         'Africa/Casablanca', 'Asia/Tehran', 'UTC')
# Around here clocks and calendars do something: changes of time in these
# zones, a day that Apia never had, midnights that Sao Paulo skipped, leap days.
MOMENTS = ('2011-12-30 09:59', '2011-12-30 10:01', '2018-11-04 02:30', '2018-11-04 03:01', '2024-02-28 23:59', '2024-02-29 00:00',
           '2024-02-29 11:30', '2024-03-10 06:59', '2024-03-10 07:00', '2024-03-31 00:59', '2024-03-31 01:00', '2024-04-06 14:30',
           '2024-10-27 00:30', '2024-10-27 01:00', '2024-11-03 05:30', '2024-12-31 09:59', '2024-12-31 10:00', '2024-12-31 23:59',
           '2025-01-01 00:00', '2025-01-01 11:00', '2025-01-31 12:00', '2025-02-28 23:30', '2027-09-30 22:30', '2028-02-29 12:00')
ANCHORS = ('issued', 'event_start', 'event_end', 'previous_expiry')
UNITS = ('day', 'week', 'month', 'year')
ALIGNMENTS = (None, None, 'day', 'month', 'quarter', 'year')
DAYS = (None, None, None, '01-01', '02-28', '02-29', '03-01', '06-30', '12-31', '07-15')


class OutOfRange(Exception):
    """A date outside the years 1 to 9999."""


def month_later(date, months):
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OutOfRange
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def later(date, number, unit):
    try:
        if unit in ('day', 'week'):
            return date + datetime.timedelta(days=number * (7 if unit == 'week' else 1))
        return month_later(date, number * (12 if unit == 'year' else 1))
    except OverflowError:
        raise OutOfRange from None


def period_end(date, alignment):
    """The first day after the period that holds the day before."""
    last = date - ONE_DAY
    length = {'month': 1, 'quarter': 3, 'year': 12}[alignment]
    first = last.replace(month=(last.month - 1) // length * length + 1, day=1)
    return month_later(first, length)


def day_of_year(year, mm_dd):
    month, day = int(mm_dd[:2]), int(mm_dd[3:])
    if not 1 <= year <= 9999:
        raise OutOfRange
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def next_day_of_year(date, mm_dd):
    this = day_of_year(date.year, mm_dd)
    return this if this >= date else day_of_year(date.year + 1, mm_dd)


def validity(issued, start, end, previous, anchor, number, unit, alignment, mm_dd):
    """(valid_from, expires_on); docs/schema.md says how."""
    begin = {'issued': issued, 'event_start': start, 'event_end': end,
             'previous_expiry': previous if previous and previous > issued else issued}[anchor]
    if number is None:
        if mm_dd is None:
            return begin, None
        try:
            return begin, next_day_of_year(begin + ONE_DAY, mm_dd)
        except OverflowError:
            raise OutOfRange from None
    expires = later(begin, number, unit)
    if alignment in ('month', 'quarter', 'year'):
        expires = period_end(expires, alignment)
    if mm_dd is not None:
        expires = next_day_of_year(expires, mm_dd)
    return begin, expires


def literal(value, kind='date'):
    if value is None:
        return f'NULL::{kind}'
    if isinstance(value, datetime.date):
        return f"'{value.year:04d}-{value.month:02d}-{value.day:02d}'::{kind}"
    return f"'{value}'::{kind}"


def random_date(rng):
    year = rng.choice((rng.randint(1995, 2035), rng.choice((1896, 1900, 1904, 2000, 2024, 2028, 2100)), rng.randint(1, 9999)))
    month = rng.choice((1, 2, 2, 3, 12, rng.randint(1, 12)))
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, rng.choice((1, last, last, max(last - 1, 1), rng.randint(1, last))))


def random_policy(rng, far=0.03):
    number = rng.choice((None, 1, 1, 2, 3, 4, 6, 12, 13, 24, rng.randint(1, 400)))
    unit = None if number is None else rng.choice(UNITS)
    if number is not None and rng.random() < far:
        number = rng.choice((8000, 100000, 2000000, 2147483647))
    return rng.choice(ANCHORS), number, unit, rng.choice(ALIGNMENTS), rng.choice(DAYS)


def expected(arguments):
    try:
        return tuple(None if d is None else literal(d)[1:11] for d in validity(*arguments))
    except OutOfRange:
        return '22008'


def call(arguments):
    kinds = ('date',) * 4 + ('text', 'integer', 'text', 'text', 'text')
    return f"achieve.validity({', '.join(literal(v, k) for v, k in zip(arguments, kinds))})"


def check_function(test, connection, rng, count):
    """validity() itself."""
    wrong, tried, refused, batch = [], 0, 0, []

    def run_batch():
        rows = connection.run(' UNION ALL '.join(f'SELECT {n}, v.* FROM {call(a)} AS v' for n, (a, _) in enumerate(batch)) + ' ORDER BY 1')
        wrong.extend(f'{call(a)} is {row[1:]}, not {right}' for (a, right), row in zip(batch, rows) if row[1:] != right)
        batch.clear()

    while tried < count:
        start = random_date(rng)
        previous = rng.choice((None, random_date(rng), start + ONE_DAY * rng.randint(0, 500) if start.year < 9990 else None))
        arguments = (start if rng.random() < 0.5 else random_date(rng), start, random_date(rng), previous) + random_policy(rng)
        right = expected(arguments)
        tried += 1
        if right == '22008':
            refused += 1
            if refused > count // 20:
                continue
            result = connection.execute(f'SELECT * FROM {call(arguments)}')
            if result.state != right:
                wrong.append(f'{call(arguments)} gave {result.state} {result.rows}, not {right}')
            continue
        batch.append((arguments, right))
        if len(batch) == 200:
            run_batch()
    if batch:
        run_batch()
    test.ok(not wrong and refused > 0, f'{tried} cases of validity(), {refused} of them out of range', wrong)
    return tried, len(wrong)


class Issues:
    """Records that events issue, compared with what the calendar says."""

    def __init__(self, connection, rng):
        self.connection, self.rng = connection, rng
        self.number = 0
        self.wrong = []
        connection.run("INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada')")

    def now(self):
        return datetime.datetime.fromtimestamp(float(self.connection.value('SELECT extract(epoch FROM now())')), UTC)

    def moment(self, spread=3):
        base = datetime.datetime.fromisoformat(self.rng.choice(MOMENTS)).replace(tzinfo=UTC)
        return base + datetime.timedelta(minutes=self.rng.choice((0, 0, 1, -1, 30, self.rng.randint(-spread * 1440, spread * 1440))))

    def one(self):
        """An event whose learner earns a record at once."""
        rng, n = self.rng, self.number + 1
        self.number = n
        zone = rng.choice(ZONES)
        starts = self.moment()
        ends = starts + datetime.timedelta(minutes=rng.choice((0, 90, 600, 1440, 50 * 1440)))
        anchor, number, unit, alignment, mm_dd = random_policy(rng, far=0)
        by_event = rng.random() < 0.5  # the event's own terms, in place of the type's
        terms = f"{literal(number, 'integer')}, {literal(unit, 'text')}, '{anchor}', {literal(alignment, 'text')}, {literal(mm_dd, 'text')}"
        none = "NULL::integer, NULL::text, NULL::text, NULL::text, NULL::text"
        columns = 'valid_for, valid_unit, valid_from_anchor, expiry_alignment, expires_on_day'
        begin = self.now()
        today = begin.astimezone(ZoneInfo(zone)).date()
        previous = today + ONE_DAY * rng.choice((-400, -1, 0, 1, 29, 400)) if rng.random() < 0.7 else None
        counts_from = rng.choice((starts, ends)).astimezone(ZoneInfo(zone)).date()
        sql = [
            'BEGIN',
            f"INSERT INTO achieve.achievement_type (achievement_type_id, code, title, {columns}) SELECT {n}, 'd{n}', 'D', "
            + (f"1, 'day', 'issued', NULL, NULL" if by_event else terms),
            f"INSERT INTO achieve.event (event_id, title, starts_at, ends_at, time_zone, passing_rule) VALUES ({n}, 'D', '{starts}', '{ends}', '{zone}', 'attended >= 1')",
            f"INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES ({n}, 1, '{ends}', '{ends}'), ({n}, 2, '{starts}', '{starts}')",
            f"INSERT INTO achieve.enrollment (event_id, learner_id, counts_from) VALUES ({n}, 1, '{counts_from}')",
        ]
        if previous:
            early = previous - ONE_DAY * 500
            sql += [
                f"INSERT INTO achieve.event (event_id, title, starts_at, ends_at, time_zone) VALUES (-{n}, 'E', '{starts}', '{ends}', '{zone}')",
                f"INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (-{n}, {n})",
                f"INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (-{n}, 1)",
                f"SELECT achieve.award(-{n}, 1, 'd{n}', 'earlier', '{early}', '{previous}')",
            ]
        sql += [
            f"INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, {columns}) SELECT {n}, {n}, 'passed', "
            + (terms if by_event else none),
            f"INSERT INTO achieve.attendance VALUES ({n}, 1, 1, 'present'), ({n}, 1, 2, 'absent')",
        ]
        for statement in sql:
            self.connection.run(statement)
        rows = self.connection.run(f"SELECT a.valid_from, a.expires_on, extract(epoch FROM a.issued_at), achieve.today('{zone}'), achieve.facts({n}, 1)"
                                   f" FROM achieve.achievement a WHERE event_id = {n} AND revoked_at IS NULL")
        self.connection.run('COMMIT')
        if len(rows) != 1:
            self.wrong.append(f'event {n} issued {len(rows)} records')
            return
        valid_from, expires_on, issued_at, today, facts = rows[0]
        issued = datetime.datetime.fromtimestamp(float(issued_at), UTC).astimezone(ZoneInfo(zone)).date()
        if by_event and number is None:
            number, unit = 1, 'day'  # what the event leaves open is the type's
        local = [moment.astimezone(ZoneInfo(zone)).date() for moment in (starts, ends)]
        arguments = (issued, local[0], local[1], previous, anchor, number, unit, alignment, mm_dd)
        if (valid_from, expires_on) != expected(arguments):
            self.wrong.append(f'{zone} {starts} {ends}: {call(arguments)} is {(valid_from, expires_on)}, not {expected(arguments)}')
        if today != str(issued):
            self.wrong.append(f'today({zone}) is {today}, not {issued}')
        counted = sum(day >= counts_from for day in local)
        if json.loads(facts)['sessions'] != counted:
            self.wrong.append(f'{zone} {starts} {ends}: {facts} does not count {counted} sessions from {counts_from}')


class Clock:
    """The server's clock, through libfaketime."""

    def __init__(self, data):
        self.data = data
        self.file = os.path.join(data, 'clock')
        libraries = glob.glob('/usr/lib/*/faketime/libfaketime.so.1')
        self.faketime = libraries[0] if data and libraries else None

    def set(self, moment):
        with open(self.file + '.new', 'w') as file:
            file.write(moment.strftime('%Y-%m-%d %H:%M:%S\n'))
        os.chmod(self.file + '.new', 0o644)
        os.rename(self.file + '.new', self.file)

    def restart_server(self):
        binaries = subprocess.run([os.environ.get('PG_CONFIG', 'pg_config'), '--bindir'], capture_output=True, text=True, check=True).stdout.strip()
        for action in ('stop', 'start'):
            environment = [] if action == 'stop' else [
                f'LD_PRELOAD={self.faketime}', f'FAKETIME_TIMESTAMP_FILE={self.file}', 'FAKETIME_NO_CACHE=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'TZ=UTC']
            done = tap.as_server('env', *environment, f'{binaries}/pg_ctl', '-D', self.data, '-l', f'{self.data}/log', '-w', '-s', '-m', 'fast', action, cwd='/')
            if done.returncode != 0:
                raise SystemExit(f'the server does not {action} under another clock: {done.stderr}')


def check_clock(test, data, rng, jumps):
    """Jumps forward and back; at each, records are issued and outcomes right."""
    clock = Clock(data)
    if clock.faketime is None:
        test.note('no cluster for it, or no libfaketime: the server is not tried under another clock')
        return 0, 0
    clock.set(datetime.datetime(2024, 1, 31, 12))
    clock.restart_server()
    connect = tap.fresh_database('clock', 'academy')
    owner = connect()
    owner.run('CREATE EXTENSION achieve; SELECT achieve.install()')
    issues, wrong, back, tried = Issues(owner, rng), [], 0, 0
    # Standing work: a type that is renewed, read by another event, and announced.
    owner.run("""
        INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit) VALUES (100001, 'month', 'Month', 1, 'month');
        INSERT INTO achieve.achievement_reminder VALUES (100001, 7), (100001, 0);
        INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (100002, 'next', 'Next');
        INSERT INTO achieve.event (event_id, title, starts_at, ends_at, time_zone, passing_rule) VALUES
            (100001, 'Gives', '2020-01-01', '2025-06-30 12:00+00', 'Pacific/Kiritimati', NULL),
            (100002, 'Reads', '2020-01-01', '2025-03-30 01:30+00', 'Pacific/Pago_Pago', 'holds(month) or ended'),
            (100003, 'Ends', '2020-01-01', '2024-10-27 00:30+00', 'Europe/Berlin', 'not holds(nothing) and ended');
        INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
            (100001, 100001, NULL), (100002, 100002, 'passed'), (100003, 100002, 'passed');
        INSERT INTO achieve.learner (learner_id, name) SELECT n, 'C' FROM generate_series(1001, 1100) AS n;
        INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, n FROM generate_series(100001, 100003) AS e, generate_series(1001, 1100) AS n""")
    now = issues.now()
    for n in range(jumps):
        moment = issues.moment(spread=40)
        went_back = moment < now
        back += went_back
        now = moment
        clock.set(moment)
        seen = issues.now()
        if abs((seen - moment.replace(second=0)).total_seconds()) > 60:
            wrong.append(f'the clock says {seen}, not {moment}')
        for zone in ZONES:
            tried += 1
            today = owner.value(f"SELECT achieve.today('{zone}')")
            right = str(seen.astimezone(ZoneInfo(zone)).date())
            if today != right:
                wrong.append(f'today({zone}) at {seen} is {today}, not {right}')
        # What only time changed is due; nothing else may be wrong before it ran.
        # A step back is not time's way of changing things: run_due() first.
        if went_back:
            owner.run('SELECT achieve.run_due()')
        wrong += [f'at {seen}: ' + ' '.join(row) for row in owner.run("SELECT * FROM achieve.check_outcomes() WHERE problem NOT LIKE 'due:%'")]
        for _ in range(3):
            issues.one()
            tried += 1
        learner = 1001 + n % 100
        if owner.value(f"SELECT count(*) FROM achieve.achievement WHERE event_id = 100001 AND learner_id = {learner} AND revoked_at IS NULL") == '0':
            owner.run(f"SELECT achieve.award(100001, {learner}, 'month', 'x')")
        owner.run('SELECT achieve.run_due()')
        wrong += [f'at {seen}, after run_due: ' + ' '.join(row) for row in owner.run('SELECT * FROM achieve.check_outcomes()')]
        if owner.value('SELECT achieve.run_due()') != '0':
            wrong.append(f'at {seen}: run_due() twice did something twice')
    twice = owner.run("SELECT payload->>'achievement_id', payload->>'days_before', count(*) FROM achieve.notification"
                      " WHERE topic = 'achievement.expiring' GROUP BY 1, 2 HAVING count(*) > 1")
    wrong += [f'expiry of {row[0]} announced {row[2]} times, {row[1]} days before' for row in twice]
    wrong += issues.wrong
    test.ok(not wrong and back > 0, f'{jumps} jumps of the clock, {back} of them back: {tried} cases', wrong)
    return tried, len(wrong)


def main():
    a = tap.arguments(data='', seed=int(time.time()), cases=20000, issues=500, jumps=50)
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    rng = random.Random(a['seed'])
    connect = tap.fresh_database('dates', 'academy')
    owner = connect()
    owner.run('CREATE EXTENSION achieve; SELECT achieve.install()')
    tried, differences = check_function(test, owner, rng, a['cases'])
    issues = Issues(owner, rng)
    for _ in range(a['issues']):
        issues.one()
    test.ok(not issues.wrong and issues.number == a['issues'] > 0, f'{issues.number} records issued by events in {len(ZONES)} zones', issues.wrong)
    wrong = owner.run('SELECT * FROM achieve.check_outcomes()')
    test.ok(not wrong, 'check_outcomes() finds nothing', (' '.join(row) for row in wrong))
    differences += len(issues.wrong) + len(wrong)
    owner.close()
    jumped, more = check_clock(test, a['data'], rng, a['jumps'])
    test.done(f'{tried} cases of validity(), {a["issues"]} records issued, {jumped} cases while the clock jumped, seed {a["seed"]};'
              f' {differences + more} differences')


if __name__ == '__main__':
    sys.exit(main())
