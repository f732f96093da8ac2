#!/bin/sh
# compare-events.sh BUILD FIRST COUNT - run COUNT images of random system code, from seed FIRST, in
# the host build, on the chip in gear 1, in gear 2 as soon as possible, and with all gears at once.
# Events must agree as far as the shortest run got. Prints `N programs, N events, N differ`; ends
# with 1 if one does.
set -eu
build=$1 first=$2 count=$3
work=$build/tests/out/events.$$
mkdir -p "$work"
eager=$("$(dirname "$0")/../gears/eager.sh" "$build")
trap 'rm -rf "$work"' EXIT

# Lines of $1 that $2 has too, from the first on.
agree()
{
    a=$(wc -l <"$work/$1") b=$(wc -l <"$work/$2")
    n=$((a < b ? a : b))
    head -n "$n" "$work/$1" >"$work/a"
    head -n "$n" "$work/$2" >"$work/b"
    cmp -s "$work/a" "$work/b"
}

chip()
{
    out=$1
    shift
    status=0
    "$build/bin/vliw-sim" -m 64 --bios "$work/image" --debugcon "file:$work/$out" --log 0 \
        --max-cycles 60000000 "$@" >"$work/log" 2>&1 || status=$?
    if [ "$status" -gt 1 ] && ! grep -q -- 'max-cycles' "$work/log"; then
        echo "seed $seed: $out ends with status $status" >&2
        grep -e '----' "$work/log" >&2 || true
        differ=$((differ + 1))
    fi
}

programs=0 events=0 differ=0
seed=$first
while [ "$programs" -lt "$count" ]; do
    "$build/tests/system_image" "$build/guests/sys/events.bin" "$seed" >"$work/image"
    "$build/bin/cms-host" "$work/image" -n 150000 2>&1 | grep '^ [0-9a-f ]*$' >"$work/host" || true
    chip gear1 --gear 1
    chip gear2 --gear 2 -o cms.gear2.threshold=1
    # shellcheck disable=SC2086
    chip eager $eager
    for other in gear1 gear2 eager; do
        if ! agree host $other; then
            echo "seed $seed: the host build and $other differ:" >&2
            diff "$work/a" "$work/b" | head -4 >&2 || true
            differ=$((differ + 1))
        fi
    done
    events=$((events + $(wc -l <"$work/host")))
    programs=$((programs + 1)) seed=$((seed + 1))
done
echo "$programs programs, $events events, $differ differ"
[ "$differ" -eq 0 ]
