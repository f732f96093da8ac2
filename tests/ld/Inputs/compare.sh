#!/bin/sh
# compare.sh BUILD PROGRAM.c OPTIMIZATION - the chip prints what the host prints, however vliw-ld
# schedules, for a narrow machine and a wide one, and though an interrupt comes every 97 bundles.
set -eu
build=$1 source=$2 level=$3
here=$(dirname "$0")
name=$(basename "$source" .c)$level
root=$(dirname "$0")/../../..
work=$build/tests/ld
mkdir -p "$work"

gcc -w -O1 -fwrapv -fno-strict-aliasing -I"$root" -o "$work/$name.host" "$source"
"$work/$name.host" >"$work/$name.expected"
"$build/bin/vliw-cc" -w "$level" -fwrapv -fno-strict-aliasing -I"$root" -I"$build/gen" \
    "$source" "$here/watch.c" "$build/gen/isa_codec.c" "$build/gen/isa_facts.c" \
    --rv "$work/$name.rv" -o "$work/$name.ext"
"$build/bin/vliw-ld" --sched=scalar "$work/$name.rv" -o "$work/$name.scalar"
"$build/bin/vliw-ld" -m selkirk "$work/$name.rv" -o "$work/$name.wide"
"$build/bin/vliw-ld" --sched=block --map="$work/$name.map" "$work/$name.rv" -o "$work/$name.block"
run()
{
    mode=$1 preset=$2
    shift 2
    if ! "$build/bin/vliw-sim" --preset "$preset" --native "$work/$name.$mode" \
        --max-cycles 200000000 --serial file:"$work/$name.out" "$@" 2>"$work/$name.err"; then
        echo "$name, $mode $*: the simulator failed"
        grep -m1 -- '----' "$work/$name.err" || cat "$work/$name.err"
        exit 1
    fi
    diff "$work/$name.expected" "$work/$name.out" ||
        { echo "$name, $mode $*: other output"; exit 1; }
}

run block crusoe --profile "$work/$name.prof"
for preset in crusoe selkirk; do
    "$build/bin/vliw-ld" -m $preset --sched=super --profile="$work/$name.prof" \
        --profile-map="$work/$name.map" "$work/$name.rv" -o "$work/$name.super.$preset"
done
for mode in scalar block ext super.crusoe; do
    run $mode crusoe
    run $mode crusoe -o debug.irq_every=97
done
run wide selkirk
run wide selkirk -o debug.irq_every=97
run super.selkirk selkirk -o debug.irq_every=97
echo "$name: same output in all modes"
