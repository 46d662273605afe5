/*-------------------------------------------------------------------------
 *
 * rule_parse.c
 *		Tokens -> RuleTree: recursive descent, and every check on a rule.
 *
 * Above each function stands its production; docs/rule-language.md has the
 * whole grammar.  A tree that leaves this file is a valid rule within all
 * limits, with "and" in "and" and "or" in "or" merged into one list.
 *
 * Every function that parses returns NULL or false after a soft error.  The
 * recursion is at most three calls for each of RULE_MAX_LEVELS levels, and
 * the work is linear in the length of the text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "rule_tree.h"

/* All codes of a rule together, so that rule and text fit into a datum. */
#define MAX_CODE_BYTES	(64 * 1024 * 1024)

typedef struct RuleParser
{
	RuleScanner scanner;
	int			level;			/* of nesting, from 0 */
	int			nodes;			/* "and" and "or" aside */
	int			connectives;	/* "and" and "or": merging takes some away */
	int64		code_bytes;
} RuleParser;

#define EXPECT_FACTOR	"a fact, a number, \"not\", \"at least\" or \"(\""
#define EXPECT_MORE		"\"and\", \"or\" or the end of the rule"
#define EXPECT_QUANTITY	"a fact"

static RuleTree *parse_connective(RuleParser *parser, int level);

/* Is the current token this keyword, in any case? */
static bool
at_word(RuleParser *parser, const char *word)
{
	RuleToken  *token = &parser->scanner.token;

	return token->kind == TOKEN_WORD && token->length == strlen(word) &&
		pg_strncasecmp(parser->scanner.text + token->start, word,
					   token->length) == 0;
}

static bool
at_keyword(RuleParser *parser)
{
	return at_word(parser, "and") || at_word(parser, "or") ||
		at_word(parser, "not") || at_word(parser, "at") ||
		at_word(parser, "least") || at_word(parser, "of");
}

/* Step to the next token; one that is not "kind" now is refused. */
static bool
take_token(RuleParser *parser, RuleTokenKind kind, const char *expected)
{
	if (parser->scanner.token.kind != kind)
	{
		rule_fail_unexpected(&parser->scanner, expected);
		return false;
	}
	return rule_scan_next(&parser->scanner);
}

/* Step over a keyword; anything else is refused. */
static bool
take_word(RuleParser *parser, const char *word)
{
	if (!at_word(parser, word))
	{
		rule_fail_unexpected(&parser->scanner, psprintf("\"%s\"", word));
		return false;
	}
	return rule_scan_next(&parser->scanner);
}

/* One more node in the rule, at the current token. */
static bool
count_node(RuleParser *parser)
{
	if (++parser->nodes <= RULE_MAX_NODES)
		return true;
	rule_fail_use(&parser->scanner, parser->scanner.token.start, "rule has too many parts",
				  psprintf("A rule has at most %d numbers, facts, comparisons and connectives.",
						   RULE_MAX_NODES));
	return false;
}

/* One more level of nesting, at the current token. */
static bool
enter_level(RuleParser *parser)
{
	check_stack_depth();
	if (++parser->level <= RULE_MAX_LEVELS)
		return true;
	rule_fail_use(&parser->scanner, parser->scanner.token.start,
				  "rule is nested too deeply",
				  psprintf("A rule has at most %d levels of parentheses and \"not\".",
						   RULE_MAX_LEVELS));
	return false;
}

static RuleTree *
make_node(RuleNodeKind kind)
{
	RuleTree   *tree = palloc0(sizeof(RuleTree));

	tree->kind = kind;
	return tree;
}

static void
add_child(RuleTree *tree, RuleTree *child)
{
	if (tree->first)
		tree->last->next = child;
	else
		tree->first = child;
	tree->last = child;
	tree->count++;
}

/*
 * Add an operand to an "and" or "or".  One of the same kind, which came from
 * parentheses that change nothing, gives its operands instead of itself.
 */
static void
add_operand(RuleParser *parser, RuleTree *tree, RuleTree *operand)
{
	if (operand->kind != tree->kind)
	{
		add_child(tree, operand);
		return;
	}
	tree->count += operand->count;
	if (tree->first)
		tree->last->next = operand->first;
	else
		tree->first = operand->first;
	tree->last = operand->last;
	parser->connectives--;
}

/*
 * quantity, flag = fact [ "(" code ")" ]
 *
 * Fills in the fact and the code of the term.
 */
