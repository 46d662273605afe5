/*-------------------------------------------------------------------------
 *
 * notify_settle.c
 *		One transaction announces its net effects.
 *
 * Rows of its own that new ones take back or continue are found by the index
 * on transaction and enrollment. For whom the transaction has written any is
 * remembered per backend, a few enrollments exactly and more of them in Bloom
 * filters; one too many (by a filter, or because a savepoint was rolled back)
 * costs a look at what the transaction has written, and nothing else. As that
 * is dear where it has written much, one in a billion is: each filter takes a
 * quarter of what it has room for, then comes one with sixteen times the room
 * (Almeida et al., Scalable Bloom Filters, 2007).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/bloomfilter.h"
#include "utils/memutils.h"

#include "notify.h"

/* Enrollments that are remembered one by one. */
#define EXACT 32

/*
 * What the first filter has room for: 2 bytes for each. No filter takes less
 * than a megabyte.
 */
#define FIRST_ROOM (256 * 1024)
#define GROWTH 16
#define MAX_FILTERS 3			/* the last one is filled as far as it goes */

/* The last transaction of this backend that wrote notifications, and for whom. */
static int64 written_in = 0;
static EnrollmentKey written_for[EXACT];
static int64 written_count = 0; /* more than EXACT: look into the filters */
static bloom_filter *filters[MAX_FILTERS];	/* in TopTransactionContext */
static int	filter_count = 0;
static int64 filter_room = 0;	/* of the last one, for so many more */

/*
 * Takes back what this transaction had to tell and no longer has: returns the
 * positions of the new notifications that are thereby settled too. A result
 * that has moved on keeps its row, and where it came from.
 */
static Statement settle_notifications = {
	.sql = "WITH u AS MATERIALIZED (SELECT * FROM unnest("
	"$2, $3, $4, $5, $6) WITH ORDINALITY AS n (topic, event_id, learner_id,"
	" achievement_id, particulars, position)),"
	" own AS MATERIALIZED (SELECT u.*, n.notification_id, n.topic AS told,"
	" n.payload FROM u JOIN achieve.notification AS n"
	" ON n.transaction_id OPERATOR(pg_catalog.=) $1"
	" AND n.delivered_at IS NULL"
	" AND n.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND n.learner_id OPERATOR(pg_catalog.=) u.learner_id),"
	" cancelled AS (DELETE FROM achieve.notification AS n USING own"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) own.notification_id"
	" AND CASE WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_RESULT "'"
	" THEN own.told OPERATOR(pg_catalog.=) own.topic"
	" AND (own.payload OPERATOR(pg_catalog.->>) 'previous_outcome')"
	" OPERATOR(pg_catalog.=)"
	" (own.particulars OPERATOR(pg_catalog.->>) 'outcome')"
	" ELSE (own.payload OPERATOR(pg_catalog.->>) 'achievement_id')"
	" OPERATOR(pg_catalog.=) (own.achievement_id::pg_catalog.text)"
	" AND CASE WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_REVOKED "'"
	" THEN own.told OPERATOR(pg_catalog.=) ANY (ARRAY['" NOTIFY_ISSUED "',"
	" '" NOTIFY_CERTIFICATE_GENERATED "', '" NOTIFY_CERTIFICATE_FAILED "'])"
	" WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_ISSUED "'"
	" THEN own.told OPERATOR(pg_catalog.=) '" NOTIFY_REVOKED "'"
	" ELSE false END END"
	" RETURNING own.position, own.told),"
	" moved AS (UPDATE achieve.notification AS n SET payload ="
	" n.payload OPERATOR(pg_catalog.||) own.particulars"
	" OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object("
	"'previous_outcome', own.payload OPERATOR(pg_catalog.->)"
	" 'previous_outcome') FROM own"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) own.notification_id"
	" AND own.topic OPERATOR(pg_catalog.=) '" NOTIFY_RESULT "'"
	" AND own.told OPERATOR(pg_catalog.=) own.topic"
	" AND (own.payload OPERATOR(pg_catalog.->>) 'previous_outcome')"
	" OPERATOR(pg_catalog.<>)"
	" (own.particulars OPERATOR(pg_catalog.->>) 'outcome')"
	" RETURNING own.position)"
	" SELECT c.position FROM cancelled AS c WHERE c.told"
	" OPERATOR(pg_catalog.=) ANY (ARRAY['" NOTIFY_RESULT "',"
	" '" NOTIFY_ISSUED "', '" NOTIFY_REVOKED "'])"
	" UNION ALL SELECT m.position FROM moved AS m",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 6,
	.types = {INT8OID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	INT8ARRAYOID, JSONBARRAYOID},
};

