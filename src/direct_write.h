/*-------------------------------------------------------------------------
 *
 * direct_write.h
 *		Writes rows straight into a table and its indexes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_DIRECT_WRITE_H
#define ACHIEVE_DIRECT_WRITE_H

#include "row_write.h"

extern bool direct_write(const RowWrite *write, const ValueColumn *columns,
						 int64 *ids);

#endif							/* ACHIEVE_DIRECT_WRITE_H */
