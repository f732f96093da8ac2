/*
 * fpu.c - the floating-point half of a case's state: making it, comparing it.
 *
 * What FXSAVE says of the last instruction's address and opcode isn't compared: the kernel between
 * case and comparison doesn't keep it.
 */
#include <stdlib.h>
#include <string.h>

#include "make.h"

enum { FX_CONTROL = 0, FX_STATUS = 2, FX_FULL = 4, FX_MXCSR = 24, FX_ST = 32, FX_XMM = 160 };

#define C1 0x200u

enum { OVERFLOW = 8, UNDERFLOW = 16, INEXACT = 32 };

static bool one_in(uint32_t n)
{
    return make_below(n) == 0;
}

static uint64_t random64(void)
{
    return (uint64_t)make_random() << 32 | make_random();
}

/* Significands and exponents at which something changes. */
static uint64_t significand(void)
{
    static const uint64_t edges[] = {
        0,
        1,
        1ull << 63,
        1ull << 63 | 1,
        ~0ull,
        3ull << 62,
        ~0ull << 40,
        ~0ull << 11,
        (~0ull << 11) - (1u << 10),
        (1ull << 63) + (1ull << 39),
        (1ull << 63) + (1ull << 10),
        0x7fffffffffffffff,
    };

    return one_in(2) ? edges[make_below(sizeof(edges) / sizeof(edges[0]))] : random64();
}

static uint16_t exponent(void)
{
    static const uint16_t edges[] = {
        0,      1,      2,      0x7fff, 0x7ffe, 0x3fff, 0x3ffe,
        0x4000, 0x3c01, 0x3c00, 0x3f81, 0x407f, 0x43ff, 0x403e,
    };

    switch (make_below(4)) {
    case 0: return edges[make_below(sizeof(edges) / sizeof(edges[0]))];
    case 1: return make_random() & 0x7fff;
    default: return (uint16_t)(0x3fff - 8 + make_below(72));
    }
}

void fpu_number(unsigned size, uint8_t *to)
{
    uint64_t sig = significand();
    uint16_t exp = exponent();

    if (exp && one_in(16) == 0)
        sig |= 1ull << 63; /* unnormal numbers are rare */
    exp |= make_random() & 0x8000;
    if (size == 10) {
        memcpy(to, &sig, 8);
        memcpy(to + 8, &exp, 2);
        return;
    }

    bool wide = size == 8;
    int bias = wide ? 1023 : 127, most = 2 * bias + 1;
    int e = (exp & 0x7fff) - 16383 + bias;
    uint64_t fraction = (sig << 1) >> (wide ? 12 : 41);

    if (e < 0)
        e = 0;
    if (e > most)
        e = most;

    uint64_t bits = (uint64_t)(exp >> 15) << (wide ? 63 : 31) |
                    (uint64_t)(unsigned)e << (wide ? 52 : 23) | fraction;

    memcpy(to, &bits, size);
}

static void put16(struct fpu *fpu, unsigned at, uint32_t value)
{
    fpu->image[at] = (uint8_t)value;
    fpu->image[at + 1] = (uint8_t)(value >> 8);
}

static uint32_t get16(const struct fpu *fpu, unsigned at)
{
    return fpu->image[at] | (uint32_t)fpu->image[at + 1] << 8;
}

void fpu_init_state(struct fpu *fpu)
{
    memset(fpu, 0, sizeof(*fpu));
    put16(fpu, FX_CONTROL, 0x37f);
    put16(fpu, FX_MXCSR, 0x1f80);
}

/* Elements of 4 bytes, of 8 bytes, or anything. */
static void sse_random(struct fpu *fpu)
{
    uint32_t mxcsr = 0x1f80;

    if (one_in(2))
        mxcsr |= make_random() & 0xe07f;
    if (one_in(6)) {
        mxcsr &= ~(make_random() & 0x1f80);
        if (!one_in(8))
            mxcsr &= ~63u;
    }
    put16(fpu, FX_MXCSR, mxcsr);
    for (unsigned n = 0; n < 8; n++) {
        uint8_t *xmm = fpu->image + FX_XMM + 16 * n;
        unsigned size = one_in(2) ? 4 : 8;

        for (unsigned at = 0; at < 16; at += size)
            fpu_number(size, xmm + at);
        if (one_in(4))
            for (unsigned at = 0; at < 16; at += 4)
                memcpy(xmm + at, &(uint32_t){make_number()}, 4);
    }
}

