/*
 * jumps.c - where computed branches of translated code lead.
 *
 * A return or an indirect jump stays in the same mode and CS; only EIP is new. So translated code
 * can find its target by a table of one entry for each EIP's low bits, without the dispatcher. The
 * key's upper half numbers the mode and CS base, so entries of other contexts don't match. Physical
 * pages are not in the key: the table is emptied whenever a linear page may have been mapped
 * elsewhere.
 */
#include "runtime/jumps.h"

#include "cms.h"

#define PLACES 16

struct place {
    uint32_t mode, cs_base;
    uint32_t number; /* 0: free */
};

struct jumps {
    struct jumps_table table;
    bool used;       /* since the last flush */
    uint32_t places; /* numbered so far */
    struct place place[PLACES];
};

void jumps_init(void)
{
    cms.jumps = cms_alloc(sizeof(*cms.jumps));
}

/*
 * The number of the context's mode and CS base. Only the last PLACES are remembered: one that comes
 * back after more than that many others gets a new number, and translations with the old one find
 * no entries that were made with the new one, which costs time alone.
 */
uint32_t jumps_place(const struct context *key)
{
    struct jumps *j = cms.jumps;
    struct place *p;

    for (p = j->place; p < j->place + PLACES; p++) {
        if (p->number && p->mode == key->mode && p->cs_base == key->cs_base)
            return p->number;
    }
    p = &j->place[j->places % PLACES];
    *p = (struct place){key->mode, key->cs_base, ++j->places};
    return p->number;
}

static uint64_t key_of(const struct translation *t)
{
    return (uint64_t)t->place << 32 | t->key.eip;
}

void jumps_enter(struct translation *t)
{
    struct jumps *j = cms.jumps;
    unsigned n = t->key.eip % JUMPS;

    j->table.key[n] = key_of(t);
    j->table.code[n] = (uintptr_t)t->code;
    j->used = true;
    cms_count(EV_JUMPS_ENTERED);
}

void jumps_remove(const struct translation *t)
{
    uint64_t *key = &cms.jumps->table.key[t->key.eip % JUMPS];

    if (*key == key_of(t))
        *key = 0;
}

void jumps_flush(void)
{
    struct jumps *j = cms.jumps;

    if (!j->used)
        return;
    memset(j->table.key, 0, sizeof(j->table.key));
    j->used = false;
    cms_count(EV_JUMPS_FLUSHED);
}

const struct jumps_table *jumps_table(void)
{
    return &cms.jumps->table;
}
