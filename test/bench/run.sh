#!/bin/bash
# The benchmark: achieve against its own tables without the engine (L0) and
# against what one would write in PL/pgSQL instead (P1, P2, P2f, P3), as
# ratios within one run. docs/performance.md says what is measured and why.
#
#   test/bench/run.sh [full|quick]     about 10 minutes, about 1 minute
#   test/bench/run.sh races            not speed: who is right when clients meet
#
# PG_CONFIG names the PostgreSQL that achieve is installed in. The run starts
# a cluster of its own and removes it. BENCH_ROUNDS and BENCH_SECONDS (of one
# pgbench run) override the mode's; BENCH_SIDES chooses among
# "L0 P1 P2 P2f achieve" (L0 and P2 are needed); BENCH_PARTS among
# "writes bulk"; BENCH_DIR is a new directory that keeps the raw figures, and
# BENCH_CHART a file for the chart.
set -euo pipefail

mode=${1:-full}
here=$(cd "$(dirname "$0")" && pwd)
bin=$("${PG_CONFIG:-pg_config}" --bindir)
parts=${BENCH_PARTS:-writes bulk}
sides=${BENCH_SIDES:-L0 P1 P2 P2f achieve}

case $mode in
full)
	rounds=${BENCH_ROUNDS:-4} seconds=${BENCH_SECONDS:-2}
	bulk_rounds=${BENCH_ROUNDS:-2} big=10000 bulk_events=400
	running=1500 registers=175 corrected=100
	;;
quick)
	rounds=${BENCH_ROUNDS:-1} seconds=${BENCH_SECONDS:-1}
	bulk_rounds=1 big=1000 bulk_events=40
	running=900 registers=105 corrected=50
	;;
races)
	parts=writes sides=${BENCH_SIDES:-P1 P2 P2f achieve}
	rounds=1 seconds=${BENCH_SECONDS:-3}
	running=600 registers=0 corrected=100
	;;
*)
	echo "usage: $0 [full|quick|races]" >&2
	exit 2
	;;
esac
# Each of the four workloads of single marks has four sessions of the running
# events to itself (180,000 marks in full mode, else pgbench stops at a foreign
# key: raise `running`), and one mark in 30 on finishing events of 100 learners.
marks_per_workload=$((running * 30 * 4))
finishing_per_workload=$(((marks_per_workload / 30 + 99) / 100))
singles=$((4 * finishing_per_workload))
first_corrected=$((running + 1 + singles + registers))
bulk_rows=$(((${big:-0} + ${bulk_events:-0} * 100) * 20))
pay=$((${big:-0} > 5000 ? 10000 : 1000))

# --- a private cluster, durable as in production, without background noise ---

work=${ACHIEVE_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/achieve-bench.XXXXXX")}
out=${BENCH_DIR:-$work/out}
mkdir -p "$out"
started=$SECONDS

cluster()
{
	PG_CONFIG=${PG_CONFIG:-pg_config} "$here/../../tools/cluster.sh" "$@"
}

finish()
{
	cluster stop "$work"
	# A folder that was given goes with whoever gave it.
	[ -n "${ACHIEVE_DIR:-}" ] || rm -rf "$work"
}
trap finish EXIT

start_cluster()
{
	eval "$(cluster start "$work" "shared_buffers = 1GB" "work_mem = 64MB" \
		"random_page_cost = 1.1" "max_wal_size = 16GB" "checkpoint_timeout = 1h" \
		"autovacuum = off")"
}

sql() # database, psql arguments
{
	local database=$1
	shift
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" "$@"
}

note()
{
	printf '%4d s  %s\n' $((SECONDS - started)) "$*" >&2
}

# --- databases: one template a data set, one copy a side ---

make_template() # database, data file, psql variables
{
	local database=$1 data=$2
	shift 2
	sql postgres -c "CREATE DATABASE $database"
	sql "$database" -o "$work/install.log" -c "CREATE EXTENSION achieve" -c "SELECT achieve.install()"
	sql "$database" -f "$here/rule.sql" -f "$here/peer.sql"
	sql "$database" "$@" -f "$here/$data"
	sql "$database" -f "$here/outcomes.sql"
}

make_side() # side, template; the database is named after the side
{
	sql postgres -c "CREATE DATABASE \"$1\" TEMPLATE $2 STRATEGY file_copy"
	case $1 in
	achieve) ;;
	P2f) sql "$1" -f "$here/L0.sql" -f "$here/P2.sql" -f "$here/P2f.sql" ;;
	L0) sql "$1" -f "$here/L0.sql" ;;
	*) sql "$1" -f "$here/L0.sql" -f "$here/$1.sql" ;;
	esac
	# into memory: an aggregate over a heap reads it, a merge of indexes those
	sql "$1" -o /dev/null -c "SELECT count(*) FROM achieve.attendance" -c "SELECT count(*) FROM achieve.result" \
		-c "SELECT count(*) FROM achieve.score" -c "SELECT count(*) FROM achieve.invoice_line" \
		-c "CHECKPOINT"
}

