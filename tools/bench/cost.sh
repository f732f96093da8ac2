#!/bin/sh
# cost.sh BUILD [PRESET...] - what translating costs, on short runs from power-on to the end:
# SeaBIOS and our boot disk, and one program of tools/bench/twice cut to some five million
# instructions.
#
# CMS is all but translated code and idling, percent of the cycles that aren't idle; boot is ROM and
# firmware's start, which are in it. Cycles per x86 instruction translated: of the quick gear by a
# run with nothing higher; of the optimizing gear by what a run with it takes more. A short run
# makes few regions, and pays for the translator's own code and tables coming from DRAM: opt/many is
# of a run that makes one wherever a single sample hits.

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"

printf '%-10s %-10s %10s %10s %8s %8s %8s %10s %10s %10s\n' preset run x86 cycles 'CMS %' 'boot %' \
    'make %' quick/x86 opt/x86 opt/many
for preset; do
    for name in boot mix; do
        case $name in
        boot) set -- -hda "$build/guests/boot.img" -read-only ;;
        mix) set -- -m 16 -guest "$build/bench/twice/mix.elf" -append 60 ;;
        esac
        for gear in 2 3 many; do
            case $gear in
            many) options='-o cms.gear=3 -o cms.gear3.threshold=1 -o cms.gear3.period=10' ;;
            *) options="-o cms.gear=$gear" ;;
            esac
            # shellcheck disable=SC2086
            "$build/bin/vliw-sim" --preset "$preset" --serial none $options "$@" \
                2>"$work/$gear" >/dev/null </dev/null ||
                { tail -n 3 "$work/$gear" >&2; exit 1; }
        done
        tools/bench/cost.awk "$preset" $name "$work/2" "$work/3" "$work/many"
    done
done
