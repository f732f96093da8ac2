#!/bin/sh
# selftest.sh SIMULATOR BUILD OPTION... - the self-test under both engines, which must agree to the
# last counter; prints what it found. Ends with its status.
simulator=$1
build=$2
shift 2
out=$build/tests/selftest.$$
for engine in reference fast; do
    $simulator -flash selftest -engine $engine -stats "$out.$engine" "$@" \
        >"$out.$engine.console" 2>"$out.$engine.log"
    status=$?
done
cat "$out.fast.console"
grep -E '^---- ' "$out.fast.log"
if ! cmp "$out.reference" "$out.fast" || ! cmp "$out.reference.console" "$out.fast.console"; then
    status=99
fi
rm -f "$out".*
exit $status
