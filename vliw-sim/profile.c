/* profile.c - see profile.h */
#include "vliw-sim/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/panic.h"
#include "vliw-sim/symbols.h"

struct place {
    uint64_t pc;
    uint64_t bundles; /* times entered; 0: unused slot of the hash table */
    uint64_t cycles;
};

struct profile {
    struct place *place; /* hash table, open addressing, a power of two */
    size_t size, used;
    uint64_t pc; /* the bundle that is being charged */
    uint64_t since;
};

struct sum {
    char name[SYMBOL_TEXT];
    uint64_t bundles, cycles;
};

struct profile *profile_new(void)
{
    struct profile *p = panic_if_null(calloc(1, sizeof *p));

    p->size = 4096;
    p->place = panic_if_null(calloc(p->size, sizeof *p->place));
    return p;
}

void profile_free(struct profile *p)
{
    if (!p)
        return;
    free(p->place);
    free(p);
}

static struct place *slot_of(struct place *table, size_t size, uint64_t pc)
{
    size_t i = (pc * 0x9e3779b97f4a7c15u >> 20) & (size - 1);

    while (table[i].bundles && table[i].pc != pc)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void table_grow(struct profile *p)
{
    size_t size = 2 * p->size;
    struct place *table = panic_if_null(calloc(size, sizeof *table));

    for (size_t i = 0; i < p->size; i++) {
        if (p->place[i].bundles)
            *slot_of(table, size, p->place[i].pc) = p->place[i];
    }
    free(p->place);
    p->place = table;
    p->size = size;
}

static void charge(struct profile *p, uint64_t cycle)
{
    struct place *at = slot_of(p->place, p->size, p->pc);

    if (at->bundles)
        at->cycles += cycle - p->since;
    p->since = cycle;
}

void profile_step(struct profile *p, uint64_t pc, uint64_t cycle)
{
    charge(p, cycle);
    p->pc = pc;
    struct place *at = slot_of(p->place, p->size, pc);
    if (!at->bundles++) {
        at->pc = pc;
        if (++p->used > p->size / 2)
            table_grow(p);
    }
}

/* ---------------------------------------------------------------- output */

static int place_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return (x->pc > y->pc) - (x->pc < y->pc);
}

static int sum_order(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;

    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Places in order of address, so those of one symbol are neighbours. Returns the number of sums. */
static size_t sums_make(const struct place *place, size_t places, const struct symbols *symbols,
                        struct sum *sum)
{
    size_t n = 0;

    for (size_t i = 0; i < places; i++) {
        char name[SYMBOL_TEXT];
        symbols_text(symbols, place[i].pc, name);
        name[strcspn(name, "+")] = '\0';
        if (n == 0 || strcmp(sum[n - 1].name, name) != 0) {
            memset(&sum[n], 0, sizeof sum[n]);
            strcpy(sum[n++].name, name);
        }
        sum[n - 1].bundles += place[i].bundles;
        sum[n - 1].cycles += place[i].cycles;
    }
    qsort(sum, n, sizeof *sum, sum_order);
    return n;
}

void profile_write(struct profile *p, uint64_t cycle, const struct symbols *symbols, FILE *out)
{
    struct place *place = panic_if_null(calloc(p->used + 1, sizeof *place));
    struct sum *sum = panic_if_null(calloc(p->used + 1, sizeof *sum));
    char text[SYMBOL_TEXT];
    size_t n = 0;

    charge(p, cycle);
    for (size_t i = 0; i < p->size; i++) {
        if (p->place[i].bundles)
            place[n++] = p->place[i];
    }
    qsort(place, n, sizeof *place, place_order);
    size_t sums = sums_make(place, n, symbols, sum);

    fprintf(out, "# symbols: cycles, share in percent, bundles, cycles a bundle, name\n");
    for (size_t i = 0; i < sums; i++)
        fprintf(out, "%14" PRIu64 " %6.2f %14" PRIu64 " %8.2f  %s\n", sum[i].cycles,
                cycle ? 100.0 * (double)sum[i].cycles / (double)cycle : 0.0, sum[i].bundles,
                (double)sum[i].cycles / (double)sum[i].bundles, sum[i].name);
    fprintf(out, "\n# bundles: address, times entered, cycles, place\n");
    for (size_t i = 0; i < n; i++)
        fprintf(out, "0x%08" PRIx64 " %14" PRIu64 " %14" PRIu64 "  %s\n", place[i].pc,
                place[i].bundles, place[i].cycles, symbols_text(symbols, place[i].pc, text));
    free(sum);
    free(place);
}
