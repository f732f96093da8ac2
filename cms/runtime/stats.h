/* stats.h - the firmware's counters, of events.def and abort.def. cms_count(EV_x) counts. */
#ifndef CMS_RUNTIME_STATS_H
#define CMS_RUNTIME_STATS_H

enum event {
#define EV(name, key, text) EV_##name,
#include "runtime/events.def"
#undef EV
#define AB(name, key, text) ABORT_##name,
#include "runtime/abort.def"
#undef AB
    EV_COUNT
};

#define EV_HANDLERS EV_HANDLER_pic /* and on, in the order of devices.def */
#define ABORT_NONE EV_COUNT /* nothing wrong */

void stats_report(
    void); /* hand every counter to the host: call it once, before HOST_EXIT or HOST_PANIC */

#endif
