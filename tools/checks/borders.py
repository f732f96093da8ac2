#!/usr/bin/env python3
"""Checks the borders between Selkirk's rooms: one line for each violation, 1 if there are any.

    borders.py [--root DIR] [--sim-map FILE] [--firmware ELF]

What must hold (docs/README.md has the reasons):
  - vliw-sim/ and cms/ never include each other; both may include hidden-mem/ and what isa/
    generates.
  - cms/ includes no host header, but in cms/host/ (the host build of parts of it, for tests).
  - vliw-sim/ knows no x86 instruction and no PC device: their words don't occur in it, comments
    included.
  - an atom is defined in isa/*.isa, once; nobody numbers atoms by hand.
  - the simulator links nothing of the firmware (--sim-map), the firmware nothing of a C library
    (--firmware).
"""
import argparse
import glob
import os
import re
import struct
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "../.."))
SOURCES = (".c", ".h", ".S", ".s", ".def", ".inc")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Headers that a freestanding C compiler brings itself.
FREESTANDING = {
    "float.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
    "stdnoreturn.h",
}

# What the simulator must not speak of. Helping atoms reach it by generated code alone.
X86_WORDS = (
    # registers and tables
    r"[er][abcd]x", r"[er][sd]i", r"[er][bs]p", r"[er]ip", r"cr[0-4]", r"[gil]dtr?", r"eflags",
    r"rflags", r"a20",
    # instructions and their encoding
    r"modrm", r"sib_byte", r"opcode_0f", r"x86_op", r"insns?_def", r"cpuid", r"rdtsc", r"rdmsr",
    r"wrmsr", r"invlpg", r"lgdt", r"lidt", r"iret[dq]?", r"pushf", r"popf",
    # the PC
    r"i?8259a?", r"i?825[34]", r"i?8042", r"1[68]550a?", r"uart", r"i440fx", r"piix\d?", r"ata_",
    r"atapi", r"vga", r"vgabios", r"seabios", r"fw_cfg", r"cmos", r"rtc", r"pic", r"pit", r"apic",
    r"pci", r"ide", r"e820", r"int1[0369]h?",
)
X86_WORD = re.compile(r"\b(%s)\b" % "|".join(X86_WORDS), re.I)

# Lines that may: options and files of the command line bear QEMU's names, and mean nothing there;
# the fast engine's own variables lie in registers of the host.
X86_ALLOWED = re.compile(r'^register .* __asm__\("\w+"\);$|^OPTION\(|^       "std: |^#define (DEFAULT|DISPLAY)_BIOS "|"--vga |'
                         r'"-?(bios|vgabios)"|`?vgabios`?,')

INSN_BY_HAND = re.compile(r'(?:^\s*|[";]\s*)\.insn\s+[a-z]', re.M)
ATOM_BY_HAND = re.compile(r"^\s*#\s*define\s+(OP|ATOM|OPCODE)_\w+\s+(0x)?\d", re.M)

LIBC = re.compile(
    r"^(_*(malloc|free|calloc|realloc|printf|puts|exit|abort|sbrk|impure_ptr|libc_\w+|errno)"
    r"|_(read|write|open|close|fstat|isatty|lseek|kill|getpid)"
    r"|f?open|f?close|fwrite|fread|stdout|stderr|environ)$")


