#!/bin/bash
# Freezes the version that is being made: what it installs is kept in
# sql/release, byte for byte, and under a checksum with its step of install().
#
#   tools/freeze.sh
#
# Run it last before the release is packed; the next commit raises the version.
set -euo pipefail

cd "$(dirname "$0")/.."
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
before=$(sed -n 's/^RELEASED *= *//p' Makefile)
scripts=("achieve--$version.sql" "achieve--$before--$version.sql")
step=../install/steps/$before--$version.sql

for script in "${scripts[@]}"; do
	if [ -e "sql/release/$script" ]; then
		echo "$0: sql/release/$script is there: achieve $version is released" >&2
		exit 1
	fi
done
make -s "${scripts[@]/#/sql/}"
cd sql/release
for script in "${scripts[@]}"; do
	mv "../$script" .
done
sha256sum "${scripts[@]}" "$step" >>SHA256SUMS
echo "achieve $version is frozen"
