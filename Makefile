# achieve: build with "make", try with "make demo", test with "make check".

EXTENSION  = achieve
# The releases, in their order: from each an update script leads to the next.
RELEASED   = 1.0
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
MODULE_big = achieve

OBJS = \
	src/access.o \
	src/achieve.o \
	src/api.o \
	src/api_award.o \
	src/api_event.o \
	src/api_approve.o \
	src/api_record.o \
	src/api_result.o \
	src/approvals.o \
	src/attach.o \
	src/attach_expressions.o \
	src/audit.o \
	src/audit_configuration.o \
	src/audit_erasure.o \
	src/audit_fill.o \
	src/audit_hash.o \
	src/audit_scan.o \
	src/audit_seal.o \
	src/audit_seen.o \
	src/audit_verify.o \
	src/calendar.o \
	src/catalog.o \
	src/certificate.o \
	src/certificate_api.o \
	src/certificate_code.o \
	src/certificate_template.o \
	src/certificate_tidings.o \
	src/chapters.o \
	src/config.o \
	src/create_event.o \
	src/decide.o \
	src/decimal.o \
	src/digest.o \
	src/direct_write.o \
	src/engine.o \
	src/erase_learner.o \
	src/expected_objects.o \
	src/explain_result.o \
	src/facts.o \
	src/facts_json.o \
	src/facts_score.o \
	src/guard.o \
	src/health.o \
	src/id_ranges.o \
	src/identities.o \
	src/identity.o \
	src/install.o \
	src/installation.o \
	src/json.o \
	src/lock_row.o \
	src/locks.o \
	src/notify.o \
	src/notify_payload.o \
	src/notify_settle.o \
	src/numbers.o \
	src/open_badge.o \
	src/outbox.o \
	src/pending.o \
	src/prerequisites.o \
	src/preview.o \
	src/preview_changes.o \
	src/preview_difference.o \
	src/reader.o \
	src/restore.o \
	src/results_as_of.o \
	src/row.o \
	src/row_write.o \
	src/rule_certain.o \
	src/rule_error.o \
	src/rule_eval.o \
	src/rule_explain.o \
	src/rule_facts.o \
	src/rule_flat.o \
	src/rule_form.o \
	src/rule_io.o \
	src/rule_json.o \
	src/rule_json_attendance.o \
	src/rule_parse.o \
	src/rule_print.o \
	src/rule_scan.o \
	src/rule_waiting.o \
	src/rule_words.o \
	src/run_due.o \
	src/sql_rows.o \
	src/state.o \
	src/sync_event.o \
	src/api_transfer.o \
	src/statement.o \
	src/tab_facts.o \
	src/tab_reader.o \
	src/terms.o \
	src/trigger.o \
	src/validity.o \
	src/words.o \
	src/work.o \
	src/write.o \
	src/write_results.o \
	src/write_awards.o \
	src/write_certificates.o \
	src/write_audit.o

# Before 16 modules are loaded with global symbols: another library's function
# of the same name must not take the place of ours.
SHLIB_LINK += -Wl,-Bsymbolic

# Chapters of the extension script (types, operators, functions). Order is
# meaning: listed. The last one sets privileges.
SQL_PARTS = \
	sql/00-header.sql \
	sql/10-rule.sql \
	sql/20-install.sql \
	sql/30-validity.sql sql/40-engine.sql sql/45-functions.sql \
	sql/50-functions-tabs.sql \
	sql/55-certificates.sql \
	sql/60-oracle.sql \
	sql/65-explain-preview.sql \
	sql/70-communications.sql \
	sql/74-distribute.sql \
	sql/75-audit.sql \
	sql/75-report.sql \
	sql/76-graphql.sql \
	sql/77-health.sql \
	sql/78-attachment-sql.sql \
	sql/79-attach.sql \
	sql/79-attached.sql \
	sql/80-access.sql \
	sql/90-privileges.sql

# Chapters that install() runs (tables, triggers, views), compiled into the library.
INSTALL_PARTS = \
	sql/install/10-catalogue.sql \
	sql/install/20-delivery.sql \
	sql/install/30-outcomes.sql \
	sql/install/35-audit.sql \
	sql/install/40-triggers.sql \
	sql/install/50-tabs.sql \
	sql/install/55-certificates.sql \
	sql/install/60-reports.sql \
	sql/install/65-rule-problems.sql \
	sql/install/70-records.sql \
	sql/install/75-health.sql \
	sql/install/76-attachments.sql

