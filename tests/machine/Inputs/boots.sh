#!/bin/sh
# boots.sh SIMULATOR BUILD OPTION... - the boot disk prints what it should and switches itself off.
simulator=$1
build=$2
shift 2
console=$build/tests/boots.$$
if ! output=$($simulator -hda "$build/guests/boot.img" -read-only "$@" 2>&1 >"$console"); then
    echo "$output"
    failed=1
fi
diff "$build/guests/boot.expected" "$console" || failed=1
rm -f "$console"
exit ${failed:-0}
