#!/bin/sh
# programs.sh BUILD VLIW-SIM TMP TESTS - every program of the chip's and the linker's tests on both
# engines and two machines.
set -e
build=$1 sim=$2 tmp=$3 tests=$4
here=$(dirname "$0")
mkdir -p "$tmp"
for source in "$tests"/sim/*.s; do
    # Some want symbols defined
    "$build/bin/vliw-as" -o "$tmp/program.elf" "$source" 2>/dev/null || continue
    for preset in crusoe selkirk; do
        echo "$source $preset"
        "$here/equal.sh" "$sim" "$tmp/out" --preset $preset --native "$tmp/program.elf"
    done
done
for source in programs float control memory; do
    for preset in crusoe selkirk; do
        "$build/bin/vliw-cc" -w -m $preset -O2 -I"$tests/.." -o "$tmp/program.elf" \
            "$tests/ld/Inputs/$source.c"
        echo "$source $preset"
        "$here/equal.sh" "$sim" "$tmp/out" --preset $preset --native "$tmp/program.elf"
    done
done
