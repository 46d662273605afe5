#!/bin/bash
# Runs a command with achieve installed in a private PostgreSQL tree, and
# removes everything afterwards.
#
#   tools/with-tree.sh COMMAND [ARGUMENT...]
#
# The command finds PG_CONFIG and, for files of its own, ACHIEVE_DIR set.
# Warnings are errors.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
PG_CONFIG=$("$tools/packages.sh")
ACHIEVE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/achieve.XXXXXX")
export PG_CONFIG ACHIEVE_DIR WERROR=-Werror

tidy()
{
	PG_CONFIG=$PG_CONFIG "$tools/cluster.sh" stop "$ACHIEVE_DIR"
	rm -rf "$ACHIEVE_DIR"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

PG_CONFIG=$("$tools/tree.sh" "$ACHIEVE_DIR")
"$@"
