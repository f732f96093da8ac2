/*
 * io.c - output, exit and memory of native programs, by way of the host port.
 */
#include <stdbool.h>

#include "hidden-mem/hostport.h"
#include "isa_intrinsics.h"
#include "native.h"

#define LINE 256

static struct {
    char text[LINE];
    size_t used;
} out;

static void host(unsigned op, uint64_t arg0, uint64_t arg1, const void *buffer, size_t length)
{
    struct host_request rq = {
        .op = op, .arg = {arg0, arg1}, .buffer = (uintptr_t)buffer, .length = length};

    vx_mtsr(SR_HOST_REQ, (uintptr_t)&rq);
}

static void flush(void)
{
    if (out.used)
        host(HOST_CON_WRITE, 0, 0, out.text, out.used);
    out.used = 0;
}

void exit(int status)
{
    static const char reason[] = "exit";

    flush();
    host(HOST_EXIT, HOST_EXIT_DEBUG, (uint64_t)(int64_t)status, reason, sizeof reason - 1);
    for (;;)
        vx_halt();
}

int putchar(int c)
{
    out.text[out.used++] = (char)c;
    if (c == '\n' || out.used == LINE)
        flush();
    return (unsigned char)c;
}

int puts(const char *s)
{
    while (*s)
        putchar(*s++);
    return putchar('\n');
}

/* ---------------------------------------------------------------- printf */

struct sink {
    char *buf; /* NULL: the console */
    size_t size, count;
};

static void put(struct sink *s, char c)
{
    if (!s->buf)
        putchar(c);
    else if (s->count + 1 < s->size)
        s->buf[s->count] = c;
    s->count++;
}

struct spec {
    bool left, zero, plus;
    int width, precision, size; /* bytes of an integer */
};

static void pad(struct sink *s, int count, char c)
{
    while (count-- > 0)
        put(s, c);
}

static void put_number(struct sink *s, const struct spec *f, uint64_t v, unsigned base,
                       const char *digits, const char *sign)
{
    char text[24];
    int n = 0, signs = (int)strlen(sign);

    do
        text[n++] = digits[v % base];
    while (v /= base);
    int fill = f->width - n - signs;
    if (!f->left && !f->zero)
        pad(s, fill, ' ');
    while (*sign)
        put(s, *sign++);
    if (!f->left && f->zero)
        pad(s, fill, '0');
    while (n)
        put(s, text[--n]);
    if (f->left)
        pad(s, fill, ' ');
}

static void put_string(struct sink *s, const struct spec *f, const char *text)
{
    int n = 0;

    while (text[n] && n != f->precision)
        n++;
    if (!f->left)
        pad(s, f->width - n, ' ');
    for (int i = 0; i < n; i++)
        put(s, text[i]);
    if (f->left)
        pad(s, f->width - n, ' ');
}

static const char *read_spec(const char *fmt, struct spec *f, va_list *ap)
{
    *f = (struct spec){.precision = -1, .size = 4};
    for (;; fmt++) {
        if (*fmt == '-')
            f->left = true;
        else if (*fmt == '0')
            f->zero = true;
        else if (*fmt == '+')
            f->plus = true;
        else
            break;
    }
    if (*fmt == '*') {
        f->width = va_arg(*ap, int);
        fmt++;
    }
    while (*fmt >= '0' && *fmt <= '9')
        f->width = 10 * f->width + *fmt++ - '0';
    if (*fmt == '.') {
        f->precision = 0;
        if (*++fmt == '*') {
            f->precision = va_arg(*ap, int);
            fmt++;
        }
        while (*fmt >= '0' && *fmt <= '9')
            f->precision = 10 * f->precision + *fmt++ - '0';
    }
    for (;; fmt++) {
        if (*fmt == 'l' || *fmt == 'z' || *fmt == 't')
            f->size = 8;
        else if (*fmt == 'h')
            f->size /= 2;
        else
            return fmt;
    }
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
            put_number(s, &f, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, "0123456789",
                       v < 0    ? "-"
                       : f.plus ? "+"
                                : "");
            break;
        }
        case 'u': put_number(s, &f, unsigned_arg(&f, ap), 10, "0123456789", ""); break;
        case 'o': put_number(s, &f, unsigned_arg(&f, ap), 8, "01234567", ""); break;
        case 'x': put_number(s, &f, unsigned_arg(&f, ap), 16, "0123456789abcdef", ""); break;
        case 'X': put_number(s, &f, unsigned_arg(&f, ap), 16, "0123456789ABCDEF", ""); break;
        case 'p':
            put_number(s, &f, (uintptr_t)va_arg(*ap, void *), 16, "0123456789abcdef", "0x");
            break;
        case 'c': put(s, (char)va_arg(*ap, int)); break;
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

/* ---------------------------------------------------------------- memory */

extern char __text_end[];

void *malloc(size_t size)
{
    static uintptr_t next;

    if (!next)
        next = ((uintptr_t)__text_end + 15) & ~(uintptr_t)15;
    uintptr_t p = next;
    next += (size + 15) & ~(size_t)15;
    return (void *)p;
}

void free(void *p)
{
    (void)p;
}
