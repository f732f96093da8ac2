/*
 * dev_clock.c - interrupt controllers, timers and clocks: 8259 pair, 8254, MC146818, ACPI timer.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

static void pic_program(void)
{
    static const uint16_t base[] = {0x20, 0xa0};

    for (unsigned i = 0; i < 2; i++) {
        out8(base[i], 0x11);
        out8(base[i] + 1u, i ? 0x70 : 0x08);
        out8(base[i] + 1u, i ? 2 : 4);
        out8(base[i] + 1u, 1);
        out8(base[i] + 1u, 0);
    }
}

static uint8_t pic_irr(uint16_t base)
{
    out8(base, 0x0a);
    return in8(base);
}

static uint8_t pic_isr(uint16_t base)
{
    out8(base, 0x0b);
    return in8(base);
}

static void test_pic(void)
{
    pic_program();
    CHECK(!cms.intr);
    CHECK_EQ(in8(0x21), 0);
    out8(0x21, 0x55);
    CHECK_EQ(in8(0x21), 0x55);
    out8(0x21, 0);

    /* an edge, its service, its end */
    pic_set_irq(4, true);
    CHECK(cms.intr);
    CHECK_EQ(pic_irr(0x20), 0x10);
    CHECK_EQ(monitor_irq_ack(), 0x0c);
    CHECK(!cms.intr);
    CHECK_EQ(pic_irr(0x20), 0);
    CHECK_EQ(pic_isr(0x20), 0x10);
    pic_set_irq(5, true); /* lower priority: waits */
    CHECK(!cms.intr);
    pic_set_irq(1, true); /* higher: nests */
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 0x09);
    CHECK_EQ(pic_isr(0x20), 0x12);
    out8(0x20, 0x20); /* ends input 1 */
    CHECK_EQ(pic_isr(0x20), 0x10);
    CHECK(!cms.intr);
    out8(0x20, 0x64); /* specific end of input 4 */
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 0x0d);
    out8(0x20, 0x20);
    CHECK(!cms.intr); /* lines still high, but edges only */
    pic_set_irq(1, false);
    pic_set_irq(4, false);
    pic_set_irq(5, false);

    /* the slave, through input 2 */
    pic_set_irq(14, true);
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 0x76);
    CHECK_EQ(pic_isr(0x20), 0x04);
    CHECK_EQ(pic_isr(0xa0), 0x40);
    out8(0xa0, 0x20);
    out8(0x20, 0x20);
    pic_set_irq(14, false);

    /* masked, then a request that goes away before it is taken: spurious */
    out8(0x21, 0x08);
    pic_set_irq(3, true);
    CHECK(!cms.intr);
    out8(0x21, 0);
    CHECK(cms.intr);
    pic_set_irq(3, false);
    CHECK(!cms.intr);
    CHECK_EQ(monitor_irq_ack(), 0x0f);
    CHECK_EQ(pic_isr(0x20), 0);

    /* level-triggered: comes again until the line falls */
    out8(0x4d0, 0xff);
    CHECK_EQ(in8(0x4d0), 0xf8); /* timer, keyboard and cascade are always edges */
    pic_set_irq(5, true);
    CHECK_EQ(monitor_irq_ack(), 0x0d);
    out8(0x20, 0x20);
    CHECK(cms.intr);
    pic_set_irq(5, false);
    CHECK(!cms.intr);
    out8(0x4d0, 0);

    /* poll command */
    pic_set_irq(6, true);
    out8(0x20, 0x0c);
    CHECK_EQ(in8(0x20), 0x86);
    CHECK_EQ(pic_isr(0x20), 0x40);
    out8(0x20, 0xa0); /* rotate on end: 6 is lowest now, 7 highest */
    pic_set_irq(6, false);
    pic_set_irq(7, true);
    pic_set_irq(0, true);
    CHECK_EQ(monitor_irq_ack(), 0x0f);
    out8(0x20, 0xc7); /* back to 7 lowest */
    out8(0x20, 0x20);
    CHECK_EQ(monitor_irq_ack(), 0x08);
    out8(0x20, 0x20);
    pic_set_irq(7, false);
    pic_set_irq(0, false);
}

static uint16_t pit_latched(unsigned channel)
{
    out8(0x43, channel << 6);
    uint16_t low = in8((uint16_t)(0x40 + channel));
    return (uint16_t)(low | in8((uint16_t)(0x40 + channel)) << 8);
}

static void pit_load(unsigned channel, unsigned mode, uint16_t count)
{
    out8(0x43, channel << 6 | 0x30 | mode << 1);
    out8((uint16_t)(0x40 + channel), count & 0xff);
    out8((uint16_t)(0x40 + channel), count >> 8);
}

