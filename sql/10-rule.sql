-- The type "rule" and the functions that evaluate one. Code only; see docs/rule-language.md.

-- Type

CREATE TYPE achieve.rule;

CREATE FUNCTION achieve.rule_in(cstring) RETURNS achieve.rule
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_in(cstring) IS 'text input of a rule: parses and checks it';

CREATE FUNCTION achieve.rule_out(achieve.rule) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_out(achieve.rule) IS 'text output of a rule: its canonical form';

CREATE FUNCTION achieve.rule_recv(internal) RETURNS achieve.rule
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_recv(internal) IS 'binary input of a rule: a version byte and its text';

CREATE FUNCTION achieve.rule_send(achieve.rule) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_send(achieve.rule) IS 'binary output of a rule: a version byte and its canonical text';

CREATE TYPE achieve.rule (
	INPUT = achieve.rule_in,
	OUTPUT = achieve.rule_out,
	RECEIVE = achieve.rule_recv,
	SEND = achieve.rule_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE achieve.rule IS 'a checked passing or award rule, such as: attendance >= 80 and score(final) >= 60';

-- Casts

CREATE FUNCTION achieve.rule(text) RETURNS achieve.rule
	AS 'MODULE_PATHNAME', 'rule_cast_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule(text) IS 'the rule that the text says';

CREATE FUNCTION achieve.rule_text(achieve.rule) RETURNS text
	AS 'MODULE_PATHNAME', 'rule_cast_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_text(achieve.rule) IS 'the canonical text of a rule';

CREATE CAST (text AS achieve.rule) WITH FUNCTION achieve.rule(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS achieve.rule) IS 'parses and checks the rule';

CREATE CAST (pg_catalog.varchar AS achieve.rule) WITH FUNCTION achieve.rule(text) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.varchar AS achieve.rule) IS 'parses and checks the rule';

CREATE CAST (achieve.rule AS text) WITH FUNCTION achieve.rule_text(achieve.rule) AS ASSIGNMENT;
COMMENT ON CAST (achieve.rule AS text) IS 'the canonical text of a rule';

-- Comparison and hashing: by the canonical text

