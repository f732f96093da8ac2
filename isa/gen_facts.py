"""isa.h, isa_facts.h, isa_facts.c: names, numbers, decoded operands, scheduler facts."""

from description import is_wide
from template import c_string, fill, lines

FLAGS = (
    ("LOAD", "reads memory"),
    ("STORE", "writes memory"),
    ("GUEST", "through the TLB: guest memory or ports"),
    ("PORT", "guest port space"),
    ("BRANCH", "control transfer"),
    ("COND", "... that may fall through"),
    ("INDIRECT", "... to an address from a register"),
    ("LINK", "... that leaves the next bundle's address behind"),
    ("TRAP", "may trap"),
    ("SEQ", "ordered with every memory access and every other such atom"),
    ("COMMIT", "commits"),
    ("ROLLBACK", "rolls back"),
    ("SR_READ", "reads a special register"),
    ("SR_WRITE", "writes a special register"),
    ("GREG_READ", "reads one of r1..r8 by a number in a register"),
    ("GREG_WRITE", "writes one of r1..r8 by a number in a register"),
    ("READS_RD", "rd is also a source"),
    ("READS_CD", "cd is also a source"),
    ("READS_FD", "fd is also a source"),
    ("DISMISS", "a load that gives 0 where it would trap"),
    ("PROTECT", "protects what it reads with an alias register"),
    ("CHECK", "checks alias registers"),
    ("FENV", "works under the floating-point control registers and raises exceptions"),
    ("LIM", "the long immediate: part of the atom before it"),
    ("X86", "helping atom for x86"),
)
LISTS = (
    ("unit", "UNIT", "isa_unit"),
    ("latency", "LAT", "isa_latency"),
    ("energy", "EN", "isa_energy"),
    ("cause", "CAUSE", "isa_cause"),
    ("phase", "PHASE", "isa_phase"),
    ("stall", "STALL", "isa_stall"),
    ("condition", "COND", "isa_condition"),
)


OPERAND_ORDER = ("rd", "rs", "ra", "rb", "ca", "cd", "fd", "fs", "fa", "fb")


def enum(tag, prefix, names, numbers=None, count="COUNT"):
    numbers = numbers or range(len(names))
    rows = [f"    {prefix}_{name} = {number}," for name, number in zip(names, numbers)]
    rows.append(f"    {prefix}_{count} = {max(numbers, default=-1) + 1}")
    return lines([f"enum {tag} {{", *rows, "};\n"])


def config_names(isa):
    return (isa.names("config") + ["UNIT_" + n for n in isa.names("unit")]
            + ["LAT_" + n for n in isa.names("latency")])


def config_texts(isa):
    return ([e.text for e in isa.lists["config"]]
            + [f"how many: {e.text}" for e in isa.lists["unit"]]
            + [f"cycles: {e.text}" for e in isa.lists["latency"]])


def members(isa):
    """The narrow operands with their C types; one name is one member of struct isa_op."""
    found = {}
    for form in isa.formats.values():
        for f in form.operands():
            if not is_wide(form, f):
                found[f.name] = "int8_t" if f.kind in "ip" else "uint8_t"
    return found


def member(form, f):
    return "imm" if is_wide(form, f) else f.name


def effect_bits(isa):
    """Registers that an atom may read or write through its operands, numbered."""
    names = {f.name for form in isa.formats.values() for f in form.operands() if f.kind in "dfv"}
    order = [n for n in OPERAND_ORDER if n in names]
    bits = [f"READ_{n.upper()}" for n in order]
    bits += [f"WRITE_{n.upper()}" for n in order if n in ("rd", "cd", "fd")]
    return {name: i for i, name in enumerate(bits)}


def register_lines(isa):
    for r in isa.registers:
        up = r.name.upper()
        yield f"#define ISA_{up}_COUNT {r.number}"
        yield f"#define ISA_SHADOW_{up}_FIRST {r.shadow[0]}"
        yield f"#define ISA_SHADOW_{up}_LAST {r.shadow[1]}"


def member_lines(isa):
    fields = members(isa)
    for ctype in ("uint8_t", "int8_t"):
        names = [n for n, t in fields.items() if t == ctype]
        if names:
            yield f"    {ctype} {', '.join(names)};"


