/*
 * i8042.c - keyboard controller: the two ports of a keyboard and a mouse.
 *
 * Somebody on the host may type or move the mouse: events are asked for at fixed moments of
 * simulated time, and only while one of the two is open and has room, until the host says that none
 * will come any more. An event for the other one waits, and with it all that follow, until that one
 * is open too: nothing that a script does is lost because the guest isn't ready.
 *
 * The controller's own answers and the bytes of both devices share one output buffer; they wait in
 * small queues, the controller's first. Nothing here takes time: a command is answered before the
 * next access.
 */
#include "monitor/i8042.h"

#define KEYBOARD_IRQ 1
#define MOUSE_IRQ 12
#define POLL_NS 2000000

enum { S_FULL = 1, S_SYSTEM = 4, S_COMMAND = 8, S_UNLOCKED = 0x10, S_MOUSE = 0x20 };
enum {
    C_INTERRUPT = 1,
    C_MOUSE_INTERRUPT = 2,
    C_SYSTEM = 4,
    C_DISABLED = 0x10,
    C_MOUSE_DISABLED = 0x20,
    C_TRANSLATE = 0x40,
};
enum { OUT_RESET = 1, OUT_A20 = 2, OUT_FULL = 0x10, OUT_MOUSE_FULL = 0x20 };

struct i8042 {
    uint8_t ram[32];   /* 0 is the command byte */
    uint8_t expect;    /* controller command that waits for its parameter; 0: none */
    bool last_command; /* the last write went to port 64h */
    uint8_t out;       /* output buffer */
    bool full;
    bool from_mouse; /* what is in it */
    struct queue answers;
    struct keyboard keyboard;
    struct mouse mouse;
    struct host_event event; /* waits for its device; kind 0: none */
    bool alone;              /* nobody types */
};

void queue_put(struct queue *q, uint8_t byte)
{
    if (q->count < QUEUE)
        q->byte[(q->first + q->count++) % QUEUE] = byte;
}

bool queue_get(struct queue *q, uint8_t *byte)
{
    if (q->count == 0)
        return false;
    *byte = q->byte[q->first];
    q->first = (q->first + 1) % QUEUE;
    q->count--;
    return true;
}

/*
 * Moves the next byte into an empty output buffer, and sets the interrupt lines by what is there.
 */
static void i8042_update(struct i8042 *k)
{
    uint8_t command = k->ram[0];

    if (!k->full) {
        k->from_mouse = false;
        k->full = queue_get(&k->answers, &k->out) ||
                  (!(command & C_DISABLED) && queue_get(&k->keyboard.out, &k->out));
    }
    if (!k->full && !(command & C_MOUSE_DISABLED))
        k->full = k->from_mouse = queue_get(&k->mouse.out, &k->out);
    pic_set_irq(KEYBOARD_IRQ, k->full && !k->from_mouse && command & C_INTERRUPT);
    pic_set_irq(MOUSE_IRQ, k->full && k->from_mouse && command & C_MOUSE_INTERRUPT);
}

/* A byte to a device opens its line. */
static void i8042_to_keyboard(struct i8042 *k, uint8_t value)
{
    k->ram[0] &= (uint8_t)~C_DISABLED;
    keyboard_write(&k->keyboard, value, k->ram[0] & C_TRANSLATE);
}

static void i8042_to_mouse(struct i8042 *k, uint8_t value)
{
    k->ram[0] &= (uint8_t)~C_MOUSE_DISABLED;
    mouse_write(&k->mouse, value);
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
    case 0xa7: k->ram[0] |= C_MOUSE_DISABLED; break;
    case 0xa8: k->ram[0] &= (uint8_t)~C_MOUSE_DISABLED; break;
    case 0xa9: /* the mouse's line is good */ queue_put(&k->answers, 0); break;
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
                  OUT_RESET | (sysctl_a20_state() ? OUT_A20 : 0) |
                      (k->full ? k->from_mouse ? OUT_MOUSE_FULL : OUT_FULL : 0));
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
    case 0xd2: /* as if the keyboard had sent it */ queue_put(&k->keyboard.out, value); break;
    case 0xd3: /* as if the mouse had */ queue_put(&k->mouse.out, value); break;
    case 0xd4: i8042_to_mouse(k, value); break;
    default: k->ram[command & 31] = value;
    }
}

static uint32_t i8042_in(void *state, uint16_t port, unsigned size)
{
    struct i8042 *k = state;

    (void)size;
    if (port == 0x64)
        return S_UNLOCKED | (k->last_command ? S_COMMAND : 0u) | (k->ram[0] & C_SYSTEM) |
               (k->full ? S_FULL : 0u) | (k->full && k->from_mouse ? S_MOUSE : 0u);
    k->full = false;
    pic_set_irq(k->from_mouse ? MOUSE_IRQ : KEYBOARD_IRQ, false); /* the next byte is an edge */
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
        i8042_to_keyboard(k, (uint8_t)value);
    }
    i8042_update(k);
}

static bool keyboard_open(const struct i8042 *k)
{
    return !(k->ram[0] & C_DISABLED) && keyboard_ready(&k->keyboard);
}

static bool mouse_open(const struct i8042 *k)
{
    return !(k->ram[0] & C_MOUSE_DISABLED) && mouse_ready(&k->mouse);
}

static void i8042_fetch(struct i8042 *k)
{
    bool open = keyboard_open(k) || mouse_open(k);
    struct host_request rq = {
        .op = HOST_EVENTS,
        .buffer = (uintptr_t)&k->event,
        .length = open ? sizeof(k->event) : 0, /* the host looks at what is typed for itself */
    };

    if (proxy_call(&rq) == HOST_EHANDLE)
        k->alone = true;
    if (rq.status != HOST_OK || rq.result != 1)
        k->event.kind = 0;
}

static void i8042_event(void *state, uint64_t now)
{
    struct i8042 *k = state;
    struct host_event *e = &k->event;

    if (!e->kind)
        i8042_fetch(k);
    if (e->kind >= HOST_EVENT_MOVE && mouse_open(k)) {
        mouse_event(&k->mouse, e);
        e->kind = 0;
    } else if (e->kind && e->kind <= HOST_EVENT_UP && keyboard_open(k)) {
        keyboard_key(&k->keyboard, e->code, e->kind == HOST_EVENT_UP, k->ram[0] & C_TRANSLATE);
        e->kind = 0;
    }
    i8042_update(k);
    if (!k->alone)
        sched_at(DEV_i8042, now + POLL_NS);
}

static void i8042_reset(void *state)
{
    struct i8042 *k = state;
    struct host_event event = k->event;
    bool alone = k->alone;

    memset(k, 0, sizeof(*k));
    k->alone = alone;
    k->event = event;
    k->ram[0] = C_DISABLED | C_MOUSE_DISABLED;
    keyboard_reset(&k->keyboard);
    mouse_reset(&k->mouse);
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
