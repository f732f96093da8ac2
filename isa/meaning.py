"""The language of meanings: text to tree, checks, and the facts that follow from it.

    meaning   := statement { ';' statement }
    statement := 'let' NAME '=' expr | ('rd' | 'cd') '=' expr | 'if' '(' expr ')' call | call
    expr      := C's ?: || && | ^ & == != << >> + - * and unary ~ ! - over calls, names, numbers

Values are unsigned and 64 bits wide, or those of an f register, 128 bits wide: operators want the
former, functions and registers say which they take and give. Every right side reads the registers
as they were before the atom. A name is an operand of the atom's format, `pc`, `next`, or a
temporary of an earlier `let`. Calls are the pure functions of the headers beside this file and the
primitives below, which touch the machine; each carries its effects, so that nobody states them a
second time. A function with an `isa_fenv` reads the floating-point control registers and raises
exceptions.
"""

import re
from dataclasses import dataclass, field

from errors import Mistake

TOKEN = re.compile(r"\s*(?:(0x[0-9a-fA-F]+|\d+)|([A-Za-z_]\w*)"
                   r"|(<<|>>|==|!=|&&|\|\||[-+*&|^~!?:;=(),]))")
FUNCTION = re.compile(r"^(?:static inline )?(uint64_t|struct isa_v) isa_(\w+)\(([^)]*)\)",
                      re.MULTILINE)
LEVELS = (("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<<", ">>"), ("+", "-"), ("*",))
SOURCES = {"rs", "ra", "rb", "ca", "fs", "fa", "fb"}
TARGETS = {"rd", "cd", "fd"}
NUMBER, WIDE = "a number", "128 bits"


@dataclass
class Primitive:
    """`args`: v = value, w = 128-bit value, z = size literal 1 2 4 8, y = 10 or 16, n = number
    literal, t = trap cause."""

    name: str
    args: str
    macro: str
    text: str = ""
    effects: tuple = ()
    value: bool = False
    wide: bool = False  # the value is 128 bits wide
    env: bool = False  # works under the floating-point control registers
    system: bool = False  # touches state that is neither a register nor memory: its atom is `seq`


