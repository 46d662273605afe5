# Does tampering with the audit always show, and concurrent work never?
#
# ACHIEVE_TAMPERS (100) random changes behind achieve's back, each of which
# verify_audit() must report; ACHIEVE_WRITING_SECONDS (4) of 16 writers beside
# sealing and verifying, which must report nothing; and the same hashes
# computed outside of the database, and after a restore in another cluster.
use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tampers = $ENV{ACHIEVE_TAMPERS} || 100;
my $seconds = $ENV{ACHIEVE_WRITING_SECONDS} || 4;
my $writers = 16;
my $seed = $ENV{ACHIEVE_SEED} || time % 100000;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_connections = 60");
$node->start;

sub install
{
	my ($server, $database) = @_;
	$server->safe_psql('postgres', "CREATE DATABASE $database");
	$server->safe_psql($database, 'CREATE EXTENSION achieve; SELECT achieve.install()');
}

# An event on which everybody who attends passes; learners write to it.
my $course = <<'SQL';
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'first-aid', 'Première «aide»');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
SELECT n, 'First aid', '2026-03-02 09:00+00', '2026-03-02 17:00+00', 'attended >= 1' FROM generate_series(1, 20) n;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
SELECT event_id, 1, starts_at, ends_at FROM achieve.event;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT event_id, 1, 'passed' FROM achieve.event;
INSERT INTO achieve.learner (learner_id, name, email) SELECT n, 'Ada ' || n, n || '@example.org' FROM generate_series(1, 20) n;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT event_id, learner_id FROM achieve.event, achieve.learner;
SQL

#
# No false alarm: writers, two that seal, one that verifies.
#
install($node, 'writing');
$node->safe_psql('writing', $course);
my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	mark => <<'SQL',
\set event random(1, 20)
\set learner random(1, 20)
\set other random(1, 20)
\set pause random(0, 20)
\set end random(1, 10)
BEGIN;
SELECT achieve.set_context('writer :client_id', 'mark');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (:event, :learner, 1, 'present')
ON CONFLICT (event_id, learner_id, session_no) DO UPDATE
SET status = CASE attendance.status WHEN 'present' THEN 'absent' ELSE 'present' END;
\sleep :pause ms
SELECT achieve.set_result(:event, :other, (ARRAY['passed', 'failed', 'pending'])[1 + (random() * 2)::integer], 'reason ' || :other)
WHERE :end > 5;
\if :end = 1
ROLLBACK;
\else
COMMIT;
\endif
SQL
	seal => "SELECT achieve.seal_audit('client :client_id');\n\\sleep 5 ms\n",
	verify => <<'SQL',
DO $$
DECLARE
	found text;
BEGIN
	SELECT string_agg(v::text, ' ') INTO found FROM achieve.verify_audit() v;
	IF found IS NOT NULL THEN
		RAISE 'false alarm: %', found;
	END IF;
END $$;
\sleep 50 ms
SQL
	erase => <<'SQL',
\set learner random(1, 3)
SELECT achieve.erase_learner(:learner, 'a test');
\sleep 300 ms
SQL
);
PostgreSQL::Test::Utils::append_to_file("$dir/$_.sql", $script{$_}) foreach keys %script;
my @running;
foreach my $work ([ 'mark', $writers ], [ 'seal', 2 ], [ 'verify', 1 ], [ 'erase', 1 ])
{
	my ($name, $clients) = @$work;
	my ($out, $error) = ('', '');
	my $h = IPC::Run::start(
		[ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', $clients, '-T', $seconds,
			'--max-tries=100', '-f', "$dir/$name.sql", 'writing' ],
		'>', \$out, '2>', \$error);
	push @running, { name => $name, h => $h, out => \$out, error => \$error };
}
foreach my $work (@running)
{
	$work->{h}->finish;
	is(${ $work->{error} } =~ /error|false alarm|abort/i ? ${ $work->{error} } : '', '',
		"$work->{name}: no error");
	my ($done) = ${ $work->{out} } =~ /actually processed: (\d+)/;
	note "$work->{name}: $done transactions";
	cmp_ok($done, '>', 0, "$work->{name}: it ran");
}
$node->safe_psql('writing', 'SELECT achieve.seal_audit()');
is($node->safe_psql('writing', 'SELECT * FROM achieve.verify_audit()'), '', "no false alarm after $writers writers");
is($node->safe_psql('writing', 'SELECT (SELECT sum(row_count) FROM achieve.audit_seal) = (SELECT count(*) FROM achieve.audit)'),
	't', 'every row is in a seal');
