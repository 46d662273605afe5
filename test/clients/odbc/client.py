"""ODBC: what Excel, Access, Power BI and the like see."""

import json
import subprocess

import pyodbc
from check import *

connection = (
    f"Driver={{PostgreSQL Unicode}};Servername={os.environ['PGHOST']};Port={os.environ['PGPORT']};"
    f"Database={os.environ['PGDATABASE']};UID={os.environ['PGUSER']};BoolsAsChar=0"
)
db = pyodbc.connect(connection)
# ODBC's instants have no zone: they are those of the session's.
db.execute("SET timezone = 'UTC'")
INSTANTS = {"decided_at", "issued_at"}
results = f"SELECT {', '.join(RESULT_COLUMNS)} FROM achieve.results_tab WHERE event_id = ?"
achievements = f"SELECT {', '.join(ACHIEVEMENT_COLUMNS)} FROM achieve.achievements_tab WHERE event_id = ? ORDER BY row_key"


def fetch(sql, *parameters):
    return [tuple(row) for row in db.execute(sql, *parameters).fetchall()]


def lines(rows, columns):
    """Decimals as the driver hands them over have trailing zeros of the form they came in."""
    return [
        tuple(
            value.replace(tzinfo=datetime.timezone.utc) if isinstance(value, datetime.datetime) else value
            for value in row
        )
        for row in rows
    ]


rows = fetch(results + " ORDER BY learner_id", 1)
as_psql(lines(rows, RESULT_COLUMNS), "results", "lists the Results tab")
typed(rows, RESULT_COLUMNS, "the Results tab's values have types of their own")
as_psql(lines(fetch(results + " AND outcome = ? AND account_id = ? ORDER BY learner_id", 1, "passed", 2), RESULT_COLUMNS), "filtered", "filters by outcome and account")
same(sum((fetch(results + " ORDER BY learner_id LIMIT ? OFFSET ?", 1, 2, skip) for skip in (0, 2, 4)), []), rows, "pages by LIMIT and OFFSET")
found = []
while page := fetch(results + " AND learner_id > ? ORDER BY learner_id LIMIT 4", 1, found[-1][2] if found else 0):
    found += page
same(found, rows, "pages by the last key seen")
tab = fetch(achievements, 1)
as_psql(lines(tab, ACHIEVEMENT_COLUMNS), "achievements", "lists the Achievements tab")
typed(tab, ACHIEVEMENT_COLUMNS, "its dates are dates, and no end is None")
as_psql(fetch("SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id"), "rules", "reads rules as text")

catalog = db.cursor()
views = {row.table_name for row in catalog.tables(schema="achieve", tableType="VIEW")}
ok({"results_tab", "achievements_tab", "audit_tab"} <= views, "the catalog lists the views", views)
types = {row.type_name for row in catalog.columns(schema="achieve", table="results_tab")}
same(types, {"text", "int8", "int4", "numeric", "bool", "timestamptz"}, "the catalog knows the types of the Results tab")
key = [row.column_name for row in catalog.primaryKeys(schema="achieve", table="attendance")]
same(key, ["event_id", "learner_id", "session_no"], "the catalog has composite keys")

fetch("SELECT achieve.set_context(?)", NAME)
db.execute("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "ATTENDED>=2 or score(final)>=50", 2)
db.execute("INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (?, ?, ?, ?, ?)", 2, 3, 2, "late", NAME)
same(fetch("SELECT outcome FROM achieve.result WHERE event_id = ? AND learner_id = ?", 2, 3), [("passed",)], "a mark makes a learner pass at once")
fetch("SELECT achieve.set_result(?, ?, ?, ?)", 1, 5, "passed", REASON)
db.commit()
audit = fetch("SELECT actor, reason, new_value FROM achieve.audit_tab WHERE event_id = ? AND learner_id = ? AND action = ?", 1, 5, "result.set")
same([row[:2] for row in audit], [(NAME, REASON)], "reads the audit")
same(type(json.loads(audit[0][2])), dict, "its values are JSON")
same(fetch("SELECT achieve.evaluate(?, ?)", "score(a) >= 50", '{"score": {"a": 72}}'), [("passed",)], "evaluate() takes strings")
same(
    fetch("SELECT expires_on FROM achieve.validity(?, ?, ?, ?, ?, ?, ?, ?, ?)", datetime.date(2024, 1, 31), None, None, None, "issued", 1, "month", None, None),
    [(datetime.date(2024, 2, 29),)],
    "validity() takes dates, words and nulls",
)
try:
    db.execute("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "absense <= 2", 2)
    state = None
except pyodbc.Error as error:
    state = error.args[0]
    db.rollback()
same(state, "42601", "a bad rule is refused with a SQLSTATE")

shell = subprocess.run(
    ["isql", "-k", "-b", "-v", connection],
    input="SELECT learner_name FROM achieve.results_tab WHERE row_key = '1:1'\n",
    capture_output=True,
    encoding="utf-8",
)
ok("Anna Müller" in shell.stdout, "isql reads the Results tab", shell.stdout, shell.stderr)
done()
