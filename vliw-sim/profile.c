/* profile.c - see profile.h */
#include "vliw-sim/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/panic.h"
#include "vliw-sim/symbols.h"

struct place {
    uint64_t pc;
    unsigned phase;
    uint64_t bundles; /* times entered; 0: unused slot of the hash table */
    uint64_t cycles;
    uint64_t wait[STALL_COUNT]; /* of these, by cause; but STALL_issue, which is the rest */
};

struct profile {
    struct place *place; /* hash table, open addressing, a power of two */
    size_t size, used;
    uint64_t pc; /* the bundle that is being charged */
    unsigned phase;
    uint64_t since;
    const uint64_t *stall; /* the phase's cycles by cause; NULL: nothing is being charged */
    uint64_t before[STALL_COUNT]; /* what they were */
};

struct sum {
    const char *name;
    unsigned phase;
    uint64_t bundles, cycles;
    uint64_t wait[STALL_COUNT];
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

static struct place *slot_of(struct place *table, size_t size, uint64_t pc, unsigned phase)
{
    size_t i = ((pc + phase) * 0x9e3779b97f4a7c15u >> 20) & (size - 1);

    while (table[i].bundles && (table[i].pc != pc || table[i].phase != phase))
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void table_grow(struct profile *p)
{
    size_t size = 2 * p->size;
    struct place *table = panic_if_null(calloc(size, sizeof *table));

    for (size_t i = 0; i < p->size; i++) {
        if (p->place[i].bundles)
            *slot_of(table, size, p->place[i].pc, p->place[i].phase) = p->place[i];
    }
    free(p->place);
    p->place = table;
    p->size = size;
}

static void charge(struct profile *p, uint64_t cycle)
{
    if (!p->stall)
        return;
    struct place *at = slot_of(p->place, p->size, p->pc, p->phase);
    at->cycles += cycle - p->since;
    for (unsigned s = STALL_issue + 1; s < STALL_COUNT; s++)
        at->wait[s] += p->stall[s] - p->before[s];
}

void profile_step(struct profile *p, uint64_t pc, uint64_t cycle, unsigned phase,
                  const uint64_t stall[STALL_COUNT])
{
    charge(p, cycle);
    p->pc = pc;
    p->phase = phase;
    p->since = cycle;
    p->stall = stall;
    memcpy(p->before, stall, sizeof p->before);
    struct place *at = slot_of(p->place, p->size, pc, phase);
    if (!at->bundles++) {
        at->pc = pc;
        at->phase = phase;
        if (++p->used > p->size / 2)
            table_grow(p);
    }
}

/* ---------------------------------------------------------------- output */

static int place_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->pc != y->pc)
        return x->pc > y->pc ? 1 : -1;
    return (x->phase > y->phase) - (x->phase < y->phase);
}

static int sum_order(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;

    if (x->phase != y->phase)
        return x->phase > y->phase ? 1 : -1;
    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void sum_add(struct sum *sum, const struct place *place)
{
    sum->bundles += place->bundles;
    sum->cycles += place->cycles;
    for (unsigned s = 0; s < STALL_COUNT; s++)
        sum->wait[s] += place->wait[s];
}

/* The sums of one symbol, one for each phase that it was executed in, begin at sum[*first]. */
static struct sum *sum_of(struct sum *sum, size_t *first, size_t *n, const char *name,
                          unsigned phase)
{
    if (*first == *n || strcmp(sum[*first].name, name) != 0)
        *first = *n;
    for (size_t i = *first; i < *n; i++) {
        if (sum[i].phase == phase)
            return &sum[i];
    }
    sum[*n] = (struct sum){.name = name, .phase = phase};
    return &sum[(*n)++];
}

/*
 * Places in order of address, so those of one symbol are neighbours. Returns the number of sums: of
 * each symbol, or of each symbol in each phase; and of all code without one, such as what the
 * program has made itself.
 */
static size_t sums_make(const struct place *place, size_t places, const struct symbols *symbols,
                        bool by_phase, struct sum *sum)
{
    struct sum unnamed[PHASE_COUNT] = {0};
    size_t n = 0, first = 0;

    for (size_t i = 0; i < places; i++) {
        const char *name = symbols_name(symbols, place[i].pc);
        unsigned phase = by_phase ? place[i].phase : 0;

        sum_add(name ? sum_of(sum, &first, &n, name, phase) : &unnamed[phase], &place[i]);
    }
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        if (!unnamed[phase].bundles)
            continue;
        sum[n] = unnamed[phase];
        sum[n].name = "(no symbol)";
        sum[n++].phase = phase;
    }
    qsort(sum, n, sizeof *sum, sum_order);
    return n;
}

