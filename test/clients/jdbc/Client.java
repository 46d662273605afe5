import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.*;
import java.sql.*;
import java.time.*;
import java.time.format.DateTimeFormatter;
import java.util.*;

/** JDBC: strings go as varchar, to every text and rule column and to every function. */
class Client {
    static final String NAME = System.getenv("CLIENT_NAME");
    static final String REASON = "Oral exam: \"très bien\" – 100 %";
    static final String RESULTS = "SELECT row_key, event_id, learner_id, learner_name, account_id, account_name, sessions, attended,"
        + " attendance_percent, paid, outcome, source, decided_at, waiting_for FROM achieve.results_tab WHERE event_id = ?";
    static final String ACHIEVEMENTS = "SELECT row_key, learner_id, achievement_type, state, active, number, issued_at, valid_from,"
        + " expires_on, last_valid_on, waiting_for FROM achieve.achievements_tab WHERE event_id = ? ORDER BY row_key";
    static int count = 0, failed = 0;
    static Connection db;

    static void ok(boolean right, String what, Object... details) {
        count++;
        if (!right) failed++;
        System.out.println((right ? "ok " : "not ok ") + count + " - " + NAME + ": " + what);
        if (!right) for (Object detail : details) System.out.println("# " + String.valueOf(detail).replace("\n", "\n# "));
    }

    static void same(Object got, Object wanted, String what) {
        ok(Objects.equals(got, wanted), what, got, wanted);
    }

    static PreparedStatement with(String sql, Object... values) throws SQLException {
        PreparedStatement statement = db.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof String) statement.setString(i + 1, (String) values[i]);
            else if (values[i] instanceof Long) statement.setLong(i + 1, (Long) values[i]);
            else if (values[i] instanceof Integer) statement.setInt(i + 1, (Integer) values[i]);
            else statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** A value in the Java type that its column's JDBC type calls for, as psql's COPY writes it. */
    static String text(ResultSet row, int column) throws SQLException {
        Object value;
        switch (row.getMetaData().getColumnType(column)) {
            case Types.DATE:
                value = row.getObject(column, LocalDate.class);
                if (row.getDate(column) != null && !row.getDate(column).toLocalDate().equals(value)) return "another day";
                break;
            case Types.TIMESTAMP:
                OffsetDateTime instant = row.getObject(column, OffsetDateTime.class);
                value = instant == null ? null : instant.withOffsetSameInstant(ZoneOffset.UTC)
                    .format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS"));
                break;
            case Types.BIT:
                value = row.getBoolean(column) ? "t" : "f";
                if (row.wasNull()) value = null;
                break;
            case Types.BIGINT:
            case Types.INTEGER:
                value = row.getLong(column);
                if (row.wasNull()) value = null;
                break;
            case Types.NUMERIC:
                BigDecimal number = row.getBigDecimal(column);
                value = number == null ? null : number.toPlainString();
                break;
            case Types.VARCHAR:
                value = row.getString(column);
                break;
            default: // only the type of our own
                value = row.getMetaData().getColumnTypeName(column).endsWith("rule\"") || row.getMetaData().getColumnTypeName(column).equals("rule")
                    ? row.getString(column) : "a " + row.getMetaData().getColumnTypeName(column);
        }
        return value == null ? "\\N" : value.toString().replace("\\", "\\\\");
    }

