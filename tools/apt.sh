#!/bin/bash
# Runs apt-get as root, or with sudo, without questions.
#
#   tools/apt.sh update
#   tools/apt.sh install --no-install-recommends PACKAGE...
#
# apt-get's own words are of interest only when it fails.
set -uo pipefail

if [ "$(id -u)" = 0 ]; then
	as_root=()
elif command -v sudo >/dev/null; then
	as_root=(sudo)
else
	echo "$0: to install packages, run it as root or install sudo" >&2
	exit 1
fi

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
