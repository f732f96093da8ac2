/*
 * printf.c - the native library's printf: integers and texts in all shapes, doubles that are hard
 * to print.
 */
#include "test.h"

static const char *const real_formats[] = {
    "%f|", "%.0f|", "%#.0f|", "%.17g|", "%e|", "%.0e|", "%#.8G|", "%-+24.3E|", "% 024.9f|", "%.2g|",
};
static const char *const integer_formats[] = {
    "%d|",   "%5i|",   "%-5d|",  "%05d|",   "%+d|",   "% d|",   "%.3d|",  "%08.3d|",
    "%.0d|", "%hhd|",  "%hd|",   "%u|",     "%x|",    "%#x|",   "%#10X|", "%o|",
    "%#o|",  "%#.0o|", "%-#8o|", "%#010x|", "%#hho|", "%#hhx|", "%12u|",
};
static const int integers[] = {0, 1, -1, 7, 8, 255, -256, 99999, 2147483647, -2147483647 - 1};
static const uint64_t reals[] = {
    0x0000000000000000, /* 0 */
    0x8000000000000000, /* -0 */
    0x0000000000000001, /* the smallest */
    0x000fffffffffffff, /* the largest that is not normal: most digits */
    0x7fefffffffffffff, /* the largest */
    0x7ff0000000000000, /* infinite */
    0xfff0000000000000, /* infinite, below 0 */
    0x7ff8000000000000, /* not a number */
    0x3fe0000000000000, /* 0.5, 1.5, 2.5: halves go to the even neighbour */
    0x3ff8000000000000, 0x4004000000000000, 0x4023ffffffffffff, /* 10 but for the last bit */
    0x40c3880000000000,                                         /* 10000 */
    0x412e847fc0000000, /* 999999.875: a digit more by rounding */
    0x3f1a36e2eb1c432d, /* 0.0001, where %g changes its form, and a little less */
    0x3f1a36e2eb1c432c, 0x4340000000000001, /* 2^53 and on */
    0x54b249ad2594c37d,                     /* 1e100, exponents of three digits */
    0x2b2bff2ee48e0530,                     /* 1e-100 */
};

static void show(uint64_t bits)
{
    double v;

    memcpy(&v, &bits, sizeof v);
    for (unsigned i = 0; i < sizeof real_formats / sizeof real_formats[0]; i++)
        printf(real_formats[i], v);
    printf("%*.*f\n", -12, 2, v);
}

int main(void)
{
    uint64_t random = 88172645463325252;
    char small[6];

    for (unsigned f = 0; f < sizeof integer_formats / sizeof integer_formats[0]; f++) {
        for (unsigned i = 0; i < sizeof integers / sizeof integers[0]; i++)
            printf(integer_formats[f], integers[i]);
        putchar('\n');
    }
    printf("%ld|%lx|%zu|%lld|%jd\n", INT64_MIN, -1L, (size_t)-1, 123456789012345678LL, INT64_MAX);
    printf("%5c|%-5c|%5s|%-5s|%.2s|%-5.1s|%%|%p\n", 'a', 'b', "cd", "ef", "ghi", "jkl", (void *)99);
    printf("%d ", snprintf(small, sizeof small, "%.3f", 1234.5));
    puts(small);
    for (unsigned i = 0; i < sizeof reals / sizeof reals[0]; i++)
        show(reals[i]);
    for (int i = 0; i < 8; i++)
        show(test_random(&random));
    for (uint64_t i = 0; i < 16; i++) /* about 1 */
        show((test_random(&random) >> 9) + ((1000 + 3 * i) << 52));
    return 0;
}
