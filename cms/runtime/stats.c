/*
 * stats.c - the firmware's counters on their way to the host's summary.
 *
 * cms.count[] is incremented in place with cms_count(); the names are those of events.def and
 * abort.def and are part of the interface: tools read them.
 */
#include "cms.h"
#include "hidden-mem/hostport.h"

static const char *const stats_name[EV_COUNT] = {
#define EV(name, key, text) [EV_##name] = key,
#include "runtime/events.def"
#undef EV
#define AB(name, key, text) [ABORT_##name] = key,
#include "runtime/abort.def"
#undef AB
};

void stats_report(void)
{
    gear1_profile();
    for (unsigned i = 0; i < EV_COUNT; i++) {
        struct host_request rq = {
            .op = HOST_STAT,
            .arg = {cms.count[i]},
            .buffer = (uintptr_t)stats_name[i],
            .length = strlen(stats_name[i]),
        };
        proxy_call(&rq);
    }
}
