"""The model of a description, and the reader that makes it from statements.

What is checked here is each statement by itself; what needs the whole picture (overlapping
encodings, operands against meanings) is in check.py.
"""

import re
from math import prod
from dataclasses import dataclass, field

from errors import Mistake
from lexer import Expander

KINDS = {
    "s": "part of the stop bit",
    "o": "opcode bits",
    "d": "integer register",
    "f": "flag register",
    "v": "128-bit register",
    "n": "unsigned number",
    "i": "signed immediate",
    "p": "signed branch displacement in atoms",
    "c": "x86 condition code",
    "r": "special register number",
    "z": "must be zero",
}
OPERAND_KINDS = "dfvnipcr"
FIELD = re.compile(r"([a-z][a-z0-9]*):(\d+)([a-z])$")
NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*$")
MARKS = ("c", "seq", "x86")
LISTS = ("unit", "latency", "energy", "phase", "stall", "cause", "condition", "config", "sreg")
ACCESS = ("ro", "rw", "wo", "w1")
LIFT_OPERANDS = ("rd", "rs1", "rs2", "f7")


@dataclass
class Field:
    name: str
    width: int
    kind: str
    low: int = 0

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.low


@dataclass
class Format:
    name: str
    where: str
    fields: list
    ext: str = ""

    def field(self, name):
        return next((f for f in self.fields if f.name == name), None)

    def operands(self):
        return [f for f in self.fields if f.kind in OPERAND_KINDS]


@dataclass
class Entry:
    """A member of one of the shared lists: unit, cause, special register, ..."""

    name: str
    text: str
    where: str
    number: int = 0
    default: int = 0
    access: str = ""
    shadow: tuple = (0, -1)
    within: str = ""  # a unit: the one whose slots it takes, too,
    optional: bool = False  # and whether a machine may lack it


@dataclass
class Lift:
    number: int
    name: str
    atom: str
    where: str
    places: dict


@dataclass
class Atom:
    name: str
    format: Format
    where: str
    fixed: dict
    unit: str
    lat: str
    energy: str
    marks: set
    asm: str
    do: str
    doc: str
    meaning: object = None
    match: int = 0
    mask: int = 0

    @property
    def mnemonic(self):
        return self.asm.split()[0]

    def free(self):
        return [f for f in self.format.operands() if f.name not in self.fixed]


@dataclass
class Group:
    title: str
    prose: str
    atoms: list = field(default_factory=list)


class Description:
    def __init__(self):
        self.isa = None
        self.registers = []
        self.lists = {name: [] for name in LISTS}
        self.formats = {}
        self.groups = []
        self.atoms = []
        self.lifts = []

    def names(self, kind):
        return [e.name for e in self.lists[kind]]

    def atom(self, name):
        return next((a for a in self.atoms if a.name == name), None)


def number(text, where, what, low=0, high=2**32):
    """A literal, or a sum of products of literals."""
    try:
        value = sum(prod(int(f, 0) for f in term.split("*")) for term in text.split("+"))
    except (AttributeError, ValueError):
        raise Mistake(where, f"{what}: `{text}` is not a number") from None
    if not low <= value <= high:
        raise Mistake(where, f"{what}: {value} is not in {low}..{high}")
    return value


