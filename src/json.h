/*-------------------------------------------------------------------------
 *
 * json.h
 *		Building jsonb objects, one key after another.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_JSON_H
#define ACHIEVE_JSON_H

#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "decimal.h"

typedef struct JsonBuilder
{
	JsonbParseState *state;
	JsonbValue *done;			/* the last object that was closed */
} JsonBuilder;

extern void json_begin(JsonBuilder *json);
extern Jsonb *json_end(JsonBuilder *json);
extern void json_open(JsonBuilder *json, const char *key);
extern void json_close(JsonBuilder *json);
extern void json_add_text(JsonBuilder *json, const char *key,
						  const char *value);
extern void json_add_int(JsonBuilder *json, const char *key, int64 value);
extern void json_add_bool(JsonBuilder *json, const char *key, bool value);
extern void json_add_null(JsonBuilder *json, const char *key, int key_len);
extern void json_add_date_or_null(JsonBuilder *json, const char *key,
								  bool is_null, DateADT value);
extern void json_add_decimal(JsonBuilder *json, const char *key,
							 int key_len, Decimal value);
extern void json_add_range(JsonBuilder *json, const char *key, int key_len,
						   DecimalRange range);
extern void json_add_date(JsonBuilder *json, const char *key, DateADT value);
extern void json_add_all(JsonBuilder *json, Jsonb *object);
extern void json_add_flag(JsonBuilder *json, const char *key, int key_len,
						  bool value);

#endif							/* ACHIEVE_JSON_H */
