/* torture.c - what GCC's torture programs call and the small native library has not. */
#include "torture.h"

void abort(void)
{
    exit(134);
}

void *calloc(size_t count, size_t size)
{
    void *p = malloc(count * size);

    return memset(p, 0, count * size);
}

void *realloc(void *old, size_t size)
{
    void *p = malloc(size);

    return old ? memcpy(p, old, size) : p;
}

/* By insertion: the programs sort little. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *first = base, *end = first + count * size;

    for (char *next = first; next < end; next += size)
        for (char *at = next; at > first && compare(at - size, at) > 0; at -= size)
            for (size_t i = 0; i < size; i++) {
                char c = at[i];
                at[i] = *(at + i - size);
                *(at + i - size) = c;
            }
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (; size; size--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!*a)
            break;
    }
    return 0;
}

char *strncpy(char *to, const char *s, size_t size)
{
    size_t i = 0;

    for (; i < size && s[i]; i++)
        to[i] = s[i];
    for (; i < size; i++)
        to[i] = 0;
    return to;
}

char *strcat(char *to, const char *s)
{
    strcpy(to + strlen(to), s);
    return to;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    for (;; s++) {
        if (*s == (char)c)
            last = s;
        if (!*s)
            return (char *)last;
    }
}

void *memchr(const void *p, int c, size_t size)
{
    for (const unsigned char *s = p; size; size--, s++)
        if (*s == (unsigned char)c)
            return (void *)s;
    return NULL;
}

int abs(int x)
{
    return x < 0 ? -x : x;
}

long labs(long x)
{
    return x < 0 ? -x : x;
}

int sprintf(char *buf, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(buf, 1 << 16, fmt, ap);
    va_end(ap);
    return n;
}

int vfprintf(FILE *to, const char *fmt, va_list ap)
{
    return to == stdout ? vprintf(fmt, ap) : vsnprintf(NULL, 0, fmt, ap);
}

int fprintf(FILE *to, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vfprintf(to, fmt, ap);
    va_end(ap);
    return n;
}

int fputs(const char *s, FILE *to)
{
    return fprintf(to, "%s", s);
}

int fputc(int c, FILE *to)
{
    return to == stdout ? putchar(c) : (unsigned char)c;
}

size_t fwrite(const void *p, size_t size, size_t count, FILE *to)
{
    const char *s = p;

    for (size_t i = 0; i < size * count; i++)
        fputc(s[i], to);
    return count;
}

int isprint(int c)
{
    return c >= ' ' && c <= '~';
}

/* No signal ever comes. */
void (*signal(int number, void (*handler)(int)))(int)
{
    (void)number;
    (void)handler;
    return NULL;
}

float fmaxf(float a, float b)
{
    return a > b || b != b ? a : b;
}

double fmax(double a, double b)
{
    return a > b || b != b ? a : b;
}

long double fmaxl(long double a, long double b)
{
    return a > b || b != b ? a : b;
}
