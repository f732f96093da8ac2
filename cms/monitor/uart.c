/*
 * uart.c - two 16550A serial ports, at 3F8h with IRQ 4 and at 2F8h with IRQ 3; a console of the
 * host is at the other end of each line.
 *
 * Sending takes no time: a byte is handed to the host and the transmitter is empty again.
 * Receiving is polled at fixed moments of simulated time, and only while the host has somebody who
 * may type: when it says that nothing will come any more, the polling ends.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

#define FIFO 16
#define POLL_NS 1000000
#define LOOKS 4

enum { IER_RECEIVED = 1, IER_EMPTY = 2, IER_LINE = 4, IER_MODEM = 8 };
enum {
    IIR_NONE = 1,
    IIR_MODEM = 0,
    IIR_EMPTY = 2,
    IIR_RECEIVED = 4,
    IIR_LINE = 6,
    IIR_TIMEOUT = 12
};
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2 };
enum { LCR_DIVISOR = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10 };
enum { LSR_READY = 1, LSR_OVERRUN = 2, LSR_HOLDING_EMPTY = 0x20, LSR_EMPTY = 0x40 };
enum { MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

/* What tells the ports apart. */
struct line {
    enum device_id id;
    uint8_t irq, console;
};

struct uart {
    const struct line *line;
    uint8_t ier, fcr, lcr, mcr, scratch;
    uint8_t msr_delta; /* low half of MSR: what has changed since it was read */
    uint8_t msr_lines; /* its upper half */
    uint8_t divisor[2];
    bool empty_pending; /* the transmitter has become empty and nobody was told */
    bool overrun;
    bool deaf;          /* the host has no input for us */
    uint8_t looks;      /* at the line status in a row, with nothing sent between */
    uint8_t fifo[FIFO];
    unsigned first, count;
};

static unsigned uart_capacity(const struct uart *u)
{
    return u->fcr & FCR_ENABLE ? FIFO : 1;
}

static unsigned uart_trigger(const struct uart *u)
{
    static const uint8_t levels[] = {1, 4, 8, 14};

    return u->fcr & FCR_ENABLE ? levels[u->fcr >> 6] : 1;
}

static uint8_t uart_cause(const struct uart *u)
{
    if (u->ier & IER_LINE && u->overrun)
        return IIR_LINE;
    if (u->ier & IER_RECEIVED && u->count >= uart_trigger(u))
        return IIR_RECEIVED;
    if (u->ier & IER_RECEIVED && u->count > 0)
        return IIR_TIMEOUT;
    if (u->ier & IER_EMPTY && u->empty_pending)
        return IIR_EMPTY;
    if (u->ier & IER_MODEM && u->msr_delta)
        return IIR_MODEM;
    return IIR_NONE;
}

/* OUT2 is what connects the chip to the interrupt line on a PC. */
static void uart_update(struct uart *u)
{
    pic_set_irq(u->line->irq,
                uart_cause(u) != IIR_NONE && u->mcr & MCR_OUT2 && !(u->mcr & MCR_LOOP));
}

static void uart_receive(struct uart *u, uint8_t byte)
{
    if (u->count == uart_capacity(u)) {
        u->overrun = true;
        return;
    }
    u->fifo[(u->first + u->count++) % FIFO] = byte;
}

static uint8_t uart_take(struct uart *u)
{
    if (u->count == 0)
        return 0;
    uint8_t byte = u->fifo[u->first];
    u->first = (u->first + 1) % FIFO;
    u->count--;
    return byte;
}

static void uart_send(struct uart *u, uint8_t byte)
{
    struct host_request rq = {
        .op = HOST_CON_WRITE,
        .arg = {u->line->console},
        .buffer = (uintptr_t)&byte,
        .length = 1,
    };

    u->empty_pending = true;
    u->looks = 0;
    if (u->mcr & MCR_LOOP)
        uart_receive(u, byte);
    else
        proxy_call(&rq);
}

/*
 * The other end sends only to who has raised a hand, or looks for input again and again: what
 * comes before would be lost.
 */
static bool uart_listens(const struct uart *u)
{
    return (u->mcr & (MCR_DTR | MCR_RTS) || u->looks >= LOOKS) && !(u->mcr & MCR_LOOP);
}

static void uart_event(void *state, uint64_t now)
{
    struct uart *u = state;
    unsigned room = uart_capacity(u) - u->count;
    uint8_t bytes[FIFO];
    struct host_request rq = {
        .op = HOST_CON_READ,
        .arg = {u->line->console},
        .buffer = (uintptr_t)bytes,
        .length = room,
    };

    if (!uart_listens(u))
        rq.length = room = 0; /* the host looks at what is typed for itself */
    if (proxy_call(&rq) == HOST_EHANDLE)
        u->deaf = true;
    else if (rq.status == HOST_OK)
        for (uint64_t i = 0; i < rq.result && i < room; i++)
            uart_receive(u, bytes[i]);
    uart_update(u);
    if (!u->deaf)
        sched_at(u->line->id, now + POLL_NS);
}

