/* config.c - machine descriptions: presets, -o settings, and the refusal of what makes no sense. */
#include "vliw-sim/machine.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vliw-sim/fault.h"

struct knob {
    const char *section;
    const char *key;
    size_t offset; /* of its uint32_t in struct machine */
    const char *unit;
    uint32_t least, most, standard;
    const char *text;
};

static const struct knob knob_table[] = {
#define KNOB(section, key, field, unit, least, most, standard, text) \
    {section, key, offsetof(struct machine, field), unit, least, most, standard, text},
#include "vliw-sim/knobs.def"
#undef KNOB
};

#define KNOBS (sizeof knob_table / sizeof knob_table[0])
#define KNOBS_ALL (KNOBS + UNIT_COUNT + LAT_COUNT + ENERGY_UNITS)
#define CLASS_PJ 300 /* of a class of atoms, if nothing is said */

static const struct knob energy_table[ENERGY_UNITS] = {
#define ENERGY_KNOB(name, key, unit, most, standard, text)                             \
    [ENERGY_##name] = {"energy", key, offsetof(struct machine, energy[ENERGY_##name]), \
                       unit,     0,   most,                                            \
                       standard, text},
#define EVENT(name, key, pj, scaled, count, text) ENERGY_KNOB(name, key, "pJ", 1000000, pj, text)
#define LEAK(name, key, uw, share, text) ENERGY_KNOB(name, key, "uW", 100000000, uw, text)
#include "vliw-sim/energy.def"
#undef EVENT
#undef LEAK
#undef ENERGY_KNOB
};

static bool energy_knob(size_t unit, struct knob *k)
{
    if (unit >= EN_COUNT)
        *k = energy_table[unit];
    else
        *k = (struct knob){"energy",
                           isa_energy_name[unit],
                           offsetof(struct machine, energy[unit]),
                           "pJ",
                           0,
                           1000000,
                           CLASS_PJ,
                           isa_energy_text[unit]};
    return true;
}

/* The i-th knob, those that isa/ names included. False for the unit that has no slots to count. */
static bool knob_at(size_t i, struct knob *k)
{
    if (i < KNOBS) {
        *k = knob_table[i];
        return true;
    }
    i -= KNOBS;
    if (i < UNIT_COUNT) {
        bool single = i == UNIT_br || i == UNIT_sys; /* the instruction set has one of each */
        uint32_t standard = i == UNIT_alu ? 2 : 1;
        *k = (struct knob){"units",
                           isa_unit_name[i],
                           offsetof(struct machine, unit[i]),
                           "slots",
                           1,
                           single ? 1 : 8,
                           standard,
                           isa_unit_text[i]};
        return i != UNIT_none;
    }
    i -= UNIT_COUNT;
    if (i >= LAT_COUNT)
        return energy_knob(i - LAT_COUNT, k);
    *k = (struct knob){"latency",
                       isa_latency_name[i],
                       offsetof(struct machine, latency[i]),
                       "cycles",
                       1,
                       200,
                       (uint32_t)isa_latency_default[i],
                       isa_latency_text[i]};
    return true;
}

static bool knob_find(const char *section, const char *key, struct knob *k)
{
    for (size_t i = 0; i < KNOBS_ALL; i++) {
        if (knob_at(i, k) && strcmp(k->section, section) == 0 && strcmp(k->key, key) == 0)
            return true;
    }
    return false;
}

static uint32_t *knob_field(struct machine *m, const struct knob *k)
{
    return (uint32_t *)((char *)m + k->offset);
}

static uint32_t knob_value(const struct machine *m, const struct knob *k)
{
    return *(const uint32_t *)((const char *)m + k->offset);
}

__attribute__((format(printf, 2, 3))) static bool config_fail(struct config_error *err,
                                                              const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

/* A decimal or 0x number with an optional K or M (binary). */
static bool number_parse(const char *text, unsigned long long *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 0);
    if (errno || end == text)
        return false;
    if (*end == 'K' || *end == 'M') {
        unsigned shift = *end == 'K' ? 10 : 20;
        if (*out >> (64 - shift))
            return false;
        *out <<= shift;
        end++;
    }
    return *end == '\0';
}

/* The number of a word in a list like `none|static|bimodal`. */
static bool word_parse(const char *words, const char *text, unsigned long long *out)
{
    size_t length = strlen(text);

    if (!strchr(words, '|'))
        return false;
    for (*out = 0;; ++*out) {
        size_t n = strcspn(words, "|");
        if (n == length && memcmp(words, text, n) == 0)
            return true;
        if (!words[n])
            return false;
        words += n + 1;
    }
}

