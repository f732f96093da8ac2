/*
 * debug.c - ports that emulators have and PCs have not: the debug console (402h), the debug exit
 * (501h) and the mark (505h).
 *
 * The console is found by reading E9h from it. Its bytes are collected to lines, because each
 * request to the host costs time. A value written to the exit port ends the run; the host makes an
 * exit status of it. 1 and 0 written to the mark are where a section of the run begins and ends
 * that the summary is to show by itself.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

#define PORT_CONSOLE 0x402
#define PORT_EXIT 0x501
#define PORT_MARK 0x505
#define PRESENT 0xe9
#define WAIT_NS 10000000 /* an unfinished line is shown after this time */

struct debug {
    char line[128];
    unsigned length;
};

static void debug_flush(struct debug *d)
{
    struct host_request rq = {
        .op = HOST_CON_WRITE,
        .arg = {HOST_CONSOLE_DEBUG},
        .buffer = (uintptr_t)d->line,
        .length = d->length,
    };

    proxy_call(&rq);
    d->length = 0;
    sched_at(DEV_debug, NEVER);
}

static void debug_event(void *state, uint64_t now)
{
    (void)now;
    debug_flush(state);
}

static uint32_t debug_in(void *state, uint16_t port, unsigned size)
{
    (void)state;
    (void)size;
    return port == PORT_CONSOLE ? PRESENT : 0;
}

static void debug_mark(uint32_t value)
{
    struct host_request rq = {.op = HOST_MARK, .arg = {value}};

    proxy_call(&rq);
}

static void debug_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct debug *d = state;

    (void)size;
    if (port == PORT_EXIT)
        monitor_exit(HOST_EXIT_DEBUG, value, "the guest wrote to the debug exit port");
    if (port == PORT_MARK) {
        debug_mark(value);
        return;
    }
    d->line[d->length++] = (char)value;
    if (value == '\n' || d->length == sizeof(d->line))
        debug_flush(d);
    else if (d->length == 1)
        sched_at(DEV_debug, sched_now() + WAIT_NS);
}

void debug_drain(void)
{
    struct debug *d = cms.mon->state[DEV_debug];

    if (d->length)
        debug_flush(d);
}

static void debug_reset(void *state)
{
    (void)state;
    debug_drain();
}

const struct device debug_device = {
    .name = "debug",
    .state_size = sizeof(struct debug),
    .ports = (const struct port_range[]){{PORT_CONSOLE, PORT_CONSOLE, 1},
                                         {PORT_EXIT, PORT_EXIT, 4},
                                         {PORT_MARK, PORT_MARK, 1},
                                         {0}},
    .reset = debug_reset,
    .in = debug_in,
    .out = debug_out,
    .event = debug_event,
};
