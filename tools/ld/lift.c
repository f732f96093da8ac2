/*
 * lift.c - RV64IM with Zba, Zbb, Zbs and custom-0, instruction by instruction, to atoms.
 *
 * Nearly every instruction has an atom of the same meaning, so the lift is a table. What needs
 * thought is addresses. Data does not move: `lui`, `auipc` and the low parts that go with them
 * yield data addresses unchanged. An address of code does change: its upper half becomes one
 * long-immediate move of the whole new address, and its lower half adds nothing. Which of both it
 * is, the relocation says; an `auipc` without one can't be understood and is refused.
 *
 * custom-0 (opcode 0x0b) holds the atoms that C reaches by intrinsics; isa_lift(), generated from
 * isa/, knows them.
 */
#include <elf.h>
#include <string.h>

#include "isa_lift.h"
#include "tools/ld/ld.h"

struct lift {
    struct program *p;
    const struct rv_section *section;
    const struct rv_reloc *reloc; /* of the instruction, or NULL */
    uint64_t pc;
    uint32_t word;
};

static unsigned reg(unsigned x)
{
    return x ? 32 + x : 0;
}

static unsigned rd_of(uint32_t w)
{
    return reg(w >> 7 & 31);
}

static unsigned rs1_of(uint32_t w)
{
    return reg(w >> 15 & 31);
}

static unsigned rs2_of(uint32_t w)
{
    return reg(w >> 20 & 31);
}

static int64_t imm_i(uint32_t w)
{
    return (int32_t)w >> 20;
}

static int64_t imm_s(uint32_t w)
{
    return ((int32_t)w >> 25) * 32 + (int64_t)(w >> 7 & 31);
}

static int64_t imm_b(uint32_t w)
{
    return ((int32_t)w >> 31) * INT64_C(4096) + (w >> 7 & 1) * 2048 + (w >> 25 & 63) * 32 +
           (w >> 8 & 15) * 2;
}

static int64_t imm_j(uint32_t w)
{
    return ((int32_t)w >> 31) * INT64_C(1048576) + (w >> 12 & 255) * 4096 + (w >> 20 & 1) * 2048 +
           (w >> 21 & 1023) * 2;
}

static int64_t imm_u(uint32_t w)
{
    return (int32_t)(w & 0xfffff000u);
}

static struct atom *emit(struct lift *l, unsigned atom, unsigned rd, unsigned ra, unsigned rb,
                         int64_t imm)
{
    struct program *p = l->p;

    p->atom = ld_grow(p->atom, p->atoms, &p->atom_capacity, sizeof *p->atom);
    struct atom *a = &p->atom[p->atoms++];
    *a = atom_make(atom, rd, ra, rb, imm, l->pc);
    return a;
}

static void emit_unknown(struct lift *l)
{
    emit(l, ATOM_UNKNOWN, 0, 0, 0, l->word);
}

static void emit_code_address(struct lift *l, unsigned rd, uint64_t code, int64_t offset)
{
    struct atom *a = emit(l, ISA_addi, rd, 0, 0, 0);

    a->code = code;
    a->code_offset = offset;
}

/* ---------------------------------------------------------------- tables by opcode */

static void lift_load(struct lift *l, int64_t imm)
{
    static const uint16_t atom[8] = {ISA_ldb,  ISA_ldh,  ISA_ldw,  ISA_ldd,
                                     ISA_ldbu, ISA_ldhu, ISA_ldwu, 0};
    unsigned f3 = l->word >> 12 & 7;

    if (f3 == 7)
        emit_unknown(l);
    else
        emit(l, atom[f3], rd_of(l->word), rs1_of(l->word), 0, imm);
}

static void lift_store(struct lift *l, int64_t imm)
{
    static const uint16_t atom[4] = {ISA_stb, ISA_sth, ISA_stw, ISA_std};
    unsigned f3 = l->word >> 12 & 7;

    if (f3 > 3)
        emit_unknown(l);
    else
        emit(l, atom[f3], 0, rs1_of(l->word), 0, imm)->op.rs = (uint8_t)rs2_of(l->word);
}

