#!/bin/sh
# same.sh BUILD [NAME...] - runs guests with gear 1 alone, with each higher gear, and with all of
# them at once from the first execution on; what is left at the end (vliw-sim --digest: registers,
# the state of the processor, all memory) must be the same.
#
# Some pages are left out, where a guest keeps what depends on when something happened and not only
# on what was executed: below a stack's pointer lie frames of interrupts, which come at commits, and
# the gears commit at other places; ticks of a clock are counted. tests/sys/guest/stale.S is not
# here: it does what a processor may answer with an old or a new TLB entry. shellcheck
# source=tests/gears/common.sh
. "$(dirname "$0")/common.sh"

# NAME  PAGES LEFT OUT (or -)  OPTIONS
guests()
{
    for program in debug faults gates hidden io limits opcodes paging real task trap triple v86 \
        vme; do
        echo "$program - --bios $build/guests/sys/$program.bin"
    done
    for program in bits checks forget loop refill remap returns smc; do
        echo "$program - --bios $build/guests/gear2/$program.bin"
    done
    for program in "$build"/bench/twice/*.elf; do
        echo "$(basename "$program" .elf) - -m 16 --guest $program --append 1"
    done
    echo "sequences - --bios $build/guests/x86/sequences.bin"
    echo "vectors - --bios $build/guests/x86/vectors.bin"
    echo "vectors-16 - --bios $build/guests/x86/vectors-16.bin"
    echo "plain - --guest $build/guests/plain.elf"
    echo "multiboot - -m 32 --kernel $build/guests/grub-program.elf --initrd $build/guests/boot.img"
    # the interrupt handler's count and stack
    echo "irq 00003|00007 --bios $build/guests/sys/irq.bin"
    echo "irq-loops 00005|00007|000f0 --bios $build/guests/gear2/irq.bin"
    # cycles that it has measured, and where it computes with them
    echo "fast 00007|00008 --bios $build/guests/sys/fast.bin"
    # SeaBIOS: data area with the clock, stacks, variables and stacks of its threads
    echo "boot 00000|00006|00007|00012|000ee|02fe.|02ff. --hda $build/guests/boot.img --read-only"
}

# Lines of the digest that are compared
kept() # digest, pages left out
{
    if [ "$2" = - ]; then
        cat "$1"
    else
        grep -v -E "^all|^page ($2)000" "$1"
    fi
}

run() # where to, pages left out, options
{
    to=$1 without=$2
    shift 2
    status=0
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$sim" --serial none --digest "$work/digest" "$@" \
        >/dev/null 2>"$work/log" </dev/null || status=$?
    { echo "status $status"; kept "$work/digest" "$without"; } >"$to"
}

count=0
guests >"$work/guests"
while read -r name without options; do
    [ $# -eq 0 ] || echo " $* " | grep -q " $name " || continue
    # shellcheck disable=SC2086
    run "$work/first" "$without" --gear 1 $options
    for gear in $(seq 2 "$highest") eager; do
        more="--gear $gear"
        [ "$gear" != eager ] || more=$eager
        # shellcheck disable=SC2086
        run "$work/other" "$without" $more $options
        if ! cmp -s "$work/first" "$work/other"; then
            echo "$name: gear 1 and ($more) leave different things behind"
            diff "$work/first" "$work/other" | head -n 20
            exit 1
        fi
    done
    count=$((count + 1))
done <"$work/guests"
echo "$count guests, the same state under $highest gears"
