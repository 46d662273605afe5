/*-------------------------------------------------------------------------
 *
 * rule_tree.h
 *		What scanner, parser, printer and flattener of rules share.
 *
 * The way of a text: rule_scan.c makes tokens, rule_parse.c a RuleTree,
 * rule_print.c its canonical text, rule_flat.c the Rule.  A tree lives in the
 * memory context in which it was parsed; codes may point into the text.
 *
 * Wrong text goes through rule_error.c.  Where the scanner's escontext takes
 * errors softly, the functions return false or NULL afterwards.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_RULE_TREE_H
#define ACHIEVE_RULE_TREE_H

#include "rule.h"

/* Hints that several faults share. */
#define RULE_EXAMPLE_HINT \
	"A rule reads like: attendance >= 80 and score(final) >= 60."
#define RULE_QUOTE_HINT \
	"Quote codes with plain double quotes: score(\"final exam\")."
#define RULE_SUM_HINT \
	"Sums have no parentheses: write \"absences + lates <= 2\", and \"2 * absences + 2 * lates\" for twice the sum."

typedef enum RuleTokenKind
{
	TOKEN_END,
	TOKEN_WORD,					/* keyword or fact */
	TOKEN_CODE,
	TOKEN_NUMBER,
	TOKEN_RELATION,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_TIMES,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA
} RuleTokenKind;

typedef struct RuleToken
{
	RuleTokenKind kind;
	int			start;			/* bytes of the text */
	int			length;
	Decimal		number;			/* TOKEN_NUMBER */
	bool		is_whole;		/* TOKEN_NUMBER without a point */
	RuleRelation relation;		/* TOKEN_RELATION */
	const char *code;			/* TOKEN_CODE, without quotes */
	int			code_length;
} RuleToken;

typedef struct RuleScanner
{
	const char *text;
	int			length;
	int			next;			/* first byte behind the current token */
	RuleToken	token;			/* the current one */
	RuleToken	previous;
	Node	   *escontext;

	/* what the current token follows; only hints go by it */
	enum
	{
		RULE_AFTER_NOTHING,
		RULE_AFTER_COMPARISON,
		RULE_AFTER_PARENTHESIS,
		RULE_AFTER_FLAG,
		RULE_AFTER_QUORUM		/* "at least" before its list */
	}			after;
} RuleScanner;

/* "0.5 * lates", or a number alone. */
typedef struct RuleTreeTerm
{
	struct RuleTreeTerm *next;
	Decimal		coefficient;	/* with its sign */
	bool		has_fact;
	bool		has_number;		/* a number is written */
	RuleFact	fact;
	const char *code;
	int			code_length;
	int			position;		/* of the fact in the parsed text */
} RuleTreeTerm;

typedef struct RuleTree
{
	RuleNodeKind kind;
	struct RuleTree *next;		/* sibling */
	struct RuleTree *first;		/* children */
	struct RuleTree *last;
	int			count;			/* of children; comparison: collected terms */
	int			need;			/* quorum */
	RuleFact	fact;			/* flag */
	const char *code;
	int			code_length;
	RuleRelation relation;		/* comparison, as written */
	RuleTreeTerm *left;
	RuleTreeTerm *right;
	RuleTreeTerm *collected;	/* left - right, one term for each fact */
	Decimal		constant;		/* left - right, the numbers */
	int			text_offset;	/* its part of the canonical text */
	int			text_length;
} RuleTree;

/* What the language knows about a fact. */
typedef enum RuleFactKind
{
	RULE_KIND_NUMBER = 1,
	RULE_KIND_FLAG = 2,
	RULE_KIND_BOTH = 3
} RuleFactKind;

typedef struct RuleFactInfo
{
	const char *name;
	RuleFactKind kind;
	bool		has_code;
	bool		is_standing;	/* a flag that can come true at any time */
	bool		award_only;		/* only award rules may read it */
	const char *example;		/* for hints: how a rule uses it */
} RuleFactInfo;

extern const RuleFactInfo rule_fact_info[RULE_FACT_COUNT];

/* rule_scan.c */
extern bool rule_scan_next(RuleScanner *scanner);
extern bool rule_scan_code(RuleScanner *scanner);
extern bool rule_code_is_bare(const char *code, int length);

/* rule_error.c */
extern bool rule_fail(RuleScanner *scanner, int sqlstate, int position,
					  const char *message, const char *expected,
					  const char *hint);
extern void rule_fail_use(RuleScanner *scanner, int position,
						  const char *message, const char *hint);
extern void rule_fail_unexpected(RuleScanner *scanner, const char *expected);
extern bool rule_at_decimal_comma(RuleScanner *scanner);
extern char *rule_quote_part(const char *text, int length);
extern const char *rule_nearest(const char *word, int length,
								const char *const *candidates, int count);
extern const char *rule_fact_hint(const char *word, int length);

/* rule_form.c */
extern bool rule_check_numbers(RuleScanner *scanner,
							   const RuleTreeTerm *term);
extern bool rule_collect_terms(RuleScanner *scanner, RuleTree *tree,
							   int position);

/* rule_facts.c */
extern bool rule_find_fact(const char *word, int length, RuleFact *fact);

/* rule_print.c */
extern void rule_print(RuleTree *tree, StringInfo buf);
extern void rule_print_quantity(StringInfo buf, RuleFact fact,
								const char *code, int length);
extern const char *rule_relation_symbol(RuleRelation relation);

/* rule_flat.c */
extern Rule *rule_flatten(RuleTree *tree);

#endif							/* ACHIEVE_RULE_TREE_H */
