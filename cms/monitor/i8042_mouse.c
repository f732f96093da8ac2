/*
 * i8042_mouse.c - a PS/2 mouse with three buttons and, for who asks by setting the rates 200, 100
 * and 80 in a row, a wheel.
 *
 * What happens to it is added up and sent as a packet when there is room for one; in remote mode
 * only when it is asked for. A command is answered at once.
 */
#include "monitor/i8042.h"

#define PACKET 4
#define ID_PLAIN 0
#define ID_WHEEL 3

enum { P_ALWAYS = 8, P_X_NEGATIVE = 0x10, P_Y_NEGATIVE = 0x20, P_X_OVER = 0x40, P_Y_OVER = 0x80 };
enum { STATUS_TWICE = 0x10, STATUS_REPORTING = 0x20, STATUS_REMOTE = 0x40 };

static void mouse_defaults(struct mouse *m)
{
    m->rate = 100;
    m->resolution = 2;
    m->twice = m->remote = m->reporting = false;
    m->x = m->y = m->z = 0;
    memset(m->rates, 0, sizeof(m->rates));
}

void mouse_reset(struct mouse *m)
{
    mouse_defaults(m);
    m->wheel = m->wrap = false;
    m->expect = 0;
}

/* A distance as nine bits hold it. */
static int clamp(int n)
{
    return n < -256 ? -256 : n > 255 ? 255 : n;
}

static void mouse_packet(struct mouse *m)
{
    int x = clamp(m->x), y = clamp(m->y), z = m->z < -8 ? -8 : m->z > 7 ? 7 : m->z;

    queue_put(&m->out, (uint8_t)(P_ALWAYS | m->buttons | (x < 0 ? P_X_NEGATIVE : 0) |
                                 (y < 0 ? P_Y_NEGATIVE : 0) | (x != m->x ? P_X_OVER : 0) |
                                 (y != m->y ? P_Y_OVER : 0)));
    queue_put(&m->out, (uint8_t)x);
    queue_put(&m->out, (uint8_t)y);
    if (m->wheel)
        queue_put(&m->out, (uint8_t)z);
    m->x = m->y = m->z = 0;
}

/* Buttons in the order of the status byte: left, middle, right. */
static uint8_t mouse_status(const struct mouse *m)
{
    return (uint8_t)((m->remote ? STATUS_REMOTE : 0) | (m->reporting ? STATUS_REPORTING : 0) |
                     (m->twice ? STATUS_TWICE : 0) | (m->buttons & 1) << 2 |
                     (m->buttons >> 2 & 1) << 1 | (m->buttons >> 1 & 1));
}

static void mouse_rate(struct mouse *m, uint8_t rate)
{
    m->rate = rate;
    m->rates[2] = m->rates[1];
    m->rates[1] = m->rates[0];
    m->rates[0] = rate;
    if (m->rates[2] == 200 && m->rates[1] == 100 && m->rates[0] == 80)
        m->wheel = true;
}

static void mouse_parameter(struct mouse *m, uint8_t command, uint8_t value)
{
    queue_put(&m->out, PS2_ACK);
    if (command == 0xf3)
        mouse_rate(m, value);
    else
        m->resolution = value & 3;
}

static void mouse_command(struct mouse *m, uint8_t value)
{
    queue_put(&m->out, PS2_ACK);
    switch (value) {
    case 0xe6:
    case 0xe7: m->twice = value == 0xe7; break;
    case 0xe8: /* resolution */
    case 0xf3: /* rate */ m->expect = value; break;
    case 0xe9:
        queue_put(&m->out, mouse_status(m));
        queue_put(&m->out, m->resolution);
        queue_put(&m->out, m->rate);
        break;
    case 0xea: m->remote = false; break;
    case 0xeb: mouse_packet(m); break;
    case 0xee: m->wrap = true; break;
    case 0xf0: m->remote = true; break;
    case 0xf2: queue_put(&m->out, m->wheel ? ID_WHEEL : ID_PLAIN); break;
    case 0xf4:
    case 0xf5:
        m->reporting = value == 0xf4;
        m->x = m->y = m->z = 0;
        break;
    case 0xf6: mouse_defaults(m); break;
    case 0xff:
        mouse_reset(m);
        queue_put(&m->out, PS2_PASSED);
        queue_put(&m->out, ID_PLAIN);
        break;
    }
}

static bool is_command(uint8_t value)
{
    return (value >= 0xe6 && value <= 0xf6 && value != 0xed && value != 0xef && value != 0xf1) ||
           value == 0xff;
}

void mouse_write(struct mouse *m, uint8_t value)
{
    uint8_t command = m->expect;

    m->expect = 0;
    m->out.count = 0; /* a command drops what has not been fetched */
    if (m->wrap && value != 0xff && value != 0xec) {
        queue_put(&m->out, value);
    } else if (value == 0xec) {
        m->wrap = false;
        queue_put(&m->out, PS2_ACK);
    } else if (command) {
        mouse_parameter(m, command, value);
    } else if (is_command(value)) {
        mouse_command(m, value);
    } else {
        queue_put(&m->out, PS2_RESEND);
    }
}

bool mouse_ready(const struct mouse *m)
{
    return (m->reporting || m->remote) && m->out.count + PACKET <= QUEUE;
}

void mouse_event(struct mouse *m, const struct host_event *event)
{
    uint8_t button = (uint8_t)(1u << (event->code & 3)) & 7;

    switch (event->kind) {
    case HOST_EVENT_MOVE:
        m->x += event->dx;
        m->y -= event->dy;
        break;
    case HOST_EVENT_PRESS: m->buttons |= button; break;
    case HOST_EVENT_RELEASE: m->buttons &= (uint8_t)~button; break;
    case HOST_EVENT_WHEEL: m->z += event->dy; break;
    }
    if (m->reporting && !m->remote && !m->wrap)
        mouse_packet(m);
}