static void lift_shift(struct lift *l, unsigned atom, unsigned sh)
{
    emit(l, atom, rd_of(l->word), rs1_of(l->word), 0, 0)->op.sh = (uint8_t)sh;
}

static void lift_unary(struct lift *l, unsigned atom)
{
    emit(l, atom, rd_of(l->word), rs1_of(l->word), 0, 0);
}

/* funct3 1 and 5 of OP-IMM: shifts and what Zbb and Zbs put beside them. */
static bool lift_op_imm_shift(struct lift *l)
{
    unsigned f3 = l->word >> 12 & 7, f6 = l->word >> 26, sh = l->word >> 20 & 63;

    if (f3 == 1) {
        switch (f6) {
        case 0x00: lift_shift(l, ISA_slli, sh); return true;
        case 0x12: lift_shift(l, ISA_bclri, sh); return true;
        case 0x0a: lift_shift(l, ISA_bseti, sh); return true;
        case 0x1a: lift_shift(l, ISA_binvi, sh); return true;
        case 0x18:
            switch (sh) {
            case 0: lift_unary(l, ISA_clz); return true;
            case 1: lift_unary(l, ISA_ctz); return true;
            case 2: lift_unary(l, ISA_cpop); return true;
            case 4: lift_unary(l, ISA_sextb); return true;
            case 5: lift_unary(l, ISA_sexth); return true;
            }
        }
        return false;
    }
    switch (f6) {
    case 0x00: lift_shift(l, ISA_srli, sh); return true;
    case 0x10: lift_shift(l, ISA_srai, sh); return true;
    case 0x18: lift_shift(l, ISA_rori, sh); return true;
    case 0x12: lift_shift(l, ISA_bexti, sh); return true;
    case 0x0a:
        if (sh == 7) {
            lift_unary(l, ISA_orcb);
            return true;
        }
        return false;
    case 0x1a:
        if (sh == 0x38) {
            lift_unary(l, ISA_rev8);
            return true;
        }
        return false;
    }
    return false;
}

static void lift_op_imm(struct lift *l, int64_t imm)
{
    static const uint16_t atom[8] = {ISA_addi, 0, ISA_slti, ISA_sltiu,
                                     ISA_xori, 0, ISA_ori,  ISA_andi};
    unsigned f3 = l->word >> 12 & 7;

    if (atom[f3])
        emit(l, atom[f3], rd_of(l->word), rs1_of(l->word), 0, imm);
    else if (!lift_op_imm_shift(l))
        emit_unknown(l);
}

static void lift_op_imm_32(struct lift *l)
{
    unsigned f3 = l->word >> 12 & 7, f7 = l->word >> 25, sh = l->word >> 20 & 31;

    if (f3 == 0)
        emit(l, ISA_addiw, rd_of(l->word), rs1_of(l->word), 0, imm_i(l->word));
    else if (f3 == 1 && f7 == 0)
        lift_shift(l, ISA_slliw, sh);
    else if (f3 == 1 && f7 >> 1 == 0x02)
        lift_shift(l, ISA_slliuw, l->word >> 20 & 63);
    else if (f3 == 1 && f7 == 0x30 && sh == 0)
        lift_unary(l, ISA_clzw);
    else if (f3 == 1 && f7 == 0x30 && sh == 1)
        lift_unary(l, ISA_ctzw);
    else if (f3 == 1 && f7 == 0x30 && sh == 2)
        lift_unary(l, ISA_cpopw);
    else if (f3 == 5 && f7 == 0)
        lift_shift(l, ISA_srliw, sh);
    else if (f3 == 5 && f7 == 0x20)
        lift_shift(l, ISA_sraiw, sh);
    else if (f3 == 5 && f7 == 0x30)
        lift_shift(l, ISA_roriw, sh);
    else
        emit_unknown(l);
}

struct op_row {
    uint8_t f7, f3;
    uint16_t atom;
};

