/*
 * listing.c - bytes as bundles, one a line:
 *
 *     40000010:  { add r1, r2, r3 ; brnei r1, 0, 0x40000010 }  # loop
 *
 * Words that are no atom are printed as .word, and bytes that are marked as data as well; many
 * zeros as .space. What runs into an undefined word, into data or on without a stop bit is shown as
 * far as it goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "isa_codec.h"
#include "isa_facts.h"
#include "isa_text.h"
#include "tools/objdump/objdump.h"

#define MAX_ATOMS 8
#define ZERO_RUN 16 /* so many zero bytes become one line */

/* The bundle being collected. */
struct bundle {
    uint64_t addr;
    unsigned words, atoms;
    bool stop;
    uint32_t word[2 * MAX_ATOMS];
    struct isa_op op[MAX_ATOMS];
};

static uint32_t word_at(const struct region *r, uint64_t offset)
{
    const uint8_t *p = r->bytes + offset;

    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void print_name(const char *text)
{
    for (; *text; text++)
        putchar(*text >= 32 && *text < 127 ? *text : '?');
}

/* Labels at an address, printed if they are to be shown; data or bundles from here on? */
static void take_labels(const struct symbols *s, uint64_t addr, bool shown, bool *data)
{
    for (size_t i = symbols_from(s, addr); i < s->count && s->names[i].addr == addr; i++) {
        if (s->names[i].mark)
            *data = s->names[i].mark == 'd';
        if (s->names[i].mark || !shown)
            continue;
        printf("\n%016" PRIx64 " <", addr);
        print_name(s->names[i].text);
        printf(">:\n");
    }
}

static void print_address(uint64_t addr, const uint32_t *word, unsigned words,
                          const struct options *o)
{
    printf("%12" PRIx64 ":  ", addr);
    for (unsigned i = 0; o->words && i < words; i++)
        printf("%08" PRIx32 " ", word[i]);
}

/* Where branches go, and which labels long immediates are the addresses of. */
static void print_targets(const struct symbols *s, const struct bundle *b)
{
    for (unsigned i = 0; i < b->atoms; i++) {
        const struct isa_fact *fact = &isa_facts[b->op[i].atom];
        bool branch = (fact->flags & ISA_F_BRANCH) && fact->imm_bits;
        uint64_t target = (uint64_t)b->op[i].imm;
        const struct name *label;

        if (!branch && !b->op[i].long_imm)
            continue;
        if (branch)
            target = b->addr + 4 * target;
        label = symbols_label(s, target);
        if (!label || (!branch && label->addr != target))
            continue;
        printf("  # ");
        print_name(label->text);
        if (target != label->addr)
            printf("+0x%" PRIx64, target - label->addr);
    }
}

static void print_bundle(const struct symbols *s, const struct bundle *b, const struct options *o)
{
    char text[160];

    print_address(b->addr, b->word, b->words, o);
    printf("{ ");
    for (unsigned i = 0; i < b->atoms; i++) {
        isa_print(&b->op[i], b->addr, text, sizeof(text));
        printf("%s%s", i ? " ; " : "", text);
    }
    printf(" }");
    print_targets(s, b);
    printf("%s\n", b->stop ? "" : "  # no stop bit");
}

static void print_data(const struct region *r, uint64_t offset, uint64_t size,
                       const struct options *o)
{
    uint64_t addr = r->addr + offset;

    if (size == 4) {
        uint32_t word = word_at(r, offset);

        print_address(addr, &word, 1, o);
        printf(".word 0x%08" PRIx32 "\n", word);
        return;
    }
    if (size > 4) {
        printf("%12" PRIx64 ":  .space 0x%" PRIx64 "\n", addr, size);
        return;
    }
    printf("%12" PRIx64 ":  .byte ", addr);
    for (uint64_t i = 0; i < size; i++)
        printf("%s0x%02x", i ? ", " : "", r->bytes[offset + i]);
    printf("\n");
}

/*
 * Bytes of one line of data: to the next label, the end of the region or of a word; more if all of
 * them are zero.
 */
static uint64_t data_size(const struct region *r, const struct symbols *s, uint64_t offset)
{
    uint64_t addr = r->addr + offset, size = 4 - (addr & 3), limit = r->size - offset, zeros = 0;
    size_t next = symbols_from(s, addr + 1);

    if (next < s->count && s->names[next].addr - addr < limit)
        limit = s->names[next].addr - addr;
    while (zeros < limit && r->bytes[offset + zeros] == 0)
        zeros++;
    if (zeros >= ZERO_RUN)
        return zeros < limit ? zeros - ((addr + zeros) & 3) : limit;
    return size < limit ? size : limit;
}

static bool has_name(const struct symbols *s, uint64_t addr)
{
    size_t i = symbols_from(s, addr);

    return i < s->count && s->names[i].addr == addr;
}

/* Collect a bundle; it has no atoms if there is none here. */
static void read_bundle(const struct region *r, const struct symbols *s, uint64_t offset,
                        struct bundle *b)
{
    *b = (struct bundle){.addr = r->addr + offset};
    while (r->size - offset >= 4 && b->atoms < MAX_ATOMS) {
        uint32_t word = word_at(r, offset), next = 0;
        bool more = r->size - offset >= 8;
        int count;

        if (b->atoms && has_name(s, r->addr + offset))
            return;
        if (more)
            next = word_at(r, offset + 4);
        count = isa_decode(word, more ? &next : NULL, &b->op[b->atoms]);
        if (count == 0)
            return;
        b->atoms++;
        b->word[b->words++] = word;
        if (count == 2)
            b->word[b->words++] = next;
        offset += 4 * (uint64_t)count;
        if ((count == 2 ? next : word) & ISA_STOP) {
            b->stop = true;
            return;
        }
    }
}

void listing_region(const struct region *r, const struct symbols *s, const struct options *o)
{
    bool data = false;

    for (uint64_t offset = 0; offset < r->size;) {
        uint64_t addr = r->addr + offset, size;
        struct bundle b;
        bool shown = addr >= o->start && addr < o->stop;

        take_labels(s, addr, shown, &data);
        b.atoms = 0;
        if (!data && (addr & 3) == 0)
            read_bundle(r, s, offset, &b);
        if (b.atoms) {
            size = 4 * (uint64_t)b.words;
            if (shown)
                print_bundle(s, &b, o);
        } else {
            size = data_size(r, s, offset);
            if (shown)
                print_data(r, offset, size, o);
        }
        offset += size;
    }
}
