/*-------------------------------------------------------------------------
 *
 * config.c
 *		What is configured for an event, as the engine needs it.
 *
 * Parsed configurations stay in the backend. Each is valid for one version of
 * the event's row: every change of sessions, assessments, requirements or
 * achievements moves event.config_version, so reading that one row, under the
 * caller's snapshot, tells whether the rest is still right.
 *
 * What it holds of achievement types is not covered by that: types_changed
 * drops everything when a type changes, and whoever locks a type compares.
 *
 * Nor does the version know of rows that this transaction has written before
 * the event's row moves with them (at commit, with achieve.evaluation =
 * commit). What is read meanwhile is provisional: it is dropped when the
 * transaction, or a part of it, is undone.
 *
 * A configuration that was replaced is kept until config_release, which the
 * outermost evaluation calls: an evaluation further out may still use it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "calendar.h"
#include "config.h"

#define CONFIG_CACHE_LIMIT 2048

typedef struct ConfigEntry
{
	int64		event_id;
	EventConfig *config;
} ConfigEntry;

static HTAB *cache = NULL;		/* in CacheMemoryContext */
static List *retired = NIL;		/* memory contexts, likewise */
static bool types_are_stale = false;
static bool some_are_provisional = false;
static bool callbacks_registered = false;

/* The word of event.status. */
EventStatus
event_status_from_bytes(const char *bytes, int length)
{
	switch (bytes[0])
	{
		case 's':
			return EVENT_SCHEDULED;
		case 'r':
			return EVENT_REOPENED;
		case 'f':
			return EVENT_FINALIZED;
		default:
			return length > 1 && bytes[1] == 'l' ? EVENT_CLOSED :
				EVENT_CANCELLED;
	}
}

static AttemptChoice
attempt_choice_from_bytes(const char *bytes)
{
	switch (bytes[0])
	{
		case 'l':
			return ATTEMPT_LATEST;
		case 'f':
			return ATTEMPT_FIRST;
		case 'm':
			return ATTEMPT_MEAN;
		default:
			return ATTEMPT_HIGHEST;
	}
}

/* Room for one more in an array of n, doubling from 8. */
static void *
grow(void *array, int n, Size size)
{
	if (n == 0)
		return palloc(8 * size);
	if (n >= 8 && (n & (n - 1)) == 0)
		return repalloc(array, 2 * n * size);
	return array;
}

static int
compare_sessions(const void *a, const void *b)
{
	int32		left = ((const ConfigSession *) a)->session_no;
	int32		right = ((const ConfigSession *) b)->session_no;

	return left < right ? -1 : left > right;
}

static int
compare_awards(const void *a, const void *b)
{
	int64		left = ((const ConfigAward *) a)->type_id;
	int64		right = ((const ConfigAward *) b)->type_id;

	return left < right ? -1 : left > right;
}

static char *
copy_code(TupleTableSlot *row, TableId table, int column, int *length)
{
	const char *bytes = row_bytes(row, table, column, length);

	return pnstrdup(bytes, *length);
}

static Numeric
copy_numeric(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);

	return DatumGetNumericCopy(value);
}

static bool
is_positive(Numeric number)
{
	return DatumGetBool(DirectFunctionCall2(numeric_gt,
											NumericGetDatum(number),
											NumericGetDatum(int64_to_numeric(0))));
}

static Rule *
copy_rule(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);
	Rule	   *rule;
	Rule	   *copy;

	if (isnull)
		return NULL;
	rule = DatumGetRuleP(value);
	copy = palloc(VARSIZE(rule));
	memcpy(copy, rule, VARSIZE(rule));
	return copy;
}

static void
load_sessions(ReadSet *set, EventConfig *config)
{
	TupleTableSlot *row;

	for (row = read_by_id(set, PATH_SESSION, config->event_id); row != NULL;
		 row = read_next(set, PATH_SESSION))
	{
		ConfigSession *session;
		TimestampTz starts_at = row_int64(row, TABLE_SESSION,
										  SESSION_STARTS_AT);

		config->sessions = grow(config->sessions, config->session_count,
								sizeof(ConfigSession));
		session = &config->sessions[config->session_count++];
		session->session_no = row_int32(row, TABLE_SESSION,
										SESSION_SESSION_NO);
		session->counts = row_bool(row, TABLE_SESSION, SESSION_REQUIRED) &&
			!row_bool(row, TABLE_SESSION, SESSION_CANCELLED);
		session->day = date_in_zone(starts_at, config->time_zone);
		session->length = row_int64(row, TABLE_SESSION, SESSION_ENDS_AT) -
			starts_at;
	}
	if (config->session_count > 1)
		qsort(config->sessions, config->session_count, sizeof(ConfigSession),
			  compare_sessions);
}

