/*
 * dev_floppy.c - the floppy controller and the 8237 behind it: reset, seeks, sectors by DMA and
 * through the data port, format, and what can't be done.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define DATA 0x3f5
#define BUFFER 0x8000u
#define SECTORS 18u

static uint8_t result[16];

static void send(const char *hex)
{
    unsigned byte;

    for (int n; sscanf(hex, "%2x %n", &byte, &n) == 1; hex += n)
        out8(DATA, byte);
}

/* Reads results until there are none; returns how many. */
static unsigned results(void)
{
    unsigned n = 0;

    while ((in8(0x3f4) & 0xd0) == 0xd0 && n < sizeof(result))
        result[n++] = in8(DATA);
    CHECK_EQ(in8(0x3f4), 0x80);
    return n;
}

static bool irq_pending(void)
{
    out8(0x20, 0x0a);
    return in8(0x20) >> 6 & 1;
}

static void aim(uint32_t address, unsigned length, uint8_t mode)
{
    out8(0x0a, 6);
    out8(0x0c, 0);
    out8(0x0b, mode | 2);
    out8(0x04, address & 0xff);
    out8(0x04, address >> 8 & 0xff);
    out8(0x05, (length - 1) & 0xff);
    out8(0x05, (length - 1) >> 8);
    out8(0x81, address >> 16);
    out8(0x0a, 2);
}

static uint8_t *guest(uint32_t address)
{
    return (uint8_t *)(GUEST_BASE + address);
}

static void test_reset(void)
{
    out8(0x3f2, 0x08);
    CHECK_EQ(in8(0x3f4), 0);
    CHECK(!irq_pending());
    out8(0x3f2, 0x1c);
    CHECK(irq_pending());
    for (unsigned i = 0; i < 4; i++) {
        send("08");
        CHECK_EQ(results(), 2);
        CHECK_EQ(result[0], 0xc0 | i);
    }
    CHECK(!irq_pending());
    send("08");
    CHECK_EQ(results(), 1);
    CHECK_EQ(result[0], 0x80);
    send("10");
    CHECK(results() == 1 && result[0] == 0x90);
    send("1f"); /* no such command */
    CHECK(results() == 1 && result[0] == 0x80);
    send("03 df 02");
    send("13 00 57 00"); /* CONFIGURE, with implied seeks */
    send("94");
    CHECK(results() == 1 && result[0] == 0x10);
    send("0e");
    CHECK_EQ(results(), 10);
    CHECK(result[4] == 0xdf && result[7] == 0x80 && result[8] == 0x57);
    send("13 00 10 00");
}

static void test_seek(void)
{
    CHECK_EQ(in8(0x3f7), 0x80); /* a disk that nobody has looked at */
    send("07 00");
    send("08");
    CHECK(results() == 2 && result[0] == 0x20 && result[1] == 0);
    CHECK_EQ(in8(0x3f7), 0);
    send("0f 00 05");
    CHECK(irq_pending());
    send("08");
    CHECK(results() == 2 && result[0] == 0x20 && result[1] == 5);
    send("04 00");
    CHECK(results() == 1 && result[0] == 0x28);
    send("4a 00");
    CHECK_EQ(results(), 7);
    CHECK(result[0] == 0 && result[3] == 5 && result[6] == 2);
}

static void test_dma(void)
{
    const uint8_t *disk = host.floppy + 5 * 2 * SECTORS * 512;

    aim(BUFFER, 1024, 0x44);
    memset(guest(BUFFER), 0, 2048);
    send("e6 00 05 00 03 02 12 1b ff");
    CHECK_EQ(results(), 7);
    CHECK(result[0] == 0 && result[1] == 0 && result[3] == 5 && result[5] == 5);
    CHECK(memcmp(guest(BUFFER), disk + 2 * 512, 1024) == 0);
    CHECK_EQ(*guest(BUFFER + 1024), 0);
    CHECK_EQ(in8(0x08) & 4, 4);
    CHECK_EQ(in8(0x08), 0);
    CHECK_EQ(in8(0x0f), 15); /* the count is used up */

    /* both sides in one go, the last sector of one and the first of the other */
    aim(BUFFER, 1024, 0x44);
    send("e6 00 05 00 12 02 12 1b ff");
    CHECK_EQ(results(), 7);
    CHECK(result[0] == 0 && result[4] == 1 && result[5] == 2);
    CHECK(memcmp(guest(BUFFER), disk + 17 * 512, 1024) == 0);

    /* without the multitrack bit the side ends the transfer */
    aim(BUFFER, 1024, 0x44);
    send("46 00 05 00 12 02 12 1b ff");
    CHECK_EQ(results(), 7);
    CHECK(result[0] == 0x40 && result[1] == 0x80);

    memset(guest(BUFFER), 0x77, 512);
    aim(BUFFER, 512, 0x48);
    send("c5 04 05 01 01 02 12 1b ff");
    CHECK_EQ(results(), 7);
    CHECK_EQ(result[0], 4);
    for (unsigned i = 0; i < 512; i++)
        CHECK_EQ(disk[SECTORS * 512 + i], 0x77);

    /* downwards, and only one sector's worth of it */
    aim(BUFFER + 511, 512, 0x64);
    send("e6 00 05 00 01 02 12 1b ff");
    CHECK_EQ(results(), 7);
    CHECK_EQ(*guest(BUFFER + 511), disk[0]);
    CHECK_EQ(*guest(BUFFER), disk[511]);
}

