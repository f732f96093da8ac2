/*
 * layout.c - where the bundles lie, and their words.
 *
 * Displacements begin short and grow a long immediate where they don't reach; growing never shrinks
 * another for good, so the loop ends. Then the code addresses are known, and with them the words
 * and the code pointers in the data.
 */
#include <elf.h>
#include <string.h>

#include "tools/ld/ld.h"

#define TEXT_ALIGN 64 /* a line of every machine */
#define ADDRESS_LIMIT BIT(31)

uint64_t program_bundle_addr(const struct program *p, size_t bundle)
{
    return bundle < p->bundles ? p->bundle[bundle].addr : p->text_addr + p->text_size;
}

static uint64_t block_addr(const struct program *p, int32_t block)
{
    return program_bundle_addr(p, block < p->blocks ? p->block[block].first_bundle : p->bundles);
}

uint64_t program_code_addr(const struct program *p, uint64_t rv)
{
    return block_addr(p, program_block_from(p, rv));
}

static uint64_t text_start(const struct program *p, const struct options *opt)
{
    uint64_t end = 0;

    if (opt->text_base)
        return opt->text_base;
    for (unsigned i = 1; i < p->rv->sections; i++) {
        const struct rv_section *s = &p->rv->section[i];

        if (s->alloc && !s->code && s->addr + s->size > end)
            end = s->addr + s->size;
    }
    for (unsigned i = 1; end == 0 && i < p->rv->sections; i++)
        if (p->rv->section[i].code)
            end = p->rv->section[i].addr;
    return (end + TEXT_ALIGN - 1) & ~(uint64_t)(TEXT_ALIGN - 1);
}

static unsigned atom_words(const struct atom *a)
{
    return a->op.long_imm ||
                   (isa_facts[a->op.atom].imm_bits && !isa_imm_fits(a->op.atom, a->op.imm))
               ? 2
               : 1;
}

static void place_bundles(struct program *p)
{
    uint64_t addr = p->text_addr;

    for (size_t i = 0; i < p->bundles; i++) {
        struct bundle *b = &p->bundle[i];

        b->addr = addr;
        b->words = 0;
        for (uint32_t k = 0; k < b->count; k++)
            b->words += atom_words(&b->atom[k]);
        addr += 4 * (uint64_t)b->words;
    }
    p->text_size = addr - p->text_addr;
}

/* Sets what depends on addresses; returns true if something has grown. */
static bool resolve(struct program *p)
{
    bool grown = false;

    for (size_t i = 0; i < p->bundles; i++) {
        struct bundle *b = &p->bundle[i];

        for (uint32_t k = 0; k < b->count; k++) {
            struct atom *a = &b->atom[k];

            if (a->code == NO_CODE)
                continue;
            if (!atom_is_control(a)) {
                a->op.imm = (int64_t)program_code_addr(p, a->code) + a->code_offset;
                continue;
            }
            if (!p->block[a->block].placed)
                ld_bug("%s: leads to a block that has no trace", program_where(p, a->pc));
            a->op.imm = (int64_t)(block_addr(p, a->block) - b->addr) / 4;
            if (!a->op.long_imm && !isa_imm_fits(a->op.atom, a->op.imm)) {
                a->op.long_imm = true;
                grown = true;
            }
        }
    }
    return grown;
}

static void encode(struct program *p)
{
    uint32_t *out;

    p->text = ld_alloc(p->text_size / 4 + 1, sizeof *p->text);
    out = p->text;
    for (size_t i = 0; i < p->bundles; i++) {
        const struct bundle *b = &p->bundle[i];

        for (uint32_t k = 0; k < b->count; k++) {
            const struct atom *a = &b->atom[k];
            int words = isa_encode(&a->op, k + 1 == b->count, out);

            if (words != (int)atom_words(a))
                ld_bug("%s: %s can't be encoded", program_where(p, a->pc),
                       isa_facts[a->op.atom].name);
            out += words;
        }
    }
}

static void check_text(const struct program *p)
{
    uint64_t end = p->text_addr + p->text_size;

    if (p->text_addr % 4)
        ld_fail("text base 0x%llx is not a multiple of 4", (unsigned long long)p->text_addr);
    if (p->text_addr >= ADDRESS_LIMIT || end > ADDRESS_LIMIT)
        ld_fail("text of %llu bytes at 0x%llx reaches beyond 2 GiB",
                (unsigned long long)p->text_size, (unsigned long long)p->text_addr);
    for (unsigned i = 1; i < p->rv->sections; i++) {
        const struct rv_section *s = &p->rv->section[i];

        if (s->alloc && !s->code && s->addr < end && p->text_addr < s->addr + s->size)
            ld_fail("text at 0x%llx..0x%llx overlaps section %s", (unsigned long long)p->text_addr,
                    (unsigned long long)end, s->name);
    }
}

void program_layout(struct program *p, const struct options *opt)
{
    p->text_addr = text_start(p, opt);
    for (size_t i = 0; i < p->bundles; i++)
        for (uint32_t k = 0; k < p->bundle[i].count; k++)
            p->bundle[i].atom[k].op.long_imm =
                p->bundle[i].atom[k].code != NO_CODE && !atom_is_control(&p->bundle[i].atom[k]);
    do
        place_bundles(p);
    while (resolve(p));
    check_text(p);
    encode(p);
}

/* ---------------------------------------------------------------- code pointers in data */

/*
 * Size of the field that a relocation adds code addresses to, and its sign; 0 if it is of another
 * kind.
 */
static unsigned field_size(uint32_t type, bool *negative)
{
    *negative = false;
    switch (type) {
    case R_RISCV_SUB8:
    case R_RISCV_SUB16:
    case R_RISCV_SUB32:
    case R_RISCV_SUB64: *negative = true; break;
    }
    switch (type) {
    case R_RISCV_ADD8:
    case R_RISCV_SUB8:
    case R_RISCV_SET8: return 1;
    case R_RISCV_ADD16:
    case R_RISCV_SUB16:
    case R_RISCV_SET16: return 2;
    case R_RISCV_32:
    case R_RISCV_ADD32:
    case R_RISCV_SUB32:
    case R_RISCV_SET32:
    case R_RISCV_32_PCREL: return 4;
    case R_RISCV_64:
    case R_RISCV_ADD64:
    case R_RISCV_SUB64: return 8;
    }
    return 0;
}

void program_patch_data(struct program *p)
{
    for (size_t i = 0; i < p->rv->relocs; i++) {
        const struct rv_reloc *r = &p->rv->reloc[i];
        uint64_t value = 0;
        int64_t offset;
        bool code, negative;
        uint64_t target = rv_reloc_target(p->rv, r, &code, &offset);
        unsigned size = field_size(r->type, &negative);

        if (!code || rv_code_at(p->rv, r->addr, false))
            continue;
        const struct rv_section *s = &p->rv->section[1];
        while (s < p->rv->section + p->rv->sections &&
               !(s->alloc && r->addr >= s->addr && r->addr - s->addr < s->size))
            s++;
        if (s == p->rv->section + p->rv->sections || !s->data ||
            s->size - (r->addr - s->addr) < size || !size)
            ld_fail("0x%llx: relocation of type %u to code can't be applied",
                    (unsigned long long)r->addr, r->type);
        uint8_t *at = p->rv->bytes + (s->data - p->rv->bytes) + (r->addr - s->addr);
        uint64_t moved = program_code_addr(p, target) - target;
        memcpy(&value, at, size);
        value += negative ? 0 - moved : moved;
        memcpy(at, &value, size);
    }
}
