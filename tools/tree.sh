#!/bin/bash
# Builds achieve and installs it into a private copy of PostgreSQL.
#
#   tools/tree.sh DIR
#
# The copy lies in DIR/pg; its pg_config is printed. A PostgreSQL tree can be
# moved as long as its folders keep their places relative to each other, so
# the system's own is never written to. PG_CONFIG names the one to copy.
set -euo pipefail

dir=$1
top=$(cd "$(dirname "$0")/.." && pwd)
from=${PG_CONFIG:-pg_config}

# The folder of libraries may hold that of modules: the outer one first.
for option in --bindir --libdir --pkglibdir --sharedir --includedir --includedir-server; do
	folder=$("$from" "$option")
	# Of folders that PostgreSQL shares with others, copy nothing.
	case $folder in
	/usr/lib | /usr/lib/*-linux-gnu | /usr/bin | /usr/share | /usr/include) continue ;;
	esac
	if [ -d "$folder" ] && [ ! -e "$dir/pg$folder" ]; then
		mkdir -p "$dir/pg$(dirname "$folder")"
		cp -a "$folder" "$dir/pg$folder"
	fi
done

pg_config=$dir/pg$("$from" --bindir)/pg_config
make -s -C "$top" -j "$(nproc)" PG_CONFIG="$pg_config" with_llvm=no all >&2
make -s -C "$top" PG_CONFIG="$pg_config" with_llvm=no install >&2
echo "$pg_config"