static const struct op_row op_rows[] = {
    {0x00, 0, ISA_add},    {0x20, 0, ISA_sub},    {0x00, 1, ISA_sll},  {0x00, 2, ISA_slt},
    {0x00, 3, ISA_sltu},   {0x00, 4, ISA_xor},    {0x00, 5, ISA_srl},  {0x20, 5, ISA_sra},
    {0x00, 6, ISA_or},     {0x00, 7, ISA_and},    {0x01, 0, ISA_mul},  {0x01, 1, ISA_mulh},
    {0x01, 2, ISA_mulhsu}, {0x01, 3, ISA_mulhu},  {0x01, 4, ISA_div},  {0x01, 5, ISA_divu},
    {0x01, 6, ISA_rem},    {0x01, 7, ISA_remu},   {0x20, 7, ISA_andn}, {0x20, 6, ISA_orn},
    {0x20, 4, ISA_xnor},   {0x30, 1, ISA_rol},    {0x30, 5, ISA_ror},  {0x05, 4, ISA_min},
    {0x05, 5, ISA_minu},   {0x05, 6, ISA_max},    {0x05, 7, ISA_maxu}, {0x10, 2, ISA_sh1add},
    {0x10, 4, ISA_sh2add}, {0x10, 6, ISA_sh3add}, {0x24, 1, ISA_bclr}, {0x14, 1, ISA_bset},
    {0x34, 1, ISA_binv},   {0x24, 5, ISA_bext},
};

static const struct op_row op_32_rows[] = {
    {0x00, 0, ISA_addw},  {0x20, 0, ISA_subw},     {0x00, 1, ISA_sllw},     {0x00, 5, ISA_srlw},
    {0x20, 5, ISA_sraw},  {0x01, 0, ISA_mulw},     {0x01, 4, ISA_divw},     {0x01, 5, ISA_divuw},
    {0x01, 6, ISA_remw},  {0x01, 7, ISA_remuw},    {0x30, 1, ISA_rolw},     {0x30, 5, ISA_rorw},
    {0x04, 0, ISA_adduw}, {0x10, 2, ISA_sh1adduw}, {0x10, 4, ISA_sh2adduw}, {0x10, 6, ISA_sh3adduw},
};

static void lift_op(struct lift *l, const struct op_row *row, size_t rows)
{
    unsigned f3 = l->word >> 12 & 7, f7 = l->word >> 25;

    for (size_t i = 0; i < rows; i++) {
        if (row[i].f7 == f7 && row[i].f3 == f3) {
            emit(l, row[i].atom, rd_of(l->word), rs1_of(l->word), rs2_of(l->word), 0);
            return;
        }
    }
    /* zext.h is spelled as an OP-32 with rs2 = 0 */
    if (rows == sizeof op_32_rows / sizeof op_32_rows[0] && f7 == 0x04 && f3 == 4 &&
        rs2_of(l->word) == 0)
        lift_unary(l, ISA_zexth);
    else
        emit_unknown(l);
}

static void lift_branch(struct lift *l)
{
    static const uint16_t atom[8] = {ISA_breq, ISA_brne, 0,         0,
                                     ISA_brlt, ISA_brge, ISA_brltu, ISA_brgeu};
    unsigned f3 = l->word >> 12 & 7;

    if (!atom[f3])
        emit_unknown(l);
    else
        emit(l, atom[f3], 0, rs1_of(l->word), rs2_of(l->word), 0)->code =
            l->pc + (uint64_t)imm_b(l->word);
}

/* A jump to known code that leaves its return address in an RV64 register, or nowhere. */
static void lift_jump(struct lift *l, unsigned link, uint64_t target)
{
    emit(l, link ? ISA_call : ISA_br, link, 0, 0, 0)->code = target;
}

static void lift_jalr(struct lift *l, int64_t imm)
{
    unsigned link = rd_of(l->word), base = rs1_of(l->word);

    if (l->word >> 12 & 7) {
        emit_unknown(l);
        return;
    }
    if (imm) {
        emit(l, ISA_addi, R_TMP, base, 0, imm);
        base = R_TMP;
    }
    emit(l, link ? ISA_callr : ISA_jr, link, base, 0, 0);
}

