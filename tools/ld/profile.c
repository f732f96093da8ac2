/*
 * profile.c - how often each block has run, and where control went from it.
 *
 * `vliw-sim --profile` counts bundles by address; the map of the link that was run says which
 * bundle begins which block. Blocks are known by their RV64 addresses, which do not depend on how
 * they were scheduled, so a profile of one link serves any other of the same RV64 program. The link
 * to profile is one by `--sched=block`: there each block begins with a bundle of its own.
 *
 * The counts of several runs are added, and it is kept how many of them needed a block.
 *
 * Counts of blocks become counts of branches because what runs into a block must run out of it.
 * Each branch is known to have been taken between so and so many times; what its targets' other
 * ways in leave to it narrows that, over and over. What stays open is halved.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/ld/ld.h"

#define LINE_SIZE 4096

struct head {
    uint64_t vliw, rv;
};

struct heads {
    struct head *head; /* by VLIW address, as the map has them */
    size_t count, capacity;
};

static FILE *open_input(const char *path)
{
    FILE *in = fopen(path, "r");

    if (!in)
        ld_fail("can't read %s: %s", path, strerror(errno));
    return in;
}

static void read_map(struct heads *h, const char *path)
{
    FILE *in = open_input(path);
    char line[LINE_SIZE];

    while (fgets(line, sizeof line, in)) {
        struct head *at;

        h->head = ld_grow(h->head, h->count, &h->capacity, sizeof *h->head);
        at = &h->head[h->count];
        if (sscanf(line, "block %" SCNx64 " %" SCNx64, &at->vliw, &at->rv) != 2)
            continue;
        if (h->count && at->vliw < at[-1].vliw)
            ld_fail("%s: blocks are not in order", path);
        h->count++;
    }
    fclose(in);
    if (!h->count)
        ld_fail("%s: is no map by vliw-ld", path);
}

static const struct head *find_head(const struct heads *h, uint64_t vliw)
{
    size_t at = ROWS_BELOW(h->head, h->count, struct head, vliw, vliw);

    return at < h->count && h->head[at].vliw == vliw ? &h->head[at] : NULL;
}

static void read_counts(struct program *p, const struct heads *h, const char *path)
{
    FILE *in = open_input(path);
    char line[LINE_SIZE];
    bool bundles = false;

    for (unsigned number = 1; fgets(line, sizeof line, in); number++) {
        uint64_t vliw, runs;

        if (strncmp(line, "# bundles:", 10) == 0) {
            bundles = true;
        } else if (bundles) {
            if (sscanf(line, "%" SCNx64 " %" SCNu64, &vliw, &runs) != 2)
                ld_fail("%s:%u: expected address and count", path, number);
            const struct head *head = find_head(h, vliw);
            if (!head)
                continue;
            int32_t b = program_block_at(p, head->rv);
            if (b == NONE)
                ld_fail("%s:%u: no block of this program begins at 0x%" PRIx64, path, number,
                        head->rv);
            p->block[b].runs += runs;
            p->block[b].seen += runs > 0;
        }
    }
    fclose(in);
    if (!bundles)
        ld_fail("%s: is no profile by vliw-sim", path);
}

/* ---------------------------------------------------------------- from blocks to branches */

#define PASSES 100 /* more than any program has needed */

struct between {
    uint64_t least, most;
};

/* How often each conditional branch was taken, and the sums of all ways into each block. */
struct flow {
    struct between *taken, *in;
};

static struct between not_taken(const struct block *k, const struct between *taken)
{
    return (struct between){k->runs - taken->most, k->runs - taken->least};
}

static void add_way(struct between *sum, struct between way)
{
    sum->least += way.least;
    sum->most += way.most;
}

/* What runs into a block but by one way leaves the rest of its runs to that way. */
static struct between left_for(const struct program *p, const struct flow *f, int32_t to,
                               struct between way)
{
    uint64_t runs = p->block[to].runs;
    struct between others = {f->in[to].least - way.least, f->in[to].most - way.most};

    if (!p->block[to].entered && runs > others.most && runs - others.most > way.least)
        way.least = runs - others.most;
    uint64_t most = runs > others.least ? runs - others.least : 0;
    if (most < way.most)
        way.most = most > way.least ? most : way.least;
    if (way.least > way.most)
        way.least = way.most;
    return way;
}

static bool narrow(struct program *p, struct flow *f, int32_t b)
{
    const struct block *k = &p->block[b];
    struct between old = f->taken[b], new = left_for(p, f, k->taken, old);
    struct between fall = left_for(p, f, k->fall, not_taken(k, &old));

    if (k->runs - fall.least < new.most)
        new.most = k->runs - fall.least > new.least ? k->runs - fall.least : new.least;
    if (k->runs - fall.most > new.least)
        new.least = k->runs - fall.most < new.most ? k->runs - fall.most : new.most;
    if (new.least == old.least && new.most == old.most)
        return false;
    f->taken[b] = new;
    f->in[k->taken].least += new.least - old.least;
    f->in[k->taken].most += new.most - old.most;
    f->in[k->fall].least += old.most - new.most;
    f->in[k->fall].most += old.least - new.least;
    return true;
}

static void count_branches(struct program *p)
{
    struct flow f = {.taken = ld_alloc((size_t)p->blocks, sizeof *f.taken),
                     .in = ld_alloc((size_t)p->blocks, sizeof *f.in)};
    bool changed = true;

    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *k = &p->block[i];
        struct between all = {k->runs, k->runs};

        if (!k->reached)
            continue;
        if (k->end == END_COND) {
            f.taken[i].most = k->runs;
            add_way(&f.in[k->taken], f.taken[i]);
            add_way(&f.in[k->fall], f.taken[i]);
        } else if (k->end == END_JUMP) {
            add_way(&f.in[k->taken], all);
        } else if (k->fall != NONE) {
            add_way(&f.in[k->fall], all);
        }
    }
    for (unsigned pass = 0; changed && pass < PASSES; pass++) {
        changed = false;
        for (int32_t i = 0; i < p->blocks; i++)
            if (p->block[i].reached && p->block[i].end == END_COND)
                changed |= narrow(p, &f, i);
    }
    for (int32_t i = 0; i < p->blocks; i++)
        p->block[i].runs_taken = f.taken[i].least + (f.taken[i].most - f.taken[i].least) / 2;
}

void program_profile(struct program *p, const char *const *profile, unsigned count,
                     const char *map)
{
    struct heads heads = {0};

    read_map(&heads, map);
    for (unsigned i = 0; i < count; i++)
        read_counts(p, &heads, profile[i]);
    count_branches(p);
}
