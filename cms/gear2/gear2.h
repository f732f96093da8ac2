/* gear2.h - the quick translator, as the runtime sees it. */
#ifndef CMS_GEAR2_GEAR2_H
#define CMS_GEAR2_GEAR2_H

#include "runtime/tcache.h"

void gear2_init(void);

/*
 * Translates the guest code at key->eip, which lies in guest-physical page key->page, and installs
 * it. `place` is jumps_select's number of the context. NULL if no instruction there can be
 * translated; the reason is counted (abort.def).
 */
struct translation *gear2_translate(const struct context *key, uint32_t place);

#endif
