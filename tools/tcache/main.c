/*
 * main.c - vliw-tcache [-n COUNT] [-a ADDRESS|NAME] [-s ELF] PROFILE TRACE
 *
 * Shows the translations that a run spent most cycles in, or those made for one address: the
 * guest's instructions, what was taken for granted, where it leads, and each bundle with how often
 * it ran, its cycles, those in which it waited, and for what.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tcache/tcache.h"

#define TEXT_COLUMNS 58
#define WAIT_COLUMNS 28

struct view {
    struct trace trace;
    struct profile profile;
    struct names names;
};

uint8_t *file_read(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t room = 1 << 16;

    *size = 0;
    if (!f)
        return NULL;
    do {
        room *= 2;
        uint8_t *grown = realloc(bytes, room);
        if (!grown) {
            free(bytes);
            fclose(f);
            return NULL;
        }
        bytes = grown;
        *size += fread(bytes + *size, 1, room - 1 - *size, f);
    } while (*size == room - 1);
    bytes[*size] = 0;
    fclose(f);
    return bytes;
}

void *more(void *array, size_t count, size_t size)
{
    void *grown = array;

    if ((count & (count - 1)) == 0)
        grown = realloc(array, (count ? 2 * count : 1) * size);
    if (grown)
        return grown;
    fprintf(stderr, "vliw-tcache: out of memory\n");
    exit(1);
}

/* ---------------------------------------------------------------- costs */

static bool new_bundle(const struct translation *t, size_t i)
{
    return i == 0 || t->atom[i].address != t->atom[i - 1].address;
}

static void add_costs(struct view *v)
{
    for (size_t i = 0; i < v->trace.count; i++) {
        struct translation *t = &v->trace.translation[i];

        for (size_t a = 0; a < t->atoms; a++) {
            const struct cost *c = profile_at(&v->profile, t->atom[a].address);

            if (!c || !new_bundle(t, a))
                continue;
            t->entered = c->entered > t->entered ? c->entered : t->entered;
            t->cycles += c->cycles;
        }
    }
}

static int by_cycles(const void *a, const void *b)
{
    const struct translation *x = a, *y = b;

    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? 1 : -1;
    return (x->eip > y->eip) - (x->eip < y->eip);
}

/* ---------------------------------------------------------------- output */

static const struct guest_line *guest_of(const struct translation *t, unsigned insn)
{
    for (size_t i = 0; i < t->guests; i++)
        if (t->guest[i].number == insn)
            return &t->guest[i];
    return NULL;
}

static void print_bundles(const struct view *v, const struct translation *t)
{
    unsigned shown = UINT32_MAX;

    printf("  %-8s %11s %11s %11s  %-*s  cycle, atom\n", "bundle", "times", "cycles", "waiting",
           WAIT_COLUMNS, "for");
    for (size_t i = 0; i < t->atoms; i++) {
        const struct atom_line *a = &t->atom[i];
        const struct cost *c = profile_at(&v->profile, a->address);
        bool first = new_bundle(t, i);
        const struct guest_line *g = first || a->insn != shown ? guest_of(t, a->insn) : NULL;

        if (first)
            printf("  %08" PRIx64 " %11" PRIu64 " %11" PRIu64 " %11" PRIu64 "  %-*s", a->address,
                   c ? c->entered : 0, c ? c->cycles : 0, c ? c->cycles - c->entered : 0,
                   WAIT_COLUMNS, c ? c->waits : "-");
        else
            printf("  %*s", 46 + WAIT_COLUMNS, "");
        shown = a->insn;
        printf("  %-*s%s%s\n", g ? TEXT_COLUMNS : 0, a->text, g ? "| " : "", g ? g->text : "");
    }
}

