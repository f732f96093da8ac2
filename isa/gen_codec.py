"""isa_codec.c: the tables of the decoder, and the operands of each format."""

from description import is_wide
from errors import Mistake
from gen_facts import member
from template import fill, lines


def lowest(mask):
    return (mask & -mask).bit_length() - 1


def deciding_bits(atoms):
    """The lowest run of opcode bits that all these atoms have: (shift, mask)."""
    common = ~0
    for atom in atoms:
        common &= sum(f.mask for f in atom.format.fields if f.kind == "o" and f.name != "op")
    if common == 0:
        raise Mistake(atoms[1].where, f"atom {atoms[1].name}: its format shares no opcode bits "
                                      f"with that of {atoms[0].name}, which has the same op")
    shift = lowest(common)
    return shift, (1 << lowest(~(common >> shift))) - 1


def lookup(isa):
    """For each opcode in use: shift, mask and atoms of the second step."""
    groups = {}
    for atom in isa.atoms:
        groups.setdefault(atom.fixed["op"], []).append(atom)
    found = {}
    for op, atoms in groups.items():
        shift, mask = deciding_bits(atoms) if len(atoms) > 1 else (0, 0)
        entries = {}
        for atom in atoms:
            other = entries.setdefault(atom.match >> shift & mask, atom)
            if other is not atom:
                raise Mistake(atom.where, f"atom {atom.name} can't be told from {other.name} by "
                                          f"bits {shift}..{shift + mask.bit_length() - 1}")
        found[op] = (shift, mask, entries)
    return found


def lookup_tables(isa, op_width):
    first, second = [], ["    0,"]
    found = lookup(isa)
    for op in range(1 << op_width):
        if op not in found:
            first.append("    {0, 0, 0},")
            continue
        shift, mask, entries = found[op]
        first.append(f"    {{{len(second)}, 0x{mask:x}, {shift}}},")
        for index in range(mask + 1):
            atom = entries.get(index)
            known = atom is not None and not atom.meaning.extends
            second.append(f"    ISA_{atom.name} + 1," if known else "    0,")
    return lines(first), lines(second)


def extract(form, f):
    mask = f"0x{(1 << f.width) - 1:x}"
    raw = f"word >> {f.low} & {mask}" if f.low else f"word & {mask}"
    if f.kind in "ip":
        raw = f"(int32_t)(word << {32 - f.width - f.low}) >> {32 - f.width}"
        if not is_wide(form, f):
            raw = f"(int8_t)({raw})"
    return [f"op->{member(form, f)} = {raw};"]


def insert(form, f):
    """C that ors an operand into `word`, and its field into `bad` if it doesn't fit."""
    name, mask = f"op->{member(form, f)}", (1 << f.width) - 1
    shift = f" << {f.low}" if f.low else ""
    put = f"word |= ((uint32_t){name} & 0x{mask:x}u){shift};"
    if is_wide(form, f) or f.width == 8:
        return [put]
    over = f"{name} > 0x{mask:x}"
    if f.kind in "ip":
        half = 1 << (f.width - 1)
        over = f"{name} < -{half} || {name} >= {half}"
    return [f"if ({over})", f"    bad |= 0x{f.mask:08x}u;", put]


def cases(isa, what):
    out = []
    for form in isa.formats.values():
        out.append(f"    case FORMAT_{form.name}:")
        out += [f"        {line}" for f in form.operands() for line in what(form, f)]
        out.append("        break;")
    return lines(out)


def wide_row(atom):
    form = atom.format
    for f in form.operands():
        if is_wide(form, f) and f.name not in atom.fixed and not atom.meaning.extends:
            flags = f"{str(f.kind in 'ip').lower()}, {str(form.ext == f.name).lower()}"
            yield f"    [ISA_{atom.name}] = {{{f.width}, {flags}}},"


