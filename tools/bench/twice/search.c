/* search.c - words looked for in a text: letter by letter, by skipping (Horspool), and by a machine
 * of states (Knuth, Morris, Pratt). */
#include "bench.h"

#define SIZE 4000
#define WORDS 6
#define LONGEST 16

const unsigned bench_rounds = 12, bench_warm_rounds = 100;

static char text[SIZE + 1];
static const char *const word[WORDS] = {"abcab",    "hidden", "cabbage",
                                        "aabbaabb", "ba",     "deadfacebead"};

void bench_setup(void)
{
    uint32_t x = 314159265;

    for (int i = 0; i < SIZE; i++)
        text[i] = (char)('a' + bench_random(&x) % 5);
    for (int i = 100; i < SIZE - LONGEST; i += 377) {
        const char *w = word[(unsigned)i % WORDS];

        for (int n = 0; w[n]; n++)
            text[i + n] = w[n];
    }
}

static int length_of(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return (int)(p - s);
}

static uint32_t by_letter(const char *w)
{
    uint32_t found = 0;

    for (const char *at = text; *at; at++) {
        const char *p = at, *q = w;

        while (*q && *p == *q)
            p++, q++;
        if (!*q)
            found += (uint32_t)(at - text);
    }
    return found;
}

static uint32_t by_skipping(const char *w)
{
    uint8_t skip[256];
    int length = length_of(w);
    uint32_t found = 0;

    memset(skip, length, sizeof skip);
    for (int i = 0; i < length - 1; i++)
        skip[(uint8_t)w[i]] = (uint8_t)(length - 1 - i);
    for (int at = 0; at <= SIZE - length; at += skip[(uint8_t)text[at + length - 1]]) {
        int i = length - 1;

        while (i >= 0 && text[at + i] == w[i])
            i--;
        if (i < 0)
            found += (uint32_t)at;
    }
    return found;
}

static uint32_t by_states(const char *w)
{
    int8_t back[LONGEST + 1];
    int length = length_of(w), state = 0;
    uint32_t found = 0;

    back[0] = -1;
    for (int i = 0, j = -1; i < length;) {
        while (j >= 0 && w[i] != w[j])
            j = back[j];
        back[++i] = (int8_t)++j;
    }
    for (int i = 0; i < SIZE; i++) {
        while (state >= 0 && text[i] != w[state])
            state = back[state];
        if (++state == length) {
            found += (uint32_t)(i - length + 1);
            state = back[state];
        }
    }
    return found;
}

uint32_t bench_round(uint32_t sum)
{
    for (int i = 0; i < WORDS; i++) {
        uint32_t found = by_letter(word[i]);

        if (by_skipping(word[i]) != found || by_states(word[i]) != found)
            return 0xbad;
        sum = bench_mix(sum, found);
    }
    text[sum % SIZE] = (char)('a' + sum % 3);
    return sum;
}
