#!/usr/bin/env python3
"""Checks the borders between Selkirk's rooms; prints one line for each violation and ends with 1 if there are any.

    borders.py [--root DIR] [--sim-map FILE] [--firmware ELF]

What must hold (docs/README.md has the reasons):
  - vliw-sim/ and cms/ never include each other; both may include hidden-mem/ and what isa/ generates.
  - cms/ includes no host header, but in cms/host/ (the host build of parts of it, for tests).
  - vliw-sim/ knows no x86 instruction and no PC device: their words do not occur in it, comments included.
  - an atom is defined in isa/atoms.isa and nowhere else; nobody numbers atoms by hand.
  - the simulator links nothing of the firmware (--sim-map), the firmware nothing of a C library (--firmware).
"""
import argparse
import os
import re
import struct
import sys

SOURCES = (".c", ".h", ".S", ".s", ".def", ".inc")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Headers that a freestanding C compiler brings itself.
FREESTANDING = {
    "stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h", "stdalign.h", "stdnoreturn.h", "float.h",
}

# Words of x86 instructions and of PC devices. Helping atoms reach the simulator by generated code alone.
X86_WORDS = re.compile(
    r"\b(modrm|sib_byte|eflags|rflags|e?flags_register|[er][abcd]x|[er][sd]i|[er][bs]p|[er]ip|cr[0-4]|[gil]dtr?|tr6"
    r"|cpuid|rdtsc|rdmsr|wrmsr|invlpg|lgdt|lidt|iret[dq]?|pushf|popf|opcode_0f|x86_op|insns?_def"
    r"|i?8259a?|i?825[34]|i?8042|1[68]550a?|uart|i440fx|piix\d?|ata_|atapi|vga|vgabios|seabios|fw_cfg|cmos|rtc|pic|pit"
    r"|apic|pci|ide|e820|int1[0369]h?|a20)\b",
    re.I,
)
# Lines that may use such a word: files and options of the command line bear QEMU's names, and mean nothing there.
X86_ALLOWED = re.compile(r'^OPTION\(|^#define DEFAULT_BIOS "|"-?(bios|vgabios)"|`?vgabios`?,')

LIBC = re.compile(r"^(_*(malloc|free|calloc|realloc|printf|puts|exit|abort|sbrk|impure_ptr|libc_\w+|errno)|_(read|write|"
                  r"open|close|fstat|isatty|lseek|kill|getpid)|f?open|f?close|fwrite|fread|stdout|stderr|environ)$")


def sources(root, top):
    for folder, folders, files in os.walk(os.path.join(root, top)):
        folders.sort()
        for name in sorted(files):
            if name.endswith(SOURCES):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, root), open(path, encoding="utf-8", errors="replace").read()


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_includes(root, problems):
    for top, forbidden in (("vliw-sim", ("cms",)), ("cms", ("vliw-sim", "tools"))):
        for path, text in sources(root, top):
            for match in INCLUDE.finditer(text):
                where = f"{path}:{line_of(text, match.start())}"
                kind, name = match.groups()
                # A quoted name is looked for beside the file first; then it counts from the root.
                beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
                target = beside if os.path.exists(os.path.join(root, beside)) else os.path.normpath(name)
                head = target.split("/")[0]
                if head in forbidden:
                    problems.append(f"{where}: {top}/ must not include {target}")
                if top == "cms" and not path.startswith("cms/host/"):
                    if kind == "<" and name not in FREESTANDING:
                        problems.append(f"{where}: firmware must not include the host header <{name}>")
                    if target.startswith("cms/host/") or name.startswith("host/"):
                        problems.append(f"{where}: only cms/host/ may include {name}")


def check_words(root, problems):
    for path, text in sources(root, "vliw-sim"):
        for number, line in enumerate(text.splitlines(), 1):
            if X86_ALLOWED.search(line):
                continue
            for match in X86_WORDS.finditer(line):
                problems.append(f"{path}:{number}: the simulator must not know of `{match.group()}`")


def check_atoms(root, problems):
    """Atoms are numbered by isa/ alone: no .insn and no second `atom NAME` line outside of it."""
    for top in ("vliw-sim", "hidden-mem", "tools", "cms"):
        for path, text in sources(root, top):
            for match in re.finditer(r"(?:^\s*|[\";]\s*)\.insn\s+[a-z]", text, re.M):
                problems.append(f"{path}:{line_of(text, match.end())}: .insn by hand; "
                                "use build/gen/isa_intrinsics.h")
            for match in re.finditer(r"^\s*#\s*define\s+(OP|ATOM|OPCODE)_\w+\s+(0x)?\d", text, re.M):
                problems.append(f"{path}:{line_of(text, match.start())}: an atom numbered by hand")
    for folder, _, files in os.walk(root):
        if os.path.relpath(folder, root).split("/")[0] in ("build", ".git", "tests"):
            continue
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.endswith(".isa") and path != "isa/atoms.isa":
                problems.append(f"{path}: a second description of atoms")
    names = {}
    path = os.path.join(root, "isa/atoms.isa")
    if os.path.exists(path):
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            match = re.match(r"atom\s+(\S+)", line)
            if match and "$" not in match.group(1):
                if match.group(1) in names:
                    problems.append(f"isa/atoms.isa:{number}: atom {match.group(1)} is already defined in line "
                                    f"{names[match.group(1)]}")
                names[match.group(1)] = number


def check_map(path, problems):
    """The linker's map of the simulator names every object that went in."""
    loaded = set(re.findall(r"^LOAD (\S+)", open(path).read(), re.M))
    if not loaded:
        problems.append(f"{path}: no linker map")
    for name in sorted(loaded):
        if re.search(r"(^|/)cms/", name):
            problems.append(f"{path}: the simulator links {name}")


def symbols(path):
    """Yields (name, defined) of a little-endian ELF64 file's symbol table."""
    data = open(path, "rb").read()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a little-endian ELF64 file")
    offset, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    for i in range(count):
        _, kind, _, _, start, length, link, _, _, entry = struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size)
        if kind != 2:
            continue
        strings, = struct.unpack_from("<Q", data, offset + link * size + 24)
        for at in range(start + entry, start + length, entry):
            name, info, _, section = struct.unpack_from("<IBBH", data, at)
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
    parser.add_argument("--root", default=os.path.normpath(os.path.join(os.path.dirname(__file__), "../..")))
    parser.add_argument("--sim-map")
    parser.add_argument("--firmware")
    args = parser.parse_args()

    problems = []
    check_includes(args.root, problems)
    check_words(args.root, problems)
    check_atoms(args.root, problems)
    if args.sim_map:
        check_map(args.sim_map, problems)
    if args.firmware:
        check_firmware(args.firmware, problems)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
