import java.sql.*;

class Example {
    public static void main(String[] arguments) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        try (Connection db = DriverManager.getConnection(url, System.getenv("PGUSER"), null)) {
            db.setAutoCommit(false);
            try (PreparedStatement actor = db.prepareStatement("SELECT achieve.set_context(?)");
                 PreparedStatement mark = db.prepareStatement(
                    "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (2, 1, 2, ?)")) {
                actor.setString(1, "Ingrid Solberg");
                actor.execute();
                mark.setString(1, "present");
                mark.execute();
            }
            db.commit();
            try (PreparedStatement tab = db.prepareStatement("SELECT learner_name, account_name, outcome FROM achieve.results_tab"
                    + " WHERE event_id = ? AND outcome = ? ORDER BY learner_id")) {
                tab.setLong(1, 1);
                tab.setString(2, "passed");
                for (ResultSet row = tab.executeQuery(); row.next(); )
                    System.out.println(row.getString(1) + ", " + row.getString(2) + ": " + row.getString(3));
            }
        }
    }
}
