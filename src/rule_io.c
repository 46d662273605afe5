/*-------------------------------------------------------------------------
 *
 * rule_io.c
 *		Input, output, casts, comparison and hashing of rules.
 *
 * Every rule comes from rule_from_text(), also over the binary protocol: the
 * binary form is a version byte and the text, so hostile bytes never become a
 * tree.  Equality, ordering and hashing go by the canonical text, bytewise.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rule.h"

/* Version of the binary form: what follows is text. */
#define RULE_WIRE_VERSION 1

PG_FUNCTION_INFO_V1(rule_in);
PG_FUNCTION_INFO_V1(rule_out);
PG_FUNCTION_INFO_V1(rule_recv);
PG_FUNCTION_INFO_V1(rule_send);
PG_FUNCTION_INFO_V1(rule_cast_from_text);
PG_FUNCTION_INFO_V1(rule_cast_to_text);
PG_FUNCTION_INFO_V1(rule_eq);
PG_FUNCTION_INFO_V1(rule_ne);
PG_FUNCTION_INFO_V1(rule_lt);
PG_FUNCTION_INFO_V1(rule_le);
PG_FUNCTION_INFO_V1(rule_gt);
PG_FUNCTION_INFO_V1(rule_ge);
PG_FUNCTION_INFO_V1(rule_cmp);
PG_FUNCTION_INFO_V1(rule_hash);
PG_FUNCTION_INFO_V1(rule_hash_extended);

/* The rule of a datum; lives as long as the datum, or in this context. */
Rule *
rule_from_datum(Datum datum)
{
	Rule	   *rule = (Rule *) PG_DETOAST_DATUM(datum);

	if (rule->version != RULE_FORMAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rule is stored in format %d", rule->version),
				 errhint("Install the version of achieve that wrote it, or a newer one.")));
	return rule;
}

/* The canonical text, in the current memory context. */
char *
rule_to_text(const Rule *rule)
{
	return pnstrdup(rule_at(rule, rule->text_offset), rule->text_length);
}

/* Less than, equal to or greater than zero, by the canonical texts. */
int
rule_compare(const Rule *left, const Rule *right)
{
	int			order = memcmp(rule_at(left, left->text_offset),
							   rule_at(right, right->text_offset),
							   Min(left->text_length, right->text_length));

	if (order != 0)
		return order;
	return left->text_length < right->text_length ? -1 :
		left->text_length > right->text_length;
}

/* The rule of a text datum; throws where the text is none. */
Rule *
rule_from_text_datum(Datum datum)
{
	char	   *string = TextDatumGetCString(datum);
	Rule	   *rule = rule_from_text(string, strlen(string), NULL);

	pfree(string);
	return rule;
}

Datum
rule_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	Rule	   *rule = rule_from_text(string, strlen(string), fcinfo->context);

	if (rule == NULL)
		PG_RETURN_NULL();
	PG_RETURN_RULE_P(rule);
}

Datum
rule_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(rule_to_text(PG_GETARG_RULE_P(0)));
}

Datum
rule_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	char	   *string;
	int			length;

	if (version != RULE_WIRE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of a binary rule", version),
				 errhint("Send version %d, or the text form.",
						 RULE_WIRE_VERSION)));
	string = pq_getmsgtext(buf, buf->len - buf->cursor, &length);
	PG_RETURN_RULE_P(rule_from_text(string, length, NULL));
}

Datum
rule_send(PG_FUNCTION_ARGS)
{
	Rule	   *rule = PG_GETARG_RULE_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, RULE_WIRE_VERSION);
	pq_sendtext(&buf, rule_at(rule, rule->text_offset), rule->text_length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
rule_cast_from_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_RULE_P(rule_from_text_datum(PG_GETARG_DATUM(0)));
}

Datum
rule_cast_to_text(PG_FUNCTION_ARGS)
{
	Rule	   *rule = PG_GETARG_RULE_P(0);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(rule_at(rule, rule->text_offset),
											  rule->text_length));
}

/* Compare the two arguments, freeing what detoasting them made. */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	Rule	   *left = PG_GETARG_RULE_P(0);
	Rule	   *right = PG_GETARG_RULE_P(1);
	int			order = rule_compare(left, right);

	PG_FREE_IF_COPY(left, 0);
	PG_FREE_IF_COPY(right, 1);
	return order;
}

Datum
rule_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

Datum
rule_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) != 0);
}

Datum
rule_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

Datum
rule_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

Datum
rule_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

Datum
rule_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
rule_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

Datum
rule_hash(PG_FUNCTION_ARGS)
{
	Rule	   *rule = PG_GETARG_RULE_P(0);
	Datum		hash = hash_any((const unsigned char *) rule_at(rule, rule->text_offset),
								rule->text_length);

	PG_FREE_IF_COPY(rule, 0);
	PG_RETURN_DATUM(hash);
}

Datum
rule_hash_extended(PG_FUNCTION_ARGS)
{
	Rule	   *rule = PG_GETARG_RULE_P(0);
	Datum		hash = hash_any_extended((const unsigned char *) rule_at(rule, rule->text_offset),
										 rule->text_length,
										 PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(rule, 0);
	PG_RETURN_DATUM(hash);
}