/* Exceptions are masked most of the time. */
void fpu_random(struct fpu *fpu)
{
    uint32_t control = 0x37f, status = make_random() & 0x7f3f;

    fpu_init_state(fpu);
    if (one_in(2))
        control = 0x7f | (make_random() & 0xf00);
    if (one_in(4)) {
        control &= ~(make_random() & 63);
        if (!one_in(8))
            status &= ~63u;
    }
    put16(fpu, FX_CONTROL, control);
    put16(fpu, FX_STATUS, status);
    fpu->image[FX_FULL] = one_in(4) ? (uint8_t)make_random() : one_in(2) ? 0xff : 0x7f;
    for (unsigned n = 0; n < 8; n++)
        fpu_number(10, fpu->image + FX_ST + 16 * n);
    sse_random(fpu);
}

/* One in the last place, or nothing, apart. */
static bool close_numbers(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    uint16_t ex, ey;

    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    memcpy(&ex, a + 8, 2);
    memcpy(&ey, b + 8, 2);
    ex += !(ex & 0x7fff); /* denormals have the exponent of the least normal number */
    ey += !(ey & 0x7fff);
    if (ex == ey)
        return x - y + 1 <= 2;
    if (ex == ey + 1)
        return x == 1ull << 63 && y == ~0ull;
    return ey == ex + 1 && y == 1ull << 63 && x == ~0ull;
}

/* Four floats that agree in 11 bits or so. */
static bool close_floats(const uint8_t *a, const uint8_t *b)
{
    for (unsigned at = 0; at < 16; at += 4) {
        uint32_t x, y;

        memcpy(&x, a + at, 4);
        memcpy(&y, b + at, 4);
        if (x - y + 0x2000 > 0x4000)
            return false;
    }
    return true;
}

static bool same_xmm(const struct fpu *a, const struct fpu *b, bool close)
{
    for (unsigned n = 0; n < 8; n++) {
        const uint8_t *x = a->image + FX_XMM + 16 * n, *y = b->image + FX_XMM + 16 * n;

        if (memcmp(x, y, 16) != 0 && !(close && close_floats(x, y)))
            return false;
    }
    return true;
}

/* Of an overflow or underflow that is raised, gear 1 doesn't know whether the result, had there
 * been room for it, would have been exact. */
static bool same_mxcsr(const struct fpu *a, const struct fpu *b, uint32_t vector)
{
    uint32_t differs = get16(a, FX_MXCSR) ^ get16(b, FX_MXCSR);

    if (vector == X86_XM && get16(a, FX_MXCSR) & (OVERFLOW | UNDERFLOW))
        differs &= ~INEXACT;
    return !differs;
}

bool fpu_same(const struct fpu *a, const struct fpu *b, bool close, uint32_t vector)
{
    uint32_t status = get16(a, FX_STATUS) ^ get16(b, FX_STATUS);

    if (close)
        status &= ~C1;
    if (get16(a, FX_CONTROL) != get16(b, FX_CONTROL) || status ||
        a->image[FX_FULL] != b->image[FX_FULL])
        return false;
    if (!same_mxcsr(a, b, vector) || !same_xmm(a, b, close))
        return false;
    for (unsigned n = 0; n < 8; n++) {
        const uint8_t *x = a->image + FX_ST + 16 * n, *y = b->image + FX_ST + 16 * n;

        if (memcmp(x, y, 10) != 0 && !(close && close_numbers(x, y)))
            return false;
    }
    return true;
}

void fpu_print(const char *name, const struct fpu *fpu)
{
    printf("  %-6s control %04x status %04x full %02x mxcsr %04x\n", name, get16(fpu, FX_CONTROL),
           get16(fpu, FX_STATUS), fpu->image[FX_FULL], get16(fpu, FX_MXCSR));
    for (unsigned n = 0; n < 8; n++) {
        uint64_t sig;

        memcpy(&sig, fpu->image + FX_ST + 16 * n, 8);
        printf("%s %04x.%016llx",
               n == 4 ? "\n        "
               : n    ? ""
                      : "        ",
               get16(fpu, FX_ST + 16 * n + 8), (unsigned long long)sig);
    }
    for (unsigned n = 0; n < 8; n++) {
        uint64_t half[2];

        memcpy(half, fpu->image + FX_XMM + 16 * n, 16);
        printf("%s %016llx.%016llx", n % 4 == 0 ? "\n        " : "", (unsigned long long)half[1],
               (unsigned long long)half[0]);
    }
    printf("\n");
}
