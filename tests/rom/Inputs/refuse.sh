#!/bin/sh
# refuse.sh COMMAND MESSAGE - the command must end with status 9, and say once that the boot ROM
# found MESSAGE.
output=$($1 2>&1)
status=$?
if [ "$status" -ne 9 ] || [ "$(printf '%s\n' "$output" | grep -c -F "boot ROM: $2")" -ne 1 ]; then
    printf '%s\nstatus %s, expected 9 and: %s\n' "$output" "$status" "$2"
    exit 1
fi
