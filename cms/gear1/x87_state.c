/*
 * x87_state.c - environment and state in memory: FNSTENV, FLDENV, FNSAVE, FRSTOR, FXSAVE, FXRSTOR.
 *
 * The environment has seven fields of 2 or 4 bytes by operand size. In protected mode the pointers
 * to the last instruction are selector and offset; in real and virtual-8086 mode they are linear
 * addresses, cut in two, with the opcode beside them.
 */
#include "gear1/simd.h"
#include "gear1/x87.h"

enum { ENV_CONTROL, ENV_STATUS, ENV_TAGS, ENV_IP, ENV_CS, ENV_DP, ENV_DS, ENV_FIELDS };
enum { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

/* Two bits a physical register. */
static uint16_t tag_word(void)
{
    unsigned tags = 0;

    for (unsigned n = 0; n < 8; n++) {
        struct isa_v v = fpu_get(FPU_X87 + n);
        unsigned exp = v.hi & 0x7fff, tag = TAG_VALID;

        if (!(cms.cpu.x87.full >> n & 1))
            tag = TAG_EMPTY;
        else if (!exp && !v.lo)
            tag = TAG_ZERO;
        else if (!exp || exp == 0x7fff || !(v.lo >> 63))
            tag = TAG_SPECIAL;
        tags |= tag << 2 * n;
    }
    return (uint16_t)tags;
}

static void set_tag_word(uint16_t tags)
{
    cms.cpu.x87.full = 0;
    for (unsigned n = 0; n < 8; n++)
        if ((tags >> 2 * n & 3) != TAG_EMPTY)
            cms.cpu.x87.full |= (uint8_t)(1u << n);
}

/* ---------------------------------------------------------------- environment */

static unsigned env_size(const struct insn *i)
{
    return i->opsize == 4 ? 28 : 14;
}

/* High halves of the fields of 4 bytes that have none are ones. */
static void make_env(bool wide, uint32_t field[ENV_FIELDS])
{
    const struct x87 *x = &cms.cpu.x87;
    uint32_t ones = 0xffff0000;

    field[ENV_CONTROL] = x->control | ones;
    field[ENV_STATUS] = x87_status_word() | ones;
    field[ENV_TAGS] = tag_word() | ones;
    if (cpu_protected()) {
        field[ENV_IP] = x->ip;
        field[ENV_CS] = x->cs | (uint32_t)x->opcode << 16;
        field[ENV_DP] = x->dp;
        field[ENV_DS] = x->ds | ones;
    } else {
        uint32_t ip = ((uint32_t)x->cs << 4) + x->ip, dp = ((uint32_t)x->ds << 4) + x->dp;

        field[ENV_IP] = (ip & 0xffff) | ones;
        field[ENV_CS] = x->opcode | (wide ? ip >> 16 << 12 : (ip >> 4 & 0xf000));
        field[ENV_DP] = (dp & 0xffff) | ones;
        field[ENV_DS] = wide ? dp >> 16 << 12 : (dp >> 4 & 0xf000);
    }
}

static void take_env(bool wide, const uint32_t field[ENV_FIELDS])
{
    struct x87 *x = &cms.cpu.x87;

    set_tag_word((uint16_t)field[ENV_TAGS]);
    x87_set_control((uint16_t)field[ENV_CONTROL]);
    x87_set_status_word((uint16_t)field[ENV_STATUS]);
    if (cpu_protected()) {
        x->ip = field[ENV_IP];
        x->cs = (uint16_t)field[ENV_CS];
        x->opcode = wide ? field[ENV_CS] >> 16 & 0x7ff : 0;
        x->dp = field[ENV_DP];
        x->ds = (uint16_t)field[ENV_DS];
    } else {
        x->opcode = field[ENV_CS] & 0x7ff;
        x->cs = x->ds = 0;
        x->ip = (field[ENV_IP] & 0xffff) |
                (wide ? field[ENV_CS] >> 12 << 16 : (field[ENV_CS] & 0xf000) << 4);
        x->dp = (field[ENV_DP] & 0xffff) |
                (wide ? field[ENV_DS] >> 12 << 16 : (field[ENV_DS] & 0xf000) << 4);
    }
}

static void store_env(bool wide, uint32_t lin)
{
    uint32_t field[ENV_FIELDS];
    unsigned size = wide ? 4 : 2;

    make_env(wide, field);
    for (unsigned n = 0; n < ENV_FIELDS; n++)
        g1_store(lin + n * size, size, size == 2 ? field[n] & 0xffff : field[n]);
}

static void load_env(bool wide, uint32_t lin, uint32_t field[ENV_FIELDS])
{
    unsigned size = wide ? 4 : 2;

    for (unsigned n = 0; n < ENV_FIELDS; n++)
        field[n] = g1_load(lin + n * size, size);
}

X87(fnstenv)
{
    store_env(i->opsize == 4, seg_linear(i->seg, g1_ea(i), env_size(i), true));
    x87_set_control(cms.cpu.x87.control | FP_EXCEPTIONS);
}

X87(fldenv)
{
    uint32_t field[ENV_FIELDS];

    load_env(i->opsize == 4, seg_linear(i->seg, g1_ea(i), env_size(i), false), field);
    take_env(i->opsize == 4, field);
}

/* ---------------------------------------------------------------- with the registers */

/*
 * A register. Alignment is checked of the environment's fields only, so in single-step mode, where
 * it may be, these are accesses of 2 bytes.
 */
static struct isa_v load80(uint32_t lin)
{
    struct isa_v v = {0, g1_load(lin + 8, 2)};

