#!/bin/sh
# retry.sh BUILD SEED COUNT - COUNT images of loops that fault and go on (retry_image.c), from seed
# SEED: each gear, with settings that disturb translations, raises the events and leaves the memory
# that gear 1 does. Where an image doesn't end in time, events are compared as far as both got.

# shellcheck source=tests/gears/common.sh
. "$(dirname "$0")/../gears/common.sh"
seed=$1 last=$(($1 + $2))

run() # name, options
{
    name=$1
    shift
    status=0
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$sim" -m 16 --bios "$work/image" \
        --debugcon "file:$work/$name" --digest "$work/$name.state" --log 0 \
        --max-cycles 300000000 "$@" >"$work/log" 2>&1 || status=$?
    case $status in
    0 | 6) ;;
    *)
        echo "seed $seed: exit status $status with: $*"
        grep '^----' "$work/log" || tail -n 5 "$work/log"
        exit 1 ;;
    esac
    echo $status >"$work/$name.status"
}

agree() # name
{
    if [ "$(cat "$work/gear1.status" "$work/$1.status" | tr -d '\n')" = 00 ]; then
        cmp "$work/gear1" "$work/$1" && cmp "$work/gear1.state" "$work/$1.state"
        return
    fi
    a=$(wc -l <"$work/gear1") b=$(wc -l <"$work/$1")
    n=$((a < b ? a : b))
    head -n "$n" "$work/gear1" >"$work/a"
    head -n "$n" "$work/$1" | cmp - "$work/a"
}

other() # name, options
{
    run "$@"
    agree "$1" || {
        echo "seed $seed: other events or memory than under gear 1 with: $*"
        exit 1
    }
}

events=0
while [ "$seed" -lt "$last" ]; do
    "$build/tests/retry_image" "$build/guests/sys/retry.bin" "$seed" >"$work/image"
    run gear1 --gear 1
    # shellcheck disable=SC2086
    {
        other gear2 --gear 2 -o cms.gear2.threshold=1 -o cms.gear2.check=on
        other eager $eager -o cms.gear3.check=on
        other small $eager --preset crusoe -o cms.tcache.kib=64 \
            -o cms.gear2.max_insns=$((seed % 30 + 2))
        other disturbed $eager -o debug.irq_every=$((seed % 97 + 13)) -o sbuf.entries=8 \
            -o cms.smc.hot_writes=1
    }
    events=$((events + $(wc -l <"$work/gear1")))
    seed=$((seed + 1))
done
echo "$2 images, $events events, none differs"
