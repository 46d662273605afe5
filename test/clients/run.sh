#!/bin/bash
# Runs real clients against achieve, each in a database of its own, and
# compares what they say with what psql says. Prints TAP; the last line is
# "N passed, N failed, N skipped".
#
#   tools/with-tree.sh test/clients/run.sh [quick|all|NAME...]
#
# A folder here is a client. In it:
#   packages       the Debian packages that it needs, one a line; where a
#                  command follows, none is needed if that is there
#   package.json   the npm packages that it needs, by exact version
#   run            runs the test and prints TAP
#   example.*      prints the rows of example.sql; its text, and that of other
#                  files named so, is in docs/clients.md as it stands
# A client finds the database in PGHOST (a socket), PGPORT, PGUSER and
# PGDATABASE, the same by TCP on 127.0.0.1 at PGPORT, its folder for scratch
# files in CLIENT_DIR, and in CLIENT_DIR/NAME.tsv what psql reads.
# What cannot be installed is skipped, and named in the line before the last.
set -uo pipefail

cd "$(dirname "$0")" || exit 1
here=$PWD
top=$(cd ../.. && pwd)
quick=(psycopg sqlalchemy jdbc php node-postgres)
dir=$ACHIEVE_DIR/clients
passed=0
failed=0
skipped=()
ran=()

case ${1:-all} in
quick) clients=("${quick[@]}") ;;
all)
	clients=()
	for folder in */; do
		[ ! -e "$folder/run" ] || clients+=("${folder%/}")
	done
	;;
*) clients=("$@") ;;
esac

