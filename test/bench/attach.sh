#!/bin/bash
# What a write through an attachment costs, beside writing the app's row and the
# fact oneself.
#
#   tools/with-tree.sh test/bench/attach.sh [ROUNDS] [SECONDS]
#
# Three databases from one template: "row" writes the app's row only, "both" the
# app's row and the fact in one transaction, "attached" the app's row, and the
# fact follows. Rounds are interleaved; medians of each round's ratios. At the
# end check_attachments() and check_outcomes() must be empty.
set -euo pipefail

rounds=${1:-5}
seconds=${2:-4}
dir=$ACHIEVE_DIR/attach
mkdir -p "$dir"
chmod 755 "$dir"

eval "$(tools/cluster.sh start "$ACHIEVE_DIR" 'fsync = off' 'synchronous_commit = off' 'shared_buffers = 256MB' \
	'autovacuum = off')"
psql="psql -X -q -v ON_ERROR_STOP=1"

createdb template
$psql -d template >/dev/null 2>&1 <<-'END'
	CREATE EXTENSION achieve;
	SELECT achieve.install();
	CREATE TABLE student (code text PRIMARY KEY, name text NOT NULL);
	CREATE TABLE mark (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, class_id integer NOT NULL,
		student text NOT NULL REFERENCES student, lesson integer NOT NULL, sign text NOT NULL, UNIQUE (class_id, student, lesson));
	INSERT INTO student SELECT 'S' || i, 'Student ' || i FROM generate_series(1, 2000) i;
	INSERT INTO achieve.learner (learner_id, name, reference) SELECT i, 'Student ' || i, 'S' || i FROM generate_series(1, 2000) i;
	INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
	SELECT i, 'Class', '2030-01-01', '2030-02-01', 'absences <= 20' FROM generate_series(1, 100) i;
	INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT e, n, '2030-01-01', '2030-01-01' FROM generate_series(1, 100) e, generate_series(1, 200) n;
	INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1 + i % 100, i FROM generate_series(1, 2000) i;
	VACUUM ANALYZE;
END
for side in row both attached; do createdb -T template "$side"; done
$psql -d attached >/dev/null 2>&1 <<-'END'
	SELECT achieve.attach('mark', 'attendance', '{"event_id": "class_id", "learner_id": "student", "session_no": "lesson",
		"status": "CASE sign WHEN ''P'' THEN ''present'' ELSE ''absent'' END"}');
END

# One mark: a learner at random, the next lesson of that pgbench client's own.
variables='\set l random(1, 2000)
\set n random(1, 200)
\set c 1 + :l % 100'
own="INSERT INTO mark (class_id, student, lesson, sign) VALUES (:c, 'S' || :l, :n, 'P') ON CONFLICT DO NOTHING"
correct="UPDATE mark SET sign = CASE sign WHEN 'P' THEN 'A' ELSE 'P' END WHERE class_id = :c AND student = 'S' || :l AND lesson = 1"
fact="INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (:c, :l, :n, 'present') ON CONFLICT DO NOTHING"
correct_fact="UPDATE achieve.attendance SET status = CASE status WHEN 'present' THEN 'absent' ELSE 'present' END
	WHERE event_id = :c AND learner_id = :l AND session_no = 1"
one_line() { tr '\n\t' '  '; }
for side in row both attached; do
	{
		printf '%s\n' "$variables"
		[ $side != both ] || echo 'BEGIN;'
		echo "$own;"
		[ $side != both ] || printf '%s;\nCOMMIT;\n' "$fact"
	} >"$dir/mark.$side"
	{
		printf '%s\n' "$variables"
		[ $side != both ] || echo 'BEGIN;'
		echo "$correct;"
		[ $side != both ] || printf '%s;\nCOMMIT;\n' "$(one_line <<<"$correct_fact")"
	} >"$dir/correction.$side"
done

# Everybody's first lesson, which corrections then move.
first="INSERT INTO mark (class_id, student, lesson, sign) SELECT 1 + l % 100, 'S' || l, 1, 'P' FROM generate_series(1, 2000) l"
first_fact="INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT 1 + l % 100, l, 1, 'present' FROM generate_series(1, 2000) l"
for side in row both attached; do
	$psql -d $side -c "$first"
	[ $side != both ] || $psql -d $side -c "$first_fact"
done

tps() { pgbench -n -M prepared -c 2 -T "$seconds" -f "$dir/$1.$2" "$2" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'; }
milliseconds() { $psql -At -d "$1" -c '\timing on' -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for workload in mark correction; do
	: >"$dir/ratios"
	for ((i = 0; i < rounds; i++)); do
		row=$(tps $workload row) both=$(tps $workload both) attached=$(tps $workload attached)
		echo "$row $both $attached" >>"$dir/ratios"
	done
	printf '%-12s tps: row %.0f, both %.0f, attached %.0f; attached/both %.2f, both/row %.2f\n' $workload \
		"$(cut -d' ' -f1 "$dir/ratios" | median)" "$(cut -d' ' -f2 "$dir/ratios" | median)" \
		"$(cut -d' ' -f3 "$dir/ratios" | median)" "$(awk '{ print $3 / $2 }' "$dir/ratios" | median)" \
		"$(awk '{ print $2 / $1 }' "$dir/ratios" | median)"
done

# 40,000 marks in one statement: lessons 181 to 200, which nobody has yet.
bulk="INSERT INTO mark (class_id, student, lesson, sign) SELECT 1 + l % 100, 'S' || l, 200 - n, 'P'
	FROM generate_series(1, 2000) l, generate_series(0, 19) n"
bulk_fact="INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT 1 + l % 100, l, 200 - n, 'present' FROM generate_series(1, 2000) l, generate_series(0, 19) n"
for side in row both attached; do $psql -d $side -c 'DELETE FROM mark WHERE lesson > 180'; done
$psql -d both -c 'DELETE FROM achieve.attendance WHERE session_no > 180'
row=$(milliseconds row "$bulk") both=$(milliseconds both "$bulk") both_fact=$(milliseconds both "$bulk_fact")
attached=$(milliseconds attached "$bulk")
awk -v r="$row" -v b="$both" -v f="$both_fact" -v a="$attached" 'BEGIN {
	printf "%-12s ms: row %.0f, both %.0f, attached %.0f; attached/both %.2f\n", "40,000 marks", r, b + f, a, a / (b + f) }'
problems=$($psql -At -d attached -c 'SELECT count(*) FROM achieve.check_attachments()' -c 'SELECT count(*) FROM achieve.check_outcomes()')
echo "out of step, wrong: $(tr '\n' ' ' <<<"$problems")"
[ "$(tr -d '\n' <<<"$problems")" = 00 ]
