/*-------------------------------------------------------------------------
 *
 * write_certificates.c
 *		Lets certificates follow the achievements that an evaluation changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "certificate.h"
#include "write.h"

/* The records that changed in one way. */
static void
collect_records(RecordList *records, const Changed *changed, int count,
				AwardChange change)
{
	records_init(records);
	for (int i = 0; i < count; i++)
	{
		const AwardState *award = changed[i].award;

		if (award->change != change ||
			(change == AWARD_ISSUE && !award->terms->has_template))
			continue;
		records_add(records, changed[i].state->key.event_id,
					change == AWARD_ISSUE ? award->issued_id :
					change == AWARD_LAPSE ? award->held_id :
					award->lapsed_id);
	}
}

/* After the achievements are written; SPI must be connected. */
void
write_certificates(const Changed *changed, int count, AuditBatch *audit,
				   NotifyBatch *notifications)
{
	Tidings		tidings = {audit, notifications};
	RecordList	records;

	collect_records(&records, changed, count, AWARD_LAPSE);
	(void) certificates_follow(&records, CERTIFICATE_REVOKE, &tidings);
	collect_records(&records, changed, count, AWARD_REINSTATE);
	(void) certificates_follow(&records, CERTIFICATE_REINSTATE, &tidings);
	collect_records(&records, changed, count, AWARD_ISSUE);
	(void) certificates_follow(&records, CERTIFICATE_ISSUE, &tidings);
}
