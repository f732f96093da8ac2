/* sha256.c - SHA-256 of 16 KiB; its constants are computed as it defines them. */
#include "tools/vliw-cc/rt/native.h"

static uint32_t k[64], h[8];

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* The first 32 bits behind the point of the square or cube root of a prime. */
static uint32_t root_bits(unsigned prime, int cube)
{
    uint64_t low = 0, high = (uint64_t)20 << 32;

    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        unsigned __int128 power = (unsigned __int128)mid * mid;

        if (cube)
            power = (power >> 32) * mid;
        if (power >> 64 >= prime)
            high = mid;
        else
            low = mid;
    }
    return (uint32_t)low;
}

static void set_constants(void)
{
    int n = 0;

    for (unsigned p = 2; n < 64; p++) {
        unsigned d = 2;

        while (p % d)
            d++;
        if (d != p)
            continue;
        if (n < 8)
            h[n] = root_bits(p, 0);
        k[n++] = root_bits(p, 1);
    }
}

__attribute__((noinline)) static void block(const uint8_t *p)
{
    uint32_t w[64], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], z = h[7];

    for (int i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[i - 7] +
               (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
    }
    for (int i = 0; i < 64; i++) {
        uint32_t t = z + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + k[i];
        uint32_t u = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        t += w[i];
        z = g, g = f, f = e, e = d + t, d = c, c = b, b = a, a = t + u;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += z;
}

int main(void)
{
    static uint8_t data[64];

    set_constants();
    for (int i = 0; i < 256; i++) {
        for (int j = 0; j < 64; j++)
            data[j] = (uint8_t)(i + j * 7);
        block(data);
    }
    printf("%08x%08x%08x%08x\n", h[0], h[1], h[2], h[3]);
    return 0;
}
