# Do dumps come back whole, whoever made them, in every format, whoever restores them?
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dumps');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "wal_level = logical\nfsync = off");
$node->start;
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $folder = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', 'CREATE ROLE training LOGIN; CREATE ROLE office; CREATE ROLE "a ""teacher""";');

# What users add is theirs: a column, an index, a constraint, a policy, a
# trigger, a publication, and rights, granted by the owner.
my $setup = <<'SQL';
CREATE EXTENSION achieve;
SELECT achieve.install();
SELECT achieve.grant_access('office', 'administrator'), achieve.grant_access('a "teacher"', 'instructor');
REVOKE EXECUTE ON FUNCTION achieve.revoke(bigint, text) FROM office;
GRANT EXECUTE ON FUNCTION achieve.run_due() TO "a ""teacher""";
ALTER TABLE achieve.learner ADD COLUMN shoe_size integer DEFAULT 40 CONSTRAINT shoes_exist CHECK (shoe_size BETWEEN 10 AND 60);
CREATE INDEX learner_by_name ON achieve.learner (lower(name));
ALTER TABLE achieve.score ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON achieve.score TO PUBLIC USING (true);
CREATE POLICY teachers_own ON achieve.score AS RESTRICTIVE TO "a ""teacher""" USING (score < 1000);
CREATE TABLE fired (relation text);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.fired VALUES (tg_relname); RETURN NULL; END$$;
CREATE TRIGGER my_own AFTER INSERT ON achieve.score FOR EACH STATEMENT EXECUTE FUNCTION fire();
CREATE TRIGGER my_own AFTER INSERT ON achieve.achievement FOR EACH ROW EXECUTE FUNCTION fire();
CREATE PUBLICATION outcomes FOR TABLE achieve.result, achieve.achievement WITH (publish = 'insert, update');
INSERT INTO achieve.number_sequence (code, format, gapless) VALUES ('exact', 'E-{number:3}', true), ('fast', 'F-{number}', false);
INSERT INTO achieve.certificate_template (code, title, media_type, body) VALUES ('plain', 'P', 'text/plain', '{{learner_name}} {{number}}');
INSERT INTO achieve.achievement_type (code, title, sequence_id, certificate_template_id)
VALUES ('first-aid', 'First aid', 1, 1), ('forklift', 'Forklift', 2, NULL);
INSERT INTO achieve.event (title, starts_at, ends_at, passing_rule)
VALUES ('First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'score(exam) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed'), (1, 2, 'passed');
INSERT INTO achieve.learner (name) VALUES ('Ada'), ('Ben'), ('Cleo');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (1, 3);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 70);
SELECT achieve.set_result(1, 3, 'failed', 'was not there');
SQL

# Runs SQL as somebody; returns what it prints.
sub ask
{
	my ($database, $role, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $role ]);
}

# Runs a program of PostgreSQL's as somebody; it has to succeed without a word.
sub run_as
{
	my ($role, @command) = @_;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGUSER} = $role;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	my ($out, $error) = ('', '');
	my $done = IPC::Run::run(\@command, '>', \$out, '2>', \$error);
	$error =~ s/^psql:\S+ INFO:  achieve is loaded.*\n//m;
	return ($done && $error eq '', $out, $error);
}

# A dump as text. PostgreSQL writes a view's parentheses otherwise once it has
# read them back, and newer minor releases have a random word in each dump.
sub dump_of
{
	my ($database) = @_;
	my ($ok, $text) = run_as($superuser, 'pg_dump', $database);
	return join '', grep { !/restrict / } split /^/, $text =~ tr/()//dr;
}

