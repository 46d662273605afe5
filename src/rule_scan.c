/*-------------------------------------------------------------------------
 *
 * rule_scan.c
 *		Text of a rule -> tokens, each with its position.
 *
 * The scanner looks one token ahead and never backs up.  What may stand in
 * parentheses behind a fact is no token of the language but a code, so the
 * parser asks for that with rule_scan_code() while "(" is the current token.
 *
 * Bytes above 127 are never split: every server encoding keeps ASCII bytes
 * out of its multi-byte characters, so a run of high bytes is a run of whole
 * characters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rule_tree.h"

#define MAX_WORD 256

/* What people type for something that the language spells otherwise. */
typedef struct ForeignSymbol
{
	const char *symbol;
	const char *hint;
} ForeignSymbol;

static const ForeignSymbol foreign_symbols[] = {
	{"==", "Write \"=\"."},
	{"=<", "Write \"<=\"."},
	{"=>", "Write \">=\"."},
	{"&&", "Write \"and\"."},
	{"&", "Write \"and\"."},
	{"||", "Write \"or\"."},
	{"|", "Write \"or\"."},
	{"!", "Write \"not\", or \"<>\" for unequal."},
	{"%", "Percentages are plain numbers: write \"attendance >= 80\"."},
	{"/", "Rules do not divide: write \"0.5 * lates\" for half of the lates, or multiply the other side."},
	{"'", NULL},
	{";", "A rule is one condition: join conditions with \"and\" or \"or\"."},
	{".", "Write a digit on both sides of the decimal point, for example \"0.5\"."},
	/* U+2264, U+2265, U+2260 */
	{"\xe2\x89\xa4", "Write \"<=\"."},
	{"\xe2\x89\xa5", "Write \">=\"."},
	{"\xe2\x89\xa0", "Write \"<>\"."},
	/* U+00D7, U+22C5, U+00F7, U+2212, U+2013 */
	{"\xc3\x97", "Write \"*\"."},
	{"\xe2\x8b\x85", "Write \"*\"."},
	{"\xc3\xb7", "Rules do not divide: write \"0.5 * lates\" for half of the lates."},
	{"\xe2\x88\x92", "Write a plain \"-\"."},
	{"\xe2\x80\x93", "Write a plain \"-\"."},
	/* other quotes, all with the same hint; curly: U+2018 to U+201F, U+00AB, U+00BB */
	{"\xe2\x80\x98", NULL},
	{"\xe2\x80\x99", NULL},
	{"\xe2\x80\x9a", NULL},
	{"\xe2\x80\x9b", NULL},
	{"\xe2\x80\x9c", NULL},
	{"\xe2\x80\x9d", NULL},
	{"\xe2\x80\x9e", NULL},
	{"\xe2\x80\x9f", NULL},
	{"\xc2\xab", NULL},
	{"\xc2\xbb", NULL},
	/* U+00A0, U+202F, U+200B, U+FEFF: nothing to see, so say what it is */
	{"\xc2\xa0", "There is a non-breaking space (U+00A0): write a plain space."},
	{"\xe2\x80\xaf", "There is a non-breaking space (U+202F): write a plain space."},
	{"\xe2\x80\x8b", "There is an invisible space (U+200B): remove it."},
	{"\xef\xbb\xbf", "There is a byte order mark (U+FEFF): remove it."},
};

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
		c == '\v';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
is_bare(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* May the code be printed without quotes? */
bool
rule_code_is_bare(const char *code, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (!is_bare(code[i]))
			return false;
	}
	return length > 0;
}

/* The foreign symbol that the text starts with, or NULL. */
static const ForeignSymbol *
find_foreign_symbol(const char *input, int length)
{
	for (int i = 0; i < lengthof(foreign_symbols); i++)
	{
		int			size = strlen(foreign_symbols[i].symbol);

		if (size <= length && memcmp(input, foreign_symbols[i].symbol, size) == 0)
			return &foreign_symbols[i];
	}
	return NULL;
}