drop_side()
{
	sql postgres -c "DROP DATABASE \"$1\" WITH (FORCE)"
}

failures=0
wrong_outcomes() # side, its database; prints what is wrong
{
	sql "$2" -c "SELECT string_agg(kind || ' ' || mismatches, ', ') FROM bench.mismatches() WHERE mismatches > 0"
	# achieve's own oracle knows every rule and so takes longer: every eighth event
	if [ "$1" = achieve ]; then
		sql "$2" -c "SELECT 'check_outcomes ' || count(*) || ', first: ' || min(c.problem)
			FROM achieve.event e, achieve.check_outcomes(e.event_id) c
			WHERE e.event_id % 8 = 1 HAVING count(*) > 0"
	fi
}

check_side() # side, what was run, database if not the side's; every outcome must be right
{
	local wrong
	[ "$1" != L0 ] || return 0
	wrong=$(wrong_outcomes "$1" "${3:-$1}")
	if [ -n "$wrong" ]; then
		echo "WRONG OUTCOMES  $1, after $2: $wrong"
		failures=$((failures + 1))
	fi
}

rotated() # n: the sides, starting with another one each time
{
	local all
	read -r -a all <<<"$sides"
	local first=$(($1 % ${#all[@]}))
	echo "${all[@]:first}" "${all[@]:0:first}"
}

# --- write workloads: pgbench, prepared statements ---

run_pgbench() # round, workload, side, clients, synchronous_commit, script, pgbench variables
{
	local round=$1 workload=$2 side=$3 clients=$4 durable=$5 script=$6 tps transactions
	shift 6
	PGOPTIONS="-c synchronous_commit=$durable" "$bin/pgbench" -n -M prepared -T "$seconds" -c "$clients" -j 2 \
		-D i=-1 -D clients="$clients" -D running="$running" "$@" -f "$here/w/$script" "$side" \
		>"$work/pgbench.out" 2>"$work/pgbench.err" ||
		{
			echo "pgbench failed: $workload on $side" >&2
			cat "$work/pgbench.err" >&2
			exit 1
		}
	tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$work/pgbench.out")
	transactions=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/pgbench.out")
	if [ "${transactions:-0}" -le 0 ]; then
		echo "NOTHING RAN  $workload on $side"
		failures=$((failures + 1))
		return 0
	fi
	printf '%s\t%s\t%s\t%s\t%s\n' "$workload" "$round" "$side" "$tps" "$transactions" >>"$out/writes.tsv"
}

run_insert() # round, side, workload number, name, clients, synchronous_commit
{
	run_pgbench "$1" "$4" "$2" "$5" "$6" insert.sql -D session=$((11 + 4 * $3)) \
		-D finishing=$((running + 1 + finishing_per_workload * $3))
}

run_correction() # round, workload, side, learners
{
	run_pgbench "$1" "$2" "$3" 2 off correct.sql -D corrected="$first_corrected" -D corrected_events="$corrected" \
		-D learners="$4"
}

run_workload() # round, workload, side
{
	case $2 in
	"mark, 2 clients, async") run_insert "$1" "$3" 0 "$2" 2 off ;;
	"mark, 8 clients, async") run_insert "$1" "$3" 1 "$2" 8 off ;;
	"mark, 2 clients, sync") run_insert "$1" "$3" 2 "$2" 2 on ;;
	"mark, 8 clients, sync") run_insert "$1" "$3" 3 "$2" 8 on ;;
	"register of 25, 2 clients, async")
		run_pgbench "$1" "$2" "$3" 2 off register.sql -D session=27 -D finishing=$((running + 1 + singles)) ;;
	"correction, 2 clients, async") run_correction "$1" "$2" "$3" 100 ;;
	"correction that flips, 2 clients, async") run_correction "$1" "$2" "$3" 50 ;;
	esac
}

