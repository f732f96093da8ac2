/*
 * util.c - memory that is never freed by hand, growing arrays, byte buffers, the one way to fail.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ld/ld.h"

#define CHUNK ((size_t)1 << 20)

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
};

static struct chunk *chunks;
static const char *subject;

static struct chunk *chunk_add(size_t size)
{
    struct chunk *c = calloc(1, sizeof *c + size);

    if (!c)
        ld_fail("out of memory");
    c->size = size;
    c->next = chunks;
    chunks = c;
    return c;
}

void *ld_alloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        ld_fail("out of memory");
    bytes = (bytes + 15) & ~(size_t)15;
    if (!chunks || chunks->size - chunks->used < bytes)
        chunk_add(bytes > CHUNK ? bytes : CHUNK);
    void *p = chunks->bytes + chunks->used;
    chunks->used += bytes;
    return p;
}

char *ld_format(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *s = ld_alloc((size_t)n + 1, 1);
    va_start(ap, fmt);
    vsnprintf(s, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return s;
}

void *ld_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? 2 * *capacity : 256;
    void *moved = ld_alloc(*capacity, size);
    if (count)
        memcpy(moved, array, count * size);
    return moved;
}

void ld_subject(const char *file)
{
    subject = file;
}

static void complain(const char *kind, const char *fmt, va_list ap)
{
    fflush(stdout);
    fprintf(stderr, "vliw-ld: ");
    if (subject)
        fprintf(stderr, "%s: ", subject);
    fputs(kind, stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void ld_fail(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain("", fmt, ap);
    va_end(ap);
    exit(1);
}

void ld_bug(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain("internal error: ", fmt, ap);
    va_end(ap);
    exit(2);
}

void bytes_add(struct bytes *b, const void *data, size_t size)
{
    if (b->capacity - b->size < size) {
        size_t capacity = 2 * b->capacity + size + 64;
        uint8_t *moved = ld_alloc(capacity, 1);

        if (b->size)
            memcpy(moved, b->data, b->size);
        b->data = moved;
        b->capacity = capacity;
    }
    if (size)
        memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void bytes_little(struct bytes *b, uint64_t v, unsigned size)
{
    uint8_t raw[8];

    for (unsigned i = 0; i < size; i++)
        raw[i] = (uint8_t)(v >> (8 * i));
    bytes_add(b, raw, size);
}

void bytes_u8(struct bytes *b, unsigned v)
{
    bytes_little(b, v, 1);
}

void bytes_u16(struct bytes *b, unsigned v)
{
    bytes_little(b, v, 2);
}

void bytes_u32(struct bytes *b, uint32_t v)
{
    bytes_little(b, v, 4);
}

void bytes_u64(struct bytes *b, uint64_t v)
{
    bytes_little(b, v, 8);
}

void bytes_uleb(struct bytes *b, uint64_t v)
{
    do {
        bytes_u8(b, (v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        v >>= 7;
    } while (v);
}

void bytes_sleb(struct bytes *b, int64_t v)
{
    for (;;) {
        unsigned low = v & 0x7f;

        v = v < 0 ? ~(~v >> 7) : v >> 7;
        bool more = !((v == 0 && !(low & 0x40)) || (v == -1 && (low & 0x40)));
        bytes_u8(b, low | (more ? 0x80 : 0));
        if (!more)
            return;
    }
}