static void lift_system(struct lift *l)
{
    /* ebreak, and gas's unimp, a write to a read-only register */
    if (l->word == 0x00100073 || l->word == 0xc0001073)
        emit(l, ISA_brk, 0, 0, 0, 0);
    else
        emit_unknown(l);
}

static void place(struct isa_op *op, unsigned where, unsigned r)
{
    switch (where) {
    case ISA_LIFT_rd: op->rd = (uint8_t)r; break;
    case ISA_LIFT_rs: op->rs = (uint8_t)r; break;
    case ISA_LIFT_ra: op->ra = (uint8_t)r; break;
    case ISA_LIFT_rb: op->rb = (uint8_t)r; break;
    }
}

static void lift_custom(struct lift *l)
{
    struct isa_lift_map map;
    struct isa_op op;

    if (!isa_lift(l->word >> 12 & 7, l->word >> 25, &op, &map)) {
        emit_unknown(l);
        return;
    }
    place(&op, map.rd, rd_of(l->word));
    place(&op, map.rs1, rs1_of(l->word));
    place(&op, map.rs2, rs2_of(l->word));
    emit(l, op.atom, 0, 0, 0, 0)->op = op;
}

/* ---------------------------------------------------------------- one instruction */

/* Does the low part of an address belong to one of code? */
static bool low_part_of_code(const struct lift *l)
{
    const struct rv_file *f = l->p->rv;
    int64_t offset;
    bool code;
    uint64_t target = rv_reloc_target(f, l->reloc, &code, &offset);

    if (l->reloc->type == R_RISCV_LO12_I || l->reloc->type == R_RISCV_LO12_S)
        return code;
    /* pc-relative: the symbol stands on the auipc, whose relocation has the target */
    for (size_t i = rv_reloc_at(f, target); i < f->relocs && f->reloc[i].addr == target; i++) {
        if (f->reloc[i].type == R_RISCV_PCREL_HI20) {
            rv_reloc_target(f, &f->reloc[i], &code, &offset);
            return code;
        }
    }
    ld_fail("%s: low part of an address whose high part can't be found",
            program_where(l->p, l->pc));
}

static void lift_upper(struct lift *l)
{
    bool pc_relative = (l->word & 0x7f) == 0x17, code = false;
    uint64_t target = 0;
    int64_t offset = 0;

    if (l->reloc)
        target = rv_reloc_target(l->p->rv, l->reloc, &code, &offset);
    else if (pc_relative)
        ld_fail("%s: auipc without a relocation", program_where(l->p, l->pc));
    if (code)
        emit_code_address(l, rd_of(l->word), target, offset);
    else
        emit(l, ISA_addi, rd_of(l->word), 0, 0, imm_u(l->word) + (pc_relative ? (int64_t)l->pc : 0))
            ->symbol = l->reloc ? l->reloc->symbol : 0;
}

/*
 * vliw-cc tells GCC that there is no division, so that it multiplies instead where it can.
 * What is left it does by calling these, with the operands where the atom can take them.
 */
static bool lift_division(struct lift *l, const struct rv_symbol *callee)
{
    static const struct {
        const char *name;
        uint16_t atom;
    } division[] = {
        {"__divdi3", ISA_div},
        {"__udivdi3", ISA_divu},
        {"__moddi3", ISA_rem},
        {"__umoddi3", ISA_remu},
    };

    for (size_t i = 0; i < sizeof division / sizeof division[0]; i++) {
        if (strcmp(callee->name, division[i].name) == 0) {
            emit(l, division[i].atom, R_A0, R_A0, R_A1, 0);
            return true;
        }
    }
    return false;
}

