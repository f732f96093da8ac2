/*
 * i8042.c - keyboard controller, and the keyboard behind it. There is no mouse port.
 *
 * Somebody on the host may type: events are asked for at fixed moments of simulated time, and only
 * while the keyboard is open and has room, until the host says that none will come any more.
 *
 * The controller's own answers and the keyboard's bytes share one output buffer; answers wait in
 * two small queues, the controller's first. Nothing here takes time: a command is answered before
 * the next access.
 */
#include "hidden-mem/hostport.h"
#include "monitor/i8042_keys.h"
#include "monitor/monitor.h"

#define IRQ 1
#define QUEUE 16
#define POLL_NS 2000000
#define KEY_BYTES 3 /* longest code of a key */

enum { S_FULL = 1, S_SYSTEM = 4, S_COMMAND = 8, S_UNLOCKED = 0x10 };
enum { C_INTERRUPT = 1, C_SYSTEM = 4, C_DISABLED = 0x10, C_NO_MOUSE = 0x20, C_TRANSLATE = 0x40 };
enum { OUT_RESET = 1, OUT_A20 = 2, OUT_FULL = 0x10 };
enum { KBD_ACK = 0xfa, KBD_RESEND = 0xfe, KBD_PASSED = 0xaa };

struct queue {
    uint8_t byte[QUEUE];
    unsigned first, count;
};

struct i8042 {
    uint8_t ram[32];   /* 0 is the command byte */
    uint8_t expect;    /* controller command that waits for its parameter; 0: none */
    bool last_command; /* the last write went to port 64h */
    uint8_t out;       /* output buffer */
    bool full;
    struct queue answers, keyboard;
    uint8_t kbd_expect; /* keyboard command that waits for its parameter */
    uint8_t scan_set;
    bool scanning;
    bool alone; /* nobody types */
};

static void queue_put(struct queue *q, uint8_t byte)
{
    if (q->count < QUEUE)
        q->byte[(q->first + q->count++) % QUEUE] = byte;
}

static bool queue_get(struct queue *q, uint8_t *byte)
{
    if (q->count == 0)
        return false;
    *byte = q->byte[q->first];
    q->first = (q->first + 1) % QUEUE;
    q->count--;
    return true;
}

/* Moves the next byte into an empty output buffer, and sets the interrupt line by what is there. */
static void i8042_update(struct i8042 *k)
{
    if (!k->full)
        k->full = queue_get(&k->answers, &k->out) ||
                  (!(k->ram[0] & C_DISABLED) && queue_get(&k->keyboard, &k->out));
    pic_set_irq(IRQ, k->full && k->ram[0] & C_INTERRUPT);
}

static void keyboard_defaults(struct i8042 *k)
{
    k->scan_set = 2;
    k->scanning = true;
    k->kbd_expect = 0;
}

static void keyboard_parameter(struct i8042 *k, uint8_t command, uint8_t value)
{
    queue_put(&k->keyboard, KBD_ACK);
    if (command == 0xf0 && value == 0)
        queue_put(&k->keyboard, k->scan_set);
    else if (command == 0xf0)
        k->scan_set = value;
}

static void keyboard_write(struct i8042 *k, uint8_t value)
{
    uint8_t command = k->kbd_expect;

    k->kbd_expect = 0;
    k->ram[0] &= (uint8_t)~C_DISABLED; /* talking to the keyboard opens its line */
    if (command) {
        keyboard_parameter(k, command, value);
        return;
    }
    switch (value) {
    case 0xed: /* lamps */
    case 0xf0: /* scan code set */
    case 0xf3: /* repeat rate */
        k->kbd_expect = value;
        queue_put(&k->keyboard, KBD_ACK);
        break;
    case 0xee: /* echo */ queue_put(&k->keyboard, 0xee); break;
    case 0xf2: /* identify */
        queue_put(&k->keyboard, KBD_ACK);
        queue_put(&k->keyboard, 0xab);
        queue_put(&k->keyboard, k->ram[0] & C_TRANSLATE ? 0x41 : 0x83);
        break;
    case 0xf4:
    case 0xf5:
    case 0xf6:
        keyboard_defaults(k);
        k->scanning = value != 0xf5;
        queue_put(&k->keyboard, KBD_ACK);
        break;
    case 0xff:
        keyboard_defaults(k);
        queue_put(&k->keyboard, KBD_ACK);
        queue_put(&k->keyboard, KBD_PASSED);
        break;
    default: queue_put(&k->keyboard, KBD_RESEND);
    }
}

static void i8042_output_port(uint8_t value)
{
    sysctl_a20(value & OUT_A20);
    if (!(value & OUT_RESET))
        monitor_restart();
}

