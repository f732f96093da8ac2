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
    case EVENT_RETURN: fprintf(out, "trap return to 0x%" PRIx64 "\n", e->b); break;
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

void events_print(const struct events *ev, const struct symbols *symbols, FILE *out)
{
    uint64_t first = ev->count > EVENTS_KEPT ? ev->count - EVENTS_KEPT : 0;

    fprintf(out, "last events (cycle, place, what):\n");
    for (uint64_t i = first; i < ev->count; i++)
        event_print(&ev->ring[i % EVENTS_KEPT], symbols, out);
}
