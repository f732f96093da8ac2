/*
 * source.c - the guest's code bytes that a translation was made from.
 *
 * A copy of them lies behind the translation's code (source.h). When something has been written to
 * their granule the copy says whether the translation is still right; a self-checking translation
 * asks the same of itself wherever that may have changed. Immediates that the translation loads
 * from the code when it runs are left out.
 */
#include "runtime/source.h"

#include "cms.h"
#include "hidden-mem/map.h"
#include "runtime/profile.h"
#include "x86/x86.h"

static const uint8_t *page_bytes(const struct translation *t)
{
    return (const uint8_t *)(GUEST_BASE + ((uint64_t)t->key.page << PAGE_SHIFT));
}

bool source_matches(const struct translation *t)
{
    const uint8_t *copy = source_copy(t->source, t->sources), *page = page_bytes(t);

    for (const struct source *s = t->source; s < t->source + t->sources; s++) {
        if (memcmp(copy + s->offset % SOURCE_UNIT, page + s->offset, s->length))
            return false;
        copy += source_room(s);
    }
    return true;
}

unsigned source_immediate(const struct insn *i)
{
    switch (i->op) {
    case OP_mov:
    case OP_add:
    case OP_or:
    case OP_adc:
    case OP_sbb:
    case OP_and:
    case OP_sub:
    case OP_xor:
    case OP_cmp:
    case OP_test: break;
    default: return 0;
    }
    return i->opd[1] == OPD_IMM && i->opcode != 0x83 ? i->opsize : 0;
}

/* The instruction is the same but for its immediate. */
static bool only_immediate(const struct insn *was, const uint8_t *old, const uint8_t *new)
{
    unsigned immediate = source_immediate(was);

    return immediate && memcmp(old, new, was->length - immediate) == 0;
}

/* One range: `old` and `new` are its bytes, lin its address. */
static void study_range(const struct translation *t, const struct source *s, const uint8_t *old,
                        const uint8_t *new, uint32_t lin)
{
    struct insn i;

    for (unsigned at = 0; at < s->length; at += i.length) {
        if (x86_decode(old + at, s->length - at, t->key.mode & MODE_CODE32, &i) <= 0)
            return;
        if (memcmp(old + at, new + at, i.length) && only_immediate(&i, old + at, new + at))
            profile_mark(lin + at, SITE_IMMEDIATE);
    }
}

void source_study(const struct translation *t)
{
    const uint8_t *copy = source_copy(t->source, t->sources), *page = page_bytes(t);
    uint32_t lin = (t->key.cs_base + t->key.eip) & ~PAGE_MASK;

    for (const struct source *s = t->source; s < t->source + t->sources; s++) {
        study_range(t, s, copy + s->offset % SOURCE_UNIT, page + s->offset, lin + s->offset);
        copy += source_room(s);
    }
}
