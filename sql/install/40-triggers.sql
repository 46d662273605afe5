-- The triggers, and what the engine keeps for itself.
--
-- Statement triggers evaluate; row triggers named guard_* refuse. Each names
-- its table in an argument: on a sharding engine the relation has another name.

CREATE TABLE achieve.awaited_type (
	code text CONSTRAINT awaited_type_code_is_unique PRIMARY KEY
);
COMMENT ON TABLE achieve.awaited_type IS
	'Codes that rules read through holds(...), whether or not there is an achievement type of that code. Written by the engine.';
COMMENT ON COLUMN achieve.awaited_type.code IS
	'The code; a type that is made with it is known as read by rules from the start.';

CREATE TABLE achieve.number_counter (
	sequence_id bigint NOT NULL
		CONSTRAINT number_counter_names_a_sequence REFERENCES achieve.number_sequence ON DELETE CASCADE,
	year integer NOT NULL,
	month integer NOT NULL,
	next_number bigint NOT NULL,
	CONSTRAINT number_counter_counts_a_period_once PRIMARY KEY (sequence_id, year, month)
) WITH (fillfactor = 50);
COMMENT ON TABLE achieve.number_counter IS
	'Where gapless number sequences stand, one row for each period. Written by the engine; its issuer keeps the row locked until the transaction ends.';
COMMENT ON COLUMN achieve.number_counter.sequence_id IS 'The number sequence.';
COMMENT ON COLUMN achieve.number_counter.year IS 'The year it counts in; 0 where it never resets.';
COMMENT ON COLUMN achieve.number_counter.month IS 'The month it counts in; 0 where it does not reset monthly.';
COMMENT ON COLUMN achieve.number_counter.next_number IS 'The number that is given next.';

-- Facts

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.attendance
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('attendance');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.attendance
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('attendance');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.attendance
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('attendance');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.attendance
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.score
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('score');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.score
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('score');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.score
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('score');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.score
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.completion
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('completion');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.completion
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('completion');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.completion
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('completion');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.completion
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.condition
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('condition');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.condition
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('condition');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.condition
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('condition');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.condition
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.invoice_line
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('invoice_line');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.invoice_line
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('invoice_line');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.invoice_line
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('invoice_line');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.invoice_line
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.enrollment
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('enrollment');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.enrollment
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('enrollment');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.enrollment
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_facts('enrollment');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.enrollment
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.invoice
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_invoices('invoice');

-- Configuration of events

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.event
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('event');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.event
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('event');

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.session
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('session');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.session
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('session');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.session
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('session');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.session
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.assessment
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('assessment');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.assessment
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('assessment');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.assessment
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('assessment');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.assessment
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.requirement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('requirement');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.requirement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('requirement');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.requirement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('requirement');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.requirement
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

CREATE TRIGGER evaluate_insert AFTER INSERT ON achieve.event_achievement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('event_achievement');

CREATE TRIGGER evaluate_update AFTER UPDATE ON achieve.event_achievement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('event_achievement');

CREATE TRIGGER evaluate_delete AFTER DELETE ON achieve.event_achievement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_configuration('event_achievement');

CREATE TRIGGER evaluate_truncate AFTER TRUNCATE ON achieve.event_achievement
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.evaluate_truncated();

-- Evaluation at commit

CREATE CONSTRAINT TRIGGER evaluate_pending AFTER INSERT ON achieve.pending_evaluation
	DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION achieve.evaluate_pending();

-- What is refused

CREATE TRIGGER guard_outcome BEFORE INSERT OR UPDATE OR DELETE ON achieve.result
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_outcome('achieve.set_result() or achieve.clear_result(), achieve.approve_results() or achieve.withdraw_approval()');

CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON achieve.result
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_outcome('achieve.set_result() or achieve.clear_result(), achieve.approve_results() or achieve.withdraw_approval()');

CREATE TRIGGER guard_outcome BEFORE INSERT OR UPDATE OR DELETE ON achieve.achievement
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_outcome('achieve.award(), achieve.revoke(), achieve.reinstate() or achieve.amend_achievement()');

CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON achieve.achievement
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_outcome('achieve.award(), achieve.revoke(), achieve.reinstate() or achieve.amend_achievement()');

CREATE TRIGGER guard_outcome BEFORE INSERT OR UPDATE OR DELETE ON achieve.certificate
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_outcome('achieve.regenerate_certificates()');

CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON achieve.certificate
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_outcome('achieve.regenerate_certificates()');

CREATE TRIGGER guard_outcome BEFORE INSERT OR UPDATE OR DELETE ON achieve.notification
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_outcome('achieve.claim_notifications() or achieve.mark_delivered()');

CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON achieve.notification
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_outcome('achieve.claim_notifications() or achieve.mark_delivered()');

CREATE TRIGGER guard_audit BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON achieve.audit
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_audit();

CREATE TRIGGER guard_audit BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON achieve.audit_seal
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_audit('achieve.seal_audit()');

CREATE TRIGGER guard_audit BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON achieve.audit_erasure
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.guard_audit('achieve.erase_learner()');

CREATE TRIGGER guard_used BEFORE DELETE ON achieve.session
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_used('attendance', 'session_no');

CREATE TRIGGER guard_used BEFORE DELETE ON achieve.assessment
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_used('score', 'code');

CREATE TRIGGER guard_used BEFORE DELETE ON achieve.requirement
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_used('completion', 'code');

CREATE TRIGGER guard_event BEFORE INSERT OR UPDATE ON achieve.event
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_event();

CREATE TRIGGER guard_event_achievement BEFORE INSERT OR UPDATE ON achieve.event_achievement
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_event_achievement();

CREATE TRIGGER guard_achievement_type BEFORE INSERT OR UPDATE ON achieve.achievement_type
	FOR EACH ROW EXECUTE FUNCTION achieve.guard_achievement_type();

-- The audit of configuration

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.number_sequence
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('number_sequence');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.number_sequence
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('number_sequence');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.number_sequence
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('number_sequence');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.certificate_template
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('certificate_template');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.certificate_template
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('certificate_template');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.certificate_template
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('certificate_template');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.achievement_type
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_type');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.achievement_type
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_type');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.achievement_type
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_type');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.achievement_reminder
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_reminder');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.achievement_reminder
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_reminder');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.achievement_reminder
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('achievement_reminder');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.course_template
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('course_template');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.course_template
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('course_template');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.course_template
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('course_template');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.template_session
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_session');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.template_session
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_session');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.template_session
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_session');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.template_assessment
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_assessment');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.template_assessment
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_assessment');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.template_assessment
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_assessment');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.template_requirement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_requirement');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.template_requirement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_requirement');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.template_requirement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_requirement');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.template_achievement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_achievement');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.template_achievement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_achievement');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.template_achievement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('template_achievement');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.learning_path
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.learning_path
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.learning_path
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.learning_path_step
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path_step');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.learning_path_step
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path_step');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.learning_path_step
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('learning_path_step');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.event
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.event
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.event
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.session
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('session');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.session
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('session');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.session
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('session');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.assessment
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('assessment');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.assessment
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('assessment');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.assessment
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('assessment');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.requirement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('requirement');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.requirement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('requirement');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.requirement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('requirement');

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.event_achievement
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event_achievement');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.event_achievement
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event_achievement');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.event_achievement
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('event_achievement');

