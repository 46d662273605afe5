#!/bin/bash
# Runs the tests; the last line is "N passed, N failed".
#
#   tools/with-tree.sh tools/check.sh [SUITE...]
#
# Suites: lint regress isolation pgtap tap; all of them unless named. A suite
# that does not run, or not to its end, fails: each of its tests is counted.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
suites=${*:-lint regress isolation pgtap tap}
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

run_pgtap()
{
	local ok not_ok status=0
	createdb achieve_pgtap
	psql -X -q -v ON_ERROR_STOP=1 -d achieve_pgtap >/dev/null 2>"$log.setup" <<-'SQL' || { cat "$log.setup"; }
		CREATE EXTENSION pgtap;
		CREATE EXTENSION achieve;
		SELECT achieve.install();
	SQL
	pg_prove --verbose --norc -d achieve_pgtap --ext .sql -r test/pgtap >"$log" 2>&1 || status=$?
	ok=$(lines '^ok [0-9]+')
	not_ok=$(lines '^not ok [0-9]+')
	# What broke off has no line of its own.
	if [ $status != 0 ] && [ "$not_ok" = 0 ] || [ "$ok" = 0 ]; then not_ok=$((not_ok + 1)); fi
	if [ "$not_ok" = 0 ]; then tail -n 3 "$log"; else grep -vE '^ok [0-9]+' "$log"; fi
	count "$ok" "$not_ok" pgtap
}

# Tests that need servers of their own, which will not run as root.
run_tap()
{
	local ok not_ok status=0 tests=$ACHIEVE_DIR/tap pgxs
	[ -n "$(find test/tap -name '*.pl' 2>/dev/null)" ] || return 0
	pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")
	cp -R test/tap "$tests"
	(
		cd "$tests" || exit 1
		run=(env PG_REGRESS="$pgxs/../test/regress/pg_regress" TESTDATADIR="$tests/data" TESTLOGDIR="$tests/log"
			TMPDIR="$ACHIEVE_DIR" prove --verbose --norc -I "$pgxs/../test/perl" .)
		if [ "$(id -u)" = 0 ]; then
			server=$(id -un postgres 2>/dev/null || echo nobody)
			chown -R "$server" "$tests"
			run=(runuser -u "$server" -- "${run[@]}")
		fi
		unset PGHOST PGPORT PGUSER PGDATABASE
		"${run[@]}"
	) >"$log" 2>&1 || status=$?
	ok=$(lines '^ok [0-9]+')
	not_ok=$(lines '^not ok [0-9]+')
	if [ $status != 0 ] && [ "$not_ok" = 0 ] || [ "$ok" = 0 ]; then not_ok=$((not_ok + 1)); fi
	if [ "$not_ok" = 0 ]; then tail -n 3 "$log"; else grep -vE '^ok [0-9]+' "$log"; fi
	count "$ok" "$not_ok" tap
}

environment=$(tools/cluster.sh start "$ACHIEVE_DIR" "fsync = off" "max_connections = 60" \
	"max_prepared_transactions = 10") || exit 1
eval "$environment"

for suite in $suites; do
	printf '== %s\n' "$suite"
	case $suite in
	lint) run_lint ;;
	regress) run_regress_suite regress REGRESS . ISOLATION= ;;
	isolation) run_regress_suite isolation ISOLATION output_iso REGRESS= ;;
	pgtap) run_pgtap ;;
	tap) run_tap ;;
	*)
		echo "$0: no suite is called $suite" >&2
		failed=$((failed + 1))
		;;
	esac
done

[ "$passed" -gt 0 ] || failed=$((failed > 0 ? failed : 1))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
