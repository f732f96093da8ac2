/*
 * dev_fuzz.c - a guest that pokes at every device: seeded random accesses to ports and device
 * memory, biased to places where something is. The monitor must come through; resets and ends of
 * the run are caught and the poking goes on.
 *
 *     dev_fuzz [accesses [seed]]
 */
#include "tests/random.h"
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

static uint64_t state = 0x9e3779b97f4a7c15;
static unsigned long left = 300000, ends, restarts;

static uint32_t next(void)
{
    return (uint32_t)(random_next(&state) >> 16);
}

static uint16_t random_port(void)
{
    static const uint16_t interesting[] = {
        0x20,  0x21,  0xa0,  0xa1,  0x4d0, 0x40,   0x43,   0x61,   0x70,   0x71,  0x80,  0x00,
        0x0c,  0xc0,  0x60,  0x64,  0x3f8, 0x3f9,  0x3fa,  0x3fc,  0x402,  0xcf8, 0xcfc, 0xcfd,
        0xcfe, 0xb2,  0x600, 0x604, 0x608, 0x1f0,  0x1f1,  0x1f2,  0x1f3,  0x1f4, 0x1f5, 0x1f6,
        0x1f7, 0x3f6, 0x170, 0x176, 0x177, 0xc000, 0xc002, 0xc004, 0xc008, 0x510, 0x511, 0x514,
        0x518, 0x3f2, 0x3f4, 0x3f5, 0x3f5, 0x3f5,  0x3f7,  0x2f8,  0x2fc,  0x0b,  0x04,  0x05,
        0x0a,  0x42,  0x3c0, 0x3c4, 0x3c9, 0x3d4,  0x3d5,  0x3da,  0x501,
    };

    if (next() % 8 == 0)
        return (uint16_t)next();
    return interesting[next() % (sizeof(interesting) / sizeof(interesting[0]))];
}

static uint32_t random_value(void)
{
    static const uint32_t near[] = {
        0,
        1,
        0xff,
        0xffff,
        0xffffffff,
        0x80000920,
        0x80000904,
        0x80000b40,
        0x80000b80,
        0x80005800,
        0xc001,
        0x601,
        GUEST_BYTES - 8,
        0x00100000,
        0x20,
        0xc8,
        0xca,
        0xec,
        0x30,
        0xc4,
        0xc6,
        9,
        0xd4,
        0xf4,
        0x0c,
        0xe6,
    };

    switch (next() % 4) {
    case 0: return next() << 16 ^ next();
    case 1: return next() & 0xff;
    default: return near[next() % (sizeof(near) / sizeof(near[0]))];
    }
}

static void poke(void)
{
    unsigned size = 1u << next() % 3;

    switch (next() % 16) {
    case 0: dev_wait(next() % 2000000); break;
    case 1: monitor_read(next() % 2 ? 0xa0000 + next() % 0x10000 : next(), size); break;
    case 2:
        monitor_write(next() % 2 ? 0xa0000 + next() % 0x10000 : next(), size, random_value());
        break;
    case 3:
        if (cms.intr)
            monitor_irq_ack();
        break;
    case 4: /* a configuration access that hits something */
        monitor_out(0xcf8, 4, 0x80000000 | (next() % 16) << 8 | (next() & 0xfc));
        monitor_out((uint16_t)(0xcfc + next() % 4), size, random_value());
        break;
    case 5: /* memory that tables for bus masters may be read from */
        *(uint32_t *)(GUEST_BASE + next() % (GUEST_BYTES / 4) * 4) = random_value();
        break;
    case 6:
    case 7:
    case 8:
    case 9: monitor_in(random_port(), size); break;
    default: monitor_out(random_port(), size, random_value());
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        left = strtoul(argv[1], NULL, 0);
    if (argc > 2)
        state ^= strtoul(argv[2], NULL, 0) * 0x2545f4914f6cdd1d;
    host.quiet = host.floppies = true;
    host.input = "";
    dev_start();
    if (setjmp(host.ended))
        ends++;
    if (cms_setjmp(cms.landing))
        restarts++;
    while (left > 0) {
        left--;
        if (next() % 1000 == 0)
            host.input = next() % 2 ? NULL : "the quick brown fox";
        poke();
    }
    printf("%lu ends, %lu restarts\n", ends, restarts);
    CHECK(ends > 0);
    CHECK(restarts > 0);
    return dev_done("dev_fuzz");
}
