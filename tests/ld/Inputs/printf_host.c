/*
 * printf_host.c - the native library's printf, built for the host, against the C library's: random
 * doubles of all sizes and near numbers with few digits, random shapes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int native_snprintf(char *buf, size_t size, const char *fmt, ...);

static uint64_t state = 88172645463325252;

static uint64_t below(uint64_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % limit;
}

static double value(void)
{
    double v;
    uint64_t bits = below(UINT64_MAX);

    switch (below(4)) {
    case 0: memcpy(&v, &bits, sizeof v); return v;
    case 1: return (double)(int64_t)bits / (double)((uint64_t)1 << below(63));
    case 2: return (double)below(100000) / 8;
    default: {
        char text[32];

        snprintf(text, sizeof text, "%de%d", (int)below(1000), (int)below(640) - 325);
        return strtod(text, NULL);
    }
    }
}

int main(void)
{
    for (int i = 0; i < 100000; i++) {
        char fmt[32] = "%", expected[1600], got[1600];
        double v = value();

        for (const char *flag = "-+ #0"; *flag; flag++)
            if (!below(4))
                strncat(fmt, flag, 1);
        strcat(fmt, "*.*");
        strncat(fmt, &"fegFEG"[below(6)], 1);
        int width = (int)below(60) - 30, precision = (int)below(below(16) ? 24 : 1100) - 1;
        int length = snprintf(expected, sizeof expected, fmt, width, precision, v);
        if (native_snprintf(got, sizeof got, fmt, width, precision, v) != length ||
            strcmp(expected, got) != 0) {
            printf("%s, %d, %d, %a: \"%s\", not \"%s\"\n", fmt, width, precision, v, got, expected);
            return 1;
        }
    }
    return 0;
}
