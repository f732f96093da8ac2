/* A program that does something else on each machine. */
#include "isa_intrinsics.h"

#define FUNCTION(name, op)                                                                         \
    __attribute__((noinline)) static unsigned name(unsigned x)                                     \
    {                                                                                              \
        for (unsigned i = 0; i < 1000; i++)                                                        \
            x = (x op i) * 3;                                                                      \
        return x;                                                                                  \
    }

FUNCTION(never, -)
FUNCTION(wide, +)
FUNCTION(narrow, ^)
FUNCTION(always, |)

int main(void)
{
    volatile unsigned times = 10;
    unsigned x = 0;

    vx_mtsr(SR_CFG_INDEX, CFG_ISSUE);
    for (unsigned i = 0; i < times; i++) {
        x = vx_mfsr(SR_CFG_DATA) > 4 ? wide(wide(x)) : narrow(narrow(x));
        x = always(x);
    }
    return times == 11 ? (int)never(x) : 0;
}
