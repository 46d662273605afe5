-- Do tables attach whose names look like pieces of the statements that attachments run?
\set VERBOSITY terse
\set SHOW_CONTEXT never
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE SCHEMA "{source} %s";
SET LOCAL search_path = "{source} %s";
CREATE TABLE "{source} all_rows %1$s" ("{source}" text PRIMARY KEY, "%1$s ""all_rows""" text);
CREATE TABLE "%I $1 {source}" (n integer PRIMARY KEY, "{source}" text REFERENCES "{source} all_rows %1$s" ON UPDATE CASCADE ON DELETE CASCADE);
INSERT INTO "{source} all_rows %1$s" VALUES ('A', 'Acme'), ('B', 'Bolt');
INSERT INTO "%I $1 {source}" VALUES (1, 'A'), (2, 'B');
SELECT achieve.attach('"{source} all_rows %1$s"', 'account', '{"reference": "''of '' || lower(\"{source}\")", "name": "\"%1$s \"\"all_rows\"\"\""}');
SELECT achieve.attach('"%I $1 {source}"', 'learner', '{"reference": "''of '' || n", "name": "n", "account_id": "''of '' || lower(\"{source}\")"}');
CREATE VIEW facts AS SELECT a.reference, a.name, string_agg(l.reference, ', ' ORDER BY l.reference) AS learners
FROM achieve.account a LEFT JOIN achieve.learner l USING (account_id) WHERE a.reference LIKE 'of %' GROUP BY a.account_id;
SELECT * FROM facts ORDER BY reference;
-- Two rows for one fact; then a key that moves.
SAVEPOINT before;
INSERT INTO "{source} all_rows %1$s" VALUES ('a', 'Acme again');
ROLLBACK TO before;
UPDATE "{source} all_rows %1$s" SET "{source}" = 'b' WHERE "{source}" = 'A';
ROLLBACK TO before;
UPDATE "{source} all_rows %1$s" SET "{source}" = 'C' WHERE "{source}" = 'A';
-- A new name of the table, and rows that go with what they refer to.
ALTER TABLE "{source} all_rows %1$s" RENAME TO "{source}";
DELETE FROM "{source}" WHERE "{source}" = 'B';
SELECT * FROM facts ORDER BY reference;
SELECT * FROM achieve.check_attachments() WHERE source_table IS NOT NULL;
TRUNCATE "%I $1 {source}", "{source}";
SELECT * FROM facts ORDER BY reference;
ROLLBACK;
