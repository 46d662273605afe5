/*-------------------------------------------------------------------------
 *
 * json.c
 *		As much of jsonb as reading facts needs, made from JSON text.
 *
 * A container is its header word, by which the macros of jsonb.h go, and the
 * number of what is in it.  Strings are chunks of their own and not
 * terminated, as those of a jsonb aren't.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/jsonb.h"

#include "runtime.h"

#define MOST_CONTAINERS	64
#define MOST_MEMBERS	64
#define MOST_LEVELS		8

typedef struct Members
{
	int			count;
	JsonbValue	keys[MOST_MEMBERS]; /* of an object */
	JsonbValue	values[MOST_MEMBERS];
} Members;

static Members members[MOST_CONTAINERS];
static int	containers;

typedef struct Reader
{
	const char *next;
	const char *end;
	int			level;
} Reader;

static bool read_value(Reader *reader, JsonbValue *value);

static Members *
members_of(const JsonbContainer *container)
{
	return &members[container->children[0]];
}

static void
skip_space(Reader *reader)
{
	while (reader->next < reader->end && strchr(" \t\r\n", *reader->next) && *reader->next)
		reader->next++;
}

static bool
take(Reader *reader, const char *word)
{
	int			length = strlen(word);

	skip_space(reader);
	if (reader->end - reader->next < length || memcmp(reader->next, word, length) != 0)
		return false;
	reader->next += length;
	return true;
}

/* A string without escapes. */
static bool
read_string(Reader *reader, JsonbValue *value)
{
	const char *start;

	if (!take(reader, "\""))
		return false;
	start = reader->next;
	while (reader->next < reader->end && *reader->next != '"' &&
		   *reader->next != '\\' && (unsigned char) *reader->next >= ' ')
		reader->next++;
	value->type = jbvString;
	value->val.string.len = reader->next - start;
	value->val.string.val = palloc(value->val.string.len);
	memcpy(value->val.string.val, start, value->val.string.len);
	return take(reader, "\"") &&
		pg_encoding_verifymbstr(PG_UTF8, start, value->val.string.len) == value->val.string.len;
}

static bool
same_key(const JsonbValue *left, const JsonbValue *right)
{
	return left->val.string.len == right->val.string.len &&
		memcmp(left->val.string.val, right->val.string.val, left->val.string.len) == 0;
}

/* The members of an array or object, behind its first bracket. */
static bool
read_members(Reader *reader, bool is_object, JsonbContainer *container)
{
	int			number = containers++;
	Members    *into;

	if (number >= MOST_CONTAINERS || ++reader->level > MOST_LEVELS)
		return false;
	into = &members[number];
	into->count = 0;
	if (!take(reader, is_object ? "}" : "]"))
	{
		do
		{
			int			place = into->count;
			JsonbValue	key = {0};

			if (place >= MOST_MEMBERS)
				return false;
			if (is_object)
			{
				if (!read_string(reader, &key) || !take(reader, ":"))
					return false;
				/* the last of equal keys stands */
				for (int i = 0; i < into->count; i++)
					if (same_key(&into->keys[i], &key))
						place = i;
			}
			into->keys[place] = key;
			if (!read_value(reader, &into->values[place]))
				return false;
			into->count = Max(into->count, place + 1);
		} while (take(reader, ","));
		if (!take(reader, is_object ? "}" : "]"))
			return false;
	}
	reader->level--;
	container->header = into->count | (is_object ? JB_FOBJECT : JB_FARRAY);
	container->children[0] = number;
	return true;
}

#define CONTAINER_SIZE (offsetof(JsonbContainer, children) + sizeof(JEntry))

static bool
read_value(Reader *reader, JsonbValue *value)
{
	const char *start;

	memset(value, 0, sizeof(JsonbValue));
	if (take(reader, "null"))
		value->type = jbvNull;
	else if (take(reader, "true"))
	{
		value->type = jbvBool;
		value->val.boolean = true;
	}
	else if (take(reader, "false"))
		value->type = jbvBool;
	else if (take(reader, "{") || take(reader, "["))
	{
		value->type = jbvBinary;
		value->val.binary.data = palloc(CONTAINER_SIZE);
		value->val.binary.len = CONTAINER_SIZE;
		return read_members(reader, reader->next[-1] == '{', value->val.binary.data);
	}
	else if (take(reader, "\""))
	{
		reader->next--;
		return read_string(reader, value);
	}
	else
	{
		start = reader->next;
		while (reader->next < reader->end &&
			   ((*reader->next >= '0' && *reader->next <= '9') || *reader->next == '-' || *reader->next == '.'))
			reader->next++;
		value->type = jbvNumeric;
		value->val.numeric = runtime_numeric(start, reader->next - start);
		return value->val.numeric != NULL;
	}
	return true;
}

Jsonb *
runtime_jsonb(const char *text, int length)
{
	Reader		reader = {text, text + length, 0};
	JsonbValue	value;
	Jsonb	   *jsonb;

	containers = 0;
	if (!read_value(&reader, &value) || value.type != jbvBinary)
		return NULL;
	skip_space(&reader);
	if (reader.next < reader.end)
		return NULL;
	jsonb = palloc(VARHDRSZ + CONTAINER_SIZE);
	SET_VARSIZE(jsonb, VARHDRSZ + CONTAINER_SIZE);
	memcpy(&jsonb->root, value.val.binary.data, CONTAINER_SIZE);
	return jsonb;
}

struct JsonbIterator *
JsonbIteratorInit(JsonbContainer *container)
{
	JsonbIterator *iterator = palloc0(sizeof(JsonbIterator));

	iterator->container = container;
	iterator->curIndex = -1;
	iterator->state = JBI_OBJECT_KEY;
	return iterator;
}

/* Of objects alone, nested ones skipped. */
JsonbIteratorToken
JsonbIteratorNext(JsonbIterator **iterator, JsonbValue *value, bool skip_nested)
{
	JsonbIterator *it = *iterator;
	Members    *from;

	if (it == NULL)
		return WJB_DONE;
	from = members_of(it->container);
	if (it->curIndex < 0)
	{
		it->curIndex = 0;
		return WJB_BEGIN_OBJECT;
	}
	if (it->curIndex >= from->count)
	{
		*iterator = NULL;
		return WJB_END_OBJECT;
	}
	if (it->state == JBI_OBJECT_KEY)
	{
		it->state = JBI_OBJECT_VALUE;
		*value = from->keys[it->curIndex];
		return WJB_KEY;
	}
	it->state = JBI_OBJECT_KEY;
	*value = from->values[it->curIndex++];
	return WJB_VALUE;
}

JsonbValue *
getIthJsonbValueFromContainer(JsonbContainer *container, uint32 i)
{
	Members    *from = members_of(container);
	JsonbValue *value;

	if (i >= from->count)
		return NULL;
	value = palloc(sizeof(JsonbValue));
	*value = from->values[i];
	return value;
}

JsonbValue *
getKeyJsonValueFromContainer(JsonbContainer *container, const char *key,
							 int length, JsonbValue *result)
{
	Members    *from = members_of(container);
	JsonbValue	wanted = {.type = jbvString};

	wanted.val.string.val = unconstify(char *, key);
	wanted.val.string.len = length;
	for (int i = 0; i < from->count; i++)
	{
		if (same_key(&from->keys[i], &wanted))
		{
			*result = from->values[i];
			return result;
		}
	}
	return NULL;
}

char *
JsonbToCString(StringInfo out, JsonbContainer *container, int estimated)
{
	return pstrdup(JsonContainerIsObject(container) ? "{...}" : "[...]");
}