static bool
parse_quantity(RuleParser *parser, RuleTreeTerm *term)
{
	RuleScanner *scanner = &parser->scanner;
	RuleToken	word = scanner->token;
	const char *input = scanner->text + word.start;
	const RuleFactInfo *info;

	if (word.kind != TOKEN_WORD || at_keyword(parser))
	{
		rule_fail_unexpected(&parser->scanner, EXPECT_QUANTITY);
		return false;
	}
	if (!rule_find_fact(input, word.length, &term->fact))
		return rule_fail(scanner, ERRCODE_SYNTAX_ERROR, word.start,
						 psprintf("unknown fact %s",
								  rule_quote_part(input, word.length)),
						 NULL, rule_fact_hint(input, word.length));
	info = &rule_fact_info[term->fact];
	term->has_fact = true;
	term->position = word.start;
	if (!rule_scan_next(scanner))
		return false;
	if (info->has_code != (scanner->token.kind == TOKEN_OPEN))
	{
		if (info->has_code)
			rule_fail_use(&parser->scanner, word.start,
						  psprintf("fact \"%s\" needs a code", info->name),
						  psprintf("Write it with a code in parentheses: %s.",
								   info->example));
		else
			rule_fail_use(&parser->scanner, word.start,
						  psprintf("fact \"%s\" has no code", info->name),
						  psprintf("Write it without parentheses: %s.",
								   info->example));
		return false;
	}
	if (!info->has_code)
		return true;

	if (!rule_scan_code(scanner))
		return false;
	term->code = scanner->token.code;
	term->code_length = scanner->token.code_length;
	parser->code_bytes += term->code_length;
	if (parser->code_bytes > MAX_CODE_BYTES)
	{
		rule_fail_use(&parser->scanner, scanner->token.start, "rule is too long",
					  psprintf("The codes of a rule have at most %d bytes together.",
							   MAX_CODE_BYTES));
		return false;
	}
	return rule_scan_next(scanner) && take_token(parser, TOKEN_CLOSE, "\")\"");
}

/* term = number [ "*" quantity ] | quantity [ "*" number ] */
static RuleTreeTerm *
parse_term(RuleParser *parser, const char *expected)
{
	RuleScanner *scanner = &parser->scanner;
	RuleTreeTerm *term = palloc0(sizeof(RuleTreeTerm));

	if (!count_node(parser))
		return NULL;
	parser->scanner.after = RULE_AFTER_NOTHING;
	term->coefficient = DECIMAL_ONE;
	term->position = scanner->token.start;
	if (scanner->token.kind == TOKEN_NUMBER)
	{
		term->coefficient = scanner->token.number;
		term->has_number = true;
		if (!rule_scan_next(scanner))
			return NULL;
		if (scanner->token.kind == TOKEN_TIMES &&
			!(rule_scan_next(scanner) && parse_quantity(parser, term)))
			return NULL;
		return term;
	}

	if (scanner->token.kind != TOKEN_WORD || at_keyword(parser))
	{
		rule_fail_unexpected(&parser->scanner, expected);
		return NULL;
	}
	if (!parse_quantity(parser, term))
		return NULL;
	if (scanner->token.kind == TOKEN_TIMES)
	{
		if (!rule_scan_next(scanner))
			return NULL;
		if (scanner->token.kind != TOKEN_NUMBER)
		{
			rule_fail_unexpected(&parser->scanner, "a number");
			return NULL;
		}
		term->coefficient = scanner->token.number;
		term->has_number = true;
		if (!rule_scan_next(scanner))
			return NULL;
	}
	return term;
}

/* sum = [ "-" ] term { ( "+" | "-" ) term } */
static RuleTreeTerm *
parse_sum(RuleParser *parser, const char *expected)
{
	RuleScanner *scanner = &parser->scanner;
	RuleTreeTerm *first = NULL;
	RuleTreeTerm *last = NULL;
	bool		negative = scanner->token.kind == TOKEN_MINUS;

	if (negative && !rule_scan_next(scanner))
		return NULL;
	for (;;)
	{
		RuleTreeTerm *term = parse_term(parser, expected);

		if (term == NULL)
			return NULL;
		if (negative)
		{
			term->coefficient = -term->coefficient;
			term->has_number = true;
		}
		if (first)
			last->next = term;
		else
			first = term;
		last = term;

		negative = scanner->token.kind == TOKEN_MINUS;
		if (!negative && scanner->token.kind != TOKEN_PLUS)
			return first;
		expected = "a number or a fact";
		if (!rule_scan_next(scanner))
			return NULL;
	}
}

