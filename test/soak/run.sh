#!/bin/bash
# Random histories, crashes, cancels, dates, poolers, failing allocations and hostile bytes, against
# oracles that share no code with achieve. docs/reliability.md says what each shows.
#
#   tools/with-tree.sh test/soak/run.sh check     about half a minute
#   tools/with-tree.sh test/soak/run.sh soak      in full: hours
#
# Prints TAP of each program, then a line of figures from each. The programs
# run at the same time, in clusters of their own. SOAK_PARTS chooses among
# "histories crashes cancels dates poolers allocations binary"; SOAK_SEED gives the workload of an earlier
# run again; SOAK_TRANSACTIONS, SOAK_CRASHES, SOAK_CANCELS, SOAK_CALLS,
# SOAK_CASES and SOAK_WRITES say how much, SOAK_EVERY of how many allocations one fails.
set -uo pipefail

mode=${1:-check}
here=$(cd "$(dirname "$0")" && pwd)
parts=${SOAK_PARTS:-histories crashes cancels dates poolers allocations binary}
seed=${SOAK_SEED:-$(date +%s)}
export PYTHONDONTWRITEBYTECODE=1

case $mode in
check)
	transactions=${SOAK_TRANSACTIONS:-2000} rounds=1 hot=10 cells=30
	crashes=${SOAK_CRASHES:-2} seconds=0.6
	cancels=${SOAK_CANCELS:-200} calls=${SOAK_CALLS:-5000}
	cases=${SOAK_CASES:-4000} issues=200 jumps=20
	writes=${SOAK_WRITES:-2000}
	every=${SOAK_EVERY:-600}
	bytes=1000
	;;
soak)
	transactions=${SOAK_TRANSACTIONS:-1000000} rounds=$((transactions / 20000 + 1)) hot=50 cells=100
	crashes=${SOAK_CRASHES:-200} seconds=3
	cancels=${SOAK_CANCELS:-10000} calls=${SOAK_CALLS:-100000}
	cases=${SOAK_CASES:-200000} issues=2000 jumps=300
	writes=${SOAK_WRITES:-100000}
	every=${SOAK_EVERY:-1}
	bytes=200000
	;;
*)
	echo "usage: $0 check|soak" >&2
	exit 2
	;;
esac

cluster() { PG_CONFIG=${PG_CONFIG:-pg_config} "$here/../../tools/cluster.sh" "$@"; }

stop_clusters()
{
	local part
	for part in $parts; do cluster stop "$ACHIEVE_DIR/soak-$part" 2>/dev/null; done
}

# Crashes are worth nothing without fsync; nothing else needs it.
run_part()
{
	local part=$1 dir=$ACHIEVE_DIR/soak-$1 environment fsync=off preload=()
	shift
	[ "$part" = crashes ] && fsync=on
	mkdir -p "$dir"
	if [ "$part" = allocations ]; then
		gcc -O1 -w -shared -fPIC -I"$("${PG_CONFIG:-pg_config}" --includedir-server)" -o "$dir/malloc_fail.so" "$here/malloc_fail.c" || return 1
		truncate -s 4096 "$dir/control" && chmod 666 "$dir/control" || return 1
		preload=(env LD_PRELOAD="$dir/malloc_fail.so" ACHIEVE_MALLOC_FAIL="$dir/control")
	fi
	environment=$(PG_CONFIG=${PG_CONFIG:-pg_config} "${preload[@]}" "$here/../../tools/cluster.sh" start "$dir" "fsync = $fsync" "max_connections = 60" \
		"max_prepared_transactions = 30") || return 1
	eval "$environment"
	python3 "$here/$part.py" seed="$seed" "$@"
}

run()
{
	case $1 in
	histories) run_part histories transactions="$transactions" rounds="$rounds" hot="$hot" cells="$cells" ;;
	crashes) run_part crashes data="$ACHIEVE_DIR/soak-crashes/data" rounds="$crashes" seconds="$seconds" ;;
	cancels) run_part cancels cancels="$cancels" calls="$calls" ;;
	dates) run_part dates data="$ACHIEVE_DIR/soak-dates/data" cases="$cases" issues="$issues" jumps="$jumps" ;;
	allocations) run_part allocations control="$ACHIEVE_DIR/soak-allocations/control" every="$every" ;;
	binary) run_part binary cases="$bytes" ;;
	poolers) run_part poolers writes="$writes" ;;
	*)
		echo "not ok 1 - no part is called $1"
		return 1
		;;
	esac
}

trap stop_clusters EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# The server's user has to reach its folders.
chmod 711 "$ACHIEVE_DIR"

pids=()
for part in $parts; do
	run "$part" >"$ACHIEVE_DIR/$part.tap" 2>&1 &
	pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
for part in $parts; do cat "$ACHIEVE_DIR/$part.tap"; done
for part in $parts; do
	sed -n "s/^# figures: /# $part: /p" "$ACHIEVE_DIR/$part.tap" | grep . || echo "# $part did not come to its end"
done
[ "$failed" = 0 ]
