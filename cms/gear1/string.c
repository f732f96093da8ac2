/*
 * string.c - string instructions and REP.
 *
 * Each iteration of a REP is an instruction of its own to the rest of the machine: it is committed alone, with EIP back
 * at the instruction until the count is used up, so a fault, an I/O access or an interrupt finds the registers of an
 * iteration boundary. To save the way through the main loop the handler commits up to gear1.burst iterations itself;
 * the last commit is, as always, its caller's.
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
    index_advance(EDI, s);
}

STRING_INLINE void outs_once(const struct string *s, unsigned size)
{
    g1_port_write((uint16_t)g1_reg16(EDX), size, load_source(s, size));
    index_advance(ESI, s);
}

/* Does a REPE or REPNE end after this iteration? */
STRING_INLINE bool compare_ends(const struct insn *i)
{
    return (i->rep == 0xf3) != !!(vx_movfc() & FL_ZF);
}

STRING_INLINE void repeat(const struct insn *i, void (*once)(const struct string *, unsigned), unsigned size,
                          bool compares)
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

#define STRING(name, compares)                                                                                       \
    void g1_##name(const struct insn *i)                                                                             \
    {                                                                                                                \
        if (i->opsize == 1)                                                                                          \
            repeat(i, name##_once, 1, compares);                                                                     \
        else if (i->opsize == 2)                                                                                     \
            repeat(i, name##_once, 2, compares);                                                                     \
        else                                                                                                         \
            repeat(i, name##_once, 4, compares);                                                                     \
    }

STRING(movs, false)
STRING(stos, false)
STRING(lods, false)
STRING(cmps, true)
STRING(scas, true)

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
