"""isa_exec.inc: each atom's meaning as C, over macros that the includer defines.

Values come first, in order, into temporaries named after what they are for; then registers are set; then the
machine is told. So an atom reads nothing that it has written, whatever the macros do, and a trap in a load leaves
everything as it was.
"""

from description import is_wide
from gen_facts import BANNER

HEADER = BANNER + """
/*
 * To be included in a function whose local macros say what an atom works on:
 *   ISA_EXEC(name) ISA_END                       around each atom
 *   ISA_R(field) ISA_SET_R(field, v)             integer register named by operand rd rs ra rb
 *   ISA_C(field) ISA_SET_C(field, v)             flag register named by operand ca cd
 *   ISA_F(field)                                 number in operand imm (also off, n) sh pos len sc cond sr cmp
 *   ISA_PC ISA_NEXT                              address of this bundle and of the next
 *   ISA_BRANCH(atoms) ISA_JUMP(address)          control transfer after the bundle
 *   ISA_NLOAD(size, a) ISA_NLOAD_D ISA_GLOAD ISA_PLOAD, ISA_NSTORE(size, a, v) ISA_GSTORE ISA_PSTORE
 *   ISA_SREG(n) ISA_SET_SREG(n, v) ISA_GREG(i) ISA_SET_GREG(i, v)
 *   ISA_COMMIT(n) ISA_ROLLBACK() ISA_TLB_WRITE() ISA_TLB_PROBE(a) ISA_TLB_DROP(a) ISA_TLB_DROP_PHYS(a)
 *   ISA_TLB_FLUSH() ISA_ICACHE_FLUSH(a, n) ISA_HALT() ISA_TRAP_RETURN() ISA_TRAP(cause)
 * The pure functions are in isa/prims.h. All values are uint64_t. There is one for the long immediate too: an atom
 * by itself, it is undefined.
 */
"""

COMPARES = ("==", "!=", "&&", "||")


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
        return f"(uint64_t)ISA_F({'imm' if is_wide(self.atom.format, f) else name})"

    def expr(self, node):
        if node.op == "num":
            return f"{node.value}ull"
        if node.op == "ref":
            return self.operand(node.text)
        if node.op == "un":
            inner = self.expr(node.args[0])
            return {"~": f"~{inner}", "-": f"(0ull - {inner})", "!": f"(uint64_t)!{inner}"}[node.text]
        if node.op == "bin":
            left, right = (self.expr(a) for a in node.args)
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
            elif kind in "zn":
                parts.append(str(arg.value))
            else:
                parts.append(self.expr(arg))
        return f"{node.prim.macro}({', '.join(parts)})"

    def let(self, name, text):
        self.lines.append(f"    uint64_t {name} = {text};")

    def action(self, step, number):
        """The arguments of a statement are values like any other; the statement itself comes last."""
        args = []
        for i, (kind, arg) in enumerate(zip(step.expr.prim.args, step.expr.args)):
            if kind == "t":
                args.append("CAUSE_" + arg.text)
            elif kind in "zn" or arg.op == "num":
                args.append(str(arg.value))
            elif arg.op == "ref" and self.is_number(arg.text):
                args.append(self.operand(arg.text))
            else:
                name = f"arg{number}_{i}_"
                self.let(name, self.expr(arg))
                args.append(name)
        text = f"{step.expr.prim.macro}({', '.join(args)});"
        if step.guard:
            self.let(f"taken{number}_", self.expr(step.guard))
            return [f"    if (taken{number}_)", f"        {text}"]
        return [f"    {text}"]

    def is_number(self, name):
        f = self.atom.format.field(name)
        return f is not None and f.kind not in "df"

    def body(self):
        sets, actions = [], []
        for number, step in enumerate(self.atom.meaning.steps):
            if step.kind == "let":
                self.let(step.name + "_", self.expr(step.expr))
            elif step.kind == "set":
                self.let(step.name + "_", self.expr(step.expr))
                macro = "ISA_SET_R" if step.name == "rd" else "ISA_SET_C"
                sets.append(f"    {macro}({step.name}, {step.name}_);")
            else:
                actions += self.action(step, number)
        return self.lines + sets + actions


def source(isa):
    out = [HEADER]
    for atom in isa.atoms:
        body = ["    ISA_TRAP(CAUSE_illegal_atom);"] if atom.meaning.extends else Emitter(atom).body()
        out.append(f"ISA_EXEC({atom.name}) {{ /* {atom.asm} */")
        out += body
        out.append("} ISA_END\n")
    return "\n".join(out)
