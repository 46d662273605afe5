#!/bin/bash
# Prints the extension script of a released version, byte for byte.
#
#   tools/released.sh VERSION
#
# sql/release/VERSION/SHA256SUMS names the chapters that it was made of, in
# their order. One that has changed since lies in the folder of the last release
# that had it, the others are those of today. Fails where a chapter is nowhere.
set -euo pipefail

cd "$(dirname "$0")/../sql"

# The file with this checksum, among those of the chapter's name.
find_chapter()
{
	local file
	for file in "$2" release/*/"$2"; do
		if [ -e "$file" ] && echo "$1  $file" | sha256sum --status -c; then
			echo "$file"
			return
		fi
	done
	return 1
}

while read -r sum name; do
	file=$(find_chapter "$sum" "$name") || {
		echo "$0: sql/$name has changed since $1: keep what was released as sql/release/$1/$name (git show COMMIT:sql/$name)" >&2
		exit 1
	}
	cat "$file"
done <"release/$1/SHA256SUMS"
