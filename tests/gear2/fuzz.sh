#!/bin/sh
# fuzz.sh BUILD SEED COUNT - random guest code under all gears, COUNT images from SEED on; stops
# at the first difference of what a guest wrote, or of the state that it left behind.
set -eu
build=$1
seed=$2
last=$((seed + $3))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run NAME OPTION...: the image's output and the digest of the guest; every image ends by HLT with
# interrupts off, status 10
run()
{
    name=$1
    shift
    status=0
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$build/bin/vliw-sim" --bios "$work/image" \
        --debugcon "file:$work/$name" --digest "$work/$name.state" "$@" >"$work/log" 2>&1 ||
        status=$?
    if [ $status != 10 ] || ! cmp "$work/gear1" "$work/$name" ||
        ! cmp "$work/gear1.state" "$work/$name.state"; then
        echo "seed $seed: exit status $status with: $*"
        exit 1
    fi
}

while [ "$seed" -lt "$last" ]; do
    "$build/tests/random_image" "$seed" 70 >"$work/image"
    run gear1 --gear 1
    run gear2 --gear 2 -o cms.gear2.check=on
    run gears --gear 3
    run checks -o cms.gear2.threshold=1 -o cms.smc.hot_writes=1
    # shellcheck disable=SC2046
    run eager $(tests/gears/eager.sh "$build") -o cms.tcache.kib=64
    run optimized --gear 3 -o cms.gear3.period=1 -o cms.gear3.threshold=1 -o cms.gear3.watch=50
    run promoted --gear 3 --preset crusoe -o cms.gear2.threshold=1 -o cms.gear3.period=2 \
        -o cms.gear3.threshold=1 -o cms.gear3.watch=20 -o cms.gear3.max_insns=$((seed % 200 + 1))
    run crusoe --preset crusoe -o cms.gear2.max_insns=$((seed % 60 + 1))
    seed=$((seed + 1))
done
echo "$3 images, no difference"
