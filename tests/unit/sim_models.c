/*
 * sim_models.c - the chip's models against simple-minded ones: caches against time stamps, the
 * store buffer against an array of bytes, the TLB against a list; DRAM pages and draining by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/map.h"
#include "tests/random.h"
#include "tests/unit/check.h"
#include "vliw-sim/alias.h"
#include "vliw-sim/cache.h"
#include "vliw-sim/hier.h"
#include "vliw-sim/lookup.h"
#include "vliw-sim/machine.h"
#include "vliw-sim/predict.h"
#include "vliw-sim/sbuf.h"
#include "vliw-sim/tlb.h"

static uint64_t noise(void)
{
    static uint64_t state = 88172645463325252u;

    return random_next(&state);
}

/* ---------------------------------------------------------------- cache */

#define SETS 4
#define WAYS 4

struct slow_line {
    uint32_t line;
    uint64_t used; /* when; 0 empty */
    bool dirty;
};

static bool slow_access(struct slow_line *set, uint32_t line, bool write, uint64_t now,
                        uint32_t *victim)
{
    struct slow_line *oldest = set;

    *victim = 0;
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].used && set[i].line == line) {
            set[i].used = now;
            set[i].dirty |= write;
            return true;
        }
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    if (oldest->used && oldest->dirty)
        *victim = oldest->line;
    *oldest = (struct slow_line){line, now, write};
    return false;
}

static void test_cache(void)
{
    struct machine_cache config = {.size = SETS * WAYS * 64, .ways = WAYS, .line = 64};
    struct slow_line slow[SETS][WAYS] = {0};
    struct cache cache;
    int64_t clock = 0;
    uint64_t hits = 0;

    cache_init(&cache, &config, &clock);
    for (uint64_t now = 1; now < 200000; now++) {
        uint32_t line = 1 + (uint32_t)(noise() % 40), victim = 0, expected = 0;
        bool write = noise() & 1;
        bool hit = cache_again(&cache, line, write) || cache_access(&cache, line, write, &victim);
        bool should = slow_access(slow[line % SETS], line, write, now, &expected);
        CHECK(hit == should && victim == expected);
        hits += hit;
        if (noise() % 1000 == 0) {
            uint32_t gone = 1 + (uint32_t)(noise() % 40);
            cache_drop(&cache, gone);
            for (unsigned i = 0; i < WAYS; i++) {
                if (slow[gone % SETS][i].line == gone)
                    slow[gone % SETS][i] = (struct slow_line){0};
            }
        }
    }
    CHECK(cache.hits == hits && cache.hits + cache.misses == 199999);
    cache_clear(&cache);
    CHECK(!cache_again(&cache, 1, false));
    cache_free(&cache);
}

/* ---------------------------------------------------------------- hierarchy */

static void test_hier(void)
{
    struct machine m;
    struct hier h;
    uint32_t line = (uint32_t)(GUEST_BASE >> 6);

    machine_defaults(&m);
    m.point[0].khz = 1000000; /* 1 ns a cycle */
    hier_init(&h, &m);
    CHECK(hier_data(&h, line, false) == 9 + 143); /* nothing is open */
    CHECK(hier_data(&h, line, true) == 0);
    CHECK(hier_data(&h, line + 1, false) == 9 + 86);
    CHECK(hier_fetch(&h, line + 1) == 9);                     /* L2 has it */
    CHECK(hier_data(&h, line + 4 * 64, false) == 9 + 143);    /* same bank, another page */
    CHECK(hier_data(&h, line + 64, false) == 9 + 143);        /* another bank */
    CHECK(hier_data(&h, line + 4 * 64 + 1, false) == 9 + 86); /* both stay open */
    CHECK(hier_span(&h, GUEST_BASE + 60, 8, false) == 0);
    CHECK(hier_span(&h, GUEST_BASE + 124, 8, false) == 9 + 143); /* its second line */
    CHECK(hier_data(&h, (uint32_t)(FLASH_BASE >> 6), false) == 9 + 200);
    CHECK(h.rom_lines == 1);
    hier_free(&h);
}

