#!/bin/sh
# small-buffer.sh SIMULATOR BUILD - the programs that store most, with one entry in the gated store
# buffer
for program in task gates v86 irq debug paging; do
    $1 -m 16 --bios $2/guests/sys/$program.bin --debugcon stderr -o sbuf.entries=1 \
        -o cms.gear2.threshold=1 2>&1 >/dev/null
done
