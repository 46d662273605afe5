#!/bin/bash
# The pure parts (scanner, parser, printer, evaluator, explanations, reader of
# facts, validity) under libFuzzer, with AddressSanitizer and
# UndefinedBehaviorSanitizer.
#
#   test/fuzz/run.sh check     the kept corpus, and a few seconds more
#   test/fuzz/run.sh soak      FUZZ_SECONDS for each, 1800 unless set
#
# Prints TAP. Needs clang with its runtime (Debian: clang, libclang-rt-14-dev);
# without it nothing is tested, and that is said. FUZZ_KEEP names a folder to
# which a soak writes what it found worth keeping (merge it into the corpus
# with -merge=1).
set -uo pipefail

mode=${1:-check}
top=$(cd "$(dirname "$0")/../.." && pwd)
case $mode in
check) seconds=${FUZZ_SECONDS:-2} ;;
soak) seconds=${FUZZ_SECONDS:-1800} ;;
*)
	echo "usage: $0 check|soak" >&2
	exit 2
	;;
esac

pg_config=${PG_CONFIG:-pg_config}
clang=${CLANG:-clang}
dir=$(mktemp -d "${TMPDIR:-/tmp}/achieve-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

flags=(-w -O1 -g -fno-omit-frame-pointer "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all
	"-I$("$pg_config" --includedir-server)" "-I$top/src" "-I$top/test/fuzz")
# What neither the harness nor PostgreSQL's two libraries have nobody calls.
links=("-L$("$pg_config" --pkglibdir)" "-L$("$pg_config" --libdir)" -lpgcommon -lpgport
	"-Wl,--unresolved-symbols=ignore-all" -no-pie)
runtime=("$top"/test/fuzz/{runtime,numbers,json}.c)

sources_of()
{
	case $1 in
	rule) printf "$top/src/%s.c " rule_scan rule_parse rule_print rule_flat rule_form rule_error rule_facts \
		rule_eval rule_explain rule_waiting rule_words rule_json rule_json_attendance rule_io decimal ;;
	validity) echo "$top/src/validity.c" "$top/src/calendar.c" ;;
	esac
}

if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long s) { return 0; }' |
	"$clang" -fsanitize=fuzzer,address,undefined -x c - -o "$dir/probe" 2>/dev/null; then
	echo "1..0 # skip no clang with libFuzzer here"
	exit 0
fi

failed=0
number=0
for target in rule validity; do
	number=$((number + 1))
	kept=${FUZZ_KEEP:-$dir}/$target
	mkdir -p "$kept" "$dir/found"
	options=(-max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
		-artifact_prefix="$dir/found/")
	[ -e "$top/test/fuzz/$target.dict" ] && options+=("-dict=$top/test/fuzz/$target.dict")
	# shellcheck disable=SC2046
	if "$clang" "${flags[@]}" "$top/test/fuzz/fuzz_$target.c" "${runtime[@]}" $(sources_of $target) \
		"${links[@]}" -o "$dir/$target.run" 2>"$dir/log" &&
		"$dir/$target.run" -runs=0 -artifact_prefix="$dir/found/" "$top/test/fuzz/corpus/$target" >"$dir/log" 2>&1 &&
		"$dir/$target.run" "${options[@]}" "$kept" "$top/test/fuzz/corpus/$target" >"$dir/log" 2>&1; then
		echo "ok $number - $target"
		echo "# figures: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log") inputs," \
			"$(find "$top/test/fuzz/corpus/$target" -type f | wc -l) of them kept"
	else
		failed=1
		echo "not ok $number - $target"
		grep -vE '^#[0-9]+' "$dir/log" | tail -n 60 | sed 's/^/# /'
		for input in "$dir"/found/*; do
			[ -e "$input" ] && base64 -w 0 "$input" | sed 's/^/# the input, base64: /' && echo
		done
	fi
done
echo "1..$number"
exit $failed