/* A call pair: the second word says which register links. */
static void lift_call_pair(struct lift *l)
{
    const struct rv_file *f = l->p->rv;
    uint64_t next = l->pc + 4 - l->section->addr;
    bool code;
    int64_t offset;
    uint64_t target = rv_reloc_target(f, l->reloc, &code, &offset);
    uint32_t jalr = 0;

    if (next + 4 <= l->section->size)
        memcpy(&jalr, l->section->data + next, 4);
    if ((jalr & 0x707f) != 0x67)
        ld_fail("%s: a call relocation without its jalr", program_where(l->p, l->pc));
    if (rd_of(jalr) == R_RA && offset == 0 && lift_division(l, &f->symbol[l->reloc->symbol]))
        return;
    if (code) {
        lift_jump(l, rd_of(jalr), target + (uint64_t)offset);
    } else if (f->symbol[l->reloc->symbol].weak && f->symbol[l->reloc->symbol].undefined) {
        emit(l, ISA_brk, 0, 0, 0, 0);
    } else {
        /* code at an absolute address, such as another image's */
        emit(l, ISA_addi, R_TMP, 0, 0, (int64_t)target);
        emit(l, rd_of(jalr) ? ISA_callr : ISA_jr, rd_of(jalr), R_TMP, 0, 0);
    }
}

static void lift_plain(struct lift *l, bool low_is_zero)
{
    int64_t i = low_is_zero ? 0 : imm_i(l->word), s = low_is_zero ? 0 : imm_s(l->word);

    switch (l->word & 0x7f) {
    case 0x03: lift_load(l, i); break;
    case 0x0b: lift_custom(l); break;
    case 0x0f: emit(l, ATOM_FENCE, 0, 0, 0, 0); break;
    case 0x13: lift_op_imm(l, i); break;
    case 0x17:
    case 0x37: lift_upper(l); break;
    case 0x1b: lift_op_imm_32(l); break;
    case 0x23: lift_store(l, s); break;
    case 0x33: lift_op(l, op_rows, sizeof op_rows / sizeof op_rows[0]); break;
    case 0x3b: lift_op(l, op_32_rows, sizeof op_32_rows / sizeof op_32_rows[0]); break;
    case 0x63: lift_branch(l); break;
    case 0x67: lift_jalr(l, i); break;
    case 0x6f: lift_jump(l, rd_of(l->word), l->pc + (uint64_t)imm_j(l->word)); break;
    case 0x73: lift_system(l); break;
    default: emit_unknown(l); break;
    }
}

/* Lifts the instruction at l->pc; returns its length in words. */
static unsigned lift_one(struct lift *l)
{
    const struct rv_file *f = l->p->rv;
    size_t i = rv_reloc_at(f, l->pc);
    bool low_is_zero = false;

    l->reloc = i < f->relocs && f->reloc[i].addr == l->pc ? &f->reloc[i] : NULL;
    if (l->reloc) {
        switch (l->reloc->type) {
        case R_RISCV_CALL:
        case R_RISCV_CALL_PLT: lift_call_pair(l); return 2;
        case R_RISCV_LO12_I:
        case R_RISCV_LO12_S:
        case R_RISCV_PCREL_LO12_I:
        case R_RISCV_PCREL_LO12_S: low_is_zero = low_part_of_code(l); break;
        case R_RISCV_GOT_HI20:
        case R_RISCV_TLS_GOT_HI20:
        case R_RISCV_TLS_GD_HI20:
        case R_RISCV_TPREL_HI20:
            ld_fail("%s: position-independent or thread-local code", program_where(l->p, l->pc));
        }
    }
    lift_plain(l, low_is_zero);
    return 1;
}

static void lift_section(struct program *p, unsigned index)
{
    struct lift l = {.p = p, .section = &p->rv->section[index]};
    uint64_t words = l.section->size / 4;
    uint32_t *first = ld_alloc(words + 1, sizeof *first);

    p->first_atom[index] = first;
    for (uint64_t i = 0; i < words;) {
        l.pc = l.section->addr + 4 * i;
        memcpy(&l.word, l.section->data + 4 * i, 4);
        first[i] = (uint32_t)p->atoms;
        unsigned length = lift_one(&l);
        for (unsigned k = 1; k < length && i + k <= words; k++)
            first[i + k] = (uint32_t)p->atoms;
        i += length;
    }
    first[words] = (uint32_t)p->atoms;
}

void program_lift(struct program *p)
{
    p->first_atom = ld_alloc(p->rv->sections, sizeof *p->first_atom);
    for (unsigned i = 1; i < p->rv->sections; i++)
        if (p->rv->section[i].code)
            lift_section(p, i);
}