/* `where` is what stands before the key in a message. */
static bool setting_apply(struct machine *m, const char *where, const char *section,
                          const char *key, const char *value, struct config_error *err)
{
    struct knob k;
    unsigned long long n;

    if (strcmp(section, "machine") == 0 && strcmp(key, "name") == 0) {
        if (!*value || strlen(value) >= sizeof m->name)
            return config_fail(err, "%s: machine.name: bad length, expected 1 to %zu characters",
                               where, sizeof m->name - 1);
        strcpy(m->name, value);
        return true;
    }
    if (!knob_find(section, key, &k))
        return config_fail(err, "%s: %.64s.%.64s: unknown key, expected one that `-o help` lists",
                           where, section, key);
    if (!word_parse(k.unit, value, &n) && !number_parse(value, &n))
        return config_fail(err, "%s: %s.%s: `%.64s` is not a number, expected %u to %u%s%s", where,
                           section, key, value, k.least, k.most, *k.unit ? " " : "", k.unit);
    if (n < k.least || n > k.most)
        return config_fail(err, "%s: %s.%s: %llu is out of range, expected %u to %u%s%s", where,
                           section, key, n, k.least, k.most, *k.unit ? " " : "", k.unit);
    *knob_field(m, &k) = (uint32_t)n;
    return true;
}

void machine_defaults(struct machine *m)
{
    struct knob k;

    memset(m, 0, sizeof *m);
    strcpy(m->name, "unnamed");
    for (size_t i = 0; i < KNOBS_ALL; i++) {
        if (knob_at(i, &k))
            *knob_field(m, &k) = k.standard;
    }
    m->unit[UNIT_none] = UINT_MAX;
}

/* ---------------------------------------------------------------- presets */

#define BASES_MAX 4 /* presets that build on one another */

struct preset_reader {
    FILE *file;
    unsigned depth; /* how many presets build on this one */
    unsigned keys;  /* read so far */
    const char *path;
    unsigned line;
    struct machine *m;
    struct config_error *err;
    bool failed;
};

/* fgets for inih that counts lines, so that handlers know where they are. */
static char *preset_line(char *buf, int size, void *stream)
{
    struct preset_reader *r = stream;

    if (r->failed || !fgets(buf, size, r->file))
        return NULL;
    r->line++;
    if (!strchr(buf, '\n') && !feof(r->file)) {
        r->failed = true;
        config_fail(r->err, "%s:%u: line: too long, expected at most %d characters", r->path,
                    r->line, size - 2);
        return NULL;
    }
    return buf;
}

static bool preset_load(struct machine *m, const char *preset, unsigned depth,
                        struct config_error *err);

static int preset_handler(void *user, const char *section, const char *key, const char *value)
{
    struct preset_reader *r = user;
    char where[PATH_MAX + 16];

    if (r->failed)
        return 0;
    snprintf(where, sizeof where, "%.300s:%u", r->path, r->line);
    if (strcmp(section, "machine") == 0 && strcmp(key, "base") == 0) {
        if (r->keys || r->depth == BASES_MAX)
            r->failed = !config_fail(
                r->err, "%s: machine.base: `%.64s`, expected it first and %u deep at most", where,
                value, BASES_MAX);
        else if (!preset_load(r->m, value, r->depth + 1, r->err))
            r->failed = true;
        r->keys++;
        return !r->failed;
    }
    r->keys++;
    if (!setting_apply(r->m, where, section, key, value, r->err))
        r->failed = true;
    return !r->failed;
}

bool machine_install_path(char *buf, size_t size, const char *dir, const char *file)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n <= 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return snprintf(buf, size, "%s/%s/%s", self, dir, file) < (int)size;
}

static bool preset_load(struct machine *m, const char *preset, unsigned depth,
                        struct config_error *err)
{
    char path[PATH_MAX];

    if (!strchr(preset, '/') && !strchr(preset, '.')) {
        char file[128];
        if (snprintf(file, sizeof file, "%.100s.ini", preset) >= (int)sizeof file ||
            !machine_install_path(path, sizeof path, "../presets", file))
            return config_fail(err, "%.100s: preset: its path is too long", preset);
    } else if (snprintf(path, sizeof path, "%s", preset) >= (int)sizeof path) {
        return config_fail(err, "%.100s: preset: its path is too long", preset);
    }