def header(isa, isa_id):
    atoms = [a.name for a in isa.atoms]
    sregs = isa.lists["sreg"]
    enums = [enum("isa_atom", "ISA", atoms, count="ATOM_COUNT")]
    enums += [enum(tag, prefix, isa.names(kind)) for kind, prefix, tag in LISTS]
    enums.append(enum("isa_config", "CFG", config_names(isa)))
    enums.append(enum("isa_sreg", "SR", [e.name for e in sregs], [e.number for e in sregs]))
    names = []
    for _, prefix, tag in LISTS:
        names.append(f"extern const char *const {tag}_name[{prefix}_COUNT];")
        names.append(f"extern const char *const {tag}_text[{prefix}_COUNT];")
    return fill("isa.h", ISA_ID=f"0x{isa_id:016x}ull", VERSION=isa.isa[1],
                REGISTERS=lines(register_lines(isa)),
                ATOMS=" \\\n".join(f"    X({name})" for name in atoms),
                ENUMS=lines(enums).rstrip(), MEMBERS=lines(member_lines(isa)), NAMES=lines(names))


def facts_header(isa):
    flags = [f"    ISA_F_{name} = 1u << {i}, /* {text} */" for i, (name, text) in enumerate(FLAGS)]
    uses = [f"    ISA_{name} = 1u << {i}," for name, i in effect_bits(isa).items()]
    return fill("isa_facts.h", FLAGS=lines(flags), USES=lines(uses))


def atom_uses(isa, atom):
    reads = [f"READ_{name.upper()}" for name in sorted(atom.meaning.reads)]
    writes = [f"WRITE_{name.upper()}" for name in sorted(atom.meaning.writes)]
    bits = effect_bits(isa)
    return " | ".join(f"ISA_{name}" for name in reads + writes if name in bits) or "0"


def imm_bits(atom):
    return next((f.width for f in atom.format.operands() if is_wide(atom.format, f)), 0)


def fact_row(isa, atom):
    flags = [f"ISA_F_{name}" for name, _ in FLAGS if name in atom.meaning.flags]
    extends = bool(atom.format.ext) and atom.format.ext not in atom.fixed
    values = (f'"{atom.name}"', " | ".join(flags) or "0", atom_uses(isa, atom),
              f"UNIT_{atom.unit}", f"LAT_{atom.lat}", f"EN_{atom.energy}", str(atom.meaning.size),
              str(imm_bits(atom)), str(extends).lower())
    return f"[ISA_{atom.name}] = {{{', '.join(values)}}}"


def table(ctype, name, size, values):
    rows = [f"    {value}," for value in values]
    return lines([f"const {ctype} {name}[{size}] = {{", *rows, "};\n"])


def strings(name, size, texts):
    return table("char *const", name, size, map(c_string, texts))


def operand_effects(isa):
    for name in effect_bits(isa):
        way, operand = name.lower().split("_")
        one = "1ull" if operand[0] == "r" else "1u"
        yield f"    if (fact->uses & ISA_{name})"
        yield f"        {operand[0]}_{way} |= {one} << op->{operand};"


def facts_source(isa):
    tables, texts = [], []
    for kind, prefix, tag in LISTS:
        entries = isa.lists[kind]
        tables.append(strings(f"{tag}_name", f"{prefix}_COUNT", [e.name for e in entries]))
        texts.append(strings(f"{tag}_text", f"{prefix}_COUNT", [e.text for e in entries]))
    defaults = [e.default for e in isa.lists["latency"]]
    tables.append(table("uint8_t", "isa_latency_default", "LAT_COUNT", defaults))
    within = [f"UNIT_{e.within or 'COUNT'}" for e in isa.lists["unit"]]
    tables.append(table("uint8_t", "isa_unit_within", "UNIT_COUNT", within))
    tables.append(strings("isa_config_name", "CFG_COUNT", config_names(isa)))
    texts.append(strings("isa_config_text", "CFG_COUNT", config_texts(isa)))
    for name, ctype, value in (("name", "char *const", lambda e: c_string(e.name)),
                               ("text", "char *const", lambda e: c_string(e.text)),
                               ("access", "uint8_t", lambda e: f"ISA_ACCESS_{e.access}")):
        rows = [f"[SR_{e.name}] = {value(e)}" for e in isa.lists["sreg"]]
        to = texts if name == "text" else tables
        to.append(table(ctype, f"isa_sreg_{name}", "SR_COUNT", rows))
    rows = [fact_row(isa, atom) for atom in isa.atoms]
    tables.append(table("struct isa_fact", "isa_facts", "ISA_ATOM_COUNT", rows))
    shadow = {"r": 0, "c": 0, "f": 0}
    for r in isa.registers:
        shadow[r.name] = sum(1 << i for i in range(r.shadow[0], r.shadow[1] + 1))
    return fill("isa_facts.c", TABLES=lines(tables).rstrip(), TEXTS=lines(texts).rstrip(),
                OPERANDS=lines(operand_effects(isa)),
                SHADOW_R=f"0x{shadow['r']:x}ull", SHADOW_C=f"0x{shadow['c']:x}u",
                SHADOW_F=f"0x{shadow['f']:x}u")
