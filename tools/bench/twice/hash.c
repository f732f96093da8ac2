/*
 * hash.c - a table with open addressing, by numbers and by words; keys are put in, found, removed.
 */
#include "bench.h"

#define SLOTS 4096
#define NUMBERS 2500
#define WORDS 700
#define LONGEST 12

const unsigned bench_rounds = 18, bench_warm_rounds = 100;

static uint32_t table[SLOTS];
static uint16_t words_at[SLOTS];
static char word[WORDS][LONGEST];

void bench_setup(void)
{
    uint32_t x = 2463534242u;

    for (int i = 0; i < WORDS; i++) {
        unsigned length = 3 + bench_random(&x) % (LONGEST - 4);

        for (unsigned c = 0; c < length; c++)
            word[i][c] = (char)('a' + bench_random(&x) % 26);
    }
}

static uint32_t slot_of(uint32_t key)
{
    return key * 0x9e3779b1u >> 20;
}

static void put(uint32_t key)
{
    uint32_t i = slot_of(key);

    while (table[i] && table[i] != key)
        i = (i + 1) % SLOTS;
    table[i] = key;
}

static int has(uint32_t key)
{
    uint32_t i = slot_of(key);
    int steps = 1;

    for (; table[i]; i = (i + 1) % SLOTS, steps++)
        if (table[i] == key)
            return steps;
    return -steps;
}

/* Keys behind the gap that could not be found any more move into it. */
static void drop(uint32_t key)
{
    uint32_t gap = slot_of(key);

    while (table[gap] != key) {
        if (!table[gap])
            return;
        gap = (gap + 1) % SLOTS;
    }
    for (uint32_t i = (gap + 1) % SLOTS; table[i]; i = (i + 1) % SLOTS) {
        if ((i - slot_of(table[i])) % SLOTS < (i - gap) % SLOTS)
            continue;
        table[gap] = table[i];
        gap = i;
    }
    table[gap] = 0;
}

static uint32_t hash_word(const char *s)
{
    uint32_t h = 2166136261u;

    while (*s)
        h = (h ^ (uint8_t)*s++) * 16777619u;
    return h;
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static uint32_t numbers(uint32_t sum)
{
    uint32_t x = sum | 1, first = x;

    memset(table, 0, sizeof table);
    for (int i = 0; i < NUMBERS; i++)
        put(bench_random(&x) | 1);
    x = first;
    for (int i = 0; i < NUMBERS; i++) {
        uint32_t key = bench_random(&x);

        sum += (uint32_t)(has(key | 1) * 5 + has(key & ~1u));
        if (i % 4 == 0)
            drop(key | 1);
    }
    x = first;
    for (int i = 0; i < NUMBERS; i++)
        sum = bench_mix(sum, (uint32_t)has(bench_random(&x) | 1));
    return sum;
}

static uint32_t words(uint32_t sum)
{
    memset(words_at, 0, sizeof words_at);
    for (int pass = 0; pass < 2; pass++) {
        for (int n = 0; n < WORDS; n++) {
            uint32_t i = hash_word(word[n]) % SLOTS;

            while (words_at[i] && !same(word[words_at[i] - 1], word[n]))
                i = (i + 1) % SLOTS;
            sum = bench_mix(sum, words_at[i] + i);
            words_at[i] = (uint16_t)(n + 1);
        }
    }
    return sum;
}

uint32_t bench_round(uint32_t sum)
{
    return words(numbers(sum));
}