# Counts a test of our own.
ok()
{
	if [ "$1" = 0 ]; then
		printf 'ok - %s\n' "$2"
		passed=$((passed + 1))
	else
		printf 'not ok - %s\n' "$2"
		failed=$((failed + 1))
	fi
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# What of a client's Debian packages is not there.
missing_of()
{
	local package command
	if [ -e "$1/packages" ]; then
		while read -r package command; do
			[ -n "$command" ] && type -P "$command" >/dev/null || is_installed "$package" || echo "$package"
		done <"$1/packages"
	fi
}

# One package that is not to be had shall not keep the others away.
install_debian()
{
	local missing=() client
	for client in "${clients[@]}"; do
		mapfile -t -O ${#missing[@]} missing < <(missing_of "$client")
	done
	[ ${#missing[@]} -gt 0 ] && [ "${ACHIEVE_MAY_INSTALL:-no}" = yes ] || return 0
	echo "# installing ${missing[*]}"
	"$top/tools/apt.sh" update
	"$top/tools/apt.sh" install --no-install-recommends "${missing[@]}" && return
	for client in "${clients[@]}"; do
		mapfile -t missing < <(missing_of "$client")
		[ ${#missing[@]} = 0 ] || "$top/tools/apt.sh" install --no-install-recommends "${missing[@]}"
	done
}

# The packages lie in a folder outside the sources, for the next run.
install_npm()
{
	local client=$1 cache=$top/build/clients/$1 log=$dir/npm.log
	mkdir -p "$cache"
	if ! cmp -s "$client/package.json" "$cache/installed.json"; then
		if ! (cp "$client/package.json" "$cache/package.json" && cd "$cache" &&
			npm install --no-audit --no-fund --no-package-lock --ignore-scripts) >"$log" 2>&1; then
			tail -n 20 "$log" >&2
			return 1
		fi
		cp "$cache/package.json" "$cache/installed.json"
	fi
	# Node looks for modules beside the program.
	rm -rf "${dir:?}/$client"
	cp -R "$client" "$dir/$client"
	ln -s "$cache/node_modules" "$dir/$client/node_modules"
	cp -R lib "$dir/"
}

# Why a client cannot run; nothing if it can.
obstacle()
{
	local client=$1 missing
	missing=$(missing_of "$client" | paste -s -d ' ')
	if [ -n "$missing" ]; then
		echo "not installed: $missing"
	elif [ -e "$client/package.json" ]; then
		if ! type -P npm >/dev/null; then
			echo "there is no npm"
		elif ! install_npm "$client"; then
			echo "npm cannot install its packages"
		fi
	fi
}

as_owner() { PGUSER=postgres psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# What a client's example prints is what psql reads; its text is in the docs.
check_example()
{
	local client=$1 folder=$2 example
	"$folder/run" example >"$CLIENT_DIR/example.out" 2>"$CLIENT_DIR/example.err" || cat "$CLIENT_DIR/example.err"
	diff -u "$dir/example.txt" "$CLIENT_DIR/example.out"
	ok $? "$client: its example prints what psql reads"
	for example in "$folder"/example*; do
		EXAMPLE=$(cat "$example") awk 'BEGIN { RS = "\001" } { exit !index($0, ENVIRON["EXAMPLE"] "\n```\n") }' "$top/docs/clients.md"
		ok $? "$client: docs/clients.md shows $(basename "$example")"
	done
}

run_client()
{
	local client=$1 folder=$here/$1 status=0 log reason
	printf '# %s\n' "$client"
	reason=$(obstacle "$client")
	if [ -n "$reason" ]; then
		printf 'ok - %s # SKIP %s\n' "$client" "$reason"
		skipped+=("$client ($reason)")
		return
	fi
	[ ! -e "$client/package.json" ] || folder=$dir/$client
	export PGDATABASE=client_$client CLIENT_DIR=$dir/scratch/$client CLIENT_NAME=$client
	log=$CLIENT_DIR/log
	mkdir -p "$CLIENT_DIR"
	cp "$dir"/*.tsv "$CLIENT_DIR/"
	as_owner -d postgres -c "CREATE DATABASE \"$PGDATABASE\" TEMPLATE clients"
	check_example "$client" "$folder"
	(cd "$CLIENT_DIR" && timeout 300 "$folder/run") >"$log" 2>&1 || status=$?
	local good bad
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	# One that broke off, or ended before its plan, has failed too.
	if [ "$status" != 0 ] || [ "$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log")" != $((good + bad)) ]; then
		bad=$((bad > 0 ? bad : 1))
	fi
	sed -nE 's/^((not )?ok) [0-9]+ /\1 /p' "$log"
	[ "$bad" = 0 ] || grep -vE "^(not )?ok " "$log" | head -n 60 | sed "s/^/# /"
	passed=$((passed + good))
	failed=$((failed + bad))
	ran+=("$client")
	# What it wrote, as the owner reads it.
	while IFS='|' read -r right what; do
		[ "$right" = t ]
		ok $? "$client: $what"
	done < <(as_owner -v client="$client" -f written.sql)
}

trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$dir"
chmod 711 "$ACHIEVE_DIR" "$dir"
install_debian

# A port that nobody has; somebody may take it before the server does.
for _ in 1 2 3 4 5; do
	port=$((20000 + RANDOM))
	if environment=$("$top/tools/cluster.sh" start "$dir" "fsync = off" "listen_addresses = '127.0.0.1'" "port = $port" \
		"timezone = 'America/New_York'"); then
		break
	fi
	"$top/tools/cluster.sh" stop "$dir"
done
trap '"$top/tools/cluster.sh" stop "$dir"' EXIT
eval "$environment"
export PGPORT=$port PGCLIENTENCODING=UTF8 NODE_NO_WARNINGS=1
createdb clients
PGDATABASE=clients as_owner -f data.sql >"$dir/data.log" 2>&1 || cat "$dir/data.log"
export PGUSER=client_app
(cd "$dir" && PGDATABASE=clients as_owner -f "$here/expected.sql")
PGDATABASE=clients as_owner -f example.sql >"$dir/example.txt"

for client in "${clients[@]}"; do
	run_client "$client"
done

[ $passed -gt 0 ] || failed=$((failed > 0 ? failed : 1))
echo "1..$((passed + failed + ${#skipped[@]}))"
echo "# Clients that ran: ${ran[*]:-none}.${skipped[*]:+ Not tried: $(printf '%s; ' "${skipped[@]}" | sed 's/; $//').}"
echo "$passed passed, $failed failed, ${#skipped[@]} skipped"
[ "$failed" = 0 ]
