/*-------------------------------------------------------------------------
 *
 * api_record.h
 *		Achievement records, for the functions that issue and change them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_API_RECORD_H
#define ACHIEVE_API_RECORD_H

#include "api.h"

extern const ConfigAward *find_type(const EventConfig *config,
									const char *code);
extern ConfigAward lock_type(ReadSet *set, const EventConfig *config,
							 const ConfigAward *award, int64 learner_id,
							 AwardTerms *terms);
extern DateADT date_argument(FunctionCallInfo fcinfo, int argument);
extern void require_dates_in_order(const Validity *validity);
extern bool is_held(ReadSet *set, const EnrollmentKey *key, int64 type_id);
extern void unblock_rule(const EnrollmentKey *key, int64 type_id);
extern void refuse_second(const EnrollmentKey *key, const char *type_code);

#endif							/* ACHIEVE_API_RECORD_H */
