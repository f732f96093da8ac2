/*
 * source.c - translations that check themselves.
 *
 * Code in a granule that is written again and again isn't protected: its translations compare the
 * code's bytes with a copy at their begin, behind each instruction that stores, and behind what an
 * emulation patch has done. They read them as the guest would, so they see their own stores that
 * wait for the commit: code that changes the instruction behind it, or its own loop, is caught in
 * time. Nothing has happened then, whatever the stale code did. A comparison at the commit alone
 * would miss a store that changes code back which others had changed before.
 *
 *     gld.64 a, [code]   ld.d b, [copy]   xor a, a, b   or sum, sum, a   ...   brnei sum, 0, stale
 *
 * An immediate that keeps being patched is left out of this, and loaded where it is used.
 */
#include "gear2/build.h"
#include "runtime/runtime.h"
#include "runtime/source.h"

static uint32_t code_address(const struct trans *t, unsigned offset)
{
    return ((t->key.cs_base + t->key.eip) & ~PAGE_MASK) | offset;
}

/* A loop that is unrolled has its instructions more than once. */
static bool covered(const struct trans *t, unsigned offset, unsigned length)
{
    for (const struct source *s = t->source; s < t->source + t->sources; s++) {
        if (offset >= s->offset && offset + length <= s->offset + s->length)
            return true;
    }
    return false;
}

void sources_begin(struct trans *t)
{
    t->sources = t->source_bytes = t->granules = 0;
}

void sources_add(struct trans *t, unsigned begin, unsigned end)
{
    struct source *s = &t->source[t->sources++];
    unsigned first = begin >> SMC_GRANULE_SHIFT, last = (end - 1) >> SMC_GRANULE_SHIFT;

    *s = (struct source){(uint16_t)begin, (uint16_t)(end - begin)};
    t->source_bytes += source_room(s);
    t->granules |= (2u << last) - (1u << first);
}

void trans_sources(struct trans *t)
{
    uint32_t in_page = (t->key.cs_base + t->key.eip) & ~PAGE_MASK;
    unsigned begin = 0, end = 0; /* of the range so far */

    sources_begin(t);
    for (const struct guest_insn *g = t->insn; g < t->insn + t->insns; g++) {
        unsigned offset = t->key.cs_base + g->eip - in_page, length = g->insn.length;

        if (g->loads)
            length -= source_immediate(&g->insn);
        if (t->gear == 3 &&
            (covered(t, offset, length) || (offset >= begin && offset + length <= end)))
            continue;
        if (offset != end) {
            if (end)
                sources_add(t, begin, end);
            begin = offset;
        }
        end = offset + length;
    }
    sources_add(t, begin, end);
}

void *trans_source_copy(const struct trans *t, const uint32_t *code)
{
    return source_copy((const struct source *)(code + t->words), t->sources);
}

/* One comparison: `size` bytes of code, and of the copy; returns the sum of differences. */
static unsigned compare(struct trans *t, unsigned offset, unsigned copy, unsigned size,
                        unsigned sum)
{
    static const uint16_t guest[] = {ISA_gld8, ISA_gld16, ISA_gld32, ISA_gld64};
    static const uint16_t native[] = {ISA_ldbu, ISA_ldhu, ISA_ldwu, ISA_ldd};
    unsigned kind = (unsigned)__builtin_ctz(size), now = temp(t), was = temp(t), both;

    put_i(t, guest[kind], now, 0, code_address(t, offset));
    put(t,
        &(struct isa_op){.atom = native[kind], .rd = (uint8_t)was, .imm = copy, .long_imm = true},
        ROLE_SOURCE, 0);
    put_r(t, ISA_xor, now, now, was);
    if (!sum)
        return now;
    both = temp(t);
    put_r(t, ISA_or, both, sum, now);
    return both;
}

/* The largest piece of so many bytes that one load takes. */
static unsigned piece(unsigned left)
{
    return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

void lower_self_check(struct trans *t)
{
    unsigned sum = 0, copy = 0;

    if (!t->self_check)
        return;
    for (const struct source *s = t->source; s < t->source + t->sources; s++) {
        for (unsigned done = 0; done < s->length;) {
            unsigned size = piece(s->length - done);

            if (s->length - done < 8 && s->length >= 8) { /* the last one overlaps */
                size = 8;
                done = s->length - 8u;
            }
            sum = compare(t, s->offset + done, copy + s->offset % SOURCE_UNIT + done, size, sum);
            done += size;
        }
        copy += source_room(s);
    }
    if (t->stale == TRANS_EXITS) {
        t->stale = t->exits++;
        t->exit[t->stale] = (struct leaving){.kind = EXIT_STALE};
    }
    put_branch_i(t, ISA_brnei, sum, 0, ROLE_CHECK, t->stale);
}

unsigned self_check_words(struct trans *t)
{
    enum { COMPARISON = 6, SMALL = 3 }; /* words; comparisons for what is left of a range */

    trans_sources(t);
    return COMPARISON * (t->source_bytes / 8 + SMALL * t->sources) + 2;
}

unsigned lower_immediate(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom load = SIZED(gld);
    unsigned size = source_immediate(&g->insn), value = temp(t);

    put_i(t, by_size(load, size), value, 0,
          code_address(t, (t->key.cs_base + g->next - size) & PAGE_MASK));
    return value;
}
