/*
 * programs.c - small whole programs: sieve, CRC, quicksort, hash table, big numbers, matrix,
 * queens, SHA-256.
 */
#include "test.h"

static NOINLINE unsigned sieve(unsigned n)
{
    static uint8_t composite[4001];
    unsigned count = 0;

    for (unsigned i = 2; i <= n; i++) {
        if (composite[i])
            continue;
        count++;
        for (unsigned j = i * i; j <= n; j += i)
            composite[j] = 1;
    }
    return count;
}

static NOINLINE uint32_t crc32(const void *data, size_t size)
{
    const uint8_t *p = data;
    uint32_t crc = 0xffffffff;

    while (size--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static int compare_up(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return x < y ? -1 : x > y;
}

static int compare_low_digit(const void *a, const void *b)
{
    int x = *(const int *)a % 10, y = *(const int *)b % 10;

    return x != y ? x - y : compare_up(a, b);
}

static NOINLINE void sort(int *a, int low, int high, int (*compare)(const void *, const void *))
{
    if (low >= high)
        return;
    int pivot = a[(low + high) / 2], i = low, j = high;
    while (i <= j) {
        while (compare(&a[i], &pivot) < 0)
            i++;
        while (compare(&a[j], &pivot) > 0)
            j--;
        if (i <= j) {
            int t = a[i];
            a[i++] = a[j];
            a[j--] = t;
        }
    }
    sort(a, low, j, compare);
    sort(a, i, high, compare);
}

static NOINLINE uint64_t hashes(void)
{
    static uint32_t key[256], value[256];
    uint64_t r = 123456789, s = 0;

    for (int n = 0; n < 150; n++) {
        uint32_t k = (uint32_t)test_random(&r) % 400 + 1, h = k * 2654435761u >> 24;

        while (key[h] && key[h] != k)
            h = (h + 1) & 255;
        key[h] = k;
        value[h] += (uint32_t)n;
    }
    for (int i = 0; i < 256; i++)
        s = s * 31 + key[i] * (uint64_t)value[i];
    return s;
}

static NOINLINE void factorial(unsigned n)
{
    static uint32_t digit[40];
    int used = 1;

    digit[0] = 1;
    for (unsigned k = 2; k <= n; k++) {
        uint64_t carry = 0;
        for (int i = 0; i < used; i++) {
            carry += (uint64_t)digit[i] * k;
            digit[i] = (uint32_t)(carry % 1000000000);
            carry /= 1000000000;
        }
        while (carry) {
            digit[used++] = (uint32_t)(carry % 1000000000);
            carry /= 1000000000;
        }
    }
    printf("%u! = %u", n, digit[used - 1]);
    for (int i = used - 2; i >= 0; i--)
        printf("%09u", digit[i]);
    printf("\n");
}

static NOINLINE int64_t matrix(void)
{
    static int32_t a[12][12], b[12][12];
    int64_t trace = 0;

    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            a[i][j] = i * 7 - j * 3, b[i][j] = (i ^ j) - 5;
    for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 12; j++) {
            int64_t s = 0;
            for (int k = 0; k < 12; k++)
                s += (int64_t)a[i][k] * b[k][j];
            trace = trace * 3 + s;
        }
    }
    return trace;
}

static NOINLINE int queens(int n, unsigned columns, unsigned left, unsigned right)
{
    unsigned open = ((1u << n) - 1) & ~(columns | left | right);
    int count = 0;

    if (columns == (1u << n) - 1)
        return 1;
    for (; open; open &= open - 1) {
        unsigned bit = open & -open;
        count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static NOINLINE void sha256_block(uint32_t h[8], const uint8_t *p)
{
    static uint32_t k[64];
    uint32_t w[64], s[8];

    for (unsigned i = 0; i < 64; i++)
        k[i] = i * 0x9e3779b9u + 0x428a2f98u;
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
               (rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, h, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25)) +
                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        uint32_t t2 = (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22)) +
                      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--)
            s[j] = s[j - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += s[i];
}

int main(void)
{
    static int a[100];
    uint32_t h[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t block[64];
    uint64_t r = 42;

    printf("primes %u\n", sieve(4000));
    for (int i = 0; i < 100; i++)
        a[i] = (int)(test_random(&r) % 1000);
    sort(a, 0, 99, compare_up);
    printf("sorted %08x\n", crc32(a, sizeof a));
    sort(a, 0, 99, compare_low_digit);
    printf("by digit %08x %d %d\n", crc32(a, sizeof a), a[0], a[99]);
    test_show("hashes", hashes());
    factorial(60);
    test_show("matrix", (uint64_t)matrix());
    printf("queens %d\n", queens(6, 0, 0, 0));
    for (int i = 0; i < 64; i++)
        block[i] = (uint8_t)(i * 37);
    sha256_block(h, block);
    printf("sha %08x %08x %08x\n", h[0], h[3], h[7]);
    return 0;
}
