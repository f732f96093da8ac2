/*
 * i8042.h - what the files of the keyboard controller share.
 *
 *   i8042.c           the controller; whose byte comes next
 *   i8042_keyboard.c  the keyboard
 *   i8042_mouse.c     the mouse
 */
#ifndef CMS_MONITOR_I8042_H
#define CMS_MONITOR_I8042_H

#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

#define QUEUE 16

enum { PS2_ACK = 0xfa, PS2_RESEND = 0xfe, PS2_PASSED = 0xaa };

/* Bytes on their way to the host's side; what doesn't fit is lost. */
struct queue {
    uint8_t byte[QUEUE];
    unsigned first, count;
};

struct keyboard {
    struct queue out;
    uint8_t expect; /* command that waits for its parameter; 0: none */
    uint8_t scan_set;
    bool scanning;
};

struct mouse {
    struct queue out;
    uint8_t expect;
    uint8_t rate, resolution;
    uint8_t rates[3]; /* that were set last, the latest first: a knock at the wheel's door */
    uint8_t buttons;  /* bit n: button n is down */
    bool wheel;       /* it has said that it has one */
    bool remote, wrap, twice, reporting;
    int x, y, z; /* moved since the last packet: right, up, wheel towards the user */
};

void queue_put(struct queue *q, uint8_t byte);
bool queue_get(struct queue *q, uint8_t *byte); /* false: empty */

/* i8042_keyboard.c; `translate`: the controller makes scan codes of set 1 of what comes */
void keyboard_reset(struct keyboard *k);
void keyboard_write(struct keyboard *k, uint8_t value, bool translate);
bool keyboard_ready(const struct keyboard *k); /* for a key */
void keyboard_key(struct keyboard *k, uint8_t usage, bool up, bool translate);

/* i8042_mouse.c */
void mouse_reset(struct mouse *m);
void mouse_write(struct mouse *m, uint8_t value);
bool mouse_ready(const struct mouse *m);
void mouse_event(struct mouse *m, const struct host_event *event);

#endif
