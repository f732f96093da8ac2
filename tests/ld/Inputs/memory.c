/* memory.c - stores and loads that touch each other in every way the scheduler could get wrong. */
#include "test.h"

union mix {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t w[4];
    uint64_t d[2];
};

struct bits {
    unsigned a : 3, b : 7, c : 1;
    int d : 13;
    uint64_t e : 37;
    signed f : 5;
};

static NOINLINE uint64_t through(uint64_t *p, uint32_t *q, uint8_t *r)
{
    uint64_t s;

    *p = 0x1122334455667788;
    *q = 0xdeadbeef;
    s = *p;
    *r = 0x5a;
    s = s * 3 + *q;
    *p += s;
    r[1] = (uint8_t)s;
    return *p ^ *q ^ r[0];
}

static NOINLINE void copy_overlapping(char *a, const char *b, int n)
{
    for (int i = 0; i < n; i++)
        a[i] = b[i];
}

static NOINLINE uint64_t frame(int n)
{
    volatile uint64_t v[8];
    uint64_t w[8];
    uint64_t *p = w + (n & 3);

    for (int i = 0; i < 8; i++)
        v[i] = w[i] = (uint64_t)(i * n);
    p[1] = 99;
    v[n & 7] = 5;
    w[2] += p[0] + v[3];
    p[2] -= w[2];
    return w[0] + 2 * w[1] + 3 * w[2] + 5 * w[3] + 7 * w[4] + 11 * w[5] + v[0] + v[7];
}

static NOINLINE uint64_t unaligned(const char *p)
{
    uint64_t d;
    uint32_t w;
    uint16_t h;

    memcpy(&d, p + 1, 8);
    memcpy(&w, p + 3, 4);
    memcpy(&h, p + 5, 2);
    return d ^ (uint64_t)w << 7 ^ h;
}

static int global_counter;
static int *const counter_pointer = &global_counter;

static NOINLINE int counters(int *p, int n)
{
    int before = global_counter;

    *p = n;
    global_counter++;
    *p += 2;
    return before * 1000 + global_counter;
}

static NOINLINE void swap_list(int **a, int **b)
{
    int *t = *a;

    *a = *b;
    *b = t;
    **a += 1;
    **b *= 2;
}

int main(void)
{
    union mix m = {.d = {0x0102030405060708, 0x1112131415161718}};
    char text[40] = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct bits f = {5, 100, 1, -3000, 0x1555555555, -9};
    int x = 4, y = 5, *px = &x, *py = &y;

    m.h[1] = 0xffff;
    m.b[5] = 0x77;
    m.w[3] += m.w[0];
    test_show("mix", m.d[0]);
    test_show("mix", m.d[1]);
    test_show("apart", through(&m.d[0], &m.w[2], &m.b[14]));
    test_show("same", through(&m.d[0], &m.w[1], &m.b[5]));
    test_show("same", through(&m.d[1], &m.w[2], &m.b[8]));
    copy_overlapping(text + 3, text, 20);
    puts(text);
    copy_overlapping(text, text + 1, 30);
    puts(text);
    for (int i = 0; i < 9; i++)
        test_show("frame", frame(i));
    test_show("unaligned", unaligned(text));
    f.b += 50;
    f.d >>= 2;
    f.e = f.e * 3;
    f.f++;
    printf("%u %u %u %d %u %d\n", f.a, f.b, f.c, f.d, (unsigned)f.e, f.f);
    printf("%d\n", counters(&x, 7));
    printf("%d\n", counters(counter_pointer, 70));
    swap_list(&px, &py);
    swap_list(&px, &px);
    printf("%d %d %d %d\n", x, y, *px, *py);
    return 0;
}
