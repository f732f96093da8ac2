/* sort.c - quicksort through a comparison function, then a hash table of the sorted keys. */
#include "tools/vliw-cc/rt/native.h"

#define KEYS 1500
#define SLOTS 4096

static int compare(const uint32_t *a, const uint32_t *b)
{
    return *a < *b ? -1 : *a > *b;
}

__attribute__((noinline)) static void sort(uint32_t *a, int low, int high,
                                           int (*order)(const uint32_t *, const uint32_t *))
{
    while (low < high) {
        uint32_t pivot = a[(low + high) / 2];
        int i = low, j = high;

        while (i <= j) {
            while (order(&a[i], &pivot) < 0)
                i++;
            while (order(&a[j], &pivot) > 0)
                j--;
            if (i <= j) {
                uint32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        sort(a, low, j, order);
        low = i;
    }
}

static uint32_t table[SLOTS];

__attribute__((noinline)) static int find(uint32_t key, int insert)
{
    uint32_t i = key * 0x9e3779b9u >> 20;

    for (int steps = 1;; steps++, i = (i + 1) % SLOTS) {
        if (table[i] == key)
            return steps;
        if (!table[i]) {
            table[i] = insert ? key : 0;
            return -steps;
        }
    }
}

int main(void)
{
    static uint32_t key[KEYS];
    uint32_t x = 1;
    int found = 0, steps = 0;

    for (int i = 0; i < KEYS; i++) {
        x = x * 1664525 + 1013904223;
        key[i] = x >> 8 | 1;
    }
    sort(key, 0, KEYS - 1, compare);
    for (int i = 0; i < KEYS; i++)
        find(key[i], 1);
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < KEYS; i++) {
            int n = find(key[i] + 2 * (uint32_t)(i % 3), 0);
            found += n > 0;
            steps += n > 0 ? n : -n;
        }
    }
    printf("%u %u, %d found in %d steps\n", key[0], key[KEYS - 1], found, steps);
    return 0;
}
