/*
 * format.c - printf for a firmware: flags `-` and `0`, width and precision (numbers or *), sizes h
 * hh l ll z, and the conversions d i u x X c s p %. Anything else comes out as it stands.
 */
#include <stdarg.h>

#include "cms.h"
#include "lib/lib.h"

/* Where the text goes; `length` counts what would have been written had there been room. */
struct sink {
    char *buf;
    size_t size, length;
};

struct spec {
    bool left, zero;
    int width;
    int precision; /* -1: none */
    int longs;     /* 1 or more: 64-bit */
};

static void sink_put(struct sink *out, char c)
{
    if (out->length + 1 < out->size)
        out->buf[out->length] = c;
    out->length++;
}

static void sink_pad(struct sink *out, char c, int n)
{
    while (n-- > 0)
        sink_put(out, c);
}

static void format_text(struct sink *out, const struct spec *spec, const char *text, size_t length)
{
    int pad = spec->width - (int)length;

    if (!spec->left)
        sink_pad(out, ' ', pad);
    for (size_t i = 0; i < length; i++)
        sink_put(out, text[i]);
    if (spec->left)
        sink_pad(out, ' ', pad);
}

static void format_string(struct sink *out, const struct spec *spec, const char *text)
{
    size_t length = 0;

    if (!text)
        text = "(null)";
    while ((spec->precision < 0 || length < (size_t)spec->precision) && text[length])
        length++;
    format_text(out, spec, text, length);
}

/* `prefix` (a sign, 0x) goes before the zeros that fill the width. */
static void format_number(struct sink *out, const struct spec *spec, uint64_t value, unsigned base,
                          bool capitals, const char *prefix)
{
    const char *digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int n = 0, prefixed = (int)strlen(prefix);

    do
        text[n++] = digits[value % base];
    while ((value /= base) != 0);
    int zeros = spec->precision - n;
    if (spec->precision < 0)
        zeros = spec->zero && !spec->left ? spec->width - prefixed - n : 0;
    if (zeros < 0)
        zeros = 0;
    int pad = spec->width - prefixed - zeros - n;
    if (!spec->left)
        sink_pad(out, ' ', pad);
    while (*prefix)
        sink_put(out, *prefix++);
    sink_pad(out, '0', zeros);
    while (n > 0)
        sink_put(out, text[--n]);
    if (spec->left)
        sink_pad(out, ' ', pad);
}

static const char *spec_parse(const char *fmt, struct spec *spec, va_list *args)
{
    *spec = (struct spec){.precision = -1};
    for (;; fmt++) {
        if (*fmt == '-')
            spec->left = true;
        else if (*fmt == '0')
            spec->zero = true;
        else
            break;
    }
    int *number = &spec->width;
    for (;; fmt++) {
        if (*fmt == '*') {
            *number = va_arg(*args, int);
        } else if (*fmt >= '0' && *fmt <= '9') {
            *number = *number * 10 + (*fmt - '0');
        } else if (*fmt == '.' && number == &spec->width) {
            number = &spec->precision;
            *number = 0;
        } else {
            break;
        }
    }
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    for (;; fmt++) {
        if (*fmt == 'l' || *fmt == 'z')
            spec->longs++;
        else if (*fmt != 'h')
            return fmt;
    }
}

size_t format_va(char *buf, size_t size, const char *fmt, va_list *args)
{
    struct sink out = {buf, size, 0};
    struct spec spec;

    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            sink_put(&out, *fmt);
            continue;
        }
        fmt = spec_parse(fmt + 1, &spec, args);
        switch (*fmt) {
        case 'd':
        case 'i': {
            int64_t v = spec.longs ? va_arg(*args, int64_t) : va_arg(*args, int);
            uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
            format_number(&out, &spec, magnitude, 10, false, v < 0 ? "-" : "");
            break;
        }
        case 'u':
        case 'x':
        case 'X': {
            uint64_t v = spec.longs ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
            format_number(&out, &spec, v, *fmt == 'u' ? 10 : 16, *fmt == 'X', "");
            break;
        }
        case 'p':
            format_number(&out, &spec, (uintptr_t)va_arg(*args, void *), 16, false, "0x");
            break;
        case 'c': {
            char c = (char)va_arg(*args, int);
            format_text(&out, &spec, &c, 1);
            break;
        }
        case 's': format_string(&out, &spec, va_arg(*args, const char *)); break;
        case '\0': fmt--; break;
        default: sink_put(&out, *fmt);
        }
    }
    if (size > 0)
        buf[out.length < size ? out.length : size - 1] = '\0';
    return out.length;
}

int cms_snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    size_t n = format_va(buf, size, fmt, &args);
    va_end(args);
    return (int)n;
}