/* ---------------------------------------------------------------- store buffer */

#define AREA 64

static void test_sbuf_bytes(void)
{
    static uint8_t memory[AREA + 8], seen[AREA + 8];
    struct machine m;
    struct hier h;
    struct sbuf sb;

    machine_defaults(&m);
    hier_init(&h, &m);
    sbuf_init(&sb, 16);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t addr = noise() % AREA, value = noise(), got = 0, want = 0;
        unsigned size = 1u << (noise() & 3);
        switch (noise() % 8) {
        case 0:
            sbuf_rollback(&sb);
            memcpy(seen, memory, sizeof seen);
            break;
        case 1:
            sbuf_commit(&sb, memory, &h, i);
            CHECK(memcmp(seen, memory, sizeof seen) == 0);
            break;
        case 2:
        case 3:
        case 4:
            if (sb.used == sb.size)
                break;
            sbuf_wait(&sb, i);
            sbuf_put(&sb, addr, size, value);
            memcpy(seen + addr, &value, size);
            break;
        default:
            memcpy(&got, memory + addr, size);
            memcpy(&want, seen + addr, size);
            CHECK(sbuf_merge(&sb, addr, size, got) == want);
        }
        CHECK(sb.used <= sb.room && sb.room <= sb.size);
    }
    CHECK(sbuf_stores(&sb) == sb.released + sb.dropped + sb.used);
    sbuf_free(&sb);
    hier_free(&h);
}

/* Three slots; the line is in L1D, so stores leave one a cycle from the commit on. */
static void test_sbuf_time(void)
{
    static uint8_t memory[64];
    struct machine m;
    struct hier h;
    struct sbuf sb;

    machine_defaults(&m);
    hier_init(&h, &m);
    hier_span(&h, GUEST_BASE, 8, true);
    sbuf_init(&sb, 3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(sbuf_wait(&sb, 10) == 0);
        sbuf_put(&sb, i, 1, i);
    }
    sbuf_commit(&sb, memory, &h, 20); /* they leave at 21, 22, 23 */
    CHECK(sbuf_wait(&sb, 20) == 1);
    sbuf_put(&sb, 0, 1, 0);
    CHECK(sbuf_wait(&sb, 21) == 1);
    sbuf_put(&sb, 0, 1, 0);
    CHECK(sbuf_wait(&sb, 23) == 0);
    sbuf_put(&sb, 0, 1, 0);
    CHECK(sb.used == 3 && sb.room == 3);
    sbuf_commit(&sb, memory, &h, 24);
    CHECK(sbuf_wait(&sb, 24) == 1);
    sbuf_put(&sb, 0, 1, 0);
    sbuf_commit(&sb, memory, &h, 25); /* behind those: 28 */
    CHECK(sb.last_done == 28);
    sbuf_free(&sb);
    hier_free(&h);
}

#define SLOTS 8
#define FAR (1u << 18)

/* Stores that leave one after the other, each asking L1D by itself. */
struct slow_drain {
    struct hier h;
    uint64_t leaves[2 * SLOTS]; /* when: from `from` up to `to` */
    uint64_t from, to, last;
};

static void slow_commit(struct slow_drain *d, const struct sbuf *sb, uint64_t now)
{
    for (uint32_t i = 0; i < sb->used; i++) {
        const struct sbuf_store *s = &sb->store[i];
        d->last = (d->last > now ? d->last : now) + 1;
        d->last += hier_span(&d->h, GUEST_BASE + s->addr, s->size, true);
        d->leaves[d->to++ % (2 * SLOTS)] = d->last;
    }
}

static uint64_t slow_wait(struct slow_drain *d, uint32_t used, uint64_t now)
{
    while (d->from != d->to && d->leaves[d->from % (2 * SLOTS)] <= now)
        d->from++;
    return used + d->to - d->from < SLOTS ? 0 : d->leaves[d->from % (2 * SLOTS)] - now;
}

