/*
 * jumps.c - where computed branches of translated code lead.
 *
 * A return or an indirect jump stays in the same mode and CS; only EIP is new. So translated code
 * can find its target by a table of one entry for each EIP's low bits, without the dispatcher. The
 * key's upper half numbers the mode and CS base, so entries of other contexts don't match: the
 * dispatcher leaves the number in r10 (REG_PLACE), shifted, whenever the context has changed.
 * Physical pages are not in the key: the table is emptied whenever a linear page may have been
 * mapped elsewhere to which one of its entries may lead.
 *
 * On a machine with a JTLB translated code asks that first, by the same key. It forgets; the table
 * in memory is behind it, and whoever finds his target there tells the JTLB.
 */
#include "runtime/jumps.h"

#include "cms.h"
#include "isa.h"
#include "isa_intrinsics.h"

#define PLACES 16
#define PAGE_BITS 4096 /* a power of two */

struct place {
    uint32_t mode, cs_base;
    uint32_t number; /* 0: free */
};

struct jumps {
    struct jumps_table table;
    bool used;       /* since the last flush */
    uint64_t page[PAGE_BITS / 64]; /* where entries lead: a bit by a linear page's low bits */
    bool jtlb;       /* the machine has one, and may use it */
    uint32_t places; /* numbered so far */
    struct place place[PLACES];
    struct place last; /* selected */
};

void jumps_init(void)
{
    cms.jumps = cms_alloc(sizeof(*cms.jumps));
    vx_mtsr(SR_CFG_INDEX, CFG_JTLB_ENTRIES);
    cms.jumps->jtlb = vx_mfsr(SR_CFG_DATA) && cms.opt->jtlb;
}

/*
 * The number of the context's mode and CS base. Only the last PLACES are remembered: one that comes
 * back after more than that many others gets a new number, and translations with the old one find
 * no entries that were made with the new one, which costs time alone.
 */
static uint32_t place_number(uint32_t mode, uint32_t cs_base)
{
    struct jumps *j = cms.jumps;
    struct place *p;

    for (p = j->place; p < j->place + PLACES; p++) {
        if (p->number && p->mode == mode && p->cs_base == cs_base)
            return p->number;
    }
    p = &j->place[j->places % PLACES];
    *p = (struct place){mode, cs_base, ++j->places};
    return p->number;
}

uint32_t jumps_select(uint32_t mode, uint32_t cs_base)
{
    const struct place *p = &cms.jumps->last;
    uint32_t number = p->number;

    if (!number || p->mode != mode || p->cs_base != cs_base) {
        number = place_number(mode, cs_base);
        cms.jumps->last = (struct place){mode, cs_base, number};
    }

    vx_setr(REG_PLACE, (uint64_t)number << 32);
    vx_commit(0); /* else a rollback before the next commit would bring the last context's back */
    return number;
}

bool jumps_by_hardware(void)
{
    return cms.jumps->jtlb;
}

static uint64_t key_of(const struct translation *t)
{
    return (uint64_t)t->place << 32 | t->key.eip;
}

static uint64_t *page_word(uint32_t lin)
{
    return &cms.jumps->page[(lin >> PAGE_SHIFT) % PAGE_BITS / 64];
}

static uint64_t page_bit(uint32_t lin)
{
    return UINT64_C(1) << (lin >> PAGE_SHIFT) % 64;
}

void jumps_enter(struct translation *t)
{
    struct jumps *j = cms.jumps;
    unsigned n = t->key.eip % JUMPS;
    uint32_t lin = t->key.cs_base + t->key.eip;

    j->table.key[n] = key_of(t);
    j->table.code[n] = (uintptr_t)t->code;
    if (j->jtlb)
        vx_jtw(key_of(t), (uintptr_t)t->code);
    j->used = true;
    *page_word(lin) |= page_bit(lin);
    cms_count(EV_JUMPS_ENTERED);
}

void jumps_remove(const struct translation *t)
{
    uint64_t *key = &cms.jumps->table.key[t->key.eip % JUMPS];

    if (cms.jumps->jtlb)
        vx_jtd(key_of(t));
    if (*key == key_of(t))
        *key = 0;
}

void jumps_flush(void)
{
    struct jumps *j = cms.jumps;

    if (!j->used)
        return;
    memset(j->table.key, 0, sizeof(j->table.key));
    memset(j->page, 0, sizeof(j->page));
    if (j->jtlb)
        vx_jtf();
    j->used = false;
    cms_count(EV_JUMPS_FLUSHED);
}

void jumps_flush_page(uint32_t lin)
{
    if (*page_word(lin) & page_bit(lin))
        jumps_flush();
}

const struct jumps_table *jumps_table(void)
{
    return &cms.jumps->table;
}
