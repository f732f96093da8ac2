#!/bin/sh
# refuse.sh BUILD WORK - one bad input after another; prints name, exit status and message of each.
build=$1 work=$2
ld=$build/bin/vliw-ld
rv=riscv64-unknown-elf-gcc
script=$build/native/native.ld

try()
{
    name=$1
    shift
    message=$("$@" 2>&1 >/dev/null)
    echo "$name: $?: $message"
}

# link NAME MARCH MABI SOURCE [options]: the source alone, with relocations
link()
{
    out=$1 march=$2 abi=$3 text=$4
    shift 4
    printf '%s\n' "$text" >"$work/$out.c"
    $rv -O1 -w -march=$march -mabi=$abi -mcmodel=medlow -mno-relax -nostdlib \
        -Wl,--no-relax,--no-warn-rwx-segments -T "$script" -e main "$@" "$work/$out.c" \
        -o "$work/$out"
}

start='int main(void) { return 0; } void exit(int x) { for (;;); }'
keep=-Wl,--emit-relocs
link compressed rv64imc lp64 "$start" $keep
link norelocs rv64im lp64 "$start"
link stripped rv64im lp64 "$start" -s
link float rv64imf lp64f 'float f(float a, float b) { return a + b; }
    float (*volatile p)(float, float) = f; int main(void) { return p(1, 2); }' $keep
link csr rv64im_zicsr lp64 '__asm__(".globl main\nmain: rdcycle a0\nbeqz a0, main\nret\n");' $keep
link auipc rv64im lp64 '__asm__(".globl main\nmain: auipc a0, 0\nbeqz a0, main\nret\n");' $keep
link falls rv64im lp64 '__asm__(".globl main\nmain: beqz a0, main\nli a0, 1\n");' $keep
link middle rv64im lp64 '__asm__(".globl main\nmain: j . + 4096\nret\nbeqz a0, main\n");' $keep
for name in compressed norelocs stripped float csr auipc falls middle; do
    try $name "$ld" "$work/$name" -o "$work/out"
done
try object "$ld" "$build/native/crt0.o" -o "$work/out"
try host "$ld" "$ld" -o "$work/out"
: >"$work/empty"
try empty "$ld" "$work/empty" -o "$work/out"
try missing "$ld" "$work/none" -o "$work/out"

printf '%s\n' 'int main(void) { return *(volatile const int *)"text"; }' >"$work/good.c"
"$build/bin/vliw-cc" "$work/good.c" -o "$work/good" --rv "$work/good.rv"
try base "$ld" "$work/good.rv" --text-base=0x40000000 -o "$work/out"
try preset "$ld" "$work/good.rv" -m nonesuch -o "$work/out"
try option "$ld" "$work/good.rv" --bogus -o "$work/out"
try mode "$ld" "$work/good.rv" --sched=fast -o "$work/out"
try march "$build/bin/vliw-cc" -march=rv64gc "$work/good.c" -o "$work/out"
try inputs "$build/bin/vliw-cc" -o "$work/out"

# Cut off at many places, and with bytes changed all over: refused or linked, never a crash.
python3 - "$ld" "$work/good.rv" "$work" <<'PYTHON'
import random, subprocess, sys
ld, path, work = sys.argv[1:]
good = open(path, "rb").read()
random.seed(1)
size = len(good)
cases = [good[:n] for n in (1, 16, 63, 64, 65, 100, 0x1000, size // 2, size - 64, size - 1)]
headers = int.from_bytes(good[40:48], "little")
for i in range(150):
    bad = bytearray(good)
    for _ in range(random.choice((1, 1, 3, 20))):
        where = random.choice((random.randrange(64), random.randrange(size),
                               random.randrange(headers, size)))
        bad[where] = random.choice((0, 1, 0x7f, 0x80, 0xff, random.randrange(256)))
    cases.append(bytes(bad))
for i, data in enumerate(cases):
    with open(work + "/bad", "wb") as f:
        f.write(data)
    run = subprocess.run([ld, work + "/bad", "-o", work + "/out"], capture_output=True, timeout=20)
    text = run.stderr.decode(errors="replace")
    clean = text.startswith("vliw-ld: ") and text.count("\n") == 1
    if run.returncode not in (0, 1) or (run.returncode == 1 and not clean):
        print(f"damaged: case {i}: status {run.returncode}: {text}")
        with open(f"{work}/bad.{i}", "wb") as f:
            f.write(data)
        break
else:
    print("damaged: no crash")
PYTHON
