/*
 * atoms.c - what the passes ask about one atom, in terms of the facts that are generated from isa/.
 */
#include "tools/ld/ld.h"

static uint32_t flags_of(const struct atom *a)
{
    return a->op.atom < ISA_ATOM_COUNT ? isa_facts[a->op.atom].flags : 0;
}

bool atom_is(const struct atom *a, uint32_t flags)
{
    return flags_of(a) & flags;
}

bool atom_is_load(const struct atom *a)
{
    return (flags_of(a) & (ISA_F_LOAD | ISA_F_GUEST)) == ISA_F_LOAD;
}

bool atom_is_store(const struct atom *a)
{
    return (flags_of(a) & (ISA_F_STORE | ISA_F_GUEST)) == ISA_F_STORE;
}

bool atom_is_guest(const struct atom *a)
{
    return atom_is(a, ISA_F_GUEST);
}

bool atom_is_ordered(const struct atom *a)
{
    return atom_is(a, ISA_F_SEQ);
}

bool atom_is_control(const struct atom *a)
{
    return a->op.atom < ISA_ATOM_COUNT && isa_facts[a->op.atom].unit == UNIT_br;
}

bool atom_is_conditional(const struct atom *a)
{
    return atom_is(a, ISA_F_COND);
}

bool atom_has_effect(const struct atom *a)
{
    return atom_is(a, ISA_F_STORE | ISA_F_GUEST | ISA_F_SEQ | ISA_F_BRANCH | ISA_F_COMMIT |
                          ISA_F_ROLLBACK | ISA_F_SR_WRITE | ISA_F_GREG_WRITE);
}

unsigned atom_access_size(const struct atom *a)
{
    return a->op.atom < ISA_ATOM_COUNT ? isa_facts[a->op.atom].size : 0;
}

unsigned atom_dismissible(unsigned load)
{
    switch (load) {
    case ISA_ldb: return ISA_lddb;
    case ISA_ldbu: return ISA_lddbu;
    case ISA_ldh: return ISA_lddh;
    case ISA_ldhu: return ISA_lddhu;
    case ISA_ldw: return ISA_lddw;
    case ISA_ldwu: return ISA_lddwu;
    case ISA_ldd: return ISA_lddd;
    }
    return load;
}

unsigned atom_inverse(unsigned branch)
{
    switch (branch) {
    case ISA_breq: return ISA_brne;
    case ISA_brne: return ISA_breq;
    case ISA_brlt: return ISA_brge;
    case ISA_brge: return ISA_brlt;
    case ISA_brltu: return ISA_brgeu;
    case ISA_brgeu: return ISA_brltu;
    }
    return ISA_ATOM_COUNT;
}

struct atom atom_make(unsigned atom, unsigned rd, unsigned ra, unsigned rb, int64_t imm,
                      uint64_t pc)
{
    struct atom a = {.pc = pc, .code = NO_CODE, .block = NONE};

    a.op.atom = (uint16_t)atom;
    a.op.rd = (uint8_t)rd;
    a.op.ra = (uint8_t)ra;
    a.op.rb = (uint8_t)rb;
    a.op.imm = imm;
    return a;
}
