/* chain.h - exits that lead straight to another translation. */
#ifndef CMS_RUNTIME_CHAIN_H
#define CMS_RUNTIME_CHAIN_H

#include "runtime/tcache.h"

void chain_link(struct exit *e,
                struct translation *to);   /* if the displacement reaches, else nothing */
void chain_unlink(struct exit *e);         /* back to the dispatcher */
void chain_isolate(struct translation *t); /* nothing leads here, and it leads nowhere */

#endif
