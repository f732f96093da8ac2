"""isa_codec.h, isa_codec.c: words to operands and back.

Decoding looks an atom up in two steps, by the opcode and then by the bits that all atoms of that opcode use to tell
themselves apart, and believes it only if every fixed bit is as it must be: an undefined word is never taken for
something.
"""

from description import is_wide
from errors import Mistake
from gen_facts import BANNER, member

HEADER = BANNER + """
#ifndef ISA_CODEC_H
#define ISA_CODEC_H

#include "isa.h"

/*
 * Decode the atom in `word`. `next` is the word after it, or NULL if there is none; it is looked at only when `word`
 * doesn't end its bundle and can take a long immediate. Returns the words consumed, 1 or 2, or 0 if the word is
 * undefined (a long immediate by itself is). Bit 31 of the last word consumed is the stop bit.
 */
int isa_decode(uint32_t word, const uint32_t *next, struct isa_op *op);

/*
 * Encode an atom into `out`; `stop` ends the bundle. A long immediate is added if `imm` needs it or `long_imm` is
 * set. Members that the atom has no operand for are ignored. Returns the words written, 1 or 2, or 0 if an operand is
 * out of range.
 */
int isa_encode(const struct isa_op *op, bool stop, uint32_t out[2]);

/* Does `value` fit the atom's own immediate field, without a long immediate? */
bool isa_imm_fits(unsigned atom, int64_t value);

/* Does `value` fit at all? */
bool isa_imm_encodable(unsigned atom, int64_t value);

#endif
"""


def lowest(mask):
    return (mask & -mask).bit_length() - 1


def subtables(isa):
    """For each opcode: (shift, mask, entries) of its second lookup."""
    groups = {}
    for atom in isa.atoms:
        groups.setdefault(atom.fixed["op"], []).append(atom)
    op_field = next(iter(isa.formats.values())).field("op")
    tables = {}
    for op, atoms in sorted(groups.items()):
        common = ~0
        for atom in atoms:
            common &= sum(f.mask for f in atom.format.fields if f.kind == "o" and f.name != "op")
        if len(atoms) == 1:
            tables[op] = (0, 0, {0: atoms[0]})
            continue
        if common == 0:
            raise Mistake(atoms[1].where, f"atom {atoms[1].name}: its format shares no opcode bits with that of "
                                          f"{atoms[0].name}, which has the same op")
        shift = lowest(common)
        while not common >> shift & 1:
            shift += 1
        width = 0
        while common >> (shift + width) & 1:
            width += 1
        mask = (1 << width) - 1
        entries = {}
        for atom in atoms:
            index = atom.match >> shift & mask
            if index in entries:
                raise Mistake(atom.where, f"atom {atom.name} can't be told from {entries[index].name} "
                                          f"by bits {shift}..{shift + width - 1}")
            entries[index] = atom
        tables[op] = (shift, mask, entries)
    return tables, op_field


def extract(f, form):
    raw = f"word >> {f.low} & 0x{(1 << f.width) - 1:x}" if f.low else f"word & 0x{(1 << f.width) - 1:x}"
    if f.kind in "ip":
        left = 32 - f.width - f.low
        value = f"(int32_t)(word << {left}) >> {32 - f.width}"
        return f"op->{member(form, f)} = {'(int8_t)(' + value + ')' if not is_wide(form, f) else value};"
    if is_wide(form, f):
        return f"op->imm = {raw};"
    return f"op->{f.name} = {raw};"


def insert(f, form):
    """C lines that or an operand into `word`, and its field into `bad` if it doesn't fit."""
    name, mask = f"op->{member(form, f)}", (1 << f.width) - 1
    shifted = f" << {f.low}" if f.low else ""
    if is_wide(form, f):
        return f"word |= ((uint32_t)op->imm & 0x{mask:x}u){shifted};"
    if f.kind in "ip":
        half = 1 << (f.width - 1)
        over = f"{name} < -{half} || {name} >= {half}"
    else:
        over = f"{name} > 0x{mask:x}"
    check = f"if ({over})\n            bad |= 0x{f.mask:08x}u;\n        " if f.width < 8 else ""
    return f"{check}word |= ((uint32_t){name} & 0x{mask:x}u){shifted};"


def case_lines(isa, what):
    out = []
    for form in isa.formats.values():
        out.append(f"    case FORMAT_{form.name}:")
        out += [f"        {what(f, form)}" for f in form.operands()]
        out.append("        break;")
    return out


def imm_rows(isa):
    rows = []
    for atom in isa.atoms:
        form = atom.format
        f = next((f for f in form.operands() if is_wide(form, f) and f.name not in atom.fixed), None)
        if f is None or atom.meaning.extends:
            continue
        signed = int(f.kind in "ip")
        ext = int(form.ext == f.name)
        rows.append(f"    [ISA_{atom.name}] = {{{f.width}, {f.low}, {signed}, {ext}}},")
    return rows


