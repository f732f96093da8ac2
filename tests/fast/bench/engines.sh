#!/bin/sh
# engines.sh BUILD [PRESET [ROUNDS]] - speed of both engines on one kind of work each, in one run:
# million atoms and bundles per host CPU second, and how many times the reference engine the fast
# one is. Statistics must be equal. Then what it takes to begin, and what host code costs in 100
# million bundles of the program that has most of it.
set -eu
build=$1 preset=${2:-selkirk} rounds=${3:-20}
here=$(dirname "$0")
work=$build/tests/bench
mkdir -p "$work"

host() # engine, name: seconds, million bundles, million atoms
{
    "$build/bin/vliw-sim" --engine "$1" --preset "$preset" --native "$work/$2.elf" \
        --stats "$work/$2.$1" >"$work/$2.$1.out" 2>"$work/$2.$1.err"
    grep -v seconds "$work/$2.$1" >"$work/$2.$1.stats"
    awk '$1 == "host:" { print $2, $4, $7 }' "$work/$2.$1.err"
}

echo "engines on native programs, preset $preset, million per host CPU second"
printf '  %-12s %10s %10s %10s %10s %8s\n' program 'ref atoms' bundles 'fast atoms' bundles times
for name in hot near memory branchy calls flat soft_float; do
    "$build/bin/vliw-cc" -m "$preset" -O2 -I"$here/../../.." -DPROGRAM=$name -DROUNDS="$rounds" \
        "$here/programs.c" -o "$work/$name.elf"
    reference=$(host reference $name)
    fast=$(host fast $name)
    cmp -s "$work/$name.reference.stats" "$work/$name.fast.stats" ||
        { echo "$name: the engines differ"; exit 1; }
    echo "$name $reference $fast" |
        awk '{ printf "  %-12s %10s %10s %10s %10s %7.1fx\n", $1, $4, $3, $7, $6, $7 / $4 }'
done

milliseconds() # command: how long it takes
{
    from=$(date +%s%N)
    "$@" >/dev/null 2>&1 || :
    echo "$from $(date +%s%N)" | awk '{ printf "%.1f", ($2 - $1) / 1e6 }'
}

sim=$build/bin/vliw-sim
printf '  start to first bundle: %s ms native, %s ms firmware\n' \
    "$(milliseconds "$sim" --preset "$preset" --native "$work/hot.elf" --max-cycles 1)" \
    "$(milliseconds "$sim" --preset "$preset" --max-cycles 1)"
"$build/bin/vliw-cc" -m "$preset" -O2 -I"$here/../../.." -DPROGRAM=flat -DROUNDS=26 \
    "$here/programs.c" -o "$work/long.elf"
"$sim" --preset "$preset" --native "$work/long.elf" 2>"$work/long.err" >"$work/long.out"
awk '$1 == "bundles" { n = $2 }
    $1 == "host:" { s = $2 }
    sub(/^fast engine: /, "") { print "  " n / 1e6 " million bundles of flat in " s " s: " $0 }' \
    "$work/long.err"
