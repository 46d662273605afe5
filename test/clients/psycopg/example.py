import psycopg  # finds the server in PGHOST, PGUSER, PGDATABASE

with psycopg.connect() as db:
    db.execute("SELECT achieve.set_context(%s)", ["Ingrid Solberg"])
    db.execute(
        "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (%s, %s, %s, %s)",
        [2, 1, 2, "present"],
    )
    for row in db.execute(
        "SELECT learner_name, account_name, outcome FROM achieve.results_tab"
        " WHERE event_id = %s AND outcome = %s ORDER BY learner_id",
        [1, "passed"],
    ):
        print("%s, %s: %s" % row)
