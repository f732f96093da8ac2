#!/bin/sh
# one-line.sh STATUS COMMAND TEXT - the command must end with that status and print one line, which
# holds TEXT.
output=$($2 2>&1 </dev/null)
status=$?
if [ "$status" -ne "$1" ] || [ "$(printf '%s\n' "$output" | wc -l)" -ne 1 ] ||
    ! printf '%s\n' "$output" | grep -q -F -e "$3"; then
    printf '%s\n%s\nstatus %s, expected %s and one line with: %s\n' \
        "$2" "$output" "$status" "$1" "$3"
    exit 1
fi
