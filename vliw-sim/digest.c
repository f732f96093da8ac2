/* digest.c - see digest.h */
#include "vliw-sim/digest.h"

#include <inttypes.h>
#include <string.h>

#include "vliw-sim/chip.h"
#include "vliw-sim/host/hostport.h"

#define PAGE 4096u
#define STATE "state."
#define REGISTERS 10 /* r0..r9: of the shadowed ones those that outlive a commit (docs/chip.md) */

struct digest {
    uint64_t all;
    FILE *out; /* NULL: only `all` is wanted */
};

static uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15;
    return sum ^ sum >> 29;
}

static void line(struct digest *d, const char *name, uint64_t number, uint64_t value)
{
    for (const char *s = name; *s; s++)
        d->all = mix(d->all, (uint8_t)*s);
    d->all = mix(mix(d->all, number), value);
}

static void registers(struct digest *d, const struct chip *chip)
{
    if (d->out)
        fputs("registers", d->out);
    for (unsigned n = 1; n < REGISTERS; n++) {
        line(d, "r", n, chip->r_shadow[n]);
        if (d->out)
            fprintf(d->out, " %08" PRIx64, chip->r_shadow[n]);
    }
    line(d, "c", 0, chip->c_shadow[0]);
    if (d->out)
        fprintf(d->out, " %03" PRIx32 "\n", chip->c_shadow[0]);
}

static void states(struct digest *d, const struct host_report *report)
{
    for (unsigned i = 0; report && i < report->stats; i++) {
        const struct host_stat *s = &report->stat[i];

        if (strncmp(s->name, STATE, sizeof STATE - 1) != 0)
            continue;
        line(d, s->name, 0, s->value);
        if (d->out)
            fprintf(d->out, "%s %016" PRIx64 "\n", s->name, s->value);
    }
}

static void pages(struct digest *d, const struct chip *chip)
{
    static const uint8_t zeros[PAGE];

    for (uint64_t at = 0; at + PAGE <= chip->guest_size; at += PAGE) {
        const uint8_t *page = chip->dram + at;
        uint64_t sum = 0;

        if (memcmp(page, zeros, PAGE) == 0)
            continue;
        for (unsigned i = 0; i < PAGE; i += 8) {
            uint64_t value;

            memcpy(&value, page + i, 8);
            sum = mix(sum, value);
        }
        line(d, "page", at, sum);
        if (d->out)
            fprintf(d->out, "page %08" PRIx64 " %016" PRIx64 "\n", at, sum);
    }
}

static uint64_t digest_lines(const struct chip *chip, const struct host_report *report, FILE *out)
{
    struct digest d = {.out = out};

    registers(&d, chip);
    states(&d, report);
    pages(&d, chip);
    return d.all;
}

void digest_write(const struct chip *chip, const struct host_report *report, FILE *out)
{
    fprintf(out, "all %016" PRIx64 "\n", digest_lines(chip, report, NULL));
    digest_lines(chip, report, out);
}
