/* absent.c - stands for the fast engine on hosts that it has no stencils for. */
#include "vliw-sim/chip.h"

bool fast_open(struct chip *chip)
{
    (void)chip;
    return false;
}

void fast_single(struct chip *chip)
{
    (void)chip;
}

void fast_close(struct chip *chip)
{
    (void)chip;
}

void fast_settle(struct chip *chip)
{
    (void)chip;
}
