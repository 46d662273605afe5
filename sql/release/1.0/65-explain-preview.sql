
-- Explanations: why an outcome is what it is.

CREATE FUNCTION achieve.explain_result(event_id bigint, learner_id bigint)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_result' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 5 COST 10;
COMMENT ON FUNCTION achieve.explain_result(bigint, bigint) IS
	'Why a result is what it is: each clause of the passing rule with what was observed, its outcome and what it still needs. Rows with a clause_no below 1 come first where something other than the rule decides: a manual result, a finalized or cancelled event, an enrollment that is not active.';

CREATE FUNCTION achieve.explain_award(event_id bigint, learner_id bigint, achievement_type text)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_award' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 5 COST 10;
COMMENT ON FUNCTION achieve.explain_award(bigint, bigint, text) IS
	'Why an achievement is issued or not: each clause of the award rule, as explain_result() tells it. Rows with a clause_no below 1 come first where something other than the rule decides: an award by hand, a revocation, a record that is kept.';

-- Previews: what a change would do, found by doing it and taking it back.

-- Previews: what a change would do, found by doing it and taking it back. All
-- return the same columns.

CREATE FUNCTION achieve.preview_rule(event_id bigint, passing_rule achieve.rule)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_rule' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_rule(bigint, achieve.rule) IS
	'What would change if the event had this passing rule; null: none. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_rule(event_id bigint, passing_rule text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_rule_text' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_rule(bigint, text) IS
	'What would change if the event had this passing rule; null: none. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_result(event_id bigint, learner_id bigint, outcome text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_result' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_result(bigint, bigint, text) IS
	'What would change if set_result() set this outcome. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_template(template_code text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_template' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_template(text) IS
	'What would change if sync_event() took the template again on each of its events that is neither finalized nor cancelled. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_event(event_id bigint)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_event' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_event(bigint) IS
	'What would change if a finalized event were reopened, or any other evaluated: normally nothing, unless time has passed. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

-- Validation, for the view rule_problems

CREATE FUNCTION achieve.rule_certain_clauses(rule achieve.rule, sessions integer)
	RETURNS TABLE (clause text, is_whole_rule boolean, verdict text)
	AS 'MODULE_PATHNAME', 'rule_certain_clauses' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1 COST 10;
COMMENT ON FUNCTION achieve.rule_certain_clauses(achieve.rule, integer) IS
	'Clauses that are always or never met, whatever the facts will be, with so many sessions (0: any number). The outermost ones only; contradictions between two comparisons are not found.';

-- Strict, so that it is planned by itself: what the view expects of a recursion
-- would make PostgreSQL compile the view to machine code at each use.
CREATE FUNCTION achieve.rule_circles(types text[], reads text[])
	RETURNS TABLE (type_code text, reads text)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	WITH RECURSIVE depends AS (
		SELECT DISTINCT d.type_code, d.reads
		FROM unnest(rule_circles.types, $2) AS d (type_code, reads)
	), reaches AS (
		SELECT d.type_code, d.reads FROM depends d
		UNION
		SELECT r.type_code, d.reads FROM reaches r JOIN depends d ON d.type_code = r.reads
	)
	SELECT d.type_code, d.reads
	FROM depends d
	JOIN reaches b ON b.type_code = d.reads AND b.reads = d.type_code;
END;
COMMENT ON FUNCTION achieve.rule_circles(text[], text[]) IS
	'Of the pairs "the award of this type reads that one", those that are part of a circle.';
