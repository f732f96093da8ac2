#!/bin/sh
# run.sh BUILD [lit arguments] - run the tests under BUILD; the last line is `N passed, N failed`,
# or `N passed, N failed, N skipped`. Ends with 1 when a test failed or none ran.
set -eu
cd "$(dirname "$0")/.."
build=$1
shift
[ $# -gt 0 ] || set -- tests

lit=/usr/lib/llvm-14/build/utils/lit/lit.py
results=$build/tests/results.json
mkdir -p "$build/tests"
rm -f "$results"

SELKIRK_BUILD=$(cd "$build" && pwd)
export SELKIRK_BUILD
python3 "$lit" -j2 -s -v --no-progress-bar -o "$results" "$@" </dev/null || true

count()
{
    grep -c -E "\"code\": \"($1)\"" "$results" 2>/dev/null || true
}
passed=$(count 'PASS|FLAKYPASS|XFAIL')
failed=$(count 'FAIL|XPASS|UNRESOLVED|TIMEOUT')
skipped=$(count 'UNSUPPORTED|SKIPPED|EXCLUDED')
passed=${passed:-0} failed=${failed:-0} skipped=${skipped:-0}

if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
