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

extern ConfigAward record_lock_type(ReadSet *set, const EventConfig *config,
									const ConfigAward *award, int64 learner_id,
									AwardTerms *terms);
extern DateADT record_date_argument(FunctionCallInfo fcinfo, int argument);
extern void record_check_dates(const Validity *validity);
extern bool record_is_held(ReadSet *set, const EnrollmentKey *key,
						   int64 type_id);
extern void record_unblock_rule(const EnrollmentKey *key, int64 type_id);
extern Jsonb *record_to_jsonb(int64 id, const char *type_code,
							  const char *number, const Validity *validity,
							  bool revoked);
extern void record_refuse_second(const EnrollmentKey *key,
								 const char *type_code);

#endif							/* ACHIEVE_API_RECORD_H */
