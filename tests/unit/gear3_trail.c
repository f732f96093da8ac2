/*
 * gear3_trail.c - what the trail tells of a line, in memory that has had other contents: the stack
 * of the chip's firmware is never clean.
 */
#include <string.h>

#include "cms.h"
#include "gear3/gear3.h"
#include "tests/unit/check.h"

#define A 0x1000u
#define B 0x2000u
#define C 0x3000u

static struct way way;

static void note(const uint32_t *eip, unsigned count)
{
    memset(cms.gear3, 0, sizeof(*cms.gear3));
    for (unsigned i = 0; i < count; i++)
        trail_note(eip[i]);
    trail_note(0);
}

static void enter(const uint32_t *eip, unsigned count)
{
    memset(&way, 0xff, sizeof(way));
    way_begin(&way);
    for (unsigned i = 0; i < count; i++)
        way_enter(&way, eip[i]);
}

/* The first entry of all has none before it: no way led there. */
static void first_entry(void)
{
    static const uint32_t seen[] = {A, A, A, A, A, A, A, A}, line[] = {A, A, A};
    uint32_t eip = 0;
    bool goes = false;

    note(seen, 8);
    enter(line, 3);
    CHECK(way_guess(&way, &eip) && eip == A);
    CHECK(way_decides(&way, A, &goes) && goes);
}

/* C follows A or B, each after its own way. */
static void longer_way(void)
{
    static const uint32_t seen[] = {A, C, A, B, C, B, A, C, A, B, C, B, A, C, A, B, C, B};
    static const uint32_t from_a[] = {A, C}, from_b[] = {B, C};
    uint32_t eip = 0;

    note(seen, 18);
    enter(from_a, 2);
    CHECK(way_guess(&way, &eip) && eip == A);
    enter(from_b, 2);
    CHECK(way_guess(&way, &eip) && eip == B);
}

int main(void)
{
    static struct gear3 gear3;

    cms.gear3 = &gear3;
    first_entry();
    longer_way();
    printf("gear3_trail: %u failures\n", failures);
    return failures != 0;
}