# How install() brings the tables of one version to the next: FROM--TO.sql.
INSTALL_STEPS = \
	sql/install/steps/1.0--1.1.sql

# Regression tests, each test/sql/NAME.sql with expected/NAME.out.
REGRESS = \
	rule_refuse \
	rule_form \
	rule_type \
	rule_limit \
	rule_evaluate \
	rule_logic \
	rule_sound \
	rule_number \
	rule_json \
	rule_explain \
	rule_manual \
	$(if $(filter 15,$(MAJORVERSION)),,rule_soft_error) \
	validity \
	installation \
	restore readme \
	constraints \
	passing_rules_tab \
	keys \
	behave_example behave_attendance behave_scores behave_evidence behave_payment behave_holds \
	behave_manual behave_corrections behave_standing behave_validity behave_audit behave_rekey \
	approve event_life transfer number_sequence \
	refuse_facts refuse_functions \
	notification_net notification_claim notification_prune run_due clock_back record_views record_as_of \
	certificate_issue certificate_life certificate_refuse certificate_badge certificate_docs \
	inherit tabs tabs_waiting tabs_facts tabs_rights tabs_page \
	order_ways order_permuted order_commit oracle_falsified oracle_random moved_parts behave_inactive access access_page amend numbers_page schema_page reference_page \
	explain_result preview_outcomes preview_undone rule_problems event_report reports_page graphql_comments health operations_page \
	tutorial_page concepts_page cookbook_page scale_page migrate_page disputes_page small_pages diagrams \
	pain_recalculation pain_wrongly_issued pain_dates pain_attendance pain_money pain_record pain_stale \
	audit_seal erase_learner audit_page \
	approval_undone outcome_triggers outcome_tables_changed direct_write many_enrollments event_moved partitioned distribute truncate_finalized type_flag hostile_path hidden_rows privileges injection docs_review \
	attach attach_refuse attach_random attach_restore attach_cascade attach_rights attach_names attach_page

# Races, each test/isolation/specs/NAME.spec with test/isolation/expected/NAME.out.
ISOLATION = \
	install_install \
	install \
	attendance_score score_payment completion_condition attendance_completion activation_fact correction_fact \
	cancellation_fact deletion_fact registers updates two_events_opposite \
	commit_pair commit_statement commit_order commit_rule_change \
	rule_change_enrollment rule_change_fact session_added_enrollment session_added_fact \
	session_cancelled_enrollment session_cancelled_fact max_score_enrollment max_score_fact assessment_change_fact \
	achievement_added_enrollment achievement_added_fact \
	invoice_paid_new_line invoice_issued_new_line invoice_payments credit_payment credit_payment_one_line \
	award_by_rule_enrollment award_by_rule_fact award_by_function_enrollment award_by_function_fact \
	revoke_enrollment revoke_fact revoke_unlisted award_award award_fact renewals renewals_stale_cache \
	award_added_stale_cache award_added_meanwhile award_added_joining transfer_invoice transfer_event_change \
	holds_stale_cache holds_holds_order awaited_type renamed_type ripple_order same_event_first_rule \
	set_result_fact clear_result_fact approval_fact approval_earning_fact close_fact close_enrollment finalize_fact \
	serializable_read_committed repeatable_read_late gapless_numbers \
	fast_numbers gapless_repeatable_read new_enrollment_repeatable_read \
	notification_workers announcement_correction sync_event_assessment sync_event_first_fact \
	attach_writes index_dropped index_locked \
	seal_seal seal_late_commit erase_written erase_erase

