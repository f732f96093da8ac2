#!/bin/sh
# equal.sh VLIW-SIM TMP ARGUMENTS - runs the same on both engines: output, exit status, end and
# every counter are equal.
sim=$1
tmp=$2
shift 2
mkdir -p "$tmp"
for engine in reference fast; do
    $sim --engine $engine "$@" --stats "$tmp/$engine.json" >"$tmp/$engine.out" 2>"$tmp/$engine.err"
    echo "status $?" >>"$tmp/$engine.out"
    grep -v seconds "$tmp/$engine.json" >"$tmp/$engine.stats"
done
cmp "$tmp/reference.out" "$tmp/fast.out" && cmp "$tmp/reference.stats" "$tmp/fast.stats" ||
    { diff "$tmp/reference.stats" "$tmp/fast.stats"; exit 1; }
grep -q '"cycles"' "$tmp/fast.stats"
