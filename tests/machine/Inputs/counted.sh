#!/bin/sh
# counted.sh SIMULATOR BUILD ROOT DIR - runs that between them make every counter of the firmware
# count, each leaving its statistics in DIR; then the names of those that have not counted.
simulator=$1 build=$2 root=$3 dir=$4 serial=none
run()
{
    name=$1
    shift
    $simulator -m 16 -serial $serial -max-cycles 3000000000 "$@" \
        -stats "$dir/$name.json" >"$dir/$name.log" 2>&1
    grep -q '^---- .*(exit status [01])' "$dir/$name.log" || cat "$dir/$name.log"
}

for program in debug fast faults fpu gates hidden io irq limits opcodes paging real stale task v86 \
    vme; do
    run $program -bios "$build/guests/sys/$program.bin" -o cms.gear2.threshold=1 -o sbuf.entries=4
done
for program in opcodes limits real io; do
    run $program.unpatched -bios "$build/guests/sys/$program.bin" -o cms.gear2.threshold=1 \
        -o cms.opt.patches=0
done
for program in checks loop remap; do
    run $program -bios "$build/guests/gear2/$program.bin" -o cms.gear2.max_faults=1
done
"$build/bin/loops-make" -n 60 >"$dir/cases" 2>"$dir/log"
# shellcheck disable=SC2046
run loops -m 64 -kernel "$build/guests/gears/runner.elf" -initrd "$dir/cases" \
    -o cms.gear2.max_faults=1 $("$root/tests/gears/eager.sh" "$build")
run refill -bios "$build/guests/gear2/refill.bin" -o tlb.entries=16
run turn -bios "$build/guests/gear3/turn.bin" -o cms.gear3.threshold=1 -o cms.gear3.period=20 \
    -o cms.smc.hot_writes=1000000
run bits -bios "$build/guests/gear2/bits.bin" -o cms.gear3.threshold=1 -o cms.gear3.period=5
for program in patch returns smc; do
    run $program -bios "$build/guests/gear2/$program.bin"
done
run unchecked -bios "$build/guests/gear2/smc.bin" -o cms.smc.self_check=off
run evicted -hda "$build/guests/boot.img" -read-only -o cms.tcache.kib=64
run unpatched -hda "$build/guests/boot.img" -read-only -o cms.opt.patches=0
echo program | tr '\n' '\r' >"$dir/keys"
serial=stdio
run floppy -fda "$build/guests/floppy.img" -boot a -snapshot <"$dir/keys"
serial=none
run write -hda "$build/guests/write.img" -snapshot -vga std
run reset -hda "$build/guests/reset.img" -snapshot
run mouse -hda "$build/guests/mouse.img" -read-only -script "$root/tests/io/Inputs/mouse.script"
gcc -m32 -c -I"$root" -o "$dir/rest.o" "$root/tests/machine/Inputs/rest.S"
ld -m elf_i386 --oformat binary -T "$root/tests/sys/guest/bios.ld" -o "$dir/rest.bios" "$dir/rest.o"
run rest -bios "$dir/rest.bios" -o cms.longrun=1 -o cms.longrun.us=1000 \
    -o fault.unit=l2 -o fault.cycle=40000000
awk -f "$root/tests/machine/Inputs/counted.awk" "$dir"/*.json
