/* stats.c - see stats.h */
#include "vliw-sim/stats.h"

#include <inttypes.h>

#include "vliw-sim/chip.h"
#include "vliw-sim/host/hostport.h"

struct stat {
    const char *name;
    const char *text;
    uint64_t value;
};

#define STATS_MAX 64

static unsigned stats_collect(struct chip *chip, struct stat *stat)
{
    unsigned n = 0;

#define STAT(name, value, text) stat[n++] = (struct stat){name, text, value};
#include "vliw-sim/stats.def"
#undef STAT
    return n;
}

static double ratio(uint64_t a, uint64_t b)
{
    return b ? (double)a / (double)b : 0.0;
}

/* ---------------------------------------------------------------- text */

static uint64_t phase_sum(const struct phase_counts *n, unsigned phase)
{
    uint64_t sum = 0;

    for (unsigned s = 0; s < STALL_COUNT; s++)
        sum += n->stall[phase][s];
    return sum;
}

static uint64_t stall_sum(const struct phase_counts *n, unsigned stall)
{
    uint64_t sum = 0;

    for (unsigned p = 0; p < PHASE_COUNT; p++)
        sum += n->stall[p][stall];
    return sum;
}

static uint64_t cycles_sum(const struct phase_counts *n)
{
    uint64_t sum = 0;

    for (unsigned p = 0; p < PHASE_COUNT; p++)
        sum += phase_sum(n, p);
    return sum;
}

/* Causes that cost nothing anywhere have no column, phases that never were have no row. */
static void cycles_table(const struct phase_counts *n, FILE *out)
{
    fprintf(out, "%-12s %14s", "phase", "all");
    for (unsigned s = 0; s < STALL_COUNT; s++) {
        if (stall_sum(n, s))
            fprintf(out, " %13s", isa_stall_name[s]);
    }
    fputc('\n', out);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        if (!phase_sum(n, p))
            continue;
        fprintf(out, "%-12s %14" PRIu64, isa_phase_name[p], phase_sum(n, p));
        for (unsigned s = 0; s < STALL_COUNT; s++) {
            if (stall_sum(n, s))
                fprintf(out, " %13" PRIu64, n->stall[p][s]);
        }
        fputc('\n', out);
    }
    fprintf(out, "%-12s %14" PRIu64, "all", cycles_sum(n));
    for (unsigned s = 0; s < STALL_COUNT; s++) {
        if (stall_sum(n, s))
            fprintf(out, " %13" PRIu64, stall_sum(n, s));
    }
    fputc('\n', out);
}

/*
 * What each phase did in its cycles: how well its bundles are filled, what an instruction of the
 * guest cost.
 */
static void work_table(const struct phase_counts *n, FILE *out)
{
    fprintf(out, "%-12s %14s %14s %14s %14s %14s\n", "phase", "bundles", "atoms", "atoms/bundle",
            "retired", "cycles/retired");
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        if (!phase_sum(n, p))
            continue;
        fprintf(out, "%-12s %14" PRIu64 " %14" PRIu64 " %14.3f %14" PRIu64, isa_phase_name[p],
                n->stall[p][STALL_issue], n->atoms[p], ratio(n->atoms[p], n->stall[p][STALL_issue]),
                n->retired[p]);
        if (n->retired[p])
            fprintf(out, " %14.3f", ratio(phase_sum(n, p), n->retired[p]));
        fputc('\n', out);
    }
}

/* Of a run that has one. */
static void section_tables(const struct section *s, FILE *out)
{
    if (!s->marked)
        return;
    fprintf(out, "\nmarked section: cycles by phase and cause\n");
    cycles_table(&s->sum, out);
    fprintf(out, "\nmarked section: work by phase\n");
    work_table(&s->sum, out);
}

static uint64_t energy_of_unit(const struct chip *chip, unsigned unit)
{
    uint64_t sum = 0;

    for (unsigned p = 0; p < PHASE_COUNT; p++)
        sum += energy_pj(chip, p, unit);
    return sum;
}

/* Of a machine that has a choice. */
static void points_table(const struct chip *chip, FILE *out)
{
    const struct machine_point *p = chip->machine.point;

    if (!p[1].khz)
        return;
    fprintf(out, "\npower points\n%-12s %14s %14s %14s\n", "point", "kHz", "mV", "cycles");
    for (unsigned i = 0; i < MACHINE_POINTS && p[i].khz; i++)
        fprintf(out, "%-12u %14" PRIu32 " %14" PRIu32 " %14" PRIu64 "\n", i, p[i].khz, p[i].mv,
                power_cycles(chip, i));
}

