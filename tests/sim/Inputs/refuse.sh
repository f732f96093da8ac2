#!/bin/sh
# refuse.sh STATUS TEXT COMMAND... - the command must end with STATUS and write one line, which has
# TEXT in it, to standard error output and nothing to standard output.
status=$1 text=$2
shift 2
found=0
out=$("$@" 2>&1 </dev/null) || found=$?
if [ "$found" -ne "$status" ]; then
    echo "exit status $found, expected $status: $*"
    echo "$out"
    exit 1
fi
if [ "$(printf '%s\n' "$out" | wc -l)" -ne 1 ]; then
    echo "expected one line: $*"
    echo "$out"
    exit 1
fi
case $out in
*"$text"*) ;;
*)
    echo "expected: $text"
    echo "found:    $out"
    exit 1
    ;;
esac
