/*
 * dump.c - a translation as text, for `-d trans`: guest instructions, then bundles with their
 * cycles.
 *
 * Cycles are the scheduler's, counted from the start of each region; `#n` is the guest instruction
 * that an atom was made from. The code is read back from memory, so what is shown is what runs.
 */
#include "gear2/trans.h"
#include "isa_codec.h"
#include "isa_text.h"
#include "isa_word.h"
#include "runtime/patch.h"

#define LINE 160

/* Bytes of the instruction; all of them lie in the translation's page. */
static void dump_bytes(const struct trans *t, const struct guest_insn *g, char *text, size_t size)
{
    uint32_t offset = (t->key.cs_base + g->eip) & PAGE_MASK;
    size_t used = 0;

    text[0] = 0;
    for (unsigned i = 0; i < g->insn.length && used + 4 < size; i++)
        used += cms_snprintf(text + used, size - used, " %02x", t->page[offset + i]);
}

static void dump_guest(const struct trans *t)
{
    unsigned patch = t->first_patch;
    char text[LINE], bytes[4 * X86_MAX_LENGTH];

    for (unsigned i = 0; i < t->insns; i++) {
        const struct guest_insn *g = &t->insn[i];

        x86_print(&g->insn, g->eip, text, sizeof(text));
        dump_bytes(t, g, bytes, sizeof(bytes));
        cms_trace("  x86    %2u %08x  %-40s %s", i, g->eip, text, bytes);
        if (g->patched)
            cms_trace("  patch  %2u routine %u, %s", i, patch++,
                      patch_routine_name(patch_way(&g->insn).routine));
    }
}

static void dump_atoms(const struct trans *t)
{
    char text[LINE];

    for (const struct atom *a = t->atom; a < t->atom + t->atoms; a++) {
        uint32_t above = LIM_MATCH | LIM_WORD(a->above);
        struct isa_op op;

        isa_decode(a->word, a->emit & EMIT_LONG ? &above : NULL, &op);
        isa_print(&op, 0, text, sizeof(text));
        cms_trace("  atom   #%-2u %s", a->insn, text);
    }
}

/* The guest instruction that a word of gear 2's code is made from. */
static unsigned made_from(const struct trans *t, uint32_t word)
{
    unsigned n = 0;

    while (n + 1 < t->insns && word >= t->region[REGION_BODY].start + t->insn[n + 1].begin)
        n++;
    return n;
}

/*
 * From here on until a bundle ends; returns the word after it. Its atoms are numbered by what they
 * are made from if `code` is where the code begins.
 */
static const uint32_t *dump_bundle(const struct trans *t, const uint32_t *code, const uint32_t *at,
                                   unsigned number)
{
    uint64_t bundle = (uint64_t)(uintptr_t)at;
    char text[LINE], from[8] = "";
    bool stop;

    do {
        struct isa_op op;
        int words = isa_decode(at[0], at + 1, &op);

        if (code)
            cms_snprintf(from, sizeof(from), "#%u", made_from(t, (uint32_t)(at - code)));
        at += words;
        stop = at[-1] & ISA_STOP;
        isa_print(&op, bundle, text, sizeof(text));
        cms_trace("  %08lx %3u %-3s %s%s", (unsigned long)bundle, number, from, text,
                  stop ? " ;;" : "");
    } while (!stop);
    return at;
}

static void dump_stubs(const struct trans *t, const uint32_t *code)
{
    for (unsigned n = 0; n < t->exits; n++) {
        const uint32_t *at = code + t->exit[n].last;
        const uint32_t *end = code + (n + 1 < t->exits ? t->exit[n + 1].last : t->words);

        cms_trace("  stub %u", n);
        for (unsigned b = 0; at < end; b++)
            at = dump_bundle(t, NULL, at, b);
    }
}

static void dump_name(unsigned number)
{
    static const char *const name[] = {" pins", " body"};

    cms_trace("  region %u%s", number, number < 2 ? name[number] : "");
}

/* Gear 2's code: all that there is of it are words. */
static void dump_packed(const struct trans *t, const uint32_t *code)
{
    const uint32_t *at = code;

    for (unsigned r = 0; r < t->regions; r++) {
        const uint32_t *end =
            code + (r + 1 < t->regions ? t->region[r + 1].start : stubs_start(t));

        if (at < end)
            dump_name(r);
        for (unsigned b = 0; at < end; b++)
            at = dump_bundle(t, code, at, b);
    }
}

/* One region; returns the word after it. */
static const uint32_t *dump_region(const struct trans *t, unsigned number, const uint32_t *at)
{
    const struct region *r = &t->region[number];
    char text[LINE];

    for (unsigned i = 0; i < r->bundles; i++) {
        const struct bundle *b = &t->bundle[r->bundle + i];
        const uint32_t *begin = at;

        for (unsigned k = 0, count = (unsigned)BUNDLE_ATOMS(b->taken); k < count; k++) {
            struct isa_op op;

            at += isa_decode(at[0], at + 1, &op);
            isa_print(&op, (uint64_t)(uintptr_t)begin, text, sizeof(text));
            cms_trace("  %08lx %3u #%-2u %s%s", (unsigned long)(uintptr_t)begin, i,
                      t->atom[b->atom[k]].insn, text, k + 1 == count ? " ;;" : "");
        }
    }
    return at;
}

/* What it was made for, and is entered under alone. */
static void dump_context(const struct trans *t)
{
    static const char *const name[SEG_COUNT] = {"es", "cs", "ss", "ds", "fs", "gs"};
    static const char *const kind[] = {"flat", "based", "64K", "other"};
    uint32_t mode = t->key.mode;
    char text[LINE];
    size_t used = 0;

    for (unsigned s = 0; s < SEG_COUNT; s++) {
        unsigned class = mode_segment(mode, s);

        used += cms_snprintf(text + used, sizeof(text) - used, " %s %s%s", name[s],
                             kind[class & SEG_KIND], class & SEG_WRITABLE ? "" : " read-only");
    }
    cms_trace("  context: page %05x, code%s, stack%s, %s%s%s%s;%s", t->key.page,
              mode & MODE_CODE32 ? "32" : "16", mode & MODE_STACK32 ? "32" : "16",
              mode & MODE_USER ? "user" : "supervisor", mode & MODE_PAGING ? ", paging" : "",
              mode & MODE_DOWN ? ", strings downwards" : "", mode & MODE_A20 ? "" : ", no A20",
              text);
}

static void dump_scheduled(const struct trans *t, const uint32_t *code)
{
    dump_atoms(t);
    for (unsigned i = 0; i < t->regions; i++) {
        if (t->region[i].bundles)
            dump_name(i);
        code = dump_region(t, i, code);
    }
}

void trans_dump(const struct trans *t, const uint32_t *code)
{
    cms_trace("translation %08x: %u instructions, %u atoms, %u words, mode %x%s", t->key.eip,
              t->insns, t->gear == 2 ? pack_atoms(&t->pack) : t->atoms, t->words, t->key.mode,
              t->loops ? ", loops" : "");
    dump_guest(t);
    if (t->gear == 2)
        dump_packed(t, code);
    else
        dump_scheduled(t, code);
    dump_stubs(t, code);
    dump_context(t);
}
