"""isa_text.h, isa_text.c: the tables of the printer and parser."""

from description import is_wide
from template import c_string, fill, lines


def operands(isa):
    """Every operand name with its field and whether it lives in `imm`, in order of appearance."""
    found = {}
    for form in isa.formats.values():
        for f in form.operands():
            found.setdefault(f.name, (f, is_wide(form, f)))
    return found


def operand_row(name, f, wide):
    if wide:
        low, high = 0, 0
    elif f.kind in "ip":
        low, high = -(1 << (f.width - 1)), (1 << (f.width - 1)) - 1
    else:
        low, high = 0, (1 << f.width) - 1
    place = f"offsetof(struct isa_op, {'imm' if wide else name})"
    return f"    {{KIND_{f.kind}, {place}, {str(wide).lower()}, {low}, {high}}},"


def pattern_text(atom, numbers):
    """The operands' part of the assembly string; an operand is the byte of its number + 1."""
    text = c_string(atom.asm.strip()[len(atom.mnemonic):])
    for f in atom.free():
        text = text.replace("{" + f.name + "}", f"\\{numbers[f.name] + 1:03o}")
    return text


def header(isa):
    return fill("isa_text.h", OPERANDS=lines(f"    ISA_OPERAND_{name}," for name in operands(isa)))


def source(isa):
    table = operands(isa)
    numbers = {name: i for i, name in enumerate(table)}
    rows = [operand_row(name, f, wide) for name, (f, wide) in table.items()]
    patterns = [f"    [ISA_{a.name}] = {{{c_string(a.mnemonic)}, {pattern_text(a, numbers)}}},"
                for a in isa.atoms]
    order = sorted((a for a in isa.atoms if not a.meaning.extends), key=lambda a: a.mnemonic)
    return fill("isa_text.c", OPERANDS=lines(rows), PATTERNS=lines(patterns),
                BY_MNEMONIC=lines(f"    ISA_{a.name}," for a in order))
