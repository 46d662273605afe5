# Does a replica show the same outcomes, and do they survive a crash?
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION achieve;
SELECT achieve.install();
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'first-aid', 'First aid');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
VALUES (1, 'First aid', '2026-03-02 09:00+00', '2026-03-02 17:00+00', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
VALUES (1, 1, '2026-03-02 09:00+00', '2026-03-02 17:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (1, 3);
SQL

$primary->backup('backup');
my $replica = PostgreSQL::Test::Cluster->new('replica');
$replica->init_from_backup($primary, 'backup', has_streaming => 1);
$replica->start;

my $outcomes = 'SELECT learner_id, r.outcome, a.number FROM achieve.result r'
  . ' LEFT JOIN achieve.achievement a USING (event_id, learner_id) ORDER BY learner_id';
my $problems = 'SELECT * FROM achieve.check_outcomes()';
my $mark = "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, %d, 1, 'present')";

# The replica follows.
$primary->safe_psql('postgres', sprintf($mark, 1));
$primary->wait_for_catchup($replica);
is($replica->safe_psql('postgres', $outcomes), "1|passed|1\n2|pending|\n3|pending|",
	'the replica shows results and achievements');
is($replica->safe_psql('postgres', $problems), '', 'and can recompute them');
is($replica->safe_psql('postgres', "SELECT achieve.event_report(1) LIKE '%1 passed, 2 pending%'"),
	't', 'and reports on the event');
is($replica->safe_psql('postgres', "SELECT string_agg(name, ' ') FROM achieve.health WHERE state <> 'ok'"),
	'', 'and on its health');
my ($status, $out, $error) = $replica->psql('postgres', sprintf($mark, 2));
like($error, qr/read-only transaction/, 'but takes no facts');

# A crash.
$primary->safe_psql('postgres', sprintf($mark, 2));
$primary->stop('immediate');
$primary->start;
is($primary->safe_psql('postgres', $problems), '', 'after a crash every outcome is right');
like($primary->safe_psql('postgres', $outcomes), qr/^1\|passed\|1\n2\|passed\|\d+\n3\|pending\|$/,
	'and what was committed is there');
$primary->safe_psql('postgres', sprintf($mark, 3));
is($primary->safe_psql('postgres', 'SELECT count(DISTINCT number) FROM achieve.achievement'), '3',
	'numbers go on without repeating');

done_testing();
