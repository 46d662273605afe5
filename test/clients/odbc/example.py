import os

import pyodbc

# BoolsAsChar=0 makes booleans booleans, UseDeclareFetch=0 reads everything at once.
db = pyodbc.connect(
    f"Driver={{PostgreSQL Unicode}};Servername={os.environ['PGHOST']};Port={os.environ['PGPORT']};"
    f"Database={os.environ['PGDATABASE']};UID={os.environ['PGUSER']};BoolsAsChar=0"
)
db.execute("SELECT achieve.set_context(?)", "Ingrid Solberg").fetchall()
db.execute("INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (?, ?, ?, ?)", 2, 1, 2, "present")
db.commit()
for name, account, outcome in db.execute(
    "SELECT learner_name, account_name, outcome FROM achieve.results_tab WHERE event_id = ? AND outcome = ? ORDER BY learner_id",
    1,
    "passed",
):
    print(f"{name}, {account}: {outcome}")
