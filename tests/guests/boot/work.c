/*
 * work.c - what the boot disk computes: integer code of the kinds that a translator meets. Byte,
 * word and dword operations, nested loops, calls, recursion, tables, shifts, multiplications and
 * divisions, string instructions.
 */
#include "work.h"

#define SIEVE 50000
#define NUMBERS 1024

static uint8_t composite[SIEVE];
static uint32_t numbers[NUMBERS];
static uint32_t crc_table[256];

static void put_text(const char *s)
{
    while (*s)
        put_char(*s++);
}

static void put_decimal(uint32_t n)
{
    char digits[10];
    int i = 0;

    do
        digits[i++] = (char)('0' + n % 10);
    while (n /= 10);
    while (i > 0)
        put_char(digits[--i]);
}

static void put_hex(uint32_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        put_char("0123456789abcdef"[n >> shift & 15]);
}

/* CRC-32 (IEEE, as in zlib). */
static uint32_t crc32(const uint8_t *p, size_t n)
{
    uint32_t crc = ~0u;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        crc_table[i] = c;
    }
    while (n-- > 0)
        crc = crc >> 8 ^ crc_table[(crc ^ *p++) & 0xff];
    return ~crc;
}

static void work_crc(const uint8_t *image, size_t length)
{
    put_text("sectors: ");
    put_decimal((uint32_t)(length / 512));
    put_text(", crc ");
    put_hex(crc32(image, length));
    put_char('\n');
}

static void work_sieve(void)
{
    uint32_t count = 0, largest = 0, sum = 0;

    for (uint32_t i = 2; i < SIEVE; i++) {
        if (composite[i])
            continue;
        count++;
        largest = i;
        sum += i;
        for (uint32_t k = i + i; k < SIEVE; k += i)
            composite[k] = 1;
    }
    put_text("primes below ");
    put_decimal(SIEVE);
    put_text(": ");
    put_decimal(count);
    put_text(", largest ");
    put_decimal(largest);
    put_text(", sum ");
    put_decimal(sum);
    put_char('\n');
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;

    *a = *b;
    *b = t;
}

static void quick_sort(uint32_t *a, int n)
{
    while (n > 1) {
        uint32_t pivot = a[n / 2];
        int i = 0, k = n - 1;
        for (;;) {
            while (a[i] < pivot)
                i++;
            while (a[k] > pivot)
                k--;
            if (i >= k)
                break;
            swap(&a[i++], &a[k--]);
        }
        quick_sort(a, i);
        a += i;
        n -= i;
    }
}

static void work_sort(void)
{
    uint32_t seed = 12345, out_of_order = 0, mix = 0;

    for (int i = 0; i < NUMBERS; i++) {
        seed = seed * 1664525 + 1013904223;
        numbers[i] = seed >> 8;
    }
    quick_sort(numbers, NUMBERS);
    for (int i = 0; i < NUMBERS; i++) {
        if (i > 0 && numbers[i - 1] > numbers[i])
            out_of_order++;
        mix = (mix << 5 | mix >> 27) ^ numbers[i];
    }
    put_text("sorted ");
    put_decimal(NUMBERS);
    put_text(": ");
    put_decimal(numbers[0]);
    put_text(" to ");
    put_decimal(numbers[NUMBERS - 1]);
    put_text(", out of order ");
    put_decimal(out_of_order);
    put_text(", mix ");
    put_hex(mix);
    put_char('\n');
}

/* Sixteen- and eight-bit arithmetic, signed and unsigned, with carries that matter. */
static void work_narrow(void)
{
    uint16_t fletcher_a = 1, fletcher_b = 0;
    int8_t s8 = 0;
    int16_t s16 = -1;
    uint8_t rotate = 0x81;

    for (int i = 0; i < 2000; i++) {
        fletcher_a = (uint16_t)((fletcher_a + (i & 0xff)) % 65521);
        fletcher_b = (uint16_t)((fletcher_b + fletcher_a) % 65521);
        s8 = (int8_t)(s8 + 37);
        s16 = (int16_t)(s16 * 7 + s8);
        rotate = (uint8_t)(rotate << 3 | rotate >> 5) ^ (uint8_t)i;
    }
    put_text("narrow: ");
    put_hex((uint32_t)fletcher_b << 16 | fletcher_a);
    put_char(' ');
    put_hex((uint32_t)(uint8_t)s8 << 24 | (uint32_t)rotate << 16 | (uint16_t)s16);
    put_char('\n');
}

static uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0)
        return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static int32_t collatz(uint32_t n)
{
    int32_t steps = 0;

    for (; n != 1; steps++)
        n = n & 1 ? 3 * n + 1 : n >> 1;
    return steps;
}

static void work_calls(void)
{
    int32_t longest = 0;

    for (uint32_t n = 1; n < 1000; n++) {
        int32_t steps = collatz(n);
        if (steps > longest)
            longest = steps;
    }
    put_text("ackermann(2,9) ");
    put_decimal(ackermann(2, 9));
    put_text(", collatz ");
    put_decimal((uint32_t)longest);
    put_char('\n');
}

/* Text: how often each letter comes in the image, and the most frequent one. */
static void work_text(const uint8_t *image, size_t length)
{
    uint32_t count[26] = {0};
    int best = 0;

    for (size_t i = 0; i < length; i++) {
        uint8_t c = image[i] | 0x20;
        if (c >= 'a' && c <= 'z')
            count[c - 'a']++;
    }
    for (int i = 1; i < 26; i++)
        if (count[i] > count[best])
            best = i;
    put_text("letters: most often ");
    put_char((char)('a' + best));
    put_text(", ");
    put_decimal(count[best]);
    put_char('\n');
}

void work(const uint8_t *image, size_t length)
{
    work_crc(image, length);
    work_text(image, length);
    work_sieve();
    work_sort();
    work_narrow();
    work_calls();
}
