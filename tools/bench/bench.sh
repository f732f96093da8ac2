#!/bin/sh
# bench.sh BUILD - what `make bench` prints: speeds that a change of engine, compiler or firmware should be judged by.
#
# The workload is the whole way from power-on to power-off: SeaBIOS, then the boot disk's program. Simulated figures are
# exact and the same everywhere; host speed is of this machine and this moment, the best of three runs.
set -eu
cd "$(dirname "$0")/../.."
build=$1
preset=crusoe
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

boot() # gear, name
{
    "$build/bin/vliw-sim" --preset "$preset" -m 64 -gear "$1" -hda "$build/guests/boot.img" -read-only -serial none \
        -stats "$work/$2.json" 2>"$work/$2.txt"
}

# Column COLUMN of row PHASE in the table `work by phase`
worked()
{
    sed -n '/^work by phase/,/^$/p' "$work/$1.txt" | awk -v phase="$2" -v column="$3" '$1 == phase { print $column }'
}

total() # run, counter
{
    awk -v name="$2" '$1 == name { print $2; exit }' "$work/$1.txt"
}

speed() # run: best of three, million bundles and atoms a second
{
    for n in 1 2 3; do
        boot "$2" "$1"
        sed -n 's/^host: \([0-9.]*\) s, \([0-9.]*\) million bundles\/s, \([0-9.]*\) million atoms\/s/\2 \3 \1/p' "$work/$1.txt"
    done | sort -n | tail -n 1
}

echo "workload: SeaBIOS and build/guests/boot.img, power-on to power-off"
echo "preset: $preset"
echo

speed gear1 1 >"$work/speed1"
speed gear2 2 >"$work/speed2"
read -r bundles1 atoms1 seconds1 <"$work/speed1"
read -r bundles2 atoms2 seconds2 <"$work/speed2"

echo "reference engine, million per host second (best of three)"
printf '  %-34s %10s %10s %10s\n' run bundles atoms "CPU s"
printf '  %-34s %10s %10s %10s\n' 'gear 1 alone' "$bundles1" "$atoms1" "$seconds1" 'gears 1 and 2' "$bundles2" "$atoms2" "$seconds2"
echo

echo "cycles per x86 instruction"
printf '  %-34s %10s\n' 'gear 1, gear 1 alone' "$(worked gear1 interpret 6)"
printf '  %-34s %10s\n' 'gear 1, what gear 2 leaves to it' "$(worked gear2 interpret 6)"
printf '  %-34s %10s\n' 'translated code' "$(worked gear2 translated 6)"
printf '  %-34s %10s\n' 'all but idle, gear 1 alone' "$(tools/bench/busy.awk "$work/gear1.txt")"
printf '  %-34s %10s\n' 'all but idle, gears 1 and 2' "$(tools/bench/busy.awk "$work/gear2.txt")"
echo

echo "atoms per bundle"
printf '  %-34s %10s\n' "vliw-ld, the firmware's code" "$(tools/bench/filled.awk "$build/$preset/cms.asm")"
printf '  %-34s %10s\n' 'vliw-ld, gear 1 as it runs' "$(worked gear1 interpret 4)"
printf '  %-34s %10s\n' 'vliw-ld, gear 2 as it runs' "$(worked gear2 translate 4)"
printf '  %-34s %10s\n' 'gear 2, its translations as they run' "$(worked gear2 translated 4)"
echo

echo "gears 1 and 2 in numbers"
printf '  %-34s %10s\n' 'x86 instructions' "$(total gear2 retired)" 'cycles' "$(total gear2 cycles)" \
    'translations' "$(total gear2 gear2.translations)" 'I/O exceptions' "$(total gear2 trap.tlb_io)"