    struct preset_reader r = {.path = path, .m = m, .err = err, .depth = depth};
    r.file = fopen(path, "r");
    if (!r.file)
        return config_fail(err, "%.300s: preset: %s, expected an INI file or the name of a preset",
                           path, strerror(errno));
    int bad = ini_parse_stream(preset_line, &r, preset_handler, &r);
    bool io_error = ferror(r.file);
    fclose(r.file);
    if (r.failed)
        return false;
    if (io_error)
        return config_fail(err, "%.300s: preset: can't be read, expected an INI file", path);
    if (bad)
        return config_fail(err,
                           "%.300s:%d: line: not understood, expected `[section]` or `key = value`",
                           path, bad);
    return true;
}

bool machine_load(struct machine *m, const char *preset, struct config_error *err)
{
    return preset_load(m, preset, 0, err);
}

bool machine_set(struct machine *m, const char *assignment, struct config_error *err)
{
    char section[64], key[64];
    const char *dot = strchr(assignment, '.');
    const char *eq = strchr(assignment, '=');

    if (!dot || !eq || dot > eq || dot - assignment >= (int)sizeof section ||
        eq - dot > (int)sizeof key)
        return config_fail(err, "-o %.200s: not understood, expected section.key=value",
                           assignment);
    snprintf(section, sizeof section, "%.*s", (int)(dot - assignment), assignment);
    snprintf(key, sizeof key, "%.*s", (int)(eq - dot - 1), dot + 1);
    return setting_apply(m, "-o", section, key, eq + 1, err);
}

/* ---------------------------------------------------------------- sense */

static bool is_power_of_two(uint32_t n)
{
    return n && (n & (n - 1)) == 0;
}

static bool cache_check(const char *name, const struct machine_cache *c, uint32_t line,
                        struct config_error *err)
{
    if (!is_power_of_two(c->line))
        return config_fail(err, "machine: %s.line: %u, expected a power of two", name, c->line);
    if (c->line != line)
        return config_fail(err, "machine: %s.line: %u, expected the same line in every cache (%u)",
                           name, c->line, line);
    if (c->size % (c->ways * c->line) || !is_power_of_two(c->size / (c->ways * c->line)))
        return config_fail(err,
                           "machine: %s.size: %u bytes in %u ways, expected a power of two of sets",
                           name, c->size, c->ways);
    return true;
}

/*
 * Points follow one another without a gap; from the second on each is slower than the one before
 * and at no more voltage. Point 0 is whatever core.khz says.
 */
static bool points_check(const struct machine *m, struct config_error *err)
{
    for (unsigned i = 1; i < MACHINE_POINTS; i++) {
        const struct machine_point *p = &m->point[i];
        if (p->khz && !p->mv)
            return config_fail(err, "machine: power.mv%u: 0, expected a voltage", i);
        if (p->mv && !p->khz)
            return config_fail(err, "machine: power.khz%u: 0, expected a clock for power.mv%u (%u)",
                               i, i, p->mv);
        if (p->khz && (p[-1].khz == 0 || (i > 1 && p->khz >= p[-1].khz)))
            return config_fail(err,
                               "machine: power.khz%u: %u, expected less than point %u has (%u)", i,
                               p->khz, i - 1, p[-1].khz);
        if (i > 1 && p->mv > p[-1].mv)
            return config_fail(err,
                               "machine: power.mv%u: %u, expected at most what point %u has (%u)",
                               i, p->mv, i - 1, p[-1].mv);
    }
    return true;
}

/* What is to break must be there. */
static bool fault_check(const struct machine *m, struct config_error *err)
{
    const uint32_t count[] = {
        [FAULT_NONE] = ISA_R_COUNT, [FAULT_L1I] = m->l1i.ways, [FAULT_L1D] = m->l1d.ways,
        [FAULT_L2] = m->l2.ways,    [FAULT_TLB] = m->tlb_ways, [FAULT_REGISTER] = ISA_R_COUNT,
    };

    if (m->fault_index >= count[m->fault_unit])
        return config_fail(err, "machine: fault.index: %u, expected less than %u", m->fault_index,
                           count[m->fault_unit]);
    return true;
}

