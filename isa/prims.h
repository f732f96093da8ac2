/*
 * prims.h - the pure functions that meanings in atoms.isa are written with.
 *
 * Each takes and gives unsigned 64-bit values, or the 128 bits of an f register, and touches
 * nothing else, so the same text serves the simulator, the emulation routines of firmware and tests
 * on the host.
 * A first parameter `unsigned n` is a width in bits and always a literal (1..64 for the
 * integer part, 8, 16 or 32 for the x86 part), which makes every body fold to straight code.
 *
 * x86 part: operands are taken modulo 2^n, results are zero-extended, flags are the six status
 * flags in their EFLAGS positions. What the architecture leaves undefined is filled in as measured
 * on a current processor and pinned by tests/unit/isa_prims.c; isa/README.md lists those cases.
 */
#ifndef SELKIRK_ISA_PRIMS_H
#define SELKIRK_ISA_PRIMS_H

#include <stdint.h>

/* ---------------------------------------------------------------- 128 bits */

/* What an f register holds. */
struct isa_v {
    uint64_t lo, hi;
};

static inline uint64_t isa_lo(struct isa_v a)
{
    return a.lo;
}

static inline uint64_t isa_hi(struct isa_v a)
{
    return a.hi;
}

static inline struct isa_v isa_pair(uint64_t lo, uint64_t hi)
{
    return (struct isa_v){lo, hi};
}

/* ---------------------------------------------------------------- bits */

/* Low n bits set; n is 0..64 at run time, 0 and 64 both mean all (the encoding of a length). */
static inline uint64_t isa_mask(uint64_t n)
{
    return ~0ull >> ((64 - n) & 63);
}

static inline uint64_t isa_zx(unsigned n, uint64_t x)
{
    return x & (~0ull >> (64 - n));
}

static inline uint64_t isa_sx(unsigned n, uint64_t x)
{
    return (uint64_t)((int64_t)(x << (64 - n)) >> (64 - n));
}

/* Sign extension from a width that is an operand; 0 means 64. */
static inline uint64_t isa_sxv(uint64_t len, uint64_t x)
{
    unsigned up = (64 - len) & 63;

    return (uint64_t)((int64_t)(x << up) >> up);
}

static inline uint64_t isa_asr(uint64_t x, uint64_t by)
{
    return (uint64_t)((int64_t)x >> (by & 63));
}

/* The low n bits rotated left by `by` modulo n (n a power of two), zero-extended. */
static inline uint64_t isa_rotl(unsigned n, uint64_t x, uint64_t by)
{
    uint64_t v = isa_zx(n, x);

    by &= n - 1;
    return by ? isa_zx(n, v << by | v >> (n - by)) : v;
}

static inline uint64_t isa_lt(uint64_t a, uint64_t b)
{
    return (int64_t)a < (int64_t)b;
}

static inline uint64_t isa_ltu(uint64_t a, uint64_t b)
{
    return a < b;
}

/*
 * Leading and trailing zeros and ones of the low n bits; n if there is no one bit. No compiler
 * helper functions.
 */
static inline uint64_t isa_cpop(unsigned n, uint64_t x)
{
    x = isa_zx(n, x);
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
    x += x >> 8;
    x += x >> 16;
    return (x + (x >> 32)) & 0x7f;
}

static inline uint64_t isa_ctz(unsigned n, uint64_t x)
{
    x = isa_zx(n, x);
    return x ? isa_cpop(64, (x & (0 - x)) - 1) : n;
}

static inline uint64_t isa_clz(unsigned n, uint64_t x)
{
    x = isa_zx(n, x);
    x |= x >> 1;
    x |= x >> 2;
    x |= x >> 4;
    x |= x >> 8;
    x |= x >> 16;
    x |= x >> 32;
    return n - isa_cpop(64, x);
}

static inline uint64_t isa_rev8(uint64_t x)
{
    x = (x & 0x00ff00ff00ff00ffull) << 8 | (x >> 8 & 0x00ff00ff00ff00ffull);
    x = (x & 0x0000ffff0000ffffull) << 16 | (x >> 16 & 0x0000ffff0000ffffull);
    return x << 32 | x >> 32;
}

static inline uint64_t isa_orcb(uint64_t x)
{
    x |= x >> 4 & 0x0f0f0f0f0f0f0f0full;
    x |= x >> 2 & 0x3f3f3f3f3f3f3f3full;
    x |= x >> 1 & 0x7f7f7f7f7f7f7f7full;
    x &= 0x0101010101010101ull;
    return (x << 8) - x;
}

