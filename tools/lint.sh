#!/bin/bash
# Looks for what the compiler and the tests do not see. Prints each finding;
# fails if there is one.
set -uo pipefail
shopt -s lastpipe

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
found=0

# Reports the lines of standard input, if any, under a heading.
report()
{
	local lines
	lines=$(cat)
	if [ -n "$lines" ]; then
		printf '%s:\n%s\n' "$1" "$lines"
		found=1
	fi
}

files()
{
	git ls-files 2>/dev/null ||
		find . -type f ! -path './.git/*' ! -name '*.o' ! -name '*.so' ! -name '*.bc' ! -path './sql/achieve--*' \
			! -path './src/install_*.h' ! -path './src/built_for' ! -path './results/*' ! -path './output_iso/*' | sed 's|^\./||'
}

# Words joined by "|".
alternatives() { paste -s -d '|'; }

grep -n PG_VERSION_NUM src/*.c src/*.h | grep -v '^src/compat.h:' |
	report "PostgreSQL versions are told apart in src/compat.h only"

# On a sharding engine the trigger's relation and its transition tables are a
# shard's: SQL names the logical tables.
tables=$(sed -n 's/^CREATE TABLE achieve\.\([a-z_]*\).*/\1/p' sql/install/*.sql | alternatives)
grep -nE "\"[^\"]*\b(FROM|JOIN|INTO|UPDATE|ONLY|TABLE) ($tables)\b" src/*.c |
	report "SQL in C qualifies tables with achieve."
grep -n SPI_register_trigger_data src/*.c |
	report "no query reads a transition table"
sed -n 's/.*REFERENCING \(.*\)/\1/p' sql/install/*.sql | grep -oE 'AS [a-z_]+' | sort -u | sed 's/AS //' | alternatives | {
	read -r transition
	grep -nE "\"[^\"]*\b($transition)\b" src/*.c
} | report "no query joins a transition table"
# A message may say which relation it was; nothing is decided by its name.
awk '/Relation(GetRelationName|GetNamespace)\((trigger|walk->trigger)->tg_relation/ && before !~ /errmsg\(/ { print FILENAME ":" FNR ": " $0 }
	{ before = $0 }' src/*.c | report "a trigger goes by its argument or its columns, not by its relation's name"

# They look their operator up through the caller's search_path, and cannot name
# one of pg_catalog; only install() sets a path of its own.
grep -nE "\"[^\"]*(NULLIF ?\(|IS (NOT )?DISTINCT FROM|\b(BETWEEN|I?LIKE|SIMILAR TO|NATURAL)\b|\b(IN|USING) \()" src/*.c |
	grep -vE '^src/(install|identities)\.c:' |
	report "SQL in C names operators: OPERATOR(pg_catalog.=), not NULLIF, IN, BETWEEN, LIKE, IS DISTINCT FROM or USING"

grep -nE '\b(CREATE|ADD)\b.*\b(OR REPLACE|IF NOT EXISTS)\b' sql/[0-9]*.sql sql/install/*.sql sql/install/steps/*.sql |
	report "what others put into the schema is not adopted"

# A release stays as it was, and so does what leads to it; while the version
# that is released is still the one being made, its chapters too.
for sums in sql/release/*/SHA256SUMS; do
	tools/released.sh "$(basename "$(dirname "$sums")")" 2>&1 >/dev/null
done | report "released SQL has been changed"
for sums in sql/release/*/UPDATE; do
	[ -e "$sums" ] || continue
	make -s "$(grep -o 'sql/achieve.*' "$sums")" && sha256sum --quiet -c "$sums" 2>&1
done | report "what leads to a release has been changed: keep the script as sql/release/FROM--TO.sql"
for file in sql/install/steps/*.sql; do
	grep -q "$file" Makefile || echo "$file is not in the Makefile"
done | report "steps that are not built in"
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
if [ -d "sql/release/$version" ]; then
	sed -n '/^SQL_PARTS/,/^$/p' Makefile | grep -o 'sql/[^ ]*\.sql' | xargs cat | cmp - <(tools/released.sh "$version") 2>&1 |
		report "the chapters are not those of the released $version: raise default_version"
fi

# A test that is not listed does not run.
missing_from()
{
	local file name
	for file in "$@"; do
		name=$(basename "$file")
		grep -qE "(^|[[:space:],])${name%.*}($|[[:space:]),])" Makefile || echo "$file"
	done
}
missing_from test/sql/*.sql test/isolation/specs/*.spec | report "tests that the Makefile does not list"
for file in test/sql/*.sql; do
	[ -f "expected/$(basename "$file" .sql).out" ] || echo "$file"
done | report "tests without expected output"

# Both runners look for expected output in ./expected first, and the first one
# for tests in ./sql.
comm -12 <(cd test/sql && printf '%s\n' ./*.sql | sed 's|.*/||; s|\.sql$||' | sort) \
	<(cd test/isolation/specs && printf '%s\n' ./*.spec | sed 's|.*/||; s|\.spec$||' | sort) |
	report "a race and a regression test have the same name"
comm -12 <(cd test/sql && printf '%s\n' ./*.sql | sort) <(cd sql && printf '%s\n' ./*.sql | sort) |
	report "a regression test is called like a chapter"

private=$top
case $(dirname "$top") in
/ | /tmp | /var/tmp | "${HOME:-/}") ;;
*) private=$(dirname "$top")/ ;;
esac
files | xargs -d '\n' grep -nIE "$private|/home/[a-z]" 2>/dev/null | grep -v '^tools/lint.sh:' |
	report "paths of one machine"

files | grep -E '\.(c|h|sh|awk|pl|spec)$|^sql/.*\.sql$|^test/.*\.sql$' | grep -vE 'corpus|^sql/release/' |
	while read -r file; do
		[ -f "$file" ] && lines=$(wc -l <"$file") && [ "$lines" -gt 600 ] && echo "$file: $lines lines"
	done | report "files of more than 600 lines"

# A page that nobody is led to is not read, and a link leads somewhere.
for file in docs/*.md; do
	[ "$file" = docs/index.md ] || grep -q "(${file#docs/})" docs/index.md || echo "$file"
done | report "pages that docs/index.md does not name"
for file in README.md CONTRIBUTING.md docs/*.md; do
	grep -oE '\]\([^)# :]+' "$file" | sed 's/^](//' | grep -v '^https*$' | while read -r target; do
		[ -e "$(dirname "$file")/$target" ] || echo "$file: $target"
	done
done | report "links to files that are not there"

# What a page tells readers to run is run.
for file in README.md docs/*.md; do
	grep -q '^```sql$' "$file" && ! grep -qE "awk.*[ /]$file" test/sql/*.sql test/clients/run.sh && echo "$file"
done | report "pages with SQL that no test runs"

perl tools/meta.pl 2>&1 | report "what PGXN would refuse"

if command -v shellcheck >/dev/null; then
	files | grep -E '\.sh$|^\.ci/run$' | xargs -d '\n' shellcheck | report "shellcheck"
fi

exit $found
