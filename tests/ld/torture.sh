#!/bin/sh
# torture.sh BUILD [LEVEL [EVERY]] - GCC's torture programs (gcc.c-torture/execute) on the chip and
# on the host.
#
# They come from Debian's gcc-12-source, which is fetched into BUILD/torture and unpacked there.
# Each is compiled by vliw-cc at LEVEL (-O2) and runs in every schedule mode under an interrupt
# each 97 bundles, superblocks by a profile of the block mode's run. A program agrees if it ends on
# the chip, in all modes, as it does on the host, and prints the same. EVERY takes one program of
# so many.
#
# Prints a line for each program that disagrees, how many were skipped for which reason, and the
# sums; the list of all is BUILD/torture/results. Exit status 1 if one disagrees.
set -eu
build=$(cd "$1" && pwd)
level=${2:--O2} every=${3:-1}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$build/torture
package=gcc-12-source
mkdir -p "$work/include" "$work/run"
results=$work/results$level
trap 'rm -rf "$work/run"' EXIT

fetch()
{
    cd "$work"
    rm -f "$package"_*.deb
    apt-get -q download "$package" || {
        echo "torture: can't fetch $package" >&2
        exit 1
    }
    dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO --wildcards '*/gcc-12.*.tar.xz' |
        tar -xJ --wildcards --strip-components=1 '*/gcc/testsuite/gcc.c-torture/execute/*'
    rm -f "$package"_*.deb
    cd "$root"
}

programs=$work/gcc/testsuite/gcc.c-torture/execute
[ -d "$programs" ] || fetch

# The programs include headers of a hosted C library.
for header in stdio stdlib string; do
    echo '#include "tests/ld/Inputs/torture.h"' >"$work/include/$header.h"
done
echo '#include <stdint-gcc.h>' >"$work/include/stdint.h"
echo '#define HUGE_VAL __builtin_huge_val()' >"$work/include/math.h"
cat >"$work/include/assert.h" <<'END'
void abort(void);
#define assert(x) ((x) ? (void)0 : abort())
END
cat >"$work/include/signal.h" <<'END'
#define SIGFPE 8
void (*signal(int, void (*)(int)))(int);
END

cc() # arguments: vliw-cc for these programs, quiet; hosted, where main's end is `return 0`
{
    "$build/bin/vliw-cc" -w -fhosted "$level" -fwrapv -I"$root" -I"$build/gen" \
        -isystem "$work/include" "$@"
}

cd "$work/run"
library=
for part in tests/ld/Inputs/torture.c tests/ld/Inputs/watch.c; do
    cc -fno-builtin -fno-tree-loop-distribute-patterns -c "$root/$part" \
        -o "$(basename "$part" .c).o"
    library="$library $(basename "$part" .c).o"
done
# Programs may have functions of these names.
riscv64-unknown-elf-nm -g --defined-only --format=just-symbols torture.o >weak
riscv64-unknown-elf-objcopy --weaken-symbols=weak torture.o
for part in isa_codec isa_facts; do
    cc -c "$build/gen/$part.c" -o $part.o
    library="$library $part.o"
done

simulate() # program, further options: its output in chip.out, how it ended in $ended
{
    ended=0
    timeout 60 "$build/bin/vliw-sim" --preset crusoe --native "$@" --max-cycles 400000000 \
        --serial file:chip.out 2>chip.err || ended=$?
}

printed() # file: what a program has printed, without addresses
{
    tr -d '\0' <"$1" | sed 's/0x[0-9a-f]*\|(nil)/ADDRESS/g'
}

# The options a program asks for on every machine, in comments or its .x file.
options() # file
{
    sed -n 's/.*{ dg-[a-z-]*options "\([^"]*\)" }.*/\1/p' "$1"
    [ ! -e "${1%.c}.x" ] || sed -n 's/^lappend additional_flags //p' "${1%.c}.x" | tr -d '"'
}

# The chip has no code on the stack, which pointers to nested functions need.
needs_stack_code() # file
{
    # shellcheck disable=SC2086
    "$build/bin/vliw-cc" -fhosted "$level" $options -isystem "$work/include" -I"$root" \
        -I"$build/gen" -S -o /dev/null "$1" 2>&1 |
        grep -q Werror=trampolines
}

# Why the compiler or the linker refused the program: a class of reasons that many share.
why() # file with their messages
{
    sed -n '
        s/.*fatal error: \(.*\): No such file.*/the library has no \1/p
        s/.*unknown type name .FILE.*/needs files/p
        s/.*undefined reference to .\(freopen\|fopen\|fclose\|tmpnam\).$/needs files/p
        s/.*undefined reference to .\([^ ]*\).$/the library has no \1/p
        s/.*unknown register name.*/has assembly of another processor/p
        s/.*decimal floating-point not supported.*/needs decimal floating point/p
        s/.*error: /does not compile: /p' "$1" | head -n 1
}

# Sets $result for one program
compare() # file
{
    options=$(options "$1")
    # shellcheck disable=SC2086
    if ! cc $options -c "$1" -o t.o 2>err; then
        result="skipped $(why err)"
        return
    fi
    # Some link only if the compiler sees that they need not call what there isn't.
    # shellcheck disable=SC2086
    if ! gcc -w -O1 -fwrapv $options "$1" -o t.host -lm 2>err &&
        ! gcc -w -O2 -fwrapv $options "$1" -o t.host -lm 2>err; then
        result="skipped on the host, $(why err)"
        return
    fi
    host=0
    (timeout 20 ./t.host >host.out 2>/dev/null) 2>/dev/null || host=$?
    if [ $host != 0 ]; then
        result="skipped on the host, ends with status $host"
        return
    fi
    # shellcheck disable=SC2086
    if ! cc t.o $library --rv t.rv -o t.first 2>err; then
        if grep -q 'undefined reference' err; then
            result="skipped $(why err)"
        else
            result="disagree $(head -n 1 err)"
        fi
        return
    fi
    for mode in block scalar ext super; do
        by=
        [ $mode != block ] || by=--map=t.map
        [ $mode != super ] || by="--profile=t.profile --profile-map=t.map"
        # shellcheck disable=SC2086
        if ! "$build/bin/vliw-ld" --sched=$mode $by t.rv -o t.$mode 2>err; then
            result="disagree $mode: $(head -n 1 err)"
            return
        fi
        [ $mode != block ] || simulate t.block --profile t.profile
        simulate t.$mode -o debug.irq_every=97
        if [ $ended != 0 ]; then
            result="disagree $mode: $(grep -m 1 -e ---- chip.err || echo "status $ended")"
            return
        fi
        if [ "$(printed host.out)" != "$(printed chip.out)" ]; then
            result="disagree $mode: other output"
            return
        fi
    done
    result=agree
}

: >"$results"
number=0
for file in "$programs"/*.c "$programs"/ieee/*.c; do
    number=$((number + 1))
    [ $((number % every)) = 0 ] || continue
    compare "$file"
    case $result in
    disagree*) ! needs_stack_code "$file" || result='skipped needs code on the stack' ;;
    esac
    name=${file#"$programs/"}
    echo "$name $result" >>"$results"
    case $result in
    disagree*) echo "$name: ${result#disagree }" ;;
    esac
done

count()
{
    grep -c "^[^ ]* $1" "$results" || true
}
sed -n 's/^[^ ]* skipped //p' "$results" | sort | uniq -c | sed 's/^ *\([0-9]*\) /skipped, \1: /'
echo "$level: $(count agree) agree, $(count disagree) disagree, $(count skipped) skipped"
[ "$(count disagree)" = 0 ]