# The ways of bringing a database across.
my %ways = (
	plain => sub {
		my ($from, $to, $by) = @_;
		my ($ok, undef, $error) = run_as($superuser, 'pg_dump', '-f', "$folder/$to.sql", $from);
		($ok, undef, $error) = run_as($by, 'psql', '-X', '-q', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1', '-f', "$folder/$to.sql", $to) if $ok;
		return $error;
	},
	custom => sub {
		my ($from, $to, $by) = @_;
		my ($ok, undef, $error) = run_as($superuser, 'pg_dump', '-Fc', '-f', "$folder/$to.dump", $from);
		($ok, undef, $error) = run_as($by, 'pg_restore', '-e', '-d', $to, "$folder/$to.dump") if $ok;
		return $error;
	},
	'directory, four jobs' => sub {
		my ($from, $to, $by) = @_;
		my ($ok, undef, $error) = run_as($superuser, 'pg_dump', '-Fd', '-j4', '-f', "$folder/$to.dir", $from);
		($ok, undef, $error) = run_as($by, 'pg_restore', '-e', '-j4', '-d', $to, "$folder/$to.dir") if $ok;
		return $error;
	},
	'structure, then data' => sub {
		my ($from, $to, $by) = @_;
		my ($ok, undef, $error) = run_as($superuser, 'pg_dump', '-s', '-Fc', '-f', "$folder/$to.structure", $from);
		($ok, undef, $error) = run_as($by, 'pg_restore', '-e', '-d', $to, "$folder/$to.structure") if $ok;
		($ok, undef, $error) = run_as($superuser, 'pg_dump', '-a', '-Fc', '-f', "$folder/$to.data", $from) if $ok;
		ask($to, $by, 'SELECT achieve.begin_restore(); ALTER TABLE achieve.score DISABLE TRIGGER my_own; ALTER TABLE achieve.achievement DISABLE TRIGGER my_own') if $ok;
		($ok, undef, $error) = run_as($by, 'pg_restore', '-e', '-d', $to, "$folder/$to.data") if $ok;
		ask($to, $by, 'SELECT achieve.end_restore(); ALTER TABLE achieve.score ENABLE TRIGGER my_own; ALTER TABLE achieve.achievement ENABLE TRIGGER my_own') if $ok;
		return $error;
	});

my %owners = ('a plain owner' => 'training', 'a superuser' => $superuser);
# The regression test "restore" has more of what a plain owner does.
my @cases = (
	[ 'a plain owner', 'a superuser', sort keys %ways ],
	[ 'a plain owner', 'a plain owner', 'custom', 'structure, then data' ],
	[ 'a superuser', 'a superuser', 'custom' ]);
my (%before, $copy);
for (@cases)
{
	my ($who, $whom, @chosen) = @$_;
	my ($owner, $by) = @owners{ $who, $whom };
	my $source = "source_$owner";
	if (!$before{$source})
	{
		ask('postgres', $superuser, "CREATE DATABASE $source OWNER $owner");
		ask($source, $owner, $setup);
		$before{$source} = dump_of($source);
		like($before{$source}, qr/GRANT ALL ON FUNCTION achieve.amend_achievement/, "$who: the dump has the grants");
	}
	for my $way (@chosen)
	{
		my $case = "of $who by $whom, $way";
		my $to = 'copy_' . ++$copy;
		ask('postgres', $superuser, "CREATE DATABASE $to OWNER $owner");
		is($ways{$way}->($source, $to, $by), '', "$case: restores without a word");
		is(dump_of($to), $before{$source}, "$case: a second dump is the same");
		is(ask($to, $owner, 'SELECT * FROM achieve.check_outcomes()'), '', "$case: every outcome is right");
		is(ask($to, $owner, <<'SQL'), "4\nBen|passed|E-002|F-2\ngranted\ninstalled", "$case: and life goes on");
INSERT INTO achieve.learner (name) VALUES ('Dora') RETURNING learner_id;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 2, 'exam', 90);
SELECT l.name, r.outcome, a.number, b.number FROM achieve.result r JOIN achieve.learner l USING (learner_id)
JOIN achieve.achievement a USING (event_id, learner_id) JOIN achieve.achievement b USING (event_id, learner_id)
WHERE learner_id = 2 AND a.achievement_type_id = 1 AND b.achievement_type_id = 2;
SELECT 'granted' WHERE achieve.grant_access('office', 'administrator') IS NOT NULL;
SELECT 'installed' WHERE achieve.install() IS NOT NULL;
SQL
		is(ask($to, $owner, 'SELECT count(*), count(DISTINCT relation) FROM fired'), '6|2',
			"$case: triggers fired for what was written, not for what was loaded");
		my ($status, $out, $error) = $node->psql($to, 'DROP EXTENSION achieve', extra_params => [ '-U', $by ]);
		like($error, qr/cannot drop extension achieve because other objects depend on it/, "$case: dropping is refused");
		ask('postgres', $superuser, "DROP DATABASE $to");
	}
}

done_testing();
