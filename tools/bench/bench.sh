#!/bin/sh
# bench.sh BUILD [PRESET...] - what `make bench` prints: what a change of engine, compiler or
# firmware should be judged by.
#
# The workload is the whole way from power-on to power-off: SeaBIOS, then the boot disk's program.
# Simulated figures are exact and the same everywhere; host speed is of this machine and this
# moment, the best of three runs.

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"
presets=$*

# The summary of a run goes to $work/PRESET.GEAR
boot() # preset, gear
{
    "$build/bin/vliw-sim" --preset "$1" -m 64 -gear "$2" -hda "$build/guests/boot.img" -read-only \
        -serial none 2>"$work/$1.$2"
}

# Figures out of a summary: a column of the table of work by phase; a counter; cycles that are not
# idle, per instruction; atoms per bundle of the listing that came with the firmware
worked() # preset, gear, phase, column
{
    sed -n '/^work by phase/,/^$/p' "$work/$1.$2" |
        awk -v phase="$3" -v column="$4" '$1 == phase { print $column }'
}

counter() # preset, gear, name
{
    awk -v name="$3" '$1 == name { print $2; exit }' "$work/$1.$2"
}

busy() # preset, gear
{
    tools/bench/busy.awk "$work/$1.$2"
}

filled() # preset
{
    tools/bench/filled.awk "$build/$1/cms.asm"
}

row() # label, figure, its arguments after the preset
{
    label=$1 figure=$2
    shift 2
    printf '  %-34s' "$label"
    for preset in $presets; do
        printf ' %11s' "$($figure "$preset" "$@")"
    done
    echo
}

speed() # preset, gear: million bundles and atoms a second, CPU seconds
{
    for n in 1 2 3; do
        boot "$1" "$2"
        awk '$1 == "host:" { print $4, $7, $2 }' "$work/$1.$2"
    done | sort -n | tail -n 1
}

hot() # engine: the same of a hot loop
{
    for n in 1 2 3; do
        "$build/bin/vliw-sim" --engine "$1" --native "$work/hot.elf" --max-cycles 100000000 \
            2>"$work/hot" || [ $? -eq 6 ]
        awk '$1 == "host:" { print $4, $7, $2 }' "$work/hot"
    done | sort -n | tail -n 1
}

"$build/bin/vliw-as" -o "$work/hot.elf" tools/bench/hot.s
echo "engines on a hot integer loop, million per host second (preset ${presets%% *}, best of three)"
printf '  %-34s %11s %11s %11s\n' engine bundles atoms 'CPU s'
# shellcheck disable=SC2046
printf '  %-34s %11s %11s %11s\n' reference $(hot reference) fast $(hot fast)
echo

echo "workload: SeaBIOS and build/guests/boot.img, power-on to power-off"
echo
echo "fast engine, million per host second (preset ${presets%% *}, best of three)"
printf '  %-34s %11s %11s %11s\n' run bundles atoms 'CPU s'
# shellcheck disable=SC2046
printf '  %-34s %11s %11s %11s\n' 'gear 1 alone' $(speed "${presets%% *}" 1) \
    'gears 1 and 2' $(speed "${presets%% *}" 2)
echo

for preset in $presets; do
    boot "$preset" 1
    boot "$preset" 2
done

# shellcheck disable=SC2086
printf '%-36s %11s %11s %11s\n' 'cycles per x86 instruction' $presets
row 'gear 1, gear 1 alone' worked 1 interpret 6
row 'gear 1, what gear 2 leaves to it' worked 2 interpret 6
row 'translated code' worked 2 translated 6
row 'all but idle, gear 1 alone' busy 1
row 'all but idle, gears 1 and 2' busy 2
echo
echo "atoms per bundle"
row "vliw-ld, the firmware's code" filled
row 'vliw-ld, gear 1 as it runs' worked 1 interpret 4
row 'vliw-ld, gear 2 as it runs' worked 2 translate 4
row 'gear 2, its translations as they run' worked 2 translated 4
echo
echo "gears 1 and 2 in numbers"
row 'x86 instructions' counter 2 retired
row cycles counter 2 cycles
row translations counter 2 gear2.translations
row 'I/O exceptions' counter 2 trap.tlb_io

# Cycles of gear 1 by class of instruction: what tools/bench/classes.S counts
for preset in $presets; do
    "$build/bin/vliw-sim" --preset "$preset" -m 16 -gear 1 --bios "$build/bench/classes.bin" \
        --debugcon "file:$work/$preset.classes" 2>/dev/null >&2
done

class() # preset, name
{
    awk -v name="$2" '{ c = $2; sub(/^class [0-9]+ /, "") } $0 == name { printf "%.1f", c / 100 }' \
        "$work/$1.classes"
}

echo
echo "gear 1, cycles per x86 instruction by class"
sed -n 's/^class [0-9]* //p' "$work/${presets%% *}.classes" | while read -r name; do
    row "$name" class "$name"
done

# Cycles of an access to a device, and of what else emulation patches do: what tools/bench/io.S
# counts
for preset in $presets; do
    for patches in on off; do
        "$build/bin/vliw-sim" --preset "$preset" -m 16 -gear 2 --bios "$build/bench/io.bin" \
            -o cms.opt.patches=$patches --debugcon "file:$work/$preset.io.$patches" 2>/dev/null >&2
    done
done

access() # preset, patches, name
{
    awk -v name="$3" '{ c = $2; sub(/^io [0-9]+ /, "") } $0 == name { printf "%.1f", c / 100 }' \
        "$work/$1.io.$2"
}

for patches in off on; do
    echo
    echo "gear 2, cycles with emulation patches $patches"
    sed -n 's/^io [0-9]* //p' "$work/${presets%% *}.io.on" | while read -r name; do
        row "$name" access $patches "$name"
    done
done
echo

# Guest speed at the machine's clock: million instructions a second that aren't idle
mips() # preset, gear
{
    khz=$("$build/bin/vliw-sim" --preset "$1" -o help | awk '$1 == "core.khz" { print $4 }')
    awk -v khz="$khz" -v cycles="$(busy "$1" "$2")" 'BEGIN { printf "%.1f", khz / 1000 / cycles }'
}

row 'guest MIPS, gear 1 alone' mips 1
row 'guest MIPS, gears 1 and 2' mips 2

echo
echo "translated code against native: each program of tools/bench/twice, compiled twice"
# shellcheck disable=SC2086
tools/bench/twice.sh "$build" $presets

echo "short runs, and what translating costs"
# shellcheck disable=SC2086
tools/bench/cost.sh "$build" $presets
echo

echo "vliw-ld's code, each program of tools/bench/programs and the firmware's own work"
# shellcheck disable=SC2086
tools/bench/code.sh "$build" $presets
