#!/bin/sh
# kill.sh OUTPUT COMMAND... - runs the command until the file says that the disk is flushed, then
# kills it.
out=$1
shift
: >"$out"
"$@" >/dev/null 2>&1 &
pid=$!
for _ in $(seq 600); do
    grep -q F "$out" && break
    sleep 0.2
done
kill -9 $pid
wait $pid 2>/dev/null
grep -q F "$out"
