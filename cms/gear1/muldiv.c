/* muldiv.c - multiplication and division. */
#include "gear1/gear1.h"

/* Product and quotient registers: AX for bytes, else (E)DX:(E)AX. */
static void set_pair(unsigned size, uint32_t low, uint32_t high)
{
    if (size == 1) {
        g1_set_reg16(EAX, (low & 0xff) | (high & 0xff) << 8);
    } else {
        g1_set_reg(EAX, size, low);
        g1_set_reg(EDX, size, high);
    }
}

static uint64_t get_pair(unsigned size)
{
    if (size == 1)
        return g1_reg16(EAX);
    return (uint64_t)g1_reg(EDX, size) << 8 * size | g1_reg(EAX, size);
}

void g1_mul(const struct insn *i)
{
    unsigned size = i->opsize;
    uint32_t a = g1_reg(EAX, size), b = g1_get_rm(i);
    uint64_t product = size == 4   ? vx_umulf32(a, b)
                       : size == 2 ? vx_umulf16(a, b)
                                   : vx_umulf8(a, b);

    set_pair(size, (uint32_t)product, (uint32_t)(product >> 8 * size));
}

static uint64_t signed_product(unsigned size, uint32_t a, uint32_t b)
{
    return size == 4 ? vx_imulf32(a, b) : size == 2 ? vx_imulf16(a, b) : vx_imulf8(a, b);
}

void g1_imul(const struct insn *i)
{
    uint64_t product = signed_product(i->opsize, g1_reg(EAX, i->opsize), g1_get_rm(i));

    set_pair(i->opsize, (uint32_t)product, (uint32_t)(product >> 8 * i->opsize));
}

void g1_imul2(const struct insn *i)
{
    uint64_t product = signed_product(i->opsize, g1_reg(i->reg, i->opsize), g1_get_rm(i));

    g1_set_reg(i->reg, i->opsize, (uint32_t)product);
}

void g1_imul3(const struct insn *i)
{
    g1_set_reg(i->reg, i->opsize, (uint32_t)signed_product(i->opsize, g1_get_rm(i), i->imm));
}

void g1_div(const struct insn *i)
{
    unsigned size = i->opsize;
    uint64_t dividend = get_pair(size);
    uint32_t divisor = g1_get_rm(i);

    if (divisor == 0 || dividend >> 8 * size >= divisor)
        x86_fault(X86_DE);
    set_pair(size, (uint32_t)(dividend / divisor), (uint32_t)(dividend % divisor));
}

/* `value` of 8 * size bits (16 for bytes' dividends and so on) as a signed number. */
static int64_t sign_extend(uint64_t value, unsigned bits)
{
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

void g1_idiv(const struct insn *i)
{
    unsigned size = i->opsize, bits = 8 * size;
    int64_t dividend = sign_extend(get_pair(size), 2 * bits);
    int64_t divisor = sign_extend(g1_get_rm(i), bits);
    int64_t quotient, rest;

    /* The first two leave no case in which the division below overflows. */
    if (divisor == 0 || dividend == INT64_MIN)
        x86_fault(X86_DE);
    quotient = dividend / divisor;
    rest = dividend % divisor;
    if (quotient != sign_extend((uint64_t)quotient, bits))
        x86_fault(X86_DE);
    set_pair(size, (uint32_t)quotient, (uint32_t)rest);
}

void g1_cwde(const struct insn *i)
{
    if (i->opsize == 4)
        g1_set_reg32(EAX, (uint32_t)(int16_t)g1_reg16(EAX));
    else
        g1_set_reg16(EAX, (uint32_t)(int8_t)g1_reg8(EAX));
}

void g1_cdq(const struct insn *i)
{
    unsigned top = 8 * i->opsize - 1;

    g1_set_reg(EDX, i->opsize, 0 - (g1_reg(EAX, i->opsize) >> top));
}
