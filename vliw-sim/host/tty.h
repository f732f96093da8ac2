/*
 * tty.h - a terminal that is read key by key, and left as it was found.
 */
#ifndef SELKIRK_HOST_TTY_H
#define SELKIRK_HOST_TTY_H

#include <stdbool.h>

/*
 * Single characters without echo or signals, if `fd` is a terminal and none has been taken yet;
 * says whether it has done so. What was set before comes back by tty_restore, at exit, and when the
 * process dies of a signal that it can catch.
 */
bool tty_take(int fd);
void tty_restore(int fd); /* harmless if it was not taken */

#endif
