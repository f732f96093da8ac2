"""docs/isa-reference.md: the manual of the atoms."""

from description import KINDS
from gen_facts import FLAGS, config_names, config_texts
from meaning import LEVELS, primitives

INTRODUCTION = """\
Atoms that issue together form a bundle; all of them read before any writes. In the meanings `rd`,
`ra`, `rb`, `rs` are 64-bit registers (r0 is zero), `fd`, `fa`, `fb`, `fs` 128-bit registers, `ca`
and `cd` flag registers, `imm` the immediate, extended if a long immediate follows, `next` the
address of the next bundle; operators are unsigned and 64 bits wide. Functions such as `sx(n, x)`
are those of `isa/prims.h`, `isa/packed.h` and `isa/fp.h`."""
CHAPTERS = (
    ("condition", "x86 conditions"),
    ("cause", "Trap causes"),
    ("phase", "Phases"),
    ("stall", "Where a cycle went"),
    ("unit", "Units"),
    ("energy", "Energy classes"),
)


def cell(text):
    return text.replace("|", "\\|")


def sentence(text):
    return text[:1].upper() + text[1:].rstrip(".") + "."


def row(cells):
    return "| " + " | ".join(cells) + " |"


def boxes(atom):
    """The word as a table: bits, then what stands there."""
    bits, names = [], []
    for f in atom.format.fields:
        high = f.low + f.width - 1
        bits.append(str(f.low) if f.width == 1 else f"{high}..{f.low}")
        if f.kind == "s":
            names.append("stop")
        elif f.kind == "z":
            names.append("0")
        elif f.name in atom.fixed:
            value = str(atom.fixed[f.name])
            names.append(f"{f.name}={value}" if f.kind == "o" else value)
        else:
            names.append(f.name)
    return [row(bits), "|" + " :-: |" * len(bits), row(names)]


def show(node, level=0):
    """An expression with blanks and no more parentheses than it needs."""
    if node.op == "cond":
        test, then, other = (show(a, 1) for a in node.args)
        text, own = f"{test} ? {then} : {other}", 0
    elif node.op == "bin":
        own = 1 + next(i for i, ops in enumerate(LEVELS) if node.text in ops)
        text = f"{show(node.args[0], own)} {node.text} {show(node.args[1], own + 1)}"
    elif node.op == "un":
        return node.text + show(node.args[0], 99)
    elif node.op == "call":
        return f"{node.text}({', '.join(show(a) for a in node.args)})"
    else:
        return node.text
    return f"({text})" if own < level else text


def show_step(step):
    if step.kind == "let":
        return f"let {step.name} = {show(step.expr)}"
    if step.kind == "set":
        return f"{step.name} = {show(step.expr)}"
    return (f"if ({show(step.guard)}) " if step.guard else "") + show(step.expr)


def effects(atom):
    parts = []
    reads = sorted(atom.meaning.reads - {"pc", "next"})
    if reads:
        parts.append("reads " + ", ".join(reads))
    if atom.meaning.writes:
        parts.append("writes " + ", ".join(sorted(atom.meaning.writes)))
    if atom.meaning.size:
        size = atom.meaning.size
        parts.append(f"{size} byte{'s' if size > 1 else ''} of memory")
    shown = atom.meaning.flags - {"X86", "READS_RD", "READS_CD", "LIM"}
    parts += [text.lstrip(". ") for name, text in FLAGS if name in shown]
    return "; ".join(parts)


def atom_lines(isa, atom):
    out = [f"### {atom.name}", "", f"`{atom.asm}`", ""]
    out += boxes(atom) + [""]
    if atom.doc:
        out += [sentence(atom.doc), ""]
    out += ["```", *[show_step(step) for step in atom.meaning.steps], "```", ""]
    latency = next(e for e in isa.lists["latency"] if e.name == atom.lat)
    out.append(f"Unit {atom.unit}, latency class {atom.lat} ({latency.default}), energy class "
               f"{atom.energy}. {sentence(effects(atom))}")
    if atom.free():
        operands = [f"{f.name} ({KINDS[f.kind]}, {f.width} bits)" for f in atom.free()]
        out += ["", "Operands: " + ", ".join(operands) + "."]
    marks = []
    if "c" in atom.marks:
        marks.append(f"In C: `vx_{atom.name}`.")
    if "x86" in atom.marks:
        marks.append("A helping atom for x86.")
    if atom.format.ext and atom.format.ext not in atom.fixed:
        marks.append(f"A long immediate extends `{atom.format.ext}`.")
    if marks:
        out += ["", " ".join(marks)]
    return out + [""]


def table(head, rows):
    out = [row(head), "|" + " --- |" * len(head)]
    return out + [row(cell(str(c)) for c in cells) for cells in rows] + [""]


def formats(isa):
    kinds = "; ".join(f"{k} {v}" for k, v in KINDS.items())
    out = ["## Formats", "", "Bit 31 is the stop bit: set in the last word of a bundle. Field "
           f"kinds: {kinds}.", ""]
    rows = []
    for f in isa.formats.values():
        fields = " ".join(f"{x.name}:{x.width}{x.kind}" for x in f.fields)
        rows.append((f.name, fields, f.ext or "-"))
    return out + table(("format", "fields, from bit 31 down", "extended by a long immediate"), rows)


def primitive_table():
    letters = {"z": "size", "y": "size", "v": "value", "w": "wide", "n": "number", "t": "cause"}
    rows = []
    for p in sorted(primitives().values(), key=lambda p: p.name):
        rows.append((f"`{p.name}({', '.join(letters[a] for a in p.args)})`", p.text))
    return ["## Primitives of meanings", "", *table(("primitive", "what it does"), rows)]


def unit_notes(entry):
    notes = [f"a slot of {entry.within}, too"] if entry.within else []
    notes += ["a machine may lack it"] if entry.optional else []
    return f" ({'; '.join(notes)})" if notes else ""


def shared(isa):
    out = ["## Registers", ""]
    out += table(("file", "registers", "shadowed", "use"),
                 [(r.name, r.number, f"{r.shadow[0]}..{r.shadow[1]}", r.text)
                  for r in isa.registers])
    out += ["## Special registers", ""]
    out += table(("number", "name", "access", "meaning"),
                 [(e.number, e.name, e.access, e.text)
                  for e in sorted(isa.lists["sreg"], key=lambda e: e.number)])
    out += ["## Configuration values", ""]
    head = ("number", "name", "meaning")
    configs = zip(config_names(isa), config_texts(isa))
    out += table(head, [(i, name, text) for i, (name, text) in enumerate(configs)])
    for kind, title in CHAPTERS:
        out += [f"## {title}", ""]
        out += table(head, [(e.number, e.name, e.text + unit_notes(e)) for e in isa.lists[kind]])
    out += ["## Latency classes", ""]
    out += table(("number", "name", "default", "meaning"),
                 [(e.number, e.name, e.default, e.text) for e in isa.lists["latency"]])
    return out


def markdown(isa, number):
    out = [f"# ISA reference: {isa.isa[0]} version {isa.isa[1]}", "",
           f"Generated from `isa/*.isa`. ISA_ID {number:016x}, {len(isa.atoms)} atoms.", "",
           INTRODUCTION, ""]
    for group in isa.groups:
        out += [f"## {group.title}", "", group.prose, ""]
        for atom in group.atoms:
            out += atom_lines(isa, atom)
    out += formats(isa) + primitive_table() + shared(isa)
    return "\n".join(out).rstrip() + "\n"
