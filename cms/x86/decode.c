/*
 * decode.c - from bytes to struct insn, driven by insns.def.
 *
 * opcode_map[] has for each map and opcode the number of a row, or that of a group: of its eight
 * rows modrm.reg, in the byte after the opcode, chooses one. What x87 needs of the byte after the
 * opcode is more, and has tables of its own.
 */
#include "x86.h"

/* What an operand letter says about the operand size. */
enum kind_size { SZ_NONE, SZ_B = 1, SZ_W = 2, SZ_D = 4, SZ_Q = 8, SZ_V = 16 };

enum {
    KH_MODRM = 1,  /* needs a modrm byte */
    KH_MEM = 2,    /* mod 3 is undefined */
    KH_REGRM = 4,  /* mod is ignored: a register */
    KH_OPCODE = 8, /* register number in the opcode */
    KH_SREG = 32,  /* modrm.reg must name a segment register */
    KH_NOMEM = 64, /* memory is undefined */
};

/* Size of a modrm operand that isn't the same in all modes, V being the operand size. */
enum { RM_V = 32, RM_V_OR_2 /* of memory 2 */, RM_V_PLUS_2, RM_TWO_V };

/* What is behind modrm: immediates, or registers that the opcode implies, as SEG_ES and so on. */
enum {
    TAKE_NOTHING,
    TAKE_SIGNED_1,
    TAKE_SIGNED_V,
    TAKE_PLAIN_1,
    TAKE_PLAIN_2,
    TAKE_ONE, /* the constant */
    TAKE_FAR,
    TAKE_ADDRESS, /* of memory */
    TAKE_ES,
    TAKE_CS,
    TAKE_SS,
    TAKE_DS,
    TAKE_FS,
    TAKE_GS,
};

#define K(letter, opd, size, how, rm, take) OPD_##letter = opd,
enum {
#include "operands.def"
};

#define K(letter, opd, size, how, rm, take) SIZE_##letter = (int)size,
enum {
#include "operands.def"
};

#define K(letter, opd, size, how, rm, take) HOW_##letter = how,
enum {
#include "operands.def"
};

#define K(letter, opd, size, how, rm, take) RM_##letter = (int)rm,
enum {
#include "operands.def"
};

#define K(letter, opd, size, how, rm, take) TAKE_##letter = (int)TAKE_##take,
enum {
#include "operands.def"
};

enum {
    ROW_none,
#define ENC(map, first, last, ext0, ext1, name, a, b, c) ROW_##map##_##first##_##ext0,
#include "insns.def"
};

enum { MAP_ONE, MAP_0F, MAP_66, MAP_F3, MAP_F2, MAP_COUNT };

/* By insns.def's number, which counts from 1 and has x87's in between. */
enum { X87_MEMORY = 3, X87_REGISTER = 4 };

#define MAP_INDEX(map)                                                                             \
    ((map) < X87_MEMORY ? (map) - 1 : (map) > X87_REGISTER ? (map) - 3 : MAP_COUNT)

/* Opcodes of which modrm.reg is a part: X(map, opcode, m, o). */
#define GROUPS(X, m, o)                                                                            \
    X(1, 80, m, o) X(1, 81, m, o) X(1, 82, m, o) X(1, 83, m, o) X(1, 8f, m, o) X(1, c0, m, o)      \
    X(1, c1, m, o) X(1, c6, m, o) X(1, c7, m, o) X(1, d0, m, o) X(1, d1, m, o) X(1, d2, m, o)      \
    X(1, d3, m, o) X(1, f6, m, o) X(1, f7, m, o) X(1, fe, m, o) X(1, ff, m, o) X(2, 00, m, o)      \
    X(2, 01, m, o) X(2, 71, m, o) X(2, 72, m, o) X(2, 73, m, o) X(2, ae, m, o) X(2, ba, m, o)      \
    X(2, c7, m, o) X(5, 71, m, o) X(5, 72, m, o) X(5, 73, m, o)

#define GROUP_NAME(map, opcode, m, o) GROUP_##map##_##opcode,
#define GROUP_TEST(map, opcode, m, o) (m) == map && (o) == 0x##opcode ? GROUP_##map##_##opcode :