static void test_sbuf_drains(void)
{
    static uint8_t memory[FAR + 72];
    struct machine m;
    struct hier h;
    struct sbuf sb;
    struct slow_drain slow = {0};
    uint64_t now = 0, near = 0;

    machine_defaults(&m);
    hier_init(&h, &m);
    hier_init(&slow.h, &m);
    sbuf_init(&sb, SLOTS);
    for (unsigned i = 0; i < 300000; i++) {
        now += noise() % 8 == 0 ? noise() % 200 : 1;
        if (noise() % 6 == 0 || sb.used == SLOTS) {
            slow_commit(&slow, &sb, now);
            sbuf_commit(&sb, memory, &h, now);
            CHECK(h.clock == slow.h.clock && h.l1d.hits == slow.h.l1d.hits);
            continue;
        }
        near = noise() % 4 ? near : noise() % FAR;
        uint64_t wait = slow_wait(&slow, sb.used, now);
        CHECK(sbuf_wait(&sb, now) == wait);
        now += wait;
        sbuf_put(&sb, near + noise() % 64, 1u << (noise() & 3), noise());
    }
    CHECK(h.l1d.misses == slow.h.l1d.misses && h.l1d.writebacks == slow.h.l1d.writebacks);
    size_t stamps = (h.l1d.set_mask + 1) * h.l1d.ways * sizeof *h.l1d.stamp;
    CHECK(memcmp(h.l1d.stamp, slow.h.l1d.stamp, stamps) == 0);
    sbuf_free(&sb);
    hier_free(&h);
    hier_free(&slow.h);
}

/* ---------------------------------------------------------------- TLB */

static void test_tlb(void)
{
    struct tlb tlb;
    uint64_t limit = 16u << 20;

    tlb_init(&tlb, 16, 2); /* 8 sets */
    CHECK(tlb_write(&tlb, 0x1000, 0x500f, 0, limit));
    CHECK(tlb_write(&tlb, 0x9001, 0x601f, 0, limit)); /* same set, port space */
    CHECK(tlb_find(&tlb, 0x1000)->lo == 0x500f);
    CHECK(!tlb_find(&tlb, 0x1001) && !tlb_find(&tlb, 0x9000) && tlb_find(&tlb, 0x9001));
    CHECK(tlb_write(&tlb, 0x1abc, 0x7003, 5, limit)); /* the same page again takes no way */
    CHECK(tlb_probe(&tlb, 0x1fff & ~1u) == 0x7003 && tlb_find(&tlb, 0x9001) && tlb.replaced == 0);
    CHECK(tlb_write(&tlb, 0x11000, 0x800f, 0, limit)); /* the first way's turn */
    CHECK(!tlb_find(&tlb, 0x1000) && tlb_find(&tlb, 0x9001) && tlb.replaced == 1);
    CHECK(tlb_write(&tlb, 0x19000, 0x900f, 0, limit)); /* the second's */
    CHECK(!tlb_find(&tlb, 0x9001) && tlb_find(&tlb, 0x11000) && tlb.replaced == 2);

    CHECK(!tlb_write(&tlb, 0x2000, limit | 0xf, 0, limit) && !tlb_find(&tlb, 0x2000));
    CHECK(!tlb_write(&tlb, 0x2000, UINT64_MAX & ~(uint64_t)TLB_LO_IO, 0, limit));
    CHECK(tlb_write(&tlb, 0x2000, UINT64_MAX, 0, limit)); /* I/O */
    CHECK(tlb_write(&tlb, 0x3000, (limit - 1) & ~0xff0ull, 0, limit));

    struct tlb_entry e = {.lo = 0x5, .tmask = 1u << 3 | 1u << 31};
    CHECK(tlb_permits(&e, false, false) && !tlb_permits(&e, true, false));
    CHECK(tlb_permits(&e, false, true) && !tlb_permits(&e, true, true));
    CHECK(!tlb_watched(&e, 0x17f, 1) && tlb_watched(&e, 0x17f, 2) && tlb_watched(&e, 0x1ff, 8));
    CHECK(!tlb_watched(&e, 0x200, 8) && tlb_watched(&e, 0xfff, 1) && !tlb_watched(&e, 0, 8));

    tlb_drop_phys(&tlb, 0x8fff);
    CHECK(!tlb_find(&tlb, 0x11000) && tlb_find(&tlb, 0x19000));
    tlb_drop(&tlb, 0x19ffe);
    CHECK(!tlb_find(&tlb, 0x19000) && tlb_find(&tlb, 0x2000));
    tlb_flush(&tlb);
    CHECK(!tlb_find(&tlb, 0x2000) && tlb_probe(&tlb, 0x2000) == 0);
    CHECK(tlb_probe(&tlb, UINT64_MAX) == 0);
    tlb_free(&tlb);
}