/*
 * ---------------------------------------------------------------- multiply and divide, RISC-V's
 * results
 */

/*
 * What the rest multiplies and divides with. ISA_NO_MULTIPLIER: by shifts, for firmware that has to
 * do these atoms itself. No quotient by 0.
 */
static inline uint64_t isa_product(uint64_t a, uint64_t b)
{
#ifdef ISA_NO_MULTIPLIER
    uint64_t sum = 0;

    for (; b; b >>= 1, a <<= 1)
        sum += b & 1 ? a : 0;
    return sum;
#else
    return a * b;
#endif
}

static inline uint64_t isa_quotient(uint64_t a, uint64_t b)
{
#ifdef ISA_NO_MULTIPLIER
    uint64_t rest = 0, quotient = 0;

    for (int i = 63; i >= 0; i--) {
        uint64_t over = rest >> 63;
        rest = rest << 1 | (a >> i & 1);
        if (over || rest >= b) {
            rest -= b;
            quotient |= 1ull << i;
        }
    }
    return quotient;
#else
    return a / b;
#endif
}

static inline uint64_t isa_mulhu(uint64_t a, uint64_t b)
{
    uint64_t al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
    uint64_t mid = isa_product(ah, bl) + (isa_product(al, bl) >> 32);
    uint64_t low = isa_product(al, bh) + (mid & 0xffffffff);

    return isa_product(ah, bh) + (mid >> 32) + (low >> 32);
}

static inline uint64_t isa_mulh(uint64_t a, uint64_t b)
{
    return isa_mulhu(a, b) - (isa_asr(a, 63) & b) - (isa_asr(b, 63) & a);
}

static inline uint64_t isa_mulhsu(uint64_t a, uint64_t b)
{
    return isa_mulhu(a, b) - (isa_asr(a, 63) & b);
}

static inline uint64_t isa_divu(uint64_t a, uint64_t b)
{
    return b ? isa_quotient(a, b) : ~0ull;
}

static inline uint64_t isa_remu(uint64_t a, uint64_t b)
{
    return b ? a - isa_product(isa_quotient(a, b), b) : a;
}

static inline uint64_t isa_div(uint64_t a, uint64_t b)
{
    uint64_t na = isa_asr(a, 63), nb = isa_asr(b, 63), sign = na ^ nb;

    return b ? (isa_quotient((a ^ na) - na, (b ^ nb) - nb) ^ sign) - sign : ~0ull;
}

static inline uint64_t isa_rem(uint64_t a, uint64_t b)
{
    return b ? a - isa_product(isa_div(a, b), b) : a;
}

/* ---------------------------------------------------------------- x86 flags */

enum isa_x86_flag {
    ISA_CF = 1u << 0,
    ISA_PF = 1u << 2,
    ISA_AF = 1u << 4,
    ISA_ZF = 1u << 6,
    ISA_SF = 1u << 7,
    ISA_OF = 1u << 11,
};

static inline uint64_t isa_x86_flag_mask(void)
{
    return ISA_CF | ISA_PF | ISA_AF | ISA_ZF | ISA_SF | ISA_OF;
}

/* SF, ZF and PF of an n-bit result. */
static inline uint64_t isa_x86_szp(unsigned n, uint64_t r)
{
    uint64_t v = isa_zx(n, r);
#ifdef __x86_64__ /* the host has an instruction for it, the chip has not */
    uint64_t flags = (uint64_t)!__builtin_parity((uint8_t)v) << 2;
#else
    uint64_t odd = v ^ v >> 4;
    uint64_t flags = (0x9669u >> (odd & 15) & 1) << 2;
#endif

    flags |= (uint64_t)(v == 0) << 6;
    return flags | (v >> (n - 1) & 1) << 7;
}

/* Bit n-1 of x as OF. */
static inline uint64_t isa_x86_of(unsigned n, uint64_t x)
{
    return (x >> (n - 1) & 1) << 11;
}

/* Flags f with new CF and OF: rotates and multiplications leave the others alone. */
static inline uint64_t isa_x86_carry_overflow(uint64_t f, uint64_t carry, uint64_t overflow)
{
    return (f & ~(uint64_t)(ISA_CF | ISA_OF)) | (carry & 1) | (overflow & 1) << 11;
}

