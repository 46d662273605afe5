-- Is the report of an event well-formed, complete and safe, whatever the data says, and as the caller may see it?
\set VERBOSITY terse
SET client_min_messages = warning;
SET datestyle = ISO;
SET timezone = 'UTC';
SELECT achieve.event_report(7499);
SELECT achieve.event_report(NULL);

BEGIN;
SELECT achieve.set_context('<u>clerk</u>');
INSERT INTO achieve.account (account_id, name) VALUES (7600, 'A & B <Ltd>'), (7601, 'Plain');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES
	(7600, 7600, '<script>alert(1)</script>'), (7601, 7601, '"><img src=x onerror=alert(1)>'),
	(7602, NULL, E'a ]]> \'b\' &lt; &amp;\nnext \x01 line'), (7603, NULL, 'Zoë <!-- -->');
INSERT INTO achieve.number_sequence (sequence_id, code, format) VALUES (7600, 'rep', '<{number}>');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id) VALUES (7600, 'x<y&z', '</td></table><h1>', 7600);
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (7600, 'REP', '{{title}} <t>', 'ended');
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, time_zone, passing_rule)
VALUES (7600, 7600, '<i>E</i>', '%s </title><script>', '2020-01-06 09:00+00', '2020-01-06 17:00+00', 'Europe/Paris', 'absences <= 0 and score("<b>&") >= 50 and paid');
INSERT INTO achieve.session (event_id, session_no, title, starts_at, ends_at, required, cancelled) VALUES
	(7600, 1, '<br>', '2020-01-06 09:00+00', '2020-01-06 12:00+00', true, false),
	(7600, 2, '', '2020-01-06 13:00+00', '2020-01-06 17:00+00', true, false),
	(7600, 3, 'Off', '2020-01-06 18:00+00', '2020-01-06 19:00+00', true, true),
	(7600, 4, 'Extra', '2430-01-06 18:00+00', '2430-01-06 19:00+00', false, false);
INSERT INTO achieve.assessment (event_id, code, max_score) VALUES (7600, '<b>&', 80);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (7600, 7600, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES (7600, 7600, 'active'), (7600, 7601, 'active'), (7600, 7602, 'active'), (7600, 7603, 'cancelled');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(7600, 7600, 1, 'present'), (7600, 7600, 2, 'late'), (7600, 7601, 1, 'absent'), (7600, 7601, 2, 'excused'), (7600, 7602, 1, 'present');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (7600, 7600, '<b>&', 58);
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (7600, 'R"<1>', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (7600, 7602, 7600, 1, 10);
SELECT achieve.set_result(7600, 7602, 'passed', '<script>because & so</script>');
SELECT achieve.approve_results(7600, '{7602}');
SELECT achieve.revoke(achievement_id, E'\'"><svg onload=x>') FROM achieve.achievement WHERE event_id = 7600 AND learner_id = 7602;
CREATE TEMPORARY TABLE report AS SELECT achieve.event_report(7600) AS html;
CREATE FUNCTION pg_temp.report() RETURNS xml LANGUAGE sql AS 'SELECT xmlparse(DOCUMENT html) FROM report';
-- The text of each element that a path names, escaped once, without today's date.
CREATE FUNCTION pg_temp.texts(path text) RETURNS TABLE (content text) LANGUAGE sql AS $$
	SELECT regexp_replace(replace(
		regexp_replace(array_to_string(ARRAY(SELECT t FROM unnest(xpath('.//text()', x)) WITH ORDINALITY u (t, n) ORDER BY n), ' '), '\s+', ' ', 'g'),
		to_char(now() AT TIME ZONE 'Europe/Paris', 'FMDD Mon YYYY'), 'TODAY'), ', \d\d:\d\d \(Europe', ' (Europe')
	FROM unnest(xpath(path, pg_temp.report())) WITH ORDINALITY r (x, n) ORDER BY n
$$;
SELECT html LIKE E'<!DOCTYPE html>\n<html lang="en">%' AS begins, html LIKE E'%</html>\n' AS ends FROM report;
-- The elements and attributes that there are; none comes from the data.
SELECT string_agg(DISTINCT m[1], ' ' ORDER BY m[1]) AS elements FROM report, regexp_matches(html, '<([A-Za-z0-9]+)', 'g') m;
SELECT string_agg(DISTINCT m[1], ' ' ORDER BY m[1]) AS attributes FROM report, regexp_matches(html, '<[a-z0-9]+((?: [a-z-]+="[^"<>]*")*)\s*/?>', 'g') t, regexp_matches(t[1], ' ([a-z-]+)=', 'g') m;
SELECT html ~ 'url\(|@import|https?:|javascript:' AS reaches_out FROM report;
SELECT content FROM pg_temp.texts('//title | //h1 | //h2 | //h3');
SELECT content FROM pg_temp.texts('//dl/div');
SELECT content FROM pg_temp.texts('//ul[@class="warnings"]/li');
SELECT content FROM pg_temp.texts('//table//tr');
SELECT x::text AS label FROM unnest(xpath('//svg/@aria-label', pg_temp.report())) x;
-- Each row has a cell for each heading, each bar is full, and links stay on the page.
SELECT cardinality(xpath('//tbody/tr[count(*) != count(../../thead/tr/th)]', pg_temp.report())) AS odd_rows,
	cardinality(xpath('//svg[sum(rect[@x]/@width) < 99.99 or sum(rect[@x]/@width) > 100.01]', pg_temp.report())) AS odd_bars,
	cardinality(xpath('//a[not(starts-with(@href, "#")) or not(//*/@id = substring(@href, 2))]', pg_temp.report())) AS odd_links,
	cardinality(xpath('//section[not(//h2/@id = @aria-labelledby)]', pg_temp.report())) AS odd_sections;

-- Nobody there, and nothing configured.
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (7601, 'Empty', '2430-01-06 09:00+00', '2430-01-08 17:00+00');
UPDATE report SET html = achieve.event_report(7601);
SELECT content FROM pg_temp.texts('//header | //section');

-- Whoever sees one learner is shown one; what only administrators see is not there.
CREATE ROLE viewer;
SELECT achieve.grant_access('viewer', 'reader');
GRANT ALL ON report TO viewer;
CREATE POLICY one ON achieve.enrollment TO viewer USING (learner_id = 7600);
CREATE POLICY learn ON achieve.learner TO viewer USING (learner_id = 7600);
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY;
ALTER TABLE achieve.learner ENABLE ROW LEVEL SECURITY;
SET ROLE viewer;
UPDATE report SET html = achieve.event_report(7600);
RESET ROLE;
SELECT content FROM pg_temp.texts('//dl/div[1] | //ul[@class="warnings"]/li | //section[@aria-labelledby="sessions" or @aria-labelledby="results" or @aria-labelledby="achievements"]//tr | //footer');
CREATE POLICY none ON achieve.event TO viewer USING (event_id <> 7600);
ALTER TABLE achieve.event ENABLE ROW LEVEL SECURITY;
SET ROLE viewer;
SAVEPOINT before;
SELECT achieve.event_report(7600);
ROLLBACK TO before;
SELECT achieve.event_report(7499);
ROLLBACK TO before;
RESET ROLE;
CREATE ROLE nobody_special;
GRANT USAGE ON SCHEMA achieve TO nobody_special;
SET ROLE nobody_special;
SELECT achieve.event_report(7600);
ROLLBACK;
