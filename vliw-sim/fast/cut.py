#!/usr/bin/env python3
"""cut.py - makes stencils for the fast engine.

    cut.py forms ISA_EXEC.INC OUT        the meanings that can be stencils, some once per operand value
    cut.py cut STENCILS.O OUT            code and holes of each function of the object file, as C

A stencil's code is position-independent but for its holes. Jumps out of it go to a hole each; one to `next` at its very
end is left out; what stands behind such a jump and is rarely run comes to lie elsewhere. Where the compiler jumps to a
jump, the first jump goes straight to where the second one leads.
"""
import re
import subprocess
import sys

# Operands of few values, with a form for each; words of a meaning that stencils.c has.
FORMS = {"cond": 16, "sc": 4}
WORDS = {"EXEC", "END", "R", "SET_R", "C", "SET_C", "F", "PC", "NEXT", "BRANCH", "JUMP", "GREG", "SET_GREG",
         "NLOAD", "NLOAD_D", "NSTORE", "GLOAD", "GSTORE", "COMMIT", "JTLB_FIND", "JTLB_WRITE", "RSTACK_PUSH", "RSTACK_POP",
         "EMULATE", "GLOAD_PROTECT", "GSTORE_CHECK"}
LONGEST = 600  # bytes


def forms(source, out):
    text = open(source).read()
    for name, body in re.findall(r"^ISA_EXEC\((\w+)\) \{(.*?)^\} ISA_END", text, re.M | re.S):
        body = re.sub(r"/\*.*?\*/", "", body, flags=re.S).strip()
        if not body or set(re.findall(r"\bISA_(\w+)\(", body)) - WORDS:
            continue
        if re.search(r"\bif \(", body):  # a jump that may not be taken ends the stencil
            body = body.replace("ISA_JUMP(", "ISA_JUMP_IF(")
        fields = [f for f in FORMS if f"ISA_F({f})" in body]
        variants = [(name, body)]
        if len(fields) == 1:
            field = fields[0]
            variants = [(f"{name}__{field}{v}", body.replace(f"ISA_F({field})", f"{v}u")) for v in range(FORMS[field])]
        elif fields:
            continue
        plain = list(variants)
        if re.search(r"STORE(_CHECK)?\(", body):
            variants += [(n + "__late", re.sub(r"(STORE|STORE_CHECK)\(", r"\1_LATE(", b)) for n, b in plain]
        elif "ISA_F(imm)" in body and "BRANCH" not in body:
            variants += [(n + "__wide", b.replace("ISA_F(imm)", "ISA_F(wide)")) for n, b in plain]
        for n, b in variants:
            out.write(f"ISA_EXEC({n})\n{{\n    {b}\n    ISA_END\n\n")


# ---------------------------------------------------------------- reading the object file


class Insn:
    def __init__(self, at, code, name, operand):
        self.at, self.code, self.name = at, code, name
        self.relocs = []  # (offset in code, type, symbol, addend)
        self.target = None  # of a jump within the function
        if re.match(r"j|call|loop", name) and re.match(r"[0-9a-f]+ <", operand):
            self.target = int(operand.split()[0], 16)
        self.out = None  # symbol that a jump leads to

    @property
    def always(self):
        return self.name.startswith("jmp")


def read(path):
    text = subprocess.run(["objdump", "-dwr", path], check=True, capture_output=True, text=True).stdout
    functions, insns = {}, None
    for line in text.splitlines():
        m = re.match(r"^[0-9a-f]+ <(\w+)>:$", line)
        if m:
            insns = functions[m.group(1)] = []
            continue
        m = re.match(r"^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t?(\S*)\s*([^\t]*)(.*)$", line)
        if not m or insns is None:
            m = re.match(r"^\s+([0-9a-f]+): (R_\w+)\t(\w+)(?:([+-])0x([0-9a-f]+))?$", line)
            if m and insns:
                value = int(m.group(5) or "0", 16) * (-1 if m.group(4) == "-" else 1)
                insns[-1].relocs.append((int(m.group(1), 16) - insns[-1].at, m.group(2), m.group(3), value))
            continue
        insn = Insn(int(m.group(1), 16), bytes.fromhex(m.group(2)), m.group(3), m.group(4))
        rest = m.group(4) + m.group(5)
        for at, kind, name, sign, addend in re.findall(
                r"([0-9a-f]+): (R_\w+)\t([\w.]+)(?:([+-])0x([0-9a-f]+))?", rest):
            value = int(addend or "0", 16) * (-1 if sign == "-" else 1)
            insn.relocs.append((int(at, 16) - insn.at, kind, name, value))
        if insn.relocs and re.match(r"j", insn.name) and "*" not in m.group(4):
            insn.target = None
            insn.out = insn.relocs[0][2]
            insn.relocs = []
        insns.append(insn)
    return functions


# ---------------------------------------------------------------- one function


class Refused(Exception):
    pass