/* ---------------------------------------------------------------- ways */

struct dropped {
    uint32_t line[64];
    unsigned count;
};

static void note_drop(void *to, uint32_t line)
{
    struct dropped *d = to;

    d->line[d->count++] = line;
}

static bool was_dropped(const struct dropped *d, uint32_t line)
{
    for (unsigned i = 0; i < d->count; i++) {
        if (d->line[i] == line)
            return true;
    }
    return false;
}

/* Ways that are off are empty, and nothing is in a set twice. */
static bool ways_sound(const struct cache *cache, uint32_t mask)
{
    for (uint32_t at = 0; at < SETS * WAYS; at++) {
        if (!cache->entry[at])
            continue;
        if (!(mask >> at % WAYS & 1) || cache_find(cache, cache->entry[at] >> 1) != at)
            return false;
    }
    return cache->live == (uint32_t)__builtin_popcount(mask);
}

/* Fills some lines, then uses other ways: what was in those that stay is there, the rest is not. */
static void test_ways_once(struct cache *cache)
{
    uint32_t mask = 1 + (uint32_t)(noise() % ((1u << WAYS) - 1)), victim;
    uint32_t before[SETS * WAYS];
    struct dropped d = {.count = 0};

    for (unsigned n = 0; n < 20; n++)
        cache_access(cache, 1 + (uint32_t)(noise() % 40), noise() & 1, &victim);
    if (noise() & 1)
        cache_drop(cache, 1 + (uint32_t)(noise() % 40));
    memcpy(before, cache->entry, sizeof before);
    uint64_t writebacks = cache->writebacks;
    cache_use(cache, mask, note_drop, &d);
    CHECK(ways_sound(cache, mask) && cache->writebacks == writebacks + d.count);
    for (unsigned i = 0; i < SETS * WAYS; i++) {
        bool stays = mask >> i % WAYS & 1;
        if (!before[i])
            continue;
        CHECK(cache->entry[i] == (stays ? before[i] : 0));
        CHECK(was_dropped(&d, before[i] >> 1) == (!stays && (before[i] & 1)));
    }
}

static void test_ways(void)
{
    struct machine_cache config = {.size = SETS * WAYS * 64, .ways = WAYS, .line = 64};
    struct cache cache;
    int64_t clock = 0;

    cache_init(&cache, &config, &clock);
    for (unsigned round = 0; round < 20000; round++)
        test_ways_once(&cache);
    cache_free(&cache);
}

static void test_tlb_ways(void)
{
    struct tlb tlb;
    uint64_t limit = 16u << 20;
    unsigned left = 0;

    tlb_init(&tlb, 16, 4); /* 4 sets */
    for (uint32_t page = 0; page < 16; page++)
        CHECK(tlb_write(&tlb, page << 12, 0xf, 0, limit));
    tlb_use(&tlb, 0xa);
    for (uint32_t page = 0; page < 16; page++)
        left += tlb_find(&tlb, page << 12) != NULL;
    CHECK(left == 8);
    for (uint32_t page = 0; page < 100; page++)
        CHECK(tlb_write(&tlb, page << 12, 0xf, 0, limit) && tlb_find(&tlb, page << 12));
    for (uint32_t i = 0; i < 16; i++)
        CHECK((tlb.entry[i].hi == TLB_HI_FREE) == !(0xa >> i % 4 & 1));
    tlb_free(&tlb);
}

/* ---------------------------------------------------------------- tables of keys */

#define KEYS 100

