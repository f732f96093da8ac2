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

STRING_INLINE void index_set(unsigned reg, const struct string *s, uint32_t value)
{
    if (s->mask == 0xffff)
        g1_set_reg16(reg, value);
    else
        g1_set_reg32(reg, value);
}

STRING_INLINE void index_advance(unsigned reg, const struct string *s)
{
    index_set(reg, s, g1_reg32(reg) + s->delta);
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
        index_set(ECX, &s, --count);
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
 * loop is nothing but the accesses, three registers and a commit.
 */
struct quick_string {
    uint32_t count;    /* elements of this burst */
    uint32_t from, to; /* linear less offset: bases of the segments */
};

STRING_INLINE bool quick_side(unsigned seg, uint32_t offset, uint32_t reach, bool write, bool down,
                              uint32_t *base)
{
    const struct segment *s = &cms.cpu.seg[seg];
    uint32_t last = down ? offset - reach : offset + reach;

    *base = s->base;
    return (down ? last <= offset : last >= offset) && seg_quick(s, down ? offset : last, write);
}

STRING_INLINE bool quick_begin(const struct insn *i, unsigned size, bool moves,
                               struct quick_string *q)
{
    bool down = cms.cpu.eflags & FL_DF;
    uint32_t count = g1_reg32(ECX), reach;

    q->count = count < cms.gear1.burst ? count : cms.gear1.burst;
    if (!i->rep || i->adsize != 4 || cms.step || q->count < 2)
        return false;
    reach = (q->count - 1) * size;
    return (!moves || quick_side(i->seg, g1_reg32(ESI), reach, false, down, &q->from)) &&
           quick_side(SEG_ES, g1_reg32(EDI), reach, true, down, &q->to);
}

/* Leaves the commit of the last element to the caller; EIP stays at the instruction while elements
 * are left. */
STRING_INLINE void quick_repeat(const struct insn *i, unsigned size, bool moves,
                                const struct quick_string *q)
{
    uint32_t delta = cms.cpu.eflags & FL_DF ? 0u - size : size;
    uint32_t left = q->count, next = g1_eip();

    g1_set_eip(next - i->length);
    for (;;) {
        uint32_t edi = (uint32_t)vx_getr(REG_GPR0 + EDI), value;

        if (moves) {
            uint32_t esi = (uint32_t)vx_getr(REG_GPR0 + ESI);

            value = g1_quick_load(q->from + esi, size);
            vx_setr(REG_GPR0 + ESI, esi + delta);
        } else {
            value = (uint32_t)vx_getr(REG_GPR0 + EAX);
        }
        g1_quick_store(q->to + edi, size, value);
        vx_setr(REG_GPR0 + EDI, edi + delta);
        vx_setr(REG_GPR0 + ECX, (uint32_t)vx_getr(REG_GPR0 + ECX) - 1);
        if (--left == 0)
            break;
        vx_commit(1);
    }
    if (vx_getr(REG_GPR0 + ECX) == 0)
        g1_set_eip(next);
    else
        g1_stop();
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

static STRING(movs_each, movs, false) static STRING(stos_each, stos, false)
    STRING(g1_lods, lods, false) STRING(g1_cmps, cmps, true) STRING(g1_scas, scas, true)

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

void g1_ins(const struct insn *i)
{
    require_port(i);
    repeat(i, ins_once, i->opsize, false);
}

void g1_outs(const struct insn *i)
{
    require_port(i);
    repeat(i, outs_once, i->opsize, false);
}
