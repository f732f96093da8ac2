/* probe.c - a call in a loop of a function with a loop that is seldom repeated. */
#include "tools/vliw-cc/rt/native.h"

#define SLOTS 1024

static uint32_t table[SLOTS];

__attribute__((noinline)) static unsigned probe(uint32_t key)
{
    uint32_t i = key * 0x9e3779b9u >> 22;

    while (table[i] && table[i] != key)
        i = (i + 1) % SLOTS;
    return i;
}

int main(void)
{
    unsigned sum = 0;

    for (uint32_t key = 1; key < 128; key++)
        table[probe(key * key)] = key * key;
    for (uint32_t key = 1; key < 3000; key++)
        sum += probe(key * 3);
    printf("%u\n", sum);
    return 0;
}