static void test_jtlb(void)
{
    struct jtlb t;
    uint64_t last[KEYS] = {0};
    unsigned found = 0;

    jtlb_init(&t, 32, 4);
    for (unsigned round = 0; round < 100000; round++) {
        unsigned key = (unsigned)(noise() % KEYS);
        uint64_t name = key * 0x10001ull << 4, target = noise() % 4 ? noise() | 1 : 0;
        if (noise() & 1) {
            jtlb_write(&t, name, target);
            last[key] = target;
            CHECK(jtlb_find(&t, name) == target);
        }
        uint64_t got = jtlb_find(&t, name);
        CHECK(got == 0 || got == last[key]);
        found += got != 0;
        if (noise() % 1000 == 0) {
            jtlb_flush(&t);
            memset(last, 0, sizeof last);
        }
    }
    CHECK(found > 10000);
    jtlb_free(&t);
    jtlb_init(&t, 0, 1); /* a machine without one */
    jtlb_write(&t, 1, 2);
    CHECK(jtlb_find(&t, 1) == 0 && t.writes == 0);
    jtlb_free(&t);
}

static void test_rstack(void)
{
    struct rstack s;

    rstack_init(&s, 3);
    CHECK(rstack_pop(&s, 0) == 0);
    for (uint64_t i = 1; i <= 5; i++)
        rstack_push(&s, i, 10 * i);
    CHECK(rstack_pop(&s, 5) == 50 && rstack_pop(&s, 9) == 0 && rstack_pop(&s, 3) == 30);
    CHECK(rstack_pop(&s, 2) == 0 && rstack_pop(&s, 1) == 0);
    rstack_push(&s, 7, 70);
    rstack_flush(&s);
    CHECK(rstack_pop(&s, 7) == 0 && s.hits == 2);
    rstack_free(&s);
}

/* ---------------------------------------------------------------- prediction, alias registers */

static void test_predictor(void)
{
    static const bool taken[] = {true, true, true, false, true, false, false, false, true};
    static const bool right[] = {false, true, true, false, true, false, false, true, false};
    struct predictor p;

    predict_init(&p, PREDICT_STATIC, 1);
    CHECK(predict_outcome(&p, 0, FLOW_BACKWARD, true));
    CHECK(!predict_outcome(&p, 0, FLOW_FORWARD, true));
    CHECK(!predict_outcome(&p, 0, FLOW_BACKWARD, false));
    CHECK(!predict_outcome(&p, 0, FLOW_INDIRECT, true));
    predict_free(&p);
    predict_init(&p, PREDICT_BIMODAL, 4);
    for (unsigned i = 0; i < sizeof taken; i++)
        CHECK(predict_outcome(&p, 8, FLOW_FORWARD, taken[i]) == right[i]);
    CHECK(predict_outcome(&p, 12, FLOW_FORWARD, false)); /* another counter */
    CHECK(p.right == 5 && p.wrong == 5);
    predict_free(&p);
}

/* Byte by byte, against alias_hit(). */
static void test_alias(void)
{
    struct alias al = {.registers = 4};

    for (unsigned round = 0; round < 100000; round++) {
        unsigned n = (unsigned)(noise() % 6), size = 1u << (noise() & 3);
        uint64_t pa = noise() % 40, mask = noise();
        int expected = -1;
        if (noise() & 1)
            alias_protect(&al, n, pa, size);
        for (int i = 3; i >= 0; i--) {
            for (unsigned k = 0; k < size; k++) {
                if (((al.used & mask) >> i & 1) && pa + k >= al.from[i] && pa + k < al.to[i])
                    expected = i;
            }
        }
        CHECK(alias_hit(&al, mask, pa, size) == expected);
        CHECK(al.used < 16);
        if (noise() % 16 == 0)
            al.used = 0;
    }
}

int main(void)
{
    test_cache();
    test_hier();
    test_sbuf_bytes();
    test_sbuf_time();
    test_sbuf_drains();
    test_tlb();
    test_ways();
    test_tlb_ways();
    test_jtlb();
    test_rstack();
    test_predictor();
    test_alias();
    return failures != 0;
}
