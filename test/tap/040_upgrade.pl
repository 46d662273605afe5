# Is a database that came from 1.0 the same as a new one, and does 1.0 go on
# working under this library until it is updated?
#
# The ways: ALTER EXTENSION UPDATE and install() in place, as the plain owner
# of a trusted installation, also beside writers; a dump of 1.0 restored under
# this version, then install(). upgrade/1.0.dump.gz is what 1.0 made.
use strict;
use warnings;

use File::Basename;
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = dirname(__FILE__) . '/upgrade';
my $whole_dump = PostgreSQL::Test::Utils::tempdir . '/1.0.dump';
gunzip("$folder/1.0.dump.gz" => $whole_dump) or die $GunzipError;
my $update = 'BEGIN; ALTER EXTENSION achieve UPDATE; SELECT achieve.install(); COMMIT;';

my $node = PostgreSQL::Test::Cluster->new('main');
# The superuser of the dump, whoever runs this.
$node->init(extra => [ '-U', 'postgres' ]);
$ENV{PGUSER} = 'postgres';
$node->append_conf('postgresql.conf', "max_connections = 40");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE achieve_reader; CREATE ROLE achieve_office; CREATE ROLE training LOGIN');

# The dump for a database in which the extension is there already.
my $dump = PostgreSQL::Test::Utils::tempdir . '/1.0.sql';
my $text = slurp_file($whole_dump);
$text =~ s/^CREATE (SCHEMA achieve|EXTENSION IF NOT EXISTS achieve WITH SCHEMA achieve);\n//mg;
append_to_file($dump, $text);

sub ask
{
	my ($database, $sql, $user) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $user // 'training' ]);
}

