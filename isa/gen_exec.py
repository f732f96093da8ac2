"""isa_exec.inc: each atom's meaning as C, over macros that the includer defines.

Values come first, in order, into temporaries named after what they are for; then registers are
set; then the machine is told. So an atom reads nothing that it has written, whatever the macros do,
and a trap in a load leaves everything as it was.
"""

from description import is_wide
from template import fill

COMPARES = ("==", "!=", "&&", "||")
SETTERS = {"r": "ISA_SET_R", "c": "ISA_SET_C", "f": "ISA_SET_V"}


class Emitter:
    def __init__(self, atom):
        self.atom = atom
        self.lines = []

    def operand(self, name):
        if name == "pc":
            return "(uint64_t)ISA_PC"
        if name == "next":
            return "(uint64_t)ISA_NEXT"
        f = self.atom.format.field(name)
        if f is None:
            return name + "_"
        if f.kind == "d":
            return f"ISA_R({name})"
        if f.kind == "f":
            return f"ISA_C({name})"
        if f.kind == "v":
            return f"ISA_V({name})"
        return f"(uint64_t)ISA_F({'imm' if is_wide(self.atom.format, f) else name})"

    def expr(self, node):
        if node.op == "num":
            return f"{node.value}ull"
        if node.op == "ref":
            return self.operand(node.text)
        if node.op == "un":
            inner = self.expr(node.args[0])
            shapes = {"~": f"~{inner}", "-": f"(0ull - {inner})", "!": f"(uint64_t)!{inner}"}
            return shapes[node.text]
        if node.op == "bin":
            left, right = (self.expr(a) for a in node.args)
            if node.text == "*":
                return f"isa_product({left}, {right})"
            text = f"({left} {node.text} {right})"
            return "(uint64_t)" + text if node.text in COMPARES else text
        if node.op == "cond":
            test, then, other = (self.expr(a) for a in node.args)
            return f"({test} ? {then} : {other})"
        return self.call(node)

    def call(self, node):
        parts = []
        for kind, arg in zip(node.prim.args, node.args):
            if kind == "t":
                parts.append("CAUSE_" + arg.text)
            elif kind in "zyn":
                parts.append(str(arg.value))
            else:
                parts.append(self.expr(arg))
        if node.prim.env:
            parts.append("&env_")
        return f"{node.prim.macro}({', '.join(parts)})"

    def let(self, name, text, wide=False):
        self.lines.append(f"    {'struct isa_v' if wide else 'uint64_t'} {name} = {text};")

    def action(self, step, number):
        """A statement's arguments are values like any other; the statement itself comes last."""
        args = []
        for i, (kind, arg) in enumerate(zip(step.expr.prim.args, step.expr.args)):
            if kind == "t":
                args.append("CAUSE_" + arg.text)
            elif kind in "zyn" or arg.op == "num":
                args.append(str(arg.value))
            elif arg.op == "ref" and self.is_number(arg.text):
                args.append(self.operand(arg.text))
            else:
                name = f"arg{number}_{i}_"
                self.let(name, self.expr(arg), kind == "w")
                args.append(name)
        text = f"{step.expr.prim.macro}({', '.join(args)});"
        if step.guard:
            self.let(f"taken{number}_", self.expr(step.guard))
            return [f"    if (taken{number}_)", f"        {text}"]
        return [f"    {text}"]

    def is_number(self, name):
        f = self.atom.format.field(name)
        return f is not None and f.kind not in "dfv"

    def body(self):
        sets, actions = [], []
        environment = "FENV" in self.atom.meaning.flags
        if environment:
            self.lines.append("    struct isa_fenv env_ = ISA_FENV();")
        for number, step in enumerate(self.atom.meaning.steps):
            if step.kind == "let":
                self.let(step.name + "_", self.expr(step.expr), step.wide)
            elif step.kind == "set":
                self.let(step.name + "_", self.expr(step.expr), step.wide)
                macro = SETTERS[step.name[0]]
                sets.append(f"    {macro}({step.name}, {step.name}_);")
            else:
                actions += self.action(step, number)
        if environment:
            self.lines.append("    ISA_RAISE(&env_);")
        return self.lines + sets + actions


def block(atom):
    body = ["    ISA_TRAP(CAUSE_illegal_atom);"]
    if not atom.meaning.extends:
        body = Emitter(atom).body()
    return [f"ISA_EXEC({atom.name}) {{ /* {atom.asm} */", *body, "} ISA_END", ""]


def blocks(atoms):
    return "\n".join(line for a in atoms for line in block(a))


def source(isa):
    return fill("isa_exec.inc", ATOMS=blocks(isa.atoms))


def calls(node):
    return ({node.prim.name} if node.op == "call" else set()).union(*map(calls, node.args))


def is_plain_transfer(atom):
    """A control transfer that needs nothing of the machine but to go there."""
    steps = [e for s in atom.meaning.steps for e in (s.expr, s.guard) if e]
    system = {name for e in steps for name in calls(e) if atom.meaning.table[name].system}
    return "BRANCH" in atom.meaning.flags and system <= {"emulate"}


def emulation(isa):
    optional = {e.name for e in isa.lists["unit"] if e.optional}
    atoms = [a for a in isa.atoms if a.unit in optional or is_plain_transfer(a)]
    return fill("isa_emulate.inc", ATOMS=blocks(atoms))


def pure(isa):
    """Integer atoms that are functions of registers, flags and their own fields."""
    machine = {"BRANCH", "TRAP", "SEQ", "GREG_READ", "GREG_WRITE"}
    atoms = [a for a in isa.atoms if a.unit in ("alu", "alu0") and not machine & a.meaning.flags
             and all(f.kind != "v" for f in a.free())]
    return fill("isa_pure.inc", ATOMS=blocks(atoms))
