#!/bin/sh
# loops.sh BUILD SEED CASES - random code with loops on the chip, against the host's processor:
# CASES pieces of user-mode code of SEED, with all gears as they are used, with translations from
# the first execution on, with one gear less each, and with what disturbs translations: interrupts
# of a timer and at every commit, a small store buffer, a small translation cache, short
# translations.

# shellcheck source=tests/gears/common.sh
. "$(dirname "$0")/common.sh"
seed=$1 cases=$2
total=0

run() # command line of the runner, options
{
    words=$1
    shift
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$sim" --serial none \
        --kernel "$build/guests/gears/runner.elf" --initrd "$work/cases" \
        --append "$words" --debugcon "file:$work/out" "$@" >"$work/log" 2>&1 || {
        echo "seed $seed: $words $*"
        cat "$work/out"
        grep '^----' "$work/log" || cat "$work/log"
        exit 1
    }
    total=$((total + cases))
}

make()
{
    "$build/bin/loops-make" -n "$cases" -s "$seed" >"$work/cases" 2>"$work/log"
}

make
for gear in $(seq 2 "$highest"); do
    run quiet --gear "$gear"
    # shellcheck disable=SC2086
    run quiet $eager --gear "$gear"
done
# shellcheck disable=SC2086
{
    run timer $eager
    run timer $eager --preset crusoe -o cms.tcache.kib=64 -o cms.gear2.max_insns=$((seed % 30 + 2))
    cases=$((cases / 4)) # the simulator is slow at this
    make
    run quiet $eager -o debug.irq_every=$((seed % 200 + 31)) -o sbuf.entries=8
}
echo "$total cases, none differs"