def sources(root, top):
    """Yields (path from the root, text) of every source file below root/top."""
    for folder, folders, files in os.walk(os.path.join(root, top)):
        folders.sort()
        for name in sorted(files):
            if name.endswith(SOURCES):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    yield os.path.relpath(path, root), file.read()


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def included(root, path, name):
    """What a quoted name means: it is looked for beside the file, then from the root."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return beside if os.path.exists(os.path.join(root, beside)) else os.path.normpath(name)


def check_includes(root, problems):
    for top, forbidden in (("vliw-sim", ("cms",)), ("cms", ("vliw-sim", "tools"))):
        for path, text in sources(root, top):
            firmware = top == "cms" and not path.startswith("cms/host/")
            for match in INCLUDE.finditer(text):
                where = f"{path}:{line_of(text, match.start())}"
                kind, name = match.groups()
                target = included(root, path, name)
                if target.split("/")[0] in forbidden:
                    problems.append(f"{where}: {top}/ must not include {target}")
                if firmware and kind == "<" and name not in FREESTANDING:
                    problems.append(f"{where}: firmware must not include the host header <{name}>")
                if firmware and (target.startswith("cms/host/") or name.startswith("host/")):
                    problems.append(f"{where}: only cms/host/ may include {name}")


def check_words(root, problems):
    for path, text in sources(root, "vliw-sim"):
        for number, line in enumerate(text.splitlines(), 1):
            if X86_ALLOWED.search(line):
                continue
            for match in X86_WORD.finditer(line):
                word = match.group()
                problems.append(f"{path}:{number}: the simulator must not know of `{word}`")


def check_numbers(root, problems):
    """Atoms are numbered by isa/ alone."""
    for top in ("vliw-sim", "hidden-mem", "tools", "cms"):
        for path, text in sources(root, top):
            for match in INSN_BY_HAND.finditer(text):
                problems.append(f"{path}:{line_of(text, match.end())}: .insn by hand; "
                                "use build/gen/isa_intrinsics.h")
            for match in ATOM_BY_HAND.finditer(text):
                problems.append(f"{path}:{line_of(text, match.end())}: an atom numbered by hand")


def check_description(root, problems):
    """There is one description, and it defines each atom once."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - {"build", ".git", "tests"})
        for name in sorted(files):
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.endswith(".isa") and os.path.dirname(path) != "isa":
                problems.append(f"{path}: a second description of atoms")
    defined = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(root), "isa/*.isa"))):
        here = os.path.relpath(path, root)
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = re.match(r"atom\s+([^\s$]+)\s", line)
                if match and match.group(1) in defined:
                    problems.append(f"{here}:{number}: atom {match.group(1)} is already defined "
                                    f"in {defined[match.group(1)]}")
                elif match:
                    defined[match.group(1)] = f"{here}:{number}"


def check_map(path, problems):
    """The linker's map of the simulator names every object that went in."""
    with open(path, encoding="utf-8") as file:
        loaded = set(re.findall(r"^LOAD (\S+)", file.read(), re.M))
    if not loaded:
        problems.append(f"{path}: no linker map")
    for name in sorted(loaded):
        if re.search(r"(^|/)cms/", name):
            problems.append(f"{path}: the simulator links {name}")


def symbols(path):
    """Yields (name, defined) of a little-endian ELF64 file's symbol table."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a little-endian ELF64 file")
    table, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    for at in range(table, table + size * count, size):
        header = struct.unpack_from("<IIQQQQIIQQ", data, at)
        kind, start, length, link, entry = header[1], header[4], header[5], header[6], header[9]
        if kind != 2:  # SHT_SYMTAB
            continue
        strings, = struct.unpack_from("<Q", data, table + link * size + 24)
        for symbol in range(start + entry, start + length, entry):
            name, _, _, section = struct.unpack_from("<IBBH", data, symbol)
            end = data.index(b"\0", strings + name)
            yield data[strings + name:end].decode(), section != 0


def check_firmware(path, problems):
    try:
        table = list(symbols(path))
    except (ValueError, struct.error) as error:
        problems.append(f"{path}: {error}")
        return
    if not table:
        problems.append(f"{path}: no symbol table")
    for name, defined in table:
        if name and not defined:
            problems.append(f"{path}: undefined symbol {name}")
        elif LIBC.match(name):
            problems.append(f"{path}: symbol {name} comes from a C library")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=ROOT)
    parser.add_argument("--sim-map")
    parser.add_argument("--firmware")
    args = parser.parse_args()

    problems = []
    check_includes(args.root, problems)
    check_words(args.root, problems)
    check_numbers(args.root, problems)
    check_description(args.root, problems)
    if args.sim_map:
        check_map(args.sim_map, problems)
    if args.firmware:
        check_firmware(args.firmware, problems)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
