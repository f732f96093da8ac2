/*
 * string.c - string instructions and REP.
 *
 * Each iteration of a REP is an instruction of its own to the rest of the machine: it is committed
 * alone, with EIP back at the instruction until the count is used up, so a fault, an I/O access or
 * an interrupt finds the registers of an iteration boundary. To save the way through the main loop
 * the handler commits up to gear1.burst iterations itself; the last commit is, as always, its
 * caller's.
 */
#include "gear1/gear1.h"

#define STRING_INLINE static inline __attribute__((always_inline))

/* What is the same in all iterations. */
struct string {
    const struct insn *insn;
    uint32_t mask;  /* of address and count: adsize */
    uint32_t delta; /* of (E)SI and (E)DI */
};

STRING_INLINE void index_set(unsigned reg, uint32_t mask, uint32_t value)
{
    if (mask == 0xffff)
        g1_set_reg16(reg, value);
    else
        g1_set_reg32(reg, value);
}

STRING_INLINE void index_advance(unsigned reg, const struct string *s)
{
    index_set(reg, s->mask, g1_reg32(reg) + s->delta);
}

STRING_INLINE uint32_t load_source(const struct string *s, unsigned size)
{
    return g1_load(seg_linear(s->insn->seg, g1_reg32(ESI) & s->mask, size, false), size);
}

STRING_INLINE uint32_t load_destination(const struct string *s, unsigned size)
{
    return g1_load(seg_linear(SEG_ES, g1_reg32(EDI) & s->mask, size, false), size);
}

STRING_INLINE void store_destination(const struct string *s, unsigned size, uint32_t value)
{
    g1_store(seg_linear(SEG_ES, g1_reg32(EDI) & s->mask, size, true), size, value);
}

STRING_INLINE void movs_once(const struct string *s, unsigned size)
{
    store_destination(s, size, load_source(s, size));
    index_advance(ESI, s);
    index_advance(EDI, s);
}

STRING_INLINE void stos_once(const struct string *s, unsigned size)
{
    store_destination(s, size, g1_reg32(EAX));
    index_advance(EDI, s);
}

STRING_INLINE void lods_once(const struct string *s, unsigned size)
{
    g1_set_reg(EAX, size, load_source(s, size));
    index_advance(ESI, s);
}

STRING_INLINE void cmps_once(const struct string *s, unsigned size)
{
    uint32_t source = load_source(s, size);

    (void)ATOM2(sub, size, source, load_destination(s, size));
    index_advance(ESI, s);
    index_advance(EDI, s);
}

STRING_INLINE void scas_once(const struct string *s, unsigned size)
{
    (void)ATOM2(sub, size, g1_reg(EAX, size), load_destination(s, size));
    index_advance(EDI, s);
}

/* The destination is probed first: what has been read from a port can't be read again. */
STRING_INLINE void ins_once(const struct string *s, unsigned size)
{
    g1_probe_write(SEG_ES, g1_reg32(EDI) & s->mask, size);
    store_destination(s, size, g1_port_read((uint16_t)g1_reg16(EDX), size));
    cms_count(EV_IO_STRINGS);
    index_advance(EDI, s);
}

STRING_INLINE void outs_once(const struct string *s, unsigned size)
{
    g1_port_write((uint16_t)g1_reg16(EDX), size, load_source(s, size));
    cms_count(EV_IO_STRINGS);
    index_advance(ESI, s);
}

/* Does a REPE or REPNE end after this iteration? */
STRING_INLINE bool compare_ends(const struct insn *i)
{
    return (i->rep == 0xf3) != !!(vx_movfc() & FL_ZF);
}

STRING_INLINE void repeat(const struct insn *i, void (*once)(const struct string *, unsigned),
                          unsigned size, bool compares)
{
    struct string s = {
        .insn = i,
        .mask = i->adsize == 4 ? 0xffffffff : 0xffff,
        .delta = cms.cpu.eflags & FL_DF ? 0u - size : size,
    };

    if (!i->rep) {
        once(&s, size);
        return;
    }

    uint32_t next = g1_eip(), start = next - i->length;
    uint32_t count = g1_reg32(ECX) & s.mask;
    unsigned burst = cms.gear1.burst;

    while (count) {
        once(&s, size);
        index_set(ECX, s.mask, --count);
        if (count == 0 || (compares && compare_ends(i)))
            return;
        g1_set_eip(start);
        if (--burst == 0) {
            g1_stop();
            return;
        }
        vx_commit(1);
        g1_set_eip(next);
    }
}

