"""isa_text.h, isa_text.c: the tables of the printer and parser; their code is text.c.in."""

import os

from description import is_wide
from gen_facts import BANNER, c_string

HERE = os.path.dirname(os.path.abspath(__file__))


def operands(isa):
    """Every operand name with its field, in order of appearance; wide ones share the member `imm`."""
    found = {}
    for form in isa.formats.values():
        for f in form.operands():
            if f.name not in found:
                found[f.name] = (f, is_wide(form, f))
    return found


def pattern_text(atom, numbers):
    text = atom.asm.strip()[len(atom.mnemonic):]
    for f in atom.free():
        text = text.replace("{" + f.name + "}", chr(numbers[f.name] + 1))
    quoted = "".join(f'\\{ord(c):03o}' if ord(c) < 32 else c for c in text)
    return '"' + quoted.replace('"', '\\"') + '"'


def tables(isa):
    table = operands(isa)
    numbers = {name: i for i, name in enumerate(table)}
    out = ["static const struct {\n    uint8_t kind, offset;\n    bool wide;\n    int16_t low, high;\n"
           "} operands[ISA_OPERAND_COUNT] = {"]
    for name, (f, wide) in table.items():
        place = "imm" if wide else name
        if f.kind in "ip" and not wide:
            low, high = -(1 << (f.width - 1)), (1 << (f.width - 1)) - 1
        else:
            low, high = 0, 0 if wide else (1 << f.width) - 1
        out.append(f"    {{KIND_{f.kind}, offsetof(struct isa_op, {place}), {str(wide).lower()}, {low}, {high}}},")
    out.append("};\n")
    out.append("static const struct {\n    const char *mnemonic, *operands;\n} patterns[ISA_ATOM_COUNT] = {")
    for a in isa.atoms:
        out.append(f"    [ISA_{a.name}] = {{{c_string(a.mnemonic)}, {pattern_text(a, numbers)}}},")
    out.append("};\n")
    out.append("static const uint16_t by_mnemonic[] = {")
    for a in sorted(isa.atoms, key=lambda atom: atom.mnemonic.encode()):
        if not a.meaning.extends:
            out.append(f"    ISA_{a.name},")
    out.append("};")
    return "\n".join(out)


def fill(name, values):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        text = f.read()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def header(isa):
    names = "\n".join(f"    ISA_OPERAND_{name}," for name in operands(isa))
    return fill("text.h.in", {"BANNER": BANNER.strip(),
                              "OPERANDS": f"enum isa_operand {{\n{names}\n    ISA_OPERAND_COUNT\n}};"})


def source(isa):
    return fill("text.c.in", {"BANNER": BANNER.strip(), "TABLES": tables(isa)})
