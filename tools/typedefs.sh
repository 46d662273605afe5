#!/bin/bash
# Lists the type names that pg_bsd_indent must know: ours, and those of
# PostgreSQL that we use.
#
#   tools/typedefs.sh > typedefs.list
set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/.."
headers=$("${PG_CONFIG:-pg_config}" --includedir-server)

comm -12 \
	<(find "$headers" src -name '*.[ch]' -print0 | xargs -0 cat |
		grep -oE '(^} ?|^typedef [A-Za-z0-9_ ]*[ *]|\(\*)[A-Za-z_][A-Za-z0-9_]*(;|\) \()' |
		sed -E 's/(;|\) \()$//; s/.*[ *}(]//' | grep -E '[A-Z]|^(bool|u?int[0-9]+|pg_.*)$' | sort -u) \
	<(cat src/*.[ch] | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u)
