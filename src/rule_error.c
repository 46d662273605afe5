/*-------------------------------------------------------------------------
 *
 * rule_error.c
 *		Errors in the text of a rule: position, found text, what to write.
 *
 * All errors have one form: the fault in the message, its position (in
 * characters, from 1) with the text there and what is expected in the detail,
 * what to write instead in the hint.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "compat.h"
#include "rule_tree.h"

/* How much of a text an error quotes, in bytes. */
#define QUOTED_LENGTH 40

/*
 * Raise the error, or save it where escontext takes errors softly; returns
 * false for the convenience of callers.  "position" is a byte offset;
 * "expected" completes the sentence "... where ... is expected" and may be
 * NULL.
 */
bool
rule_fail(RuleScanner *scanner, int sqlstate, int position,
		  const char *message, const char *expected, const char *hint)
{
	int			character = pg_mbstrlen_with_len(scanner->text, position) + 1;
	StringInfoData detail;

	initStringInfo(&detail);
	if (position >= scanner->length)
		appendStringInfo(&detail, "At the end of the rule, position %d",
						 character);
	else
		appendStringInfo(&detail, "At position %d, %s", character,
						 rule_quote_part(scanner->text + position,
										 scanner->length - position));
	if (expected)
		appendStringInfo(&detail, ", where %s is expected", expected);
	appendStringInfoChar(&detail, '.');
	errsave(scanner->escontext,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", detail.data),
			 hint ? errhint("%s", hint) : 0));
	return false;
}

/* The text in double quotes, cut after some 40 bytes. */
char *
rule_quote_part(const char *input, int length)
{
	int			shown = pg_mbcliplen(input, length, QUOTED_LENGTH);

	return psprintf("\"%.*s%s\"", shown, input, shown < length ? "..." : "");
}

/*
 * The candidate that is spelt most like the word, or NULL where none is near:
 * at most one edit for each three letters, or two (that is what two letters
 * in the wrong order take), or one in the shortest words.
 */
const char *
rule_nearest(const char *word, int length,
			 const char *const *candidates, int count)
{
	const char *nearest = NULL;
	int			least = Max(length < 3 ? 1 : 2, length / 3) + 1;
	char		lower[NAMEDATALEN];

	if (length >= NAMEDATALEN)
		return NULL;
	for (int i = 0; i < length; i++)
		lower[i] = pg_ascii_tolower((unsigned char) word[i]);
	for (int i = 0; i < count; i++)
	{
		int			edits = varstr_levenshtein_less_equal(lower, length,
														  candidates[i],
														  strlen(candidates[i]),
														  1, 1, 1,
														  least - 1, true);

		if (edits < least)
		{
			least = edits;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/* What to write instead of the unknown fact: the nearest one, or all. */
const char *
rule_fact_hint(const char *word, int length)
{
	const char *names[RULE_FACT_COUNT];
	const char *nearest;
	StringInfoData hint;

	for (int i = 0; i < RULE_FACT_COUNT; i++)
		names[i] = rule_fact_info[i].name;
	nearest = rule_nearest(word, length, names, RULE_FACT_COUNT);
	if (nearest)
		return psprintf("Did you mean \"%s\"?", nearest);

	initStringInfo(&hint);
	appendStringInfoString(&hint, "The facts are");
	for (int i = 0; i < RULE_FACT_COUNT; i++)
		appendStringInfo(&hint, "%s %s", i > 0 ? "," : "", names[i]);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

/* Is the current token a comma within a number, as in 79,5? */
bool
rule_at_decimal_comma(RuleScanner *scanner)
{
	RuleToken  *comma = &scanner->token;

	return comma->kind == TOKEN_COMMA &&
		scanner->previous.kind == TOKEN_NUMBER &&
		scanner->previous.start + scanner->previous.length == comma->start &&
		comma->start + 1 < scanner->length &&
		scanner->text[comma->start + 1] >= '0' &&
		scanner->text[comma->start + 1] <= '9';
}

/* What to write instead of the current token, which fits nowhere. */
static const char *
hint_for_token(RuleScanner *scanner)
{
	static const char *const joiners[] = {"and", "or"};
	RuleToken  *token = &scanner->token;
	const char *nearest;

	if (rule_at_decimal_comma(scanner))
		return "Write a decimal point: \"79.5\".";
	if (scanner->after == RULE_AFTER_QUORUM)
		return "A choice reads like: at least 2 of (paid, completed(portfolio), score(final) >= 60).";
	if (scanner->previous.kind == TOKEN_CODE)
		return token->kind == TOKEN_WORD ? RULE_QUOTE_HINT :
			"Close the parenthesis behind the code, as in score(final).";
	switch (token->kind)
	{
		case TOKEN_RELATION:
			if (scanner->after == RULE_AFTER_COMPARISON)
				return "Comparisons cannot be chained: write \"0 <= lates and lates <= 2\".";
			if (scanner->after == RULE_AFTER_PARENTHESIS)
				return RULE_SUM_HINT;
			break;
		case TOKEN_PLUS:
		case TOKEN_MINUS:
		case TOKEN_TIMES:
			if (scanner->after == RULE_AFTER_PARENTHESIS)
				return RULE_SUM_HINT;
			if (scanner->previous.kind == TOKEN_PLUS ||
				scanner->previous.kind == TOKEN_MINUS)
				return "Only the first number of a sum has a sign of its own: write \"absences - 2\".";
			break;
		case TOKEN_OPEN:
			if (scanner->previous.kind == TOKEN_TIMES ||
				scanner->previous.kind == TOKEN_PLUS ||
				scanner->previous.kind == TOKEN_MINUS ||
				scanner->previous.kind == TOKEN_RELATION)
				return RULE_SUM_HINT;
			break;
		case TOKEN_WORD:
			if (scanner->after == RULE_AFTER_NOTHING)
				break;
			if (scanner->previous.kind == TOKEN_NUMBER &&
				scanner->previous.start + scanner->previous.length == token->start)
				return "Numbers are plain decimals such as 60 or 79.5.";
			nearest = rule_nearest(scanner->text + token->start,
								   token->length, joiners, lengthof(joiners));
			if (nearest)
				return psprintf("Did you mean \"%s\"?", nearest);
			return "Join conditions with \"and\" or \"or\".";
		default:
			break;
	}
	return RULE_EXAMPLE_HINT;
}

/* Refuse the current token: something else is expected here. */
void
rule_fail_unexpected(RuleScanner *scanner, const char *expected)
{
	RuleToken  *token = &scanner->token;
	const char *message = "unexpected end of the rule";

	if (token->kind != TOKEN_END)
		message = psprintf("unexpected %s in a rule",
						   rule_quote_part(scanner->text + token->start,
										   token->length));
	rule_fail(scanner, ERRCODE_SYNTAX_ERROR, token->start, message, expected,
			  hint_for_token(scanner));
}

/* Refuse a fact or a limit that is used wrongly in well-formed text. */
void
rule_fail_use(RuleScanner *scanner, int position, const char *message,
			  const char *hint)
{
	rule_fail(scanner, ERRCODE_INVALID_PARAMETER_VALUE, position,
			  message, NULL, hint);
}