static void
load_assessments(ReadSet *set, EventConfig *config)
{
	TupleTableSlot *row;

	for (row = read_by_id(set, PATH_ASSESSMENT, config->event_id);
		 row != NULL; row = read_next(set, PATH_ASSESSMENT))
	{
		ConfigAssessment *assessment;
		int			length;

		config->assessments = grow(config->assessments,
								   config->assessment_count,
								   sizeof(ConfigAssessment));
		assessment = &config->assessments[config->assessment_count++];
		assessment->code = copy_code(row, TABLE_ASSESSMENT, ASSESSMENT_CODE,
									 &assessment->code_len);
		assessment->max_score = copy_numeric(row, TABLE_ASSESSMENT,
											 ASSESSMENT_MAX_SCORE);
		assessment->weight = copy_numeric(row, TABLE_ASSESSMENT,
										  ASSESSMENT_WEIGHT);
		assessment->has_weight = is_positive(assessment->weight);
		assessment->choice = attempt_choice_from_bytes(
			row_bytes(row, TABLE_ASSESSMENT, ASSESSMENT_ATTEMPT_CHOICE,
					  &length));
		assessment->max_attempts = row_int32(row, TABLE_ASSESSMENT,
											 ASSESSMENT_MAX_ATTEMPTS);
	}
}

static void
load_requirements(ReadSet *set, EventConfig *config)
{
	TupleTableSlot *row;

	for (row = read_by_id(set, PATH_REQUIREMENT, config->event_id);
		 row != NULL; row = read_next(set, PATH_REQUIREMENT))
	{
		ConfigRequirement *requirement;

		config->requirements = grow(config->requirements,
									config->requirement_count,
									sizeof(ConfigRequirement));
		requirement = &config->requirements[config->requirement_count++];
		requirement->code = copy_code(row, TABLE_REQUIREMENT,
									  REQUIREMENT_CODE,
									  &requirement->code_len);
	}
}

/* The validity columns of event_achievement. */
static void
load_award_validity(TupleTableSlot *row, ConfigAward *award)
{
	award->has_valid_for = !row_is_null(row, TABLE_EVENT_ACHIEVEMENT,
										EVENT_ACHIEVEMENT_VALID_FOR);
	award->valid_for = row_int32(row, TABLE_EVENT_ACHIEVEMENT,
								 EVENT_ACHIEVEMENT_VALID_FOR);
	award->valid_unit = row_text(row, TABLE_EVENT_ACHIEVEMENT,
								 EVENT_ACHIEVEMENT_VALID_UNIT);
	award->valid_from_anchor = row_text(row, TABLE_EVENT_ACHIEVEMENT,
										EVENT_ACHIEVEMENT_VALID_FROM_ANCHOR);
	award->expiry_alignment = row_text(row, TABLE_EVENT_ACHIEVEMENT,
									   EVENT_ACHIEVEMENT_EXPIRY_ALIGNMENT);
	award->expires_on_day = row_text(row, TABLE_EVENT_ACHIEVEMENT,
									 EVENT_ACHIEVEMENT_EXPIRES_ON_DAY);
}

static bool
starts_at_previous_expiry(const ConfigAward *award, TupleTableSlot *type)
{
	int			length;

	if (award->valid_from_anchor != NULL)
		return award->valid_from_anchor[0] == 'p';
	return row_bytes(type, TABLE_ACHIEVEMENT_TYPE,
					 ACHIEVEMENT_TYPE_VALID_FROM_ANCHOR, &length)[0] == 'p';
}

