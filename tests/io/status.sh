#!/bin/sh
# status.sh N COMMAND... - runs the command, which must end with status N and print one line on
# standard error.
want=$1
shift
text=$("$@" 2>&1 >/dev/null)
got=$?
printf '%s\n' "$text"
[ "$got" = "$want" ] || { echo "exit status $got, expected $want"; exit 1; }
[ "$(printf '%s\n' "$text" | wc -l)" = 1 ] || { echo "more than one line"; exit 1; }