# Were there rows that committed after higher ids had been sealed?
my $late = $node->safe_psql('writing', <<'SQL');
WITH range AS (
	SELECT seal_id, split_part(r, '-', 1)::bigint AS first, split_part(r, '-', -1)::bigint AS last
	FROM achieve.audit_seal, string_to_table(row_ids, ',') r)
SELECT count(*) FROM range r WHERE EXISTS (SELECT FROM range e WHERE e.seal_id < r.seal_id AND e.first > r.last)
SQL
cmp_ok($late, '>', 0, 'seals have rows that came late');
note $node->safe_psql('writing', "SELECT count(*) || ' seals of ' || sum(row_count) || ' rows, $late late ranges' FROM achieve.audit_seal");
is($node->safe_psql('writing', 'SELECT * FROM achieve.check_outcomes()'), '', 'and every outcome is right');

#
# Tampering: a small audit with some seals and an erasure.
#
install($node, 'tampering');
$node->safe_psql('tampering', $course);
foreach my $day (1 .. 6)
{
	$node->safe_psql('tampering', <<"SQL");
BEGIN;
SELECT achieve.set_context('office', 'day $day');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES ($day, 1, 1, 'present'), ($day, 2, 1, 'present');
COMMIT;
SELECT achieve.set_result($day, 2, 'failed', 'left early');
SELECT achieve.seal_audit('day $day');
SQL
}
$node->safe_psql('tampering', "SELECT achieve.erase_learner(1, 'a test'); SELECT achieve.seal_audit()");
my $kept = $node->safe_psql('tampering', 'SELECT achieve.audit_digest()');
is($node->safe_psql('tampering', "SELECT * FROM achieve.verify_audit('$kept')"), '', 'nothing was tampered with');

# Constraints hold nobody up who can drop them.
$node->safe_psql('tampering', <<'SQL');
DO $$
DECLARE
	command text;
BEGIN
	FOR command IN
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
		WHERE conrelid IN ('achieve.audit'::regclass, 'achieve.audit_seal'::regclass, 'achieve.audit_erasure'::regclass) AND contype <> 'n'
	LOOP
		EXECUTE command;
	END LOOP;
	FOR command IN
		SELECT format('ALTER TABLE %s ALTER %I DROP IDENTITY IF EXISTS, ALTER %2$I DROP NOT NULL', attrelid::regclass, attname) FROM pg_attribute
		WHERE attrelid IN ('achieve.audit'::regclass, 'achieve.audit_seal'::regclass, 'achieve.audit_erasure'::regclass)
			AND attnum > 0 AND NOT attisdropped
	LOOP
		EXECUTE command;
	END LOOP;
END $$;

CREATE FUNCTION item(value text) RETURNS text LANGUAGE sql AS
	$$SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '~')$$;
CREATE FUNCTION digest(content text) RETURNS text LANGUAGE sql AS
	$$SELECT encode(sha256(convert_to(content, 'UTF8')), 'hex')$$;
CREATE FUNCTION text_digest(salt uuid, value text) RETURNS text LANGUAGE sql AS
	$$SELECT digest(item('achieve.audit.text.1') || item(salt::text) || item(value)) WHERE value IS NOT NULL$$;
