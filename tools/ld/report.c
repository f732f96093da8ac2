/*
 * report.c - what a person or the next tool wants to know about the output: map, listing,
 * statistics.
 *
 * The map is for programs: one record a line, addresses in hexadecimal without prefix, VLIW address
 * before RV64 address. A profiler counts bundles by their VLIW address and finds block and function
 * here.
 */
#include <errno.h>
#include <string.h>

#include "isa_text.h"
#include "tools/ld/ld.h"

static FILE *open_report(const char *path)
{
    FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");

    if (!out)
        ld_fail("can't write %s: %s", path, strerror(errno));
    return out;
}

static void close_report(FILE *out, const char *path)
{
    if ((out == stdout ? fflush(out) : fclose(out)) != 0)
        ld_fail("can't write %s: %s", path, strerror(errno));
}

/* The function that begins with this block, or NULL. */
static const struct func *func_head(const struct program *p, int32_t block)
{
    int32_t f = p->block[block].func;

    return f != NONE && p->func[f].rv == p->block[block].rv ? &p->func[f] : NULL;
}

void report_map(const struct program *p, const char *path)
{
    FILE *out = open_report(path);

    fprintf(out, "# func VLIW RV64 NAME | block VLIW RV64 | bundle VLIW RV64-of-each-atom\n");
    for (size_t i = 0; i < p->bundles; i++) {
        const struct bundle *b = &p->bundle[i];

        if (b->head != NONE) {
            const struct func *f = func_head(p, b->head);

            if (f)
                fprintf(out, "func %llx %llx %s\n", (unsigned long long)b->addr,
                        (unsigned long long)f->rv, f->name);
            fprintf(out, "block %llx %llx\n", (unsigned long long)b->addr,
                    (unsigned long long)p->block[b->head].rv);
        }
        fprintf(out, "bundle %llx", (unsigned long long)b->addr);
        for (uint32_t k = 0; k < b->count; k++)
            fprintf(out, " %llx", (unsigned long long)b->atom[k].pc);
        fputc('\n', out);
    }
    close_report(out, path);
}

void report_listing(const struct program *p, const char *path)
{
    FILE *out = open_report(path);
    char text[128];

    for (size_t i = 0, part = 0; i < p->bundles; i++) {
        const struct bundle *b = &p->bundle[i];
        const struct func *f = b->head != NONE ? func_head(p, b->head) : NULL;

        if (f) {
            fprintf(out, "\n%s:\n", f->name);
        } else if (part < p->parts && p->part[part].first == i) {
            fprintf(out, "\n%s.part:\n",
                    p->part[part].func == NONE ? "" : p->func[p->part[part].func].name);
        }
        part += part < p->parts && p->part[part].first == i;
        if (b->head != NONE) {
            fprintf(out, "  block of %llx:\n", (unsigned long long)p->block[b->head].rv);
        }
        fprintf(out, "%8llx  {", (unsigned long long)b->addr);
        for (uint32_t k = 0; k < b->count; k++) {
            isa_print(&b->atom[k].op, b->addr, text, sizeof text);
            fprintf(out, "%s%s", k ? "; " : " ", text);
        }
        fprintf(out, " }\n");
    }
    close_report(out, path);
}

void report_stats(const struct program *p, FILE *out)
{
    uint64_t rv_bytes = 0;

    for (unsigned i = 1; i < p->rv->sections; i++)
        rv_bytes += p->rv->section[i].code ? p->rv->section[i].size : 0;
    fprintf(out,
            "machine           %s\n"
            "rv64.bytes        %llu\n"
            "code.bytes        %llu\n"
            "bundles           %zu\n"
            "atoms             %zu\n"
            "atoms.per.bundle  %.3f\n"
            "traces            %zu\n"
            "atoms.copied      %zu\n"
            "atoms.removed     %zu\n"
            "atoms.fused       %zu\n"
            "blocks.converted  %zu\n"
            "values.renamed    %zu\n"
            "loads.speculated  %zu\n"
            "traces.unrenamed  %zu\n",
            p->machine->name, (unsigned long long)rv_bytes, (unsigned long long)p->text_size,
            p->bundles, p->stats.atoms,
            p->bundles ? (double)p->stats.atoms / (double)p->bundles : 0.0, p->stats.traces,
            p->copied, p->stats.removed, p->stats.fused, p->stats.converted, p->stats.renamed,
            p->stats.speculated, p->stats.fallbacks);
}
