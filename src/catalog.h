/*-------------------------------------------------------------------------
 *
 * catalog.h
 *		Where achieve's tables, columns and indexes are.
 *
 * The tables are ordinary ones, so their OIDs, column numbers and indexes are
 * looked up by name and kept in the backend until the relation cache says
 * that something changed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CATALOG_H
#define ACHIEVE_CATALOG_H

#include "access/attnum.h"

/* Tables that the engine reads and writes itself, in the order of catalog.c's list. */
typedef enum TableId
{
	TABLE_EVENT,
	TABLE_SESSION,
	TABLE_ASSESSMENT,
	TABLE_REQUIREMENT,
	TABLE_EVENT_ACHIEVEMENT,
	TABLE_ACHIEVEMENT_TYPE,
	TABLE_ACCOUNT,
	TABLE_LEARNER,
	TABLE_ENROLLMENT,
	TABLE_ATTENDANCE,
	TABLE_SCORE,
	TABLE_COMPLETION,
	TABLE_CONDITION,
	TABLE_INVOICE,
	TABLE_INVOICE_LINE,
	TABLE_RESULT,
	TABLE_ACHIEVEMENT,
	TABLE_AUDIT,
	TABLE_NOTIFICATION,
	TABLE_CERTIFICATE,
	TABLE_COUNT
} TableId;

/* The columns of those tables that the engine knows, per table. */
enum
{
	EVENT_EVENT_ID, EVENT_TEMPLATE_ID, EVENT_CODE, EVENT_STARTS_AT,
	EVENT_ENDS_AT, EVENT_TIME_ZONE, EVENT_STATUS, EVENT_PASSING_RULE,
	EVENT_CONFIG_VERSION, EVENT_TITLE
};
enum
{
	SESSION_EVENT_ID, SESSION_SESSION_NO, SESSION_STARTS_AT,
	SESSION_ENDS_AT, SESSION_REQUIRED, SESSION_CANCELLED
};
enum
{
	ASSESSMENT_EVENT_ID, ASSESSMENT_CODE, ASSESSMENT_MAX_SCORE,
	ASSESSMENT_WEIGHT, ASSESSMENT_ATTEMPT_CHOICE, ASSESSMENT_MAX_ATTEMPTS
};
enum
{
	REQUIREMENT_EVENT_ID, REQUIREMENT_CODE
};
enum
{
	EVENT_ACHIEVEMENT_EVENT_ID, EVENT_ACHIEVEMENT_TYPE_ID,
	EVENT_ACHIEVEMENT_AWARD_RULE, EVENT_ACHIEVEMENT_ON_LAPSE,
	EVENT_ACHIEVEMENT_ACTIVE, EVENT_ACHIEVEMENT_VALID_FOR,
	EVENT_ACHIEVEMENT_VALID_UNIT, EVENT_ACHIEVEMENT_VALID_FROM_ANCHOR,
	EVENT_ACHIEVEMENT_EXPIRY_ALIGNMENT, EVENT_ACHIEVEMENT_EXPIRES_ON_DAY
};
enum
{
	ACHIEVEMENT_TYPE_ID, ACHIEVEMENT_TYPE_CODE, ACHIEVEMENT_TYPE_TITLE,
	ACHIEVEMENT_TYPE_VALID_FOR, ACHIEVEMENT_TYPE_VALID_UNIT,
	ACHIEVEMENT_TYPE_VALID_FROM_ANCHOR, ACHIEVEMENT_TYPE_EXPIRY_ALIGNMENT,
	ACHIEVEMENT_TYPE_EXPIRES_ON_DAY, ACHIEVEMENT_TYPE_SEQUENCE_ID,
	ACHIEVEMENT_TYPE_ACTIVE, ACHIEVEMENT_TYPE_READ_BY_RULES,
	ACHIEVEMENT_TYPE_CERTIFICATE_TEMPLATE_ID
};
enum
{
	ACCOUNT_ACCOUNT_ID, ACCOUNT_NAME
};
enum
{
	LEARNER_LEARNER_ID, LEARNER_NAME, LEARNER_EMAIL, LEARNER_REFERENCE,
	LEARNER_ACCOUNT_ID
};
enum
{
	ENROLLMENT_EVENT_ID, ENROLLMENT_LEARNER_ID, ENROLLMENT_STATUS,
	ENROLLMENT_COUNTS_FROM
};
enum
{
	ATTENDANCE_EVENT_ID, ATTENDANCE_LEARNER_ID, ATTENDANCE_SESSION_NO,
	ATTENDANCE_STATUS
};
enum
{
	SCORE_EVENT_ID, SCORE_LEARNER_ID, SCORE_CODE, SCORE_ATTEMPT, SCORE_SCORE
};
enum
{
	COMPLETION_EVENT_ID, COMPLETION_LEARNER_ID, COMPLETION_CODE,
	COMPLETION_COMPLETED_AT, COMPLETION_WAIVED
};
enum
{
	CONDITION_EVENT_ID, CONDITION_LEARNER_ID, CONDITION_NAME, CONDITION_VALUE
};
enum
{
	INVOICE_INVOICE_ID, INVOICE_STATUS, INVOICE_NUMBER
};
enum
{
	INVOICE_LINE_EVENT_ID, INVOICE_LINE_LEARNER_ID, INVOICE_LINE_INVOICE_ID,
	INVOICE_LINE_AMOUNT, INVOICE_LINE_AMOUNT_PAID,
	INVOICE_LINE_AMOUNT_CREDITED
};
enum
{
	RESULT_EVENT_ID, RESULT_LEARNER_ID, RESULT_RULE_OUTCOME,
	RESULT_RULE_DECIDED_AT, RESULT_MANUAL_OUTCOME, RESULT_APPROVED_BY,
	RESULT_APPROVED_AT, RESULT_DECIDED_AT
};
enum
{
	ACHIEVEMENT_EVENT_ID, ACHIEVEMENT_ACHIEVEMENT_ID, ACHIEVEMENT_LEARNER_ID,
	ACHIEVEMENT_ACHIEVEMENT_TYPE_ID, ACHIEVEMENT_SOURCE,
	ACHIEVEMENT_ISSUED_AT, ACHIEVEMENT_VALID_FROM, ACHIEVEMENT_EXPIRES_ON,
	ACHIEVEMENT_REVOKED_AT, ACHIEVEMENT_LAPSE_TRANSACTION_ID,
	ACHIEVEMENT_NUMBER, ACHIEVEMENT_BLOCKS_RULE, ACHIEVEMENT_SEQUENCE_ID,
	ACHIEVEMENT_ISSUED_BY, ACHIEVEMENT_REVOKED_BY, ACHIEVEMENT_REVOKE_REASON
};
enum
{
	AUDIT_AUDIT_ID, AUDIT_OCCURRED_AT, AUDIT_TRANSACTION_ID, AUDIT_ACTOR,
	AUDIT_DATABASE_USER, AUDIT_ACTION, AUDIT_EVENT_ID, AUDIT_LEARNER_ID,
	AUDIT_OBJECT, AUDIT_OLD_VALUE, AUDIT_NEW_VALUE, AUDIT_EVIDENCE,
	AUDIT_REASON, AUDIT_ACTOR_SALT, AUDIT_REASON_SALT, AUDIT_HASH,
	AUDIT_COLUMNS
};
enum
{
	NOTIFICATION_NOTIFICATION_ID, NOTIFICATION_TRANSACTION_ID,
	NOTIFICATION_TOPIC, NOTIFICATION_EVENT_ID, NOTIFICATION_LEARNER_ID,
	NOTIFICATION_PAYLOAD
};
enum
{
	CERTIFICATE_EVENT_ID, CERTIFICATE_ACHIEVEMENT_ID
};

