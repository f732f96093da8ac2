/*
 * float.c - f registers and what counts in them. Numbers are bits: 80-bit ones as significand and
 * sign with exponent, which `movrf` puts together.
 */
#include "selftest.h"

/* FPCW and MXCSR: as at reset; exceptions in FPSW and MXCSR. */
#define FPCW_RESET 0x37full
#define MXCSR_RESET 0x1f80ull
enum exceptions { INVALID = 1, DENORMAL = 2, ZERO_DIVIDE = 4, INEXACT = 32 };

#define ONE (1ull << 63) /* significand of any power of two */
#define EXPONENT(n) (0x3fffull + (n))

enum outcome feature_f_registers(void)
{
    guest_map(PAGE, PAGE, RIGHTS_ALL, 0);
    memory(PAGE)[0] = 0x1716151413121110;
    memory(PAGE)[1] = 0x1f1e1d1c1b1a1918;
    GIVES(0x1f1e1d1c1b1a1918, "gldf.128 f1, [r42 + 0]; movfrh r42, f1", PAGE);
    GIVES(0x1918, "gldf.80 f1, [r42 + 0]; movfrh r42, f1", PAGE);
    GIVES(0x13121110, "ldf.32 f1, [r42 + 0]; movfr r42, f1", GUEST_BASE + PAGE);
    if (vx_mfsr(SR_SBUF_SIZE) < 2) /* more than 64 bits take two entries */
        TRAPS(sbuf_full, "gstf.80 f1, [r42 + 16]", PAGE);
    else
        GIVES(0x5678, "movrf f1, r43, r44; gstf.80 f1, [r42 + 16]; gld.64 r42, [r42 + 24]", PAGE,
              0x1234, 0x5678);
    vx_rollback();
    TRAPS(align, "gldf.128a f1, [r42 + 8]", PAGE);
    SAME("size of what has to be aligned", self.seen.einfo & 0xff, 16);
    GIVES(9, "movrf f3, r42, r0; commit 0; movrf f3, r0, r0; rollback; movfr r42, f3", 9);
    GIVES(0, "movrf f24, r42, r0; commit 0; movrf f24, r0, r0; rollback; movfr r42, f24", 9);
    return OK;
}

enum outcome feature_fp80(void)
{
    if (!(vx_mfsr(SR_CFG_UNITS) & HAS_FP))
        return unit_absent("fadd f1, f1, f1");
    vx_mtsr(SR_FPSW, 0);
    /* 1 + 2 = 3 */
    GIVES(3ull << 62, "movrf f1, r42, r43; movrf f2, r42, r44; fadd f3, f1, f2; movfr r42, f3", ONE,
          EXPONENT(0), EXPONENT(1));
    GIVES(0, "mfsr r42, FPSW");
    /* 1 / 3, rounded to nearest and towards zero: the last bit differs. */
    GIVES(0xaaaaaaaaaaaaaaab, "movrf f1, r42, r43; fild f2, r44; fdiv f3, f1, f2; movfr r42, f3",
          ONE, EXPONENT(0), 3);
    GIVES(0xaaaaaaaaaaaaaaaa,
          "mtsr FPCW, r45; movrf f1, r42, r43; fild f2, r44; fdiv f3, f1, f2; movfr r42, f3", ONE,
          EXPONENT(0), 3, FPCW_RESET | 3 << 10);
    /* At a precision of 24 bits. */
    GIVES(0xaaaaab0000000000,
          "mtsr FPCW, r45; movrf f1, r42, r43; fild f2, r44; fdiv f3, f1, f2; movfr r42, f3", ONE,
          EXPONENT(0), 3, FPCW_RESET & ~(3ull << 8));
    GIVES(INEXACT, "mfsr r42, FPSW; andi r42, r42, 63");
    /* 1 / 0 gathers, or traps before anything happened. */
    GIVES(EXPONENT(0x4000),
          "mtsr FPCW, r44; movrf f1, r42, r43; movrf f2, r0, r0;"
          "fdiv f3, f1, f2; movfrh r42, f3",
          ONE, EXPONENT(0), FPCW_RESET);
    GIVES(INEXACT | ZERO_DIVIDE, "mfsr r42, FPSW; andi r42, r42, 63");
    TRAPS(fp, "mtsr FPCW, r44; movrf f1, r42, r43; movrf f2, r0, r0; fdiv f3, f1, f2", ONE,
          EXPONENT(0), FPCW_RESET & ~(uint64_t)ZERO_DIVIDE);
    SAME("exceptions of the trap", self.seen.badaddr, ZERO_DIVIDE);
    SAME("FPCW behind the trap", vx_mfsr(SR_FPCW), FPCW_RESET);
    return OK;
}