static void
load_awards(ReadSet *set, EventConfig *config)
{
	TupleTableSlot *row;

	for (row = read_by_id(set, PATH_EVENT_ACHIEVEMENT, config->event_id);
		 row != NULL; row = read_next(set, PATH_EVENT_ACHIEVEMENT))
	{
		ConfigAward *award;
		TupleTableSlot *type;
		int			length;

		config->awards = grow(config->awards, config->award_count,
							  sizeof(ConfigAward));
		award = &config->awards[config->award_count++];
		award->type_id = row_int64(row, TABLE_EVENT_ACHIEVEMENT,
								   EVENT_ACHIEVEMENT_TYPE_ID);
		award->rule = copy_rule(row, TABLE_EVENT_ACHIEVEMENT,
								EVENT_ACHIEVEMENT_AWARD_RULE);
		award->needs_pass = award->rule != NULL &&
			rule_needs_flag(award->rule, RULE_FACT_PASSED);
		award->active = row_bool(row, TABLE_EVENT_ACHIEVEMENT,
								 EVENT_ACHIEVEMENT_ACTIVE);
		award->revokes = row_bytes(row, TABLE_EVENT_ACHIEVEMENT,
								   EVENT_ACHIEVEMENT_ON_LAPSE,
								   &length)[0] == 'r';
		type = read_by_id(set, PATH_ACHIEVEMENT_TYPE, award->type_id);
		if (type == NULL)
		{
			/* its foreign key is about to refuse the row */
			config->award_count--;
			continue;
		}
		award->type_code = copy_code(type, TABLE_ACHIEVEMENT_TYPE,
									 ACHIEVEMENT_TYPE_CODE,
									 &award->type_code_len);
		award->read_by_rules = row_bool(type, TABLE_ACHIEVEMENT_TYPE,
										ACHIEVEMENT_TYPE_READ_BY_RULES);
		load_award_validity(row, award);
		award->renews = starts_at_previous_expiry(award, type);
		if (award->active)
		{
			config->issues_read_types |= award->read_by_rules;
			config->renews |= award->renews;
			if (award->rule != NULL)
				config->facts_awarding |= rule_fact_mask(award->rule);
		}
	}
	if (config->award_count > 1)
		qsort(config->awards, config->award_count, sizeof(ConfigAward),
			  compare_awards);
}

/* Reads everything about an event; row is the event's. */
static EventConfig *
load(ReadSet *set, TupleTableSlot *row)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "achieve event",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	EventConfig *config = palloc0(sizeof(EventConfig));
	bool		isnull;
	const char *bytes;
	int			length;

	config->context = context;
	config->event_id = row_int64(row, TABLE_EVENT, EVENT_EVENT_ID);
	config->xmin = DatumGetTransactionId(
		slot_getsysattr(row, MinTransactionIdAttributeNumber, &isnull));
	config->tid = row->tts_tid;
	config->config_version = row_int64(row, TABLE_EVENT,
									   EVENT_CONFIG_VERSION);
	bytes = row_bytes(row, TABLE_EVENT, EVENT_STATUS, &length);
	config->status = event_status_from_bytes(bytes, length);
	config->closed = config->status == EVENT_CLOSED ||
		config->status == EVENT_FINALIZED;
	config->starts_at = row_int64(row, TABLE_EVENT, EVENT_STARTS_AT);
	config->ends_at = row_int64(row, TABLE_EVENT, EVENT_ENDS_AT);
	config->code = row_text(row, TABLE_EVENT, EVENT_CODE);
	config->time_zone = row_text(row, TABLE_EVENT, EVENT_TIME_ZONE);
	config->passing_rule = copy_rule(row, TABLE_EVENT, EVENT_PASSING_RULE);
	if (config->passing_rule != NULL)
		config->facts_read = rule_fact_mask(config->passing_rule);

	load_sessions(set, config);
	load_assessments(set, config);
	load_requirements(set, config);
	load_awards(set, config);
	config->facts_read |= config->facts_awarding;
	config->reads_holds =
		(config->facts_read & FACT_BIT(RULE_FACT_HOLDS)) != 0;

	MemoryContextSetParent(context, CacheMemoryContext);
	MemoryContextSwitchTo(caller);
	return config;
}

/* Relation cache callback: somebody has changed an achievement type. */
static void
types_changed(Datum arg, Oid relid)
{
	if (relid == InvalidOid ||
		relid == catalog_table_if_known(TABLE_ACHIEVEMENT_TYPE))
		types_are_stale = true;
}

static void
retire(EventConfig *config)
{
	MemoryContext caller = MemoryContextSwitchTo(CacheMemoryContext);

	retired = lappend(retired, config->context);
	MemoryContextSwitchTo(caller);
}

/* Drops what is provisional, or lets it stand. */
static void
settle(bool undone)
{
	HASH_SEQ_STATUS status;
	ConfigEntry *entry;

	if (!some_are_provisional || cache == NULL)
		return;
	some_are_provisional = false;
	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		EventConfig *config = entry->config;

		if (config == NULL || !config->provisional)
			continue;
		config->provisional = false;
		if (!undone)
			continue;
		retire(config);
		entry->config = NULL;
	}
}

/* XactCallback: a prepared transaction may be undone as well. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			settle(false);
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			settle(true);
			break;
		default:
			break;
	}
}

/* SubXactCallback */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId my_id,
					  SubTransactionId parent_id, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		settle(true);
}