/*
 * REP MOVS and REP STOS with 32-bit addresses: if all elements of a burst pass the quick check, the
 * loop is nothing but the accesses, three registers and a commit; upwards, that is of WIDE bytes as
 * long as the page has them, and as long as none of them would be read after it was written.
 */
#define WIDE 8

struct quick_string {
    uint32_t count;    /* elements of this burst */
    uint32_t from, to; /* linear less offset: bases of the segments */
    bool wide;
};

/* Commits elements of that size, WIDE bytes in all. */
STRING_INLINE void commit_wide(unsigned size)
{
    if (size == 4)
        vx_commit(WIDE / 4);
    else if (size == 2)
        vx_commit(WIDE / 2);
    else
        vx_commit(WIDE);
}

/* How far the registers are after `count` elements upwards. */
STRING_INLINE void quick_advance(bool moves, uint32_t bytes, uint32_t count)
{
    if (moves)
        vx_setr(REG_GPR0 + ESI, (uint32_t)(vx_getr(REG_GPR0 + ESI) + bytes));
    vx_setr(REG_GPR0 + EDI, (uint32_t)(vx_getr(REG_GPR0 + EDI) + bytes));
    vx_setr(REG_GPR0 + ECX, (uint32_t)(vx_getr(REG_GPR0 + ECX) - count));
}

STRING_INLINE bool quick_side(unsigned seg, uint32_t offset, uint32_t reach, bool write, bool down,
                              uint32_t *base)
{
    const struct segment *s = &cms.cpu.seg[seg];
    uint32_t last = down ? offset - reach : offset + reach;

    *base = s->base;
    return (down ? last <= offset : last >= offset) && seg_quick(s, down ? offset : last, write);
}

/* Might `to` be less than WIDE bytes behind `from`, also if both are the same page by two names? */
STRING_INLINE bool near_above(uint32_t from, uint32_t to)
{
    uint32_t apart = (to - from) & PAGE_MASK;

    return apart && apart < WIDE;
}

STRING_INLINE bool quick_begin(const struct insn *i, unsigned size, bool moves,
                               struct quick_string *q)
{
    bool down = cms.cpu.eflags & FL_DF;
    uint32_t count = g1_reg32(ECX), most = cms.gear1.burst, reach;

    if (!i->rep || i->adsize != 4 || cms.step || most < 2 || count < 2)
        return false;
    if (!down)
        most *= WIDE / size;
    q->count = count < most ? count : most;
    reach = (q->count - 1) * size;
    if ((moves && !quick_side(i->seg, g1_reg32(ESI), reach, false, down, &q->from)) ||
        !quick_side(SEG_ES, g1_reg32(EDI), reach, true, down, &q->to))
        return false;
    q->wide = !down && (!moves || !near_above(q->from + g1_reg32(ESI), q->to + g1_reg32(EDI)));
    return true;
}

STRING_INLINE bool wide_fits(uint32_t lin)
{
    return (lin & PAGE_MASK) <= PAGE_SIZE - WIDE;
}

/* What a STOS stores, over and over. */
STRING_INLINE uint64_t wide_value(unsigned size)
{
    uint64_t value = (uint32_t)vx_getr(REG_GPR0 + EAX);

    if (size == 1)
        value = (value & 0xff) | (value & 0xff) << 8;
    if (size <= 2)
        value = (value & 0xffff) | (value & 0xffff) << 16;
    return value | value << 32;
}

/* Elements in WIDE bytes at once, as long as that goes; returns how many are left, at least one. */
STRING_INLINE uint32_t repeat_wide(unsigned size, bool moves, const struct quick_string *q)
{
    uint64_t value = moves ? 0 : wide_value(size);
    uint32_t left = q->count;

    while (left > WIDE / size) {
        uint32_t from = q->from + (uint32_t)vx_getr(REG_GPR0 + ESI);
        uint32_t to = q->to + (uint32_t)vx_getr(REG_GPR0 + EDI);

        if (!wide_fits(to) || (moves && !wide_fits(from)))
            break;
        if (moves)
            value = vx_gld64(from);
        vx_gst64(to, value);
        quick_advance(moves, WIDE, WIDE / size);
        commit_wide(size);
        left -= WIDE / size;
    }
    return left;
}

/* One element; the caller commits it. */
STRING_INLINE void repeat_one(unsigned size, bool moves, const struct quick_string *q)
{
    uint32_t delta = cms.cpu.eflags & FL_DF ? 0u - size : size;
    uint32_t value = (uint32_t)vx_getr(REG_GPR0 + EAX);

    if (moves)
        value = g1_quick_load(q->from + (uint32_t)vx_getr(REG_GPR0 + ESI), size);
    g1_quick_store(q->to + (uint32_t)vx_getr(REG_GPR0 + EDI), size, value);
    quick_advance(moves, delta, 1);
}

