/* panic.c - see panic.h */
#include "vliw-sim/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vliw-sim/exits.h"

void panic(const char *fmt, ...)
{
    va_list ap;

    fputs("vliw-sim: internal error: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(EXIT_INTERNAL);
}

void *panic_if_null(void *p)
{
    if (!p)
        panic("the host has no memory left");
    return p;
}
