/*
 * mix.c - what small processors are measured with: a linked list that is searched, reversed and
 * sorted by merging; a small matrix; a machine of states that reads numbers; and a check sum over
 * all of it, bit by bit.
 */
#include "bench.h"

#define ITEMS 120
#define N 9
#define TEXT 400

const unsigned bench_rounds = 120, bench_warm_rounds = 600;

struct item {
    struct item *next;
    int16_t key, value;
};

static struct item item[ITEMS], *list;
static int16_t left[N][N], right[N][N];
static int32_t product[N][N];
static char text[TEXT + 1];

enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, POWER, WRONG, STATES };

void bench_setup(void)
{
    static const char *const part[] = {"5012",     "-874",  "+122",   "35.54400", ".1234500",
                                       "-110.700", "+0.6",  "5.5e+3", "-.12e-5",  "-87e+8",
                                       "T0.3e",    "1.2.3", "-x7"};
    uint32_t x = 777767777;
    int at = 0;

    for (int i = 0; i < ITEMS; i++)
        item[i] = (struct item){.next = i + 1 < ITEMS ? &item[i + 1] : NULL,
                                .key = (int16_t)(bench_random(&x) & 0x7fff), .value = (int16_t)i};
    list = item;
    while (at < TEXT) {
        const char *s = part[bench_random(&x) % 13];

        while (*s && at < TEXT)
            text[at++] = *s++;
        if (at < TEXT)
            text[at++] = ',';
    }
    for (int i = 0; i < N * N; i++) {
        left[i / N][i % N] = (int16_t)bench_random(&x);
        right[i / N][i % N] = (int16_t)bench_random(&x);
    }
}

static uint16_t crc(uint16_t sum, uint32_t value, int bits)
{
    for (; bits > 0; bits--, value >>= 1)
        sum = (uint16_t)(sum >> 1 ^ ((sum ^ value) & 1 ? 0xa001 : 0));
    return sum;
}

static const struct item *find(int16_t value)
{
    const struct item *i = list;

    while (i && i->value != value)
        i = i->next;
    return i;
}

static void reverse(void)
{
    struct item *done = NULL;

    while (list) {
        struct item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    list = done;
}

static int by_key(const struct item *a, const struct item *b)
{
    return a->key - b->key;
}

static int by_value(const struct item *a, const struct item *b)
{
    return a->value - b->value;
}

static struct item *merge(struct item *a, struct item *b,
                          int (*order)(const struct item *, const struct item *))
{
    struct item head, *end = &head;

    while (a && b) {
        if (order(a, b) <= 0) {
            end = end->next = a;
            a = a->next;
        } else {
            end = end->next = b;
            b = b->next;
        }
    }
    end->next = a ? a : b;
    return head.next;
}

static struct item *sort(struct item *l, int count,
                         int (*order)(const struct item *, const struct item *))
{
    struct item *middle = l, *second;

    if (count < 2)
        return l;
    for (int i = 1; i < count / 2; i++)
        middle = middle->next;
    second = middle->next;
    middle->next = NULL;
    l = sort(l, count / 2, order);
    return merge(l, sort(second, count - count / 2, order), order);
}

static uint16_t lists(uint16_t sum)
{
    for (int16_t i = 0; i < 40; i++) {
        const struct item *found = find((int16_t)(sum % ITEMS));

        sum = crc(sum, (uint16_t)(found ? found->key : i), 16);
        if (i % 8 == 0)
            reverse();
    }
    list = sort(list, ITEMS, by_key);
    for (const struct item *i = list; i && i->next; i = i->next)
        sum += (uint16_t)(i->key <= i->next->key ? i->value : 0x4bad);
    list = sort(list, ITEMS, by_value);
    return crc(sum, (uint16_t)list->key, 16);
}

static uint16_t matrices(uint16_t sum)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            int32_t s = 0;

            for (int n = 0; n < N; n++)
                s += left[i][n] * right[n][j];
            product[i][j] = s;
        }
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            left[i][j] =
                (int16_t)(left[i][j] + (product[i][j] >> 3) + (product[i][j] >> 12 & 0x7f));
    for (int i = 0; i < N; i++)
        sum = crc(sum, (uint32_t)product[i][i], 32);
    return sum;
}

static enum state step(enum state s, char c)
{
    int digit = c >= '0' && c <= '9', sign = c == '+' || c == '-';

    switch (s) {
    case START: return digit ? WHOLE : sign ? SIGN : c == '.' ? POINT : WRONG;
    case SIGN: return digit ? WHOLE : c == '.' ? POINT : WRONG;
    case WHOLE: return digit ? WHOLE : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case POINT:
    case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case EXPONENT: return sign ? EXPONENT_SIGN : digit ? POWER : WRONG;
    case EXPONENT_SIGN:
    case POWER: return digit ? POWER : WRONG;
    default: return WRONG;
    }
}

static uint16_t states(uint16_t sum)
{
    uint32_t ended[STATES] = {0}, visited[STATES] = {0};
    enum state s = START;

    for (const char *p = text; *p; p++) {
        if (*p == ',') {
            ended[s]++;
            s = START;
            continue;
        }
        s = step(s, *p);
        visited[s]++;
    }
    for (int i = 0; i < STATES; i++)
        sum = crc(sum, ended[i] << 8 ^ visited[i], 16);
    text[sum % TEXT] ^= text[sum % TEXT] == ',' ? 0 : 1;
    return sum;
}

uint32_t bench_round(uint32_t sum)
{
    uint16_t s = (uint16_t)(sum ^ sum >> 16);

    s = lists(s);
    s = matrices(s);
    return bench_mix(sum, states(s));
}