enum outcome feature_fp_scalar(void)
{
    enum { HALF_32 = 0x3f000000, ONE_32 = 0x3f800000, HUGE_32 = 0x7f000000 };

    if (!(vx_mfsr(SR_CFG_UNITS) & HAS_FP))
        return unit_absent("addss f1, f1, f1");
    vx_mtsr(SR_MXCSR, MXCSR_RESET);
    GIVES(0x3fc00000, "movrf f1, r42, r0; movrf f2, r43, r0; addss f3, f1, f2; movfr r42, f3",
          ONE_32, HALF_32);
    GIVES(0x3ff8000000000000, "movrf f1, r42, r0; cvtss2sd f3, f1, f1; movfr r42, f3", 0x3fc00000);
    GIVES(7, "cvtsi2sd f1, r42; addsd f2, f1, f1; subsd f2, f2, f1; cvttsd2si r42, f2", 7);
    GIVES(MXCSR_RESET, "mfsr r42, MXCSR");
    /* An overflow is also inexact; below zero a denormal operand is not even looked at with DAZ. */
    GIVES(0x7f800000, "movrf f1, r42, r0; mulss f2, f1, f1; movfr r42, f2", HUGE_32);
    GIVES(MXCSR_RESET | 8 | INEXACT, "mfsr r42, MXCSR");
    GIVES(0, "mtsr MXCSR, r43; movrf f1, r42, r0; addss f2, f1, f1; movfr r42, f2", 1,
          MXCSR_RESET | 0x40);
    GIVES(2, "mtsr MXCSR, r43; movrf f1, r42, r0; addss f2, f1, f1; movfr r42, f2", 1, MXCSR_RESET);
    GIVES(1, "movrf f1, r42, r0; movrf f2, r43, r0; comiss c1, f1, f2; setc r42, b, c1", HALF_32,
          ONE_32);
    TRAPS(fp, "mtsr MXCSR, r43; movrf f1, r42, r0; mulss f2, f1, f1", HUGE_32, INEXACT);
    return OK;
}

enum outcome feature_packed(void)
{
    uint64_t bytes = 0x0102030405060708;

    if (!(vx_mfsr(SR_CFG_UNITS) & HAS_PACKED))
        return unit_absent("paddb f1, f1, f1");
    GIVES(0x020406080a0c0e10, "movrf f1, r42, r43; paddb f2, f1, f1; movfr r42, f2", bytes);
    GIVES(0x7f7f, "movrf f1, r42, r0; paddsb f2, f1, f1; movfr r42, f2", 0x7070);
    GIVES(0xff00ff,
          "movrf f1, r42, r0; movrf f2, r43, r0; pcmpeqb f3, f1, f2; movfr r42, f3;"
          "extu r42, r42, 0, 24",
          0x112233, 0x110033);
    GIVES(bytes, "movrf f1, r0, r42; pshufd f2, f1, 14; movfr r42, f2", bytes);
    GIVES(0x0505060607070808, "movrf f1, r42, r0; punpcklbw f2, f1, f1; movfr r42, f2", bytes);
    GIVES(3, "movrf f1, r42, r43; movmskpd r42, f1", 1ull << 63, 1ull << 63);
    /* 1.0 + 1.0 in all four. */
    GIVES(0x4000000040000000, "movrf f1, r42, r42; addps f2, f1, f1; movfrh r42, f2",
          0x3f8000003f800000);
    return OK;
}
