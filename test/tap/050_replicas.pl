# Does a replica answer every question and refuse every change, does it take
# over when promoted, and does a subscriber not award again?
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('first');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', 'fsync = off');
$primary->start;
$primary->safe_psql('postgres', 'CREATE ROLE reports');
my $setup = <<'SQL';
CREATE EXTENSION achieve;
SELECT achieve.install();
SQL
my $catalogue = <<'SQL';
INSERT INTO achieve.issuer (name, url) VALUES ('Harbour', 'https://harbour.example');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body)
VALUES (1, 'default', 'Default', achieve.default_certificate_template());
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id, valid_for, valid_unit)
VALUES (1, 'first-aid', 'First aid', 1, 2, 'year');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (1, 'FA', 'First aid', 'attended >= 1');
INSERT INTO achieve.learning_path (path_id, code, title) VALUES (1, 'P', 'Path');
INSERT INTO achieve.learning_path_step (path_id, step_no, achievement_type_id) VALUES (1, 1, 1);
INSERT INTO achieve.event (event_id, template_id, title, starts_at, ends_at, passing_rule)
VALUES (1, 1, 'First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'attended >= 1'),
	(2, 1, 'First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, title, starts_at, ends_at)
VALUES (1, 1, 'The day', '2030-03-02 09:00+00', '2030-03-02 17:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed and paid');
SQL
my $facts = <<'SQL';
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (1, 3);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 1, 1, 'present'), (1, 3, 1, 'present');
INSERT INTO achieve.invoice (invoice_id, status) VALUES (1, 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1, 3, 1, 1, 10);
SQL
$primary->safe_psql('postgres', "$setup $catalogue $facts SELECT achieve.grant_access('reports', 'reader')");
$primary->safe_psql('postgres', <<'SQL');
CREATE TABLE roster (no text, name text);
CREATE TABLE old_roster (no text, name text);
-- some are there to be removed, one is to be added
SELECT achieve.add_graphql_comments();
COMMENT ON VIEW achieve.results_tab IS 'another';
SELECT achieve.attach('old_roster', 'learner', '{"reference": "no", "name": "name"}');
SQL

$primary->backup('backup');
my $replica = PostgreSQL::Test::Cluster->new('second');
$replica->init_from_backup($primary, 'backup', has_streaming => 1);
$replica->start;
$primary->wait_for_catchup($replica);

# Every function that a person or an app calls: what asks, and what changes.
my $of = 'FROM achieve.achievement WHERE learner_id = 1';
my $certificate = q{FROM achieve.certificate WHERE status = 'current'};
my %asks = (
	facts => "achieve.facts(1, 1)",
	waiting_for => 'achieve.waiting_for(1, 2)',
	enrollment_facts => 'achieve.enrollment_facts(1, 1)',
	enrollment_invoiced => 'achieve.enrollment_invoiced(1, 1)',
	award_outlook => 'achieve.award_outlook(1, 3, 1)',
	explain_result => 'achieve.explain_result(1, 2)',
	explain_award => "achieve.explain_award(1, 3, 'first-aid')",
	results_as_of => "achieve.results_as_of(1, '2040-01-01')",
	render_certificate => "achieve.render_certificate(certificate_id) $certificate",
	open_badge => "achieve.open_badge(certificate_id) $certificate",
	verify_certificate => "achieve.verify_certificate(verification_code) $certificate",
	event_report => 'achieve.event_report(1)',
	check_outcomes => 'achieve.check_outcomes()',
	check_attachments => 'achieve.check_attachments()',
	audit_digest => 'achieve.audit_digest()',
	verify_audit => 'achieve.verify_audit()',
	count_rule_errors => 'achieve.count_rule_errors()',
	today => "achieve.today('UTC')");
my %changes = (
	add_graphql_comments => 'achieve.add_graphql_comments()',
	amend_achievement => "achieve.amend_achievement(achievement_id, '2030-01-01', '2031-01-01', 'r') $of",
	approve_results => 'achieve.approve_results(1)',
	attach => q{achieve.attach('roster', 'learner', '{"reference": "no", "name": "name"}')},
	award => "achieve.award(1, 2, 'first-aid', 'r')",
	begin_restore => 'achieve.begin_restore()',
	claim_notifications => 'achieve.claim_notifications(1)',
	clear_result => "achieve.clear_result(1, 1, 'r')",
	close_event => 'achieve.close_event(1)',
	create_event => "achieve.create_event('FA', '2030-01-01')",
	detach => q{achieve.detach('old_roster')},
	end_restore => 'achieve.end_restore()',
	erase_learner => "achieve.erase_learner(2, 'r')",
	evaluate_event => 'achieve.evaluate_event(1)',
	finalize_event => "achieve.finalize_event(1, 'r')",
	grant_access => "achieve.grant_access('reports', 'administrator')",
	install => 'achieve.install()',
	mark_delivered => "achieve.mark_delivered('{1}')",
	preview_event => 'achieve.preview_event(1)',
	preview_result => "achieve.preview_result(1, 1, 'failed')",
	preview_rule => "achieve.preview_rule(1, 'attended >= 2')",
	preview_template => "achieve.preview_template('FA')",
	prune_notifications => "achieve.prune_notifications('2040-01-01')",
	regenerate_certificates => 'achieve.regenerate_certificates(1)',
	remove_graphql_comments => 'achieve.remove_graphql_comments()',
	reinstate => "achieve.reinstate(achievement_id, 'r') $of",
	reopen_event => "achieve.reopen_event(1, 'r')",
	revoke => "achieve.revoke(achievement_id, 'r') $of",
	run_due => 'achieve.run_due()',
	seal_audit => 'achieve.seal_audit()',
	set_result => "achieve.set_result(1, 1, 'failed', 'r')",
	sync_event => 'achieve.sync_event(1)',
	transfer_enrollment => "achieve.transfer_enrollment(1, 2, 2, 'r')",
	withdraw_approval => 'achieve.withdraw_approval(1)');
# What those are made of, what keeps nothing, and what needs Citus.
my $inner = 'oracle_.*|attachment_.*|attach_table|detach_table|compare_attachment|claim_notification_rows|refuse_.*|set_context|set_graphql_comments|graphql_comment|distribute';
is( join(' ', grep { !$asks{$_} && !$changes{$_} } split /\n/, $primary->safe_psql('postgres', <<"SQL")),
SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'achieve'::regnamespace AND provolatile <> 'i'
	AND prorettype <> 'trigger'::regtype AND proname !~ '^($inner)\$' ORDER BY 1
SQL
	'', 'every function is tried');

for my $view (split /\n/, $primary->safe_psql('postgres', "SELECT relname FROM pg_class WHERE relnamespace = 'achieve'::regnamespace AND relkind = 'v' ORDER BY 1"))
{
	# Measured, and so not the same at two times.
	$asks{$view} = 'v FROM (SELECT ' . ($view eq 'health' ? 'name, state' : '*') . " FROM achieve.$view) v ORDER BY 1";
}
my $here = answers($primary);
my $there = answers($replica);
for my $name (sort keys %asks)
{
	is($there->{$name}, $here->{$name}, "$name says the same on the replica");
	isnt($here->{$name}, '', "$name says something") unless $name =~ /check_|verify_audit|rule_problems/;
}

my $refused = join '', map { "$_ is refused\n" } sort keys %changes;
is(refusals($replica), $refused, 'the replica refuses every change');
is(refusals($primary), $refused, 'a read-only transaction, too');

# A promoted replica goes on.
$replica->promote;
$replica->safe_psql('postgres', "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 2, 1, 'late')");
is($replica->safe_psql('postgres', 'SELECT learner_id, number IS NOT NULL FROM achieve.achievement WHERE revoked_at IS NULL ORDER BY 1'), "1|t\n2|t",
	'promoted, the next fact awards');
is($replica->safe_psql('postgres', 'SELECT count(DISTINCT number) = count(*) FROM achieve.achievement'), 't', 'with a number of its own');
is($replica->safe_psql('postgres', 'SELECT * FROM achieve.check_outcomes()'), '', 'and every outcome is right');

# A subscriber gets facts and outcomes as rows and awards nothing itself; what
# belongs to one installation and its transactions is not published.
$primary->safe_psql('postgres', 'CREATE DATABASE publisher; CREATE DATABASE subscriber');
$primary->safe_psql($_, $setup) for qw(publisher subscriber);
$primary->safe_psql('publisher', "$catalogue INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');"
	  . "INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1);"
	  . "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 1, 1, 'present')");
$primary->safe_psql('publisher', <<'SQL');
DO $$
BEGIN
	EXECUTE (SELECT 'CREATE PUBLICATION achieve FOR TABLE ' || string_agg(c.oid::regclass::text, ', ')
		FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'p')
			AND c.relname NOT IN ('installation', 'pending_evaluation'));
