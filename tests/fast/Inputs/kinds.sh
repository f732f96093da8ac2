#!/bin/sh
# kinds.sh BUILD SIMULATOR WORK - kinds of programs that make bench measures, briefly, by both
# engines in lockstep.
set -eu
build=$1 sim=$2 work=$3
root=$(cd "$(dirname "$0")/../../.." && pwd)
mkdir -p "$work"

for name in hot near branchy calls soft_float; do
    "$build/bin/vliw-cc" -m selkirk -O2 -I"$root" -DPROGRAM=$name -DROUNDS=1 \
        -o "$work/$name.elf" "$root/tests/fast/bench/programs.c"
    # shellcheck disable=SC2086
    $sim --engine check --preset selkirk --native "$work/$name.elf" >"$work/out" 2>"$work/err" || {
        grep '^----' "$work/err"
        exit 1
    }
done
