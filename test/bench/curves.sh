#!/bin/bash
# How the costs grow, beside the ratios of run.sh: with the rows of a
# statement, with everything else in the database, with the enrollments of an
# event; what reading a tab takes, one evaluate(), and evaluation at commit.
#
#   test/bench/curves.sh [LARGEST]    the most marks of a curve, 1000000 unless given
#
# PG_CONFIG names the PostgreSQL that achieve is installed in. The run starts
# a cluster of its own and removes it. CURVES_PARTS chooses among
# "statement others event rule tabs evaluate commit". Each figure is the best
# of three (statements that write, and the event: once), on one connection.
set -euo pipefail

largest=${1:-1000000}
parts=${CURVES_PARTS:-statement others event rule tabs evaluate commit}
here=$(cd "$(dirname "$0")" && pwd)
bin=$("${PG_CONFIG:-pg_config}" --bindir)
work=${ACHIEVE_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/achieve-curves.XXXXXX")}
out=${BENCH_DIR:-$work/out}
mkdir -p "$out"

cluster()
{
	PG_CONFIG=${PG_CONFIG:-pg_config} "$here/../../tools/cluster.sh" "$@"
}

finish()
{
	cluster stop "$work"
	[ -n "${ACHIEVE_DIR:-}" ] || rm -rf "$work"
}
trap finish EXIT

sql() # database, psql arguments
{
	local database=$1
	shift
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" "$@"
}

# The milliseconds of the last statement.
timed() # database, psql arguments
{
	local database=$1
	shift
	sql "$database" -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1
}

best_of_three() # database, statement; in one session
{
	sql "$1" -c '\timing on' -c "$2" -c "$2" -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -g | head -1
}

# The best once the server keeps the plan, which it may from the sixth time on.
best_prepared() # database, statement with $1 for an event
{
	local execute=()
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do execute+=(-c "EXECUTE tab(1)"); done
	sql "$1" -c "PREPARE tab (bigint) AS $2" -c '\timing on' "${execute[@]}" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -g | head -1
}

make_empty() # name
{
	sql postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" 2>"$work/notices"
	sql postgres -c "CREATE DATABASE \"$1\""
	sql "$1" -o "$work/install.log" -c "CREATE EXTENSION achieve" -c "SELECT achieve.install()" 2>"$work/notices"
	sql "$1" -f "$here/rule.sql" -f "$here/peer.sql"
}

# A database of one event of so many learners and others of 100; nobody has a mark.
make_database() # name, learners, other events
{
	make_empty "$1"
	sql "$1" -v big="$2" -v events="$3" -f "$here/bulk.sql"
	sql "$1" -f "$here/outcomes.sql"
}

drop_database()
{
	sql postgres -c "DROP DATABASE \"$1\" WITH (FORCE)"
}

check() # database, what was run: every outcome must be right
{
	local wrong
	wrong=$(sql "$1" -c "SELECT string_agg(kind || ' ' || mismatches, ', ') FROM bench.mismatches() WHERE mismatches > 0")
	if [ -n "$wrong" ]; then
		echo "WRONG OUTCOMES after $2: $wrong"
		exit 1
	fi
}

mark_all="INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT * FROM bench.mark_all()"
load_all=(-c "SET achieve.enabled = off" -c "$mark_all" -c "VACUUM ANALYZE")
evaluate_all="SELECT count(*) FROM achieve.event e, achieve.evaluate_event(e.event_id)"

record() # table, size, figure
{
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$out/curves.tsv"
}

per() # milliseconds, count: microseconds for each
{
	awk -v ms="$1" -v n="$2" 'BEGIN { printf "%.2f", ms * 1000 / n }'
}

# Marks in one statement: microseconds a mark.
statement()
{
	local marks ms
	printf '\n| marks in one INSERT | ms | µs a mark |\n|---|---|---|\n'
	for ((marks = 1000; marks <= largest; marks *= 10)); do
		make_database curve 20 $((marks / 2000 > 0 ? marks / 2000 : 1))
		ms=$(timed curve -c "$mark_all LIMIT $marks")
		check curve "$marks marks in one statement"
		printf '| %s | %s | %s |\n' "$marks" "$ms" "$(per "$ms" "$marks")"
		record statement "$marks" "$(per "$ms" "$marks")"
		drop_database curve
	done
}

# A register of 20 marks on an event, beside ever more marks of other events.
others()
{
	local marks us
	printf '\n| marks of other events | µs a mark, in registers of 20 |\n|---|---|\n'
	for ((marks = 1000; marks <= largest; marks *= 10)); do
		make_database curve 20 $((marks / 2000 > 0 ? marks / 2000 : 1))
		sql curve -c "SET achieve.enabled = off" -c "$mark_all WHERE event_id > 1" -c "VACUUM ANALYZE"
		cat >"$work/register.sql" <<-'SCRIPT'
			\set i :i + 1
			INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT 1, l, :i, 'present' FROM generate_series(1, 20) l;
		SCRIPT
		# twenty sessions: one after the other, each once
		us=$("$bin/pgbench" -n -M prepared -t 20 -D i=0 -f "$work/register.sql" curve 2>/dev/null |
			sed -n 's/^latency average = \([0-9.]*\) ms.*/\1/p' | awk '{ printf "%.1f", $1 * 1000 / 20 }')
		printf '| %s | %s |\n' "$marks" "$us"
		record others "$marks" "$us"
		drop_database curve
	done
}

# The largest private memory that a backend has had, in kB, while it worked.
watch_memory() # file with the backend's id
{
	local pid most=0 now
	while [ ! -s "$1" ]; do sleep 0.02; done
	pid=$(cat "$1")
	while now=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
		[ "$now" -le "$most" ] || most=$now
		sleep 0.05
	done
	echo "$most"
}

# evaluate_event() where every result moves: time and memory by enrollments.
event()
{
	local enrollments ms memory
	printf '\n| enrollments, 20 sessions each | ms | µs an enrollment | private memory, MB |\n|---|---|---|---|\n'
	for ((enrollments = 1000; enrollments * 10 <= largest; enrollments *= 10)); do
		make_database curve "$enrollments" 1
		sql curve "${load_all[@]}"
		rm -f "$work/pid"
		watch_memory "$work/pid" >"$work/memory" &
		ms=$(timed curve -c "\\o $work/pid" -c "SELECT pg_backend_pid()" -c "\\o" -c "SELECT pg_sleep(0.1)" \
			-c "SELECT FROM achieve.evaluate_event(1)")
		wait
		memory=$(awk '{ printf "%.0f", $1 / 1024 }' "$work/memory")
		printf '| %s | %s | %s | %s |\n' "$enrollments" "$ms" "$(per "$ms" "$enrollments")" "$memory"
		record event "$enrollments" "$(per "$ms" "$enrollments")"
		drop_database curve
	done
}

# A new limit on an event with many marks that moves most results: the
# statement, beside the same change and the nightly batch, and beside P2.
rule()
{
	local enrollments=$((largest / 20)) side change
	change="UPDATE bench.event_rule SET absences_allowed = 0 WHERE event_id = 1"
	make_database achieve "$enrollments" 1
	sql achieve "${load_all[@]}" -o /dev/null -c "$evaluate_all" -c "VACUUM ANALYZE"
	for side in P2 P3; do
		sql postgres -c "CREATE DATABASE \"$side\" TEMPLATE achieve STRATEGY file_copy"
		sql "$side" -f "$here/L0.sql" -f "$here/$side.sql"
	done
	printf '\n| a rule change that moves most of %s results | ms |\n|---|---|\n' "$enrollments"
	printf '| P2 | %s |\n' "$(timed P2 -c "$change")"
	sql P3 -c "$change"
	printf '| P3 | %s |\n' "$(timed P3 -c "CALL bench.p3_recompute(1)")"
	sql achieve -c "$change"
	printf '| achieve | %s |\n' "$(timed achieve -c "UPDATE achieve.event SET passing_rule = replace(passing_rule::text, '3', '0')::achieve.rule WHERE event_id = 1")"
	for side in achieve P2 P3; do
		check "$side" "a rule change on $side"
		drop_database "$side"
	done
}

# Both tabs of an event, read whole.
tabs()
{
	local learners tab row query
	printf '\n| tab | event of 30: planned anew, ms | prepared, ms | event of 3,000: planned anew, ms | prepared, ms |\n|---|---|---|---|---|\n'
	for learners in 30 3000; do
		make_database "tabs$learners" "$learners" 30
		sql "tabs$learners" "${load_all[@]}" -o /dev/null -c "$evaluate_all" -c "VACUUM ANALYZE"
	done
	for tab in results_tab achievements_tab; do
		row="| $tab |"
		for learners in 30 3000; do
			query="SELECT count(t::text) FROM achieve.$tab t WHERE event_id ="
			row+=" $(best_of_three "tabs$learners" "$query 1") | $(best_prepared "tabs$learners" "$query \$1") |"
		done
		echo "$row"
	done
	drop_database tabs30
	drop_database tabs3000
}

# One evaluate(), by what it is given.
evaluate()
{
	local rule="attendance >= 80 and absences <= 3 and score(theory) >= 60 and score(practice) >= 50 and completed(essay)"
	local full='{"sessions": 20, "attended": 17, "absences": 1, "excused": 2, "lates": 0, "score": {"theory": 70, "practice": 55}, "completed": {"essay": true}}'
	local few='{"sessions": 20, "absences": 1}'
	local empty
	empty=$(best_of_three postgres "SELECT count(n) FROM generate_series(1, 1000000) n")
	sql postgres -c "CREATE EXTENSION IF NOT EXISTS achieve" 2>/dev/null
	printf '\n| evaluate() of a rule of five clauses | ns |\n|---|---|\n'
	for facts in "$full" "$few"; do
		printf '| with %s facts in the jsonb | %s |\n' "$(grep -o ':' <<<"$facts" | wc -l)" \
			"$(awk -v a="$(best_of_three postgres "SELECT count(achieve.evaluate(r, f)) FROM (SELECT '$rule'::achieve.rule, '$facts'::jsonb OFFSET 0) v (r, f), generate_series(1, 1000000)")" \
				-v b="$empty" 'BEGIN { printf "%.0f", a - b }')"
	done
}

# Contention, by when outcomes are evaluated, beside none and P2. mixed is the
# worst that one can build, several are applications that save a page of marks
# one by one. A deadlock stalls its transactions for deadlock_timeout.
commit()
{
	local load when tps retries row
	printf '\n| 8 clients, deadlock_timeout: tps (deadlocks retried) | L0 | P2 | achieve | at commit |\n|---|---|---|---|---|\n'
	for load in "mixed 1s" "mixed 10ms" "several 10ms"; do
		row="| ${load% *}, ${load#* } |"
		for when in L0 P2 statement commit; do
			make_contended "$when"
			PGOPTIONS="-c synchronous_commit=off -c deadlock_timeout=${load#* } -c achieve.evaluation=${when/[LP]*/statement}" \
				"$bin/pgbench" -n -M prepared -T 10 -c 8 -j 2 --max-tries=1000 -f "$here/conc/${load% *}.sql" curve \
				>"$work/pgbench.out" 2>"$work/pgbench.err"
			tps=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' "$work/pgbench.out")
			retries=$(sed -n 's/^total number of retries: \([0-9]*\).*/\1/p' "$work/pgbench.out")
			[ "$when" = L0 ] || check curve "${load% *} at $when"
			row+=" $tps ($retries) |"
			drop_database curve
		done
		echo "$row"
	done
}

# A database of few events, in which learners' marks, scores and payments differ.
make_contended() # side
{
	make_empty curve
	sql curve -v running=2 -v singles=1 -v registers=1 -v corrected=1 -f "$here/data.sql"
	sql curve -f "$here/outcomes.sql"
	case $1 in
	L0) sql curve -f "$here/L0.sql" ;;
	P2) sql curve -f "$here/L0.sql" -f "$here/P2.sql" ;;
	esac
}

eval "$(cluster start "$work" "shared_buffers = 1GB" "work_mem = 64MB" "random_page_cost = 1.1" "max_wal_size = 16GB" \
	"checkpoint_timeout = 1h" "autovacuum = off")"
echo "achieve $(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown), PostgreSQL $(sql postgres -c "SHOW server_version")," \
	"$(nproc) cores, load at the beginning $(cut -d' ' -f1 /proc/loadavg)"
for part in $parts; do $part; done
