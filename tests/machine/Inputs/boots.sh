#!/bin/sh
# boots.sh SIMULATOR BUILD OPTION... - the boot disk prints what it should and switches itself off.
simulator=$1
build=$2
shift 2
if ! output=$($simulator -hda "$build/guests/boot.img" -read-only "$@" 2>&1 >"$build/tests/boots.$$"); then
    echo "$output"
    failed=1
fi
diff "$build/guests/boot.expected" "$build/tests/boots.$$" || failed=1
rm -f "$build/tests/boots.$$"
exit ${failed:-0}
