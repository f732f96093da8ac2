#!/bin/sh
# cost.sh BUILD [PRESET...] - what translating costs, on short runs from power-on to the end:
# SeaBIOS and our boot disk, and one program of tools/bench/twice cut to some five million
# instructions.
#
# CMS is all but translated code and idling, percent of the cycles that aren't idle; boot is ROM and
# firmware's start, which are in it. Cycles per x86 instruction translated: of the quick gear by a
# run with nothing higher; of the optimizing gear by what a run with it takes more.

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"

printf '%-10s %-10s %10s %10s %8s %8s %8s %10s %10s\n' preset run x86 cycles 'CMS %' 'boot %' \
    'make %' quick/x86 opt/x86
for preset; do
    for name in boot mix; do
        case $name in
        boot) set -- -hda "$build/guests/boot.img" -read-only ;;
        mix) set -- -m 16 -guest "$build/bench/twice/mix.elf" -append 60 ;;
        esac
        for gear in 2 3; do
            "$build/bin/vliw-sim" --preset "$preset" --serial none -o cms.gear=$gear "$@" \
                2>"$work/$gear" >/dev/null </dev/null || rm "$work/$gear"
        done
        [ -f "$work/3" ] || cp "$work/2" "$work/3"
        tools/bench/cost.awk "$preset" $name "$work/2" "$work/3"
    done
done