/* EIP stays at the instruction while elements are left; the caller commits the burst's last. */
STRING_INLINE void leave_at(uint32_t next)
{
    if (vx_getr(REG_GPR0 + ECX) == 0)
        g1_set_eip(next);
    else
        g1_stop();
}

STRING_INLINE void quick_repeat(const struct insn *i, unsigned size, bool moves,
                                struct quick_string *q)
{
    uint32_t next = g1_eip();

    g1_set_eip(next - i->length);
    for (;;) {
        if (q->wide)
            q->count = repeat_wide(size, moves, q);
        repeat_one(size, moves, q);
        if (--q->count == 0)
            break;
        vx_commit(1);
    }
    leave_at(next);
}

STRING_INLINE bool quick_string(const struct insn *i, unsigned size, bool moves)
{
    struct quick_string q = {0};

    if (!quick_begin(i, size, moves, &q))
        return false;
    quick_repeat(i, size, moves, &q);
    return true;
}

static bool quick_sizes(const struct insn *i, bool moves)
{
    return i->opsize == 4   ? quick_string(i, 4, moves)
           : i->opsize == 1 ? quick_string(i, 1, moves)
                            : quick_string(i, 2, moves);
}

#define STRING(handler, name, compares)          \
    void handler(const struct insn *i)           \
    {                                            \
        if (i->opsize == 1)                      \
            repeat(i, name##_once, 1, compares); \
        else if (i->opsize == 2)                 \
            repeat(i, name##_once, 2, compares); \
        else                                     \
            repeat(i, name##_once, 4, compares); \
    }

static STRING(movs_each, movs, false)
static STRING(stos_each, stos, false)
STRING(g1_lods, lods, false)
STRING(g1_cmps, cmps, true)
STRING(g1_scas, scas, true)

void g1_movs(const struct insn *i)
{
    if (!quick_sizes(i, true))
        movs_each(i);
}

void g1_stos(const struct insn *i)
{
    if (!quick_sizes(i, false))
        stos_each(i);
}

static void require_port(const struct insn *i)
{
    if (!g1_io_allowed((uint16_t)g1_reg16(EDX), i->opsize))
        x86_fault_code(X86_GP, 0);
}

/*
 * REP INS, upwards, of what the device has ready, as long as it is a mere buffer: WIDE bytes at
 * once within a page that can be written without a trap. Not the single iterations of gear1_one.
 */
#define READY_MOST 512 /* bytes: interrupts wait meanwhile */

static void ins_ready(const struct insn *i)
{
    uint32_t mask = i->adsize == 4 ? 0xffffffff : 0xffff, size = i->opsize;
    uint32_t offset = g1_reg32(EDI) & mask, count = g1_reg32(ECX) & mask, next = g1_eip();
    uint32_t to = cms.cpu.seg[SEG_ES].base + offset, length = PAGE_SIZE - (to & PAGE_MASK);
    uint16_t port = (uint16_t)g1_reg16(EDX);
    const uint8_t *from;

    if (!i->rep || cms.gear1.burst < 2 || cms.cpu.eflags & FL_DF)
        return;
    if (length > READY_MOST)
        length = READY_MOST;
    if (length / size > count)
        length = count * size;
    from = monitor_ahead(port, size, &length);
    if (!from || length <= WIDE || mask - offset < length ||
        !seg_quick(&cms.cpu.seg[SEG_ES], offset + length - size, true) ||
        !lin_takes(to, length, cms.cpu.cpl == 3))
        return;
    g1_set_eip(next - i->length);
    length = (length - 1) / WIDE * WIDE; /* at least one element is left for the general way */
    for (uint32_t n = 0; n < length; n += WIDE) {
        uint64_t value;

        __builtin_memcpy(&value, from + n, WIDE);
        vx_gst64(to + n, value);
        index_set(EDI, mask, offset + n + WIDE);
        index_set(ECX, mask, count - (n + WIDE) / size);
        if (size == 4)
            commit_wide(4);
        else
            commit_wide(2);
    }
    g1_set_eip(next);
    monitor_skip(port, size, length);
    cms.count[EV_IO_STRINGS] += length / size;
}

void g1_ins(const struct insn *i)
{
    require_port(i);
    if (cms.step)
        ins_ready(i);
    repeat(i, ins_once, i->opsize, false);
}

void g1_outs(const struct insn *i)
{
    require_port(i);
    repeat(i, outs_once, i->opsize, false);
}
