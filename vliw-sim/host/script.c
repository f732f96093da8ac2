/*
 * script.c - see script.h
 */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512
#define EVENTS_MAX 128 /* of one line */
#define CHORD_MAX 8
#define MOVE_MAX 10000

enum action { WAIT, TYPE, KEYS, MOUSE };

struct step {
    enum action action;
    uint8_t text[TEXT_MAX];
    struct host_event event[EVENTS_MAX];
    size_t length; /* bytes, or events */
};

struct script {
    struct step *step;
    size_t steps;
    size_t now, done; /* the step under way, and how much of it */
    size_t heard;     /* how much of the next text to wait for the last bytes agree with */
};

/* Keys by their usage numbers of the USB keyboard page. */
static const struct {
    const char *name;
    uint8_t code;
} keys[] = {
    {"ret", 0x28},   {"esc", 0x29},    {"bs", 0x2a},    {"tab", 0x2b},    {"spc", 0x2c},
    {"minus", 0x2d}, {"equal", 0x2e},  {"left-bracket", 0x2f},            {"right-bracket", 0x30},
    {"backslash", 0x31}, {"semicolon", 0x33}, {"quote", 0x34}, {"backquote", 0x35},
    {"comma", 0x36}, {"dot", 0x37},    {"slash", 0x38}, {"caps", 0x39},   {"f1", 0x3a},
    {"f2", 0x3b},    {"f3", 0x3c},     {"f4", 0x3d},    {"f5", 0x3e},     {"f6", 0x3f},
    {"f7", 0x40},    {"f8", 0x41},     {"f9", 0x42},    {"f10", 0x43},    {"f11", 0x44},
    {"f12", 0x45},   {"ins", 0x49},    {"home", 0x4a},  {"pgup", 0x4b},   {"del", 0x4c},
    {"end", 0x4d},   {"pgdn", 0x4e},   {"right", 0x4f}, {"left", 0x50},   {"down", 0x51},
    {"up", 0x52},    {"ctrl", 0xe0},   {"shift", 0xe1}, {"alt", 0xe2},
};

/* 0: no such key. */
static uint8_t key_code(const char *name, size_t length)
{
    if (length == 1 && *name >= 'a' && *name <= 'z')
        return (uint8_t)(0x04 + *name - 'a');
    if (length == 1 && *name >= '1' && *name <= '9')
        return (uint8_t)(0x1e + *name - '1');
    if (length == 1 && *name == '0')
        return 0x27;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strlen(keys[i].name) == length && memcmp(keys[i].name, name, length) == 0)
            return keys[i].code;
    return 0;
}

static bool add(struct step *step, struct host_event event)
{
    if (step->length == EVENTS_MAX)
        return false;
    step->event[step->length++] = event;
    return true;
}

static bool add_event(struct step *step, uint8_t kind, uint8_t code)
{
    return add(step, (struct host_event){.kind = kind, .code = code});
}

/* Keys that are pressed together, joined by a dash. */
static bool add_chord(struct step *step, const char *name, size_t length)
{
    uint8_t code[CHORD_MAX];
    size_t n = 0;
    bool good = true;

    while (length > 0) {
        size_t part = 0;
        while (part < length && name[part] != '-')
            part++;
        if (n == CHORD_MAX || !(code[n++] = key_code(name, part)))
            return false;
        part += part < length;
        name += part;
        length -= part;
    }
    for (size_t i = 0; i < n; i++)
        good &= add_event(step, HOST_EVENT_DOWN, code[i]);
    while (n-- > 0)
        good &= add_event(step, HOST_EVENT_UP, code[n]);
    return good;
}

