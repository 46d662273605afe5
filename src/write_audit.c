/*-------------------------------------------------------------------------
 *
 * write_audit.c
 *		What the audit says of an evaluation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json.h"
#include "write.h"

/* A result as the audit shows it. */
Jsonb *
result_to_jsonb(Outcome rule, Outcome manual)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_text(&json, "outcome",
				  outcome_name(effective_outcome(manual, rule)));
	json_add_text(&json, "rule_outcome", outcome_name(rule));
	json_add_text(&json, "source", manual == OUTCOME_NONE ? "rule" : "manual");
	return json_end(&json);
}

/* What happened to a result. */
void
audit_result(AuditBatch *batch, EnrollmentState *state)
{
	AuditRow	row = {0};

	row.has_event = row.has_learner = true;
	row.event_id = state->key.event_id;
	row.learner_id = state->key.learner_id;
	row.object = "result";
	if (result_moved(state))
	{
		row.action = "result.changed";
		row.old_value = result_to_jsonb(state->stored_rule_outcome,
									state->manual_outcome);
		row.new_value = result_to_jsonb(state->rule_outcome,
									state->manual_outcome);
		decide_subject(state, NULL);
		if (state->config->passing_rule != NULL)
			row.evidence = facts_evidence(&state->facts,
										  state->config->passing_rule,
										  outcome_name(state->rule_outcome));
		audit_add(batch, &row);
	}
	if (state->approval_ends)
	{
		row.action = "result.approval_ended";
		row.old_value = row.new_value = row.evidence = NULL;
		row.reason = "the result has changed";
		audit_add(batch, &row);
	}
	if (state->approval_returns != NULL)
	{
		row.action = "result.approved";
		row.old_value = row.new_value = row.evidence = NULL;
		row.reason = "the approved result stands again";
		audit_add(batch, &row);
	}
}

static Jsonb *
achievement_json(const EnrollmentState *state, const AwardState *award,
				 bool revoked)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_int(&json, "achievement_id",
				 award->change == AWARD_ISSUE ? award->issued_id :
				 award->change == AWARD_REINSTATE ? award->lapsed_id :
				 award->held_id);
	json_add_text(&json, "type", award->config->type_code);
	if (award->change == AWARD_ISSUE)
	{
		json_add_text(&json, "number", award->number);
		json_add_date(&json, "valid_from", award->validity.valid_from);
		json_add_date_or_null(&json, "expires_on",
						  award->validity.never_expires,
						  award->validity.expires_on);
	}
	json_add_text(&json, "state", revoked ? "revoked" : "issued");
	return json_end(&json);
}

/* What happened to an achievement. */
void
audit_award(AuditBatch *batch, const Changed *changed)
{
	EnrollmentState *state = changed->state;
	AwardState *award = changed->award;
	AuditRow	row = {0};

	row.has_event = row.has_learner = true;
	row.event_id = state->key.event_id;
	row.learner_id = state->key.learner_id;
	row.object = "achievement";
	row.new_value = achievement_json(state, award,
									 award->change == AWARD_LAPSE);
	switch (award->change)
	{
		case AWARD_ISSUE:
			row.action = "achievement.issued";
			break;
		case AWARD_REINSTATE:
			row.action = "achievement.reinstated";
			row.old_value = achievement_json(state, award, true);
			break;
		case AWARD_LAPSE:
			row.action = "achievement.revoked";
			row.old_value = achievement_json(state, award, false);
			row.reason = lapse_reason(state, award);
			break;
		case AWARD_KEEP:
			return;
	}
	decide_subject(state, award);
	if (state->active)
		row.evidence = facts_evidence(&state->facts, award->config->rule,
									  outcome_name(outcome_of_truth(award->truth)));
	audit_add(batch, &row);
}
