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
#include "isa_codec.h"
#include "isa_intrinsics.h"

#define STOP_BIT (UINT32_C(1) << 31)

/* Writes one word of code. */
static void chain_write(uint32_t *where, uint32_t word)
{
    *where = word;
    vx_icf((uint64_t)(uintptr_t)where, sizeof(word));
}

/*
 * `op`, a branch in the bundle at `bundle`, led to `target`: its word, or 0 if that is too far for
 * one word.
 */
static uint32_t branch_word(struct isa_op op, bool stop, const uint32_t *bundle,
                            const uint32_t *target)
{
    uint32_t words[2];

    op.imm = target - bundle;
    op.long_imm = false;
    return isa_encode(&op, stop, words) == 1 ? words[0] : 0;
}

static uint32_t *exit_code(const struct exit *e)
{
    return (uint32_t *)(uintptr_t)exit_owner(e)->code;
}

void chain_link(struct exit *e, struct translation *to)
{
    const uint32_t *target = (const uint32_t *)(uintptr_t)to->code;
    uint32_t *code = exit_code(e), *where = code + e->branch;
    struct isa_op op;
    uint32_t word = 0;

    if (isa_decode(*where, NULL, &op) == 1)
        word = branch_word(op, *where & STOP_BIT, code + e->bundle, target);
    e->far = !word;
    if (!word) {
        where = code + e->stub;
        word = branch_word((struct isa_op){.atom = ISA_br}, true, where, target);
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
    chain_write(exit_code(e) + (e->far ? e->stub : e->branch), e->original);
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