/* A movement, X,Y, in steps that an event can hold. */
static bool add_move(struct step *step, const char *word, size_t length)
{
    char *end;
    long x = strtol(word, &end, 10), y;
    bool good = true;

    if (end == word || *end != ',')
        return false;
    y = strtol(end + 1, &end, 10);
    if (end != word + length || labs(x) > MOVE_MAX || labs(y) > MOVE_MAX)
        return false;
    do {
        long dx = x < -127 ? -127 : x > 127 ? 127 : x, dy = y < -127 ? -127 : y > 127 ? 127 : y;
        good &= add(step, (struct host_event){
                              .kind = HOST_EVENT_MOVE, .dx = (int8_t)dx, .dy = (int8_t)dy});
        x -= dx;
        y -= dy;
    } while (x || y);
    return good;
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

static bool add_mouse(struct step *step, const char *word, size_t length)
{
    static const char *const buttons[] = {"left", "right", "middle"};
    bool press = *word == '+', release = *word == '-', good = true;

    if (is_word(word, length, "up") || is_word(word, length, "down"))
        return add(step,
                   (struct host_event){.kind = HOST_EVENT_WHEEL, .dy = *word == 'u' ? -1 : 1});
    if (memchr(word, ',', length))
        return add_move(step, word, length);
    for (uint8_t n = 0; n < sizeof(buttons) / sizeof(buttons[0]); n++) {
        if (!is_word(word + (press || release), length - (press || release), buttons[n]))
            continue;
        if (!release)
            good &= add_event(step, HOST_EVENT_PRESS, n);
        if (!press)
            good &= add_event(step, HOST_EVENT_RELEASE, n);
        return good;
    }
    return false;
}

/* Words, each of which `one` understands. */
static bool parse_words(struct step *step, const char *text,
                        bool (*one)(struct step *step, const char *word, size_t length))
{
    for (;;) {
        text += strspn(text, " ");
        size_t length = strcspn(text, " ");
        if (length == 0)
            return step->length > 0;
        if (!one(step, text, length))
            return false;
        text += length;
    }
}

static bool parse_text(struct step *step, const char *text)
{
    static const char names[] = "rnte\\", bytes[] = "\r\n\t\033\\";

    for (; *text; text++) {
        uint8_t byte = (uint8_t)*text;
        if (step->length == TEXT_MAX)
            return false;
        if (*text == '\\') {
            const char *name = text[1] ? strchr(names, text[1]) : NULL;
            if (!name)
                return false;
            byte = (uint8_t)bytes[name - names];
            text++;
        }
        step->text[step->length++] = byte;
    }
    return step->length > 0;
}

static bool parse_line(struct script *s, const char *line)
{
    static const char *const word[] = {[WAIT] = "wait ", [TYPE] = "type ", [KEYS] = "keys ",
                                       [MOUSE] = "mouse "};

    if (!*line || *line == '#')
        return true;
    for (unsigned i = WAIT; i <= MOUSE; i++) {
        if (strncmp(line, word[i], strlen(word[i])) != 0)
            continue;
        struct step *more = realloc(s->step, (s->steps + 1) * sizeof(*more));
        if (!more)
            return false;
        s->step = more;
        struct step *step = &s->step[s->steps++];
        memset(step, 0, sizeof(*step));
        step->action = i;
        const char *rest = line + strlen(word[i]);
        switch (i) {
        case KEYS: return parse_words(step, rest, add_chord);
        case MOUSE: return parse_words(step, rest, add_mouse);
        default: return parse_text(step, rest);
        }
    }
    return false;
}

struct script *script_open(const char *path, char *error, size_t error_size)
{
    struct script *s = calloc(1, sizeof(*s));
    FILE *f = fopen(path, "r");
    char line[TEXT_MAX];

    if (!s || !f) {
        snprintf(error, error_size, "%s: %s, expected a script", path, strerror(errno));
        if (f)
            fclose(f);
        free(s);
        return NULL;
    }
    for (unsigned n = 1; fgets(line, sizeof(line), f); n++) {
        line[strcspn(line, "\n")] = '\0';
        if (parse_line(s, line))
            continue;
        snprintf(error, error_size,
                 "%s:%u: not understood, expected wait, type, keys or mouse and what", path, n);
        fclose(f);
        script_free(s);
        return NULL;
    }
    fclose(f);
    return s;
}

void script_free(struct script *s)
{
    if (s)
        free(s->step);
    free(s);
}

/* The step under way if it is of this kind. */
static struct step *step_now(struct script *s, enum action action)
{
    return s->now < s->steps && s->step[s->now].action == action ? &s->step[s->now] : NULL;
}

/* The next text to wait for: what is written while the steps before it are done counts too. */
static const struct step *step_awaited(const struct script *s)
{
    for (size_t i = s->now; i < s->steps; i++)
        if (s->step[i].action == WAIT)
            return &s->step[i];
    return NULL;
}

/* Past every step that is done. */
static void step_advance(struct script *s, size_t n)
{
    s->done += n;
    while (s->now < s->steps) {
        const struct step *step = &s->step[s->now];
        size_t done = step->action == WAIT ? s->heard : s->done;
        if (done < step->length)
            return;
        if (step->action == WAIT)
            s->heard = 0;
        s->done = 0;
        s->now++;
    }
}

void script_hear(struct script *s, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const struct step *step = step_awaited(s);
        size_t n = s->heard;

        if (!step || n == step->length)
            return;
        /* The longest beginning of the text that ends with this byte. */
        while (n > 0 && (step->text[n] != bytes[i] ||
                         memcmp(step->text, step->text + s->heard - n, n) != 0))
            n--;
        s->heard = n + (step->text[n] == bytes[i]);
        step_advance(s, 0);
    }
}

enum host_status script_type(struct script *s, uint8_t *to, uint64_t length, uint64_t *count)
{
    const struct step *step = step_now(s, TYPE);

    *count = 0;
    if (step) {
        size_t left = step->length - s->done;
        *count = length < left ? length : left;
        memcpy(to, step->text + s->done, *count);
        step_advance(s, *count);
    }
    return s->now == s->steps && *count == 0 ? HOST_EHANDLE : HOST_OK;
}

enum host_status script_events(struct script *s, struct host_event *to, uint64_t most,
                               uint64_t *count)
{
    const struct step *step = step_now(s, KEYS);

    step = step ? step : step_now(s, MOUSE);
    *count = 0;
    if (step) {
        size_t left = step->length - s->done;
        *count = most < left ? most : left;
        memcpy(to, step->event + s->done, *count * sizeof(*to));
        step_advance(s, *count);
    }
    return s->now == s->steps && *count == 0 ? HOST_EHANDLE : HOST_OK;
}
