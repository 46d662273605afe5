#!/bin/bash
# Makes sure that what achieve is built and tested with is there, and prints
# the pg_config of the PostgreSQL to use.
#
#   tools/packages.sh         what the tests need
#   tools/packages.sh demo    what building and showing need, and no more
#
# PG_CONFIG, if set, names a PostgreSQL of your own: nothing is installed then.
# Otherwise missing packages are installed with apt-get, as root or with sudo;
# a second run finds everything there and needs no network. An extension may
# not load into a server older than its headers, so the server and its
# headers are installed together, which brings both to the same release.
set -euo pipefail

if [ -n "${PG_CONFIG:-}" ] && [ "$PG_CONFIG" != pg_config ]; then
	echo "$PG_CONFIG"
	exit 0
fi

tools=$(cd "$(dirname "$0")" && pwd)
apt() { "$tools/apt.sh" "$@"; }

# The installed version of a package; nothing if it is not installed.
version_of()
{
	{ dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null || true; } | sed -n 's/^installed //p'
}

# The newest PostgreSQL from 15 to 18 of which "$1" says that it is there.
newest()
{
	local major
	for major in 18 17 16 15; do
		if "$1" "$major"; then
			echo "$major"
			return
		fi
	done
}

server_is_installed() { [ -x "/usr/lib/postgresql/$1/bin/postgres" ]; }
server_is_offered() { [ -n "$(apt-cache search --names-only "^postgresql-server-dev-$1\$" 2>/dev/null)" ]; }

if ! command -v apt-get >/dev/null; then
	echo "$0: no apt-get here; name a PostgreSQL with PG_CONFIG=/path/to/pg_config" >&2
	exit 1
fi

updated=no
major=$(newest server_is_installed)
if [ -z "$major" ]; then
	echo "looking which PostgreSQL apt offers" >&2
	apt update
	updated=yes
	major=$(newest server_is_offered)
fi
if [ -z "$major" ]; then
	echo "$0: no PostgreSQL from 15 to 18 is installed or offered by apt" >&2
	exit 1
fi

needed=(gcc make libc6-dev)
wanted=(librsvg2-bin fonts-dejavu-core fonts-droid-fallback)
if [ "${1:-}" != demo ]; then
	needed+=("postgresql-$major-pgtap" libtap-parser-sourcehandler-pgtap-perl libipc-run-perl python3 faketime)
	wanted+=(pgbouncer clang libclang-rt-dev)
fi

missing=()
for package in "${needed[@]}"; do
	[ -n "$(version_of "$package")" ] || missing+=("$package")
done
server=$(version_of "postgresql-$major")
if [ -z "$server" ] || [ "$server" != "$(version_of "postgresql-server-dev-$major")" ]; then
	missing+=("postgresql-$major" "postgresql-server-dev-$major")
fi

if [ ${#missing[@]} -gt 0 ]; then
	echo "installing ${missing[*]}; this takes a minute" >&2
	[ $updated = yes ] || apt update
	updated=yes
	apt install --no-install-recommends "${missing[@]}"
fi

# Only pictures, the tests of poolers and the fuzzers need these; without them they are skipped.
missing=()
for package in "${wanted[@]}"; do
	[ -n "$(version_of "$package")" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "installing ${missing[*]}" >&2
	(
		[ $updated = yes ] || apt update
		apt install --no-install-recommends "${missing[@]}"
	) || echo "$0: going on without them; what needs them is skipped" >&2
fi
echo "/usr/lib/postgresql/$major/bin/pg_config"