workloads=("mark, 2 clients, async" "mark, 8 clients, async" "mark, 2 clients, sync" "mark, 8 clients, sync"
	"register of 25, 2 clients, async" "correction, 2 clients, async" "correction that flips, 2 clients, async")

if [ "$mode" = quick ]; then
	workloads=("${workloads[@]:0:2}" "${workloads[@]:3:3}")
fi

run_writes()
{
	local round workload side turn=0
	for ((round = 1; round <= rounds; round++)); do
		for side in $sides; do make_side "$side" bench_writes; done
		for workload in "${workloads[@]}"; do
			note "round $round: $workload"
			for side in $(rotated $((turn++))); do run_workload "$round" "$workload" "$side"; done
		done
		for side in $sides; do
			check_side "$side" "round $round of the writes"
			drop_side "$side"
		done
	done
}

# --- bulk workloads: one statement each, timed by psql ---

run_timed() # round, workload, side, its database, psql arguments; records the seconds of the last statement
{
	local round=$1 workload=$2 side=$3 database=$4 milliseconds
	shift 4
	milliseconds=$(sql "$database" -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1)
	printf '%s\t%s\t%s\t%s\n' "$workload" "$round" "$side" \
		"$(awk -v ms="$milliseconds" 'BEGIN { printf "%.3f", ms / 1000 }')" >>"$out/bulk.tsv"
}

mark_all="INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT * FROM bench.mark_all()"
bulk_sides()
{
	local side
	for side in $(rotated "$1"); do [ "$side" = P1 ] || echo "$side"; done
}

run_bulk()
{
	local round side
	sql bench_bulk -c "\\copy (SELECT * FROM bench.mark_all()) TO '$work/marks.copy'"
	for ((round = 1; round <= bulk_rounds; round++)); do
		note "round $round: $bulk_rows marks by INSERT ... SELECT, $pay invoices paid"
		for side in $(bulk_sides "$round"); do
			make_side "$side" bench_bulk
			run_timed "$round" "$bulk_rows marks, INSERT SELECT" "$side" "$side" -c "$mark_all"
			check_side "$side" "the bulk INSERT"
			sql "$side" -c "ANALYZE"
			if [ "$side" = L0 ]; then run_batch "$round"; fi
			run_timed "$round" "$pay invoices paid in one UPDATE" "$side" "$side" \
				-c "UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id > $big AND invoice_id <= $big + $pay"
			check_side "$side" "the payments"
			drop_side "$side"
		done
		note "round $round: $bulk_rows marks by COPY"
		for side in $(bulk_sides "$round"); do
			make_side "$side" bench_bulk
			run_timed "$round" "$bulk_rows marks, COPY" "$side" "$side" \
				-c "\\copy achieve.attendance (event_id, learner_id, session_no, status) FROM '$work/marks.copy'"
			check_side "$side" "COPY"
			drop_side "$side"
		done
		[[ " $sides " != *" achieve "* ]] || run_evaluation "$round"
	done
}

run_batch() # round: P3 on the marks that L0 has just taken
{
	sql L0 -f "$here/P3.sql"
	run_timed "$1" "event of $big learners, all move" P3 L0 -c "CALL bench.p3_recompute(1)"
	run_timed "$1" "event of $big learners, none moves" P3 L0 -c "CALL bench.p3_recompute(1)"
	run_timed "$1" "all events" P3 L0 -c "CALL bench.p3_recompute(NULL)"
	check_side P3 "the batch" L0
}

run_evaluation() # round: achieve on marks that were loaded with the engine off
{
	make_side achieve bench_bulk
	run_timed "$1" "$bulk_rows marks, INSERT SELECT" disabled achieve -c "SET achieve.enabled = off" -c "$mark_all"
	sql achieve -c "ANALYZE"
	run_timed "$1" "event of $big learners, all move" achieve achieve -c "SELECT FROM achieve.evaluate_event(1)"
	run_timed "$1" "event of $big learners, none moves" achieve achieve -c "SELECT FROM achieve.evaluate_event(1)"
	run_timed "$1" "all events" achieve achieve -c "SELECT count(*) FROM achieve.event e, achieve.evaluate_event(e.event_id)"
	check_side achieve "evaluate_event"
	drop_side achieve
}