/* Interrupts 0 taken while so much time passes. */
static unsigned ticks_in(uint64_t ns)
{
    unsigned n = 0;

    for (uint64_t until = dev_now() + ns; dev_now() < until;) {
        dev_wait(MS);
        if (cms.intr) {
            CHECK_EQ(monitor_irq_ack(), 0x08);
            out8(0x20, 0x20);
            n++;
        }
    }
    return n;
}

static void test_pit(void)
{
    out8(0x21, 0xfe);
    pit_load(0, 2, 11932);             /* 100 Hz */
    CHECK_EQ(ticks_in(1000 * MS), 99); /* the hundredth is a third of a microsecond late */
    pit_load(0, 3, 11932);
    CHECK_EQ(ticks_in(500 * MS), 49);
    pit_load(0, 0, 11932); /* once */
    CHECK_EQ(ticks_in(500 * MS), 1);

    pit_load(0, 2, 10000);
    dev_wait(MS);
    uint16_t count = pit_latched(0);
    CHECK(count == 10000 - 1193 || count == 10000 - 1194);
    dev_wait(9 * MS);
    count = pit_latched(0); /* the fraction of a tick that was there already decides */
    CHECK(count == 20000 - 11931 || count == 20000 - 11932);
    pit_load(0, 3, 10000); /* counts by two */
    dev_wait(MS);
    CHECK_EQ((pit_latched(0) - (10000 - 2 * 1194)) & ~2, 0); /* 1193 or 1194 ticks */

    /* the latch holds; status by read-back */
    uint16_t free_running = pit_latched(0);
    out8(0x43, 0x00);
    dev_wait(MS);
    uint16_t held = in8(0x40);
    held |= (uint16_t)(in8(0x40) << 8);
    CHECK_EQ(held, free_running);
    out8(0x43, 0xe2);
    CHECK_EQ(in8(0x40), 0xb6); /* output high, loaded, both bytes, mode 3 */

    /* BCD, low byte only */
    out8(0x43, 0x91 & ~0x80);
    out8(0x43, 0x51);
    out8(0x41, 0x50);
    dev_wait(1000);
    CHECK_EQ(in8(0x41), 0x49);

    /* channel 2: gate by port 61, one shot as for measuring the processor's clock */
    out8(0x61, 0);
    pit_load(2, 0, 1193);
    dev_wait(5 * MS);
    CHECK_EQ(in8(0x61) & 0x20, 0);
    out8(0x61, 1);
    dev_wait(MS / 2);
    CHECK_EQ(in8(0x61) & 0x20, 0);
    count = pit_latched(2);
    CHECK(count == 1193 - 596 || count == 1193 - 597);
    dev_wait(MS / 2 + 1000);
    CHECK_EQ(in8(0x61) & 0x20, 0x20);
    unsigned toggles = 0;
    for (unsigned i = 0, last = 0; i < 100; i++) {
        dev_wait(10000);
        unsigned now = in8(0x61) & 0x10;
        toggles += now != last;
        last = now;
    }
    CHECK(toggles >= 60 && toggles <= 70); /* refresh: every 15 us */
    out8(0x21, 0xff);
    pit_load(0, 4, 0);
}

static uint8_t cmos(uint8_t reg)
{
    out8(0x70, reg | 0x80u);
    return in8(0x71);
}

static void cmos_put(uint8_t reg, uint8_t value)
{
    out8(0x70, reg);
    out8(0x71, value);
}

static void check_time(uint32_t date, uint32_t time, unsigned century)
{
    CHECK_EQ((uint32_t)cmos(9) << 16 | cmos(8) << 8 | cmos(7), date);
    CHECK_EQ((uint32_t)cmos(4) << 16 | cmos(2) << 8 | cmos(0), time);
    CHECK_EQ(cmos(0x32), century);
}

