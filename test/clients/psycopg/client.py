"""psycopg 3: parameters are bound by the server, strings of unknown type, integers as small as they fit."""

import datetime

import psycopg
from check import *

results = f"SELECT {', '.join(RESULT_COLUMNS)} FROM achieve.results_tab WHERE event_id = %s"


def refused(command, parameters):
    try:
        with db.transaction():
            db.execute(command, parameters)
    except psycopg.Error as error:
        return error
    return None


with psycopg.connect() as db:
    rows = db.execute(results + " ORDER BY learner_id", [1]).fetchall()
    as_psql(rows, "results", "lists the Results tab")
    typed(rows, RESULT_COLUMNS, "the Results tab's values have types of their own")
    for binary in False, True:
        cursor = db.cursor(binary=binary)
        form = "binary" if binary else "text"
        filtered = cursor.execute(results + " AND outcome = %s AND account_id = %s ORDER BY learner_id", [1, "passed", 2])
        as_psql(filtered, "filtered", f"filters by outcome and account ({form})")
        achievements = cursor.execute(
            f"SELECT {', '.join(ACHIEVEMENT_COLUMNS)} FROM achieve.achievements_tab WHERE event_id = %s ORDER BY row_key", [1]
        ).fetchall()
        as_psql(achievements, "achievements", f"lists the Achievements tab ({form})")
        typed(achievements, ACHIEVEMENT_COLUMNS, f"its dates are dates, and no end is None ({form})")
    # The binary form of a rule is its own: as text it is text.
    rules = db.execute("SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id").fetchall()
    as_psql(rules, "rules", "reads rules as text")
    binary = db.cursor(binary=True).execute("SELECT event_id, code, passing_rule::text FROM achieve.event ORDER BY event_id")
    as_psql(binary, "rules", "reads rules as text in binary too, cast")

    pages = [db.execute(results + " ORDER BY learner_id LIMIT %s OFFSET %s", [1, 2, skip]).fetchall() for skip in (0, 2, 4)]
    same(sum(pages, []), rows, "pages by LIMIT and OFFSET")
    found, last = [], 0
    while page := db.execute(results + " AND learner_id > %s ORDER BY learner_id LIMIT %s", [1, last, 4]).fetchall():
        found, last = found + page, page[-1][2]
    same(found, rows, "pages by the last key seen")

    with db.transaction():
        db.execute("SELECT achieve.set_context(%s)", [NAME])
        db.execute("UPDATE achieve.event SET passing_rule = %s WHERE event_id = %s", ["ATTENDED>=2 or score(final)>=50", 2])
        db.execute(
            "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (%s, %s, %s, %s, %s)",
            [2, 3, 2, "late", NAME],
        )
        outcome = db.execute("SELECT outcome FROM achieve.result WHERE event_id = %s AND learner_id = %s", [2, 3]).fetchone()
        same(outcome, ("passed",), "a mark makes a learner pass at once")
        db.execute("SELECT achieve.set_result(%s, %s, %s, %s)", [1, 5, "passed", REASON])
    audit = db.execute(
        "SELECT actor, reason, new_value, occurred_at FROM achieve.audit_tab"
        " WHERE event_id = %s AND learner_id = %s AND action = %s",
        [1, 5, "result.set"],
    ).fetchall()
    same([row[:2] for row in audit], [(NAME, REASON)], "reads the audit")
    ok(isinstance(audit[0][2], dict) and audit[0][3].tzinfo is not None, "its values are JSON, its instants have a zone", audit)

    # Every argument as a parameter, with no type said.
    same(db.execute("SELECT achieve.today(%s)", ["Europe/Berlin"]).fetchone()[0].__class__, datetime.date, "today() takes a string")
    same(
        db.execute("SELECT achieve.evaluate(%s, %s)", ["score(a) >= 50", '{"score": {"a": 72}}']).fetchone(),
        ("passed",),
        "evaluate() takes strings",
    )
    same(
        db.execute("SELECT fact, code FROM achieve.rule_facts(%s)", ["score(a) >= 50"]).fetchall(),
        [("score", "a")],
        "rule_facts() takes a string",
    )
    ok(
        db.execute("SELECT clause FROM achieve.explain(%s, %s)", ["paid and absences <= 2", "{}"]).fetchall(),
        "explain() takes strings",
    )
    same(
        db.execute("SELECT count(*) FROM achieve.preview_rule(%s, %s)", [1, "absences <= 3"]).fetchone()[0] > 0,
        True,
        "preview_rule() takes a string",
    )
    same(
        db.execute(
            "SELECT valid_from, expires_on FROM achieve.validity(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [datetime.date(2024, 1, 31), None, None, None, "issued", 1, "month", None, None],
        ).fetchone(),
        (datetime.date(2024, 1, 31), datetime.date(2024, 2, 29)),
        "validity() takes dates, words and nulls",
    )
    same(
        db.execute("SELECT achieve.approve_results(%s, %s, %s)", [1, [3, 4], "board"]).fetchone(), (2,), "approve_results() takes a list"
    )
    award = db.execute(
        "SELECT achieve.award(%s, %s, %s, %s, %s, %s)", [2, 4, "first-aid", "equivalent", datetime.date(2024, 1, 1), None]
    ).fetchone()[0]
    ok(award > 0, "award() takes dates and nulls")
    ok(
        db.execute(
            "SELECT achieve.create_event(%s, %s, %s, %s, %s)",
            ["FA", datetime.datetime(2027, 1, 1, 9, tzinfo=datetime.timezone.utc), "FA-9", "Ninth", "Europe/Berlin"],
        ).fetchone()[0]
        > 0,
        "create_event() takes strings and an instant",
    )
    error = refused("UPDATE achieve.event SET passing_rule = %s WHERE event_id = %s", ["absense <= 2", 2])
    same(error and error.sqlstate, "42601", "a bad rule is refused with a SQLSTATE")
    same(error and error.diag.message_hint, 'Did you mean "absences"?', "and a hint")
    error = refused("UPDATE achieve.result SET manual_outcome = %s WHERE event_id = %s", ["passed", 1])
    same(error and error.sqlstate, "42501", "a result cannot be written past the function")
done()
