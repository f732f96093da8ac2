#!/bin/sh
# loops.sh BUILD SEED CASES - random code with loops on the chip, against the host's processor:
# CASES pieces of user-mode code of SEED, and as many that read from a disk into themselves, with
# all gears as they are used, with translations from the first execution on, with one gear less
# each, with code that checks itself from the first change on, and with what disturbs translations:
# interrupts of a timer and at every commit, a small store buffer, a small translation cache, short
# translations. Where nothing interrupts, each run leaves the same state of the guest behind.

# shellcheck source=tests/gears/common.sh
. "$(dirname "$0")/common.sh"
seed=$1 cases=$2
total=0

run() # command line of the runner, options
{
    words=$1
    shift
    # shellcheck disable=SC2086
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$sim" --serial none $disk \
        --kernel "$build/guests/gears/runner.elf" --initrd "$work/cases" --append "$words" \
        --debugcon "file:$work/out" --digest "$work/digest" "$@" >"$work/log" 2>&1 || {
        echo "seed $seed: $words $disk $*"
        cat "$work/out"
        grep '^----' "$work/log" || cat "$work/log"
        exit 1
    }
    total=$((total + cases))
}

same() # options
{
    run quiet "$@"
    [ -e "$work/first" ] || mv "$work/digest" "$work/first"
    [ ! -e "$work/digest" ] || cmp "$work/first" "$work/digest" || {
        echo "seed $seed: $disk $*: another state than under gear 1"
        exit 1
    }
}

make() # options
{
    "$build/bin/loops-make" -n "$cases" -s "$seed" "$@" >"$work/cases" 2>"$work/log"
    rm -f "$work/first"
}

all()
{
    same --gear 1
    # shellcheck disable=SC2086
    for gear in $(seq 2 "$highest"); do
        same --gear "$gear"
        same $eager --gear "$gear"
    done
    same -o cms.gear2.threshold=1 -o cms.smc.hot_writes=1
    # shellcheck disable=SC2086
    {
        run timer $eager
        run timer $eager --preset crusoe -o cms.tcache.kib=64 \
            -o cms.gear2.max_insns=$((seed % 30 + 2))
    }
}

disk=
make
all
disk="--hda $work/disk --read-only"
make -d "$work/disk"
all
cases=$((cases / 4)) # the simulator is slow at this
make -d "$work/disk"
# shellcheck disable=SC2086
run quiet $eager -o debug.irq_every=$((seed % 200 + 31)) -o sbuf.entries=8
echo "$total cases, none differs"
