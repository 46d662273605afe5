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

#endif							/* ACHIEVE_AUDIT_SCAN_H */
