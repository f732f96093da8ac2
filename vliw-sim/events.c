/* events.c - see events.h */
#include "vliw-sim/events.h"

#include <inttypes.h>

#include "isa.h"
#include "vliw-sim/symbols.h"
#include "vliw-sim/trace.h"

static void event_print(const struct event *e, const struct symbols *symbols, FILE *out)
{
    char where[SYMBOL_TEXT];

    fprintf(out, "  %12" PRIu64 "  %-28s  ", e->cycle, symbols_text(symbols, e->pc, where));
    switch ((enum event_kind)e->kind) {
    case EVENT_TRAP:
        fprintf(out, "trap %s, address 0x%" PRIx64 "\n", isa_cause_name[e->a], e->b);
        break;
    case EVENT_HOST:
        fprintf(out, "host request %s, block at 0x%" PRIx64 "\n", trace_host_op(e->a), e->b);
        break;
    case EVENT_PHASE: fprintf(out, "phase %s\n", isa_phase_name[e->a]); break;
    case EVENT_ROLLBACK: fprintf(out, "rollback of %" PRIu64 " stores\n", e->b); break;
    case EVENT_POWER:
        fprintf(out, "power point %" PRIu32 ", %" PRIu64 " kHz\n", e->a, e->b);
        break;
    case EVENT_HALT: fprintf(out, "halt\n"); break;
    }
}

/* Number of the last trap that is kept, or `count`. */
static uint64_t last_trap(const struct events *ev)
{
    for (uint64_t i = ev->count; i > ev->first; i--)
        if (ev->ring[(i - 1) % EVENTS_KEPT].kind == EVENT_TRAP)
            return i - 1;
    return ev->count;
}

void event_return(struct events *ev, uint64_t pc)
{
    uint64_t trap = last_trap(ev);

    if (trap < ev->count && ev->ring[trap % EVENTS_KEPT].pc == pc)
        ev->count = trap;
}

const struct event *events_trap(const struct events *ev)
{
    uint64_t trap = last_trap(ev);

    return trap < ev->count ? &ev->ring[trap % EVENTS_KEPT] : NULL;
}

void events_print(const struct events *ev, const struct symbols *symbols, FILE *out)
{
    fprintf(out, "last events (cycle, place, what):\n");
    for (uint64_t i = ev->first; i < ev->count; i++)
        event_print(&ev->ring[i % EVENTS_KEPT], symbols, out);
}