# The SQLSTATE and the hint with which a script fails, and nothing stays of it.
sub refused
{
	my ($database, $sql, $user) = @_;
	my (undef, undef, $error) = $node->psql($database, "\\set VERBOSITY verbose\n$sql",
		extra_params => [ '-U', $user // 'training', '-1' ], on_error_stop => 1);
	my ($state) = $error =~ /ERROR:  (\w{5}):/;
	my ($hint) = $error =~ /HINT:  (.*)/;
	return ($state // "none: $error") . ($hint ? " $hint" : '');
}

# A database of its own, where the script is run after CREATE EXTENSION.
sub database
{
	my ($name, $user, $file, $version) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name OWNER $user");
	ask($name, 'CREATE EXTENSION achieve' . ($version ? " VERSION '$version'" : ''), $user)
	  if !$file || $version;
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', $user, '-d', $node->connstr($name), '-f', $file ],
		"$name: the dump of 1.0 is restored") if $file;
}

# All that achieve is in a database, a line for each thing; not what the
# company of the dump has added.
sub catalog
{
	my ($database) = @_;
	return ask($database, <<'SQL', 'postgres');
SET search_path = pg_catalog;
WITH here AS (
	SELECT c.* FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace
), member AS (
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	WHERE e.extname = 'achieve' AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), acl AS (
	SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS objsubid, c.relacl AS acl FROM here c
	UNION ALL SELECT p.tableoid, p.oid, 0, p.proacl FROM pg_proc p WHERE p.pronamespace = 'achieve'::regnamespace
	UNION ALL SELECT t.tableoid, t.oid, 0, t.typacl FROM pg_type t WHERE t.typnamespace = 'achieve'::regnamespace
	UNION ALL SELECT n.tableoid, n.oid, 0, n.nspacl FROM pg_namespace n WHERE n.nspname = 'achieve'
	UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl
	FROM pg_attribute a JOIN here c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
)
SELECT replace(thing, E'\n', ' ') FROM (
	SELECT 'extension ' || e.extname || ' ' || e.extversion || ' of ' || e.extowner::regrole FROM pg_extension e
	UNION ALL SELECT 'member ' || pg_describe_object(m.classid, m.objid, 0) FROM member m
	UNION ALL SELECT concat_ws(' ', 'function of', p.proowner::regrole, pg_get_functiondef(p.oid))
	FROM pg_proc p WHERE p.pronamespace = 'achieve'::regnamespace AND p.prokind <> 'a'
	UNION ALL SELECT concat_ws(' ', 'privilege on', pg_describe_object(a.classid, a.objid, a.objsubid), x.grantee::regrole,
		x.privilege_type, x.is_grantable, 'by', x.grantor::regrole)
	FROM acl a CROSS JOIN LATERAL aclexplode(a.acl) x
	UNION ALL SELECT concat_ws(' ', 'no privileges of its own on', pg_describe_object(a.classid, a.objid, a.objsubid))
	FROM acl a WHERE a.acl IS NULL
	UNION ALL SELECT concat_ws(' ', 'first privilege on', pg_describe_object(i.classoid, i.objoid, i.objsubid), x.grantee::regrole, x.privilege_type)
	FROM pg_init_privs i JOIN member m ON m.classid = i.classoid AND m.objid = i.objoid CROSS JOIN LATERAL aclexplode(i.initprivs) x
	UNION ALL SELECT concat_ws(' ', 'comment on', pg_describe_object(d.classoid, d.objoid, d.objsubid), 'is', d.description)
	FROM pg_description d
	WHERE (d.classoid, d.objoid) IN (SELECT classid, objid FROM member)
		OR d.classoid = 'pg_class'::regclass AND d.objoid IN (SELECT oid FROM here)
		OR d.classoid = 'pg_trigger'::regclass AND d.objoid IN (SELECT t.oid FROM pg_trigger t JOIN here c ON c.oid = t.tgrelid)
		OR d.classoid = 'pg_constraint'::regclass AND d.objoid IN (SELECT t.oid FROM pg_constraint t JOIN here c ON c.oid = t.conrelid)
		OR d.classoid = 'pg_proc'::regclass AND d.objoid IN (SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'achieve'::regnamespace)
	UNION ALL SELECT concat_ws(' ', 'relation', c.relname, c.relkind, 'of', c.relowner::regrole, c.relpersistence, c.relrowsecurity,
		c.relreplident, array_to_string(c.reloptions, ','))
	FROM here c
	UNION ALL SELECT concat_ws(' ', 'column', c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname,
		format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated, a.attstorage,
		'collate', a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
	FROM here c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'badge_no'
	UNION ALL SELECT concat_ws(' ', 'constraint', c.relname, t.conname, t.convalidated, pg_get_constraintdef(t.oid))
	FROM here c JOIN pg_constraint t ON t.conrelid = c.oid WHERE t.contype <> 'n'
	UNION ALL SELECT 'index ' || pg_get_indexdef(c.oid) FROM here c WHERE c.relkind = 'i'
	UNION ALL SELECT concat_ws(' ', 'trigger', t.tgenabled, pg_get_triggerdef(t.oid))
	FROM here c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
	UNION ALL SELECT concat_ws(' ', 'view', c.relname, pg_get_viewdef(c.oid)) FROM here c WHERE c.relkind = 'v'
	UNION ALL SELECT concat_ws(' ', 'sequence', c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
	FROM here c JOIN pg_sequence s ON s.seqrelid = c.oid
) t (thing)
-- the sequence of the company's numbers
WHERE thing !~ '\mnumber_2\M'
ORDER BY thing COLLATE "C"
SQL
}

# Every row of every table that 1.0 has, in the columns that it has.
sub content
{
	my ($database) = @_;
	my $tables = ask($database, <<'SQL', 'postgres');
SELECT string_agg(format('SELECT %L || (to_jsonb(t) - ARRAY[''hash'', ''actor_salt'', ''reason_salt''])::text AS line FROM achieve.%I t',
	c.relname || ' ', c.relname), ' UNION ALL ')
FROM pg_class c
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('installation', 'audit_seal', 'audit_erasure')
SQL
	return ask($database, "SET timezone = 'UTC'; SELECT line FROM ($tables) l ORDER BY line COLLATE \"C\"", 'postgres');
}

# The lines that only one of two texts has: none, if they are the same.
sub same
{
	my ($got, $expected, $what) = @_;
	my (%lines, @differences);
	$lines{$_}++ foreach split /\n/, $got;
	$lines{$_}-- foreach split /\n/, $expected;
	push @differences, ($lines{$_} > 0 ? '+ ' : '- ') . $_ foreach sort grep { $lines{$_} } keys %lines;
	cmp_ok(length $expected, '>', 10000, "$what: there is something to compare");
	is(join("\n", @differences), '', $what);
}

# What an upgrader does once more, so that roles may use what is new.
my $grant = "SELECT achieve.grant_access('achieve_reader', 'reader'); SELECT achieve.grant_access('achieve_office', 'administrator');";

sub all_is_well
{
	my ($database, $user) = @_;
	is(ask($database, 'SELECT * FROM achieve.verify_audit()', $user), '', "$database: the audit holds");
	is(ask($database, 'SELECT count(*) > 90, count(*) = count(hash) FROM achieve.audit', $user), 't|t',
		"$database: every row of it is hashed");
	is(ask($database, 'SELECT achieve.install()', $user), 'achieve 1.1 is already installed', "$database: nothing is left to do");
	is(ask($database, 'SELECT count(*) FROM public.passed', $user) > 10, 1, "$database: a view of the company's own");
	# What has been waiting since the dump was made is done: then its age is no excuse.
	is(ask($database, 'SELECT achieve.run_due() >= 0', $user), 't', "$database: run_due() runs");
	is(ask($database, 'SELECT sum(row_count) > 90 FROM achieve.audit_seal', $user), 't', "$database: and has sealed the audit");
	ask($database, 'SELECT achieve.mark_delivered(ARRAY(SELECT notification_id FROM achieve.notification))', $user);
	is(ask($database, 'SELECT * FROM achieve.check_outcomes()', $user), '', "$database: outcomes are right");
	is(ask($database, "SELECT name, detail FROM achieve.health WHERE state <> 'ok'", $user), '', "$database: health");
}

database('fresh', 'training');
ask('fresh', "SELECT achieve.install(); $grant");
my $fresh = catalog('fresh');

#
# In place, as a role that owns the database and nothing else.
#
database('empty', 'training', undef, '1.0');
is(refused('empty', 'SELECT achieve.install()'), '55000 Run: ALTER EXTENSION achieve UPDATE;',
	'without tables, 1.0 asks for the update');
ask('empty', "ALTER EXTENSION achieve UPDATE; SELECT achieve.install(); $grant");
same(catalog('empty'), $fresh, 'updated before there were tables = new');

database('used', 'training', $dump, '1.0');
is(ask('used', "SELECT extversion FROM pg_extension WHERE extname = 'achieve'"), '1.0', 'this library runs with the objects of 1.0');
is(ask('used', 'SELECT version FROM achieve.installation'), '1.0', 'and its tables');
is(refused('used', 'SELECT achieve.install()'), '55000 Run: ALTER EXTENSION achieve UPDATE;', 'what it cannot do it says');

# A mark, a score and an award in each way of writing; learner 9, 10 and 11 of
# the event of 2031.
sub mark
{
	my ($learner) = @_;
	return <<"SQL";
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (3, $learner, 1, 'present'), (3, $learner, 2, 'late');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3, $learner, 'practical', 40);
SQL
}
ask('used', mark(9));
ask('used', "SET achieve.direct_access = off;" . mark(10), 'postgres');
ask('used', "SET achieve.evaluation = 'commit'; BEGIN;" . mark(11) . 'COMMIT;');
my $issued = "SELECT string_agg(learner_id || ' ' || outcome || ' ' || number, ', ' ORDER BY learner_id)
	FROM achieve.result JOIN achieve.achievement USING (event_id, learner_id) WHERE event_id = 3";
# They count on from the dump's in the year of their issue, whichever that is.
my $numbers = ask('used', <<'SQL');
SELECT string_agg(learner_id || ' passed FA-' || year || to_char(place, 'FM"-"00000'), ', ' ORDER BY learner_id)
FROM (
	SELECT event_id, learner_id, year, row_number() OVER (PARTITION BY year ORDER BY achievement_id) AS place
	FROM achieve.achievement JOIN achieve.event USING (event_id),
		LATERAL to_char(issued_at AT TIME ZONE time_zone, 'YYYY') AS year
	WHERE sequence_id = 1
) a
WHERE event_id = 3
SQL
is(ask('used', $issued), $numbers, 'marks are evaluated, and achievements awarded and numbered');
ask('used', "SELECT achieve.set_result(3, 9, 'failed', 'a mistake'); SELECT achieve.clear_result(3, 9, 'it was none')");
is(ask('used', 'SELECT achieve.run_due() >= 0'), 't', 'run_due() runs');
like(ask('used', 'SELECT achieve.begin_restore(); SELECT achieve.end_restore()'), qr/triggers are on/, 'restores can be made');
is(ask('used', 'SELECT * FROM achieve.check_outcomes()'), '', 'outcomes are right');

# What stands in the way is refused, and nothing is half done.
my $catalog = catalog('used');
my $content = content('used');
my %taken = (
	'a function' => [ "CREATE FUNCTION achieve.seal_audit(text) RETURNS bigint LANGUAGE sql RETURN 0; $update", '42723' ],
	'a better match' => [
		"CREATE FUNCTION achieve.loaded_version(integer DEFAULT 0) RETURNS text LANGUAGE sql RETURN 'mine'; $update",
		'42710 Drop it or give it another name, then call achieve.install() again.'
	],
	'a table' => [ "CREATE TABLE achieve.audit_seal (seal_id bigint); $update", '42P07' ],
	'a view' => [ "CREATE VIEW achieve.health AS SELECT 'all is well' AS name; $update", '42P07' ],
	'the other view' => [ "CREATE VIEW achieve.attachments AS SELECT 1 AS attachment_id; $update", '42P07' ],
);
is(refused('used', $taken{$_}[0] =~ s/BEGIN;|COMMIT;//gr), $taken{$_}[1], "$_ with a name of ours") foreach sort keys %taken;
$node->safe_psql('used', 'ALTER EXTENSION achieve DROP FUNCTION achieve.grant_access(text, text)');
is(refused('used', $update =~ s/BEGIN;|COMMIT;//gr), '55000', 'a function that is not the extension\'s any more');
$node->safe_psql('used', 'ALTER EXTENSION achieve ADD FUNCTION achieve.grant_access(text, text)');
same(catalog('used'), $catalog, 'after refusals: the catalog');

ask('used', $update =~ s/COMMIT/ROLLBACK/r);
same(catalog('used'), $catalog, 'rolled back: the catalog');
same(content('used'), $content, 'rolled back: the rows');
$node->safe_psql('postgres', 'CREATE DATABASE busy TEMPLATE used OWNER training');

ask('used', $update);
same(content('used'), $content, 'updated: every row is as it was');
ask('used', $grant);
same(catalog('used'), $fresh, 'updated = new');
all_is_well('used', 'training');
is(ask('used', "SELECT achieve.erase_learner(3, 'asked for')") > 0, 1, 'a learner can be erased');
is(ask('used', 'SELECT achieve.seal_audit() > 0'), 't', 'and the audit sealed');
is(ask('used', 'SELECT * FROM achieve.verify_audit()'), '', 'and it holds');

#
# Beside writers, who see no error: the update is what is tried again.
#
my $writing = PostgreSQL::Test::Utils::tempdir . '/writing.sql';
append_to_file($writing, <<'SQL');
\set learner random(9, 11)
\set end random(1, 3)
\set pause random(0, 40)
\sleep :pause ms
UPDATE achieve.attendance SET status = CASE status WHEN 'present' THEN 'absent' ELSE 'present' END WHERE event_id = 3 AND learner_id = :learner;
\if :end = 1
SELECT achieve.set_result(3, :learner, 'passed', 'a test');
\elif :end = 2
BEGIN;
UPDATE achieve.score SET score = 75 - score WHERE event_id = 3 AND learner_id = :learner;
SELECT achieve.clear_result(3, :learner, 'a test');
COMMIT;
\endif
SQL
# One session that takes the update back writes on as before.
ask('busy', ($update =~ s/COMMIT/ROLLBACK/r) . 'UPDATE achieve.score SET score = 1 WHERE event_id = 3; UPDATE achieve.score SET score = 40 WHERE event_id = 3');
my ($written, $trouble, $tries) = ('', '', 0);
my $writers = IPC::Run::start([ 'pgbench', '-n', '-U', 'training', '-c', 4, '-T', 600, '--max-tries=1000', '-f', $writing, $node->connstr('busy') ],
	'>', \$written, '2>', \$trouble);
$node->poll_query_until('busy', 'SELECT count(*) > 150 FROM achieve.audit') or die;
while ($tries++ < 100)
{
	my ($failed, undef, $error) = $node->psql('busy', "\\set VERBOSITY verbose\nSET lock_timeout = '200ms'; $update", extra_params => [ '-U', 'training' ]);
	last unless $failed;
	note $error =~ /(ERROR: .*)/;
	last unless $error =~ /ERROR:  (40P01|55P03)/;
}
is(ask('busy', 'SELECT version FROM achieve.installation'), '1.1', 'updated beside writers, whose sessions were open before');
my $then = ask('busy', 'SELECT count(*) FROM achieve.audit');
ok($node->poll_query_until('busy', "SELECT count(*) > $then + 50 FROM achieve.audit"), 'who go on');
ok($writers->pumpable, 'all of them, and so far');
$writers->kill_kill(grace => 5);
$node->poll_query_until('busy', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgbench'") or die;
is($trouble, '', 'without an error');
note "tried $tries times, and ", ask('busy', 'SELECT count(*) FROM achieve.audit') - $then, ' audit rows since';
all_is_well('busy', 'training');

#
# A dump of 1.0 in this version, as superuser.
#
database('superuser', 'postgres');
ask('superuser', "SELECT achieve.install(); $grant", 'postgres');
database('restored', 'postgres', $whole_dump);
is(ask('restored', "SELECT extversion FROM pg_extension WHERE extname = 'achieve'", 'postgres'), '1.1', 'restored under this version');
ask('restored', 'CREATE TABLE public.badge (badge_no text)', 'postgres');
foreach my $call (
	'seal_audit()', 'audit_digest()', 'verify_audit()', "erase_learner(1, 'asked for')", 'count_rule_errors()',
	"attach('public.badge', 'enrollment', '{}')", "detach('public.badge')", 'check_attachments()')
{
	is(refused('restored', "SELECT achieve.$call", 'postgres'), '55000 Run: SELECT achieve.install();', "$call needs the tables of this version");
}
$content = content('restored');
ask('restored', 'BEGIN;' . mark(9) . 'ROLLBACK;', 'postgres');
is(ask('restored', 'SELECT achieve.install()', 'postgres'), 'achieve 1.0 is migrated to 1.1', 'install() migrates');
same(content('restored'), $content, 'restored and migrated: every row is as it was');
ask('restored', $grant, 'postgres');
same(catalog('restored'), catalog('superuser'), 'restored and migrated = new');
all_is_well('restored', 'postgres');
ask('restored', mark(9), 'postgres');
is(ask('restored', 'SELECT outcome FROM achieve.result WHERE event_id = 3 AND learner_id = 9', 'postgres'), 'passed', 'and goes on');

done_testing();
