#!/bin/bash
# Shows what achieve does, on the data of a training company.
#
#   tools/demo.sh         installs what is missing, builds, starts a throwaway
#                         PostgreSQL, loads the data and prints the tabs of one
#                         event, explanations, previews, a certificate and
#                         records; a demo that is already there is replaced
#   tools/demo.sh stop    ends it and removes its files
#
# Everything lies in one folder of the caller's under $TMPDIR or /tmp; the
# system's own PostgreSQL is only copied from. PG_CONFIG names another one.
set -Eeuo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
dir=${TMPDIR:-/tmp}/achieve-demo-$(id -u)

step() { printf '\n== %s\n' "$*"; }

# The folder's name can be guessed: one that somebody else made is not ours.
check_owner()
{
	if [ -L "$dir" ] || { [ -e "$dir" ] && [ ! -O "$dir" ]; }; then
		echo "$0: $dir belongs to somebody else; set TMPDIR to a folder of your own" >&2
		exit 1
	fi
}

stop()
{
	check_owner
	if [ -f "$dir/pg_config" ]; then
		PG_CONFIG=$(cat "$dir/pg_config") "$tools/cluster.sh" stop "$dir"
	fi
	rm -rf "$dir"
}

start()
{
	local environment started=$SECONDS socket

	step 'Looking for what achieve is built with'
	PG_CONFIG=$("$tools/packages.sh" demo)
	export PG_CONFIG
	"$PG_CONFIG" --version

	if [ -e "$dir" ]; then
		step 'Stopping the demo that is there already'
		stop
	fi
	mkdir -m 700 "$dir"
	trap 'echo "$0: broken off; $0 stop removes what is there" >&2' ERR

	step 'Building, and installing into a private copy of PostgreSQL'
	PG_CONFIG=$("$tools/tree.sh" "$dir")
	echo "$PG_CONFIG" >"$dir/pg_config"

	step 'Starting a throwaway PostgreSQL, and a database that belongs to a plain role'
	environment=$("$tools/cluster.sh" start "$dir" 'fsync = off')
	eval "$environment"
	socket=$PGHOST
	export PGCLIENTENCODING=UTF8
	psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE ROLE academy LOGIN' -c 'CREATE DATABASE academy OWNER academy' \
		-c 'ALTER DATABASE academy SET search_path TO achieve, public'
	export PGUSER=academy PGDATABASE=academy
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off -P footer=off \
		-c 'CREATE EXTENSION achieve' -c 'SELECT achieve.install()'

	step 'Loading the data, as an app would write it'
	load

	step 'What people see'
	show
	if type -P rsvg-convert >/dev/null && rsvg-convert -o "$dir/certificate.png" "$dir/certificate.svg"; then
		printf 'The certificate as a picture: %s\n' "$dir/certificate.png"
	fi

	step "The demo is running, after $((SECONDS - started)) seconds"
	cat <<-END
		Look around:   $(dirname "$PG_CONFIG")/psql -h $socket -U academy academy
		Start with:    SELECT learner_name, outcome, waiting_for FROM results_tab WHERE event_code = 'FA-105';
		               SELECT event_code, achievement_title, state, number, waiting_for FROM achievements_tab WHERE learner_name = 'Anna Müller';
		A certificate: $dir/certificate.svg
		End it:        make demo-stop
	END
}

# The files share one session; what statements return is not shown.
load()
{
	local file files=()

	for file in "$tools"/demo/[0-8]*.sql; do
		files+=(-f "$file")
	done
	psql -X -q -v ON_ERROR_STOP=1 -o /dev/null "${files[@]}"
}

show()
{
	local file files=()

	for file in "$tools"/demo/9*.sql; do
		files+=(-f "$file")
	done
	psql -X -q -v ON_ERROR_STOP=1 -v directory="$dir" -P pager=off "${files[@]}"
}

case ${1:-start} in
start) start ;;
stop)
	stop
	echo 'The demo is gone.'
	;;
*)
	echo "usage: $0 [stop]" >&2
	exit 2
	;;
esac