def primitives():
    """What touches the machine: name, arguments, what it does, effects."""
    values = (
        ("nload", "zv", "native load, zero-extended", ("LOAD", "TRAP")),
        ("nload_d", "zv", "the same; where it would trap it gives 0", ("LOAD", "DISMISS")),
        ("gload", "zv", "guest load through the TLB, zero-extended", ("LOAD", "GUEST", "TRAP")),
        ("gload_protect", "zvv", "the same, and an alias register protects it",
         ("LOAD", "GUEST", "TRAP", "PROTECT")),
        ("pload", "zv", "guest port read", ("LOAD", "GUEST", "PORT", "TRAP")),
        ("nload_v", "yv", "native load of 10 or 16 bytes", ("LOAD", "TRAP")),
        ("gload_v", "yv", "guest load of 10 or 16 bytes", ("LOAD", "GUEST", "TRAP")),
        ("gload_va", "yv", "the same; traps unless the address is a multiple of 16",
         ("LOAD", "GUEST", "TRAP")),
        ("greg", "v", "one of r1..r8", ("GREG_READ",)),
    )
    actions = (
        ("nstore", "zvv", "native store", ("STORE", "TRAP")),
        ("gstore", "zvv", "guest store through the TLB, gated", ("STORE", "GUEST", "TRAP")),
        ("gstore_check", "zvvv", "the same, unless an alias register of the mask protects a byte",
         ("STORE", "GUEST", "TRAP", "CHECK")),
        ("pstore", "zvv", "guest port write", ("STORE", "GUEST", "PORT", "TRAP")),
        ("nstore_v", "yvw", "native store of 10 or 16 bytes", ("STORE", "TRAP")),
        ("gstore_v", "yvw", "guest store of 10 or 16 bytes, gated", ("STORE", "GUEST", "TRAP")),
        ("gstore_va", "yvw", "the same; traps unless the address is a multiple of 16",
         ("STORE", "GUEST", "TRAP")),
        ("set_greg", "vv", "write one of r1..r8", ("GREG_WRITE",)),
        ("branch", "v", "go so many atoms from the bundle", ("BRANCH",)),
        ("jump", "v", "go to an address", ("BRANCH", "INDIRECT")),
    )
    system_values = (
        ("sreg", "v", "a special register", ("SR_READ", "TRAP")),
        ("tlb_probe", "v", "TLB_LO of the entry for a page, or 0", ()),
        ("jtlb_find", "v", "code address that a key leads to, or 0", ()),
        ("rstack_pop", "v", "pop the return stack: its code address if the key is this, or 0", ()),
    )
    system_actions = (
        ("set_sreg", "vv", "write a special register", ("SR_WRITE", "TRAP")),
        ("commit", "v", "commit; so many guest instructions retire", ("COMMIT",)),
        ("rollback", "", "back to the last commit", ("ROLLBACK",)),
        ("tlb_write", "", "enter TLB_HI, TLB_LO, TLB_TMASK", ("TRAP",)),
        ("tlb_drop", "v", "drop the entry of a guest page", ()),
        ("tlb_drop_phys", "v", "drop the entries of a physical page", ()),
        ("tlb_flush", "", "drop all entries", ()),
        ("jtlb_write", "vv", "key leads to code address", ()),
        ("jtlb_drop", "v", "forget a key", ()),
        ("jtlb_flush", "", "forget all keys, empty the return stack", ()),
        ("rstack_push", "vv", "push key and code address", ()),
        ("emulate", "v", "go to EMU_BASE + 16 * number", ("BRANCH", "INDIRECT", "TRAP")),
        ("icache_flush", "vv", "fetch sees what was written to so many bytes", ()),
        ("line_zero", "v", "64 bytes of native memory become zero", ("TRAP",)),
        ("halt", "", "wait until an interrupt is pending", ()),
        ("trap_return", "", "leave the trap handler", ("BRANCH", "INDIRECT")),
        ("trap", "t", "trap", ("TRAP",)),
    )
    table = [Primitive("extend", "v", "", "payload of the atom before", ("LIM",))]
    for rows, value, system in ((values, True, False), (actions, False, False),
                                (system_values, True, True), (system_actions, False, True)):
        for name, args, text, effects in rows:
            macro = "ISA_" + name.upper()
            wide = value and "y" in args
            table.append(Primitive(name, args, macro, text, effects, value, wide, False, system))
    return {p.name: p for p in table}


def pure_functions(text):
    """The functions of the headers; a parameter `unsigned n` is a width: it must be a literal."""
    found = {}
    for result, name, args in FUNCTION.findall(text):
        args = [a.strip() for a in args.split(",") if a.strip() != "void"]
        env = bool(args) and args[-1].startswith("struct isa_fenv *")
        kinds = ""
        for arg in args[:-1] if env else args:
            kinds += "n" if arg == "unsigned n" else "w" if arg.startswith("struct isa_v ") else "v"
        effects = ("FENV", "TRAP") if env else ()
        found[name] = Primitive(name, kinds, "isa_" + name, "", effects, True,
                                result != "uint64_t", env)
    return found


@dataclass
class Node:
    op: str  # num ref un bin cond call
    text: str = ""
    value: int = 0
    args: list = field(default_factory=list)
    prim: Primitive = None


@dataclass
class Step:
    kind: str  # let set do
    name: str = ""
    expr: Node = None
    guard: Node = None
    wide: bool = False


