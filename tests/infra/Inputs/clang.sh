#!/bin/sh
# clang.sh BUILD WORK - does clang take every C file of the host without a warning? The commands are
# those that make would run with CC=clang, but they only check; generated files are BUILD's.
set -eu
build=$1 work=$2
cd "$(dirname "$0")/../../.."

make -n B="$work" CC=clang test >"$work/commands"
sed -n -e "s#$work/#$build/#g" \
    -e 's/^clang \(.*\) -MMD -MP\(.*\) -c -o [^ ]* /clang -fsyntax-only -Werror \1 \2 /p' \
    "$work/commands" | sort -u >"$work/checks"
xargs -P2 -d '\n' -n1 sh -c <"$work/checks"
wc -l <"$work/checks"
