-- What the views' owner runs once. PostGraphile leaves the functions of
-- extensions out: those that people shall call get a schema of the app's.
SELECT achieve.add_graphql_comments();
CREATE SCHEMA app;
CREATE FUNCTION app.set_result(event_id bigint, learner_id bigint, outcome text, reason text) RETURNS void
	LANGUAGE sql VOLATILE AS 'SELECT achieve.set_result(event_id, learner_id, outcome, reason)';
GRANT USAGE ON SCHEMA app TO client_app;
