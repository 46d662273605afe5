#!/bin/bash
# Writes docs/reference.md from the comments in a fresh installation.
#
#   tools/with-tree.sh tools/reference.sh
#
# The test reference_page fails where the page is not what this writes.
set -euo pipefail

cd "$(dirname "$0")/.."
environment=$(tools/cluster.sh start "$ACHIEVE_DIR" "fsync = off")
eval "$environment"
psql -X -q -o /dev/null -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION achieve' -c 'SELECT achieve.install()'
psql -X -A -t -q -f tools/reference.sql >"$ACHIEVE_DIR/reference.md"
cp "$ACHIEVE_DIR/reference.md" docs/reference.md