def lim_macros(isa):
    """Without a long immediate, a match that no word has."""
    lim = next((a for a in isa.atoms if a.meaning.extends), None)
    if lim is None:
        name, mask, match, low, width = "ATOM_COUNT", 0, 1, 0, 1
    else:
        f = lim.free()[0]
        name, mask, match, low, width = lim.name, lim.mask, lim.match, f.low, f.width
    payload = (1 << width) - 1
    return lines([
        f"#define LIM_ATOM ISA_{name}",
        f"#define LIM_MASK 0x{mask:08x}u",
        f"#define LIM_MATCH 0x{match:08x}u",
        f"#define LIM_BITS {width}",
        f"#define LIM_PAYLOAD(word) ((word) >> {low} & 0x{payload:x}u)",
        f"#define LIM_WORD(payload) (((payload) & 0x{payload:x}u) << {low})",
    ])


def bits_macro(form):
    """The operands of a format, each in its field."""
    names, terms = [], []
    for f in form.operands():
        name = member(form, f)
        value = f"(uint32_t)({name})"
        if f.kind in "ip":
            value = f"({value} & 0x{(1 << f.width) - 1:x}u)"
        names.append(name)
        terms.append(f"{value} << {f.low}" if f.low else value)
    text = " | ".join(terms) if terms else "0"
    return f"#define ISA_BITS_{form.name}({', '.join(names)}) ({text})"


def bits_cases(isa):
    """C that returns the operands of an atom, each in its field."""
    out = []
    for form in isa.formats.values():
        if form.operands():
            operands = ", ".join(f"op->{member(form, f)}" for f in form.operands())
            out.append(f"    case FORMAT_{form.name}: return ISA_BITS_{form.name}({operands});")
    return lines(out)


def form_row(atom):
    """Where an atom's operands go, and whether that is all of them."""
    form, at, whole = atom.format, {}, True
    number = ("rd", 0, 0)
    lanes = {"rd": "d", "rs": "d", "ra": "a", "rb": "b", "ca": "c", "cd": "c", "imm": "imm"}
    for f in form.operands():
        name = member(form, f)
        lane = lanes.get(name, "number")
        whole = whole and lane not in at and f.kind != "v"
        at[lane] = f.low
        if lane == "imm":
            whole = whole and f.low == 0 and form.ext == f.name
            at["bits"] = f.width
        elif lane == "number":
            number = (name, f.low, (1 << f.width) - 1)
    shifts = ", ".join(str(at.get(lane, 0)) for lane in ("d", "a", "b", "c"))
    name, shift, mask = number
    return (f"    [ISA_{atom.name}] = {{0x{atom.match:08x}u, {shifts}, "
            f"offsetof(struct isa_op, {name}), {shift}, {mask}, {at.get('bits', 0)}, "
            f"{str(whole).lower()}}},")


def words(isa):
    macros = [bits_macro(form) for form in isa.formats.values() if form.operands()]
    return fill("isa_word.h", MACROS=lines(macros), LIM=lim_macros(isa))


def header(_isa):
    return fill("isa_codec.h")


def source(isa):
    op = next(iter(isa.formats.values())).field("op")
    match = [f"    [ISA_{a.name}] = 0x{a.match:08x}u," for a in isa.atoms]
    fixed = [f"    [ISA_{a.name}] = {{0x{a.mask:08x}u, 0x{a.match:08x}u, FORMAT_{a.format.name}}},"
             for a in isa.atoms]
    first, second = lookup_tables(isa, op.width)
    formats = lines(f"    FORMAT_{name}," for name in isa.formats)
    return fill("isa_codec.c", FORMATS=f"enum format {{\n{formats}\n}};", OP_LOW=op.low,
                OP_MASK=f"0x{(1 << op.width) - 1:x}", MATCH=lines(match), FIXED=lines(fixed),
                FORMS=lines(form_row(a) for a in isa.atoms),
                WIDE=lines(row for a in isa.atoms for row in wide_row(a)), FIRST=first,
                SECOND=second, EXTRACT=cases(isa, extract), INSERT=cases(isa, insert),
                BITS=bits_cases(isa))