#define TABLE_MAX_COLUMNS 16

/* A way to find rows: the leading columns of a btree index. */
typedef enum AccessPath
{
	PATH_EVENT,					/* event_id */
	PATH_SESSION,				/* event_id */
	PATH_ASSESSMENT,			/* event_id */
	PATH_REQUIREMENT,			/* event_id */
	PATH_EVENT_ACHIEVEMENT,		/* event_id */
	PATH_ACHIEVEMENT_TYPE,		/* achievement_type_id */
	PATH_ACHIEVEMENT_TYPE_CODE, /* code */
	PATH_ACCOUNT,				/* account_id */
	PATH_LEARNER,				/* learner_id */
	PATH_ENROLLMENT,			/* event_id, learner_id */
	PATH_ENROLLMENT_OF_LEARNER, /* learner_id */
	PATH_ATTENDANCE,			/* event_id, learner_id */
	PATH_SCORE,					/* event_id, learner_id */
	PATH_COMPLETION,			/* event_id, learner_id */
	PATH_CONDITION,				/* event_id, learner_id */
	PATH_INVOICE,				/* invoice_id */
	PATH_INVOICE_LINE,			/* event_id, learner_id */
	PATH_INVOICE_LINE_OF_INVOICE,	/* invoice_id */
	PATH_RESULT,				/* event_id, learner_id */
	PATH_ACHIEVEMENT,			/* event_id, learner_id */
	PATH_ACHIEVEMENT_BY_ID,		/* event_id, achievement_id */
	PATH_ACHIEVEMENT_OF_LEARNER,	/* learner_id */
	PATH_ACHIEVEMENT_OF_NUMBER, /* sequence_id, number */
	PATH_ACHIEVEMENT_OF_COMMON_NUMBER,	/* number, where sequence_id is null */
	PATH_CERTIFICATE,			/* event_id, achievement_id */
	PATH_COUNT
} AccessPath;

#define PATH_MAX_KEYS 2

typedef struct TableInfo
{
	Oid			relid;
	Oid			owner;
	bool		plain;			/* one heap: no partitions, no child tables */
	AttrNumber	columns[TABLE_MAX_COLUMNS]; /* by the enums above */
} TableInfo;

/* Off: all rows are read and written by SQL, as in a partitioned table. */
extern bool catalog_direct_access;

extern const TableInfo *catalog_table(TableId table);
extern bool catalog_table_is_direct(TableId table);
extern Oid	catalog_table_if_known(TableId table);
extern const char *catalog_table_name(TableId table);
extern const char *catalog_column_name(TableId table, int column);
extern TableId catalog_path_table(AccessPath path);
extern Oid	catalog_path_index(AccessPath path);
extern bool catalog_path_begins_null(AccessPath path);
extern bool catalog_path_by_ids(AccessPath path);
extern const char *catalog_path_column_name(AccessPath path, int key);
extern Oid	catalog_path_column_type(AccessPath path, int key);
extern int	catalog_path_columns(AccessPath path, AttrNumber *columns);
extern Oid	catalog_audit_sequence(void);
extern Oid	catalog_relation(const char *name);

#endif							/* ACHIEVE_CATALOG_H */
