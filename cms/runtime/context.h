/* context.h - the guest's state, as far as translations depend on it. */
#ifndef CMS_RUNTIME_CONTEXT_H
#define CMS_RUNTIME_CONTEXT_H

#include "cms.h"
#include "runtime/tcache.h"

uint32_t context_mode(void); /* MODE_x bits of the guest's present state */

/*
 * The guest-physical page from which code at `lin` is fetched. False if it faults or isn't memory;
 * raises nothing.
 */
bool context_code_page(uint32_t lin, uint32_t *page);

#endif
