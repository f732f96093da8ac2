#!/bin/sh
# fuzz.sh BUILD SECONDS SEED - sim_fuzz on small good inputs, made here.
set -eu
build=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/vliw-as" -o "$work/tiny.elf" "$here/../../rom/Inputs/tiny.s"
"$build/bin/vliw-mkimage" "$work/tiny.elf" -o "$work/tiny.img"
"$build/tests/sim_fuzz" "$2" "$3" "$build/presets/selkirk.ini" "$work/tiny.elf" \
    "$build/rom.bin" "$work/tiny.img"
