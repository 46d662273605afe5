#!/bin/bash
# Looks at reports of the demo's events in headless Chromium: does anything
# stand out of the screen, is every text legible, in light and dark?
#
#   make check-report
#
# Pictures and a PDF are left in results/report. Without Chromium it is
# skipped.
set -euo pipefail

cd "$(dirname "$0")/../.."
chromium=$(type -P chromium || type -P chromium-browser || type -P google-chrome || true)
if [ -z "$chromium" ]; then
	echo 'skipped: there is no chromium (apt-get install chromium)'
	exit 0
fi
environment=$(tools/cluster.sh start "$ACHIEVE_DIR" 'fsync = off')
eval "$environment"
out=$PWD/results/report
mkdir -p "$out"

files=()
for file in tools/demo/[0-8]*.sql; do
	files+=(-f "$file")
done
psql -X -q -o /dev/null -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION achieve' -c 'SELECT achieve.install()' \
	-c 'ALTER DATABASE postgres SET search_path TO achieve, public'
psql -X -q -v ON_ERROR_STOP=1 -o /dev/null "${files[@]}"
# An event with the longest and worst of everything.
psql -X -q -v ON_ERROR_STOP=1 -o /dev/null <<'SQL'
UPDATE learner SET name = repeat('Unbroken', 20) WHERE learner_id = (SELECT min(learner_id) FROM enrollment JOIN event USING (event_id) WHERE code = 'FL-203');
UPDATE learner SET name = '<script>document.title=1</script><img src=x onerror=alert(1)>' WHERE learner_id = (SELECT max(learner_id) FROM enrollment JOIN event USING (event_id) WHERE code = 'FL-203');
UPDATE event SET title = repeat('Title', 30), passing_rule = 'absences <= 1 and score("' || repeat('x', 90) || '") >= 60' WHERE code = 'FL-203';
INSERT INTO event (event_id, code, title, starts_at, ends_at) VALUES (999999, 'EMPTY', 'Empty', now(), now());
SQL

browse() { "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$ACHIEVE_DIR/browser" "$@" 2>/dev/null; }

failed=0
for code in FA-105 EN-401 FL-203 EMPTY; do
	page=$out/$code.html
	psql -X -A -t -q -c "SELECT event_report(event_id) FROM event WHERE code = '$code'" >"$page"
	{
		printf '<!DOCTYPE html><meta charset="utf-8"><body><script>const report = "%s";</script><script>\n' "$(base64 -w 0 "$page")"
		cat test/report/check.js
		echo '</script>'
	} >"$ACHIEVE_DIR/look.html"
	answer=$(browse --virtual-time-budget=20000 --dump-dom "file://$ACHIEVE_DIR/look.html" | sed -n '/<pre/,$p' | sed 's/<[^>]*>//g')
	printf '== %s\n%s\n' "$code" "$answer"
	if [[ $answer != *END* || $answer == *PROBLEM* ]]; then
		failed=1
	fi
	browse --window-size=1280,2000 --screenshot="$out/$code-desk.png" "file://$page"
	browse --window-size=500,2000 --screenshot="$out/$code-phone.png" "file://$page"
	browse --no-pdf-header-footer --print-to-pdf="$out/$code.pdf" "file://$page"
	[ -s "$out/$code-desk.png" ] && [ -s "$out/$code-phone.png" ] && [ -s "$out/$code.pdf" ] || failed=1
done
[ $failed = 0 ] && echo "all well; pictures are in $out"
exit $failed
