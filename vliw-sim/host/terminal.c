/*
 * terminal.c - see terminal.h.
 *
 * The screen is drawn with the control sequences that every terminal since the VT100 knows, and
 * colors by number. Keys come as characters or as such sequences; each becomes the keys of a PC's
 * keyboard, pressed and released, that make it on a keyboard of the United States.
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

#define ESC 0x1b
#define SHIFT 0xe1
#define CONTROL 0xe0
#define ALT 0xe2

/* ---------------------------------------------------------------- the screen */

void terminal_open(struct terminal *t, FILE *out)
{
    const char *plain = getenv("NO_COLOR");

    *t = (struct terminal){.out = out, .color = !plain || !*plain, .attribute = -1};
}

void terminal_close(struct terminal *t)
{
    if (t->out && t->rows)
        fprintf(t->out, "\033[0m\033[?25h\033[%u;1H\n", t->rows);
    if (t->out)
        fflush(t->out);
    t->out = NULL;
}

/* A PC's colors count blue, green, red; a terminal's red, green, blue. */
static unsigned ansi_color(unsigned color)
{
    return (color & 2) | (color & 1) << 2 | (color >> 2 & 1);
}

static void terminal_attribute(struct terminal *t, uint8_t attribute)
{
    unsigned front = attribute & 15, back = attribute >> 4 & 7;

    if (!t->color || t->attribute == attribute)
        return;
    t->attribute = attribute;
    fprintf(t->out, "\033[0;%u;%um", (front & 8 ? 90 : 30) + ansi_color(front),
            40 + ansi_color(back));
}

/* One row, from its first changed cell to its last. */
static void terminal_row(struct terminal *t, unsigned row, const uint8_t *cells)
{
    uint8_t *old = t->shown + (size_t)row * t->columns * 2;
    unsigned first = 0, end = t->columns;
    char text[SCREEN_UTF8 + 1];

    while (first < end && memcmp(cells + first * 2, old + first * 2, 2) == 0)
        first++;
    while (end > first && memcmp(cells + end * 2 - 2, old + end * 2 - 2, 2) == 0)
        end--;
    if (first == end)
        return;
    fprintf(t->out, "\033[%u;%uH", row + 1, first + 1);
    for (unsigned x = first; x < end; x++) {
        terminal_attribute(t, cells[x * 2 + 1]);
        screen_utf8(cells[x * 2], text);
        fputs(text, t->out);
    }
    memcpy(old, cells, t->columns * 2);
}

enum host_status terminal_show(struct terminal *t, const uint8_t *cells, unsigned columns,
                               unsigned rows, uint64_t cursor)
{
    if (!t->out)
        return HOST_OK;
    if (t->columns != columns || t->rows != rows) {
        fputs("\033[0m\033[2J", t->out);
        t->attribute = -1;
        t->columns = columns;
        t->rows = rows;
        for (size_t i = 0; i < (size_t)columns * rows; i++) {
            t->shown[i * 2] = ' ';
            t->shown[i * 2 + 1] = 7;
        }
    }
    for (unsigned y = 0; y < rows; y++)
        terminal_row(t, y, cells + (size_t)y * columns * 2);
    if (cursor < (uint64_t)columns * rows)
        fprintf(t->out, "\033[?25h\033[%u;%uH", (unsigned)(cursor / columns) + 1,
                (unsigned)(cursor % columns) + 1);
    else
        fputs("\033[?25l", t->out);
    return fflush(t->out) == 0 ? HOST_OK : HOST_EIO;
}

/* ---------------------------------------------------------------- keys */

static void press(struct terminal *t, uint8_t modifier, uint8_t key)
{
    const struct host_event events[] = {
        {.kind = HOST_EVENT_DOWN, .code = modifier},
        {.kind = HOST_EVENT_DOWN, .code = key},
        {.kind = HOST_EVENT_UP, .code = key},
        {.kind = HOST_EVENT_UP, .code = modifier},
    };

    if (!key || t->keys + 4 > TERMINAL_KEYS)
        return;
    for (unsigned i = 0; i < 4; i++)
        if (events[i].code)
            t->key[t->keys++] = events[i];
}

/* The key of a printable character, by its usage number; bit 8: with Shift. */
static unsigned character_key(uint8_t c)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz1234567890\r\033\b\t -=[]\\\001;'`,./";
    static const char shifted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\001\001\001\001\001_+{}|"
                                  "\001:\"~<>?";
    const char *at = strchr(plain, c);

    if (!c || c == 1)
        return 0;
    if (at)
        return (unsigned)(4 + (at - plain));
    at = strchr(shifted, c);
    return at ? (unsigned)(4 + (at - shifted)) | 0x100 : 0;
}

/* What a terminal sends behind ESC [ or ESC O, and the key. */
static const struct {
    const char *text;
    uint8_t key;
} sequences[] = {
    {"A", 0x52},   {"B", 0x51},   {"C", 0x4f},   {"D", 0x50},   {"H", 0x4a},   {"F", 0x4d},
    {"1~", 0x4a},  {"2~", 0x49},  {"3~", 0x4c},  {"4~", 0x4d},  {"5~", 0x4b},  {"6~", 0x4e},
    {"P", 0x3a},   {"Q", 0x3b},   {"R", 0x3c},   {"S", 0x3d},   {"11~", 0x3a}, {"12~", 0x3b},
    {"13~", 0x3c}, {"14~", 0x3d}, {"15~", 0x3e}, {"17~", 0x3f}, {"18~", 0x40}, {"19~", 0x41},
    {"20~", 0x42}, {"21~", 0x43}, {"23~", 0x44}, {"24~", 0x45},
};

/* Returns how many bytes of the sequence behind ESC it has used; 0: it is none. */
static size_t sequence(struct terminal *t, const uint8_t *bytes, size_t length)
{
    if (length < 2 || (bytes[0] != '[' && bytes[0] != 'O'))
        return 0;
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        size_t n = strlen(sequences[i].text);
        if (n <= length - 1 && memcmp(bytes + 1, sequences[i].text, n) == 0) {
            press(t, 0, sequences[i].key);
            return n + 1;
        }
    }
    return 0;
}

void terminal_typed(struct terminal *t, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t c = bytes[i] == 0x7f ? '\b' : bytes[i];
        unsigned key = character_key(c);
        size_t used = c == ESC ? sequence(t, bytes + i + 1, length - i - 1) : 0;

        i += used;
        if (used)
            continue;
        if (c == ESC && i + 1 < length && character_key(bytes[i + 1])) {
            press(t, ALT, (uint8_t)character_key(bytes[++i])); /* Alt with a key */
        } else if (key) {
            press(t, key & 0x100 ? SHIFT : 0, (uint8_t)key);
        } else if (c >= 1 && c <= 26) {
            press(t, CONTROL, (uint8_t)(4 + c - 1));
        }
    }
}

uint64_t terminal_events(struct terminal *t, struct host_event *to, uint64_t most)
{
    uint64_t n = most < t->keys ? most : t->keys;

    memcpy(to, t->key, n * sizeof(*to));
    t->keys -= (unsigned)n;
    memmove(t->key, t->key + n, t->keys * sizeof(*to));
    return n;
}
