/*
 * decode.c - from bytes to struct insn, driven by insns.def.
 *
 * opcode_map[] has a row number for each map, opcode and modrm.reg; instructions that don't use
 * modrm.reg as opcode fill all eight places with one row. So the row is looked up with the bits of
 * the byte after the opcode, whether that is a modrm byte or not, and only then is it known.
 */
#include "x86.h"

/* What an operand letter says about the operand size. */
enum kind_size { SZ_NONE, SZ_B, SZ_W, SZ_D, SZ_Q, SZ_V };

enum {
    KH_MODRM = 1,  /* needs a modrm byte */
    KH_MEM = 2,    /* mod 3 is undefined */
    KH_REGRM = 4,  /* mod is ignored: a register */
    KH_OPCODE = 8, /* register number in the opcode */
    KH_BYTES = 16, /* see immediate() */
    KH_SREG = 32,  /* modrm.reg must name a segment register */
    KH_NOMEM = 64, /* memory is undefined */
};

enum {
#define K(letter, opd, size, how) K_##letter,
#include "operands.def"
};

enum {
#define K(letter, opd, size, how) SIZE_##letter = (int)size,
#include "operands.def"
};

enum {
#define K(letter, opd, size, how) HOW_##letter = how,
#include "operands.def"
};

static const struct kind {
    uint8_t opd; /* enum x86_opd */
    uint8_t how; /* KH_x */
} kinds[] = {
#define K(letter, opd, size, how) [K_##letter] = {opd, how},
#include "operands.def"
};

enum {
    ROW_none,
#define ENC(map, first, last, ext0, ext1, name, a, b, c) ROW_##map##_##first##_##ext0,
#include "insns.def"
};

/* insns.def counts from 1. */
enum { MAP_ONE, MAP_0F, MAP_ESCAPE_MEMORY, MAP_ESCAPE, MAP_66, MAP_F3, MAP_F2, MAP_COUNT };

#define FIRST(a, b, c) ((a) ? (a) : (b) ? (b) : (c)) /* that isn't 0 */

