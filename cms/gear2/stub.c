/*
 * stub.c - what an exit does that isn't chained: it hands its record to the dispatcher.
 *
 *     [rollback ;;]   a0 = address of the record   jr ra ;;
 *
 * All stubs are alike, so they are no regions with atoms to be scheduled: their words are known but
 * for the record's address. Once they and all regions have their places, so have exits' branches.
 */
#include "gear2/build.h"
#include "isa_word.h"

static bool rolls_back(const struct leaving *l)
{
    return l->kind == EXIT_RERUN || l->kind == EXIT_VARIES || l->kind == EXIT_STALE;
}

/* A loop without end has none. */
uint32_t stubs_start(const struct trans *t)
{
    return t->exits ? t->exit[0].last : t->words;
}

void stubs_emit(struct trans *t, uint32_t *code, const struct exit *records)
{
    const uint32_t rollback = isa_match[ISA_rollback] | ISA_STOP;
    const uint32_t address = isa_match[ISA_addi] | ISA_BITS_I(REG_A0, 0, 0);
    const uint32_t above = LIM_MATCH | (t->machine->issue == 1 ? ISA_STOP : 0);
    const uint32_t leave = isa_match[ISA_jr] | ISA_BITS_R(0, REG_RA, 0) | ISA_STOP;
    const unsigned bits = isa_facts[ISA_addi].imm_bits;
    uint32_t *at = code + t->words;

    for (struct leaving *l = t->exit, *end = l + t->exits; l < end; l++, records++) {
        uintptr_t record = (uintptr_t)records;

        l->last = (uint32_t)(at - code);
        if (rolls_back(l))
            *at++ = rollback;
        at[0] = address | ((uint32_t)record & ((1u << bits) - 1));
        at[1] = above | LIM_WORD((uint32_t)(record >> bits));
        at[2] = leave;
        at += 3;
    }
    t->words = (unsigned)(at - code);
}

const uint32_t *trans_branch_target(const struct trans *t, unsigned role, unsigned exit)
{
    const struct leaving *l = &t->exit[exit];

    switch (role) {
    case ROLE_LOOP: return &t->region[REGION_BODY].start;
    case ROLE_SIDE: return &l->begin;
    case ROLE_MISS: return &l->last;
    default: return &l->enter;
    }
}

void trans_place_exits(struct trans *t)
{
    for (struct leaving *l = t->exit; l < t->exit + t->exits; l++) {
        l->begin = t->region[l->region].start;
        l->enter = l->lookup ? t->region[l->lookup].start : l->last;
    }
}
