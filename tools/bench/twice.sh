#!/bin/sh
# twice.sh BUILD [PRESET...] - translated x86 against native code: the programs of
# tools/bench/twice, each compiled from one source for an i686 (gcc -m32 -O2 -march=i686) and for
# the chip (vliw-cc -O2), on each preset.
#
# Only rounds between two marks are measured, after rounds that have warmed caches and made the
# translations. Both must print the same checksum. x86/cyc are guest instructions a cycle, bun/x86
# bundles of all kinds for one, atom/b atoms a bundle of translated code; then the share of cycles
# that is translated code, gear 1 (single steps included), the translator, dispatch and recovery,
# and monitor; then the native cycles, and the translated ones in percent of them. MIPS are million
# guest instructions per host second, of this host and this moment.
#
# OPTIONS in the environment goes to vliw-sim as it is.

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"

run() # name, simulator's options
{
    name=$1
    shift
    "$build/bin/vliw-sim" "$@" >"$work/$name.out" 2>"$work/$name" </dev/null ||
        { tail -n 3 "$work/$name" >&2; exit 1; }
}

for preset; do
    printf '%-10s %9s %9s %7s %7s %6s %6s %6s %6s %6s %6s %9s %6s %6s\n' "$preset" x86 cycles \
        x86/cyc bun/x86 atom/b transl interp make disp monit native % MIPS
    for guest in "$build"/bench/twice/*.elf; do
        program=$(basename "$guest" .elf)
        # shellcheck disable=SC2086
        run guest --preset "$preset" -gear 3 -m 16 --guest "$guest" ${OPTIONS-}
        run native --preset "$preset" --native "$build/bench/twice/$program.$preset"
        cmp -s "$work/guest.out" "$work/native.out" ||
            { echo "$program: the guest and the native program disagree" >&2; exit 1; }
        tools/bench/twice.awk "$program" "$work/guest" "$work/native"
    done | tee "$work/table"
    tools/bench/mean.awk "$work/table"
done
