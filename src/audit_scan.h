/*-------------------------------------------------------------------------
 *
 * audit_scan.h
 *		Reads the audit and its seals, however long they are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_SCAN_H
#define ACHIEVE_AUDIT_SCAN_H

#include "executor/spi.h"

#include "identity.h"

/*
 * Called for each row. The memory context is a short-lived one: what shall
 * last is put elsewhere.
 */
typedef void (*AuditScanAction) (void *state, HeapTuple tuple,
								 TupleDesc desc);

extern void audit_scan_begin(OwnerScope *scope);
extern void audit_scan(const char *sql, const Datum *from,
					   AuditScanAction action, void *state);
extern void audit_scan_end(const OwnerScope *scope);

/* The transactions whose rows a snapshot shows. */
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

#endif							/* ACHIEVE_AUDIT_SCAN_H */