static double share(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0.0;
}

static void symbols_write(const struct sum *sum, size_t sums, uint64_t cycle, FILE *out)
{
    fprintf(out, "# symbols: cycles, share in percent, bundles, cycles a bundle, name\n");
    for (size_t i = 0; i < sums; i++)
        fprintf(out, "%14" PRIu64 " %6.2f %14" PRIu64 " %8.2f  %s\n", sum[i].cycles,
                share(sum[i].cycles, cycle), sum[i].bundles,
                (double)sum[i].cycles / (double)sum[i].bundles, sum[i].name);
}

static void phases_write(const struct sum *sum, size_t sums, FILE *out)
{
    static const unsigned shown[] = {STALL_operand, STALL_icache, STALL_dcache, STALL_branch};
    uint64_t all[PHASE_COUNT] = {0};

    for (size_t i = 0; i < sums; i++)
        all[sum[i].phase] += sum[i].cycles;
    fprintf(out, "\n# phases: phase, cycles, share of the phase's in percent, bundles, waits for");
    for (size_t s = 0; s < sizeof shown / sizeof *shown; s++)
        fprintf(out, " %s,", isa_stall_name[shown[s]]);
    fprintf(out, " name\n");
    for (size_t i = 0; i < sums; i++) {
        fprintf(out, "%-10s %14" PRIu64 " %6.2f %14" PRIu64, isa_phase_name[sum[i].phase],
                sum[i].cycles, share(sum[i].cycles, all[sum[i].phase]), sum[i].bundles);
        for (size_t s = 0; s < sizeof shown / sizeof *shown; s++)
            fprintf(out, " %10" PRIu64, sum[i].wait[shown[s]]);
        fprintf(out, "  %s\n", sum[i].name);
    }
}

/* `NAME:CYCLES` for each cause, commas between; `-` if there was none. */
static void waits_write(const uint64_t wait[STALL_COUNT], FILE *out)
{
    const char *before = "";

    for (unsigned s = STALL_issue + 1; s < STALL_COUNT; s++) {
        if (!wait[s])
            continue;
        fprintf(out, "%s%s:%" PRIu64, before, isa_stall_name[s], wait[s]);
        before = ",";
    }
    fputs(*before ? "" : "-", out);
}

static void bundles_write(const struct place *place, size_t n, const struct symbols *symbols,
                          FILE *out)
{
    char text[SYMBOL_TEXT];

    fprintf(out, "\n# bundles: address, times entered, cycles, waits by cause, place\n");
    for (size_t i = 0; i < n;) {
        uint64_t pc = place[i].pc;
        struct sum sum = {0};

        for (; i < n && place[i].pc == pc; i++)
            sum_add(&sum, &place[i]);
        fprintf(out, "0x%08" PRIx64 " %14" PRIu64 " %14" PRIu64 "  ", pc, sum.bundles, sum.cycles);
        waits_write(sum.wait, out);
        fprintf(out, "  %s\n", symbols_text(symbols, pc, text));
    }
}

void profile_write(struct profile *p, uint64_t cycle, const struct symbols *symbols, FILE *out)
{
    struct place *place = panic_if_null(calloc(p->used + 1, sizeof *place));
    struct sum *sum = panic_if_null(calloc(p->used + 1, sizeof *sum));
    size_t n = 0;

    charge(p, cycle);
    p->stall = NULL;
    for (size_t i = 0; i < p->size; i++) {
        if (p->place[i].bundles)
            place[n++] = p->place[i];
    }
    qsort(place, n, sizeof *place, place_order);
    symbols_write(sum, sums_make(place, n, symbols, false, sum), cycle, out);
    phases_write(sum, sums_make(place, n, symbols, true, sum), out);
    bundles_write(place, n, symbols, out);
    free(sum);
    free(place);
}
