#!/bin/bash
# Runs the tests; the last line is "N passed, N failed".
#
#   tools/with-tree.sh tools/check.sh [SUITE...]
#
# Suites: lint dist regress by-sql isolation pgtap tap clients faults fuzz; all of
# them unless named. A suite that does not run, or not to its end, fails: each of its tests
# is counted.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
suites=${*:-lint dist regress by-sql isolation pgtap tap clients faults fuzz}
passed=0
failed=0
log=$ACHIEVE_DIR/log

count()
{
	passed=$((passed + $1))
	failed=$((failed + $2))
	printf '== %s: %s passed, %s failed\n\n' "$3" "$1" "$2"
}

variable() { make -s PG_CONFIG="$PG_CONFIG" "print-$1"; }

# The number of lines in the log that match.
lines() { grep -cE "$1" "$log" || true; }

run_lint()
{
	if tools/lint.sh; then count 1 0 lint; else count 0 1 lint; fi
}

# What is released builds from what is in it. Only a clone can be released.
run_dist()
{
	local dir=$ACHIEVE_DIR/dist ok=0
	if ! git rev-parse --git-dir >/dev/null 2>&1; then
		echo "not a clone: nothing to pack"
		return
	fi
	mkdir "$dir"
	tools/dist.sh "$dir" >/dev/null && tar -x -z -C "$dir" -f "$dir"/achieve-*.tar.gz && make -s -j "$(nproc)" -C "$dir"/achieve-*/ PG_CONFIG="$PG_CONFIG" with_llvm=no WERROR= CFLAGS=-O0 && ok=1
	count $ok $((1 - ok)) dist
}

# A suite of PostgreSQL's runners. Those before 16 print "test NAME ... ok",
# later ones TAP.
run_regress_suite()
{
	local name=$1 variable=$2 folder=$3 wanted ok
	shift 3
	wanted=$(variable "$variable" | wc -w)
	[ "$wanted" -gt 0 ] || return 0
	make -s installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TAP_TESTS= "$@" 2>&1 | tee "$log"
	ok=$(lines '^(test .* )?ok [0-9 ]+|\.\.\. ok ')
	if [ "$ok" != "$wanted" ] && [ -f "$folder/regression.diffs" ]; then
		head -n 200 "$folder/regression.diffs"
	fi
	count "$ok" $((wanted - ok)) "$name"
}

# Regress once more, with outcomes written the way they are into tables that
# somebody has put triggers on.
run_by_sql()
{
	local settings=$ACHIEVE_DIR/data/postgresql.conf
	echo "achieve.direct_access = off" >>"$settings"
	psql -X -q -A -t -c "SELECT pg_reload_conf()" >/dev/null
	run_regress_suite by-sql REGRESS . ISOLATION=
	sed -i '/^achieve.direct_access/d' "$settings"
	psql -X -q -A -t -c "SELECT pg_reload_conf()" >/dev/null
}

# Counts the TAP in the log, and shows what is not ok. What broke off has no
# line of its own: then the status says that something failed.
count_tap()
{
	local status=$1 name=$2 ok not_ok
	ok=$(lines '^ok [0-9]+')
	not_ok=$(lines '^not ok [0-9]+')
	if [ "$ok" = 0 ] || { [ "$status" != 0 ] && [ "$not_ok" = 0 ]; }; then not_ok=$((not_ok + 1)); fi
	if [ "$not_ok" = 0 ]; then tail -n 3 "$log"; else grep -vE '^ok [0-9]+' "$log" | head -n 200; fi
	count "$ok" "$not_ok" "$name"
}

run_pgtap()
{
	local status=0
	createdb achieve_pgtap
	psql -X -q -d achieve_pgtap -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION achieve' \
		-c 'SELECT achieve.install()' >/dev/null
	pg_prove --verbose --norc -d achieve_pgtap --ext .sql -r test/pgtap >"$log" 2>&1 || status=$?
	count_tap $status pgtap
}

# Tests that need servers of their own, which will not run as root.
run_tap()
{
	local status=0 tests=$ACHIEVE_DIR/tap pgxs run
	pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")
	cp -R test/tap "$tests"
	run=(env PG_REGRESS="$pgxs/../test/regress/pg_regress" TESTDATADIR="$tests/data" TESTLOGDIR="$tests/log"
		TESTDIR="$tests" prove --verbose --norc -I "$pgxs/../test/perl" --ext .pl "$tests")
	if [ "$(id -u)" = 0 ]; then
		chown -R "$(id -un postgres 2>/dev/null || echo nobody)" "$tests"
		run=(runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "${run[@]}")
	fi
	(cd "$tests" && unset PGHOST PGPORT PGUSER PGDATABASE && "${run[@]}") >"$log" 2>&1 || status=$?
	count_tap $status tap
}

# The short form of what make soak runs for hours.
run_faults()
{
	local status=0
	test/soak/run.sh check >"$log" 2>&1 || status=$?
	grep -E '^# (histories|crashes|cancels|dates|poolers|allocations|binary)' "$log"
	count_tap $status faults
}

# The kept corpus and a few seconds of fuzzing. Without clang's fuzzer nothing
# is counted, and that is said.
run_fuzz()
{
	local status=0
	test/fuzz/run.sh check >"$log" 2>&1 || status=$?
	if grep -q '^1\.\.0' "$log"; then
		sed 's/^1\.\.0 # skip/skipped:/' "$log"
		return
	fi
	grep '^# figures' "$log"
	count_tap $status fuzz
}

# Those clients that install within seconds. What cannot be had here is named,
# and not counted.
run_clients()
{
	local said
	(unset PGHOST PGPORT PGUSER PGDATABASE && test/clients/run.sh quick) >"$log" 2>&1
	grep -vE '^ok |^1\.\.' "$log"
	said=$(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, .*/\1 \2/p' "$log")
	# shellcheck disable=SC2086
	count ${said:-0 1} clients
}

trap 'exit 130' INT
trap 'exit 143' TERM

# Without autovacuum: its ANALYZE waits for whoever has granted rights on the table, and
# where a test then alters it in the same transaction the two deadlock.
environment=$(tools/cluster.sh start "$ACHIEVE_DIR" "fsync = off" "autovacuum = off" "max_connections = 60" \
	"max_prepared_transactions = 10") || exit 1
eval "$environment"

for suite in $suites; do
	printf '== %s\n' "$suite"
	case $suite in
	lint) run_lint ;;
	dist) run_dist ;;
	regress) run_regress_suite regress REGRESS . ISOLATION= ;;
	by-sql) run_by_sql ;;
	isolation) run_regress_suite isolation ISOLATION output_iso REGRESS= ;;
	pgtap) run_pgtap ;;
	tap) run_tap ;;
	faults) run_faults ;;
	fuzz) run_fuzz ;;
	clients) run_clients ;;
	*)
		echo "$0: no suite is called $suite" >&2
		failed=$((failed + 1))
		;;
	esac
done

[ "$passed" -gt 0 ] || failed=$((failed > 0 ? failed : 1))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
