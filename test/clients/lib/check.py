"""Checks for clients in Python: TAP, and rows compared with what psql reads."""

import datetime
import decimal
import os
import sys

NAME = os.environ["CLIENT_NAME"]
REASON = 'Oral exam: "très bien" – 100 %'
RESULT_COLUMNS = (
    "row_key event_id learner_id learner_name account_id account_name sessions attended"
    " attendance_percent paid outcome source decided_at waiting_for"
).split()
ACHIEVEMENT_COLUMNS = (
    "row_key learner_id achievement_type state active number issued_at valid_from"
    " expires_on last_valid_on waiting_for"
).split()
TYPES = {
    "attendance_percent": decimal.Decimal,
    "paid": bool,
    "active": bool,
    "decided_at": datetime.datetime,
    "issued_at": datetime.datetime,
    "valid_from": datetime.date,
    "expires_on": datetime.date,
    "last_valid_on": datetime.date,
}
INTEGERS = "event_id learner_id account_id sessions attended".split()

_count = 0
_failed = 0


def ok(right, what, *details):
    global _count, _failed
    _count += 1
    _failed += not right
    print(f"{'ok' if right else 'not ok'} {_count} - {NAME}: {what}")
    if not right:
        for detail in details:
            print("#", repr(detail))
    return right


def same(got, wanted, what):
    return ok(got == wanted, what, got, wanted)


def text(value):
    """A value as psql's COPY writes it."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + "%03d" % (value.microsecond // 1000)
    return str(value).replace("\\", "\\\\")


def rows_text(rows):
    return "".join("\t".join(map(text, row)) + "\n" for row in rows)


def expected(name):
    with open(os.path.join(os.environ["CLIENT_DIR"], name + ".tsv"), encoding="utf-8") as file:
        return file.read()


def as_psql(rows, name, what):
    rows = list(rows)
    return same(rows_text(rows).splitlines(), expected(name).splitlines(), what)


def typed(rows, columns, what):
    """Whether each value has its column's type; dates are not instants."""
    wrong = []
    seen = set()
    for row in rows:
        for column, value in zip(columns, row):
            wanted = int if column in INTEGERS else TYPES.get(column, str)
            if value is not None:
                seen.add(column)
                if type(value) is not wanted:
                    wrong.append((column, value, type(value)))
    return ok(not wrong and len(seen) == len(columns), what, wrong, sorted(set(columns) - seen))


def done():
    print(f"1..{_count}")
    sys.exit(_failed > 0)