    static List<String> lines(PreparedStatement statement) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (statement; ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                StringJoiner line = new StringJoiner("\t");
                for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) line.add(text(row, column));
                lines.add(line.toString());
            }
        }
        return lines;
    }

    static List<String> expected(String name) throws IOException {
        return Files.readAllLines(Path.of(System.getenv("CLIENT_DIR"), name + ".tsv"));
    }

    static String refusal(String sql, Object... values) throws SQLException {
        Savepoint before = db.setSavepoint();
        try (PreparedStatement statement = with(sql, values)) {
            statement.execute();
            return null;
        } catch (SQLException error) {
            db.rollback(before);
            return error.getSQLState();
        }
    }

    /** Every column of type text or rule, in what this role may write and in what it may read. */
    static void strings() throws SQLException {
        List<String> columns = new ArrayList<>(), wrong = new ArrayList<>();
        try (ResultSet row = db.createStatement().executeQuery("SELECT quote_ident(c.relname), quote_ident(a.attname), t.typname,"
                + " has_column_privilege(c.oid, a.attnum, 'UPDATE') AND c.relkind = 'r', has_column_privilege(c.oid, a.attnum, 'SELECT')"
                + " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                + " JOIN pg_type t ON t.oid = a.atttypid"
                + " WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'v') AND t.typname IN ('text', 'rule')")) {
            while (row.next()) {
                String table = "achieve." + row.getString(1), column = row.getString(2);
                if (row.getBoolean(4)) columns.add("UPDATE " + table + " SET " + column + " = ? WHERE false");
                if (row.getBoolean(5))
                    columns.add("SELECT FROM " + table + " WHERE " + column + (row.getString(3).equals("rule") ? "::text" : "") + " = ? AND false");
            }
        }
        for (String sql : columns) {
            String state = refusal(sql, "passed");
            if (state != null) wrong.add(state + " " + sql);
        }
        ok(columns.size() > 150 && wrong.isEmpty(), "strings fit every text and every rule column", columns.size(), wrong);
    }

    /** Every function that this role may call: described by the server, not run. */
    static void functions() throws SQLException {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        Map<String, List<String>> functions = new LinkedHashMap<>();
        try (ResultSet row = db.createStatement().executeQuery("SELECT p.proname, (SELECT string_agg(format_type(a.type, NULL), ',' ORDER BY a.n)"
                + " FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, n)) FROM pg_proc p"
                + " WHERE p.pronamespace = 'achieve'::regnamespace AND p.pronargs > 0 AND has_function_privilege(p.oid, 'EXECUTE')"
                + " AND (p.proname NOT LIKE 'rule\\_%' OR p.proname IN ('rule_facts', 'rule_certain_clauses')) AND p.prorettype <> 'trigger'::regtype AND NOT p.proargtypes::oid[] && '{internal,cstring,anyarray}'::regtype[]::oid[]"
                + " AND obj_description(p.oid, 'pg_proc') NOT LIKE 'Internal to %' AND p.proname <> 'claim_notification_rows'")) {
            while (row.next()) functions.put(row.getString(1) + "(" + row.getString(2), Arrays.asList(row.getString(2).split(",")));
        }
        for (Map.Entry<String, List<String>> function : functions.entrySet()) {
            String sql = "SELECT achieve." + function.getKey().replaceAll("\\(.*", "") + "("
                + String.join(", ", Collections.nCopies(function.getValue().size(), "?")) + ")";
            Savepoint before = db.setSavepoint();
            try (PreparedStatement statement = db.prepareStatement(sql)) {
                int place = 0;
                for (String type : function.getValue()) {
                    place++;
                    switch (type) {
                        case "text": case "achieve.rule": statement.setString(place, "paid"); break;
                        case "bigint": statement.setLong(place, 1); break;
                        case "integer": statement.setInt(place, 1); break;
                        case "boolean": statement.setBoolean(place, true); break;
                        case "date": statement.setObject(place, LocalDate.of(2024, 2, 29)); break;
                        case "timestamp with time zone": statement.setObject(place, OffsetDateTime.now()); break;
                        case "bigint[]": statement.setArray(place, db.createArrayOf("bigint", new Long[] {1L})); break;
                        case "jsonb": statement.setObject(place, "{}", Types.OTHER); break;
                        default: throw new SQLException("a parameter of type " + type);
                    }
                }
                statement.getParameterMetaData();
                seen++;
            } catch (SQLException error) {
                db.rollback(before);
                wrong.add(sql + " " + function.getValue() + " " + error.getMessage());
            }
        }
        ok(seen > 30 && wrong.isEmpty(), "every function takes strings, numbers, dates and nulls", seen, wrong);
    }

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        db = DriverManager.getConnection(url, System.getenv("PGUSER"), null);
        db.setAutoCommit(false);
        List<String> rows = lines(with(RESULTS + " ORDER BY learner_id", 1L));
        same(rows, expected("results"), "lists the Results tab");
        same(lines(with(RESULTS + " AND outcome = ? AND account_id = ? ORDER BY learner_id", 1L, "passed", 2L)), expected("filtered"),
            "filters by outcome and account");
        same(lines(with(ACHIEVEMENTS, 1L)), expected("achievements"), "lists the Achievements tab, with dates as LocalDate");
        same(lines(with("SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id")), expected("rules"), "reads rules as text");
        List<String> pages = new ArrayList<>();
        for (int skip = 0; skip < 6; skip += 2) pages.addAll(lines(with(RESULTS + " ORDER BY learner_id LIMIT ? OFFSET ?", 1L, 2, skip)));
        same(pages, rows, "pages by LIMIT and OFFSET");
        List<String> found = new ArrayList<>(), page;
        long last = 0;
        while (!(page = lines(with(RESULTS + " AND learner_id > ? ORDER BY learner_id LIMIT ?", 1L, last, 4))).isEmpty()) {
            found.addAll(page);
            last = Long.parseLong(page.get(page.size() - 1).split("\t")[2]);
        }
        same(found, rows, "pages by the last key seen");
        strings();
        functions();

        with("SELECT achieve.set_context(?)", NAME).execute();
        with("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "ATTENDED>=2 or score(final)>=50", 2L).execute();
        with("INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (?, ?, ?, ?, ?)", 2L, 3L, 2, "late", NAME).execute();
        same(lines(with("SELECT outcome FROM achieve.result WHERE event_id = ? AND learner_id = ?", 2L, 3L)), List.of("passed"),
            "a mark makes a learner pass at once");
        with("SELECT achieve.set_result(?, ?, ?, ?)", 1L, 5L, "passed", REASON).execute();
        db.commit();
        same(lines(with("SELECT actor, reason FROM achieve.audit_tab WHERE event_id = ? AND learner_id = ? AND action = ?", 1L, 5L, "result.set")),
            List.of(NAME + "\t" + REASON), "reads the audit");
        try (ResultSet row = with("SELECT new_value, occurred_at FROM achieve.audit_tab WHERE action = ?", "result.set").executeQuery()) {
            row.next();
            ok(row.getString(1).startsWith("{\"") && Duration.between(row.getObject(2, OffsetDateTime.class), OffsetDateTime.now()).abs().toMinutes() < 10,
                "its values are JSON, its instants are now", row.getString(1), row.getString(2));
        }
        try (ResultSet row = with("SELECT * FROM achieve.validity(?, ?, ?, ?, ?, ?, ?, ?, ?)", LocalDate.of(2024, 1, 31), null, null, null,
                "issued", 1, "month", null, null).executeQuery()) {
            row.next();
            same(row.getObject("expires_on", LocalDate.class), LocalDate.of(2024, 2, 29), "validity() takes dates, words and nulls");
        }
        same(refusal("UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?", "absense <= 2", 2L), "42601", "a bad rule is refused with a SQLSTATE");
        try (ResultSet key = db.getMetaData().getPrimaryKeys(null, "achieve", "attendance")) {
            Set<String> columns = new TreeSet<>();
            while (key.next()) columns.add(key.getString("COLUMN_NAME"));
            same(columns, new TreeSet<>(List.of("event_id", "learner_id", "session_no")), "the metadata has composite keys");
        }
        try (ResultSet column = db.getMetaData().getColumns(null, "achieve", "results_tab", "outcome")) {
            same(column.next() ? column.getString("REMARKS") != null : false, true, "the metadata has the views' comments");
        }
        System.out.println("1.." + count);
        System.exit(failed > 0 ? 1 : 0);
    }
}