/*
 * The length of the word at the start of the text: letters, digits, "_" and
 * whatever is not ASCII, the symbols we know aside, so that a misspelt or
 * foreign word is quoted whole.  No word of the language is nearly as long as
 * MAX_WORD; what is longer may be cut anywhere.
 */
static int
word_length(const char *input, int length)
{
	int			size = 0;

	while (size < length && size < MAX_WORD)
	{
		char		c = input[size];

		if (IS_HIGHBIT_SET(c))
		{
			if (find_foreign_symbol(input + size, length - size))
				break;
		}
		else if (!is_letter(c) && !is_digit(c) && c != '_')
			break;
		size++;
	}
	return size;
}

/* Refuse the text at the token's start: it begins no token. */
static bool
fail_symbol(RuleScanner *scanner, const char *input, int length)
{
	const ForeignSymbol *foreign = find_foreign_symbol(input, length);
	int			size = foreign ? strlen(foreign->symbol) : 1;
	const char *hint = RULE_EXAMPLE_HINT;

	if (foreign)
		hint = foreign->hint ? foreign->hint : RULE_QUOTE_HINT;
	else if (*input == '"')
	{
		const char *end = memchr(input + 1, '"', length - 1);

		size = end ? end + 1 - input : length;
		hint = "Only codes are quoted, in parentheses behind a fact: score(\"final exam\").";
	}
	return rule_fail(scanner, ERRCODE_SYNTAX_ERROR, input - scanner->text,
					 psprintf("unexpected %s in a rule",
							  rule_quote_part(input, size)),
					 NULL, hint);
}

/* number = digit { digit } [ "." digit { digit } ] */
static bool
scan_number(RuleScanner *scanner)
{
	RuleToken  *token = &scanner->token;
	const char *input = scanner->text + token->start;
	int			length = scanner->length - token->start;
	int			size = 0;
	int			whole_digits = 0;
	int			scale = 0;
	Decimal		number = 0;

	for (; size < length && is_digit(input[size]); size++)
	{
		if (whole_digits > 0 || input[size] != '0')
			whole_digits++;
		if (whole_digits <= DECIMAL_WHOLE_DIGITS)
			number = number * 10 + (input[size] - '0');
	}
	token->is_whole = true;
	if (size + 1 < length && input[size] == '.' && is_digit(input[size + 1]))
	{
		token->is_whole = false;
		for (size++; size < length && is_digit(input[size]); size++)
		{
			if (++scale <= DECIMAL_SCALE && whole_digits <= DECIMAL_WHOLE_DIGITS)
				number = number * 10 + (input[size] - '0');
		}
	}
	token->length = size;
	if (whole_digits > DECIMAL_WHOLE_DIGITS || scale > DECIMAL_SCALE)
		return rule_fail(scanner, ERRCODE_INVALID_PARAMETER_VALUE,
						 token->start,
						 psprintf("number %s has too many digits",
								  rule_quote_part(input, size)),
						 NULL,
						 "A number has at most 12 digits before and 6 after the decimal point.");
	for (; scale < DECIMAL_SCALE; scale++)
		number *= 10;
	token->number = number;
	token->kind = TOKEN_NUMBER;
	return true;
}

/* "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" */
static bool
scan_relation(RuleScanner *scanner)
{
	static const struct
	{
		const char *symbol;
		RuleRelation relation;
	}			relations[] = {
		/* of two that start alike the longer one first */
		{"<>", RULE_NE}, {"!=", RULE_NE}, {"<=", RULE_LE}, {">=", RULE_GE},
		{"<", RULE_LT}, {">", RULE_GT}, {"=", RULE_EQ}
	};
	RuleToken  *token = &scanner->token;
	const char *input = scanner->text + token->start;
	int			length = scanner->length - token->start;

	/* "==", "=<", "=>" are not an "=" with something behind it */
	if (*input == '=' && find_foreign_symbol(input, length))
		return fail_symbol(scanner, input, length);
	for (int i = 0; i < lengthof(relations); i++)
	{
		int			size = strlen(relations[i].symbol);

		if (size <= length && memcmp(input, relations[i].symbol, size) == 0)
		{
			token->kind = TOKEN_RELATION;
			token->relation = relations[i].relation;
			token->length = size;
			return true;
		}
	}
	return fail_symbol(scanner, input, length);
}