static void print_translation(const struct view *v, const struct translation *t)
{
    static const char *const fate[] = {"in use", "dropped: its code changed", "evicted"};
    char name[LINE];

    names_text(&v->names, t->eip, name, sizeof name);
    printf("%s\n", t->head);
    if (*name)
        printf("  name: %s\n", name);
    printf("  cost: %" PRIu64 " cycles, %.2f %% of the run, busiest bundle %" PRIu64 " times\n",
           t->cycles, v->profile.cycles ? 100.0 * (double)t->cycles / (double)v->profile.cycles : 0,
           t->entered);
    printf("  state: %s%s\n", fate[t->fate],
           t->reused ? "; its memory was used by others too, whose counts are in" : "");
    if (*t->context)
        printf("  %s\n", t->context);
    printf("  leads to:");
    for (size_t i = 0; i < t->links; i++)
        printf(" %08" PRIx32, t->link[i]);
    printf("%s\n", t->links ? "" : " the dispatcher, or by tables");
    for (size_t i = 0; i < t->guests; i++)
        printf("  x86 %3u  %s\n", t->guest[i].number, t->guest[i].text);
    print_bundles(v, t);
    putchar('\n');
}

/* Was it made from the instruction at `address`? */
static bool made_from(const struct translation *t, uint32_t address)
{
    for (size_t i = 0; i < t->guests; i++)
        if (strtoul(t->guest[i].text, NULL, 16) == address)
            return true;
    return false;
}

static int complain(const char *path, const char *why)
{
    fprintf(stderr, "vliw-tcache: %s: %s\n", path, why);
    return 1;
}

static int usage(FILE *to)
{
    fprintf(
        to,
        "usage: vliw-tcache [-n COUNT] [-a ADDRESS|NAME] [-s ELF] PROFILE TRACE\n"
        "  -n COUNT         so many translations, those with most cycles first (10)\n"
        "  -a ADDRESS|NAME  those made from the guest's instruction there\n"
        "  -s ELF           names of the guest's functions\n"
        "PROFILE and TRACE are of one run: vliw-sim --profile PROFILE -d trans,tcache -D TRACE\n");
    return to == stdout ? 0 : 2;
}

static int show(struct view *v, size_t count, const char *where)
{
    uint32_t address = 0;
    size_t shown = 0;

    if (where && !names_find(&v->names, where, &address)) {
        char *end;

        address = (uint32_t)strtoul(where, &end, 16);
        if (end == where || *end)
            return complain(where, "no name of the guest's, expected one or a hexadecimal address");
    }
    add_costs(v);
    qsort(v->trace.translation, v->trace.count, sizeof *v->trace.translation, by_cycles);
    for (size_t i = 0; i < v->trace.count && shown < count; i++) {
        if (where && !made_from(&v->trace.translation[i], address))
            continue;
        print_translation(v, &v->trace.translation[i]);
        shown++;
    }
    return where && !shown ? complain(where, "no translation was made from that instruction") : 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    struct view v = {0};
    const char *where = NULL, *elf = NULL, *why;
    char *end;
    size_t count = 10;
    int option, status = 0;

    while ((option = getopt_long(argc, argv, "n:a:s:h", options, NULL)) != -1) {
        switch (option) {
        case 'n':
            count = strtoul(optarg, &end, 0);
            if (end == optarg || *end)
                return complain(optarg, "no number, expected how many translations to show"), 2;
            break;
        case 'a': where = optarg; break;
        case 's': elf = optarg; break;
        case 'h': return usage(stdout);
        default: return usage(stderr);
        }
    }
    if (argc - optind != 2)
        return usage(stderr);
    if ((why = profile_read(argv[optind], &v.profile)))
        status = complain(argv[optind], why);
    else if ((why = trace_read(argv[optind + 1], &v.trace)))
        status = complain(argv[optind + 1], why);
    else if (elf && (why = names_read(elf, &v.names)))
        status = complain(elf, why);
    else
        status = show(&v, count, where);
    trace_free(&v.trace);
    profile_free(&v.profile);
    names_free(&v.names);
    return status;
}