# --- races: clients meet on the same learners; then the oracle speaks ---

run_race() # script, isolation level, clients, side
{
	local transactions wrong
	make_side "$4" bench_writes
	sql "$4" -c "CREATE SEQUENCE bench.meeting"
	PGOPTIONS="-c synchronous_commit=off -c deadlock_timeout=10ms -c default_transaction_isolation=${2// /\\ }" "$bin/pgbench" -n -M prepared \
		-T "$seconds" -c "$3" -j 2 --max-tries=1000 -D corrected="$first_corrected" -D corrected_events="$corrected" \
		-f "$here/conc/$1.sql" "$4" >"$work/pgbench.out" 2>"$work/pgbench.err" || true
	transactions=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/pgbench.out")
	wrong=$(wrong_outcomes "$4" "$4")
	printf '| %s, %s | %s | %s | %s |\n' "$1" "$2" "$4" "${transactions:-0}" "${wrong:-all right}"
	if [ "${transactions:-0}" -le 0 ] || grep -q aborted "$work/pgbench.err"; then
		cat "$work/pgbench.err"
		failures=$((failures + 1))
	elif [ -n "$wrong" ] && [ "$4" = achieve ]; then
		failures=$((failures + 1))
	fi
	drop_side "$4"
}

run_races()
{
	local script level side
	printf '| race | side | transactions | wrong outcomes |\n|---|---|---|---|\n'
	for level in "read committed" "repeatable read"; do
		for script in meet skew mixed; do
			for side in $sides; do run_race "$script" "$level" 8 "$side"; done
		done
	done
}

# --- the report (disabled is achieve with achieve.enabled off): medians over the rounds of ratios within each round ---

report() # figures, unit, 1 where more is better, sides, baselines
{
	[ -s "$1" ] || return 0
	awk -F'\t' -v unit="$2" -v more="$3" -v sides="$4" -v bases="$5" -f "$here/report.awk" "$1"
}

# --- the run ---

start_cluster
note "loading"
[[ $parts != *writes* ]] || make_template bench_writes data.sql -v running=$running -v singles=$singles \
	-v registers=$registers -v corrected=$corrected
[[ $parts != *bulk* ]] || make_template bench_bulk bulk.sql -v big="${big:-}" -v events="${bulk_events:-}"
if [ "$(sql "bench_${parts%% *}" -c "SELECT count(*) FROM pg_trigger
	WHERE tgrelid = 'achieve.attendance'::regclass AND NOT tgisinternal")" = 0 ]; then
	echo "The installed achieve has no trigger on attendance: no engine to measure."
	sides=${sides/ achieve/}
fi
if [ "$mode" = races ]; then
	run_races
	exit $((failures > 0))
fi
[[ $parts != *writes* ]] || run_writes
[[ $parts != *bulk* ]] || run_bulk

echo
echo "achieve $(sql "bench_${parts%% *}" -c "SELECT extversion FROM pg_extension WHERE extname = 'achieve'"), commit" \
	"$(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown);" \
	"PostgreSQL $(sql postgres -c "SHOW server_version")"
echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)," \
	"$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo);" \
	"fsync $(sql postgres -c "SHOW fsync"), load at the end $(cut -d' ' -f1 /proc/loadavg)"
echo "$rounds rounds of $seconds s (bulk: $bulk_rounds); median [lowest - highest] of the ratios within a round"
report "$out/writes.tsv" tps 1 "$sides" "L0 P2"
report "$out/bulk.tsv" seconds 0 "$sides disabled P3" "L0 P2 P3"
# shellcheck disable=SC2046
awk -f "$here/chart.awk" $(find "$out" -name writes.tsv -o -name bulk.tsv | sort -r) >"${BENCH_CHART:-$out/chart.svg}"
echo
echo "$((SECONDS - started)) s, $failures failed checks"
[ "$failures" = 0 ]
