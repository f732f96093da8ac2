/*
 * chain.c - exits that lead straight to another translation.
 *
 * A direct exit is a branch to its stub, which hands the exit's address to the dispatcher. To chain
 * it, the branch itself is changed to reach the target. A conditional branch reaches 1 MiB; if that
 * isn't enough the first word of the stub becomes a long branch instead. Either way one word
 * changes, and putting it back unchains.
 */
#include "runtime/chain.h"

#include "cms.h"
#include "isa.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"
#include "isa_word.h"

/* Writes one word of code. */
static void chain_write(uint32_t *where, uint32_t word)
{
    *where = word;
    vx_icf((uint64_t)(uintptr_t)where, sizeof(word));
}

static uint32_t *exit_code(const struct exit *e)
{
    return (uint32_t *)(uintptr_t)exit_owner(e)->code;
}

void chain_link(struct exit *e, struct translation *to)
{
    const uint32_t *target = (const uint32_t *)(uintptr_t)to->code;
    uint32_t *code = exit_code(e), *where = code + e->branch;
    uint32_t word = chain_branch(*where, e->branch_bits, code + e->bundle, target);

    e->number &= ~EXIT_FAR;
    if (!word) {
        e->number |= EXIT_FAR;
        where = code + e->stub;
        word = chain_branch(isa_match[ISA_br] | ISA_STOP, isa_facts[ISA_br].imm_bits, where,
                            target);
    }
    if (!word)
        return;
    e->original = *where;
    chain_write(where, word);
    e->to = to;
    e->next = to->incoming;
    to->incoming = e;
    cms_count(EV_CHAINED);
    if (cms_tracing(D_TCACHE))
        cms_trace("tcache: %x -> %x chained", exit_owner(e)->key.eip, to->key.eip);
}

void chain_unlink(struct exit *e)
{
    struct exit **p = &e->to->incoming;

    while (*p != e)
        p = &(*p)->next;
    *p = e->next;
    e->to = NULL;
    chain_write(exit_code(e) + (e->number & EXIT_FAR ? e->stub : e->branch), e->original);
    cms_count(EV_UNCHAINED);
}

void chain_isolate(struct translation *t)
{
    while (t->incoming)
        chain_unlink(t->incoming);
    for (unsigned i = 0; i < t->exits; i++) {
        if (t->exit[i].to)
            chain_unlink(&t->exit[i]);
    }
}