class Parser:
    def __init__(self, atom):
        self.where = atom.where
        self.atom = atom
        self.tokens = self.scan(atom.do)
        self.pos = 0

    def fail(self, text):
        raise Mistake(self.where, f"atom {self.atom.name}: {text}")

    def scan(self, text):
        tokens, pos = [], 0
        text = text.rstrip()
        while pos < len(text):
            match = TOKEN.match(text, pos)
            if not match:
                self.fail(f"meaning: can't read `{text[pos:].strip()}`")
            kind = ("num", "name", "sym")[match.lastindex - 1]
            tokens.append((kind, match.group(match.lastindex)))
            pos = match.end()
        return tokens

    def peek(self):
        return self.tokens[self.pos] if self.pos < len(self.tokens) else ("end", "the end")

    def take(self, text=None, kind=None):
        token = self.peek()
        if (text is not None and token[1] != text) or (kind is not None and token[0] != kind):
            self.fail(f"meaning: expected {text or kind}, found {token[1]}")
        self.pos += 1
        return token[1]

    def accept(self, *texts):
        if self.peek()[0] in ("sym", "name") and self.peek()[1] in texts:
            return self.take()
        return None

    def meaning(self):
        steps = [self.step()]
        while self.accept(";"):
            steps.append(self.step())
        if self.peek()[0] != "end":
            self.fail(f"meaning: expected ; or the end, found {self.peek()[1]}")
        return steps

    def step(self):
        if self.accept("let"):
            name = self.take(kind="name")
            self.take("=")
            return Step("let", name, self.expr())
        if self.accept("if"):
            self.take("(")
            guard = self.expr()
            self.take(")")
            return Step("do", expr=self.call(self.take(kind="name")), guard=guard)
        name = self.take(kind="name")
        if self.accept("="):
            return Step("set", name, self.expr())
        return Step("do", expr=self.call(name))

    def expr(self):
        test = self.binary(0)
        if self.accept("?"):
            then = self.expr()
            self.take(":")
            return Node("cond", args=[test, then, self.expr()])
        return test

    def binary(self, level):
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while True:
            op = self.accept(*LEVELS[level])
            if not op:
                return left
            left = Node("bin", op, args=[left, self.binary(level + 1)])

    def unary(self):
        op = self.accept("~", "!", "-")
        if op:
            return Node("un", op, args=[self.unary()])
        kind, text = self.peek()
        if kind == "num":
            self.take()
            return Node("num", text, int(text, 0))
        if kind == "name":
            self.take()
            return self.call(text) if self.peek()[1] == "(" else Node("ref", text)
        self.take("(")
        inner = self.expr()
        self.take(")")
        return inner

    def call(self, name):
        self.take("(")
        args = []
        if not self.accept(")"):
            args.append(self.expr())
            while self.accept(","):
                args.append(self.expr())
            self.take(")")
        return Node("call", name, args=args)