END
$$;
SELECT pg_create_logical_replication_slot('achieve', 'pgoutput');
SQL
(my $publisher = $primary->connstr('publisher')) =~ s/'//g;
$primary->safe_psql('subscriber', "CREATE SUBSCRIPTION achieve CONNECTION '$publisher' PUBLICATION achieve WITH (create_slot = false, slot_name = 'achieve')");
$primary->poll_query_until('subscriber', "SELECT every(srsubstate = 'r') FROM pg_subscription_rel") or die;
$primary->safe_psql('publisher', <<'SQL');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 2), (1, 3);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 2, 1, 'present'), (1, 3, 1, 'present');
UPDATE achieve.attendance SET status = 'absent' WHERE learner_id = 3;
BEGIN;
SET LOCAL achieve.evaluation = commit;
UPDATE achieve.attendance SET status = 'absent' WHERE learner_id = 1;
COMMIT;
SELECT achieve.set_result(1, 1, 'passed', 'by hand');
DELETE FROM achieve.attendance WHERE learner_id = 3;
SQL
$primary->wait_for_catchup('achieve');
for my $table (qw(attendance result achievement certificate audit notification number_counter))
{
	my $rows = "SELECT * FROM achieve.$table t ORDER BY t";
	is($primary->safe_psql('subscriber', $rows), $primary->safe_psql('publisher', $rows), "the subscriber has the same rows in $table");
}
is($primary->safe_psql('subscriber', 'SELECT * FROM achieve.check_outcomes()'), '', 'which are right there too');
$primary->safe_psql('subscriber', 'ALTER SUBSCRIPTION achieve DISABLE; ALTER SUBSCRIPTION achieve SET (slot_name = NONE); DROP SUBSCRIPTION achieve; SELECT achieve.install()');
$primary->safe_psql('subscriber', "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 3, 1, 'present')");
is($primary->safe_psql('subscriber', 'SELECT learner_id, count(*), count(DISTINCT number) FROM achieve.achievement WHERE revoked_at IS NULL GROUP BY 1 ORDER BY 1'),
	"1|1|1\n2|1|1\n3|1|1", 'taken over, it awards on');
