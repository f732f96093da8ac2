/*
 * printf.c - formatted output of native programs.
 *
 * Each conversion knows how long it will be before it puts its first character, so that padding
 * needs no buffer.
 */
#include <stdbool.h>

#include "decimal.h"
#include "native.h"

struct sink {
    char *buf; /* NULL: the console */
    size_t size, count;
};

struct spec {
    bool left, zero, plus, space, alternate;
    char conversion;
    int width, precision, size; /* precision -1: none given; bytes of an integer */
};

static void put(struct sink *s, char c)
{
    if (!s->buf)
        putchar(c);
    else if (s->count + 1 < s->size)
        s->buf[s->count] = c;
    s->count++;
}

static void pad(struct sink *s, int count, char c)
{
    while (count-- > 0)
        put(s, c);
}

/* What stands before a conversion of `length` characters. Returns the blanks that stand behind. */
static int put_before(struct sink *s, const struct spec *f, const char *prefix, int length)
{
    int fill = f->width - (int)strlen(prefix) - length;

    if (!f->left && !f->zero)
        pad(s, fill, ' ');
    while (*prefix)
        put(s, *prefix++);
    if (!f->left && f->zero)
        pad(s, fill, '0');
    return f->left ? fill : 0;
}

static void put_text(struct sink *s, struct spec *f, const char *prefix, const char *text,
                     int length)
{
    f->zero = false;
    int behind = put_before(s, f, prefix, length);
    for (int i = 0; i < length; i++)
        put(s, text[i]);
    pad(s, behind, ' ');
}

static void put_string(struct sink *s, struct spec *f, const char *text)
{
    int n = 0;

    while (n != f->precision && text[n])
        n++;
    put_text(s, f, "", text, n);
}

static const char *sign_of(const struct spec *f, bool negative)
{
    return negative ? "-" : f->plus ? "+" : f->space ? " " : "";
}

/* ---------------------------------------------------------------- integers */

static void put_number(struct sink *s, struct spec *f, uint64_t v, unsigned base,
                       const char *prefix)
{
    const char *digits = f->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int n = 0;

    for (; v; v /= base)
        text[n++] = digits[v % base];
    int zeros = (f->precision < 0 ? 1 : f->precision) - n;
    if (f->alternate && base == 8 && zeros <= 0)
        zeros = 1;
    if (zeros < 0)
        zeros = 0;
    if (f->precision >= 0)
        f->zero = false;
    int behind = put_before(s, f, prefix, zeros + n);
    pad(s, zeros, '0');
    while (n)
        put(s, text[--n]);
    pad(s, behind, ' ');
}

static uint64_t unsigned_arg(const struct spec *f, va_list *ap)
{
    if (f->size == 8)
        return va_arg(*ap, uint64_t);
    uint64_t v = va_arg(*ap, unsigned);
    return f->size == 4 ? v : f->size == 2 ? (uint16_t)v : (uint8_t)v;
}

static int64_t signed_arg(const struct spec *f, va_list *ap)
{
    if (f->size == 8)
        return va_arg(*ap, int64_t);
    int v = va_arg(*ap, int);
    return f->size == 4 ? v : f->size == 2 ? (int16_t)v : (int8_t)v;
}

/* ---------------------------------------------------------------- floating point */

static int greater(int a, int b)
{
    return a > b ? a : b;
}

/* Digits from that of ten to the power `from` on, a point behind the units' place `unit`. */
static void put_digits(struct sink *s, const struct spec *f, const struct decimal *d, int from,
                       int unit, int precision)
{
    for (int power = from; power >= unit - precision; power--) {
        put(s, (char)('0' + decimal_digit(d, power)));
        if (power == unit && (precision || f->alternate))
            put(s, '.');
    }
}

static void put_exponent(struct sink *s, const struct spec *f, int exponent)
{
    int v = exponent < 0 ? -exponent : exponent;

    put(s, f->conversion < 'a' ? 'E' : 'e');
    put(s, exponent < 0 ? '-' : '+');
    if (v >= 100)
        put(s, (char)('0' + v / 100));
    put(s, (char)('0' + v / 10 % 10));
    put(s, (char)('0' + v % 10));
}

