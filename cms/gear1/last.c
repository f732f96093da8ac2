/*
 * last.c - what led to a triple fault: the last exceptions that the guest met, and the instructions
 * before the one that it could not get over.
 *
 * Exceptions are noted as they are delivered. The instructions are those that gear 1 still has
 * decoded and that follow one another in memory up to that one; how control came to the first of
 * them isn't known.
 */
#include "gear1/gear1.h"

#define SHOWN 8 /* instructions */

void g1_note_event(uint8_t vector, uint32_t error)
{
    struct last *l = &cms.gear1.last;

    l->event[l->events++ % LAST_EVENTS] = (struct last_event){
        .lin = cms.cpu.seg[SEG_CS].base + g1_eip(),
        .eip = g1_eip(),
        .error = error,
        .cs = cms.cpu.seg[SEG_CS].selector,
        .vector = vector,
        .code32 = cms.cpu.code32,
    };
}

/* The slot of the instruction at a linear address if gear 1 has it, by now. */
static const struct slot *slot_there(uint32_t lin, bool code32)
{
    uint64_t gpa;
    uint32_t error;
    const struct insn *i;

    if (!mmu_translate(lin, false, false, &gpa, &error) || monitor_is_io(gpa))
        return NULL;
    i = gear1_decoded(monitor_memory(gpa), code32);
    return i ? g1_slot(i) : NULL;
}

static void describe(const struct slot *s, uint32_t eip, char *text, size_t size)
{
    text[0] = 0;
    if (s)
        x86_print(&s->insn, eip, text, size);
}

static void show_events(const struct last *l)
{
    uint32_t first = l->events > LAST_EVENTS ? l->events - LAST_EVENTS : 0;
    char text[80];

    for (uint32_t n = first; n < l->events; n++) {
        const struct last_event *e = &l->event[n % LAST_EVENTS];

        describe(slot_there(e->lin, e->code32), e->eip, text, sizeof(text));
        cms_log(1, "  exception %u error %x at %04x:%08x  %s", e->vector, (unsigned)e->error, e->cs,
                (unsigned)e->eip, text);
    }
}

void g1_show_last(void)
{
    const struct slot *way[SHOWN] = {
        slot_there(cms.cpu.seg[SEG_CS].base + g1_eip(), cms.cpu.code32)};
    uint32_t eip = g1_eip();
    unsigned count = 0;
    char text[80];

    cms_log(1, "triple fault; the last exceptions and instructions:");
    show_events(&cms.gear1.last);
    while (way[count] && count + 1 < SHOWN && (way[count + 1] = g1_before(way[count]))) {
        count++;
        eip -= way[count]->insn.length;
    }
    for (unsigned n = count + 1; n-- > 0 && way[n]; eip += way[n]->insn.length) {
        describe(way[n], eip, text, sizeof(text));
        cms_log(1, "  %04x:%08x  %s", cms.cpu.seg[SEG_CS].selector, (unsigned)eip, text);
    }
}
