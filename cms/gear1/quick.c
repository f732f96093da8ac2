/* quick.c - quick handlers of single instructions. */
#include "gear1/quick.h"

/* Where 4 bytes are pushed, if the stack is 32 bits wide and has room. */
static inline bool push_address(uint32_t *esp, uint32_t *lin)
{
    *esp = (uint32_t)vx_getr(REG_GPR0 + ESP) - 4;
    return likely(cms.cpu.stack32) && g1_quick(SEG_SS, *esp, true, lin);
}

static inline bool pop_address(uint32_t *esp, uint32_t *lin)
{
    *esp = (uint32_t)vx_getr(REG_GPR0 + ESP);
    return likely(cms.cpu.stack32) && g1_quick(SEG_SS, *esp, false, lin);
}

#define PUSH(name, value)                   \
    void quick_##name(const struct insn *i) \
    {                                       \
        uint32_t esp, lin;                  \
                                            \
        if (!push_address(&esp, &lin)) {    \
            g1_push(i);                     \
            return;                         \
        }                                   \
        vx_gst32(lin, value);               \
        vx_setr(REG_GPR0 + ESP, esp);       \
    }

PUSH(push_reg, vx_gget(i->reg))
PUSH(push_imm, i->imm)

void quick_pop_reg(const struct insn *i)
{
    uint32_t esp, lin, value;

    if (!pop_address(&esp, &lin)) {
        g1_pop(i);
        return;
    }
    value = (uint32_t)vx_gld32(lin);
    vx_setr(REG_GPR0 + ESP, esp + 4);
    vx_gset(i->reg, value); /* last, for POP ESP */
}

void quick_call(const struct insn *i)
{
    uint32_t esp, lin, next = g1_eip();

    if (!push_address(&esp, &lin)) {
        g1_call(i);
        return;
    }
    vx_gst32(lin, next);
    vx_setr(REG_GPR0 + ESP, esp);
    g1_taken(i);
    g1_jump(next + i->imm);
}

void quick_ret(const struct insn *i)
{
    uint32_t esp, lin, target;

    if (!pop_address(&esp, &lin)) {
        g1_ret(i);
        return;
    }
    target = (uint32_t)vx_gld32(lin);
    vx_setr(REG_GPR0 + ESP, esp + 4);
    g1_taken(i);
    g1_jump(target);
}

void quick_jmp(const struct insn *i)
{
    g1_taken(i);
    g1_jump(g1_eip() + i->imm);
}

#define EXTEND(name, op, load, type)                     \
    void quick_##name(const struct insn *i)              \
    {                                                    \
        uint32_t lin;                                    \
                                                         \
        if (!g1_quick(i->seg, g1_ea(i), false, &lin)) {  \
            g1_##op(i);                                  \
            return;                                      \
        }                                                \
        g1_set_reg32(i->reg, (uint32_t)(type)load(lin)); \
    }

EXTEND(movzx8, movzx, vx_gld8, uint8_t)
EXTEND(movzx16, movzx, vx_gld16, uint16_t)
EXTEND(movsx8, movsx, vx_gld8s, int8_t)
EXTEND(movsx16, movsx, vx_gld16s, int16_t)

#define SHIFT(name)                                                            \
    void quick_##name(const struct insn *i)                                    \
    {                                                                          \
        g1_set_reg32(i->rm, (uint32_t)vx_##name##f32(vx_gget(i->rm), i->imm)); \
    }

SHIFT(shl)
SHIFT(shr)
SHIFT(sar)
