/*-------------------------------------------------------------------------
 *
 * preview_difference.c
 *		Outcomes of learners before and after a change, compared.
 *
 * Outcomes of every kind are read as rows of one shape (a subject, whose it
 * is, its state), so one comparison serves all. What the caller may not see
 * under row-level security is left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "access.h"
#include "preview.h"
#include "statement.h"

#define STATE_COLUMNS 5

/* Columns of outcomes, as arrays, and the last notification there was. */
struct PreviewState
{
	Datum		learners;
	Datum		columns[STATE_COLUMNS];
	Datum		last_notification;
};

#define SAME(a, b) a " OPERATOR(pg_catalog.=) " b
#define SAME_EVENT(a, b) SAME(a ".event_id", b ".event_id")
#define SAME_LEARNER(a, b) SAME(a ".learner_id", b ".learner_id")
#define DATE_WORDS(column) "pg_catalog.to_char(" column ", 'YYYY-MM-DD')"

/* Results with what is beside them; "shown" where a change of it is news. */
#define RESULTS(subject, state, detail, shown) \
	"SELECT " subject " AS subject, r.event_id, r.learner_id," \
	" 0::pg_catalog.int8 AS type_id, 0::pg_catalog.int8 AS object_id, " \
	state " AS state, " detail " AS detail, " shown " AS shown" \
	" FROM achieve.enrollment AS n JOIN achieve.result AS r" \
	" ON " SAME_EVENT("r", "n") " AND " SAME_LEARNER("r", "n") \
	" WHERE " SAME("n.learner_id", "ANY ($1)")

/* Everything that is stored of the outcomes of the learners $1. */
#define STATE \
	RESULTS("'result'", "r.outcome", \
			"CASE WHEN r.manual_outcome IS NULL THEN 'by the rule'" \
			" ELSE 'set by hand' END", "true") \
	" UNION ALL " \
	RESULTS("'rule outcome'", "r.rule_outcome", \
			"'the result was set by hand'", "r.manual_outcome IS NOT NULL") \
	" UNION ALL " \
	RESULTS("'approval'", "CASE WHEN r.approved_at IS NULL" \
			" THEN 'not approved' ELSE 'approved' END", \
			"coalesce(r.approved_by, 'the result has changed')", "true") \
	" UNION ALL " \
	"SELECT 'achievement', a.event_id, a.learner_id, a.achievement_type_id," \
	" a.achievement_id, CASE WHEN a.revoked_at IS NULL THEN 'issued'" \
	" ELSE 'revoked' END, CASE WHEN a.revoked_at IS NOT NULL" \
	" THEN a.revoke_reason ELSE pg_catalog.concat('valid from ', " \
	DATE_WORDS("a.valid_from") ", CASE WHEN a.expires_on IS NOT NULL THEN" \
	" pg_catalog.concat(', expires on ', " DATE_WORDS("a.expires_on") ")" \
	" END) END, true" \
	" FROM achieve.achievement AS a" \
	" WHERE " SAME("a.learner_id", "ANY ($1)") \
	" UNION ALL " \
	"SELECT 'certificate', a.event_id, a.learner_id, a.achievement_type_id," \
	" c.certificate_id, c.status, pg_catalog.concat('revision '," \
	" c.revision), true" \
	" FROM achieve.achievement AS a JOIN achieve.certificate AS c" \
	" ON " SAME_EVENT("c", "a") \
	" AND " SAME("c.achievement_id", "a.achievement_id") \
	" WHERE " SAME("a.learner_id", "ANY ($1)")

static Statement read_state = {
	.sql = "SELECT pg_catalog.array_agg(s.subject),"
	" pg_catalog.array_agg(s.event_id), pg_catalog.array_agg(s.learner_id),"
	" pg_catalog.array_agg(s.object_id), pg_catalog.array_agg(s.state),"
	" (SELECT coalesce(pg_catalog.max(o.notification_id), 0)"
	" FROM achieve.notification AS o)"
	" FROM (" STATE ") AS s",
	.table = TABLE_RESULT,
	.argument_count = 1,
	.types = {INT8ARRAYOID},
};

/*
 * $2 to $6: the columns before; $7, $8: our notifications since.
 * Grouping, not joining, because the planner cannot know how long arrays are.
 */
