/*
 * operand.c - operands: parts of registers, and memory through segments.
 *
 * General registers hold 32 bits, zero-extended; atoms keep it so. Whoever reads a part of a
 * register gets a chip register that holds it in its low bits, with garbage above.
 *
 * Segments come in the classes of the context. A flat one adds nothing. A base is a pinned
 * register, loaded from the guest's state when the translation is entered, because real-mode code
 * changes bases all the time. A limit of FFFF is checked by a branch to the rerun stub, unless the
 * offset is cut to 16 bits and the access is a single byte.
 */
#include "gear2/build.h"
#include "isa_word.h"

#define LIMIT_64K 0xffffu

unsigned reg_read(struct trans *t, unsigned number, unsigned size)
{
    unsigned part;

    if (size != 1 || number < 4)
        return REG_GPR0 + number;
    part = temp(t);
    put_field(t, ISA_extu, part, REG_GPR0 + number - 4, 8, 8);
    return part;
}

unsigned reg_target(struct trans *t, unsigned number, unsigned size)
{
    return size == 4 ? REG_GPR0 + number : temp(t);
}

void reg_write(struct trans *t, unsigned number, unsigned size, unsigned from)
{
    if (size == 4)
        put_move(t, REG_GPR0 + number, from);
    else if (size == 2)
        put_field(t, ISA_dep, REG_GPR0 + number, from, 0, 16);
    else
        put_field(t, ISA_dep, REG_GPR0 + (number & 3), from, number & 4 ? 8 : 0, 8);
}

static const uint16_t scaled_add[4] = {ISA_addz, ISA_sh1addz, ISA_sh2addz, ISA_sh3addz};

/*
 * base + (index << scale) of the memory operand in one register, and what is left as displacement.
 */
static unsigned base_and_index(struct trans *t, const struct insn *i)
{
    unsigned base = i->base < 0 ? 0u : REG_GPR0 + (unsigned)i->base;
    unsigned sum;

    if (i->index < 0)
        return base;
    if (!base && !i->scale)
        return REG_GPR0 + (unsigned)i->index;
    sum = temp(t);
    put_r(t, scaled_add[i->scale], sum, REG_GPR0 + (unsigned)i->index, base);
    return sum;
}

/* reg + disp cut to the address size. */
static unsigned offset(struct trans *t, unsigned reg, int32_t disp, unsigned adsize)
{
    unsigned sum = reg;

    if (!reg)
        return constant(t, adsize == 2 ? (uint16_t)disp : (uint32_t)disp);
    if (disp) {
        sum = temp(t);
        put_i(t, ISA_addiz, sum, reg, disp);
    }
    if (adsize == 2) {
        unsigned cut = temp(t);

        put_r(t, ISA_zexth, cut, sum, 0);
        sum = cut;
    }
    return sum;
}

unsigned offset_of(struct trans *t, const struct insn *i)
{
    return offset(t, base_and_index(t, i), i->disp, i->adsize);
}

struct place place_within(struct trans *t, unsigned seg, unsigned reg, int32_t disp,
                          unsigned adsize, unsigned size, bool write)
{
    unsigned class = mode_segment(t->key.mode, seg);
    unsigned kind = class & SEG_KIND;
    unsigned off, base, sum;

    if (kind == SEG_OTHER || (write && !(class & SEG_WRITABLE))) {
        give_up(t, ABORT_SEGMENT);
        return place_direct(0, 0);
    }
    if (kind == SEG_FLAT && adsize == 4)
        return place_direct(reg, disp);
    if (kind == SEG_BASED && adsize == 4) {
        base = pin(t, PIN_SEGMENT_BASE, seg);
        if (!reg)
            return place_direct(base, disp);
        sum = temp(t);
        put_r(t, ISA_addz, sum, base, reg);
        return place_direct(sum, disp);
    }
    off = offset(t, reg, disp, adsize);
    if (kind == SEG_FLAT)
        return place_direct(off, 0);
    base = pin(t, PIN_SEGMENT_BASE, seg);
    if (kind == SEG_64K && !(adsize == 2 && size == 1))
        put_check_r(t, ISA_brltu, pin(t, PIN_CONSTANT, LIMIT_64K - (size - 1)), off);
    return (struct place){.indexed = true, .ra = (uint8_t)base, .rb = (uint8_t)off};
}

struct place place_of(struct trans *t, const struct insn *i, unsigned size, bool write)
{
    unsigned class = mode_segment(t->key.mode, i->seg);
    bool plain = i->adsize == 4 && class == (SEG_FLAT | SEG_WRITABLE);

    if (plain && i->index < 0)
        return place_direct(i->base < 0 ? 0u : REG_GPR0 + (unsigned)i->base, i->disp);
    if (plain && !i->disp)
        return (struct place){
            .indexed = true,
            .ra = i->base < 0 ? 0 : (uint8_t)(REG_GPR0 + i->base),
            .rb = (uint8_t)(REG_GPR0 + i->index),
            .shift = i->scale,
        };
    return place_at(t, i->seg, base_and_index(t, i), i->disp, i->adsize, size, write);
}

