/* source.h - the guest's code bytes that a translation was made from. */
#ifndef CMS_RUNTIME_SOURCE_H
#define CMS_RUNTIME_SOURCE_H

#include "runtime/tcache.h"
#include "x86/insn.h"

/*
 * Behind a translation's code lies the list of what it was made from, and then, from a multiple of
 * eight bytes on, the copy: for each entry of the list the eight-byte units of the page that it
 * touches.
 */
#define SOURCE_UNIT 8u

static inline unsigned source_room(const struct source *s) /* bytes of the copy */
{
    return (s->offset % SOURCE_UNIT + s->length + SOURCE_UNIT - 1) & ~(SOURCE_UNIT - 1);
}

static inline void *source_copy(const struct source *list, unsigned count)
{
    return (void *)(((uintptr_t)(list + count) + SOURCE_UNIT - 1) & ~(uintptr_t)(SOURCE_UNIT - 1));
}

bool source_matches(const struct translation *t); /* are they still there? */

/*
 * They aren't. If an instruction is the same but for an immediate that can be loaded from the code
 * whenever it is executed, it is marked (SITE_IMMEDIATE): the next translation does so.
 */
void source_study(const struct translation *t);

/* Bytes of such an immediate at the instruction's end; 0: not one of these. */
unsigned source_immediate(const struct insn *i);

#endif