static EnrollmentKey
key_at(const NotifyBatch *batch, int i)
{
	EnrollmentKey key = {DatumGetInt64(batch->events.values[i]),
	DatumGetInt64(batch->learners.values[i])};

	return key;
}

static unsigned char *
key_bytes(const EnrollmentKey *key)
{
	return unconstify(unsigned char *, (const unsigned char *) key);
}

static void
add_to_filter(const EnrollmentKey *key)
{
	if (filter_room == 0 && filter_count < MAX_FILTERS)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
		int64		room = FIRST_ROOM;

		for (int i = 0; i < filter_count; i++)
			room *= GROWTH;
		filters[filter_count] = bloom_create(room, room * 2 / 1024, 0);
		MemoryContextSwitchTo(caller);
		filter_count++;
		filter_room = room / 4;
	}
	bloom_add_element(filters[filter_count - 1], key_bytes(key),
					  sizeof(EnrollmentKey));
	if (filter_room > 0)
		filter_room--;
}

static void
remember(const EnrollmentKey *key)
{
	if (written_count < EXACT)
	{
		written_for[written_count++] = *key;
		return;
	}
	if (written_count == EXACT)
	{
		for (int i = 0; i < EXACT; i++)
			add_to_filter(&written_for[i]);
	}
	add_to_filter(key);
	written_count++;
}

/* Notes for whom the transaction has written. */
void
notify_remember(const NotifyBatch *batch, int64 transaction_id)
{
	if (written_in != transaction_id)
	{
		written_count = filter_room = 0;
		filter_count = 0;
	}
	written_in = transaction_id;
	for (int i = 0; i < batch->topics.count; i++)
	{
		EnrollmentKey key = key_at(batch, i);

		remember(&key);
	}
}

static bool
may_have_written(const EnrollmentKey *key)
{
	if (written_count > EXACT)
	{
		for (int i = 0; i < filter_count; i++)
		{
			if (!bloom_lacks_element(filters[i], key_bytes(key),
									 sizeof(EnrollmentKey)))
				return true;
		}
		return false;
	}
	for (int i = 0; i < written_count; i++)
	{
		if (written_for[i].event_id == key->event_id &&
			written_for[i].learner_id == key->learner_id)
			return true;
	}
	return false;
}

/* The columns of a batch, in the order of the statement's arguments. */
static void
list_columns(NotifyBatch *batch, ValueColumn **columns)
{
	columns[0] = &batch->topics;
	columns[1] = &batch->events;
	columns[2] = &batch->learners;
	columns[3] = &batch->achievements;
	columns[4] = &batch->particulars;
}

/* The rows of the batch at the given places. */
static void
pick(NotifyBatch *batch, const int *places, int count, NotifyBatch *picked)
{
	ValueColumn *from[5];
	ValueColumn *to[5];

	notify_begin(picked);
	list_columns(batch, from);
	list_columns(picked, to);
	for (int i = 0; i < count; i++)
	{
		for (int k = 0; k < 5; k++)
		{
			if (from[k]->nulls[places[i]])
				value_add_null(to[k]);
			else
				value_add(to[k], from[k]->values[places[i]]);
		}
	}
}

/* Leaves of the batch what this transaction has not settled by itself. */
void
notify_settle(NotifyBatch *batch, int64 transaction_id)
{
	int			count = batch->topics.count;
	int		   *suspects;
	int		   *left;
	bool	   *settled;
	int			suspect_count = 0;
	int			left_count = 0;
	NotifyBatch picked;
	ValueColumn *columns[5];
	Datum		values[6];
	uint64		found;

	if (count == 0 || written_in != transaction_id)
		return;
	suspects = palloc(count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		EnrollmentKey key = key_at(batch, i);

		if (may_have_written(&key))
			suspects[suspect_count++] = i;
	}
	if (suspect_count == 0)
		return;
	pick(batch, suspects, suspect_count, &picked);
	list_columns(&picked, columns);
	values[0] = Int64GetDatum(transaction_id);
	for (int k = 0; k < 5; k++)
		values[k + 1] = value_array(columns[k]);
	found = statement_run(&settle_notifications, values, NULL);
	settled = palloc0(count * sizeof(bool));
	for (uint64 i = 0; i < found; i++)
	{
		bool		isnull;
		int64		position = DatumGetInt64(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
						  &isnull));

		settled[suspects[position - 1]] = true;
	}
	left = palloc(count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		if (!settled[i])
			left[left_count++] = i;
	}
	pick(batch, left, left_count, &picked);
	*batch = picked;
}
