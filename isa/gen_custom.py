"""isa_intrinsics.h: the atoms that C can name. isa_lift.h, isa_lift.c: the way back, for vliw-ld.

The n-th atom marked `c` is the RISC-V instruction custom-0 with funct3 0 and funct7 n, or funct3 5 and funct7
n - 128. rs1 and rs2 are its sources in the order ra, rb or rs; flag registers are c0; an immediate is 0.
"""

from errors import Mistake
from gen_facts import BANNER

PLACES = ("none", "rd", "rs", "ra", "rb")


def numbered(isa):
    atoms = [a for a in isa.atoms if "c" in a.marks]
    if len(atoms) > 256:
        raise Mistake(atoms[256].where, f"atom {atoms[256].name}: no custom-0 number is left")
    return [(5 if i >= 128 else 0, i % 128, a) for i, a in enumerate(atoms)]


def sources(atom):
    return [f.name for f in atom.free() if f.name in ("ra", "rb", "rs")]


def ordered_sources(atom):
    return sorted(sources(atom), key=("ra", "rb", "rs").index)


def has_result(atom):
    return any(f.name == "rd" for f in atom.free())


def intrinsic(funct3, funct7, atom):
    args = ordered_sources(atom)
    params = ", ".join(f"uint64_t {'ab'[i]}" for i in range(len(args))) or "void"
    inputs = [("ab"[i] if i < len(args) else None) for i in range(2)]
    result = has_result(atom)
    operands = ["%0" if result else "x0"]
    next_operand = 1 if result else 0
    for i in inputs:
        operands.append(f"%{next_operand}" if i else "x0")
        next_operand += 1 if i else 0
    outs = '"=r"(result)' if result else ""
    ins = ", ".join(f'"r"({i})' for i in inputs if i)
    text = f".insn r 0x0b, {funct3}, {funct7}, {', '.join(operands)}"
    host_args = ", ".join([i or "0" for i in inputs])
    lines = [f"/* {atom.asm.strip()} */",
             f"static inline {'uint64_t' if result else 'void'} vx_{atom.name}({params})", "{"]
    lines.append("#ifdef ISA_CHIP")
    if result:
        lines.append("    uint64_t result;\n")
    lines.append(f'    __asm__ volatile("{text}" : {outs} : {ins}{clobbers(atom)});')
    if result:
        lines.append("    return result;")
    lines.append("#else")
    lines.append(f"    {'return ' if result else ''}isa_host_atom({funct3}, {funct7}, {host_args});")
    lines.append("#endif\n}\n")
    return "\n".join(lines)


def clobbers(atom):
    ordered = atom.meaning.flags & {"LOAD", "STORE", "SEQ", "COMMIT"}
    return ' : "memory"' if ordered else ""


def special(lift, atom):
    """funct7 is an operand, so a constant: a macro."""
    result = "rd" in lift.places.values()
    value = "rs1" in lift.places.values()
    name = f"vx_{lift.name}"
    params = "n, v" if value else "n"
    rd, rs1 = "%0" if result else "x0", ("%1" if value else "x0")
    number = f"%{int(result) + int(value)}"
    if value and not result:
        rs1 = "%0"
    chip_in = ('"r"((uint64_t)(v)), ' if value else "") + '"i"(n)'
    text = f".insn r 0x0b, {lift.number}, {number}, {rd}, {rs1}, x0"
    if result:
        chip = (f'__extension__({{ uint64_t vx_; __asm__ volatile("{text}" : "=r"(vx_) : {chip_in}{clobbers(atom)}); '
                "vx_; })")
    else:
        chip = f'__extension__({{ __asm__ volatile("{text}" : : {chip_in}{clobbers(atom)}); }})'
    call = f"isa_host_atom({lift.number}, (n), {'(uint64_t)(v)' if value else '0'}, 0)"
    host = call if result else f"((void){call})"
    return f"#ifdef ISA_CHIP\n#define {name}({params}) {chip}\n#else\n#define {name}({params}) {host}\n#endif\n"