/* The entry of an event in the cache, made where asked and absent. */
static ConfigEntry *
cache_entry(int64 event_id, bool make)
{
	bool		found;
	ConfigEntry *entry;

	if (cache == NULL)
	{
		HASHCTL		control = {0};

		/* first: a cache without them would keep what is no longer so */
		if (!callbacks_registered)
		{
			CacheRegisterRelcacheCallback(types_changed, (Datum) 0);
			RegisterXactCallback(at_transaction_end, NULL);
			RegisterSubXactCallback(at_subtransaction_end, NULL);
			callbacks_registered = true;
		}
		control.keysize = sizeof(int64);
		control.entrysize = sizeof(ConfigEntry);
		control.hcxt = CacheMemoryContext;
		cache = hash_create("achieve events", 64, &control,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(cache, &event_id, make ? HASH_ENTER : HASH_FIND,
						&found);
	if (make && !found)
		entry->config = NULL;
	return entry;
}

/* Drops what is known of an event: its achievement types have changed. */
void
config_forget(int64 event_id)
{
	ConfigEntry *entry = cache_entry(event_id, false);

	if (entry != NULL && entry->config != NULL)
	{
		retire(entry->config);
		entry->config = NULL;
	}
}

/* Whether a configuration was read with this version of the event's row. */
static bool
is_of_version(EventConfig *config, TupleTableSlot *row)
{
	bool		isnull;

	return config->xmin == DatumGetTransactionId(
		slot_getsysattr(row, MinTransactionIdAttributeNumber, &isnull)) &&
		ItemPointerEquals(&config->tid, &row->tts_tid) &&
		config->event_id == row_int64(row, TABLE_EVENT, EVENT_EVENT_ID) &&
		config->config_version == row_int64(row, TABLE_EVENT,
											EVENT_CONFIG_VERSION);
}

/*
 * Whether what is known of an event is still so under this view. The event's
 * row is looked for where it was: a view has one version of it only, so a
 * version that it has is the one.
 */
static bool
is_current(EventConfig *config, ReadSet *set)
{
	TupleTableSlot *row;

	if (config->view == read_view(set))
		return true;
	row = read_again(set, PATH_EVENT, &config->tid);
	return row != NULL && is_of_version(config, row);
}

/*
 * The configuration of an event as the view sees it, or NULL where there is
 * no such event. Valid until the outermost evaluation ends.
 */
EventConfig *
config_get(ReadSet *set, int64 event_id)
{
	ConfigEntry *entry = cache_entry(event_id, false);
	EventConfig *config = entry != NULL ? entry->config : NULL;
	TupleTableSlot *row;

	if (config == NULL || !is_current(config, set))
	{
		row = read_by_id(set, PATH_EVENT, event_id);
		if (row == NULL)
			return NULL;
		if (config == NULL || !is_of_version(config, row))
		{
			config = load(set, row);
			config->provisional =
				TransactionIdIsValid(GetTopTransactionIdIfAny());
			some_are_provisional |= config->provisional;
			entry = cache_entry(event_id, true);
			if (entry->config != NULL)
				retire(entry->config);
			entry->config = config;
		}
	}
	config->view = read_view(set);
	return config;
}

/* The event's award of a type; NULL where the event has none. */
const ConfigAward *
config_find_award(const EventConfig *config, const char *code)
{
	for (int i = 0; i < config->award_count; i++)
	{
		if (config->awards[i].type_code_len == strlen(code) &&
			memcmp(config->awards[i].type_code, code, strlen(code)) == 0)
			return &config->awards[i];
	}
	return NULL;
}

/*
 * What this backend last knew of an event, perhaps stale, or NULL: good for
 * deciding which locks to take first, not for deciding outcomes.
 */
EventConfig *
config_cached(int64 event_id)
{
	ConfigEntry *entry = cache_entry(event_id, false);

	return entry != NULL ? entry->config : NULL;
}

/*
 * Frees replaced configurations, and all of them when there are many or types
 * have changed. Only when no evaluation is under way.
 */
void
config_release(void)
{
	ListCell   *cell;

	if (cache != NULL &&
		(types_are_stale || hash_get_num_entries(cache) > CONFIG_CACHE_LIMIT))
	{
		HASH_SEQ_STATUS status;
		ConfigEntry *entry;

		hash_seq_init(&status, cache);
		while ((entry = hash_seq_search(&status)) != NULL)
		{
			if (entry->config != NULL)
				retire(entry->config);
		}
		hash_destroy(cache);
		cache = NULL;
		types_are_stale = false;
	}
	foreach(cell, retired)
		MemoryContextDelete(lfirst(cell));
	list_free(retired);
	retired = NIL;
}