/* Microjoules of units and phases that used any. */
static void energy_table(const struct chip *chip, const struct phase_counts *n, FILE *out)
{
    fprintf(out, "\nmicrojoules by unit and phase\n%-12s %14s", "unit", "all");
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        if (phase_sum(n, p))
            fprintf(out, " %13s", isa_phase_name[p]);
    }
    fputc('\n', out);
    for (unsigned u = 0; u < ENERGY_UNITS; u++) {
        if (!energy_of_unit(chip, u))
            continue;
        fprintf(out, "%-12s %14.3f", energy_unit_name(u), (double)energy_of_unit(chip, u) / 1e6);
        for (unsigned p = 0; p < PHASE_COUNT; p++) {
            if (phase_sum(n, p))
                fprintf(out, " %13.3f", (double)energy_pj(chip, p, u) / 1e6);
        }
        fprintf(out, "  %s\n", energy_unit_text(u));
    }
}

static void derived_text(struct chip *chip, FILE *out)
{
    fprintf(out, "  %-24s %16.3f  %s\n", "atoms_per_bundle", ratio(chip->atoms, chip->bundles),
            "atoms / bundles");
    fprintf(out, "  %-24s %16.3f  %s\n", "atoms_per_cycle", ratio(chip->atoms, chip->cycle),
            "atoms / cycles");
    if (chip->retired)
        fprintf(out, "  %-24s %16.3f  %s\n", "cycles_per_instruction",
                ratio(chip->cycle, chip->retired), "cycles / retired");
    fprintf(out, "  %-24s %16.3f  %s\n", "milliwatts",
            ratio(energy_total_pj(chip), chip_time(chip)), "energy / time");
}

static void firmware_text(const struct host_report *report, FILE *out)
{
    if (!report || !report->stats)
        return;
    fprintf(out, "\nfirmware\n");
    for (unsigned i = 0; i < report->stats; i++)
        fprintf(out, "  %-24s %16" PRIu64 "\n", report->stat[i].name, report->stat[i].value);
}

void stats_text(struct chip *chip, const struct host_report *report, const struct stats_end *end,
                FILE *out)
{
    struct stat stat[STATS_MAX];
    struct phase_counts counts;
    unsigned n;

    counters_check(chip);
    section_counts(chip, &counts);
    n = stats_collect(chip, stat);
    fprintf(out, "\n---- %s: %s (exit status %d)\n\nchip\n", chip->machine.name, end->reason,
            end->status);
    for (unsigned i = 0; i < n; i++)
        fprintf(out, "  %-24s %16" PRIu64 "  %s\n", stat[i].name, stat[i].value, stat[i].text);
    derived_text(chip, out);
    fprintf(out, "\ncycles by phase and cause\n");
    cycles_table(&counts, out);
    fprintf(out, "\nwork by phase\n");
    work_table(&counts, out);
    section_tables(&chip->section, out);
    points_table(chip, out);
    energy_table(chip, &counts, out);
    fprintf(out, "\ntraps\n");
    for (unsigned c = 0; c < CAUSE_COUNT; c++) {
        if (chip->cause_count[c])
            fprintf(out, "  %-24s %16" PRIu64 "  %s\n", isa_cause_name[c], chip->cause_count[c],
                    isa_cause_text[c]);
    }
    firmware_text(report, out);
    if (end->seconds > 0)
        fprintf(out, "\nhost: %.2f s, %.1f million bundles/s, %.1f million atoms/s\n", end->seconds,
                (double)chip->bundles / end->seconds / 1e6,
                (double)chip->atoms / end->seconds / 1e6);
    if (end->seconds > 0 && chip->section.marked)
        fprintf(out, "marked section: %.4f s\n", chip->section.seconds);
    if (end->seconds > 0 && chip->hot.built)
        fprintf(out,
                "fast engine: %" PRIu64 " blocks, %" PRIu64
                " KiB of host code, made in %.1f ms; %.1f%% "
                "of the bundles ran in them; all dropped %" PRIu64 " times\n",
                chip->hot.built, chip->hot.built_bytes >> 10, chip->hot.built_seconds * 1e3,
                100.0 * (double)chip->hot.bundles / (double)(chip->bundles ? chip->bundles : 1),
                chip->hot.flushes);
}