def relax(insns):
    """Jumps to jumps straightened, dead code and the final jump to next dropped."""
    by_at = {i.at: i for i in insns}
    changed = True
    while changed:
        changed = False
        for i in insns:
            t = by_at.get(i.target)
            if t is not None and t.always and t is not i and (t.out or t.target is not None):
                i.target, i.out = t.target, t.out
                changed = True
    for _ in range(len(insns)):
        wanted = {i.target for i in insns if i.target is not None}
        kept, alive = [], True
        for i in insns:
            alive = alive or i.at in wanted
            if alive:
                kept.append(i)
            if i.always or i.name.startswith("ret"):
                alive = False
        if len(kept) == len(insns):
            break
        insns = kept
    targets = {i.target for i in insns if i.target is not None}
    if len(insns) >= 2 and insns[-1].always and insns[-1].out not in (None, "next") and insns[-1].at not in targets:
        last, before = insns[-1], insns[-2]
        if before.out == "next" and not before.always:
            before.name = invert(before)
            before.out = last.out
            insns.pop()
    return insns


def split(insns):
    """What is run often, without its jump to next at the end, and the rest: from behind that jump on, if it is rare."""
    for n, insn in enumerate(insns[:-1]):
        if insn.always and insn.out == "next":
            rest = insns[n + 1:]
            if any(i.out == "slow" or i.name.startswith("call") for i in rest):
                return drop_next(insns[:n + 1]), rest
    return drop_next(insns), []


def drop_next(insns):
    targets = {i.target for i in insns if i.target is not None}
    if insns and insns[-1].always and insns[-1].out == "next" and insns[-1].at not in targets:
        return insns[:-1]
    return insns


CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"]


def condition(insn):
    code = insn.code
    return code[1] & 15 if code[0] == 0x0F else code[0] & 15


def invert(insn):
    insn.code = bytes([0x70 | condition(insn) ^ 1, 0])
    return "j" + CONDITIONS[condition(insn)]


# Instructions of one shape, whatever their operand is: opcodes of which emit.c can make a host register out of a guest
# register in memory; those that write one.
READS = {0x8B, 0x03, 0x0B, 0x23, 0x2B, 0x33, 0x3B, 0x39, 0x81, 0x83, 0x85, 0x63, 0x0FB6, 0x0FB7, 0x0FBE, 0x0FBF, 0x0FAF}
SETS = {0x89, 0xC7}
REGISTERS = {"h_rd", "h_rs", "h_ra", "h_rb"}
CHIP = 3  # rbx


def register(insn, off, name, addend):
    """(kind, distance from the hole back to where a REX prefix stands or would) if it is such an instruction, else None."""
    code, at = insn.code, 0
    while code[at] in (0x66, 0xF2, 0xF3):
        at += 1
    back = off - at
    wide = code[at] >> 4 == 4 and code[at] >> 3 & 1
    at += code[at] >> 4 == 4
    op = code[at] if code[at] != 0x0F else 0x0F00 | code[at + 1]
    at += 1 if op < 0x100 else 2
    if off != at + 1 or addend or code[at] & 0xC7 != 0x80 | CHIP:
        return None
    if name in REGISTERS and op in READS:
        return ("READ", back) if op not in (0x81, 0x83) or code[at] >> 3 & 7 == 7 else None
    return ("SET", back) if name == "h_to_r" and op in SETS and wide and back == off else None


def number(insn, off):
    """The kind of a hole for a number of 32 bits: which shorter form emit.c can give the instruction, if any."""
    code = insn.code
    if off >= 2 and code[off - 1] >> 6 == 2 and code[off - 1] & 7 != 4 and code[off - 2] == 0x8D:
        return "DISP"
    if off + 4 == len(code):
        if off >= 2 and code[off - 2] == 0x81 and code[off - 1] >> 6 == 3:
            return "IMM"
        if off <= 2 and code[off - 1] & 0xC7 == 0x05:
            return "ACC"
    return "ABS"


def always_sets(insns):
    """Does every way to next write the register of h_to_r, by an instruction of that shape?"""
    place = {insn.at: n for n, insn in enumerate(insns)}
    seen, todo = set(), [0]
    while todo:
        n = todo.pop()
        if n in seen:
            continue
        seen.add(n)
        insn = insns[n]
        if any(name == "h_to_r" and (register(insn, off, name, addend) or "")[:1] == ("SET",)
               for off, _, name, addend in insn.relocs):
            continue
        if insn.out in ("next", "taken"):
            return False
        if insn.target is not None:
            todo.append(place[insn.target])
        if not insn.always and not insn.name.startswith("ret"):
            if n + 1 == len(insns):
                return False
            todo.append(n + 1)
    return True


