/*-------------------------------------------------------------------------
 *
 * audit_seal.h
 *		Seals over the audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_SEAL_H
#define ACHIEVE_AUDIT_SEAL_H

/* audit_seal.c */
extern void audit_seal_unless_busy(void);

/* audit_fill.c */
extern int64 audit_fill_hashes(void);

#endif							/* ACHIEVE_AUDIT_SEAL_H */
