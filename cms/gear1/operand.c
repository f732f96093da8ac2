/*
 * operand.c - memory accesses and operands, for handlers that aren't made for one kind of operand.
 */
#include "gear1/gear1.h"

uint32_t g1_read(unsigned seg, uint32_t offset, unsigned size)
{
    return g1_load(seg_linear(seg, offset, size, false), size);
}

void g1_write(unsigned seg, uint32_t offset, unsigned size, uint32_t value)
{
    g1_store(seg_linear(seg, offset, size, true), size, value);
}

uint64_t g1_read64(unsigned seg, uint32_t offset)
{
    return g1_load64(seg_linear(seg, offset, 8, false));
}

void g1_write64(unsigned seg, uint32_t offset, uint64_t value)
{
    g1_store64(seg_linear(seg, offset, 8, true), value);
}

void g1_probe_write(unsigned seg, uint32_t offset, unsigned size)
{
    uint32_t lin = seg_linear(seg, offset, size, true);

    if (cms.step)
        g1_watch(lin, size, true, cms.cpu.cpl == 3);
    lin_probe_write(lin, size, cms.cpu.cpl == 3);
}

uint32_t g1_get_rm(const struct insn *i)
{
    if (i->is_mem)
        return g1_read(i->seg, g1_ea(i), i->msize);
    return g1_reg(i->rm, i->msize);
}

void g1_set_rm(const struct insn *i, uint32_t value)
{
    if (i->is_mem)
        g1_write(i->seg, g1_ea(i), i->msize, value);
    else
        g1_set_reg(i->rm, i->msize, value);
}

uint32_t g1_get(const struct insn *i, unsigned n)
{
    switch (i->opd[n]) {
    case OPD_REG: return g1_reg(i->reg, i->opsize);
    case OPD_RM: return g1_get_rm(i);
    case OPD_CL: return g1_reg8(ECX);
    default: return i->imm;
    }
}

void g1_set(const struct insn *i, unsigned n, uint32_t value)
{
    if (i->opd[n] == OPD_REG)
        g1_set_reg(i->reg, i->opsize, value);
    else
        g1_set_rm(i, value);
}