/* The condition `cond` (0 o, 1 no, 2 b, ... 15 nle, as in Jcc) of flags f. */
static inline uint64_t isa_x86_cond(uint64_t cond, uint64_t f)
{
    uint64_t less = (f >> 7 ^ f >> 11) & 1;
    uint64_t holds;

    switch (cond >> 1 & 7) {
    case 0: holds = f >> 11; break;
    case 1: holds = f; break;
    case 2: holds = f >> 6; break;
    case 3: holds = f | f >> 6; break;
    case 4: holds = f >> 7; break;
    case 5: holds = f >> 2; break;
    case 6: holds = less; break;
    default: holds = less | f >> 6; break;
    }
    return (holds ^ cond) & 1;
}

/* ---------------------------------------------------------------- x86 add, subtract, logic */

static inline uint64_t isa_x86_adc(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    return isa_zx(n, a + b + (f & ISA_CF));
}

static inline uint64_t isa_x86_adc_flags(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    uint64_t sum = isa_zx(n, a) + isa_zx(n, b) + (f & ISA_CF);
    uint64_t flags = isa_x86_szp(n, sum) | (sum >> n & 1);

    return flags | ((a ^ b ^ sum) & ISA_AF) | isa_x86_of(n, (a ^ sum) & (b ^ sum));
}

static inline uint64_t isa_x86_sbb(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    return isa_zx(n, a - b - (f & ISA_CF));
}

static inline uint64_t isa_x86_sbb_flags(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    uint64_t diff = isa_zx(n, a) - isa_zx(n, b) - (f & ISA_CF);
    uint64_t flags = isa_x86_szp(n, diff) | (diff >> n & 1);

    return flags | ((a ^ b ^ diff) & ISA_AF) | isa_x86_of(n, (a ^ b) & (a ^ diff));
}

static inline uint64_t isa_x86_add(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(n, a + b);
}

static inline uint64_t isa_x86_add_flags(unsigned n, uint64_t a, uint64_t b)
{
    return isa_x86_adc_flags(n, a, b, 0);
}

static inline uint64_t isa_x86_sub(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(n, a - b);
}

static inline uint64_t isa_x86_sub_flags(unsigned n, uint64_t a, uint64_t b)
{
    return isa_x86_sbb_flags(n, a, b, 0);
}

static inline uint64_t isa_x86_and(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(n, a & b);
}

static inline uint64_t isa_x86_and_flags(unsigned n, uint64_t a, uint64_t b)
{
    return isa_x86_szp(n, a & b);
}

static inline uint64_t isa_x86_or(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(n, a | b);
}

static inline uint64_t isa_x86_or_flags(unsigned n, uint64_t a, uint64_t b)
{
    return isa_x86_szp(n, a | b);
}

static inline uint64_t isa_x86_xor(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(n, a ^ b);
}

static inline uint64_t isa_x86_xor_flags(unsigned n, uint64_t a, uint64_t b)
{
    return isa_x86_szp(n, a ^ b);
}

static inline uint64_t isa_x86_inc(unsigned n, uint64_t a)
{
    return isa_zx(n, a + 1);
}

/* INC and DEC leave CF as it was. */
static inline uint64_t isa_x86_inc_flags(unsigned n, uint64_t a, uint64_t f)
{
    return (isa_x86_adc_flags(n, a, 1, 0) & ~(uint64_t)ISA_CF) | (f & ISA_CF);
}

static inline uint64_t isa_x86_dec(unsigned n, uint64_t a)
{
    return isa_zx(n, a - 1);
}

static inline uint64_t isa_x86_dec_flags(unsigned n, uint64_t a, uint64_t f)
{
    return (isa_x86_sbb_flags(n, a, 1, 0) & ~(uint64_t)ISA_CF) | (f & ISA_CF);
}

static inline uint64_t isa_x86_neg(unsigned n, uint64_t a)
{
    return isa_zx(n, 0 - a);
}

static inline uint64_t isa_x86_neg_flags(unsigned n, uint64_t a)
{
    return isa_x86_sbb_flags(n, 0, a, 0);
}

/*
 * ---------------------------------------------------------------- x86 shifts: count modulo 32,
 * zero changes nothing
 */

static inline uint64_t isa_x86_shl(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    (void)f;
    return isa_zx(n, isa_zx(n, a) << (count & 31));
}

