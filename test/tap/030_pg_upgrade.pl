# Does pg_upgrade take the tables along, outcomes, triggers and next numbers?
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = PostgreSQL::Test::Cluster->new('old');
$old->init;
$old->start;
$old->safe_psql('postgres', 'CREATE ROLE training LOGIN');
$old->safe_psql('postgres', 'CREATE DATABASE training OWNER training');
$old->safe_psql('training', <<'SQL', extra_params => [ '-U', 'training' ]);
CREATE EXTENSION achieve;
SELECT achieve.install();
INSERT INTO achieve.achievement_type (code, title) VALUES ('first-aid', 'First aid');
INSERT INTO achieve.event (title, starts_at, ends_at, passing_rule)
VALUES ('First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'score(exam) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.learner (name) VALUES ('Ada'), ('Ben');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 70);
SQL
$old->stop;

# The same binaries: what is tested is the catalog's way through the upgrade.
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init;
my ($psql) = grep { -x "$_/psql" } split /:/, $ENV{PATH};
chdir $PostgreSQL::Test::Utils::tmp_check or die;
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $psql, '-B', $psql,
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade runs');
$new->start;

sub ask { return $new->safe_psql('training', $_[0], extra_params => [ '-U', 'training' ]); }

is(ask('SELECT learner_name, outcome FROM achieve.results_tab ORDER BY learner_id'), "Ada|passed\nBen|pending",
	'outcomes are there');
is(ask("SELECT name FROM achieve.health WHERE state <> 'ok'"), '', 'everything is well');
is(ask('SELECT * FROM achieve.check_outcomes()'), '', 'and right');
ask("INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 2, 'exam', 90)");
is(ask('SELECT learner_id, number FROM achieve.achievement ORDER BY learner_id'), "1|1\n2|2",
	'the next fact awards, with the next number');
is(ask("INSERT INTO achieve.learner (name) VALUES ('Cleo') RETURNING learner_id"), '3', 'ids go on');

done_testing();