/* Gear 3's. */
static OUT_OF_LINE void keep_access(struct trans *t, const struct place *p, unsigned plain,
                                    unsigned indexed, unsigned reg, bool write)
{
    struct isa_op op = {.ra = p->ra};

    if (p->indexed) {
        op.atom = (uint16_t)indexed;
        op.rb = p->rb;
        op.sc = p->shift;
    } else {
        op.atom = (uint16_t)plain;
        op.imm = p->disp;
    }
    if (write)
        op.rs = (uint8_t)reg;
    else
        op.rd = (uint8_t)reg;
    put(t, &op, ROLE_PLAIN, 0);
}

static inline void put_access(struct trans *t, const struct place *p, unsigned plain,
                              unsigned indexed, unsigned reg, bool write)
{
    unsigned rd = write ? 0 : reg;
    uint64_t reads = PACK_READS(p->ra, write ? reg : 0);

    if (t->gear != 2)
        keep_access(t, p, plain, indexed, reg, write);
    else if (p->indexed)
        pack_bits(t, indexed, ISA_BITS_GX(reg, p->ra, p->rb, p->shift), rd,
                  reads | UINT64_C(1) << p->rb);
    else
        pack_imm(t, plain, ISA_BITS_R(reg, p->ra, 0), rd, reads, p->disp);
}

/*
 * Where an access has crossed page borders again and again, it is made byte by byte.
 */
static bool is_split(const struct trans *t, unsigned size)
{
    return size > 1 && t->insn[t->current].crosses;
}

/* The place as a register and a displacement. */
static struct place unindexed(struct trans *t, const struct place *p)
{
    unsigned sum = temp(t);

    if (!p->indexed)
        return *p;
    put_r(t, scaled_add[p->shift], sum, p->rb, p->ra);
    return place_direct(sum, 0);
}

/* Zero-extended, in a temporary. */
static unsigned load_bytes(struct trans *t, const struct place *p, unsigned size)
{
    struct place byte = unindexed(t, p);
    unsigned value = temp(t);

    put_access(t, &byte, ISA_gld8, 0, value, false);
    for (unsigned i = 1; i < size; i++) {
        unsigned part = temp(t);

        byte.disp++;
        put_access(t, &byte, ISA_gld8, 0, part, false);
        put_field(t, ISA_dep, value, part, 8 * i, 8);
    }
    return value;
}

static void store_bytes(struct trans *t, const struct place *p, unsigned size, unsigned rs)
{
    struct place byte = unindexed(t, p);

    t->stores += size - 1;
    put_access(t, &byte, ISA_gst8, 0, rs, true);
    for (unsigned i = 1; i < size; i++) {
        unsigned part = temp(t);

        byte.disp++;
        put_shift(t, ISA_srli, part, rs, 8 * i);
        put_access(t, &byte, ISA_gst8, 0, part, true);
    }
}

void load(struct trans *t, const struct place *p, unsigned size, unsigned rd)
{
    static const sized_atom plain = SIZED(gld), indexed = SIZED(gldx);

    if (is_split(t, size)) {
        put_i(t, ISA_addi, rd, load_bytes(t, p, size), 0);
        return;
    }
    put_access(t, p, by_size(plain, size), by_size(indexed, size), rd, false);
}

void load_signed(struct trans *t, const struct place *p, unsigned size, unsigned rd)
{
    if (is_split(t, size))
        put_field(t, ISA_exts, rd, load_bytes(t, p, size), 0, 8 * size);
    else if (size == 1)
        put_access(t, p, ISA_gld8s, ISA_gldx8s, rd, false);
    else
        put_access(t, p, ISA_gld16s, ISA_gldx16s, rd, false);
}

void store(struct trans *t, const struct place *p, unsigned size, unsigned rs)
{
    static const sized_atom plain = SIZED(gst), indexed = SIZED(gstx);

    t->stores++;
    if (is_split(t, size))
        store_bytes(t, p, size, rs);
    else
        put_access(t, p, by_size(plain, size), by_size(indexed, size), rs, true);
}

unsigned operand(struct trans *t, const struct insn *i, unsigned n)
{
    switch (i->opd[n]) {
    case OPD_REG: return reg_read(t, i->reg, i->opsize);
    case OPD_IMM:
        if (t->insn[t->current].loads)
            return lower_immediate(t, &t->insn[t->current]);
        return constant(t, i->imm);
    case OPD_CL: return REG_GPR0 + ECX;
    case OPD_RM:
        if (i->is_mem) {
            struct place p = place_of(t, i, i->msize, false);
            unsigned value = temp(t);

            load(t, &p, i->msize, value);
            return value;
        }
        return reg_read(t, i->rm, i->msize);
    default: give_up(t, ABORT_FORM); return 0;
    }
}

void target_open(struct trans *t, const struct insn *i, unsigned n, struct target *d, bool read)
{
    *d = (struct target){.size = i->opsize};
    switch (i->opd[n]) {
    case OPD_REG: d->number = i->reg; break;
    case OPD_RM:
        d->size = i->msize;
        d->number = i->rm;
        d->memory = i->is_mem;
        break;
    default: give_up(t, ABORT_FORM); return;
    }
    if (d->memory) {
        d->place = place_of(t, i, d->size, true);
        d->result = temp(t);
        if (read) {
            d->value = temp(t);
            load(t, &d->place, d->size, d->value);
        }
        return;
    }
    if (read)
        d->value = reg_read(t, d->number, d->size);
    d->result = reg_target(t, d->number, d->size);
}

void target_close(struct trans *t, const struct target *d, unsigned from)
{
    if (d->memory)
        store(t, &d->place, d->size, from);
    else
        reg_write(t, d->number, d->size, from);
}
