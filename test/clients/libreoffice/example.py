import os
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def office():
    """The LibreOffice that listens, as started by soffice --headless --accept=..."""
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={os.environ['OFFICE_PIPE']};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


manager = office().ServiceManager

if __name__ == "__main__":
    drivers = manager.createInstance("com.sun.star.sdbc.DriverManager")
    url = "sdbc:postgresql:host={PGHOST} port={PGPORT} dbname={PGDATABASE}".format(**os.environ)
    user = PropertyValue(Name="user", Value=os.environ["PGUSER"])
    db = drivers.getConnectionWithInfo(url, (user,))
    db.createStatement().execute("BEGIN")
    db.createStatement().execute("SELECT achieve.set_context('Ingrid Solberg')")
    db.createStatement().executeUpdate(
        "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (2, 1, 2, 'present')"
    )
    db.createStatement().execute("COMMIT")
    tab = db.createStatement().executeQuery(
        "SELECT learner_name, account_name, outcome FROM achieve.results_tab WHERE event_id = 1 AND outcome = 'passed' ORDER BY learner_id"
    )
    while tab.next():
        print(f"{tab.getString(1)}, {tab.getString(2)}: {tab.getString(3)}")
    db.close()
