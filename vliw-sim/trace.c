/* trace.c - see trace.h */
#include "vliw-sim/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "hidden-mem/hostport.h"
#include "isa_codec.h"
#include "isa_text.h"
#include "vliw-sim/bundle.h"
#include "vliw-sim/symbols.h"

static const struct {
    const char *word;
    const char *text;
} category_table[] = {
#define X(name, word, text) [TRACE_BIT_##name] = {word, text},
    TRACE_CATEGORIES(X)
#undef X
};

#define CATEGORIES (sizeof category_table / sizeof category_table[0])

bool trace_parse(const char *list, uint32_t *on, char *others, size_t size)
{
    size_t used = strlen(others);

    while (*list) {
        size_t len = strcspn(list, ",");
        bool ours = false;
        for (size_t i = 0; i < CATEGORIES; i++) {
            if (strlen(category_table[i].word) == len &&
                memcmp(category_table[i].word, list, len) == 0) {
                *on |= 1u << i;
                ours = true;
            }
        }
        if (!ours && len) {
            if (used + len + 2 > size)
                return false;
            const char *comma = used && others[used - 1] != '=' ? "," : "";

            used += (size_t)snprintf(others + used, size - used, "%s%.*s", comma, (int)len, list);
        }
        list += len + (list[len] == ',');
    }
    return true;
}

void trace_help(FILE *out)
{
    fprintf(out, "the chip's categories and their columns:\n");
    for (size_t i = 0; i < CATEGORIES; i++)
        fprintf(out, "  %-8s %s\n", category_table[i].word, category_table[i].text);
    fprintf(out, "any other category is handed to the firmware, whose are:\n");
}

void trace_header(const struct trace *t)
{
    for (size_t i = 0; i < CATEGORIES; i++) {
        if (t->wanted >> i & 1)
            fprintf(t->out, "# %s: %s\n", category_table[i].word, category_table[i].text);
    }
}

void trace_line(struct chip *chip, enum trace_category category, const char *fmt, ...)
{
    const struct trace *t = chip->trace;
    char where[SYMBOL_TEXT];
    va_list ap;

    if (!trace_on(t, category))
        return;
    fprintf(t->out, "%s: %" PRIu64 " %s ", category_table[__builtin_ctz(category)].word,
            chip->cycle, symbols_text(t->symbols, chip->pc, where));
    va_start(ap, fmt);
    vfprintf(t->out, fmt, ap);
    va_end(ap);
    fputc('\n', t->out);
}

void trace_bundle(struct chip *chip, const struct bundle *b)
{
    const struct trace *t = chip->trace;
    char where[SYMBOL_TEXT], text[128];
    uint32_t line;

    fprintf(t->out, "bundle: %" PRIu64 " %s %s {", chip->cycle, isa_phase_name[chip->phase],
            symbols_text(t->symbols, b->pc, where));
    for (uint64_t at = b->pc; at < b->next;) {
        struct isa_op op;
        uint32_t word[2] = {0, 0};
        uint64_t left = b->next - at;
        const uint8_t *code = mem_code(chip, at, left, &line);
        if (!code)
            break;
        memcpy(word, code, left < sizeof word ? left : sizeof word);
        int words = isa_decode(word[0], left >= 8 ? &word[1] : NULL, &op);
        if (words <= 0)
            break;
        isa_print(&op, b->pc, text, sizeof text);
        fprintf(t->out, "%s %s", at == b->pc ? "" : ";", text);
        at += 4 * (unsigned)words;
    }
    fputs(" }\n", t->out);
}

const char *trace_host_op(uint32_t op)
{
    switch (op) {
#define X(name, number, text) \
    case number: return #name;
        HOST_OPS(X)
#undef X
    default: return "unknown";
    }
}
