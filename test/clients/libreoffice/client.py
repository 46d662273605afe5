"""LibreOffice Base: what its tables, queries, forms and reports get from its own driver."""

import json

from check import *
from example import manager
from com.sun.star.beans import PropertyValue
from com.sun.star.sdbc import SQLException

drivers = manager.createInstance("com.sun.star.sdbc.DriverManager")
url = "sdbc:postgresql:host={PGHOST} port={PGPORT} dbname={PGDATABASE}".format(**os.environ)
db = drivers.getConnectionWithInfo(url, (PropertyValue(Name="user", Value=os.environ["PGUSER"]),))
BIGINT, INTEGER, NUMERIC, BOOLEAN, VARCHAR, DATE, TIMESTAMP = -5, 4, 2, 16, 12, 91, 93
BIT, LONGVARCHAR = -7, -1


def value(row, column, kind):
    if kind == DATE:
        read = row.getDate(column)
        result = datetime.date(read.Year, read.Month, read.Day) if not row.wasNull() else None
    elif kind == TIMESTAMP:
        read = row.getTimestamp(column)
        result = None
        if not row.wasNull():
            result = datetime.datetime(
                read.Year, read.Month, read.Day, read.Hours, read.Minutes, read.Seconds, read.NanoSeconds // 1000, datetime.timezone.utc
            )
    elif kind in (BIGINT, INTEGER):
        result = row.getLong(column)
    elif kind in (BIT, BOOLEAN):
        result = row.getBoolean(column)
    elif kind == NUMERIC:
        result = row.getString(column)
        result = None if row.wasNull() else decimal.Decimal(result)
    else:
        result = row.getString(column)
    return None if row.wasNull() else result


def prepared(sql, parameters):
    statement = db.prepareStatement(sql)
    for place, parameter in enumerate(parameters, 1):
        if isinstance(parameter, int):
            statement.setLong(place, parameter)
        else:
            statement.setString(place, parameter)
    return statement


def fetch(sql, *parameters):
    statement = prepared(sql, parameters)
    row = statement.executeQuery()
    meta = row.getMetaData()
    kinds = [
        TIMESTAMP if meta.getColumnName(place).endswith("_at") else meta.getColumnType(place)
        for place in range(1, meta.getColumnCount() + 1)
    ]
    rows = []
    while row.next():
        rows.append(tuple(value(row, place, kind) for place, kind in enumerate(kinds, 1)))
    return rows


# Instants are text to it, unless it is asked for a timestamp; then those of one zone.
RESULTS = ", ".join(RESULT_COLUMNS).replace("decided_at", "decided_at AT TIME ZONE 'UTC' AS decided_at")
ACHIEVEMENTS = ", ".join(ACHIEVEMENT_COLUMNS).replace("issued_at", "issued_at AT TIME ZONE 'UTC' AS issued_at")
results = f"SELECT {RESULTS} FROM achieve.results_tab WHERE event_id = ?"
achievements = f"SELECT {ACHIEVEMENTS} FROM achieve.achievements_tab WHERE event_id = ? ORDER BY row_key"
tables = db.getMetaData().getTables(None, "achieve", "%", ())
seen = {}
while tables.next():
    seen[tables.getString(3)] = tables.getString(4)
same((seen.get("event"), seen.get("results_tab"), seen.get("achievements_tab")), ("TABLE", "VIEW", "VIEW"), "the catalog lists tables and views")

rows = fetch(results + " ORDER BY learner_id", 1)
as_psql(rows, "results", "lists the Results tab")
typed(rows, RESULT_COLUMNS, "the Results tab's values have types of their own")
as_psql(fetch(results + " AND outcome = ? AND account_id = ? ORDER BY learner_id", 1, "passed", 2), "filtered", "filters by outcome and account")
same(sum((fetch(f"{results} ORDER BY learner_id LIMIT 2 OFFSET {skip}", 1) for skip in (0, 2, 4)), []), rows, "pages by LIMIT and OFFSET")
found = []
while page := fetch(results + " AND learner_id > ? ORDER BY learner_id LIMIT 4", 1, found[-1][2] if found else 0):
    found += page
same(found, rows, "pages by the last key seen")
tab = fetch(achievements, 1)
as_psql(tab, "achievements", "lists the Achievements tab")
typed(tab, ACHIEVEMENT_COLUMNS, "its dates are dates, and no end is None")
as_psql(fetch("SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id"), "rules", "reads rules as text")


def run(sql, *parameters):
    return prepared(sql, parameters).executeUpdate()


def command(sql):
    db.createStatement().execute(sql)


# Its commit() and rollback() do nothing: transactions are begun and ended in SQL.
command("BEGIN")
fetch("SELECT achieve.set_context(?)", NAME)
run("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "ATTENDED>=2 or score(final)>=50", 2)
run("INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (?, ?, ?, ?, ?)", 2, 3, 2, "late", NAME)
same(fetch("SELECT outcome FROM achieve.result WHERE event_id = ? AND learner_id = ?", 2, 3), [("passed",)], "a mark makes a learner pass at once")
fetch("SELECT achieve.set_result(?, ?, ?, ?)", 1, 5, "passed", REASON)
command("COMMIT")
audit = fetch("SELECT actor, reason, new_value FROM achieve.audit_tab WHERE event_id = ? AND learner_id = ? AND action = ?", 1, 5, "result.set")
same([row[:2] for row in audit], [(NAME, REASON)], "reads the audit")
same(type(json.loads(audit[0][2])), dict, "its values are JSON")
try:
    run("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "absense <= 2", 2)
    message = ""
except SQLException as error:
    message = error.Message
ok('unknown fact "absense"' in message, "a bad rule is refused", message)
db.close()
done()