/* The head need not have been sent to where a transfer begins. */
static void test_implied_seek(void)
{
    aim(BUFFER, 512, 0x44);
    send("e6 00 06 00 01 02 12 1b ff");
    CHECK(results() == 7 && result[0] == 0 && result[3] == 6);
    CHECK_EQ(*guest(BUFFER), host.floppy[6 * 2 * SECTORS * 512]);
    send("0e");
    CHECK(results() == 10 && result[0] == 6);
    send("0f 00 05");
    send("08");
    CHECK_EQ(results(), 2);
}

static void test_refused(void)
{
    aim(BUFFER, 512, 0x44);
    send("e6 00 05 00 13 02 12 1b ff"); /* sector 19 */
    CHECK(results() == 7 && result[0] == 0x40 && result[1] == 4);
    send("e6 01 05 00 01 02 12 1b ff"); /* no disk */
    CHECK(results() == 7 && result[0] == 0x41 && result[1] == 1);
    out8(0x0a, 6); /* the channel is off */
    send("e6 00 05 00 01 02 12 1b ff");
    CHECK(results() == 7 && result[0] == 0x40 && result[1] == 0x10);

    /* addresses stay within the page register's 64 KiB */
    aim(GUEST_BYTES - 256, 512, 0x44);
    send("e6 00 05 00 01 02 12 1b ff");
    CHECK(results() == 7 && result[0] == 0);
    CHECK_EQ(*guest(GUEST_BYTES - 1), host.floppy[5 * 2 * SECTORS * 512 + 255]);
    CHECK_EQ(*guest(GUEST_BYTES - 0x10000), host.floppy[5 * 2 * SECTORS * 512 + 256]);
}

static void test_polled(void)
{
    const uint8_t *disk = host.floppy + 5 * 2 * SECTORS * 512;

    send("03 df 03");
    send("e6 00 05 00 12 02 12 1b ff");
    CHECK(irq_pending());
    for (unsigned i = 0; i < 1024; i++) {
        CHECK_EQ(in8(0x3f4), 0xf0);
        CHECK_EQ(in8(DATA), i < 512 ? disk[17 * 512 + i] : disk[18 * 512 + i - 512]);
    }
    for (unsigned i = 2; i <= SECTORS; i++)
        for (unsigned n = 0; n < 512; n++)
            in8(DATA);
    CHECK_EQ(results(), 7);
    CHECK(result[0] == 0x40 && result[1] == 0x80);
    send("45 00 05 00 12 02 12 1b ff");
    for (unsigned i = 0; i < 512; i++) {
        CHECK_EQ(in8(0x3f4), 0xb0);
        out8(DATA, i & 0xff);
    }
    CHECK_EQ(results(), 7);
    CHECK_EQ(disk[17 * 512 + 200], 200);
    send("03 df 02");
}

static void test_format(void)
{
    const uint8_t *disk = host.floppy + (5 * 2 + 1) * SECTORS * 512;

    for (unsigned i = 0; i < SECTORS; i++)
        memcpy(guest(BUFFER + 4 * i), (uint8_t[]){5, 1, (uint8_t)(i + 1), 2}, 4);
    aim(BUFFER, 4 * SECTORS, 0x48);
    send("4d 04 02 12 54 f6");
    CHECK_EQ(results(), 7);
    CHECK_EQ(result[0], 4);
    for (unsigned i = 0; i < SECTORS * 512; i++)
        CHECK_EQ(disk[i], 0xf6);
    host.disk_readonly = true;
}

static void test_cmos(void)
{
    out8(0x70, 0x10);
    CHECK_EQ(in8(0x71), 0x40);
    out8(0x70, 0x14);
    CHECK_EQ(in8(0x71) & 0xc1, 1);
}

int main(void)
{
    host.floppies = true;
    for (size_t i = 0; i < sizeof(host.floppy); i++)
        host.floppy[i] = (uint8_t)(i / 512 * 7 + i);
    dev_start();
    test_cmos();
    test_reset();
    test_seek();
    test_dma();
    test_implied_seek();
    test_refused();
    test_polled();
    test_format();
    return dev_done("dev_floppy");
}
