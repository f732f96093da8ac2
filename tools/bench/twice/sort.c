/* sort.c - quicksort with insertion sort below it, heapsort, and binary search in the result. */
#include "bench.h"

#define KEYS 700
#define SHORT 8

const unsigned bench_rounds = 30, bench_warm_rounds = 120;

static uint32_t keys[KEYS], seed = 88172645;

void bench_setup(void)
{
}

static void fill(void)
{
    for (int i = 0; i < KEYS; i++)
        keys[i] = bench_random(&seed) >> 4;
}

static void insertion(uint32_t *a, int low, int high)
{
    for (int i = low + 1; i <= high; i++) {
        uint32_t key = a[i];
        int j = i;

        for (; j > low && a[j - 1] > key; j--)
            a[j] = a[j - 1];
        a[j] = key;
    }
}

static void quick(uint32_t *a, int low, int high)
{
    while (high - low > SHORT) {
        uint32_t pivot = a[low + (high - low) / 2];
        int i = low, j = high;

        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                uint32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        if (j - low < high - i) {
            quick(a, low, j);
            low = i;
        } else {
            quick(a, i, high);
            high = j;
        }
    }
    insertion(a, low, high);
}

static void sift(uint32_t *a, int root, int count)
{
    uint32_t key = a[root];

    for (int child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && a[child] < a[child + 1])
            child++;
        if (a[child] <= key)
            break;
        a[root] = a[child];
    }
    a[root] = key;
}

static void heap(uint32_t *a, int count)
{
    for (int i = count / 2; i-- > 0;)
        sift(a, i, count);
    while (--count > 0) {
        uint32_t t = a[0];
        a[0] = a[count];
        a[count] = t;
        sift(a, 0, count);
    }
}

static int find(const uint32_t *a, int count, uint32_t key)
{
    int low = 0, high = count;

    while (low < high) {
        int middle = (low + high) / 2;

        if (a[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t digest(uint32_t sum)
{
    for (int i = 0; i < KEYS; i++) {
        if (i && keys[i - 1] > keys[i])
            return 0xbad;
        sum = bench_mix(sum, keys[i]);
    }
    for (uint32_t i = 0; i < KEYS; i++)
        sum += (uint32_t)find(keys, KEYS, i << 18);
    return sum;
}

uint32_t bench_round(uint32_t sum)
{
    fill();
    quick(keys, 0, KEYS - 1);
    sum = digest(sum);
    fill();
    heap(keys, KEYS);
    return digest(sum);
}
