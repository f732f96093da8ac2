#!/bin/sh
# code.sh BUILD [PRESET...] - how good vliw-ld's code is: the firmware and the programs beside this
# script, for each preset.
#
# Cycles of the code as the compiler ordered it, one atom a bundle; how much faster basic blocks,
# chains of blocks, and superblocks by a profile of the same run are. The others are of
# superblocks: atoms a bundle and a cycle as they run, percent of all cycles by what the chip
# waited for, bytes of code in percent of RV64's. The firmware's figures are of its own work until
# power-off: all phases but idle, and boot and translated code, which vliw-ld has not made (the boot
# ROM is assembly).

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"

link() # preset, mode, program
{
    profile=
    [ "$2" != super ] ||
        profile="$(printf -- '--profile=%s ' "$work/$3".*profile) --profile-map=$work/$3.map"
    # shellcheck disable=SC2086
    "$build/bin/vliw-ld" -m "$1" --sched="$2" $profile --stats "$work/$3.rv" -o "$work/$3.$2" \
        >"$work/$3.$2.link"
}

run() # preset, mode, program
{
    if [ "$3" = firmware ]; then
        "$build/bin/vliw-mkimage" "$work/$3.$2" -o "$work/$3.img"
        "$build/bin/vliw-sim" --preset "$1" -m 64 --flash "$work/$3.img" -read-only -serial none \
            -hda "$build/guests/boot.img" 2>"$work/$3.$2.run"
    else
        "$build/bin/vliw-sim" --preset "$1" --native "$work/$3.$2" --serial none \
            2>"$work/$3.$2.run"
    fi
}

prepare() # program
{
    if [ "$1" = firmware ]; then
        cp "$build/pgo/cms.rv" "$work/$1.rv"
        cp "$build/pgo/cms.map" "$work/$1.map"
        for run in disk program; do
            cp "$build/pgo/$run.profile" "$work/$1.$run.profile"
        done
        return
    fi
    "$build/bin/vliw-cc" -O2 -I. -I"$build/gen" "tools/bench/programs/$1.c" --rv "$work/$1.rv" \
        -Wv,--sched=block -Wv,--map="$work/$1.map" -o "$work/$1.first"
    "$build/bin/vliw-sim" --preset crusoe --native "$work/$1.first" --serial none \
        --profile "$work/$1.profile" 2>"$work/$1.log"
}

programs=firmware
for source in tools/bench/programs/*.c; do
    programs="$programs $(basename "$source" .c)"
done
for program in $programs; do
    prepare "$program"
done
for preset; do
    printf '%-10s %10s %6s %6s %6s %7s %5s %8s %7s %7s %7s %6s %6s\n' "$preset" scalar block ext \
        super 'atoms/b' IPC operand icache dcache branch other bytes
    for program in $programs; do
        for mode in scalar block ext super; do
            link "$preset" $mode "$program"
            run "$preset" $mode "$program"
        done
        tools/bench/code.awk "$program" "$work/$program".*.run "$work/$program.super.link"
    done
done
