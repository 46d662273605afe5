/*-------------------------------------------------------------------------
 *
 * rule.h
 *		The type "rule": its bytes, and how C code evaluates one.
 *
 * A Rule is text that was checked once: whoever holds one may evaluate and
 * print it without meeting an error.  The language is described in
 * docs/rule-language.md.
 *
 * The bytes (format version 1), everything in the machine's byte order:
 *
 *	+--------------------------------+
 *	| Rule header                    |	24 bytes
 *	+--------------------------------+
 *	| nodes in the order as written, |	each RuleNode is followed by what
 *	| every node before its children |	lies under it, "length" bytes in all
 *	+--------------------------------+
 *	| codes, one after another       |	without quotes, not terminated
 *	+--------------------------------+
 *	| the canonical text             |	not terminated
 *	+--------------------------------+
 *
 *	and, or, quorum:	RuleNode, then "count" child nodes
 *	not:				RuleNode, then its child node
 *	flag:				RuleNode
 *	comparison:			RuleNode, then "count" RuleTerms
 *
 * A comparison is stored collected: everything on the left side, one term for
 * each (fact, code), no term with coefficient zero.  The text keeps what was
 * written.  It is stored because equality, ordering, hashing and output go by
 * it, and because every node names the part of it that it came from.
 *
 * All offsets count from the start of the Rule; nodes and terms are
 * aligned to eight bytes, so the type has alignment "double".
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_RULE_H
#define ACHIEVE_RULE_H

#include "access/tupdesc.h"
#include "fmgr.h"
#include "nodes/nodes.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "decimal.h"

/* What rules read.  On disk: append only, never reorder. */
typedef enum RuleFact
{
	RULE_FACT_SESSIONS,
	RULE_FACT_ATTENDED,
	RULE_FACT_ABSENCES,
	RULE_FACT_EXCUSED,
	RULE_FACT_LATES,
	RULE_FACT_ATTENDANCE,
	RULE_FACT_HOURS,
	RULE_FACT_HOURS_ATTENDED,
	RULE_FACT_SCORE,
	RULE_FACT_MEAN_SCORE,
	RULE_FACT_COMPLETED,
	RULE_FACT_COMPLETION,
	RULE_FACT_PAID,
	RULE_FACT_BALANCE,
	RULE_FACT_INVOICED,
	RULE_FACT_CONDITION,
	RULE_FACT_HOLDS,
	RULE_FACT_ENDED,
	RULE_FACT_PASSED,
	RULE_FACT_FAILED,
	RULE_FACT_APPROVED
} RuleFact;

#define RULE_FACT_COUNT (RULE_FACT_APPROVED + 1)
#define FACT_BIT(fact) (((uint32) 1) << (fact))

/* The outcome of a rule or of a part of it: failed, pending, passed. */
typedef enum Truth
{
	TRUTH_NO,
	TRUTH_OPEN,
	TRUTH_YES
} Truth;

/* How a comparison compares.  On disk: append only. */
typedef enum RuleRelation
{
	RULE_EQ,
	RULE_NE,
	RULE_LT,
	RULE_LE,
	RULE_GT,
	RULE_GE
} RuleRelation;

/* On disk: append only. */
typedef enum RuleNodeKind
{
	RULE_AND = 1,
	RULE_OR,
	RULE_NOT,
	RULE_QUORUM,
	RULE_COMPARISON,
	RULE_FLAG
} RuleNodeKind;

#define RULE_FORMAT_VERSION	1

/* Limits of the language; the parser refuses more. */
#define RULE_MAX_NODES		1000
#define RULE_MAX_LEVELS		64

typedef struct RuleNode
{
	uint8		kind;			/* RuleNodeKind */
	uint8		fact;			/* flag: RuleFact */
	uint8		relation;		/* comparison: RuleRelation, against zero */
	uint8		unused;
	uint16		count;			/* children; comparison: terms */
	uint16		need;			/* quorum: how many of the children */
	uint32		length;			/* bytes of the node and all under it */
	uint32		code_offset;	/* flag with a code */
	uint32		code_length;	/* 0: no code */
	uint32		text_offset;	/* its part of the canonical text */
	uint32		text_length;
	uint32		unused2;
	Decimal		constant;		/* comparison: added to the terms */
} RuleNode;

typedef struct RuleTerm
{
	Decimal		coefficient;	/* not zero */
	uint32		code_offset;
	uint32		code_length;	/* 0: no code */
	uint8		fact;			/* RuleFact */
	uint8		unused[7];
} RuleTerm;

typedef struct Rule
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint16		version;		/* RULE_FORMAT_VERSION */
	uint16		unused;
	uint32		facts;			/* bit (1 << RuleFact) for each fact read */
	uint32		text_offset;	/* the canonical text */
	uint32		text_length;
	uint32		unused2;
	/* RuleNode, the root */
} Rule;

