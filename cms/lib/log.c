/*
 * log.c - lines of text for the host: the log, the trace, and the last words of a panic.
 */
#include <stdarg.h>

#include "cms.h"
#include "hidden-mem/hostport.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "lib/lib.h"
#include "runtime/stats.h"

#define LINE_MAX 512

static void log_line(uint32_t op, unsigned severity, const char *fmt, va_list *args)
{
    char line[LINE_MAX];
    size_t n = format_va(line, sizeof(line), fmt, args);
    struct host_request rq = {
        .op = op,
        .arg = {severity},
        .buffer = (uintptr_t)line,
        .length = n < sizeof(line) ? n : sizeof(line) - 1,
    };

    proxy_call(&rq);
}

void cms_log(int severity, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    log_line(HOST_LOG, (unsigned)severity, fmt, &args);
    va_end(args);
}

void cms_trace(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    log_line(HOST_TRACE, 0, fmt, &args);
    va_end(args);
}

void cms_panic(const char *fmt, ...)
{
    va_list args;

    if (!cms.panics++)
        monitor_last_look();
    va_start(args, fmt);
    stats_report();
    log_line(HOST_PANIC, 0, fmt, &args);
    va_end(args);
    for (;;)
        vx_halt(); /* the host has ended the run */
}
