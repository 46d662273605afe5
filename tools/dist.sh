#!/bin/bash
# Packs the last commit for PGXN (.zip) and for packagers (.tar.gz), and prints
# the names.
#
#   tools/dist.sh [FOLDER]
#
# What .gitattributes marks export-ignore stays out. The archives are named
# after the version in META.json, as PGXN wants it.
set -euo pipefail

folder=$(cd "${1:-.}" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^   "version": "\(.*\)",$/\1/p' META.json)

for format in zip tar.gz; do
	git archive --format=$format --prefix="achieve-$version/" -o "$folder/achieve-$version.$format" HEAD
	echo "$folder/achieve-$version.$format"
done