/* Step over white space; the token that follows becomes the current one. */
static void
begin_token(RuleScanner *scanner)
{
	while (scanner->next < scanner->length &&
		   is_space(scanner->text[scanner->next]))
		scanner->next++;
	scanner->previous = scanner->token;
	memset(&scanner->token, 0, sizeof(RuleToken));
	scanner->token.start = scanner->next;
}

/* Make the next token the current one; false after a soft error. */
bool
rule_scan_next(RuleScanner *scanner)
{
	RuleToken  *token = &scanner->token;
	const char *input;
	int			length;
	bool		good = true;

	begin_token(scanner);
	input = scanner->text + token->start;
	length = scanner->length - token->start;
	if (length == 0)
	{
		token->kind = TOKEN_END;
		return true;
	}

	token->length = 1;
	switch (*input)
	{
		case '(':
			token->kind = TOKEN_OPEN;
			break;
		case ')':
			token->kind = TOKEN_CLOSE;
			break;
		case ',':
			token->kind = TOKEN_COMMA;
			break;
		case '+':
			token->kind = TOKEN_PLUS;
			break;
		case '-':
			token->kind = TOKEN_MINUS;
			break;
		case '*':
			token->kind = TOKEN_TIMES;
			break;
		case '=':
		case '<':
		case '>':
		case '!':
			good = scan_relation(scanner);
			break;
		default:
			if (is_digit(*input))
				good = scan_number(scanner);
			else
			{
				token->kind = TOKEN_WORD;
				token->length = word_length(input, length);
				if (token->length == 0)
					good = fail_symbol(scanner, input, length);
			}
	}
	scanner->next = token->start + token->length;
	return good;
}

/*
 * code = identifier | double-quoted string ("" inside stands for one ")
 *
 * Make the code behind the current token, which is "(", the current one;
 * false after a soft error.
 */
bool
rule_scan_code(RuleScanner *scanner)
{
	RuleToken  *token = &scanner->token;
	const char *input;
	int			length;
	int			size = 0;

	begin_token(scanner);
	input = scanner->text + token->start;
	length = scanner->length - token->start;
	token->kind = TOKEN_CODE;
	if (length > 0 && *input == '"')
	{
		char	   *code;
		int			code_length = 0;

		/* find the closing quote before allocating anything */
		for (size = 1; size < length; size++)
		{
			if (input[size] == '"')
			{
				if (size + 1 >= length || input[size + 1] != '"')
					break;
				size++;
			}
		}
		if (size >= length)
			return rule_fail(scanner, ERRCODE_SYNTAX_ERROR, token->start,
							 "unterminated quoted code", NULL,
							 "Close the code with a double quote; write a double quote inside it twice.");
		code = palloc_extended(size, MCXT_ALLOC_HUGE);
		for (int i = 1; i < size; i++)
		{
			code[code_length++] = input[i];
			if (input[i] == '"')
				i++;
		}
		token->code = code;
		token->code_length = code_length;
		size++;
	}
	else
	{
		while (size < length && is_bare(input[size]))
			size++;
		token->code = input;
		token->code_length = size;

		/* what stops a bare code early needs quotes; ")" ends it */
		if (size < length && input[size] != ')' && !is_space(input[size]))
		{
			const ForeignSymbol *foreign = find_foreign_symbol(input + size,
															   length - size);

			return rule_fail(scanner, ERRCODE_SYNTAX_ERROR,
							 token->start + size,
							 psprintf("unexpected %s in a code",
									  rule_quote_part(input + size,
													  foreign ? strlen(foreign->symbol) :
													  Max(1, word_length(input + size, length - size)))),
							 NULL, RULE_QUOTE_HINT);
		}
	}
	if (token->code_length == 0)
		return rule_fail(scanner, ERRCODE_SYNTAX_ERROR, token->start,
						 "empty code", "a code",
						 "Name it in the parentheses, for example score(final).");
	token->length = size;
	scanner->next = token->start + size;
	return true;
}
