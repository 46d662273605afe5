#!/bin/bash
# Runs a command with achieve installed in a private PostgreSQL tree, and
# removes everything afterwards.
#
#   tools/with-tree.sh COMMAND [ARGUMENT...]
#
# The command finds PG_CONFIG and, for files of its own, ACHIEVE_DIR set;
# ACHIEVE_MAY_INSTALL says whether it may install packages: not where the
# caller named a PostgreSQL of his own.
# Warnings are errors.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
case ${PG_CONFIG:-pg_config} in pg_config) ACHIEVE_MAY_INSTALL=yes ;; *) ACHIEVE_MAY_INSTALL=no ;; esac
PG_CONFIG=$("$tools/packages.sh")
ACHIEVE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/achieve.XXXXXX")
export PG_CONFIG ACHIEVE_DIR ACHIEVE_MAY_INSTALL WERROR=-Werror

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
