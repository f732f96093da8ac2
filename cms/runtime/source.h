/* source.h - the guest's code bytes that a translation was made from. */
#ifndef CMS_RUNTIME_SOURCE_H
#define CMS_RUNTIME_SOURCE_H

#include "runtime/tcache.h"
#include "x86/insn.h"

bool source_matches(const struct translation *t); /* are they still there? */

/*
 * They aren't. If an instruction is the same but for an immediate that can be loaded from the code
 * whenever it is executed, it is marked (SITE_IMMEDIATE): the next translation does so.
 */
void source_study(const struct translation *t);

/* Bytes of such an immediate at the instruction's end; 0: not one of these. */
unsigned source_immediate(const struct insn *i);

#endif