CREATE FUNCTION achieve.rule_eq(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_eq(achieve.rule, achieve.rule) IS 'implementation of = operator';

CREATE FUNCTION achieve.rule_ne(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_ne(achieve.rule, achieve.rule) IS 'implementation of <> operator';

CREATE FUNCTION achieve.rule_lt(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_lt(achieve.rule, achieve.rule) IS 'implementation of < operator';

CREATE FUNCTION achieve.rule_le(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_le(achieve.rule, achieve.rule) IS 'implementation of <= operator';

CREATE FUNCTION achieve.rule_gt(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_gt(achieve.rule, achieve.rule) IS 'implementation of > operator';

CREATE FUNCTION achieve.rule_ge(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_ge(achieve.rule, achieve.rule) IS 'implementation of >= operator';

CREATE FUNCTION achieve.rule_cmp(achieve.rule, achieve.rule) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_cmp(achieve.rule, achieve.rule) IS 'less than, equal to or greater than 0, by the canonical texts';

CREATE FUNCTION achieve.rule_hash(achieve.rule) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_hash(achieve.rule) IS 'hash of the canonical text';

CREATE FUNCTION achieve.rule_hash_extended(achieve.rule, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_hash_extended(achieve.rule, bigint) IS 'hash of the canonical text, with a seed';

CREATE OPERATOR achieve.= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_eq,
	COMMUTATOR = OPERATOR(achieve.=), NEGATOR = OPERATOR(achieve.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR achieve.= (achieve.rule, achieve.rule) IS 'same canonical text';

CREATE OPERATOR achieve.<> (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_ne,
	COMMUTATOR = OPERATOR(achieve.<>), NEGATOR = OPERATOR(achieve.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR achieve.<> (achieve.rule, achieve.rule) IS 'different canonical texts';

CREATE OPERATOR achieve.< (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_lt,
	COMMUTATOR = OPERATOR(achieve.>), NEGATOR = OPERATOR(achieve.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR achieve.< (achieve.rule, achieve.rule) IS 'canonical text sorts before';

CREATE OPERATOR achieve.<= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_le,
	COMMUTATOR = OPERATOR(achieve.>=), NEGATOR = OPERATOR(achieve.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR achieve.<= (achieve.rule, achieve.rule) IS 'canonical text sorts before or is the same';

CREATE OPERATOR achieve.> (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_gt,
	COMMUTATOR = OPERATOR(achieve.<), NEGATOR = OPERATOR(achieve.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR achieve.> (achieve.rule, achieve.rule) IS 'canonical text sorts after';

CREATE OPERATOR achieve.>= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_ge,
	COMMUTATOR = OPERATOR(achieve.<=), NEGATOR = OPERATOR(achieve.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR achieve.>= (achieve.rule, achieve.rule) IS 'canonical text sorts after or is the same';

CREATE OPERATOR FAMILY achieve.rule_ops USING btree;
COMMENT ON OPERATOR FAMILY achieve.rule_ops USING btree IS 'ordering of rules by their canonical text';

CREATE OPERATOR CLASS achieve.rule_ops
	DEFAULT FOR TYPE achieve.rule USING btree FAMILY achieve.rule_ops AS
	OPERATOR 1 achieve.<,
	OPERATOR 2 achieve.<=,
	OPERATOR 3 achieve.=,
	OPERATOR 4 achieve.>=,
	OPERATOR 5 achieve.>,
	FUNCTION 1 achieve.rule_cmp(achieve.rule, achieve.rule);
COMMENT ON OPERATOR CLASS achieve.rule_ops USING btree IS 'ordering of rules by their canonical text';

CREATE OPERATOR FAMILY achieve.rule_hash_ops USING hash;
COMMENT ON OPERATOR FAMILY achieve.rule_hash_ops USING hash IS 'hashing of rules by their canonical text';

CREATE OPERATOR CLASS achieve.rule_hash_ops
	DEFAULT FOR TYPE achieve.rule USING hash FAMILY achieve.rule_hash_ops AS
	OPERATOR 1 achieve.=,
	FUNCTION 1 achieve.rule_hash(achieve.rule),
	FUNCTION 2 achieve.rule_hash_extended(achieve.rule, bigint);
COMMENT ON OPERATOR CLASS achieve.rule_hash_ops USING hash IS 'hashing of rules by their canonical text';

-- What a rule reads

CREATE FUNCTION achieve.rule_facts(rule achieve.rule, OUT fact text, OUT code text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.rule_facts(achieve.rule) IS 'the facts that a rule reads, each once, with its code';

CREATE FUNCTION achieve.rule_facts(rule text, OUT fact text, OUT code text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rule_facts_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.rule_facts(text) IS 'the facts that a rule reads, each once, with its code';

CREATE FUNCTION achieve.is_passing_rule(passing_rule achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.is_passing_rule(achieve.rule) IS
	'true, or an error where the rule reads passed, failed or approved, which only award rules may';

CREATE FUNCTION achieve.is_passing_rule(passing_rule text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'is_passing_rule_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.is_passing_rule(text) IS
	'true, or an error where the rule reads passed, failed or approved, which only award rules may';

-- Evaluation over facts that are given

CREATE FUNCTION achieve.evaluate(rule achieve.rule, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.evaluate(achieve.rule, jsonb, boolean) IS
	'passed, failed or pending: what the rule says of these facts; closed: nothing is open any more';

CREATE FUNCTION achieve.evaluate(rule text, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'evaluate_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.evaluate(text, jsonb, boolean) IS
	'passed, failed or pending: what the rule says of these facts; closed: nothing is open any more';

CREATE FUNCTION achieve.explain(rule achieve.rule, facts jsonb, closed boolean DEFAULT false)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.explain(achieve.rule, jsonb, boolean) IS
	'each clause of the rule as it is written, with what was observed, its own outcome and what it still needs';

CREATE FUNCTION achieve.explain(rule text, facts jsonb, closed boolean DEFAULT false)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.explain(text, jsonb, boolean) IS
	'each clause of the rule as it is written, with what was observed, its own outcome and what it still needs';

CREATE FUNCTION achieve.rule_waiting_for(rule achieve.rule, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'waiting_for_rule' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_waiting_for(achieve.rule, jsonb, boolean) IS
	'what the rule waits for in plain words, or what can no longer be met; null where it is passed';

CREATE FUNCTION achieve.rule_waiting_for(rule text, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'waiting_for_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_waiting_for(text, jsonb, boolean) IS
	'what the rule waits for in plain words, or what can no longer be met; null where it is passed';