def cut(insns):
    """Returns code, how much of it is run often, holes (offset, kind, symbol, addend), whether it always sets its register
    and whether what is run often calls."""
    insns = relax(insns)
    sets = always_sets(insns)
    often, rare = split(insns)
    calls = any(i.name.startswith("call") for i in often)
    insns = often + rare
    for i in insns:
        if i.name.startswith("call") and i.relocs:
            raise Refused("calls")
    at, place, hot = 0, {}, 0
    for n, i in enumerate(insns):
        place[i.at] = at
        if i.out or i.target is not None:
            at += 5 if i.always else 6
        else:
            at += len(i.code)
        if n + 1 == len(often):
            hot = at
    code, holes = bytearray(), []
    for i in insns:
        if i.out or i.target is not None:
            code += b"\xe9" if i.always else bytes([0x0F, 0x80 | condition(i)])
            if i.out:
                holes.append((len(code), "REL", i.out, -4))
                code += bytes(4)
                continue
            holes.append((len(code), "PART", "next", place[i.target]))
            code += bytes(4)
            continue
        for off, kind, name, addend in i.relocs:
            shape = register(i, off, name, addend) if kind == "R_X86_64_32S" else None
            if shape:
                holes.append((len(code) + off, "REGISTER", name, shape[1]))
            elif name in REGISTERS:
                raise Refused(f"reads {name} in an unknown way")
            elif kind == "R_X86_64_32S":
                holes.append((len(code) + off, number(i, off), name, addend))
            elif kind == "R_X86_64_32" and name not in ("h_imm", "h_cmp"):
                holes.append((len(code) + off, "ABS", name, addend))
            elif kind == "R_X86_64_8":
                holes.append((len(code) + off, "BYTE", name, addend))
            else:
                raise Refused(f"{kind} {name}")
        code += i.code
    for hole in holes:
        if not re.match(r"h_|(next|slow|taken|to|common)$", hole[2]):
            raise Refused(f"names {hole[2]}")
    if len(code) > LONGEST:
        raise Refused("too long")
    return bytes(code), hot, holes, sets, calls


def write(functions, out):
    done = {}
    for name, insns in functions.items():
        try:
            done[name] = cut(insns)
        except Refused as why:
            if not name.startswith("atom_"):
                raise SystemExit(f"cut.py: {name}: {why}")
    for name in set(functions) - set(done):
        print(f"cut.py: {name} stays out of line", file=sys.stderr)
    holes = sorted({h[2] for _, _, hs, _, _ in done.values() for h in hs})
    out.write("/* Generated by vliw-sim/fast/cut.py. Not to be edited. */\nenum hole {\n")
    for h in holes:
        out.write(f"    HOLE_{h.removeprefix('h_')},\n")
    most = max(len(hs) for _, _, hs, _, _ in done.values())
    out.write(f"    HOLES\n}};\n\n#define STENCIL_HOLES {most} /* most of one stencil */\n\n")
    out.write("enum stencil_name {\n    STENCIL_NONE,\n")
    for name in done:
        out.write(f"    STENCIL_{name},\n")
    out.write("    STENCILS\n};\n\n")
    out.write("#ifdef STENCIL_TABLES\n")
    for name, (code, hot, hs, _, _) in done.items():
        text = ",".join(str(b) for b in code) or "0"
        out.write(f"static const uint8_t code_{name}[] = {{{text}}};\n")
        if hs:
            text = ", ".join(f"{{{at}, FILL_{kind}, HOLE_{h.removeprefix('h_')}, {add}}}" for at, kind, h, add in hs)
            out.write(f"static const struct stencil_hole holes_{name}[] = {{{text}}};\n")
    out.write("\nconst struct stencil stencils[STENCILS] = {\n")
    for name, (code, hot, hs, sets, calls) in done.items():
        holes = f"holes_{name}, {len(hs)}" if hs else "NULL, 0"
        flags = ", ".join("true" if f else "false" for f in (any(h[2] == "slow" for h in hs), sets, calls))
        out.write(f"    [STENCIL_{name}] = {{code_{name}, {len(code)}, {hot}, {flags}, {holes}}},\n")
    out.write("};\n\nconst struct stencil_atom stencil_atoms[ISA_ATOM_COUNT] = {\n")
    atoms = {}
    for name in done:
        m = re.match(r"atom_(\w+?)(?:__(cond|sc)(\d+))?(?:__(late|wide))?$", name)
        if m:
            atoms.setdefault(m.group(1), []).append((m.group(2), int(m.group(3) or 0), m.group(4), name))
    for atom, variants in atoms.items():
        field = variants[0][0]
        plain = [v for v in variants if not v[2]]
        if field and len(plain) != FORMS[field]:
            continue
        first = f".first = STENCIL_{plain[0][3]}, .form = FORM_{field or 'none'}"
        for other in "late", "wide":
            same = [v for v in variants if v[2] == other]
            if same and len(same) == len(plain):
                first += f", .{other} = STENCIL_{same[0][3]}"
        out.write(f"    [ISA_{atom}] = {{{first}}},\n")
    out.write("};\n#endif\n")


def main():
    what, source, target = sys.argv[1:]
    with open(target, "w") as out:
        if what == "forms":
            forms(source, out)
        else:
            write(read(source), out)


main()
