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

#define PLACES 64

struct jumps {
    struct jumps_table table;
    bool used; /* since the last flush */
    unsigned places;
    struct {
        uint32_t mode, cs_base;
    } place[PLACES];
};

void jumps_init(void)
{
    cms.jumps = cms_alloc(sizeof(*cms.jumps));
}

uint32_t jumps_place(const struct context *key)
{
    struct jumps *j = cms.jumps;
    unsigned n = 0;

    while (n < j->places && (j->place[n].mode != key->mode || j->place[n].cs_base != key->cs_base))
        n++;
    if (n == PLACES)
        return JUMPS_NO_PLACE;
    if (n == j->places) {
        j->place[n].mode = key->mode;
        j->place[n].cs_base = key->cs_base;
        j->places++;
    }
    return n + 1;
}

static uint64_t key_of(const struct translation *t)
{
    return (uint64_t)t->place << 32 | t->key.eip;
}

void jumps_enter(struct translation *t)
{
    struct jumps *j = cms.jumps;
    unsigned n = t->key.eip % JUMPS;

    if (t->place == JUMPS_NO_PLACE)
        return;
    j->table.key[n] = key_of(t);
    j->table.code[n] = (uintptr_t)t->code;
    j->used = true;
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

    if (j->used)
        memset(j->table.key, 0, sizeof(j->table.key));
    j->used = false;
}

const struct jumps_table *jumps_table(void)
{
    return &cms.jumps->table;
}
