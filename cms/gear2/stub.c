/*
 * stub.c - what an exit does that isn't chained: it hands its record to the dispatcher.
 *
 *     [rollback]   a0 = address of the record   jr ra
 *
 * All stubs are alike, so they are no regions with atoms to be scheduled: they are encoded once,
 * for the machine's width, and copied behind the regions with the record's address filled in.
 */
#include "gear2/build.h"
#include "isa_codec.h"
#include "isa_word.h"

static bool rolls_back(const struct leaving *l)
{
    return l->kind == EXIT_RERUN || l->kind == EXIT_VARIES || l->kind == EXIT_STALE;
}

void stubs_make(struct stubs *s, unsigned issue)
{
    static const struct isa_op op[] = {
        {.atom = ISA_rollback},
        {.atom = ISA_addi, .rd = REG_A0, .long_imm = true},
        {.atom = ISA_jr, .ra = REG_RA},
    };
    enum { ATOMS = sizeof(op) / sizeof(op[0]) };

    for (unsigned back = 0; back < 2; back++) {
        struct stub *stub = &s->stub[back];

        stub->words = 0;
        for (unsigned n = !back; n < ATOMS; n++) {
            bool stop = n == ATOMS - 1 || (n - !back + 1) % issue == 0;

            if (op[n].long_imm)
                stub->address = stub->words;
            stub->words += (unsigned)isa_encode(&op[n], stop, stub->word + stub->words);
        }
    }
}

/* A loop without end has none. */
uint32_t stubs_start(const struct trans *t)
{
    return t->exits ? t->exit[0].last : t->words;
}

void stubs_emit(struct trans *t, uint32_t *code, const struct exit *records)
{
    const unsigned bits = isa_facts[ISA_addi].imm_bits;
    unsigned words = t->words;

    for (struct leaving *l = t->exit; l < t->exit + t->exits; l++, records++) {
        const struct stub *stub = &t->stubs->stub[rolls_back(l)];
        uint32_t *at = code + words, *address = at + stub->address;
        uintptr_t record = (uintptr_t)records;

        for (unsigned k = 0; k < STUB_WORDS; k++) /* what is too much is written again */
            at[k] = stub->word[k];
        address[0] |= (uint32_t)record & ((1u << bits) - 1);
        address[1] |= LIM_WORD((uint32_t)(record >> bits));
        l->last = words;
        words += stub->words;
    }
    t->words = words;
}
