#!/bin/bash
# Runs tests on servers under valgrind. What it found is printed at the end;
# the last line says how much.
#
#   PG_CONFIG=/opt/vg/bin/pg_config tools/with-tree.sh tools/valgrind.sh SUPPRESSIONS [SUITE...]
#
# SUPPRESSIONS is src/tools/valgrind.supp of PostgreSQL's source; the suites
# are those of check.sh. In the private tree a script takes the place of the
# server, so whatever a suite or a test starts runs under valgrind.
set -uo pipefail

suppressions=$(realpath "$1") || exit 1
shift
logs=$ACHIEVE_DIR/valgrind
server=$("$PG_CONFIG" --bindir)/postgres

mkdir -m 1777 "$logs"
mv "$server" "$server.checked"
cat >"$server" <<END
#!/bin/bash
# pg_ctl begins with the folder; what initdb asks needs no valgrind.
[ "\$1" = -D ] || exec $server.checked "\$@"
exec valgrind --quiet --trace-children=yes --leak-check=no --keep-stacktraces=none --num-callers=40 --error-markers=FINDING,END \\
	--suppressions=$suppressions --log-file=$logs/%p $server.checked "\$@"
END
chmod 755 "$server"

# What takes seconds elsewhere takes minutes.
export PGCTLTIMEOUT=600 PGISOLATIONTIMEOUT=3600
"$(dirname "$0")/check.sh" "${@:-regress by-sql isolation pgtap}"
status=$?

findings=$(cat "$logs"/* | grep -c ' FINDING$')
grep -lr ' FINDING$' "$logs" | xargs -r cat
echo "$(find "$logs" -type f | wc -l) processes under valgrind, $findings findings"
[ "$status" = 0 ] && [ "$findings" = 0 ]