enum { GROUPS(GROUP_NAME, 0, 0) GROUP_none };

/* The group of opcode `o` in map `m`: a constant. */
#define GROUP_OF(m, o) (GROUPS(GROUP_TEST, m, o) GROUP_none)
#define GROUPED 0x8000 /* added to a group's number in opcode_map[] */

#define FIRST(a, b, c) ((a) ? (a) : (b) ? (b) : (c)) /* that isn't 0 */
#define SECOND(a, b, c) ((a) ? FIRST(b, c, 0) : (b) ? (c) : 0)

/* Everything that the letters of an encoding say. */
static const struct row {
    uint16_t op;
    uint8_t opd[3];  /* enum x86_opd */
    uint8_t size;    /* enum kind_size of the first operand that has one */
    uint8_t how;     /* KH_x of all operands */
    uint8_t rm;      /* bytes of the modrm operand, or RM_x */
    uint8_t take[2]; /* TAKE_x, in the order of the bytes */
} rows[] = {
    [ROW_none] = {.op = OP_none},
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                      \
    [ROW_##map##_##first##_##ext0] = {OP_##name,                                              \
                                      {OPD_##a, OPD_##b, OPD_##c},                            \
                                      FIRST(SIZE_##a, SIZE_##b, SIZE_##c),                    \
                                      HOW_##a | HOW_##b | HOW_##c,                            \
                                      FIRST(RM_##a, RM_##b, RM_##c),                          \
                                      {FIRST(TAKE_##a, TAKE_##b, TAKE_##c),                   \
                                       SECOND(TAKE_##a, TAKE_##b, TAKE_##c)}},
#include "insns.def"
};

/* clang-format off */
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                           \
    _Static_assert((ext0 == 0 && ext1 == 7) || map == X87_MEMORY || map == X87_REGISTER ||         \
                       GROUP_OF(map, 0x##first) != GROUP_none, #map " " #first " is no group");
#include "insns.def"

/* A table takes rows that are not its own, too: at its end, in the place of no map or no group. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const uint16_t opcode_map[MAP_COUNT + 1][256] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                           \
    [MAP_INDEX(map)][0x##first ... 0x##last] =                                                     \
        GROUP_OF(map, 0x##first) != GROUP_none ? GROUPED + GROUP_OF(map, 0x##first)                \
                                               : ROW_##map##_##first##_##ext0,
#include "insns.def"
};

static const uint16_t group_rows[GROUP_none + 1][8] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                           \
    [GROUP_OF(map, 0x##first)][ext0 ... ext1] = ROW_##map##_##first##_##ext0,
#include "insns.def"
};

/* By opcode - D8 and modrm.reg. */
static const uint16_t x87_memory[8 + 1][8] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                           \
    [map == X87_MEMORY ? 0x##first - 0xd8 : 8][ext0 ... ext1] = ROW_##map##_##first##_##ext0,
#include "insns.def"
};

/* By modrm - C0 and opcode - D8. */
static const uint16_t x87_register[64 + 1][8] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c)                                           \
    [map == X87_REGISTER ? 0x##first - 0xc0 : 64 ... map == X87_REGISTER ? 0x##last - 0xc0 : 64]   \
    [ext0 ... ext1] = ROW_##map##_##first##_##ext0,
#include "insns.def"
};
#pragma GCC diagnostic pop
/* clang-format on */

const struct x86_op_info x86_ops[OP_COUNT] = {
    [OP_none] = {"(bad)", 0, 0, 0, 0, FEATURE_BASE},
#define OP(name, mnemonic, reads, writes, undef, props, feature) \
    [OP_##name] = {mnemonic, reads, writes, undef, props, FEATURE_##feature},
#include "insns.def"
};

#define LOGIC(undef, props) ((unsigned)(undef) == FL_AF && !((props) & P_FLAGMAY))

const struct x86_traits x86_traits[OP_COUNT] = {
#define OP(name, mnemonic, reads, writes, undef, props, feature) \
    [OP_##name] = {(uint16_t)(props), reads, writes,             \
                   LOGIC(undef, props) ? (writes) : (writes) & ~(undef)},
#include "insns.def"
};

/* The bytes being decoded: `end` of them may be looked at. */
struct cursor {
    const uint8_t *bytes;
    unsigned pos, end;
    bool over; /* more were asked for */
};

static inline uint8_t next(struct cursor *c)
{
    if (c->pos < c->end)
        return c->bytes[c->pos++];
    c->over = true;
    return 0;
}

/* So many bytes, `size` 1, 2 or 4, at the upper end of the word. */
static inline uint32_t next_high(struct cursor *c, unsigned size)
{
    uint32_t value = 0;

    if (c->end - c->pos >= sizeof value) {
        __builtin_memcpy(&value, c->bytes + c->pos, sizeof value);
        c->pos += size;
        return value << (32 - 8 * size);
    }
    for (unsigned n = 0; n < size; n++)
        value = value >> 8 | (uint32_t)next(c) << 24;
    return value;
}

static inline uint32_t next_le(struct cursor *c, unsigned size)
{
    return next_high(c, size) >> (32 - 8 * size);
}

static inline uint32_t next_signed(struct cursor *c, unsigned size)
{
    return (uint32_t)((int32_t)next_high(c, size) >> (32 - 8 * size));
}

/* What x86_decode returns when the cursor has gone over the end. */
static int too_short(const struct cursor *c)
{
    return c->end >= X86_MAX_LENGTH ? X86_ELONG : 0;
}

/* Is the byte a prefix? Then takes it. */
static bool prefix(struct insn *i, uint8_t byte, bool code32)
{
    switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
        i->seg = byte >> 3 & 3;
        i->seg_override = true;
        return true;
    case 0x64:
    case 0x65:
        i->seg = byte - 0x60;
        i->seg_override = true;
        return true;
    case 0x66: i->opsize = code32 ? 2 : 4; return true;
    case 0x67: i->adsize = code32 ? 2 : 4; return true;
    case 0xf0: i->lock = true; return true;
    case 0xf2:
    case 0xf3: i->rep = byte; return true;
    default: return false;
    }
}

static inline void modrm16(struct cursor *c, struct insn *i)
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

static inline void modrm32(struct cursor *c, struct insn *i)
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

static inline void modrm(struct cursor *c, struct insn *i, unsigned how)
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
static inline __attribute__((always_inline)) void take(struct cursor *c, struct insn *i,
                                                       unsigned what, uint32_t *imm)
{
    switch (what) {
    case TAKE_SIGNED_1: *imm = next_signed(c, 1); break;
    case TAKE_SIGNED_V: *imm = next_signed(c, i->opsize); break;
    case TAKE_PLAIN_1: *imm = next(c); break;
    case TAKE_PLAIN_2: *imm = next_le(c, 2); break;
    case TAKE_ONE: *imm = 1; break;
    case TAKE_FAR:
        *imm = next_le(c, i->opsize);
        i->imm2 = next_le(c, 2);
        break;
    case TAKE_ADDRESS:
        i->is_mem = true;
        i->disp = (int32_t)next_le(c, i->adsize);
        break;
    default: i->reg = (uint8_t)(what - TAKE_ES + SEG_ES);
    }
}

static uint8_t rm_size(const struct insn *i, unsigned rm)
{
    switch (rm) {
    case RM_V: return i->opsize;
    case RM_V_OR_2: return i->is_mem ? 2 : i->opsize;
    case RM_V_PLUS_2: return i->opsize + 2;
    case RM_TWO_V: return i->opsize * 2;
    default: return (uint8_t)rm;
    }
}

static bool is_x87(uint8_t opcode)
{
    return opcode >> 3 == 0xd8 >> 3;
}

/* After 0F: the map that a prefix selects, F2 and F3 before 66. */
static unsigned prefixed_map(const struct insn *i, bool code32)
{
    if (i->rep)
        return i->rep == 0xf3 ? MAP_F3 : MAP_F2;
    return i->opsize == (code32 ? 4 : 2) ? MAP_0F : MAP_66;
}

#define NO_ROW UINT16_MAX

/* The row of `opcode` by the byte behind it; NO_ROW: that is needed, and not there. */
static uint16_t find_row(struct cursor c, unsigned map, uint8_t opcode)
{
    bool x87 = map == MAP_ONE && is_x87(opcode);
    uint16_t row = opcode_map[map][opcode];

    if (!x87 && !(row & GROUPED))
        return row;
    if (c.pos >= c.end)
        return NO_ROW;
    uint8_t byte = c.bytes[c.pos];
    if (!x87)
        return group_rows[row - GROUPED][byte >> 3 & 7];
    return byte >= 0xc0 ? x87_register[byte - 0xc0][opcode & 7]
                        : x87_memory[opcode & 7][byte >> 3 & 7];
}

/* Likewise of an instruction after 0F, whose prefixes may select it. */
static uint16_t find_0f(struct cursor c, const struct insn *i, bool code32)
{
    unsigned map = prefixed_map(i, code32);
    uint16_t row = find_row(c, map, i->opcode);

    if (map == MAP_0F || row == NO_ROW || rows[row].op != OP_none)
        return row;
    row = find_row(c, MAP_0F, i->opcode);
    return row != NO_ROW && x86_ops[rows[row].op].props & P_SIMD_ONLY ? ROW_none : row;
}

/* Takes a second operand of that kind: rare, and not to keep the first one's cursor in memory. */
static __attribute__((noinline)) struct cursor take_second(struct cursor c, struct insn *i,
                                                           unsigned what)
{
    take(&c, i, what, &i->imm2);
    return c;
}

/* What most instructions need not be asked. */
static bool is_forbidden(const struct insn *i, unsigned how)
{
    return (how & KH_MEM && !i->is_mem) || (how & KH_NOMEM && i->is_mem) ||
           (how & KH_SREG && i->reg >= SEG_COUNT) ||
           (i->lock &&
            !(x86_ops[i->op].props & P_LOCK && i->opd[0] == OPD_RM && i->is_mem));
}

int x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *i)
{
    struct cursor c = {.bytes = bytes, .end = avail < X86_MAX_LENGTH ? avail : X86_MAX_LENGTH};
    uint16_t number; /* of its row */
    unsigned how = 0;

    *i = (struct insn){.seg = SEG_DS, .mod = 3, .base = -1, .index = -1};
    i->opsize = i->adsize = code32 ? 4 : 2;
    do {
        i->opcode = next(&c);
        number = opcode_map[MAP_ONE][i->opcode];
    } while (number == ROW_none && prefix(i, i->opcode, code32));
    if (number == ROW_none && i->opcode == 0x0f) {
        i->opcode = next(&c);
        number = find_0f(c, i, code32);
    } else if (number == ROW_none || number & GROUPED) {
        number = find_row(c, MAP_ONE, i->opcode);
        how = is_x87(i->opcode) ? KH_MODRM : 0;
    }
    if (c.over || number == NO_ROW)
        return too_short(&c);

    const struct row *row = &rows[number];
    const uint8_t opd[] = {row->opd[0], row->opd[1], row->opd[2]};

    if (row->op == OP_none)
        return X86_EUD;
    how |= row->how;
    i->op = row->op;
    if (row->size != SZ_NONE && row->size != SZ_V)
        i->opsize = row->size;
    if (how & KH_MODRM)
        modrm(&c, i, how);
    else if (how & KH_OPCODE)
        i->reg = i->opcode & 7;
    i->opd[0] = opd[0];
    i->opd[1] = opd[1];
    i->opd[2] = opd[2];
    if (row->take[0] != TAKE_NOTHING)
        take(&c, i, row->take[0], &i->imm);
    if (row->take[1] != TAKE_NOTHING)
        c = take_second(c, i, row->take[1]);
    i->msize = rm_size(i, row->rm);
    if (c.over)
        return too_short(&c);
    i->length = (uint8_t)c.pos;
    if ((how & (KH_MEM | KH_NOMEM | KH_SREG) || i->lock) && is_forbidden(i, how))
        return X86_EUD;
    return i->length;
}