static const struct row {
    uint16_t op;
    uint8_t kind[3];
    uint8_t size; /* enum kind_size of the first operand that has one */
    uint8_t how;  /* of all operands */
} rows[] = {
    [ROW_none] = {OP_none, {K___, K___, K___}, SZ_NONE, 0},
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                   \
    [ROW_##map##_##first##_##ext0] = {OP_##name,                           \
                                      {K_##a, K_##b, K_##c},               \
                                      FIRST(SIZE_##a, SIZE_##b, SIZE_##c), \
                                      HOW_##a | HOW_##b | HOW_##c},
#include "insns.def"
};

/* clang-format off */
static const uint16_t opcode_map[MAP_COUNT][256][8] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c) \
    [map - 1][0x##first ... 0x##last][ext0 ... ext1] = ROW_##map##_##first##_##ext0,
#include "insns.def"
};
/* clang-format on */

const struct x86_op_info x86_ops[OP_COUNT] = {
    [OP_none] = {"(bad)", 0, 0, 0, 0, FEATURE_BASE},
#define OP(name, mnemonic, reads, writes, undef, props, feature) \
    [OP_##name] = {mnemonic, reads, writes, undef, props, FEATURE_##feature},
#include "insns.def"
};

/*
 * The bytes being decoded. `error` stays 1 while all is well, else it is what x86_decode returns.
 */
struct cursor {
    const uint8_t *bytes;
    unsigned avail, pos;
    int error;
};

static uint8_t next(struct cursor *c)
{
    if (c->pos < c->avail && c->pos < X86_MAX_LENGTH)
        return c->bytes[c->pos++];
    if (c->error == 1)
        c->error = c->pos >= X86_MAX_LENGTH ? X86_ELONG : 0;
    return 0;
}

static uint32_t next_le(struct cursor *c, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)next(c) << 8 * i;
    return value;
}

static uint32_t next_signed(struct cursor *c, unsigned size)
{
    uint32_t value = next_le(c, size);

    return size == 1 ? (uint32_t)(int8_t)value : size == 2 ? (uint32_t)(int16_t)value : value;
}

/* Takes prefixes; returns the first byte that isn't one. */
static uint8_t prefixes(struct cursor *c, struct insn *i, bool code32)
{
    i->opsize = i->adsize = code32 ? 4 : 2;
    i->seg = SEG_DS;
    for (;;) {
        uint8_t byte = next(c);

        switch (byte) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
            i->seg = byte >> 3 & 3;
            i->seg_override = true;
            break;
        case 0x64:
        case 0x65:
            i->seg = byte - 0x60;
            i->seg_override = true;
            break;
        case 0x66: i->opsize = code32 ? 2 : 4; break;
        case 0x67: i->adsize = code32 ? 2 : 4; break;
        case 0xf0: i->lock = true; break;
        case 0xf2:
        case 0xf3: i->rep = byte; break;
        default: return byte;
        }
        if (c->error != 1)
            return 0;
    }
}

static void modrm16(struct cursor *c, struct insn *i)
{
    static const int8_t base[8] = {EBX, EBX, EBP, EBP, ESI, EDI, EBP, EBX};
    static const int8_t index[8] = {ESI, EDI, ESI, EDI, -1, -1, -1, -1};

    i->base = base[i->rm];
    i->index = index[i->rm];
    if (i->mod == 0 && i->rm == 6) {
        i->base = -1;
        i->disp = (int32_t)next_le(c, 2);
    } else if (i->mod) {
        i->disp = (int32_t)next_signed(c, i->mod);
    }
}

static void modrm32(struct cursor *c, struct insn *i)
{
    i->base = (int8_t)i->rm;
    if (i->rm == ESP) {
        uint8_t sib = next(c);

        i->scale = sib >> 6;
        i->index = (sib >> 3 & 7) == ESP ? -1 : (int8_t)(sib >> 3 & 7);
        i->base = sib & 7;
    }
    if (i->mod == 0 && i->base == EBP) {
        i->base = -1;
        i->disp = (int32_t)next_le(c, 4);
    } else if (i->mod) {
        i->disp = (int32_t)next_signed(c, i->mod == 1 ? 1 : 4);
    }
}

static void modrm(struct cursor *c, struct insn *i, unsigned how)
{
    uint8_t byte = next(c);

    i->has_modrm = true;
    i->mod = byte >> 6;
    i->reg = byte >> 3 & 7;
    i->rm = byte & 7;
    i->is_mem = i->mod != 3 && !(how & KH_REGRM);
    if (!i->is_mem)
        return;
    if (i->adsize == 2)
        modrm16(c, i);
    else
        modrm32(c, i);
    if (!i->seg_override && (i->base == ESP || i->base == EBP))
        i->seg = SEG_SS;
}

/* Operands that are neither in modrm nor implied. */
static void immediate(struct cursor *c, struct insn *i, unsigned kind, uint32_t *imm)
{
    switch (kind) {
    case K_Jb:
    case K_Ib: *imm = next_signed(c, 1); break;
    case K_Ub: *imm = next(c); break;
    case K_Uw: *imm = next_le(c, 2); break;
    case K_Jz:
    case K_Iz: *imm = next_signed(c, i->opsize); break;
    case K_I1: *imm = 1; break;
    case K_Ap:
        *imm = next_le(c, i->opsize);
        i->imm2 = next_le(c, 2);
        break;
    case K_Ob:
    case K_Ov:
        i->is_mem = true;
        i->disp = (int32_t)next_le(c, i->adsize);
        break;
    case K_Es:
    case K_Cs:
    case K_Ss:
    case K_Ds:
    case K_Fs:
    case K_Gs: i->reg = kind - K_Es + SEG_ES; break;
    }
}

static uint8_t rm_size(const struct insn *i, unsigned kind)
{
    switch (kind) {
    case K_Eb:
    case K_Ob: return 1;
    case K_Ew: return 2;
    case K_Vw: return i->is_mem ? 2 : i->opsize;
    case K_Mp: return i->opsize + 2;
    case K_Ma: return i->opsize * 2;
    case K_Ms: return 6;
    case K_M0: return 0;
    case K_Mw: return 2;
    case K_Md:
    case K_Ed:
    case K_Qd:
    case K_Wd: return 4;
    case K_Qq:
    case K_Wq: return 8;
    case K_Mt: return 10;
    case K_Mo:
    case K_Wo: return 16;
    default: return i->opsize;
    }
}

/* After 0F: the map that a prefix selects, F2 and F3 before 66. */
static unsigned prefixed_map(const struct insn *i, bool code32)
{
    if (i->rep)
        return i->rep == 0xf3 ? MAP_F3 : MAP_F2;
    return i->opsize == (code32 ? 4 : 2) ? MAP_0F : MAP_66;
}

/*
 * The row of `opcode`, by the byte at the cursor. NULL: more bytes are needed to know it.
 */
static const struct row *find_row(const struct cursor *c, unsigned map, uint8_t opcode)
{
    bool known = c->pos < c->avail;
    uint8_t byte = known ? c->bytes[c->pos] : 0;
    const uint16_t *row = opcode_map[map][opcode];

    if (map == MAP_ONE && opcode >> 3 == 0xd8 >> 3) {
        if (!known)
            return NULL;
        if (byte >= 0xc0)
            return &rows[opcode_map[MAP_ESCAPE][byte][opcode & 7]];
        row = opcode_map[MAP_ESCAPE_MEMORY][opcode];
    }
    for (unsigned e = 1; e < 8 && !known; e++)
        if (row[e] != row[0])
            return NULL;
    return &rows[row[byte >> 3 & 7]];
}

/* Likewise of an instruction after 0F, whose prefixes may select it. */
static const struct row *find_0f(const struct cursor *c, const struct insn *i, bool code32)
{
    unsigned map = prefixed_map(i, code32);
    const struct row *row = find_row(c, map, i->opcode);

    if (map == MAP_0F || !row || row->op != OP_none)
        return row;
    row = find_row(c, MAP_0F, i->opcode);
    return row && x86_ops[row->op].props & P_SIMD_ONLY ? &rows[ROW_none] : row;
}

int x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *i)
{
    static const uint8_t fixed[] = {[SZ_B] = 1, [SZ_W] = 2, [SZ_D] = 4, [SZ_Q] = 8};
    struct cursor c = {bytes, avail, 0, 1};
    uint32_t *imm = &i->imm;
    unsigned map = MAP_ONE;

    *i = (struct insn){.mod = 3, .base = -1, .index = -1};
    i->opcode = prefixes(&c, i, code32);
    if (i->opcode == 0x0f) {
        map = MAP_0F;
        i->opcode = next(&c);
    }
    if (c.error != 1)
        return c.error;

    const struct row *row =
        map == MAP_0F ? find_0f(&c, i, code32) : find_row(&c, map, i->opcode);

    if (!row)
        return c.pos >= X86_MAX_LENGTH ? X86_ELONG : 0;
    if (row->op == OP_none)
        return X86_EUD;

    unsigned how = row->how | (i->opcode >> 3 == 0xd8 >> 3 && map == MAP_ONE ? KH_MODRM : 0u);

    i->op = row->op;
    if (row->size != SZ_NONE && row->size != SZ_V)
        i->opsize = fixed[row->size];
    if (how & KH_MODRM)
        modrm(&c, i, how);
    else if (how & KH_OPCODE)
        i->reg = i->opcode & 7;
    for (unsigned n = 0; n < 3 && row->kind[n] != K___; n++) {
        unsigned kind = row->kind[n];

        i->opd[n] = kinds[kind].opd;
        if (kinds[kind].how & KH_BYTES) {
            immediate(&c, i, kind, imm);
            if (i->opd[n] == OPD_IMM)
                imm = &i->imm2;
        }
        if (i->opd[n] == OPD_RM || i->opd[n] == OPD_MMX_RM || i->opd[n] == OPD_XMM_RM)
            i->msize = rm_size(i, kind);
    }
    if (c.error != 1)
        return c.error;
    i->length = (uint8_t)c.pos;
    if ((how & KH_MEM && !i->is_mem) || (how & KH_NOMEM && i->is_mem))
        return X86_EUD;
    if (how & KH_SREG && i->reg >= SEG_COUNT)
        return X86_EUD;
    if (i->lock && !(x86_ops[i->op].props & P_LOCK && i->opd[0] == OPD_RM && i->is_mem))
        return X86_EUD;
    return i->length;
}