    if (!cms.step)
        v.lo = g1_load64(lin);
    for (unsigned n = 0; n < 8 && cms.step; n += 2)
        v.lo |= (uint64_t)g1_load(lin + n, 2) << 8 * n;
    return v;
}

static void store80(uint32_t lin, struct isa_v v)
{
    if (!cms.step)
        g1_store64(lin, v.lo);
    for (unsigned n = 0; n < 8 && cms.step; n += 2)
        g1_store(lin + n, 2, v.lo >> 8 * n & 0xffff);
    g1_store(lin + 8, 2, (uint32_t)v.hi & 0xffff);
}

X87(fnsave)
{
    unsigned env = env_size(i);
    uint32_t lin = seg_linear(i->seg, g1_ea(i), env + 80, true);

    store_env(i->opsize == 4, lin);
    for (unsigned n = 0; n < 8; n++)
        store80(lin + env + 10 * n, x87_get(n));
    x87_init();
}

X87(frstor)
{
    unsigned env = env_size(i);
    uint32_t lin = seg_linear(i->seg, g1_ea(i), env + 80, false), field[ENV_FIELDS];
    struct isa_v st[8];

    load_env(i->opsize == 4, lin, field);
    for (unsigned n = 0; n < 8; n++)
        st[n] = load80(lin + env + 10 * n);
    take_env(i->opsize == 4, field);
    for (unsigned n = 0; n < 8; n++)
        fpu_set(FPU_X87 + x87_physical(n), st[n]);
}

/* ---------------------------------------------------------------- FXSAVE's image */

enum fx_layout {
    FX_CONTROL = 0,
    FX_STATUS = 2,
    FX_FULL = 4,
    FX_OPCODE = 6,
    FX_IP = 8,
    FX_CS = 12,
    FX_DP = 16,
    FX_DS = 20,
    FX_MXCSR = 24,
    FX_MASK = 28,
    FX_ST = 32,
    FX_XMM = 160,
    FX_SIZE = 512,
};

/* Neither waits for exceptions nor raises them. */
static uint32_t fx_address(const struct insn *i, bool write)
{
    uint32_t lin;

    x87_available();
    lin = seg_linear(i->seg, g1_ea(i), FX_SIZE, write);
    if (lin & 15)
        x86_fault_code(X86_GP, 0);
    return lin;
}

void g1_fxsave(const struct insn *i)
{
    const struct x87 *x = &cms.cpu.x87;
    uint32_t lin = fx_address(i, true);

    g1_store(lin + FX_CONTROL, 2, x->control);
    g1_store(lin + FX_STATUS, 2, x87_status_word());
    g1_store(lin + FX_FULL, 2, x->full);
    g1_store(lin + FX_OPCODE, 2, x->opcode);
    g1_store(lin + FX_IP, 4, x->ip);
    g1_store(lin + FX_CS, 4, x->cs);
    g1_store(lin + FX_DP, 4, x->dp);
    g1_store(lin + FX_DS, 4, x->ds);
    for (unsigned n = 0; n < 8; n++) {
        struct isa_v v = x87_get(n);

        g1_store64(lin + FX_ST + 16 * n, v.lo);
        g1_store64(lin + FX_ST + 16 * n + 8, v.hi & 0xffff);
    }
    g1_store(lin + FX_MXCSR, 4, (uint32_t)vx_mfsr(SR_MXCSR));
    g1_store(lin + FX_MASK, 4, MXCSR_KNOWN);
    for (unsigned n = 0; n < 8 && cms.cpu.cr4 & CR4_OSFXSR; n++) {
        struct isa_v v = simd_xmm(n);

        g1_store64(lin + FX_XMM + 16 * n, v.lo);
        g1_store64(lin + FX_XMM + 16 * n + 8, v.hi);
    }
}

void g1_fxrstor(const struct insn *i)
{
    struct x87 *x = &cms.cpu.x87, next = *x;
    uint32_t lin = fx_address(i, false);
    uint16_t status = (uint16_t)g1_load(lin + FX_STATUS, 2);
    uint32_t mxcsr = g1_load(lin + FX_MXCSR, 4);
    bool sse = cms.cpu.cr4 & CR4_OSFXSR;
    struct isa_v st[8], xmm[8];

    if (sse && mxcsr & ~MXCSR_KNOWN)
        x86_fault_code(X86_GP, 0);
    next.control = (uint16_t)g1_load(lin + FX_CONTROL, 2);
    next.full = (uint8_t)g1_load(lin + FX_FULL, 1);
    next.opcode = (uint16_t)g1_load(lin + FX_OPCODE, 2) & 0x7ff;
    next.ip = g1_load(lin + FX_IP, 4);
    next.cs = (uint16_t)g1_load(lin + FX_CS, 2);
    next.dp = g1_load(lin + FX_DP, 4);
    next.ds = (uint16_t)g1_load(lin + FX_DS, 2);
    for (unsigned n = 0; n < 8; n++) {
        st[n].lo = g1_load64(lin + FX_ST + 16 * n);
        st[n].hi = g1_load(lin + FX_ST + 16 * n + 8, 2);
        xmm[n].lo = g1_load64(lin + FX_XMM + 16 * n);
        xmm[n].hi = g1_load64(lin + FX_XMM + 16 * n + 8);
    }
    *x = next;
    x87_set_control(next.control);
    x87_set_status_word(status);
    for (unsigned n = 0; n < 8; n++)
        fpu_set(FPU_X87 + x87_physical(n), st[n]);
    if (!sse)
        return;
    vx_mtsr(SR_MXCSR, mxcsr);
    for (unsigned n = 0; n < 8; n++)
        simd_set_xmm(n, xmm[n]);
}
