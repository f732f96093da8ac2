#!/bin/sh
# vliw-cc - compile and link C and assembly for the chip: RV64 GCC in front, vliw-ld behind.
#
# Exit status 1 if a step fails; that step has said why.
set -eu

here=$(dirname "$(readlink -f "$0")")
runtime=$here/../native
gcc=${VLIW_GCC:-riscv64-unknown-elf-gcc}
target='-march=rv64im_zba_zbb_zbs -mabi=lp64 -mcmodel=medlow'
# -mno-div: dividing takes long, so constants are multiplied by; vliw-ld knows what is left
# (lift.c). vliw-ld schedules, and better without what GCC would do for another machine; its
# branches are cheap.
tuning='-O2 -fno-schedule-insns -fno-schedule-insns2 -mbranch-cost=1 -mno-div -mtune=thead-c906
    -mno-strict-align'
code='-ffreestanding -fno-pic -mno-relax -ffunction-sections -fdata-sections
    -fno-asynchronous-unwind-tables
    -fno-ipa-ra -fno-common -fno-stack-protector -Werror=trampolines -g'
# The multilib is named by hand: with Zb in -march GCC would silently take the compressed-code
# libgcc.
library='-march=rv64im -mabi=lp64'
linker='-Wl,--emit-relocs,--no-relax,--gc-sections,--build-id=none,-z,max-page-size=4096'
linker=$linker,--no-warn-rwx-segments

# shellcheck disable=SC2116,SC2086 # on one line
compiler="$gcc $target $(echo $tuning $code)"

# Arguments are kept as shell words, quoted, so that names with blanks survive.
quote()
{
    printf " '%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

usage()
{
    cat <<'END'
usage: vliw-cc [GCC's options] -c FILE...            RV64 objects
       vliw-cc [GCC's options] FILE... -o PROGRAM    a VLIW executable
  -m PRESET    machine to schedule for (crusoe)
  -T SCRIPT    linker script; without one, a native test program is linked, with its runtime
  -nostdlib    no runtime even so
  -Wv,OPTION   hand OPTION to vliw-ld (-Wv,--sched=block)
  --rv FILE    keep the RV64 executable there
  -###         print the commands instead of running them
END
}

fail()
{
    echo "vliw-cc: $1" >&2
    exit 1
}

compile= inputs= linking= ld= only=link script= out= rv= standard=yes show=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    -c) only=compile ;;
    -S | -E | -M | -MM) only=$1 ;;
    -o) [ $# -gt 1 ] || fail "-o needs a file"; out=$2; shift ;;
    -m) [ $# -gt 1 ] || fail "-m needs a preset"; ld="$ld -m$(quote "$2")"; shift ;;
    -T) [ $# -gt 1 ] || fail "-T needs a script"; script=$2; shift ;;
    --rv) [ $# -gt 1 ] || fail "--rv needs a file"; rv=$2; shift ;;
    -Wv,*) ld="$ld$(quote "${1#-Wv,}")" ;;
    -nostdlib) standard= ;;
    '-###') show=yes ;;
    -Wl,* | -l* | -L*) linking="$linking$(quote "$1")" ;;
    --param | -MF | -MT | -MQ | -include | -isystem | -idirafter | -I | -D | -U | -x)
        [ $# -gt 1 ] || fail "$1 needs a value"
        compile="$compile$(quote "$1")$(quote "$2")"; shift ;;
    -march=* | -mabi=* | -mcmodel=* | -fpic | -fPIC | -fpie | -fPIE | -msave-restore | -mrelax)
        fail "$1: fixed by the chip" ;;
    -*) compile="$compile$(quote "$1")" ;;
    *) inputs="$inputs$(quote "$1")" ;;
    esac
    shift
done
[ -n "$inputs" ] || fail "no input files"

run()
{
    if [ -n "$show" ]; then
        echo "$1"
    else
        eval "$1" || exit 1
    fi
}

if [ "$only" != link ]; then
    [ "$only" = compile ] && only=-c
    run "$compiler$compile $only$inputs${out:+ -o$(quote "$out")}"
    exit 0
fi

[ -n "$out" ] || out=a.vliw
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Sources become objects first: compiling wants the chip's -march, linking the library's.
objects=
number=0
eval "set --$inputs"
for input; do
    case $input in
    *.c | *.S | *.s)
        number=$((number + 1))
        run "$compiler$compile -c$(quote "$input") -o$(quote "$work/$number.o")"
        objects="$objects$(quote "$work/$number.o")" ;;
    *) objects="$objects$(quote "$input")" ;;
    esac
done

if [ -z "$script" ]; then
    script=$runtime/native.ld
    [ -z "$standard" ] || \
        objects="$(quote "$runtime/crt0.o")$objects$(quote "$runtime/libnative.a")"
fi
[ -n "$rv" ] || rv=$work/linked
linker="$gcc $library -nostdlib $linker -T$(quote "$script")"
run "$linker$linking$objects -lgcc -o$(quote "$rv")"
run "$(quote "$here/vliw-ld")$ld$(quote "$rv") -o$(quote "$out")"
