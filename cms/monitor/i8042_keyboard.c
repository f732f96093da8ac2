/*
 * i8042_keyboard.c - a PC keyboard. A command is answered at once.
 */
#include "monitor/i8042.h"
#include "monitor/i8042_keys.h"

#define KEY_BYTES 3 /* longest code of a key */

void keyboard_reset(struct keyboard *k)
{
    k->scan_set = 2;
    k->scanning = true;
    k->expect = 0;
}

static void keyboard_parameter(struct keyboard *k, uint8_t command, uint8_t value)
{
    queue_put(&k->out, PS2_ACK);
    if (command == 0xf0 && value == 0)
        queue_put(&k->out, k->scan_set);
    else if (command == 0xf0)
        k->scan_set = value;
}

void keyboard_write(struct keyboard *k, uint8_t value, bool translate)
{
    uint8_t command = k->expect;

    k->expect = 0;
    if (command) {
        keyboard_parameter(k, command, value);
        return;
    }
    switch (value) {
    case 0xed: /* lamps */
    case 0xf0: /* scan code set */
    case 0xf3: /* repeat rate */
        k->expect = value;
        queue_put(&k->out, PS2_ACK);
        break;
    case 0xee: /* echo */ queue_put(&k->out, 0xee); break;
    case 0xf2: /* identify */
        queue_put(&k->out, PS2_ACK);
        queue_put(&k->out, 0xab);
        queue_put(&k->out, translate ? 0x41 : 0x83);
        break;
    case 0xf4:
    case 0xf5:
    case 0xf6:
        keyboard_reset(k);
        k->scanning = value != 0xf5;
        queue_put(&k->out, PS2_ACK);
        break;
    case 0xff:
        keyboard_reset(k);
        queue_put(&k->out, PS2_ACK);
        queue_put(&k->out, PS2_PASSED);
        break;
    default: queue_put(&k->out, PS2_RESEND);
    }
}

bool keyboard_ready(const struct keyboard *k)
{
    return k->scanning && k->out.count + KEY_BYTES <= QUEUE;
}

void keyboard_key(struct keyboard *k, uint8_t usage, bool up, bool translate)
{
    struct key_code code = key_code(usage);

    if (!code.set1)
        return;
    if (code.extended)
        queue_put(&k->out, 0xe0);
    if (up && !translate)
        queue_put(&k->out, 0xf0);
    queue_put(&k->out, translate ? (uint8_t)(code.set1 | (up ? 0x80 : 0)) : code.set2);
}
