/*
 * profile.c - what gear 1 has counted, as `-d profile` shows it when the run ends.
 *
 * The counters stand in the slots of decoded instructions: how often a transfer of control was
 * taken and how often not, and how many executions of an instruction touched I/O. As a block is
 * entered as often as the transfer at its end is reached, that is all that is needed for executions
 * of blocks, and for accesses to memory, which are those that weren't to I/O. What translated code
 * executes isn't counted, and an instruction that is decoded anew starts at zero.
 */
#include "gear1/gear1.h"
#include "runtime/options.h"

#define SHOWN 40        /* blocks, the most executed first */
#define BLOCK_LONGEST 64 /* instructions shown of a block */

static uint64_t executions(const struct slot *s)
{
    return (uint64_t)s->taken + s->through;
}

static uint64_t slot_gpa(const struct slot *s)
{
    return g1_slot_tag(s) & (SLOT_CODE32 - 1);
}

/* The next block: the most executed of those below (`last`, or equal and behind it), or NULL. */
static const struct slot *next_block(const struct slot *last)
{
    const struct slot *best = NULL;

    for (const struct slot *s = cms.gear1.slots; s < cms.gear1.slots + SLOT_COUNT; s++) {
        uint64_t count = executions(s);

        if (!count || (last && (count > executions(last) ||
                                (count == executions(last) && s <= last))) ||
            !g1_slot_tag(s))
            continue;
        if (!best || count > executions(best))
            best = s;
    }
    return best;
}

/* Where relative branches that were taken lead: a flag for each slot. */
static bool *find_leaders(void)
{
    bool *leader = cms_alloc(SLOT_COUNT);

    for (const struct slot *s = cms.gear1.slots; s < cms.gear1.slots + SLOT_COUNT; s++) {
        const struct insn *i = &s->insn, *target;

        if (!g1_slot_tag(s) || !s->taken || i->opd[0] != OPD_IMM ||
            x86_ops[i->op].props & (P_RET | P_TRAP))
            continue;
        target = gear1_decoded((uint32_t)(slot_gpa(s) + i->length + i->imm),
                               g1_slot_tag(s) & SLOT_CODE32);
        if (target)
            leader[g1_slot(target) - cms.gear1.slots] = true;
    }
    return leader;
}

/* The instruction that ends where this one begins, if it goes on to it. */
const struct slot *g1_before(const struct slot *s)
{
    bool code32 = g1_slot_tag(s) & SLOT_CODE32;
    uint64_t gpa = slot_gpa(s);

    for (unsigned length = 1; length <= X86_MAX_LENGTH && length <= gpa; length++) {
        const struct insn *i = gear1_decoded(gpa - length, code32);

        if (i && i->length == length && !(x86_ops[i->op].props & P_BRANCH))
            return g1_slot(i);
    }
    return NULL;
}

static bool touches_memory(const struct insn *i)
{
    for (unsigned n = 0; n < sizeof(i->opd) / sizeof(i->opd[0]); n++)
        if (i->opd[n] == OPD_SRC || i->opd[n] == OPD_DST)
            return true;
    return i->is_mem && i->msize;
}

/* An instruction that touches memory or I/O: how often which. */
static void show_access(const struct slot *s, uint64_t executed)
{
    char text[80];
    bool memory = touches_memory(&s->insn);

    if (!s->io && !memory)
        return;
    x86_print(&s->insn, (uint32_t)slot_gpa(s), text, sizeof(text));
    cms_trace("profile   %08lx I/O %u memory %lu: %s", slot_gpa(s), s->io,
              memory && executed > s->io ? executed - s->io : 0, text);
}

/* A block begins where a branch leads; what it touches is shown with it. */
static void show_block(const struct slot *end, const bool *leader)
{
    const struct slot *insn[BLOCK_LONGEST] = {end};
    unsigned count = 1, first = 0;
    char text[80];

    while (count < BLOCK_LONGEST && (insn[count] = g1_before(insn[count - 1])))
        count++;
    while (first + 1 < count && !leader[insn[first] - cms.gear1.slots])
        first++;
    x86_print(&end->insn, (uint32_t)slot_gpa(end), text, sizeof(text));
    cms_trace("profile %08lx..%08lx executions %lu taken %u through %u instructions %u: %s",
              slot_gpa(insn[first]), slot_gpa(end), executions(end), end->taken, end->through,
              first + 1, text);
    while (count--)
        show_access(insn[count], executions(end));
}

void gear1_profile(void)
{
    const struct slot *s = NULL;

    if (!cms_tracing(D_PROFILE) || !cms.gear1.slots)
        return;

    const bool *leader = find_leaders();

    for (unsigned n = 0; n < SHOWN && (s = next_block(s)); n++)
        show_block(s, leader);
}