/* Is the current token a ")" with arithmetic or a comparison behind it? */
static bool
at_end_of_inner_sum(RuleParser *parser)
{
	RuleScanner *scanner = &parser->scanner;
	const char *input = scanner->text + scanner->next;

	if (scanner->token.kind != TOKEN_CLOSE)
		return false;
	input += strspn(input, " \t\r\n\f\v");
	return input < scanner->text + scanner->length && *input != '\0' &&
		strchr("+-*<>=!", *input) != NULL;
}

/* Refuse a sum that stands where a condition is expected. */
static void
fail_no_condition(RuleParser *parser, const RuleTreeTerm *sum, int position)
{
	const RuleFactInfo *info = &rule_fact_info[sum->fact];

	if (parser->scanner.token.kind == TOKEN_TIMES)
		rule_fail_unexpected(&parser->scanner, "a comparison");
	else if (at_end_of_inner_sum(parser))
		rule_fail(&parser->scanner, ERRCODE_SYNTAX_ERROR,
				  parser->scanner.token.start,
				  "unexpected \")\" in a sum", "a comparison", RULE_SUM_HINT);
	else if (rule_at_decimal_comma(&parser->scanner))
		rule_fail_unexpected(&parser->scanner, "a comparison");
	else if (sum->next == NULL && sum->has_fact && !sum->has_number)
		rule_fail_use(&parser->scanner, position,
					  psprintf("fact \"%s\" is a number and no condition by itself",
							   info->name),
					  psprintf("Compare it, for example: %s.", info->example));
	else
		rule_fail_use(&parser->scanner, position, "a number is no condition by itself",
					  "Compare it with a fact, for example: absences <= 2. Decimals are written with a point: 79.5.");
}

/*
 * comparison = sum ( "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" ) sum
 * flag = fact [ "(" code ")" ]
 */
static RuleTree *
parse_condition(RuleParser *parser)
{
	RuleScanner *scanner = &parser->scanner;
	int			position = scanner->token.start;
	RuleTreeTerm *sum = parse_sum(parser, EXPECT_FACTOR);
	RuleTree   *tree;

	if (sum == NULL)
		return NULL;
	if (scanner->token.kind == TOKEN_RELATION)
	{
		if (!count_node(parser))
			return NULL;
		tree = make_node(RULE_COMPARISON);
		tree->relation = scanner->token.relation;
		tree->left = sum;
		if (!rule_check_numbers(scanner, sum) || !rule_scan_next(scanner))
			return NULL;
		tree->right = parse_sum(parser, "a number or a fact");
		if (tree->right == NULL || !rule_check_numbers(scanner, tree->right) ||
			!rule_collect_terms(scanner, tree, position))
			return NULL;
		parser->scanner.after = RULE_AFTER_COMPARISON;
		return tree;
	}

	if (sum->next == NULL && sum->has_fact && !sum->has_number &&
		(rule_fact_info[sum->fact].kind & RULE_KIND_FLAG))
	{
		tree = make_node(RULE_FLAG);
		tree->fact = sum->fact;
		tree->code = sum->code;
		tree->code_length = sum->code_length;
		parser->scanner.after = RULE_AFTER_FLAG;
		return tree;
	}
	if (rule_check_numbers(scanner, sum))
		fail_no_condition(parser, sum, position);
	return NULL;
}

/* quorum = "at" "least" integer "of" "(" rule { "," rule } ")" */
static RuleTree *
parse_quorum(RuleParser *parser)
{
	RuleScanner *scanner = &parser->scanner;
	RuleTree   *tree = make_node(RULE_QUORUM);
	RuleToken	need;

	scanner->after = RULE_AFTER_QUORUM;
	if (!count_node(parser) || !take_word(parser, "at") ||
		!take_word(parser, "least"))
		return NULL;
	need = scanner->token;
	if (need.kind != TOKEN_NUMBER || !need.is_whole)
	{
		rule_fail_unexpected(&parser->scanner, "a whole number");
		return NULL;
	}
	if (!rule_scan_next(scanner) || !take_word(parser, "of") ||
		!enter_level(parser))
		return NULL;
	do
	{
		RuleTree   *child;

		/* over "(" the first time, then over "," */
		if (!take_token(parser, tree->count == 0 ? TOKEN_OPEN : TOKEN_COMMA,
						"\"(\""))
			return NULL;
		parser->scanner.after = RULE_AFTER_NOTHING;
		child = parse_connective(parser, 0);
		if (child == NULL)
			return NULL;
		add_child(tree, child);
	} while (scanner->token.kind == TOKEN_COMMA);
	if (!take_token(parser, TOKEN_CLOSE, "\",\", \")\", \"and\" or \"or\""))
		return NULL;
	parser->level--;
	if (need.number < DECIMAL_ONE || need.number > tree->count * DECIMAL_ONE)
	{
		rule_fail_use(&parser->scanner, need.start,
					  psprintf("\"at least %.*s\" of %d",
							   Min(need.length, 20), scanner->text + need.start,
							   tree->count),
					  psprintf("Write a number from 1 to %d, the length of the list.",
							   tree->count));
		return NULL;
	}
	tree->need = need.number / DECIMAL_ONE;
	parser->scanner.after = RULE_AFTER_FLAG;
	return tree;
}

