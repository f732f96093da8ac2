/*
 * panic.h - the simulator's own bugs and a host that has no memory left: one line, exit status
 * EXIT_INTERNAL.
 */
#ifndef SELKIRK_PANIC_H
#define SELKIRK_PANIC_H

void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Returns p; panics if the host had no memory. */
void *panic_if_null(void *p);

#endif
