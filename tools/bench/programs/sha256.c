/* sha256.c - SHA-256 of 16 KiB; its constants are computed as it defines them. */
#include "tools/vliw-cc/rt/native.h"

static uint32_t k[64], h[8];

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

#include "tools/bench/sha256.h"

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