static Statement compare_state = {
	.sql = "SELECT d.event_id, e.code, d.learner_id, l.name, d.subject,"
	" coalesce(t.code, d.type_code),"
	" CASE WHEN " SAME("d.subject", "'notification'") " THEN 'sent'"
	" WHEN d.subject OPERATOR(pg_catalog.<>) ALL"
	" ('{approval,achievement,certificate}'::pg_catalog.text[])"
	" THEN 'changed' WHEN " SAME("d.after", "ANY"
	" ('{approved,issued,current}'::pg_catalog.text[])")
	" THEN 'gained' ELSE 'lost' END, d.before, d.after, d.detail"
	" FROM (SELECT g.subject, g.event_id, g.learner_id, g.object_id,"
	" pg_catalog.max(g.type_id) AS type_id,"
	" NULL::pg_catalog.text AS type_code,"
	" pg_catalog.max(g.state) FILTER (WHERE NOT g.later) AS before,"
	" pg_catalog.max(g.state) FILTER (WHERE g.later) AS after,"
	" pg_catalog.max(g.detail) AS detail"
	" FROM (SELECT s.subject, s.event_id, s.learner_id, s.type_id,"
	" s.object_id, s.state, s.detail, s.shown, true AS later"
	" FROM (" STATE ") AS s"
	" UNION ALL SELECT b.subject, b.event_id, b.learner_id, NULL,"
	" b.object_id, b.state, NULL, NULL, false"
	" FROM unnest($2, $3, $4, $5, $6)"
	" AS b (subject, event_id, learner_id, object_id, state)) AS g"
	" GROUP BY g.subject, g.event_id, g.learner_id, g.object_id"
	" HAVING (pg_catalog.max(g.state) FILTER (WHERE NOT g.later)"
	" OPERATOR(pg_catalog.<>) pg_catalog.max(g.state)"
	" FILTER (WHERE g.later)) IS NOT FALSE"
	" AND pg_catalog.bool_or(g.shown)"
	" UNION ALL SELECT 'notification', o.event_id, o.learner_id,"
	" o.notification_id, NULL, pg_catalog.jsonb_extract_path_text(o.payload,"
	" 'achievement_type'), NULL, o.topic,"
	" pg_catalog.jsonb_extract_path_text(o.payload, 'learner_email')"
	" FROM achieve.notification AS o"
	" WHERE o.notification_id OPERATOR(pg_catalog.>) $7"
	" AND " SAME("o.transaction_id", "$8") ") AS d"
	" LEFT JOIN achieve.event AS e ON " SAME_EVENT("e", "d")
	" LEFT JOIN achieve.learner AS l ON " SAME_LEARNER("l", "d")
	" LEFT JOIN achieve.achievement_type AS t"
	" ON " SAME("t.achievement_type_id", "d.type_id")
	" ORDER BY d.event_id, l.name, d.learner_id,"
	" pg_catalog.array_position('{result,rule outcome,approval,achievement,"
	"certificate,notification}'::pg_catalog.text[], d.subject),"
	" coalesce(t.code, d.type_code), d.after, d.object_id",
	.table = TABLE_RESULT,
	.argument_count = 8,
	.types = {INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		INT8ARRAYOID, TEXTARRAYOID, INT8OID, INT8OID},
};

/* The outcomes of the learners (an array of ids) as they stand. */
PreviewState *
preview_state_read(Datum learners)
{
	PreviewState *state = palloc(sizeof(PreviewState));
	bool		isnull;

	state->learners = learners;
	SPI_connect();
	(void) statement_run(&read_state, &learners, NULL);
	for (int i = 0; i < STATE_COLUMNS; i++)
	{
		Datum		column = SPI_getbinval(SPI_tuptable->vals[0],
										   SPI_tuptable->tupdesc, i + 1,
										   &isnull);

		/* without learners there are none */
		state->columns[i] = isnull ? (Datum) 0 :
			SPI_datumTransfer(column, false, -1);
	}
	state->last_notification = SPI_getbinval(SPI_tuptable->vals[0],
											 SPI_tuptable->tupdesc,
											 STATE_COLUMNS + 1, &isnull);
	SPI_finish();
	return state;
}

/* Which learners of an event the caller sees, in order. */
typedef struct VisibleLearners
{
	int64		event_id;
	Work		work;			/* whose memory the list is in */
	IdList		learners;
} VisibleLearners;

/* Whether the caller sees an enrollment; an event's are read once. */
static bool
caller_sees(List **known, int64 event_id, int64 learner_id)
{
	VisibleLearners *visible = NULL;
	ListCell   *cell;

	foreach(cell, *known)
	{
		visible = lfirst(cell);
		if (visible->event_id == event_id)
			break;
		visible = NULL;
	}
	if (visible == NULL)
	{
		visible = palloc0(sizeof(VisibleLearners));
		visible->event_id = event_id;
		work_init(&visible->work, CurrentMemoryContext);
		access_visible_learners(event_id, &visible->work, &visible->learners);
		ids_sort(&visible->learners);
		*known = lappend(*known, visible);
	}
	return ids_include(&visible->learners, learner_id);
}

/* Writes what has changed since to the function's result. */
void
preview_difference(const PreviewState *before, ReturnSetInfo *result)
{
	Datum		values[8];
	char		nulls[9] = "        ";
	bool		checks_rows = access_check_table(TABLE_ENROLLMENT);
	List	   *known = NIL;
	SPITupleTable *rows;
	uint64		count;

	values[0] = before->learners;
	for (int i = 0; i < STATE_COLUMNS; i++)
	{
		values[i + 1] = before->columns[i];
		nulls[i + 1] = before->columns[i] == (Datum) 0 ? 'n' : ' ';
	}
	values[6] = before->last_notification;
	values[7] = Int64GetDatum((int64)
		U64FromFullTransactionId(GetTopFullTransactionId()));

	SPI_connect();
	count = statement_run(&compare_state, values, nulls);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		Datum		columns[PREVIEW_COLUMNS];
		bool		isnull[PREVIEW_COLUMNS];

		for (int column = 0; column < PREVIEW_COLUMNS; column++)
			columns[column] = SPI_getbinval(rows->vals[i], rows->tupdesc,
											column + 1, &isnull[column]);
		if (checks_rows &&
			(isnull[0] || isnull[2] ||
			 !caller_sees(&known, DatumGetInt64(columns[0]),
						  DatumGetInt64(columns[2]))))
			continue;
		tuplestore_putvalues(result->setResult, result->setDesc, columns,
							 isnull);
	}
	SPI_finish();
}