class Meaning:
    """A checked meaning: steps, operands read and written, effect flags, memory size."""

    def __init__(self, atom, table, causes):
        self.atom = atom
        self.table = table
        self.causes = causes
        self.lets = {}
        self.reads = set()
        self.writes = set()
        self.flags = set()
        self.size = 0
        self.system = False
        self.used = set()
        self.wide_lets = set()
        self.extends = False
        self.steps = Parser(atom).meaning()
        for step in self.steps:
            self.check(step)
        for name in self.lets:
            if name not in self.used:
                self.fail(f"temporary {name} is never used")
        if not self.writes and not self.flags and not self.system:
            self.fail("the meaning has no effect")
        if "BRANCH" in self.flags and "next" in self.reads:
            self.flags.add("LINK")
        if self.writes & self.reads:
            self.flags.update({"READS_" + name.upper() for name in self.writes & self.reads})
        self.extends = "LIM" in self.flags
        self.check_marks()

    def fail(self, text):
        raise Mistake(self.atom.where, f"atom {self.atom.name}: {text}")

    def check(self, step):
        if step.kind == "let":
            if step.name in self.lets or self.known(step.name):
                self.fail(f"temporary {step.name} hides another name")
            step.wide = self.expr(step.expr) == WIDE
            self.lets[step.name] = step.expr
            if step.wide:
                self.wide_lets.add(step.name)
        elif step.kind == "set":
            self.target(step.name)
            step.wide = step.name[0] == "f"
            self.want(step.expr, WIDE if step.wide else NUMBER, step.name)
        else:
            if step.guard:
                self.want(step.guard, NUMBER, "if")
            self.call(step.expr, want_value=False)
            if step.guard:
                if "BRANCH" not in step.expr.prim.effects:
                    self.fail(f"only a control transfer can stand under `if`, not {step.expr.text}")
                self.flags.add("COND")

    def known(self, name):
        return name in ("pc", "next") or self.atom.format.field(name) is not None

    def target(self, name):
        if name in SOURCES:
            self.fail(f"{name} is a source, it can't be assigned to")
        if name not in TARGETS:
            self.fail(f"{name} can't be assigned to, expected rd, cd or fd")
        self.operand(name)
        if name in self.writes:
            self.fail(f"{name} is assigned to twice")
        self.writes.add(name)

    def operand(self, name):
        f = self.atom.format.field(name)
        if f is None or f.kind in "soz":
            self.fail(f"no operand `{name}` in format {self.atom.format.name}")
        if name in self.atom.fixed:
            self.fail(f"operand {name} has a fixed value, the meaning can't use it")
        return f

    def want(self, node, kind, what):
        found = self.expr(node)
        if found != kind:
            self.fail(f"{what} takes {kind}, not {found}")

    def expr(self, node):
        """Checks an expression; returns what kind of value it gives."""
        if node.op == "ref":
            return self.name(node.text)
        if node.op == "call":
            self.call(node, want_value=True)
            return WIDE if node.prim.wide else NUMBER
        if node.op == "cond":
            self.want(node.args[0], NUMBER, "?:")
            kind = self.expr(node.args[1])
            self.want(node.args[2], kind, "?:")
            return kind
        for arg in node.args:
            self.want(arg, NUMBER, node.text)
        if node.op == "bin" and node.text in ("<<", ">>") and self.bound(node.args[1]) > 63:
            self.fail(f"shift amount of {node.text} may exceed 63")
        return NUMBER

    def name(self, text):
        if text in self.lets:
            self.used.add(text)
            return WIDE if text in self.wide_lets else NUMBER
        self.reads.add(text)
        if text in ("pc", "next"):
            return NUMBER
        return WIDE if self.operand(text).kind == "v" else NUMBER

    def bound(self, node):
        """An upper bound of a shift amount."""
        if node.op == "num":
            return node.value
        if node.op == "ref" and node.text not in self.lets and self.atom.format.field(node.text):
            f = self.atom.format.field(node.text)
            if f.kind == "n":
                return (1 << f.width) - 1
        if node.op == "bin" and node.text == "&":
            return min(self.bound(node.args[0]), self.bound(node.args[1]))
        return 2**64 - 1

    def call(self, node, want_value):
        prim = self.table.get(node.text)
        if prim is None:
            self.fail(f"unknown primitive {node.text}")
        node.prim = prim
        if len(node.args) != len(prim.args):
            self.fail(f"{node.text} takes {len(prim.args)} arguments, {len(node.args)} given")
        if prim.value and not want_value:
            self.fail(f"{node.text} gives a value that is not used")
        if want_value and not prim.value:
            self.fail(f"{node.text} gives no value")
        for kind, arg in zip(prim.args, node.args):
            if kind == "t":
                if arg.op != "ref" or arg.text not in self.causes:
                    self.fail(f"{node.text}: unknown trap cause {arg.text}")
            elif kind == "z" and (arg.op != "num" or arg.value not in (1, 2, 4, 8)):
                self.fail(f"{node.text}: the size must be 1, 2, 4 or 8")
            elif kind == "y" and (arg.op != "num" or arg.value not in (10, 16)):
                self.fail(f"{node.text}: the size must be 10 or 16")
            elif kind == "n" and (arg.op != "num" or not 1 <= arg.value <= 64):
                self.fail(f"{node.text}: the width must be a number in 1..64")
            elif kind in "vw":
                self.want(arg, WIDE if kind == "w" else NUMBER, node.text)
        if prim.args[:1] in ("z", "y"):
            if self.size:
                self.fail("more than one memory access")
            self.size = node.args[0].value
        self.flags.update(prim.effects)
        self.system = self.system or prim.system

    def check_marks(self):
        if self.system and "seq" not in self.atom.marks:
            self.fail("touches the machine's state, so it needs the mark seq")
        if "seq" in self.atom.marks:
            if not self.system:
                self.fail("mark seq, but the meaning touches nothing that needs the order")
            self.flags.add("SEQ")
        if "x86" in self.atom.marks:
            self.flags.add("X86")
        for f in self.atom.free():
            if f.name not in self.reads and f.name not in self.writes:
                self.fail(f"operand {f.name} is not used by the meaning")
