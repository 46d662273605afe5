#!/bin/bash
# Freezes the version that is being made: notes the checksums of its chapters,
# which tools/released.sh makes it of from then on, and of what leads to it.
#
#   tools/freeze.sh
#
# Run it last before the release is packed; the next commit raises the version.
set -euo pipefail

cd "$(dirname "$0")/.."
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
before=$(sed -n 's/^RELEASED *=.* \([^ ]*\)$/\1/p' Makefile)
folder=sql/release/$version
update=("sql/achieve--$before--$version.sql" "sql/install/steps/$before--$version.sql")

if [ -e "$folder" ]; then
	echo "$0: $folder is there: achieve $version is released" >&2
	exit 1
fi
make -s "${update[0]}"
mkdir -p "$folder"
sed -n '/^SQL_PARTS/,/^$/p' Makefile | grep -o 'sql/[^ ]*\.sql' | while read -r chapter; do
	(cd sql && sha256sum "${chapter#sql/}")
done >"$folder/SHA256SUMS"
sha256sum "${update[@]}" >"$folder/UPDATE"
echo "achieve $version is frozen"
