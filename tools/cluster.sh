#!/bin/bash
# Starts and stops a throwaway PostgreSQL cluster.
#
#   tools/cluster.sh start DIR [SETTING...]   for example start DIR "fsync = off"
#   tools/cluster.sh stop DIR
#
# The data is in DIR/data, the socket in DIR/run; there is no TCP. DIR must be
# the caller's own. PG_CONFIG names the PostgreSQL. "start" prints shell
# assignments for clients: eval "$(tools/cluster.sh start DIR)". As root the
# server runs as user postgres, or nobody, and DIR/data and DIR/run are that
# user's.
set -euo pipefail

action=$1
dir=$2
shift 2
bin=$("${PG_CONFIG:-pg_config}" --bindir)

as_server()
{
	if [ "$(id -u)" = 0 ]; then
		runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "$@"
	else
		"$@"
	fi
}

start()
{
	local setting

	mkdir -p "$dir/data" "$dir/run"
	chmod 700 "$dir/data" "$dir/run"
	if [ "$(id -u)" = 0 ]; then
		# The server must reach its folders and the tree beside them.
		chmod 711 "$dir"
		chown "$(id -un postgres 2>/dev/null || echo nobody)" "$dir/data" "$dir/run"
	fi
	cd "$dir"
	as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
	for setting in "listen_addresses = ''" "unix_socket_directories = '$dir/run'" "port = 5432" \
		"log_min_messages = warning" "$@"; do
		echo "$setting"
	done | as_server tee -a "$dir/data/postgresql.conf" >/dev/null
	if ! as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/log" -w -s start >&2; then
		as_server tail -n 20 "$dir/data/log" >&2
		exit 1
	fi
	printf 'export PGHOST=%q PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PATH=%q\n' "$dir/run" "$bin:$PATH"
}

stop()
{
	if [ -e "$dir/data/postmaster.pid" ]; then
		cd "$dir"
		as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w -s stop >&2 || true
	fi
	rm -rf "$dir/data" "$dir/run"
}

case $action in
start) start "$@" ;;
stop) stop ;;
*)
	echo "usage: $0 start|stop DIR" >&2
	exit 2
	;;
esac
