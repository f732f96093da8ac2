/* compress.c - repetitions found through chains of equal hashes, packed, unpacked and compared. */
#include "bench.h"

#define SIZE 12000
#define LEAST 4
#define MOST 130
#define TRIES 8
#define HASHES 2048
#define NOWHERE 0xffff

const unsigned bench_rounds = 12, bench_warm_rounds = 60;

static uint8_t text[SIZE], packed[2 * SIZE], again[SIZE];
static uint16_t last[HASHES], before[SIZE];

void bench_setup(void)
{
    static const char *const part[] = {"the ", "bundle", "s and ", "trans", "lation ", "of a ",
                                       "register", ". ", "is ", "what ", "it ", "was\n"};
    uint32_t x = 362436069;
    int i = 0;

    while (i < SIZE) {
        const char *s = part[bench_random(&x) % 12];

        while (*s && i < SIZE)
            text[i++] = (uint8_t)*s++;
        if (i < SIZE && bench_random(&x) % 5 == 0)
            text[i++] = (uint8_t)bench_random(&x);
    }
}

static uint32_t hash_at(const uint8_t *p)
{
    uint32_t w = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;

    return w * 2654435761u >> 21;
}

static void enter(const uint8_t *in, unsigned i)
{
    uint32_t slot = hash_at(in + i);

    before[i] = last[slot];
    last[slot] = (uint16_t)i;
}

/* The longest repetition of what stands at i. */
static unsigned longest(const uint8_t *in, unsigned size, unsigned i, unsigned *from)
{
    unsigned best = 0, most = size - i < MOST ? size - i : MOST;
    unsigned at = last[hash_at(in + i)];

    for (int tries = TRIES; at != NOWHERE && tries > 0; tries--, at = before[at]) {
        unsigned length = 0;

        while (length < most && in[at + length] == in[i + length])
            length++;
        if (length > best) {
            best = length;
            *from = at;
        }
    }
    return best;
}

/* A byte below 128 begins that many literals + 1; another a repetition, with a distance. */
static unsigned pack(const uint8_t *in, unsigned size, uint8_t *out)
{
    uint8_t *to = out, *run = NULL;

    memset(last, 0xff, sizeof last);
    for (unsigned i = 0; i < size;) {
        unsigned from = 0, length = i + LEAST <= size ? longest(in, size, i, &from) : 0;

        if (length < LEAST) {
            if (!run || *run == 127) {
                run = to++;
                *run = 0;
            } else {
                ++*run;
            }
            if (i + LEAST <= size)
                enter(in, i);
            *to++ = in[i++];
            continue;
        }
        run = NULL;
        *to++ = (uint8_t)(128 + length - LEAST);
        *to++ = (uint8_t)(i - from);
        *to++ = (uint8_t)((i - from) >> 8);
        for (unsigned end = i + length; i < end; i++)
            if (i + LEAST <= size)
                enter(in, i);
    }
    return (unsigned)(to - out);
}

static unsigned unpack(const uint8_t *in, unsigned size, uint8_t *out)
{
    uint8_t *to = out;

    for (const uint8_t *end = in + size; in < end;) {
        unsigned length = *in++;

        if (length < 128) {
            for (length++; length; length--)
                *to++ = *in++;
            continue;
        }
        const uint8_t *from = to - (in[0] | in[1] << 8);
        in += 2;
        for (length += LEAST - 128u; length; length--)
            *to++ = *from++;
    }
    return (unsigned)(to - out);
}

uint32_t bench_round(uint32_t sum)
{
    text[sum % SIZE] = (uint8_t)sum;
    unsigned size = pack(text, SIZE, packed);
    unsigned back = unpack(packed, size, again);

    if (back != SIZE)
        return 0xbad;
    for (unsigned i = 0; i < SIZE; i++)
        if (again[i] != text[i])
            return 0xbad;
    return bench_mix(sum, size);
}
