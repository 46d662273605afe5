/*-------------------------------------------------------------------------
 *
 * json.c
 *		Building jsonb objects, one key after another.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "calendar.h"
#include "json.h"

void
json_begin(JsonBuilder *json)
{
	json->state = NULL;
	json->done = NULL;
	(void) pushJsonbValue(&json->state, WJB_BEGIN_OBJECT, NULL);
}

Jsonb *
json_end(JsonBuilder *json)
{
	json_close(json);
	return JsonbValueToJsonb(json->done);
}

static void
push_string(JsonBuilder *json, JsonbIteratorToken token, const char *bytes,
			int length)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, bytes);
	value.val.string.len = length;
	(void) pushJsonbValue(&json->state, token, &value);
}

static void
push_number(JsonBuilder *json, JsonbIteratorToken token, Numeric number)
{
	JsonbValue	value;

	value.type = jbvNumeric;
	value.val.numeric = number;
	(void) pushJsonbValue(&json->state, token, &value);
}

static void
push_null(JsonBuilder *json, JsonbIteratorToken token)
{
	JsonbValue	value;

	value.type = jbvNull;
	(void) pushJsonbValue(&json->state, token, &value);
}

/* Starts an object inside the current one. */
void
json_open(JsonBuilder *json, const char *key)
{
	push_string(json, WJB_KEY, key, strlen(key));
	(void) pushJsonbValue(&json->state, WJB_BEGIN_OBJECT, NULL);
}

void
json_close(JsonBuilder *json)
{
	json->done = pushJsonbValue(&json->state, WJB_END_OBJECT, NULL);
}

/* NULL becomes null. */
void
json_add_text(JsonBuilder *json, const char *key, const char *value)
{
	push_string(json, WJB_KEY, key, strlen(key));
	if (value == NULL)
		push_null(json, WJB_VALUE);
	else
		push_string(json, WJB_VALUE, value, strlen(value));
}

void
json_add_int(JsonBuilder *json, const char *key, int64 value)
{
	push_string(json, WJB_KEY, key, strlen(key));
	push_number(json, WJB_VALUE, int64_to_numeric(value));
}

void
json_add_flag(JsonBuilder *json, const char *key, int key_len, bool value)
{
	JsonbValue	flag;

	push_string(json, WJB_KEY, key, key_len);
	flag.type = jbvBool;
	flag.val.boolean = value;
	(void) pushJsonbValue(&json->state, WJB_VALUE, &flag);
}

void
json_add_bool(JsonBuilder *json, const char *key, bool value)
{
	json_add_flag(json, key, strlen(key), value);
}

void
json_add_null(JsonBuilder *json, const char *key, int key_len)
{
	push_string(json, WJB_KEY, key, key_len);
	push_null(json, WJB_VALUE);
}

void
json_add_decimal(JsonBuilder *json, const char *key, int key_len,
				 Decimal value)
{
	push_string(json, WJB_KEY, key, key_len);
	push_number(json, WJB_VALUE, decimal_to_numeric(value));
}

static void
push_end(JsonBuilder *json, Decimal end)
{
	if (end == DECIMAL_INFINITY || end == DECIMAL_MINUS_INFINITY)
		push_null(json, WJB_ELEM);
	else
		push_number(json, WJB_ELEM, decimal_to_numeric(end));
}

/* A number as rules read it: the value, or [low, high] while it is open. */
void
json_add_range(JsonBuilder *json, const char *key, int key_len,
			   DecimalRange range)
{
	if (range.low == range.high)
	{
		json_add_decimal(json, key, key_len, range.low);
		return;
	}
	push_string(json, WJB_KEY, key, key_len);
	(void) pushJsonbValue(&json->state, WJB_BEGIN_ARRAY, NULL);
	push_end(json, range.low);
	push_end(json, range.high);
	(void) pushJsonbValue(&json->state, WJB_END_ARRAY, NULL);
}

/* All that another object has; its values go before those of the same key. */
void
json_add_all(JsonBuilder *json, Jsonb *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(&object->root);
	JsonbValue	value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY || token == WJB_VALUE)
			(void) pushJsonbValue(&json->state, token, &value);
	}
}

/* 'YYYY-MM-DD', whatever DateStyle says. */
void
json_add_date(JsonBuilder *json, const char *key, DateADT value)
{
	json_add_text(json, key, date_to_cstring(value));
}

/* Likewise, or null. */
void
json_add_date_or_null(JsonBuilder *json, const char *key, bool is_null,
					  DateADT value)
{
	if (is_null)
		json_add_null(json, key, strlen(key));
	else
		json_add_date(json, key, value);
}