static void i8042_command(struct i8042 *k, uint8_t value)
{
    if (value >= 0x20 && value <= 0x3f) {
        queue_put(&k->answers, k->ram[value & 31]);
        return;
    }
    if (value >= 0x60 && value <= 0x7f) {
        k->expect = value;
        return;
    }
    switch (value) {
    case 0xa7: /* the mouse port that is not there */
    case 0xa8: break;
    case 0xa9: queue_put(&k->answers, 0xff); break;
    case 0xaa:
        k->ram[0] |= C_SYSTEM;
        queue_put(&k->answers, 0x55);
        break;
    case 0xab: queue_put(&k->answers, 0); break;
    case 0xad: k->ram[0] |= C_DISABLED; break;
    case 0xae: k->ram[0] &= (uint8_t)~C_DISABLED; break;
    case 0xc0: /* input port: keyboard not locked */ queue_put(&k->answers, 0x80); break;
    case 0xd0:
        queue_put(&k->answers,
                  OUT_RESET | (sysctl_a20_state() ? OUT_A20 : 0) | (k->full ? OUT_FULL : 0));
        break;
    case 0xd1:
    case 0xd2:
    case 0xd3:
    case 0xd4: k->expect = value; break;
    case 0xdd:
    case 0xdf: sysctl_a20(value & OUT_A20); break;
    default:
        if (value >= 0xf0 && !(value & OUT_RESET)) /* pulse output lines low; line 0 is reset */
            monitor_restart();
    }
}

static void i8042_parameter(struct i8042 *k, uint8_t command, uint8_t value)
{
    switch (command) {
    case 0xd1: i8042_output_port(value); break;
    case 0xd2: /* as if the keyboard had sent it */ queue_put(&k->keyboard, value); break;
    case 0xd3: /* mouse port: nobody hears it */
    case 0xd4: break;
    default: k->ram[command & 31] = value;
    }
}

static uint32_t i8042_in(void *state, uint16_t port, unsigned size)
{
    struct i8042 *k = state;

    (void)size;
    if (port == 0x64)
        return S_UNLOCKED | (k->last_command ? S_COMMAND : 0u) | (k->ram[0] & C_SYSTEM) |
               (k->full ? S_FULL : 0u);
    k->full = false;
    uint8_t value = k->out;
    i8042_update(k);
    return value;
}

static void i8042_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct i8042 *k = state;

    (void)size;
    k->last_command = port == 0x64;
    if (port == 0x64) {
        k->expect = 0;
        i8042_command(k, (uint8_t)value);
    } else if (k->expect) {
        uint8_t command = k->expect;
        k->expect = 0;
        i8042_parameter(k, command, (uint8_t)value);
    } else {
        keyboard_write(k, (uint8_t)value);
    }
    i8042_update(k);
}

/* A key's code in set 2, or as the controller translates it. */
static void keyboard_key(struct i8042 *k, uint8_t usage, bool up)
{
    struct key_code code = key_code(usage);
    bool translate = k->ram[0] & C_TRANSLATE;

    if (!code.set1)
        return;
    if (code.extended)
        queue_put(&k->keyboard, 0xe0);
    if (up && !translate)
        queue_put(&k->keyboard, 0xf0);
    queue_put(&k->keyboard, translate ? (uint8_t)(code.set1 | (up ? 0x80 : 0)) : code.set2);
}

static void i8042_event(void *state, uint64_t now)
{
    struct i8042 *k = state;
    struct host_event event;
    struct host_request rq = {
        .op = HOST_EVENTS,
        .buffer = (uintptr_t)&event,
        .length = sizeof(event),
    };

    if (k->scanning && !(k->ram[0] & C_DISABLED) && k->keyboard.count + KEY_BYTES <= QUEUE) {
        if (proxy_call(&rq) == HOST_EHANDLE)
            k->alone = true;
        else if (rq.status == HOST_OK && rq.result == 1 && event.kind <= HOST_EVENT_UP)
            keyboard_key(k, event.code, event.kind == HOST_EVENT_UP);
        i8042_update(k);
    }
    if (!k->alone)
        sched_at(DEV_i8042, now + POLL_NS);
}

static void i8042_reset(void *state)
{
    struct i8042 *k = state;
    bool alone = k->alone;

    memset(k, 0, sizeof(*k));
    k->alone = alone;
    k->ram[0] = C_NO_MOUSE | C_DISABLED;
    keyboard_defaults(k);
    i8042_update(k);
    sched_at(DEV_i8042, alone ? NEVER : sched_now() + POLL_NS);
}

const struct device i8042_device = {
    .name = "i8042",
    .state_size = sizeof(struct i8042),
    .ports = (const struct port_range[]){{0x60, 0x60, 1}, {0x64, 0x64, 1}, {0}},
    .reset = i8042_reset,
    .in = i8042_in,
    .out = i8042_out,
    .event = i8042_event,
};
