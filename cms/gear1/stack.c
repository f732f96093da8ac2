/* stack.c - PUSH, POP and stack frames. */
#include "gear1/gear1.h"

void g1_push(const struct insn *i)
{
    g1_stack_push(i->opsize, g1_get(i, 0));
}

/* An address that uses ESP uses its value after the pop. */
void g1_pop(const struct insn *i)
{
    uint32_t value = g1_stack_pop(i->opsize);

    g1_set(i, 0, value);
}

void g1_pusha(const struct insn *i)
{
    uint32_t esp = g1_reg32(ESP);

    for (unsigned n = EAX; n <= EDI; n++)
        g1_stack_push(i->opsize, n == ESP ? esp : g1_reg32(n));
}

void g1_popa(const struct insn *i)
{
    for (int n = EDI; n >= EAX; n--) {
        uint32_t value = g1_stack_pop(i->opsize);

        if (n != ESP)
            g1_set_reg((unsigned)n, i->opsize, value);
    }
}

/* EBP in the stack's width. */
static uint32_t frame_pointer(void)
{
    return g1_stack_cut(g1_reg32(EBP));
}

/* The new frame is made before anything of it is used: the last byte that it reserves must be
 * writable. */
void g1_enter(const struct insn *i)
{
    unsigned level = i->imm2 & 31, size = i->opsize;
    uint32_t ebp = frame_pointer(), frame;

    g1_stack_push(size, g1_reg(EBP, size));
    frame = g1_reg32(ESP);
    for (unsigned n = 1; n < level; n++) {
        ebp = g1_stack_cut(ebp - size);
        g1_stack_push(size, g1_read(SEG_SS, ebp, size));
    }
    if (level)
        g1_stack_push(size, frame);
    g1_set_sp(g1_stack_cut(g1_sp() - i->imm));
    g1_probe_write(SEG_SS, g1_sp(), size);
    g1_set_reg(EBP, size, frame);
}

void g1_leave(const struct insn *i)
{
    g1_set_sp(frame_pointer());
    g1_set_reg(EBP, i->opsize, g1_stack_pop(i->opsize));
}
