#!/bin/sh
# columns.sh [DIR] - one line for each line of C, lists, shell and x86 assembly below DIR (the root)
# that has more than 100 columns; 1 if there are any.
cd "${1:-$(dirname "$0")/../..}" || exit 2
find . -path './build*' -prune -o -type f \
    \( -name '*.[chS]' -o -name '*.def' -o -name '*.sh' \) -exec awk '
    length > 100 {
        print substr(FILENAME, 3) ":" FNR ": " length " columns, expected at most 100"
        bad = 1
    }
    END { exit bad }' {} +
