"""Checks that need the whole picture: assembly, meanings, overlapping encodings, lift table."""

import re

from description import OPERAND_KINDS, number
from errors import Mistake
from meaning import Meaning, primitives, pure_functions

PART = re.compile(r"\{(\w+)\}")
FILE_OF_KIND = {"d": "r", "f": "c", "v": "f"}


def check_asm(atom):
    """A mnemonic, then each free operand once, with something between two of them."""
    def fail(text):
        raise Mistake(atom.where, f"atom {atom.name}: assembly: {text}")

    rest = atom.asm.strip()[len(atom.mnemonic):]
    if "{" in atom.mnemonic:
        fail("it must begin with the mnemonic and a blank")
    seen, pos = set(), 0
    for match in PART.finditer(rest):
        literal = rest[pos:match.start()].strip()
        if "{" in literal or "}" in literal:
            fail(f"can't read `{literal}`")
        if not literal and seen:
            fail(f"nothing separates {{{match.group(1)}}} from the operand before it")
        name = match.group(1)
        f = atom.format.field(name)
        if f is None or f.kind not in OPERAND_KINDS:
            fail(f"no operand `{name}` in format {atom.format.name}")
        if name in atom.fixed:
            fail(f"operand {name} has a fixed value")
        if name in seen:
            fail(f"operand {name} stands twice")
        seen.add(name)
        pos = match.end()
    tail = rest[pos:].strip()
    if "{" in tail or "}" in tail:
        fail(f"can't read `{tail}`")
    for f in atom.free():
        if f.name not in seen:
            fail(f"operand {f.name} is missing")


class Checker:
    def __init__(self, isa, prims_text, report):
        self.isa = isa
        self.report = report
        self.table = pure_functions(prims_text)
        self.table.update(primitives())

    def run(self):
        causes = self.isa.names("cause")
        for atom in self.isa.atoms:
            atom.meaning = self.report.guard(Meaning, atom, self.table, causes)
            self.report.guard(check_asm, atom)
            self.report.guard(self.intrinsic, atom)
        for form in self.isa.formats.values():
            self.report.guard(self.register_files, form)
            self.report.guard(self.operand_places, form)
        self.mnemonics()
        self.overlaps()
        self.extension()
        for lift in self.isa.lifts:
            self.report.guard(self.lift, lift)

    def intrinsic(self, atom):
        if "c" not in atom.marks:
            return
        why = None
        for f in atom.free():
            if f.kind not in "df" and f.name != atom.format.ext:
                why = f"C can't supply operand {f.name}"
        if atom.meaning and atom.meaning.flags & {"READS_RD", "BRANCH"}:
            why = "it branches or reads rd"
        if sum(f.name in ("ra", "rb", "rs") for f in atom.free()) > 2:
            why = "it has more than two sources"
        if why:
            raise Mistake(atom.where, f"atom {atom.name}: mark c, but {why}")

    def register_files(self, form):
        """A register field must reach every register of its file and no other."""
        conditions = len(self.isa.lists["condition"])
        for f in form.operands():
            why = None
            name = FILE_OF_KIND.get(f.kind)
            file = next((r for r in self.isa.registers if r.name == name), None)
            if f.kind == "c" and conditions != 1 << f.width:
                why = f"field {f.name} needs {1 << f.width} conditions"
            elif name and file is None:
                why = f"there is no register file {name}"
            elif name and file.number != 1 << f.width:
                why = f"field {f.name} has {f.width} bits for {file.number} registers"
            if why:
                raise Mistake(form.where, f"format {form.name}: {why}")

    def operand_places(self, form):
        """One name means one kind in every format: struct isa_op has one member for it."""
        for other in self.isa.formats.values():
            if other is form:
                return
            for f in form.operands():
                g = other.field(f.name)
                if g is not None and g.kind != f.kind:
                    raise Mistake(form.where, f"format {form.name}: field {f.name} has kind "
                                              f"{f.kind}, in format {other.name} kind {g.kind}")

    def mnemonics(self):
        seen = {}
        for atom in self.isa.atoms:
            other = seen.setdefault(atom.mnemonic, atom)
            if other is not atom:
                self.report.add(atom.where, f"atom {atom.name}: mnemonic {atom.mnemonic} is that "
                                            f"of {other.name}")

    def overlaps(self):
        for i, atom in enumerate(self.isa.atoms):
            for other in self.isa.atoms[:i]:
                common = atom.mask & other.mask
                if atom.match & common == other.match & common:
                    self.report.add(atom.where, f"atom {atom.name}: encoding overlaps that of "
                                                f"{other.name} ({other.where})")
            if atom.match == 0:
                self.report.add(atom.where, f"atom {atom.name}: the all-zero word must stay "
                                            "undefined")

    def extension(self):
        users = [f for f in self.isa.formats.values() if f.ext]
        lims = [a for a in self.isa.atoms if a.meaning and a.meaning.extends]
        if len(lims) > 1:
            self.report.add(lims[1].where, f"atom {lims[1].name}: {lims[0].name} is the long "
                                           "immediate already")
        if users and not lims:
            self.report.add(users[0].where, f"format {users[0].name}: ext= without a "
                                            "long-immediate atom")

    def lift(self, lift):
        atom = self.isa.atom(lift.atom)
        taken = self.isa.atom(lift.name)
        if taken is not None and "c" in taken.marks:
            raise Mistake(lift.where, f"lift {lift.name}: vx_{lift.name} is an atom's")
        if atom is None:
            raise Mistake(lift.where, f"lift {lift.name}: unknown atom {lift.atom}")
        free = {f.name: f for f in atom.free()}
        for name, place in lift.places.items():
            if name not in free:
                raise Mistake(lift.where, f"lift {lift.name}: no operand `{name}` of {atom.name}")
            if place in ("rd", "rs1", "rs2"):
                if free[name].kind != "d":
                    raise Mistake(lift.where, f"lift {lift.name}: operand {name} is no integer "
                                              "register")
            elif place != "f7":
                number(place, lift.where, f"lift {lift.name}: operand {name}")
        for name in free:
            if name not in lift.places:
                raise Mistake(lift.where, f"lift {lift.name}: operand {name} is missing")