bool machine_check(const struct machine *m, struct config_error *err)
{
    if (!cache_check("l1i", &m->l1i, m->l1i.line, err) ||
        !cache_check("l1d", &m->l1d, m->l1i.line, err) ||
        !cache_check("l2", &m->l2, m->l1i.line, err))
        return false;
    if (m->tlb_entries % m->tlb_ways || !is_power_of_two(m->tlb_entries / m->tlb_ways))
        return config_fail(err,
                           "machine: tlb.entries: %u in %u ways, expected a power of two of sets",
                           m->tlb_entries, m->tlb_ways);
    if (!is_power_of_two(m->dram_banks))
        return config_fail(err, "machine: dram.banks: %u, expected a power of two", m->dram_banks);
    if (!is_power_of_two(m->dram_page) || m->dram_page < m->l2.line)
        return config_fail(err, "machine: dram.page: %u, expected a power of two, a line or longer",
                           m->dram_page);
    if (m->dram_page_hit_ns > m->dram_page_miss_ns)
        return config_fail(err,
                           "machine: dram.page_hit_ns: %u, expected at most dram.page_miss_ns (%u)",
                           m->dram_page_hit_ns, m->dram_page_miss_ns);
    for (unsigned u = 0; u < UNIT_COUNT; u++) {
        if (u != UNIT_none && m->unit[u] > m->issue)
            return config_fail(err, "machine: units.%s: %u, expected at most core.issue (%u)",
                               isa_unit_name[u], m->unit[u], m->issue);
    }
    if (m->jtlb_entries &&
        (m->jtlb_entries % m->jtlb_ways || !is_power_of_two(m->jtlb_entries / m->jtlb_ways)))
        return config_fail(err,
                           "machine: jtlb.entries: %u in %u ways, expected a power of two of sets",
                           m->jtlb_entries, m->jtlb_ways);
    if (!is_power_of_two(m->predict_entries))
        return config_fail(err, "machine: predict.entries: %u, expected a power of two",
                           m->predict_entries);
    if (!points_check(m, err) || !fault_check(m, err))
        return false;
    for (unsigned u = 0; u < UNIT_COUNT; u++) {
        unsigned within = isa_unit_within[u];
        if (within < UNIT_COUNT && m->unit[u] > m->unit[within])
            return config_fail(err, "machine: units.%s: %u, expected at most units.%s (%u)",
                               isa_unit_name[u], m->unit[u], isa_unit_name[within],
                               m->unit[within]);
    }
    return true;
}

/* ---------------------------------------------------------------- printing */

bool machine_key_in(const char *key, const char *group)
{
    size_t length = strlen(group);

    return strncmp(key, group, length) == 0 && (!length || strchr(". ", key[length]));
}

bool machine_help(FILE *out, const char *group)
{
    struct knob k;
    bool found = false;

    for (size_t i = 0; i < KNOBS_ALL; i++) {
        char name[160], range[64];
        if (!knob_at(i, &k))
            continue;
        snprintf(name, sizeof name, "%s.%s", k.section, k.key);
        if (!machine_key_in(name, group))
            continue;
        if (!found)
            fprintf(out, "%-22s %-8s %-22s %-9s %s\n", "key", "unit", "range", "default",
                    "meaning");
        found = true;
        snprintf(range, sizeof range, "%u..%u", k.least, k.most);
        fprintf(out, "%-22s %-8s %-22s %-9u %s\n", name, k.unit, range, k.standard, k.text);
    }
    return found;
}

/* Does a knob before the i-th stand in the same section? */
static bool section_known(size_t i, const char *section)
{
    struct knob k;

    if (strcmp(section, "machine") == 0)
        return true;
    while (i--) {
        if (knob_at(i, &k) && strcmp(k.section, section) == 0)
            return true;
    }
    return false;
}

static void section_write(const struct machine *m, const char *section, FILE *out)
{
    struct knob k;

    for (size_t i = 0; i < KNOBS_ALL; i++) {
        if (knob_at(i, &k) && strcmp(k.section, section) == 0)
            fprintf(out, "%s = %u\n", k.key, knob_value(m, &k));
    }
}

void machine_write(const struct machine *m, FILE *out)
{
    struct knob k;

    fprintf(out, "[machine]\nname = %s\n", m->name);
    section_write(m, "machine", out);
    for (size_t i = 0; i < KNOBS_ALL; i++) {
        if (!knob_at(i, &k) || section_known(i, k.section))
            continue;
        fprintf(out, "\n[%s]\n", k.section);
        section_write(m, k.section, out);
    }
}
