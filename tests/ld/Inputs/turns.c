/* turns.c - a loop of calls through pointers, as interpreters have. */
#include "tools/vliw-cc/rt/native.h"

static unsigned sum, steps[] = {3, 1, 4, 1, 5, 9, 2, 6, 0};

static void add(unsigned n)
{
    sum += n;
}

static void twice(unsigned n)
{
    sum = 2 * sum + n;
}

static void (*volatile const act[])(unsigned) = {add, twice};

__attribute__((noipa)) static void turns(const unsigned *step)
{
    while (*step) {
        void (*f)(unsigned) = act[*step & 1];
        f(*step++);
    }
}

int main(void)
{
    for (int i = 0; i < 300; i++)
        turns(steps);
    printf("%u\n", sum);
    return 0;
}