def intrinsics(isa):
    out = [BANNER, """/*
 * isa_intrinsics.h - atoms for C. On the chip (compiled for RV64, lowered by vliw-ld) each is one instruction. In a
 * host build each calls isa_host_atom, which the host shim defines (isa_lift and isa_exec.inc help it).
 */
#ifndef ISA_INTRINSICS_H
#define ISA_INTRINSICS_H

#include "isa.h"

#ifdef __riscv
#define ISA_CHIP 1
#else
uint64_t isa_host_atom(unsigned funct3, unsigned funct7, uint64_t rs1, uint64_t rs2);
#endif

/* Here `n` must be a constant: SR_x, a register number, a count. */"""]
    out += [special(lift, isa.atom(lift.atom)) for lift in isa.lifts]
    out += [intrinsic(*entry) for entry in numbered(isa)]
    out.append("#endif")
    return "\n".join(out) + "\n"


LIFT_HEADER = BANNER + """
#ifndef ISA_LIFT_H
#define ISA_LIFT_H

#include "isa.h"

/* Which operand of the atom an RV register becomes. */
enum isa_lift_place { ISA_LIFT_none, ISA_LIFT_rd, ISA_LIFT_rs, ISA_LIFT_ra, ISA_LIFT_rb };

struct isa_lift_map {
    uint8_t rd, rs1, rs2; /* enum isa_lift_place */
};

/*
 * The atom that custom-0 with these function codes stands for. `op` gets every operand that funct7 or the table
 * fixes; `map` says where the RV registers go. Returns false if there is none.
 */
bool isa_lift(unsigned funct3, unsigned funct7, struct isa_op *op, struct isa_lift_map *map);

#endif
"""


def lift_source(isa):
    rows = []
    for _, _, atom in numbered(isa):
        args = ordered_sources(atom) + ["none", "none"]
        rows.append(f"    {{ISA_{atom.name}, {{ISA_LIFT_{'rd' if has_result(atom) else 'none'}, "
                    f"ISA_LIFT_{args[0]}, ISA_LIFT_{args[1]}}}}},")
    out = [BANNER, '#include "isa_lift.h"\n',
           "/* The atoms marked `c`, by custom-0 number. */\nstatic const struct {\n    uint16_t atom;\n"
           "    struct isa_lift_map map;\n} plain[] = {", *rows, "};\n",
           "bool isa_lift(unsigned funct3, unsigned funct7, struct isa_op *op, struct isa_lift_map *map)\n{",
           "    unsigned number = funct3 == 5 ? funct7 + 128 : funct7;\n",
           "    *op = (struct isa_op){0};\n    *map = (struct isa_lift_map){0};",
           "    if (funct7 > 127)\n        return false;",
           "    switch (funct3) {\n    case 0:\n    case 5:",
           "        if (number >= sizeof(plain) / sizeof(plain[0]))\n            return false;",
           "        op->atom = plain[number].atom;\n        *map = plain[number].map;\n        return true;"]
    for lift in isa.lifts:
        atom = isa.atom(lift.atom)
        out.append(f"    case {lift.number}:\n        op->atom = ISA_{lift.atom};")
        for name, place in lift.places.items():
            f = atom.format.field(name)
            target = name if f.kind in "dfrc" else "imm"
            if place in ("rd", "rs1", "rs2"):
                out.append(f"        map->{place} = ISA_LIFT_{name};")
            elif place == "f7":
                if f.kind in "df" or f.width < 7:
                    out.append(f"        if (funct7 >= {1 << min(f.width, 7)})\n            return false;")
                cast = f"(uint8_t)" if target != "imm" else ""
                out.append(f"        op->{target} = {cast}funct7;")
            else:
                out.append(f"        op->{target} = {int(place, 0)};")
        out.append("        return true;")
    out.append("    default:\n        return false;\n    }\n}")
    return "\n".join(out) + "\n"