static void test_rtc(void)
{
    /* 2000-02-28 23:59:58 */
    check_time(0x000228, 0x235958, 0x20);
    CHECK_EQ(cmos(6), 2); /* a Monday */
    dev_wait(2 * SECOND);
    check_time(0x000229, 0x000000, 0x20);
    dev_wait(86400 * SECOND);
    check_time(0x000301, 0x000000, 0x20);

    /* set it, twelve hours, binary */
    cmos_put(0x0b, 0x84);
    cmos_put(0x32, 19);
    cmos_put(9, 99);
    cmos_put(8, 12);
    cmos_put(7, 31);
    cmos_put(4, 0x8b); /* 11 in the evening */
    cmos_put(2, 59);
    cmos_put(0, 59);
    dev_wait(3 * SECOND); /* held */
    CHECK_EQ(cmos(0), 59);
    cmos_put(0x0b, 0x04);
    dev_wait(SECOND);
    CHECK_EQ(cmos(9), 0);
    CHECK_EQ(cmos(8), 1);
    CHECK_EQ(cmos(7), 1);
    CHECK_EQ(cmos(4), 12); /* midnight */
    CHECK_EQ(cmos(0x32), 20);
    cmos_put(0x0b, 0x02);
    check_time(0x000101, 0x000000, 0x20);

    /* update in progress comes before each second */
    unsigned seen = 0;
    for (unsigned i = 0; i < 10000; i++) {
        dev_wait(MS / 10);
        seen += cmos(0x0a) >> 7;
    }
    CHECK(seen >= 2 && seen <= 3); /* 244 us a second */

    /* interrupts: periodic at 1024 Hz, update, alarm */
    out8(0x21, 0xfb);
    out8(0xa1, 0xfe);
    cmos(0x0c);
    cmos_put(0x0a, 0x26);
    cmos_put(0x0b, 0x42);
    unsigned n = 0;
    for (uint64_t until = dev_now() + 100 * MS; dev_now() < until;) {
        dev_wait(MS / 4);
        if (cms.intr) {
            CHECK_EQ(monitor_irq_ack(), 0x70);
            CHECK_EQ(cmos(0x0c) & 0xc0, 0xc0);
            out8(0xa0, 0x20);
            out8(0x20, 0x20);
            n++;
        }
    }
    CHECK(n >= 101 && n <= 103);
    cmos_put(0x0b, 0x12);
    cmos(0x0c);
    dev_wait(SECOND);
    CHECK(cms.intr);
    CHECK_EQ(cmos(0x0c) & 0x90, 0x90);
    CHECK(!cms.intr);
    unsigned second = cmos(0), minute = cmos(2);
    cmos_put(0x01, (uint8_t)((second & 15) < 7 ? second + 2 : second));
    cmos_put(0x03, (uint8_t)minute);
    cmos_put(0x05, 0xff); /* any hour */
    cmos_put(0x0b, 0x22);
    cmos(0x0c);
    dev_wait(61 * SECOND);
    CHECK(cms.intr || (cmos(0x0c) & 0x20));
    cmos_put(0x0b, 0x02);
    cmos(0x0c);

    /* memory sizes: 16 MiB */
    CHECK_EQ(cmos(0x15) | cmos(0x16) << 8, 640);
    CHECK_EQ(cmos(0x30) | cmos(0x31) << 8, 15 * 1024);
    CHECK_EQ(cmos(0x34) | cmos(0x35) << 8, 0);
    CHECK_EQ(cmos(0x0d), 0x80);
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
}

static void config_put(uint32_t devfn, uint32_t reg, unsigned size, uint32_t value)
{
    monitor_out(0xcf8, 4, 0x80000000u | devfn << 8 | (reg & 0xfc));
    monitor_out((uint16_t)(0xcfc + (reg & 3)), size, value);
}

static void test_acpi_timer(void)
{
    CHECK_EQ(monitor_in(0x608, 4), 0xffffffff); /* nowhere yet */
    config_put(0x0b, 0x40, 4, 0x601);
    config_put(0x0b, 0x80, 1, 1);
    uint32_t before = monitor_in(0x608, 4);
    dev_wait(100 * MS);
    CHECK_EQ((monitor_in(0x608, 4) - before) & 0xffffff, 357954);
    CHECK_EQ(monitor_in(0x608, 2), monitor_in(0x608, 4) & 0xffff);

    /* the status bit, and IRQ 9 once it is wanted */
    monitor_out(0x600, 2, 0xffff);
    CHECK_EQ(monitor_in(0x600, 2), 0);
    monitor_out(0x602, 2, 1);
    out8(0xb2, 0xf1); /* ACPI on */
    CHECK_EQ(monitor_in(0x604, 2) & 1, 1);
    out8(0x21, 0xfb);
    out8(0xa1, 0xfd);
    dev_wait(3 * SECOND);
    CHECK_EQ(monitor_in(0x600, 2) & 1, 1);
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 0x71);
    monitor_out(0x600, 2, 1);
    out8(0xa0, 0x20);
    out8(0x20, 0x20);
    monitor_out(0x602, 2, 0);
    out8(0xb2, 0xf0);
    CHECK_EQ(monitor_in(0x604, 2) & 1, 0);

    /* moving the ports leaves nothing behind, and moving them over a device does not hide it */
    config_put(0x0b, 0x40, 4, 0x40);
    CHECK_EQ(monitor_in(0x608, 4), 0xffffffff);
    out8(0x43, 0xe2);
    CHECK_EQ(in8(0x40) & 0x0e, 0x08);
    config_put(0x0b, 0x40, 4, 0x601);

    /* off */
    if (setjmp(host.ended) == 0) {
        monitor_out(0x604, 2, 0x2000);
        CHECK(!"still on");
    }
    CHECK_EQ(host.exit_how, HOST_EXIT_POWEROFF);
}

int main(void)
{
    host.clock = 951782398;
    dev_start();
    test_pic();
    test_rtc();
    test_pit();
    test_acpi_timer();
    return dev_done("dev_clock");
}
