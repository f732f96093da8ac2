"""isa_intrinsics.h: the atoms that C can name. isa_lift.h, isa_lift.c: the way back, for vliw-ld.

The n-th atom marked `c` is the RISC-V instruction custom-0 with funct3 0 and funct7 n, or funct3 5
and funct7 n - 128. rs1 and rs2 are its sources in the order ra, rb or rs; flag registers are c0; an
immediate is 0.
"""

from errors import Mistake
from template import fill, lines

ORDER = ("ra", "rb", "rs")


def numbered(isa):
    atoms = [a for a in isa.atoms if "c" in a.marks]
    if len(atoms) > 256:
        raise Mistake(atoms[256].where, f"atom {atoms[256].name}: no custom-0 number is left")
    return [(5 if i >= 128 else 0, i % 128, a) for i, a in enumerate(atoms)]


def sources(atom):
    return sorted((f.name for f in atom.free() if f.name in ORDER), key=ORDER.index)


def has_result(atom):
    return any(f.name == "rd" for f in atom.free())


def clobbers(atom):
    ordered = atom.meaning.flags & {"LOAD", "STORE", "SEQ", "COMMIT"}
    return ' : "memory"' if ordered else ""


def insn(funct3, funct7, operands):
    return f'".insn r 0x0b, {funct3}, {funct7}, {", ".join(operands)}"'


def intrinsic(funct3, funct7, atom):
    args = ["a", "b"][:len(sources(atom))]
    result = has_result(atom)
    places = ["%0"] if result else ["x0"]
    places += [f"%{i + result}" for i in range(len(args))] + ["x0"] * (2 - len(args))
    outs = '"=r"(result)' if result else ""
    ins = ", ".join(f'"r"({name})' for name in args)
    call = f"isa_host_atom({funct3}, {funct7}, {', '.join(args + ['0'] * (2 - len(args)))})"
    params = ", ".join(f"uint64_t {name}" for name in args) or "void"
    text = insn(funct3, funct7, places)
    return lines([
        f"/* {atom.asm.strip()} */",
        f"static inline {'uint64_t' if result else 'void'} vx_{atom.name}({params})",
        "{",
        "#ifdef ISA_CHIP",
        *(["    uint64_t result;", ""] if result else []),
        f"    __asm__ volatile({text} : {outs} : {ins}{clobbers(atom)});",
        *(["    return result;"] if result else []),
        "#else",
        f"    {'return ' if result else ''}{call};",
        "#endif",
        "}",
        "",
    ])


def special(lift, atom):
    """funct7 is an operand, so a constant: a macro."""
    result = "rd" in lift.places.values()
    value = "rs1" in lift.places.values()
    places = ["%0" if result else "x0", f"%{int(result)}" if value else "x0", "x0"]
    text = insn(lift.number, f"%{int(result) + int(value)}", places)
    ins = ('"r"((uint64_t)(v)), ' if value else "") + '"i"(n)' + clobbers(atom)
    call = f"isa_host_atom({lift.number}, (n), {'(uint64_t)(v)' if value else '0'}, 0)"
    head = f"#define vx_{lift.name}({'n, v' if value else 'n'})"
    if result:
        chip = [f"{head} \\",
                "    __extension__({ \\",
                "        uint64_t vx_; \\",
                f'        __asm__ volatile({text} : "=r"(vx_) : {ins}); \\',
                "        vx_; \\",
                "    })"]
    else:
        chip = [f"{head} __extension__({{ __asm__ volatile({text} : : {ins}); }})"]
        call = f"((void){call})"
    return lines(["#ifdef ISA_CHIP", *chip, "#else", f"{head} {call}", "#endif", ""])


def intrinsics(isa):
    specials = [special(lift, isa.atom(lift.atom)) for lift in isa.lifts]
    atoms = [intrinsic(*entry) for entry in numbered(isa)]
    return fill("isa_intrinsics.h", SPECIAL=lines(specials).rstrip(), ATOMS=lines(atoms).rstrip())


def plain_row(atom):
    rd = "rd" if has_result(atom) else "none"
    rs1, rs2 = (sources(atom) + ["none", "none"])[:2]
    return f"    {{ISA_{atom.name}, {{ISA_LIFT_{rd}, ISA_LIFT_{rs1}, ISA_LIFT_{rs2}}}}},"


def special_case(lift, atom):
    yield f"    case {lift.number}:"
    yield f"        op->atom = ISA_{lift.atom};"
    for name, place in lift.places.items():
        f = atom.format.field(name)
        narrow = f.kind in "dfrc"
        target = f"op->{name}" if narrow else "op->imm"
        if place in ("rd", "rs1", "rs2"):
            yield f"        map->{place} = ISA_LIFT_{name};"
        elif place == "f7":
            if f.width < 7:
                yield f"        if (funct7 >= {1 << f.width})"
                yield "            return false;"
            yield f"        {target} = {'(uint8_t)' if narrow else ''}funct7;"
        else:
            yield f"        {target} = {int(place, 0)};"
    yield "        return true;"


def lift_header(_isa):
    return fill("isa_lift.h")


def lift_source(isa):
    cases = [line for l in isa.lifts for line in special_case(l, isa.atom(l.atom))]
    return fill("isa_lift.c", PLAIN=lines(plain_row(atom) for _, _, atom in numbered(isa)),
                SPECIAL=lines(cases))
