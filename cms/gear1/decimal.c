/* decimal.c - packed and unpacked decimal adjustment. Undefined flags are as current processors
 * leave them. */
#include "gear1/gear1.h"

/* Sets ZF, SF and PF by AL, clears OF, and sets CF and AF as told. */
static void set_flags(uint32_t al, bool carry, bool adjust)
{
    (void)vx_orf8(al, 0);
    vx_movtc((vx_movfc() & (FL_ZF | FL_SF | FL_PF)) | (carry ? FL_CF : 0) | (adjust ? FL_AF : 0));
}

void g1_daa(const struct insn *i)
{
    uint32_t flags = (uint32_t)vx_movfc(), old = g1_reg8(EAX), al = old;
    bool adjust = (old & 15) > 9 || flags & FL_AF;
    bool carry = old > 0x99 || flags & FL_CF;

    (void)i;
    if (adjust)
        al += 6;
    if (carry)
        al += 0x60;
    g1_set_reg8(EAX, al);
    set_flags(al & 0xff, carry, adjust);
}

void g1_das(const struct insn *i)
{
    uint32_t flags = (uint32_t)vx_movfc(), old = g1_reg8(EAX), al = old;
    bool adjust = (old & 15) > 9 || flags & FL_AF;
    bool high = old > 0x99 || flags & FL_CF;
    bool carry = high || (adjust && old < 6);

    (void)i;
    if (adjust)
        al -= 6;
    if (high)
        al -= 0x60;
    g1_set_reg8(EAX, al);
    set_flags(al & 0xff, carry, adjust);
}

/* AAA and AAS: AX += by, or nothing, and AL loses its upper half. */
static void ascii_adjust(uint32_t by)
{
    bool adjust = (g1_reg8(EAX) & 15) > 9 || vx_movfc() & FL_AF;
    uint32_t ax = g1_reg16(EAX) + (adjust ? by : 0);

    g1_set_reg16(EAX, ax & 0xff0f);
    set_flags(ax & 0x0f, adjust, adjust);
}

void g1_aaa(const struct insn *i)
{
    (void)i;
    ascii_adjust(0x106);
}

void g1_aas(const struct insn *i)
{
    (void)i;
    ascii_adjust(0u - 0x106);
}

void g1_aam(const struct insn *i)
{
    uint32_t base = i->imm & 0xff, al = g1_reg8(EAX);

    if (base == 0)
        x86_fault(X86_DE);
    g1_set_reg16(EAX, al / base << 8 | al % base);
    set_flags(al % base, false, false);
}

void g1_aad(const struct insn *i)
{
    uint32_t ax = g1_reg16(EAX), al = (ax + (ax >> 8) * (i->imm & 0xff)) & 0xff;

    g1_set_reg16(EAX, al);
    set_flags(al, false, false);
}