def source(isa):
    tables, op_field = subtables(isa)
    lim = next((a for a in isa.atoms if a.meaning.extends), None)
    lim_field = lim.free()[0] if lim else None
    out = [BANNER, '#include "isa_codec.h"\n',
           "enum isa_format { " + ", ".join("FORMAT_" + n for n in isa.formats) + " };\n",
           "/* Bits that are fixed, and how. */\nstatic const struct {\n    uint32_t mask, match;\n    uint8_t format;\n"
           "} isa_bits[ISA_ATOM_COUNT] = {"]
    for a in isa.atoms:
        out.append(f"    [ISA_{a.name}] = {{0x{a.mask:08x}u, 0x{a.match:08x}u, FORMAT_{a.format.name}}},")
    out.append("};\n")
    out.append("/* The wide operand, which struct isa_op holds in `imm`. */\nstatic const struct {\n"
               "    uint8_t width, low;\n    bool is_signed, extends;\n} isa_wide[ISA_ATOM_COUNT] = {")
    out += imm_rows(isa) + ["};\n"]
    second, rows = [], []
    for op in range(1 << op_field.width):
        if op not in tables:
            rows.append("    {0, 0, 0},")
            continue
        shift, mask, entries = tables[op]
        rows.append(f"    {{{len(second) + 1}, {shift}, 0x{mask:x}}},")
        for index in range(mask + 1):
            atom = entries.get(index)
            second.append(f"ISA_{atom.name} + 1" if atom and atom is not lim else "0")
    out.append("/* By opcode: where its atoms begin in isa_second (0: nowhere), and the bits that choose among them. */")
    out.append("static const struct {\n    uint16_t first;\n    uint8_t shift, mask;\n} isa_first[] = {")
    out += rows + ["};\n", "/* Number of the atom + 1; 0 is undefined. */\nstatic const uint16_t isa_second[] = {\n    0,"]
    out += [f"    {entry}," for entry in second] + ["};\n"]
    op_expr = f"word >> {op_field.low} & 0x{(1 << op_field.width) - 1:x}"
    out.append("int isa_decode(uint32_t word, const uint32_t *next, struct isa_op *op)\n{")
    out.append(f"    unsigned code = {op_expr};")
    out.append("    unsigned index = isa_first[code].first + (word >> isa_first[code].shift & isa_first[code].mask);")
    out.append("    unsigned atom = isa_second[index];\n")
    out.append("    if (atom == 0 || (word & isa_bits[atom - 1].mask) != isa_bits[atom - 1].match)\n        return 0;")
    out.append("    *op = (struct isa_op){.atom = (uint16_t)(atom - 1)};\n    switch (isa_bits[atom - 1].format) {")
    out += case_lines(isa, extract)
    out.append("    }")
    if lim:
        low, width = lim_field.low, lim_field.width
        mask = lim.mask
        out.append(f"    if (!isa_wide[atom - 1].extends || (word & ISA_STOP) || !next || "
                   f"(*next & 0x{mask:08x}u) != 0x{lim.match:08x}u)\n        return 1;")
        out.append(f"    op->imm = (int64_t)((uint64_t)(*next >> {low} & 0x{(1 << width) - 1:x}) << (64 - {width})) >> "
                   f"(64 - {width} - isa_wide[atom - 1].width) |")
        out.append("              (op->imm & ((1ll << isa_wide[atom - 1].width) - 1));")
        out.append("    op->long_imm = true;\n    return 2;\n}\n")
    else:
        out.append("    (void)next;\n    return 1;\n}\n")
    out += encode_lines(isa, lim, lim_field)
    return "\n".join(out) + "\n"


def encode_lines(isa, lim, lim_field):
    extra = lim_field.width if lim else 0
    out = [f"""static bool fits(int64_t value, unsigned bits, bool is_signed)
{{
    if (!is_signed)
        return value >= 0 && value < 1ll << bits;
    return value >= -(1ll << (bits - 1)) && value < 1ll << (bits - 1);
}}

bool isa_imm_fits(unsigned atom, int64_t value)
{{
    if (atom >= ISA_ATOM_COUNT || isa_wide[atom].width == 0)
        return false;
    return fits(value, isa_wide[atom].width, isa_wide[atom].is_signed);
}}

bool isa_imm_encodable(unsigned atom, int64_t value)
{{
    if (isa_imm_fits(atom, value))
        return true;
    return atom < ISA_ATOM_COUNT && isa_wide[atom].extends && fits(value, isa_wide[atom].width + {extra}, true);
}}

int isa_encode(const struct isa_op *op, bool stop, uint32_t out[2])
{{
    uint32_t word = 0, end = stop ? ISA_STOP : 0;
    uint32_t bad = 0;
    unsigned atom = op->atom;

    if (atom >= ISA_ATOM_COUNT{" || atom == ISA_" + lim.name if lim else ""})
        return 0;
    switch (isa_bits[atom].format) {{"""]
    for form in isa.formats.values():
        if lim and form is lim.format and all(a.format is not form or a is lim for a in isa.atoms):
            continue
        out.append(f"    case FORMAT_{form.name}:")
        out += [f"        {insert(f, form)}" for f in form.operands()]
        out.append("        break;")
    out.append("""    }
    if (bad & ~isa_bits[atom].mask)
        return 0;
    word = (word & ~isa_bits[atom].mask) | isa_bits[atom].match;
    if (isa_wide[atom].width == 0 || (isa_imm_fits(atom, op->imm) && !(op->long_imm && isa_wide[atom].extends))) {
        out[0] = word | end;
        return 1;
    }""")
    if lim:
        out.append(f"""    if (!isa_imm_encodable(atom, op->imm))
        return 0;
    out[0] = word;
    out[1] = ((uint32_t)(op->imm >> isa_wide[atom].width) & 0x{(1 << lim_field.width) - 1:x}u) << {lim_field.low} | 0x{lim.match:08x}u | end;
    return 2;
}}""")
    else:
        out.append("    return 0;\n}")
    return out
