#!/bin/sh
# kill-any.sh SIMULATOR IMAGE WORK - kills runs of journal.img at many moments. What the guest was
# told to be flushed must be in the image, and of what came after no more than the writes in their
# order.
set -eu
sim=$1 image=$2 work=$3
for lines in 1 2 5 17 40 41 90 150; do
    cp "$image" "$work.img"
    : >"$work.out"
    "$sim" -hda "$work.img" -serial "file:$work.out" >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 6000); do
        [ "$(wc -l <"$work.out")" -lt "$lines" ] || break
        sleep 0.01
    done
    kill -9 $pid
    wait $pid 2>/dev/null || true
    told=$(wc -l <"$work.out")
    first=$(od -An -td4 -j1024 -N4 "$work.img" | tr -d ' ')
    second=$(od -An -td4 -j1536 -N4 "$work.img" | tr -d ' ')
    [ "$told" -ge "$lines" ] || { echo "no progress"; exit 1; }
    if [ "$second" -lt "$told" ] || [ "$first" -lt "$second" ] ||
        [ "$first" -gt $((second + 1)) ]; then
        echo "told $told, but the image has $first and $second"
        exit 1
    fi
done
echo "8 runs killed"