static void put_finite(struct sink *s, const struct spec *f, uint64_t bits, const char *sign)
{
    struct decimal d;
    int precision = f->precision < 0 ? 6 : f->precision, style = f->conversion | 0x20;

    if (style == 'g')
        precision = greater(precision, 1);
    decimal_expand(&d, bits);
    if (style == 'f')
        decimal_round(&d, d.point + precision);
    else if (style == 'e')
        decimal_round(&d, precision + 1);
    else
        decimal_round(&d, precision);
    int exponent = d.count ? d.point - 1 : 0;
    if (style == 'g') {
        bool fixed = exponent >= -4 && exponent < precision;
        int needed = greater(0, d.count - 1 - (fixed ? exponent : 0));

        style = fixed ? 'f' : 'e';
        precision -= 1 + (fixed ? exponent : 0);
        if (!f->alternate && precision > needed)
            precision = needed;
    }
    int unit = style == 'e' ? exponent : 0, from = greater(exponent, unit);
    int length = from - unit + 1 + precision + (precision || f->alternate);
    if (style == 'e')
        length += exponent > -100 && exponent < 100 ? 4 : 5;
    int behind = put_before(s, f, sign, length);
    put_digits(s, f, &d, from, unit, precision);
    if (style == 'e')
        put_exponent(s, f, exponent);
    pad(s, behind, ' ');
}

static void put_real(struct sink *s, struct spec *f, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    const char *sign = sign_of(f, bits >> 63);
    bool small = f->conversion >= 'a';
    if ((bits >> 52 & 0x7ff) != 0x7ff)
        put_finite(s, f, bits, sign);
    else if (bits << 12)
        put_text(s, f, sign, small ? "nan" : "NAN", 3);
    else
        put_text(s, f, sign, small ? "inf" : "INF", 3);
}

/* ---------------------------------------------------------------- formats */

static const char *read_flags(const char *fmt, struct spec *f)
{
    for (;; fmt++) {
        switch (*fmt) {
        case '-': f->left = true; break;
        case '0': f->zero = true; break;
        case '+': f->plus = true; break;
        case ' ': f->space = true; break;
        case '#': f->alternate = true; break;
        default: return fmt;
        }
    }
}

static const char *read_count(const char *fmt, int *count, va_list *ap)
{
    if (*fmt == '*') {
        *count = va_arg(*ap, int);
        return fmt + 1;
    }
    for (*count = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
        *count = 10 * *count + *fmt - '0';
    return fmt;
}

/* Returns where the conversion's letter is. */
static const char *read_spec(const char *fmt, struct spec *f, va_list *ap)
{
    *f = (struct spec){.precision = -1, .size = 4};
    fmt = read_count(read_flags(fmt, f), &f->width, ap);
    if (f->width < 0) {
        f->left = true;
        f->width = -f->width;
    }
    if (*fmt == '.')
        fmt = read_count(fmt + 1, &f->precision, ap);
    if (f->precision < 0)
        f->precision = -1;
    for (;; fmt++) {
        if (*fmt == 'l' || *fmt == 'j' || *fmt == 'z' || *fmt == 't')
            f->size = 8;
        else if (*fmt == 'h')
            f->size /= 2;
        else
            break;
    }
    f->conversion = *fmt;
    return fmt;
}

static void format(struct sink *s, const char *fmt, va_list *ap)
{
    struct spec f;

    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(s, *fmt);
            continue;
        }
        fmt = read_spec(fmt + 1, &f, ap);
        switch (*fmt) {
        case 'd':
        case 'i': {
            int64_t v = signed_arg(&f, ap);
            put_number(s, &f, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, sign_of(&f, v < 0));
            break;
        }
        case 'u': put_number(s, &f, unsigned_arg(&f, ap), 10, ""); break;
        case 'o': put_number(s, &f, unsigned_arg(&f, ap), 8, ""); break;
        case 'x':
        case 'X': {
            uint64_t v = unsigned_arg(&f, ap);
            put_number(s, &f, v, 16, !f.alternate || !v ? "" : *fmt == 'x' ? "0x" : "0X");
            break;
        }
        case 'p': put_number(s, &f, (uintptr_t)va_arg(*ap, void *), 16, "0x"); break;
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G': put_real(s, &f, va_arg(*ap, double)); break;
        case 'c': {
            char c = (char)va_arg(*ap, int);
            put_text(s, &f, "", &c, 1);
            break;
        }
        case 's': put_string(s, &f, va_arg(*ap, const char *)); break;
        case '%': put(s, '%'); break;
        default: return;
        }
    }
}

int vprintf(const char *fmt, va_list ap)
{
    struct sink s = {0};
    va_list copy;

    va_copy(copy, ap);
    format(&s, fmt, &copy);
    va_end(copy);
    return (int)s.count;
}

int printf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vprintf(fmt, ap);
    va_end(ap);
    return n;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    char none[1];
    struct sink s = {size ? buf : none, size, 0};
    va_list copy;

    va_copy(copy, ap);
    format(&s, fmt, &copy);
    va_end(copy);
    if (size)
        buf[s.count < size ? s.count : size - 1] = 0;
    return (int)s.count;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}
