#!/bin/bash
# Runs the tests on every PostgreSQL from 15 to 18 that is there, and says on
# which; the last line is "N passed, N failed".
#
#   tools/check-all.sh
#
# Every suite runs on the PostgreSQL that packages.sh chooses, regress and
# isolation on each other major of which Debian's server and headers are
# installed. PG_CONFIG, if set, names the only one to run on.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
asked=${PG_CONFIG:-}
passed=0
failed=0
ran=()
absent=()
dir=$(mktemp -d "${TMPDIR:-/tmp}/achieve.XXXXXX") || exit 1
log=$dir/log
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Adds what a run's last line says; a run that broke off has none, and fails.
count()
{
	local line
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	line=${line:-0 passed, 1 failed}
	passed=$((passed + ${line%% passed*}))
	line=${line#*, }
	failed=$((failed + ${line% failed}))
}

# Objects lie beside the sources: another PostgreSQL gets a copy of these.
run_on()
{
	local major=$1 source=$dir/source
	printf '== PostgreSQL %s: regress and isolation\n' "$major"
	rm -rf "$source"
	mkdir "$source"
	tar -c --exclude='*.o' --exclude='*.bc' --exclude='*.so' --exclude=./.git --exclude=./results \
		--exclude=./output_iso . | tar -x -C "$source"
	if PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config "$source/tools/with-tree.sh" \
		"$source/tools/check.sh" regress isolation >"$log" 2>&1; then
		grep -E '^== .*: ' "$log"
	else
		cat "$log"
	fi
	count
	echo
}

is_there()
{
	[ -x "/usr/lib/postgresql/$1/bin/postgres" ] && [ -e "/usr/lib/postgresql/$1/lib/pgxs/src/makefiles/pgxs.mk" ]
}

tools/with-tree.sh tools/check.sh 2>&1 | tee "$log"
count
clients=$(sed -n 's/^# \(Clients that ran: .*\)/\1/p' "$log")
chosen=$(PG_CONFIG=$asked tools/packages.sh)
chosen=$("$chosen" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
if [ -z "$asked" ] || [ "$asked" = pg_config ]; then
	for major in 15 16 17 18; do
		if [ "$major" = "$chosen" ]; then
			continue
		elif is_there "$major"; then
			run_on "$major"
			ran+=("$major")
		else
			absent+=("$major")
		fi
	done
fi

said="PostgreSQL $chosen: every suite"
[ ${#ran[@]} = 0 ] || said+=". PostgreSQL ${ran[*]}: regress and isolation"
[ ${#absent[@]} = 0 ] || said+=". Not installed here, so not tried: ${absent[*]}"
echo "$said."
[ -z "$clients" ] || echo "$clients"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
