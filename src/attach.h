/*-------------------------------------------------------------------------
 *
 * attach.h
 *		What the C functions behind attachments share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_ATTACH_H
#define ACHIEVE_ATTACH_H

extern void attach_refuse_call(const char *reason);

#endif							/* ACHIEVE_ATTACH_H */