class Reader:
    def __init__(self, report):
        self.report = report
        self.isa = Description()

    def read(self, path, text):
        expander = Expander(path, text, self.report)
        self.report.guard(expander.expand)
        for statement in expander.statements:
            self.report.guard(self.statement, statement)
        if self.isa.isa is None:
            self.report.add(f"{path}:1", 'no `isa "name" version N` line')
        elif not self.isa.formats and not self.report.lines:
            self.report.add(f"{path}:1", "no format, so no atom")
        return self.isa

    def statement(self, s):
        if not s.words:
            raise Mistake(s.where, "a line begins with a statement's name")
        name = s.words[0]
        handler = getattr(self, "do_" + name, None)
        if handler is None and name in self.isa.lists:
            handler = self.plain_entry
        if handler is None:
            raise Mistake(s.where, f"unknown statement `{name}`")
        handler(s)

    def shape(self, s, words, strings, usage):
        if len(s.words) != words or len(s.strings) != strings:
            raise Mistake(s.where, f"expected: {usage}")

    def add_entry(self, kind, entry):
        if not NAME.match(entry.name):
            raise Mistake(entry.where, f"`{entry.name}` is not a name")
        if entry.name in self.isa.names(kind):
            raise Mistake(entry.where, f"{kind} {entry.name} is declared twice")
        self.isa.lists[kind].append(entry)

    def plain_entry(self, s):
        kind = s.words[0]
        self.shape(s, 2, 1, f'{kind} NAME "text"')
        self.add_entry(kind, Entry(s.words[1], s.strings[0], s.where, len(self.isa.lists[kind])))

    def do_unit(self, s):
        optional = s.words[-1] == "optional" and len(s.words) == 3
        s.words = s.words[:2] if optional else s.words
        self.shape(s, 2, 1, 'unit NAME [optional] [in=UNIT] "text"')
        within = s.keys.pop("in", "")
        for key in s.keys:
            raise Mistake(s.where, f"unit {s.words[1]}: unknown key `{key}=`")
        if within and within not in self.isa.names("unit"):
            raise Mistake(s.where, f"unit {s.words[1]}: no unit {within} before it")
        index = len(self.isa.lists["unit"])
        self.add_entry("unit", Entry(s.words[1], s.strings[0], s.where, index, within=within,
                                     optional=optional))

    def do_isa(self, s):
        self.shape(s, 3, 1, 'isa "name" version N')
        if s.words[1] != "version":
            raise Mistake(s.where, 'expected: isa "name" version N')
        if self.isa.isa is not None:
            raise Mistake(s.where, "a second `isa` line")
        self.isa.isa = (s.strings[0], number(s.words[2], s.where, "version"))

    def do_registers(self, s):
        usage = 'registers FILE COUNT FIRST..LAST "text"'
        self.shape(s, 4, 1, usage)
        shadow = re.match(r"(\d+)\.\.(\d+)$", s.words[3])
        if not shadow:
            raise Mistake(s.where, f"expected: {usage}")
        count = number(s.words[2], s.where, "register count", 1, 64)
        first, last = int(shadow.group(1)), int(shadow.group(2))
        if not first <= last < count:
            raise Mistake(s.where, f"shadowed registers {first}..{last} are not in 0..{count - 1}")
        if s.words[1] in [r.name for r in self.isa.registers]:
            raise Mistake(s.where, f"registers {s.words[1]} is declared twice")
        file = Entry(s.words[1], s.strings[0], s.where, count, shadow=(first, last))
        self.isa.registers.append(file)

    def do_latency(self, s):
        self.shape(s, 3, 1, 'latency NAME default "text"')
        cycles = number(s.words[2], s.where, "latency", 1, 255)
        index = len(self.isa.lists["latency"])
        self.add_entry("latency", Entry(s.words[1], s.strings[0], s.where, index, cycles))

    def do_sreg(self, s):
        self.shape(s, 4, 1, 'sreg NAME number access "text"')
        index = number(s.words[2], s.where, "special register number", 0, 127)
        if s.words[3] not in ACCESS:
            raise Mistake(s.where, f"access `{s.words[3]}` is none of {' '.join(ACCESS)}")
        for other in self.isa.lists["sreg"]:
            if other.number == index:
                raise Mistake(s.where, f"special register {index} is {other.name} already")
        self.add_entry("sreg", Entry(s.words[1], s.strings[0], s.where, index, access=s.words[3]))

    def do_format(self, s):
        if len(s.words) < 3 or s.strings:
            raise Mistake(s.where, "expected: format NAME field:width[kind] ...")
        name = s.words[1]
        if name in self.isa.formats:
            raise Mistake(s.where, f"format {name} is declared twice")
        fields, low = [], 32
        for word in s.words[2:]:
            match = FIELD.match(word)
            if not match:
                raise Mistake(s.where, f"format {name}: `{word}` is not field:width[kind]")
            fname, width, kind = match.group(1), int(match.group(2)), match.group(3)
            if kind not in KINDS:
                raise Mistake(s.where, f"format {name}: unknown field kind `{kind}` of {fname}")
            if any(f.name == fname for f in fields):
                raise Mistake(s.where, f"format {name}: field {fname} stands twice")
            if width == 0:
                raise Mistake(s.where, f"format {name}: field {fname} has no bits")
            low -= width
            fields.append(Field(fname, width, kind, low))
        total = 32 - low
        if total != 32:
            raise Mistake(s.where, f"format {name} has {total} bits, expected 32")
        form = Format(name, s.where, fields, s.keys.pop("ext", ""))
        self.check_format(form, s)
        self.isa.formats[name] = form

    def check_format(self, form, s):
        for key in s.keys:
            raise Mistake(s.where, f"format {form.name}: unknown key `{key}=`")
        first = form.fields[0]
        if first.kind != "s" or first.width != 1 or sum(f.kind == "s" for f in form.fields) != 1:
            raise Mistake(s.where, f"format {form.name}: bit 31 alone must be the stop bit, kind s")
        if form.fields[1].kind != "o" or form.fields[1].name != "op" or form.fields[1].width != 6:
            raise Mistake(s.where, f"format {form.name}: op:6o must follow the stop bit")
        if form.ext and (form.field(form.ext) is None or form.field(form.ext).kind not in "ip"):
            raise Mistake(s.where, f"format {form.name}: ext={form.ext} is not an immediate of it")
        if len([f for f in form.operands() if is_wide(form, f)]) > 1:
            raise Mistake(s.where, f"format {form.name}: more than one wide field")

    def do_group(self, s):
        self.shape(s, 1, 2, 'group "title" "prose"')
        self.isa.groups.append(Group(*s.strings))

    def do_lift(self, s):
        if len(s.words) != 4 or s.strings:
            raise Mistake(s.where, "expected: lift FUNCT3 NAME ATOM field=operand ...")
        index = number(s.words[1], s.where, "funct3", 0, 7)
        if index in (0, 5) or any(l.number == index for l in self.isa.lifts):
            raise Mistake(s.where, f"funct3 {index} is taken")
        self.isa.lifts.append(Lift(index, s.words[2], s.words[3], s.where, dict(s.keys)))

    def do_atom(self, s):
        if len(s.words) < 3 or s.strings:
            raise Mistake(s.where, "expected: atom NAME FORMAT field=value ... unit=U lat=L "
                                   'energy=E [marks] asm="..." do="..." doc="..."')
        name, form = s.words[1], self.isa.formats.get(s.words[2])
        if not NAME.match(name):
            raise Mistake(s.where, f"`{name}` is not a name")
        if form is None:
            raise Mistake(s.where, f"atom {name}: unknown format {s.words[2]}")
        if self.isa.atom(name):
            raise Mistake(s.where, f"atom {name} is declared twice")
        if not self.isa.groups:
            raise Mistake(s.where, f"atom {name} stands before the first group")
        for mark in s.words[3:]:
            if mark not in MARKS:
                raise Mistake(s.where, f"atom {name}: unknown mark `{mark}`")
        keys = dict(s.keys)
        text = {}
        for key in ("unit", "lat", "energy", "asm", "do", "doc"):
            if key not in keys:
                raise Mistake(s.where, f"atom {name}: no `{key}=`")
            text[key] = keys.pop(key)
        if not text["do"].strip():
            raise Mistake(s.where, f"atom {name} has no meaning")
        if not text["asm"].strip():
            raise Mistake(s.where, f"atom {name} has no assembly text")
        fixed = {}
        for key, value in keys.items():
            where = form.field(key)
            if where is None or where.kind in "sz":
                raise Mistake(s.where, f"atom {name}: no field `{key}` in format {form.name}")
            what = f"atom {name}: field {key}"
            fixed[key] = number(value, s.where, what, 0, (1 << where.width) - 1)
        self.check_classes(name, text, s.where)
        atom = Atom(name, form, s.where, fixed, marks=set(s.words[3:]), **text)
        self.encode(atom)
        self.isa.atoms.append(atom)
        self.isa.groups[-1].atoms.append(atom)

    def check_classes(self, name, text, where):
        for key, kind in (("unit", "unit"), ("lat", "latency"), ("energy", "energy")):
            if text[key] not in self.isa.names(kind):
                raise Mistake(where, f"atom {name}: unknown {kind} `{text[key]}`")

    def encode(self, atom):
        """The bits that make an atom this one: opcode bits, fixed operands, zeros."""
        for f in atom.format.fields:
            if f.kind == "o" and f.name not in atom.fixed:
                raise Mistake(atom.where, f"atom {atom.name}: opcode field {f.name} has no value")
            if f.kind == "z":
                atom.mask |= f.mask
            elif f.name in atom.fixed:
                atom.mask |= f.mask
                atom.match |= atom.fixed[f.name] << f.low


def is_wide(form, f):
    """Does the field live in struct isa_op's `imm`? What can be extended and what needs a word."""
    return f.name == form.ext or f.kind == "p" or f.width > 8