static inline const RuleNode *
rule_root(const Rule *rule)
{
	return (const RuleNode *) (rule + 1);
}

static inline const RuleNode *
rule_first_child(const RuleNode *node)
{
	return node + 1;
}

/* The node after this one and all under it; valid while a sibling is left. */
static inline const RuleNode *
rule_next_sibling(const RuleNode *node)
{
	return (const RuleNode *) ((const char *) node + node->length);
}

static inline const RuleTerm *
rule_terms(const RuleNode *node)
{
	return (const RuleTerm *) (node + 1);
}

/* What an offset of the rule points at. */
static inline const char *
rule_at(const Rule *rule, uint32 offset)
{
	return (const char *) rule + offset;
}

/* Detoasted, aligned, and of a format that this library reads. */
extern Rule *rule_from_datum(Datum datum);

#define DatumGetRuleP(datum)	rule_from_datum(datum)
#define PG_GETARG_RULE_P(n)		DatumGetRuleP(PG_GETARG_DATUM(n))
#define RulePGetDatum(rule)		PointerGetDatum(rule)
#define PG_RETURN_RULE_P(rule)	return RulePGetDatum(rule)

/*
 * The attendance of one enrollment.  The rest of the sessions, sessions -
 * attended - absences - excused, is unmarked, and every unmarked session may
 * still become attended (late or not), absent or excused.  With 0 sessions
 * none is scheduled yet: any number may come, and the marks are what the
 * counts are at least.
 *
 * A source that knows no such counts sets sessions to
 * RULE_ATTENDANCE_BY_FACT and answers the attendance facts one by one through
 * number().
 */
typedef struct RuleAttendance
{
	int32		sessions;
	int32		attended;
	int32		absences;
	int32		excused;
	int32		lates;			/* among attended */
} RuleAttendance;

#define RULE_ATTENDANCE_BY_FACT	(-1)

/*
 * Where the evaluator asks; a source embeds it as its first member.  It
 * answers with what a fact can still become, so whether an event is closed is
 * the source's business.  Codes are not terminated, and empty for facts
 * without one.
 */
typedef struct RuleFacts RuleFacts;

struct RuleFacts
{
	RuleAttendance attendance;

	/* the facts that are numbers, the attendance ones aside */
	DecimalRange (*number) (RuleFacts *facts, RuleFact fact,
							const char *code, int code_len);

	/*
	 * The facts that are flags; TRUTH_OPEN for what may still change.  A
	 * standing flag (paid, invoiced, holds, ended, approved) that is not
	 * TRUTH_YES is open to the evaluator, or false under an odd number of
	 * "not", whichever of the two the source answers.
	 */
	Truth		(*flag) (RuleFacts *facts, RuleFact fact,
						 const char *code, int code_len);

	/*
	 * May be NULL.  Appends words for what is missing for the fact, such as
	 * "invoice INV-7: 120.00 outstanding"; nothing where it has no better
	 * words than the evaluator's own.
	 */
	void		(*describe) (RuleFacts *facts, RuleFact fact,
							 const char *code, int code_len, StringInfo buf);
};

typedef void (*RuleFactVisitor) (void *arg, RuleFact fact,
								 const char *code, int code_len);

/* rule_parse.c: NULL where escontext took a soft error */
extern Rule *rule_from_text(const char *input, int length, Node *escontext);

/* rule_io.c */
extern Rule *rule_from_text_datum(Datum datum);
extern char *rule_to_text(const Rule *rule);
extern int	rule_compare(const Rule *left, const Rule *right);

/* rule_eval.c */
extern Truth rule_evaluate(const Rule *rule, RuleFacts *facts);
extern bool rule_stands(const Rule *rule, RuleFacts *facts, uint32 moved,
						Truth before);
extern uint32 rule_moved_fact_mask(const Rule *rule, uint32 moved);

extern const char *rule_outcome_name(Truth outcome);

/* rule_json.c */
extern RuleFacts *rule_facts_from_jsonb(Jsonb *jsonb, bool closed);

/* rule_facts.c */
extern uint32 rule_fact_mask(const Rule *rule);
extern void rule_visit_facts(const Rule *rule, RuleFactVisitor visit,
							 void *arg);
extern void rule_visit_node_facts(const Rule *rule, const RuleNode *node,
								  RuleFactVisitor visit, void *arg);
extern bool rule_needs_flag(const Rule *rule, RuleFact fact);
extern const char *rule_fact_name(RuleFact fact);

/* rule_explain.c */
extern void rule_explain(const Rule *rule, RuleFacts *facts,
						 Tuplestorestate *store, TupleDesc columns);

/* rule_waiting.c */
extern char *rule_waiting_for(const Rule *rule, RuleFacts *facts);

#endif							/* ACHIEVE_RULE_H */
