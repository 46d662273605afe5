"""The small training company that all random work is about.

Few events and learners, so that sessions meet often. Event n issues types
2n - 1 and 2n; its rules read types of earlier events only, so no rule depends
on itself. Type 0 is renewed by every event. Some numbers come from gapless
sequences, some certificates from a template.
"""

EVENTS = 8
LEARNERS = 12
INVOICES = 16
SESSIONS = 4
RENEWED = 100  # the type that every event renews
# Enrollments are deleted on these events only.
FORGETFUL = (7, 8)

SCHEMA = "CREATE EXTENSION IF NOT EXISTS achieve; SELECT achieve.install()"

CATALOGUE = f"""
INSERT INTO achieve.number_sequence (sequence_id, code, format, gapless, reset, start_at) VALUES
	(1, 'gapless', '{{number}}', true, 'never', 1),
	(2, 'gapless-yearly', '{{year}}-{{number}}', true, 'yearly', 1),
	(3, 'fast', 'F-{{number:6}}', false, 'never', 1),
	(4, 'gapless-from-500', 'G-{{number}}', true, 'never', 500);
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body)
	VALUES (1, 'plain', 'Certificate', '<svg xmlns="http://www.w3.org/2000/svg"><text>{{{{learner_name}}}} {{{{number}}}}</text></svg>');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor, sequence_id, certificate_template_id)
	SELECT n, 't' || n, 'Type ' || n, CASE WHEN n % 3 > 0 THEN 50 END, CASE WHEN n % 3 > 0 THEN 'year' END,
		(ARRAY['issued', 'event_start', 'event_end'])[1 + n % 3], (ARRAY[1, 2, 3, 4, NULL])[1 + n % 5], CASE WHEN n % 4 = 0 THEN 1 END
	FROM generate_series(1, {2 * EVENTS}) AS n;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
	VALUES ({RENEWED}, 'renewed', 'Renewed', 1, 'year', 'previous_expiry');
INSERT INTO achieve.learner (learner_id, name) SELECT n, 'Learner ' || n FROM generate_series(1, {LEARNERS}) AS n;
INSERT INTO achieve.invoice (invoice_id, status) SELECT n, 'issued' FROM generate_series(1, {INVOICES}) AS n;
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (1, 'course', 'Course', 'absences <= 1 and mean_score >= 40');
INSERT INTO achieve.template_session (template_id, session_no, starts_after_minutes, duration_minutes) VALUES (1, 1, 1440, 90), (1, 5, 0, 45);
INSERT INTO achieve.template_assessment (template_id, code) VALUES (1, 's1');
INSERT INTO achieve.template_requirement (template_id, code) VALUES (1, 'q1');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (1, {RENEWED}, 'passed');
INSERT INTO achieve.event (event_id, template_id, title, starts_at, ends_at, time_zone, passing_rule)
	SELECT n, CASE WHEN n < 5 THEN 1 END, 'Event ' || n, '2020-01-01 09:00+00', CASE WHEN n % 3 = 0 THEN timestamptz '2990-01-01' ELSE '2020-02-01' END,
		(ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'])[1 + n % 4], 'absences <= 1'
	FROM generate_series(1, {EVENTS}) AS n;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT e, s, timestamptz '2020-01-01 09:00+00' + s * interval '1 day', timestamptz '2020-01-01 10:30+00' + s * interval '1 day 30 minutes'
	FROM generate_series(1, {EVENTS}) AS e, generate_series(1, {SESSIONS}) AS s;
INSERT INTO achieve.assessment (event_id, code, max_score, max_attempts, attempt_choice)
	SELECT e, 's' || s, 40 + 30 * s, 2, (ARRAY['highest', 'latest', 'first', 'mean'])[1 + (e + s) % 4]
	FROM generate_series(1, {EVENTS}) AS e, generate_series(1, 2) AS s;
INSERT INTO achieve.requirement (event_id, code) SELECT e, 'q' || q FROM generate_series(1, {EVENTS}) AS e, generate_series(1, 2) AS q;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse)
	SELECT (n + 1) / 2, n, CASE WHEN n % 2 = 1 THEN 'passed' ELSE 'passed and paid' END::achieve.rule, CASE WHEN n % 7 = 0 THEN 'keep' ELSE 'revoke' END
	FROM generate_series(1, {2 * EVENTS}) AS n;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT n, {RENEWED}, 'passed and approved' FROM generate_series(1, {EVENTS}) AS n;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1, {EVENTS}) AS e, generate_series(1, {LEARNERS}) AS l WHERE (e + l) % 5 > 0;
"""


def build(connection, more_learners=0):
    """Installs and fills; the connection belongs to the tables' owner. More
    learners, on every event, make what is about a whole event take longer."""
    connection.run(SCHEMA)
    connection.run(CATALOGUE)
    connection.run(f"INSERT INTO achieve.learner (learner_id, name) SELECT {LEARNERS} + n, 'More' FROM generate_series(1, {more_learners}) AS n;"
                   f" INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, {LEARNERS} + n"
                   f" FROM generate_series(1, {EVENTS}) AS e, generate_series(1, {more_learners}) AS n")
    connection.run('ANALYZE')
