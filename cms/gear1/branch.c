/* branch.c - near transfers of control, BOUND, UD2. */
#include "gear1/gear1.h"

/* EIP already names the next instruction. */
static void jump_relative(const struct insn *i)
{
    uint32_t target = g1_eip() + i->imm;

    g1_taken(i);
    g1_jump(i->opsize == 4 ? target : target & 0xffff);
}

static void branch_if(const struct insn *i, bool condition)
{
    if (condition)
        jump_relative(i);
    else
        g1_through(i);
}

void g1_jcc(const struct insn *i)
{
    branch_if(i, g1_cond(i->opcode & 15));
}

void g1_jmp(const struct insn *i)
{
    if (i->opd[0] == OPD_IMM) {
        jump_relative(i);
        return;
    }
    g1_jump(g1_get_rm(i));
    g1_taken(i);
}

void g1_call(const struct insn *i)
{
    uint32_t next = g1_eip();

    if (i->opd[0] == OPD_IMM) {
        jump_relative(i);
        g1_stack_push(i->opsize, next);
    } else {
        uint32_t target = g1_get_rm(i);

        g1_stack_push(i->opsize, next);
        g1_jump(target);
        g1_taken(i);
    }
}

void g1_ret(const struct insn *i)
{
    uint32_t target = g1_stack_pop(i->opsize);

    g1_set_sp(g1_stack_cut(g1_sp() + i->imm));
    g1_jump(target);
    g1_taken(i);
}

/* LOOPcc: decrements (E)CX, by address size; goes on while it isn't zero. */
static bool loop_goes_on(const struct insn *i)
{
    uint32_t count = g1_reg(ECX, i->adsize) - 1;

    g1_set_reg(ECX, i->adsize, count);
    return i->adsize == 4 ? count : count & 0xffff;
}

void g1_loop(const struct insn *i)
{
    branch_if(i, loop_goes_on(i));
}

void g1_loope(const struct insn *i)
{
    branch_if(i, loop_goes_on(i) && vx_movfc() & FL_ZF);
}

void g1_loopne(const struct insn *i)
{
    branch_if(i, loop_goes_on(i) && !(vx_movfc() & FL_ZF));
}

void g1_jecxz(const struct insn *i)
{
    branch_if(i, g1_reg(ECX, i->adsize) == 0);
}

void g1_bound(const struct insn *i)
{
    unsigned size = i->opsize, up = 32 - 8 * size;
    int32_t index = (int32_t)(g1_reg(i->reg, size) << up);
    int32_t low = (int32_t)(g1_read(i->seg, g1_ea(i), size) << up),
            high = (int32_t)(g1_read(i->seg, g1_ea_at(i, size), size) << up);

    if (index < low || index > high)
        x86_fault(X86_BR);
}

void g1_ud(const struct insn *i)
{
    (void)i;
    x86_fault(X86_UD);
}
