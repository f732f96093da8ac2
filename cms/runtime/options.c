/*
 * options.c - the firmware's options, as the host hands them over: `key=value` lines.
 *
 * Keys are those of knobs.def, and `d` for a list of trace categories (trace.def). Nothing is
 * ignored in silence: an unknown key, an unknown category or a value out of range is the user's
 * mistake, and ends the run with one line.
 */
#include "cms.h"
#include "hidden-mem/hostport.h"

#define OPTION_MAX 256 /* bytes of one `key=value` */

struct knob {
    const char *key;
    uint32_t standard, least, most;
    size_t offset; /* of its field in struct options */
};

static const struct knob knobs[] = {
#define KNOB(field, key, standard, least, most, text) \
    {key, standard, least, most, offsetof(struct options, field)},
#include "runtime/knobs.def"
#undef KNOB
};

static const char *const trace_key[D_COUNT] = {
#define TRACE(name, key, text) [D_##name] = key,
#include "runtime/trace.def"
#undef TRACE
};

#define KNOB_COUNT (sizeof(knobs) / sizeof(knobs[0]))

static uint32_t *knob_field(const struct knob *k)
{
    return (uint32_t *)((char *)cms.opt + k->offset);
}

static void option_refuse(const char *text, const char *why) __attribute__((noreturn));

static void option_refuse(const char *text, const char *why)
{
    char reason[OPTION_MAX + 80];

    struct host_request rq = {
        .op = HOST_EXIT,
        .arg = {HOST_EXIT_OPTION},
        .buffer = (uintptr_t)reason,
    };

    cms_snprintf(reason, sizeof(reason), "%s: %s", text, why);
    rq.length = strlen(reason);
    proxy_call(&rq);
    cms_panic("the host did not end the run after a wrong option");
}

/* Is `text`, `length` bytes of it, the word `key`? */
static bool word_is(const char *text, size_t length, const char *key)
{
    return strlen(key) == length && memcmp(text, key, length) == 0;
}

/* Decimal digits of at most 32 bits, or `on` or `off`; false if there is anything else. */
static bool parse_number(const char *text, uint32_t *value)
{
    uint64_t n = 0;

    *value = word_is(text, strlen(text), "on");
    if (*value || word_is(text, strlen(text), "off"))
        return true;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (uint64_t)(*text - '0');
        if (n > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)n;
    return true;
}

static void set_trace(const char *option, const char *list)
{
    while (*list) {
        size_t length = 0;
        unsigned i = 0;

        if (*list == ',') {
            list++;
            continue;
        }
        while (list[length] && list[length] != ',')
            length++;
        while (i < D_COUNT && !word_is(list, length, trace_key[i]))
            i++;
        if (i == D_COUNT)
            option_refuse(option, "unknown trace category");
        cms.opt->trace |= 1u << i;
        list += length;
    }
}

static void set_option(const char *option)
{
    size_t length = 0;

    while (option[length] && option[length] != '=')
        length++;
    if (!option[length])
        option_refuse(option, "expected key=value");
    const char *value = option + length + 1;

    if (word_is(option, length, "d")) {
        set_trace(option, value);
        return;
    }
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        uint32_t number;

        if (!word_is(option, length, knobs[i].key))
            continue;
        if (!parse_number(value, &number))
            option_refuse(option, "expected a decimal number, on or off");
        if (number < knobs[i].least || number > knobs[i].most) {
            char why[80];

            cms_snprintf(why, sizeof(why), "expected %u to %u", knobs[i].least, knobs[i].most);
            option_refuse(option, why);
        }
        *knob_field(&knobs[i]) = number;
        return;
    }
    option_refuse(option, "unknown firmware option");
}

void options_read(void)
{
    char text[OPTION_MAX + 1];

    cms.opt = cms_alloc(sizeof(*cms.opt));
    for (unsigned i = 0; i < KNOB_COUNT; i++)
        *knob_field(&knobs[i]) = knobs[i].standard;
    for (uint64_t n = 0;; n++) {
        struct host_request rq = {
            .op = HOST_OPTION,
            .arg = {n},
            .buffer = (uintptr_t)text,
            .length = OPTION_MAX,
        };

        if (proxy_call(&rq) != HOST_OK)
            return;
        text[rq.result < OPTION_MAX ? rq.result : OPTION_MAX] = 0;
        set_option(text);
    }
}