is($primary->safe_psql('subscriber', 'SELECT * FROM achieve.check_outcomes()'), '', 'rightly');

# A publication of everything stops no write.
$primary->safe_psql('publisher', 'CREATE PUBLICATION everything FOR ALL TABLES');
my ($status, $out, $error) = $primary->psql('publisher', <<'SQL');
BEGIN;
SET LOCAL achieve.evaluation = commit;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 3, 1, 'late');
COMMIT;
SQL
is($error, '', 'with all tables published, evaluation at commit works');

done_testing();

# What a server answers to all that asks, by name.
sub answers
{
	my ($node) = @_;
	my ($status, $out, $error) = $node->psql('postgres', join "\n", map { "\\echo == $_\nSELECT $asks{$_};" } sort keys %asks);
	is($error, '', $node->name . ' answers without an error');
	return { map { /^(\w+)\n(.*?)\n?\z/s } split /^== /m, $out };
}

# What comes of all that changes, a line each, when nothing may be written.
sub refusals
{
	my ($node) = @_;
	my $tries = join "\n", map { <<"SQL" } sort keys %changes;
BEGIN
	EXECUTE \$sql\$SELECT $changes{$_}\$sql\$;
	RAISE INFO '$_ is done';
EXCEPTION
	WHEN read_only_sql_transaction THEN RAISE INFO '$_ is refused';
	WHEN OTHERS THEN RAISE INFO '$_: % %', sqlstate, sqlerrm;
END;
SQL
	my ($status, $out, $error) = $node->psql('postgres', "BEGIN READ ONLY; DO \$do\$ BEGIN\n$tries\nEND \$do\$");
	$error =~ s/^psql:\S+ INFO:  //mg;
	return $error . "\n";
}