/*
 * Modem lines: in loop mode the outputs come back as inputs, otherwise the other end is always
 * ready.
 */
static void uart_modem(struct uart *u)
{
    uint8_t lines = MSR_CTS | MSR_DSR | MSR_DCD;

    if (u->mcr & MCR_LOOP)
        lines = (uint8_t)((u->mcr & MCR_RTS ? MSR_CTS : 0) | (u->mcr & MCR_DTR ? MSR_DSR : 0) |
                          (u->mcr & MCR_OUT1 ? MSR_RI : 0) | (u->mcr & MCR_OUT2 ? MSR_DCD : 0));
    uint8_t changed = lines ^ u->msr_lines;
    if (changed & MSR_RI && lines & MSR_RI) /* only its trailing edge counts */
        changed &= (uint8_t)~MSR_RI;
    u->msr_delta |= changed >> 4;
    u->msr_lines = lines;
}

static uint32_t uart_in(void *state, uint16_t port, unsigned size)
{
    struct uart *u = state;
    uint8_t value = 0xff;

    (void)size;
    switch (port & 7) {
    case 0: value = u->lcr & LCR_DIVISOR ? u->divisor[0] : uart_take(u); break;
    case 1: value = u->lcr & LCR_DIVISOR ? u->divisor[1] : u->ier; break;
    case 2:
        value = uart_cause(u);
        if (value == IIR_EMPTY)
            u->empty_pending = false;
        value |= u->fcr & FCR_ENABLE ? 0xc0 : 0;
        break;
    case 3: value = u->lcr; break;
    case 4: value = u->mcr; break;
    case 5:
        value = (uint8_t)(LSR_HOLDING_EMPTY | LSR_EMPTY | (u->count ? LSR_READY : 0) |
                          (u->overrun ? LSR_OVERRUN : 0));
        u->overrun = false;
        u->looks += u->looks < LOOKS;
        break;
    case 6:
        value = u->msr_lines | u->msr_delta;
        u->msr_delta = 0;
        break;
    case 7: value = u->scratch; break;
    }
    uart_update(u);
    return value;
}

static void uart_fifo_control(struct uart *u, uint8_t value)
{
    if (value & FCR_CLEAR_RX || (value ^ u->fcr) & FCR_ENABLE)
        u->count = 0;
    u->fcr = value & FCR_ENABLE ? value & 0xc9 : 0;
}

static void uart_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct uart *u = state;
    uint8_t v = (uint8_t)value;

    (void)size;
    switch (port & 7) {
    case 0:
        if (u->lcr & LCR_DIVISOR)
            u->divisor[0] = v;
        else
            uart_send(u, v);
        break;
    case 1:
        if (u->lcr & LCR_DIVISOR) {
            u->divisor[1] = v;
            break;
        }
        if (v & ~u->ier & IER_EMPTY)
            u->empty_pending = true;
        u->ier = v & 0x0f;
        break;
    case 2: uart_fifo_control(u, v); break;
    case 3: u->lcr = v; break;
    case 4:
        u->mcr = v & 0x1f;
        uart_modem(u);
        break;
    case 7: u->scratch = v; break;
    }
    uart_update(u);
}

static void uart_reset(void *state)
{
    struct uart *u = state;
    bool deaf = u->deaf;

    *u = (struct uart){.line = u->line, .deaf = deaf, .divisor = {12, 0}};
    uart_modem(u);
    u->msr_delta = 0;
    uart_update(u);
    sched_at(u->line->id, deaf ? NEVER : sched_now() + POLL_NS);
}

static void uart_init(void *state)
{
    static const struct line line = {DEV_uart, 4, HOST_CONSOLE_SERIAL};

    ((struct uart *)state)->line = &line;
}

static void uart2_init(void *state)
{
    static const struct line line = {DEV_uart2, 3, HOST_CONSOLE_SERIAL2};

    ((struct uart *)state)->line = &line;
}

const struct device uart_device = {
    .name = "uart",
    .state_size = sizeof(struct uart),
    .ports = (const struct port_range[]){{0x3f8, 0x3ff, 1}, {0}},
    .init = uart_init,
    .reset = uart_reset,
    .in = uart_in,
    .out = uart_out,
    .event = uart_event,
};

const struct device uart2_device = {
    .name = "uart2",
    .state_size = sizeof(struct uart),
    .ports = (const struct port_range[]){{0x2f8, 0x2ff, 1}, {0}},
    .init = uart2_init,
    .reset = uart_reset,
    .in = uart_in,
    .out = uart_out,
    .event = uart_event,
};