HDRS        = $(wildcard src/*.h) src/install_sql.h src/install_steps.h
# Each version, and what leads from each to the next.
VERSIONS    = $(RELEASED) $(EXTVERSION)
UPDATES     = $(join $(filter-out $(EXTVERSION), $(VERSIONS)), $(addprefix --, $(wordlist 2, 99, $(VERSIONS))))
DATA_built  = $(VERSIONS:%=sql/achieve--%.sql) $(UPDATES:%=sql/achieve--%.sql)
PG_CPPFLAGS = -I$(srcdir)/src -DACHIEVE_VERSION='"$(EXTVERSION)"'
WARNINGS    = -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-sign-compare -Wshadow -Wstrict-prototypes
PG_CFLAGS   = $(if $(findstring clang,$(CC)),,$(WARNINGS))
EXTRA_CLEAN = src/install_sql.h src/install_steps.h src/built_for

REGRESS_OPTS   = --inputdir=$(srcdir)/test --outputdir=. --load-extension=achieve
ISOLATION_OPTS = --inputdir=$(srcdir)/test/isolation --load-extension=achieve

PG_CONFIG ?= pg_config

# Goals that build and install for themselves, into a private tree, and bring
# what is missing: they need no PostgreSQL to start with.
TOOL_GOALS = check check-report check-clients pgtap bench bench-quick bench-curves soak demo demo-stop lint dist
ifneq ($(filter $(TOOL_GOALS),$(MAKECMDGOALS)),)

.PHONY: $(MAKECMDGOALS)
check:
	tools/check-all.sh
check-report:
	tools/with-tree.sh test/report/check.sh
check-clients:
	tools/with-tree.sh test/clients/run.sh all
pgtap:
	tools/with-tree.sh tools/check.sh pgtap
bench:
	tools/with-tree.sh test/bench/run.sh full
bench-quick:
	tools/with-tree.sh test/bench/run.sh quick
bench-curves:
	tools/with-tree.sh test/bench/curves.sh
soak:
	tools/with-tree.sh test/soak/run.sh soak
	tools/with-tree.sh test/fuzz/run.sh soak
	tools/with-tree.sh test/bench/run.sh races
	ACHIEVE_TAMPERS=1000 ACHIEVE_WRITING_SECONDS=60 tools/with-tree.sh tools/check.sh tap
demo:
	tools/demo.sh
demo-stop:
	tools/demo.sh stop
lint:
	tools/lint.sh
dist:
	tools/dist.sh
$(filter-out $(TOOL_GOALS),$(MAKECMDGOALS)):
	$(MAKE) $@

else

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error pg_config of PostgreSQL is missing: install postgresql-server-dev-15 (to -18), or run make PG_CONFIG=/path/to/pg_config)
endif
# Bitcode needs the clang that PostgreSQL was built with.
BITCODE_CLANG := $(shell sed -n 's/^CLANG = //p' $(dir $(PGXS))../Makefile.global)
ifeq ($(shell command -v $(BITCODE_CLANG) 2>/dev/null),)
override with_llvm = no
endif
include $(PGXS)

# Objects made for another PostgreSQL, or one with other options, are made again.
BUILT_FOR := $(shell cksum < $(includedir_server)/pg_config.h)
ifneq ($(shell cat src/built_for 2>/dev/null),$(BUILT_FOR))
$(shell echo '$(BUILT_FOR)' > src/built_for)
endif

# PGXS on Debian does not track headers.
$(OBJS) $(OBJS:.o=.bc): $(HDRS) achieve.control src/built_for

src/install_sql.h: tools/embed.awk $(INSTALL_PARTS)
	awk -v type=InstallChapter -v name=install_chapters -f tools/embed.awk $(INSTALL_PARTS) > $@

src/install_steps.h: tools/embed.awk $(INSTALL_STEPS)
	awk -v type=InstallStep -v name=install_steps -f tools/embed.awk $(INSTALL_STEPS) > $@

sql/achieve--$(EXTVERSION).sql: $(SQL_PARTS) achieve.control
	cat $(SQL_PARTS) > $@

$(RELEASED:%=sql/achieve--%.sql): sql/achieve--%.sql: tools/released.sh $(SQL_PARTS) $(wildcard sql/release/*/*)
	tools/released.sh $* > $@.new
	mv $@.new $@

# Made of the difference, unless it is written by hand.
$(UPDATES:%=sql/achieve--%.sql): sql/achieve--%.sql: tools/update.awk $(VERSIONS:%=sql/achieve--%.sql) $(wildcard sql/release/*.sql)
	if [ -f sql/release/$*.sql ]; then cat sql/release/$*.sql; else \
		awk -v from=$(word 1, $(subst --, ,$*)) -v to=$(word 2, $(subst --, ,$*)) -f tools/update.awk \
			$(patsubst %, sql/achieve--%.sql, $(subst --, ,$*)); fi > $@.new
	mv $@.new $@

# For the scripts in tools: what a variable says.
print-%:
	@echo $($*)

endif