static inline uint64_t isa_x86_shl_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t wide = isa_zx(n, a) << (count & 31);
    uint64_t carry = wide >> n & 1;

    if ((count & 31) == 0)
        return f;
    return isa_x86_szp(n, wide) | ISA_AF | carry | ((wide >> (n - 1) ^ carry) & 1) << 11;
}

static inline uint64_t isa_x86_shr(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    (void)f;
    return isa_zx(n, a) >> (count & 31);
}

static inline uint64_t isa_x86_shr_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t r = isa_zx(n, a) >> (count & 31);

    if ((count & 31) == 0)
        return f;
    return isa_x86_szp(n, r) | ISA_AF | (isa_zx(n, a) >> ((count & 31) - 1) & 1) |
           isa_x86_of(n, r << 1 ^ r);
}

static inline uint64_t isa_x86_sar(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    (void)f;
    return isa_zx(n, isa_asr(isa_sx(n, a), count & 31));
}

static inline uint64_t isa_x86_sar_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t wide = isa_sx(n, a);

    if ((count & 31) == 0)
        return f;
    return isa_x86_szp(n, isa_asr(wide, count & 31)) | ISA_AF |
           (isa_asr(wide, (count & 31) - 1) & 1);
}

static inline uint64_t isa_x86_rol(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    (void)f;
    return isa_rotl(n, a, count & 31);
}

static inline uint64_t isa_x86_rol_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t r = isa_rotl(n, a, count & 31);

    return (count & 31) ? isa_x86_carry_overflow(f, r, r >> (n - 1) ^ r) : f;
}

static inline uint64_t isa_x86_ror(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    (void)f;
    return isa_rotl(n, a, (0 - (count & 31)) & (n - 1));
}

static inline uint64_t isa_x86_ror_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t r = isa_rotl(n, a, (0 - (count & 31)) & (n - 1));

    return (count & 31) ? isa_x86_carry_overflow(f, r >> (n - 1), r >> (n - 1) ^ r >> (n - 2)) : f;
}

/* Rotates through carry: n+1 bits, carry on top, left by `by` (0..n). */
static inline uint64_t isa_x86_rotc(unsigned n, uint64_t a, uint64_t by, uint64_t f)
{
    uint64_t v = isa_zx(n, a) | (f & ISA_CF) << n;

    return by ? (v << by | v >> (n + 1 - by)) & ((2ull << n) - 1) : v;
}

static inline uint64_t isa_x86_rcl(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    return isa_zx(n, isa_x86_rotc(n, a, (count & 31) % (n + 1), f));
}

static inline uint64_t isa_x86_rcl_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t r = isa_x86_rotc(n, a, (count & 31) % (n + 1), f);

    return (count & 31) ? isa_x86_carry_overflow(f, r >> n, r >> n ^ r >> (n - 1)) : f;
}

static inline uint64_t isa_x86_rcr(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t by = (count & 31) % (n + 1);

    return isa_zx(n, isa_x86_rotc(n, a, by ? n + 1 - by : 0, f));
}

static inline uint64_t isa_x86_rcr_flags(unsigned n, uint64_t a, uint64_t count, uint64_t f)
{
    uint64_t by = (count & 31) % (n + 1);
    uint64_t r = isa_x86_rotc(n, a, by ? n + 1 - by : 0, f);

    return (count & 31) ? isa_x86_carry_overflow(f, r >> n, r >> (n - 1) ^ r >> (n - 2)) : f;
}

/*
 * ---------------------------------------------------------------- x86 multiply: the whole product,
 * 2n bits
 */

/* CF and OF say whether the upper half matters; the other flags stay. */

static inline uint64_t isa_x86_umul(unsigned n, uint64_t a, uint64_t b)
{
    return isa_product(isa_zx(n, a), isa_zx(n, b));
}

static inline uint64_t isa_x86_umul_flags(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    uint64_t wide = isa_product(isa_zx(n, a), isa_zx(n, b)) >> n != 0;

    return isa_x86_carry_overflow(f, wide, wide);
}

static inline uint64_t isa_x86_imul(unsigned n, uint64_t a, uint64_t b)
{
    return isa_zx(2 * n, isa_product(isa_sx(n, a), isa_sx(n, b)));
}

static inline uint64_t isa_x86_imul_flags(unsigned n, uint64_t a, uint64_t b, uint64_t f)
{
    uint64_t product = isa_product(isa_sx(n, a), isa_sx(n, b));
    uint64_t wide = product != isa_sx(n, product);

    return isa_x86_carry_overflow(f, wide, wide);
}

#endif
