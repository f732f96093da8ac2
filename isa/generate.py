#!/usr/bin/env python3
"""Make everything that knows the atoms from one description.

    generate.py --check DESCRIPTION                 only check
    generate.py --gen DIR DESCRIPTION               C sources and headers into DIR
    generate.py --reference FILE DESCRIPTION        the ISA reference, Markdown

Exit status: 0; 1 if the description has mistakes, one line each on stderr; 2 for a wrong command
line.
"""

import argparse
import hashlib
import os
import re
import sys

import gen_codec
import gen_custom
import gen_exec
import gen_facts
import gen_reference
import gen_text
from check import Checker
from description import Reader
from errors import Mistake, Report

PRIMS = ("prims.h", "packed.h", "fp.h", "fp_core.h", "fp_core.c", "fp_x87.c", "fp_sse.c")
HERE = os.path.dirname(os.path.abspath(__file__))


def isa_id(isa, prims):
    """First eight bytes of SHA-256 over the description without its prose and the primitives."""
    parts = [f"isa {isa.isa[0]} {isa.isa[1]}"]
    for r in isa.registers:
        parts.append(f"registers {r.name} {r.number} {r.shadow}")
    for kind, entries in isa.lists.items():
        parts += [f"{kind} {e.name} {e.number} {e.default} {e.access} {e.within}" for e in entries]
    for f in isa.formats.values():
        fields = " ".join(f"{x.name}:{x.width}{x.kind}" for x in f.fields)
        parts.append(f"format {f.name} {f.ext} {fields}")
    for a in isa.atoms:
        bits = f"{a.match:08x} {a.mask:08x}"
        parts.append(f"atom {a.name} {bits} {a.unit} {a.lat} {a.energy} {sorted(a.marks)} "
                     f"{' '.join(a.asm.split())} {''.join(a.do.split())}")
    for l in isa.lifts:
        parts.append(f"lift {l.number} {l.name} {l.atom} {sorted(l.places.items())}")
    code = re.sub(r"/\*.*?\*/", "", prims, flags=re.S)
    parts.append(" ".join(code.split()))
    return int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:8], "big")


def outputs(isa, prims):
    return {
        "isa.h": gen_facts.header(isa, isa_id(isa, prims)),
        "isa_facts.h": gen_facts.facts_header(isa),
        "isa_facts.c": gen_facts.facts_source(isa),
        "isa_codec.h": gen_codec.header(isa),
        "isa_codec.c": gen_codec.source(isa),
        "isa_word.h": gen_codec.words(isa),
        "isa_text.h": gen_text.header(isa),
        "isa_text.c": gen_text.source(isa),
        "isa_exec.inc": gen_exec.source(isa),
        "isa_pure.inc": gen_exec.pure(isa),
        "isa_emulate.inc": gen_exec.emulation(isa),
        "isa_intrinsics.h": gen_custom.intrinsics(isa),
        "isa_lift.h": gen_custom.lift_header(isa),
        "isa_lift.c": gen_custom.lift_source(isa),
    }


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    """An unchanged file keeps its date, so that nothing is rebuilt for it."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    options = argparse.ArgumentParser(description="Selkirk's ISA generator")
    options.add_argument("--check", action="store_true", help="only check the description")
    options.add_argument("--gen", metavar="DIR", help="write C sources and headers there")
    options.add_argument("--reference", metavar="FILE", help="write the ISA reference there")
    options.add_argument("description", help="atoms.isa")
    args = options.parse_args()
    report = Report()
    try:
        text = read(args.description)
        prims = "".join(read(os.path.join(HERE, name)) for name in PRIMS)
    except (OSError, UnicodeDecodeError) as error:
        print(f"generate.py: {args.description}: {error}", file=sys.stderr)
        return 1
    isa = Reader(report).read(args.description, text)
    Checker(isa, prims, report).run()
    files = {}
    if not report.lines:
        try:
            files = outputs(isa, prims)
        except Mistake as mistake:
            report.lines.append(str(mistake))
    for line in report.lines:
        print(line, file=sys.stderr)
    if report.lines:
        return 1
    if args.gen:
        for name, content in files.items():
            write(os.path.join(args.gen, name), content)
    if args.reference:
        write(args.reference, gen_reference.markdown(isa, isa_id(isa, prims)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
