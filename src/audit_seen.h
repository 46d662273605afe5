/*-------------------------------------------------------------------------
 *
 * audit_seen.h
 *		The transactions whose rows a seal's snapshot shows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_SEEN_H
#define ACHIEVE_AUDIT_SEEN_H

typedef struct SeenTransactions
{
	uint64		xmin;			/* below are finished ones only */
	uint64		xmax;			/* from here on none had begun */
	uint64	   *running;		/* in between, rising */
	int			running_count;
} SeenTransactions;

extern bool seen_read(SeenTransactions *seen, const char *string);
extern char *seen_now(SeenTransactions *seen);
extern bool seen_includes(const SeenTransactions *seen, int64 transaction_id);

#endif							/* ACHIEVE_AUDIT_SEEN_H */