/* ---------------------------------------------------------------- JSON */

static void json_string(const char *s, FILE *out)
{
    fputc('"', out);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void json_counters(const char *title, const struct stat *stat, unsigned n, FILE *out)
{
    fprintf(out, "  \"%s\": {", title);
    for (unsigned i = 0; i < n; i++) {
        fputs(i ? ",\n    " : "\n    ", out);
        json_string(stat[i].name, out);
        fprintf(out, ": %" PRIu64, stat[i].value);
    }
    fputs("\n  },\n", out);
}

static void json_cycles(const char *title, const struct phase_counts *n, FILE *out)
{
    fprintf(out, "  \"%s\": {", title);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        fprintf(out, "%s\n    \"%s\": {", p ? "," : "", isa_phase_name[p]);
        for (unsigned s = 0; s < STALL_COUNT; s++)
            fprintf(out, "%s\"%s\": %" PRIu64, s ? ", " : "", isa_stall_name[s], n->stall[p][s]);
        fputc('}', out);
    }
    fputs("\n  },\n", out);
}

static void json_energy(const struct chip *chip, FILE *out)
{
    fputs("  \"energy_pj\": {", out);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        fprintf(out, "%s\n    \"%s\": {", p ? "," : "", isa_phase_name[p]);
        for (unsigned u = 0; u < ENERGY_UNITS; u++)
            fprintf(out, "%s\"%s\": %" PRIu64, u ? ", " : "", energy_unit_name(u),
                    energy_pj(chip, p, u));
        fputc('}', out);
    }
    fputs("\n  },\n", out);
}

static void json_points(const struct chip *chip, FILE *out)
{
    const struct machine_point *p = chip->machine.point;

    fputs("  \"power_points\": [", out);
    for (unsigned i = 0; i < MACHINE_POINTS && p[i].khz; i++)
        fprintf(out, "%s\n    {\"khz\": %" PRIu32 ", \"mv\": %" PRIu32 ", \"cycles\": %" PRIu64 "}",
                i ? "," : "", p[i].khz, p[i].mv, power_cycles(chip, i));
    fputs("\n  ],\n", out);
}

static void json_work(const char *title, const struct phase_counts *n, FILE *out)
{
    fprintf(out, "  \"%s\": {", title);
    for (unsigned p = 0; p < PHASE_COUNT; p++)
        fprintf(out,
                "%s\n    \"%s\": {\"bundles\": %" PRIu64 ", \"atoms\": %" PRIu64
                ", \"retired\": %" PRIu64 "}",
                p ? "," : "", isa_phase_name[p], n->stall[p][STALL_issue], n->atoms[p],
                n->retired[p]);
    fputs("\n  },\n", out);
}

void stats_json(struct chip *chip, const struct host_report *report, const struct stats_end *end,
                FILE *out)
{
    struct stat stat[STATS_MAX];
    struct stat trap[CAUSE_COUNT];
    struct phase_counts counts;
    unsigned n;

    counters_check(chip);
    section_counts(chip, &counts);
    n = stats_collect(chip, stat);
    fputs("{\n  \"preset\": ", out);
    json_string(chip->machine.name, out);
    fputs(",\n  \"end\": ", out);
    json_string(end->reason, out);
    fprintf(out, ",\n  \"status\": %d,\n", end->status);
    json_counters("chip", stat, n, out);
    json_cycles("cycles", &counts, out);
    json_work("work", &counts, out);
    if (chip->section.marked) {
        json_cycles("marked_cycles", &chip->section.sum, out);
        json_work("marked_work", &chip->section.sum, out);
    }
    json_points(chip, out);
    json_energy(chip, out);
    for (unsigned c = 0; c < CAUSE_COUNT; c++)
        trap[c] = (struct stat){isa_cause_name[c], isa_cause_text[c], chip->cause_count[c]};
    json_counters("traps", trap, CAUSE_COUNT, out);
    fputs("  \"firmware\": {", out);
    for (unsigned i = 0; report && i < report->stats; i++) {
        fputs(i ? ",\n    " : "\n    ", out);
        json_string(report->stat[i].name, out);
        fprintf(out, ": %" PRIu64, report->stat[i].value);
    }
    fputs("\n  }\n}\n", out);
}
