/* options.h - the firmware's options: knobs of knobs.def, trace categories of trace.def. */
#ifndef CMS_RUNTIME_OPTIONS_H
#define CMS_RUNTIME_OPTIONS_H

#include <stdint.h>

enum trace_category {
#define TRACE(name, key, text) D_##name,
#include "runtime/trace.def"
#undef TRACE
    D_COUNT
};

struct options {
#define KNOB(field, key, standard, least, most, text) uint32_t field;
#include "runtime/knobs.def"
#undef KNOB
    uint32_t trace; /* bit n: trace_category n is shown */
};

void options_read(void); /* from the host; a mistake ends the run with one line */

/* Is this category of trace output wanted? */
#define cms_tracing(category) (cms.opt->trace >> (category)&1)

#endif