/* factor = "not" factor | "(" rule ")" | quorum | comparison | flag */
static RuleTree *
parse_factor(RuleParser *parser)
{
	RuleScanner *scanner = &parser->scanner;
	RuleTree   *tree;
	RuleTree   *child;

	parser->scanner.after = RULE_AFTER_NOTHING;
	if (at_word(parser, "not"))
	{
		if (!count_node(parser) || !enter_level(parser) ||
			!rule_scan_next(scanner))
			return NULL;
		child = parse_factor(parser);
		if (child == NULL)
			return NULL;
		tree = make_node(RULE_NOT);
		add_child(tree, child);
		parser->level--;
		return tree;
	}
	if (scanner->token.kind == TOKEN_OPEN)
	{
		if (!enter_level(parser) || !rule_scan_next(scanner))
			return NULL;
		tree = parse_connective(parser, 0);
		if (tree == NULL ||
			!take_token(parser, TOKEN_CLOSE, "\")\", \"and\" or \"or\""))
			return NULL;
		parser->level--;
		parser->scanner.after = RULE_AFTER_PARENTHESIS;
		return tree;
	}
	if (at_word(parser, "at"))
		return parse_quorum(parser);
	return parse_condition(parser);
}

/*
 * rule = conjunction { "or" conjunction }
 * conjunction = factor { "and" factor }
 *
 * "level" counts into the table of connectives, the loosest first.
 */
static RuleTree *
parse_connective(RuleParser *parser, int level)
{
	static const struct
	{
		const char *word;
		RuleNodeKind kind;
	}			connectives[] = {{"or", RULE_OR}, {"and", RULE_AND}};
	RuleTree   *tree = NULL;
	RuleTree   *operand;

	if (level == lengthof(connectives))
		return parse_factor(parser);
	check_stack_depth();
	operand = parse_connective(parser, level + 1);
	while (operand && at_word(parser, connectives[level].word))
	{
		if (tree == NULL)
		{
			tree = make_node(connectives[level].kind);
			parser->connectives++;
			add_operand(parser, tree, operand);
		}
		if (!rule_scan_next(&parser->scanner))
			return NULL;
		operand = parse_connective(parser, level + 1);
		if (operand)
			add_operand(parser, tree, operand);
	}
	return operand && tree ? tree : operand;
}

/*
 * Parse a rule.  The text must be valid in the server's encoding and be
 * followed by a zero byte.  Returns NULL where escontext took a soft error.
 */
Rule *
rule_from_text(const char *input, int length, Node *escontext)
{
	RuleParser	parser = {0};
	RuleScanner *scanner = &parser.scanner;
	RuleTree   *tree;

	scanner->text = input;
	scanner->length = length;
	scanner->escontext = escontext;
	if (!rule_scan_next(scanner))
		return NULL;
	if (scanner->token.kind == TOKEN_END)
	{
		rule_fail(scanner, ERRCODE_SYNTAX_ERROR, length, "empty rule",
				  EXPECT_FACTOR,
				  RULE_EXAMPLE_HINT);
		return NULL;
	}
	tree = parse_connective(&parser, 0);
	if (tree == NULL)
		return NULL;
	if (scanner->token.kind != TOKEN_END)
	{
		rule_fail_unexpected(&parser.scanner, EXPECT_MORE);
		return NULL;
	}

	parser.nodes += parser.connectives - 1;
	if (!count_node(&parser))
		return NULL;
	return rule_flatten(tree);
}