CREATE FUNCTION row_hash(a achieve.audit) RETURNS text LANGUAGE sql AS $$
	SELECT digest(item('achieve.audit.row.1') || item(a.audit_id::text) || item((extract(epoch FROM a.occurred_at) * 1000000)::bigint::text)
		|| item(a.transaction_id::text) || item(text_digest(a.actor_salt, a.actor)) || item(a.database_user)
		|| item(a.action) || item(a.event_id::text) || item(a.learner_id::text) || item(a.object)
		|| item(a.old_value::text) || item(a.new_value::text) || item(a.evidence::text)
		|| item(text_digest(a.reason_salt, a.reason)))$$;

-- One of many, from 0.
CREATE FUNCTION pick(many bigint) RETURNS bigint LANGUAGE sql AS $$SELECT floor(random() * many)::bigint$$;

-- Changes a random column of a random row to another value, or to or from null; says what.
CREATE FUNCTION change(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	changed record;
	place tid;
	is_empty boolean;
	other text;
BEGIN
	EXECUTE format('SELECT ctid FROM %s ORDER BY random() LIMIT 1', relation) INTO place;
	SELECT attname, atttypid::regtype::text AS type INTO changed FROM pg_attribute
	WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped ORDER BY random() LIMIT 1;
	EXECUTE format('SELECT %I IS NULL FROM %s WHERE ctid = %L', changed.attname, relation, place) INTO is_empty;
	other := CASE
		WHEN is_empty THEN CASE changed.type WHEN 'bigint' THEN '1' WHEN 'jsonb' THEN quote_literal('{}') WHEN 'uuid' THEN 'gen_random_uuid()'
			WHEN 'timestamp with time zone' THEN 'now()' ELSE quote_literal((ARRAY['', 'x'])[1 + pick(2)]) END
		WHEN pick(4) = 0 THEN 'NULL'
		ELSE CASE changed.type WHEN 'bigint' THEN '%1$I + (ARRAY[-1, 1, 1000000])[1 + pick(3)]' WHEN 'jsonb' THEN '%1$I || jsonb_build_object(''outcome'', random()::text)'
			WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'timestamp with time zone' THEN '%1$I + (ARRAY[interval ''-1 us'', ''1 us'', ''1 year''])[1 + pick(3)]'
			ELSE '(ARRAY[%1$I || '' '', '' '' || %1$I, upper(%1$I) || ''X'', ''0'' || substr(%1$I, 2) || ''0'', left(%1$I, -1)])[1 + pick(5)]' END END;
	other := format(other, changed.attname);
	EXECUTE format('UPDATE %s SET %I = %s WHERE ctid = %L', relation, changed.attname, other, place);
	RETURN format('%s.%s = %s', relation, changed.attname, other);
END $$;

CREATE FUNCTION tamper() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a bigint := (SELECT audit_id FROM achieve.audit ORDER BY random() LIMIT 1);
	b bigint := (SELECT audit_id FROM achieve.audit WHERE audit_id <> a ORDER BY random() LIMIT 1);
	s bigint := (SELECT seal_id FROM achieve.audit_seal ORDER BY random() LIMIT 1);
	t bigint := (SELECT seal_id FROM achieve.audit_seal WHERE seal_id <> s ORDER BY random() LIMIT 1);
	fresh bigint := (SELECT max(audit_id) + 1 + pick(1000) FROM achieve.audit);
BEGIN
	CASE pick(16)
	WHEN 0, 1, 2, 3 THEN
		RETURN change('achieve.audit');
	WHEN 4, 5 THEN
		RETURN change('achieve.audit_seal');
	WHEN 6 THEN
		RETURN change('achieve.audit_erasure');
	WHEN 7 THEN
		DELETE FROM achieve.audit WHERE audit_id = a;
		RETURN 'a row gone';
	WHEN 8 THEN
		DELETE FROM achieve.audit WHERE audit_id >= a;
		DELETE FROM achieve.audit_seal WHERE seal_id > 1 AND split_part(row_ids, '-', -1)::bigint >= a;
		RETURN 'the tail gone';
	WHEN 9 THEN
		DELETE FROM achieve.audit_seal WHERE seal_id = s;
		RETURN 'a seal gone';
	WHEN 10 THEN
		INSERT INTO achieve.audit SELECT (jsonb_populate_record(r, jsonb_build_object('audit_id', CASE pick(3) WHEN 0 THEN a ELSE fresh END))).*
		FROM achieve.audit r WHERE audit_id = b;
		RETURN 'a copy of a row';
	WHEN 11 THEN
		INSERT INTO achieve.audit SELECT (jsonb_populate_record(r, jsonb_build_object('audit_id', fresh))).* FROM achieve.audit r WHERE audit_id = b;
		UPDATE achieve.audit r SET hash = row_hash(r) WHERE audit_id = fresh;
		RETURN 'a copy of a row, with its hash';
	WHEN 12 THEN
		UPDATE achieve.audit SET audit_id = CASE audit_id WHEN a THEN b ELSE a END WHERE audit_id IN (a, b);
		RETURN 'two rows swapped';
	WHEN 13 THEN
		UPDATE achieve.audit_seal SET seal_id = CASE seal_id WHEN s THEN t ELSE s END WHERE seal_id IN (s, t);
		RETURN 'two seals swapped';
	WHEN 14 THEN
		UPDATE achieve.audit r SET action = action || 'x' WHERE audit_id = a;
		UPDATE achieve.audit r SET hash = row_hash(r) WHERE audit_id = a;
		RETURN 'a row changed, with its hash';
	ELSE
		DELETE FROM achieve.audit_erasure WHERE ctid = (SELECT ctid FROM achieve.audit_erasure ORDER BY random() LIMIT 1);
		RETURN 'an erased value forgotten';
	END CASE;
END $$;
SQL
my ($code, $out, $error) = $node->psql('tampering', <<"SQL");
SELECT setseed($seed / 100000.0);
SET session_replication_role = replica;
DO \$\$
DECLARE
	done text;
	missed integer := 0;
BEGIN
	FOR i IN 1 .. $tampers LOOP
		BEGIN
			done := tamper();
			IF NOT EXISTS (SELECT FROM achieve.verify_audit('$kept')) THEN
				missed := missed + 1;
				RAISE NOTICE 'not found: %', done;
			END IF;
			RAISE SQLSTATE 'AC000';
		EXCEPTION WHEN SQLSTATE 'AC000' THEN
			NULL;
		END;
	END LOOP;
	RAISE NOTICE 'missed: %', missed;
END \$\$;
SQL
is($code, 0, "tampers of seed $seed ran");
like($error, qr/missed: 0$/m, "$tampers of $tampers random tampers are found");
unlike($error, qr/not found/, 'none is missed');
is($node->safe_psql('tampering', "SELECT * FROM achieve.verify_audit('$kept')"), '', 'and nothing of it is left');

#
# The same hashes outside, from text as psql prints it, whatever the settings.
#
sub list { return join('', map { defined $_ ? length($_) . ":$_," : '~' } @_); }

sub rows_of
{
	my ($query) = @_;
	local $ENV{PGTZ} = 'Asia/Kathmandu';
	local $ENV{PGDATESTYLE} = 'German';
	local $ENV{PGOPTIONS} = '-c extra_float_digits=-3 -c bytea_output=escape';
	my ($rows, $stderr);
	IPC::Run::run([ 'psql', '-XAtq', '-F', "\x1f", '-R', "\x1e", '-P', "null=\x1d", '-d', $node->connstr('writing'), '-c', $query ],
		'>', \$rows, '2>', \$stderr) or die $stderr;
	chomp $rows;
	return map { [ map { $_ eq "\x1d" ? undef : $_ } split(/\x1f/, $_, -1) ] } split(/\x1e/, $rows);
}

my ($wrong, $count) = (0, 0);
foreach my $row (rows_of(<<'SQL'))
SELECT a.audit_id, (extract(epoch FROM a.occurred_at) * 1000000)::bigint, a.transaction_id, a.actor, a.database_user, a.action,
	a.event_id, a.learner_id, a.object, a.old_value, a.new_value, a.evidence, a.reason, a.actor_salt, a.reason_salt, a.hash, x.digest, y.digest
FROM achieve.audit a
LEFT JOIN achieve.audit_erasure x ON x.audit_id = a.audit_id AND x.column_name = 'actor'
LEFT JOIN achieve.audit_erasure y ON y.audit_id = a.audit_id AND y.column_name = 'reason'
SQL
{
	my ($actor_salt, $reason_salt, $hash, $actor, $reason) = splice(@$row, 13);
	$actor = sha256_hex(list('achieve.audit.text.1', $actor_salt, $row->[3])) if defined $row->[3];
	$reason = sha256_hex(list('achieve.audit.text.1', $reason_salt, $row->[12])) if defined $row->[12];
	@$row[ 3, 12 ] = ($actor, $reason);
	$wrong++ if sha256_hex(list('achieve.audit.row.1', @$row)) ne $hash;
	$count++;
}
cmp_ok($count, '>', 100, 'rows were read');
is($wrong, 0, 'each hash is what another tool computes');
my $before = '0' x 64;
$wrong = 0;
foreach my $seal (rows_of(<<'SQL'))
SELECT seal_id, previous_root, row_count, row_ids, rows_hash, foreign_until, snapshot, system_identifier,
	(extract(epoch FROM sealed_at) * 1000000)::bigint, actor, database_user, reason, root
FROM achieve.audit_seal ORDER BY seal_id
SQL
{
	my $root = pop @$seal;
	$wrong++ if $seal->[1] ne $before || sha256_hex(list('achieve.audit.seal.1', @$seal)) ne $root;
	$before = $root;
}
is($wrong, 0, 'and so is each root');

#
# Elsewhere: a cluster whose transactions have other numbers.
#
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->start;
$node->safe_psql('writing', "SELECT achieve.seal_audit()");
$kept = $node->safe_psql('writing', 'SELECT achieve.audit_digest()');
$node->safe_psql('writing', "SELECT achieve.set_result(1, 5, 'passed', 'in no seal yet')");
$other->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_dump', '-f', "$dir/dump.sql", $node->connstr('writing') ], 'dump');
$other->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", $other->connstr('restored') ], 'restore');
install($other, 'loaded');
$other->safe_psql('loaded', 'SELECT achieve.begin_restore()');
$node->command_ok([ 'pg_dump', '-a', '-f', "$dir/data.sql", $node->connstr('writing') ], 'dump of data');
$other->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/data.sql", $other->connstr('loaded') ], 'load of data');
$other->safe_psql('loaded', 'SELECT achieve.end_restore()');
foreach my $copy ('restored', 'loaded')
{
	my $verify = "SELECT * FROM achieve.verify_audit('$kept')";
	is($other->safe_psql($copy, $verify), '', "$copy: it holds");
	$other->safe_psql($copy, "SELECT achieve.set_result(1, 6, 'passed', 'written here')");
	is($other->safe_psql($copy, $verify), '', "$copy: with rows of its own");
	cmp_ok($other->safe_psql($copy, 'SELECT achieve.seal_audit()'), '>=', 2, "$copy: what is in no seal is sealed");
	is($other->safe_psql($copy, 'SELECT achieve.seal_audit()'), '0', "$copy: once");
	$other->safe_psql($copy, "SELECT achieve.set_result(1, 7, 'passed', 'and another')");
	cmp_ok($other->safe_psql($copy, 'SELECT achieve.seal_audit()'), '>=', 1, "$copy: new rows too");
	is($other->safe_psql($copy, $verify), '', "$copy: it holds still");
	is($other->safe_psql($copy, 'SELECT (SELECT sum(row_count) FROM achieve.audit_seal) - (SELECT count(*) FROM achieve.audit)'),
		'0', "$copy: each row is in one seal");
}

done_testing();
