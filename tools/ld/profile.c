/*
 * profile.c - how often each block has run, and where control went from it.
 *
 * `vliw-sim --profile` counts bundles by address; the map of the link that was run says which
 * bundle begins which block. Blocks are known by their RV64 addresses, which do not depend on how
 * they were scheduled, so a profile of one link serves any other of the same RV64 program. The link
 * to profile is one by `--sched=block`: there each block begins with a bundle of its own.
 *
 * Counts of blocks become counts of branches because what runs into a block must run out of it:
 * wherever all ways but one are known, so is the last. What stays open is halved.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

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
    size_t low = 0, high = h->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (h->head[mid].vliw < vliw)
            low = mid + 1;
        else
            high = mid;
    }
    return low < h->count && h->head[low].vliw == vliw ? &h->head[low] : NULL;
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
        }
    }
    fclose(in);
    if (!bundles)
        ld_fail("%s: is no profile by vliw-sim", path);
}

/* ---------------------------------------------------------------- from blocks to branches */

/* Ways into each block: how many are unknown, and the sum of the others. */
struct flow {
    uint64_t *sum;
    uint32_t *unknown;
    bool *solved; /* of each conditional branch */
};

static void settle(struct program *p, struct flow *f, int32_t b, uint64_t taken)
{
    struct block *k = &p->block[b];

    k->runs_taken = taken < k->runs ? taken : k->runs;
    f->solved[b] = true;
    f->unknown[k->taken]--;
    f->sum[k->taken] += k->runs_taken;
    f->unknown[k->fall]--;
    f->sum[k->fall] += k->runs - k->runs_taken;
}

/* The way from some block into `to`, if it is the only one into it that is unknown. */
static bool way_in(const struct program *p, const struct flow *f, int32_t to, uint64_t *runs)
{
    const struct block *k = &p->block[to];

    if (k->entered || f->unknown[to] != 1)
        return false;
    *runs = k->runs > f->sum[to] ? k->runs - f->sum[to] : 0;
    return true;
}

static bool solve_some(struct program *p, struct flow *f)
{
    bool changed = false;

    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *k = &p->block[i];
        uint64_t runs;

        if (!k->reached || k->end != END_COND || f->solved[i])
            continue;
        if (way_in(p, f, k->taken, &runs))
            settle(p, f, i, runs);
        else if (way_in(p, f, k->fall, &runs))
            settle(p, f, i, k->runs > runs ? k->runs - runs : 0);
        else
            continue;
        changed = true;
    }
    return changed;
}

static void count_branches(struct program *p)
{
    struct flow f = {.sum = ld_alloc((size_t)p->blocks, sizeof *f.sum),
                     .unknown = ld_alloc((size_t)p->blocks, sizeof *f.unknown),
                     .solved = ld_alloc((size_t)p->blocks, sizeof *f.solved)};

    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *k = &p->block[i];

        if (!k->reached)
            continue;
        if (k->end == END_COND) {
            f.unknown[k->taken]++;
            f.unknown[k->fall]++;
        } else if (k->end == END_JUMP) {
            f.sum[k->taken] += k->runs;
        } else if (k->fall != NONE) {
            f.sum[k->fall] += k->runs;
        }
    }
    while (solve_some(p, &f))
        ;
    for (int32_t i = 0; i < p->blocks; i++)
        if (p->block[i].reached && p->block[i].end == END_COND && !f.solved[i])
            p->block[i].runs_taken = p->block[i].runs / 2;
}

void program_profile(struct program *p, const char *profile, const char *map)
{
    struct heads heads = {0};

    read_map(&heads, map);
    read_counts(p, &heads, profile);
    count_branches(p);
}
