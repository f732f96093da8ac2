/*
 * dev_cd.c - the CD-ROM drive on the second IDE channel: what it says it is, packets by PIO in
 * blocks of several sizes and by bus master, and what it complains of.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define BASE 0x170
#define MASTER 0xc000
#define TABLE 0x1000
#define TARGET 0x200000
#define CD_BYTES (DISK_SECTORS * 512u)

enum { ERR = 1, DRQ = 8, READY = 0x40 };

static uint8_t packet[12];

static uint8_t status(void)
{
    return in8(BASE + 7);
}

static void command(uint8_t value)
{
    out8(BASE + 6, 0xa0);
    out8(BASE + 7, value);
}

static void packet_set(uint8_t op, uint32_t address, uint32_t length)
{
    memset(packet, 0, sizeof(packet));
    packet[0] = op;
    for (unsigned i = 0; i < 4; i++)
        packet[2 + i] = (uint8_t)(address >> (24 - 8 * i));
    packet[7] = (uint8_t)(length >> 8);
    packet[8] = (uint8_t)length;
}

static void packet_send(uint8_t feature, unsigned limit)
{
    out8(BASE + 1, feature);
    out8(BASE + 4, limit);
    out8(BASE + 5, limit >> 8);
    command(0xa0);
    CHECK_EQ(status(), READY | 0x10 | DRQ);
    CHECK_EQ(in8(BASE + 2) & 3, 1); /* it waits for a command */
    for (unsigned i = 0; i < 12; i += 2)
        monitor_out(BASE, 2, packet[i] | packet[i + 1] << 8);
}

/* Everything that a packet command has to say; returns how much, and *blocks in how many pieces. */
static uint32_t answer(uint8_t *to, uint32_t room, unsigned *blocks)
{
    uint32_t n = 0;

    for (*blocks = 0; status() & DRQ; ++*blocks) {
        unsigned length = in8(BASE + 4) | in8(BASE + 5) << 8;
        CHECK_EQ(in8(BASE + 2) & 3, 2); /* data to the host */
        for (unsigned i = 0; i < length; i += 2, n += 2) {
            uint32_t word = monitor_in(BASE, 2);
            if (n + 1 < room) {
                to[n] = (uint8_t)word;
                to[n + 1] = (uint8_t)(word >> 8);
            }
        }
    }
    CHECK_EQ(in8(BASE + 2) & 3, 3); /* over */
    return n;
}

static void test_identity(void)
{
    uint8_t id[512];

    out8(0x376, 4);
    out8(0x376, 0);
    CHECK_EQ(in8(BASE + 4), 0x14);
    CHECK_EQ(in8(BASE + 5), 0xeb);
    out8(BASE + 6, 0xb0); /* there is no other drive: zeros, whatever is written */
    out8(BASE + 2, 0x55);
    for (unsigned reg = 1; reg < 8; reg++)
        CHECK_EQ(in8(BASE + reg), reg == 6 ? 0xb0 : 0);
    out8(BASE + 7, 0xa1);
    CHECK_EQ(in8(BASE + 7), 0);
    command(0xec); /* it is no disk, and says so by its signature */
    CHECK(status() & ERR);
    CHECK_EQ(in8(BASE + 4), 0x14);
    CHECK_EQ(in8(BASE + 5), 0xeb);
    command(0xa1);
    CHECK(status() & DRQ);
    for (unsigned i = 0; i < 512; i += 2) {
        uint32_t word = monitor_in(BASE, 2);
        id[i] = (uint8_t)word;
        id[i + 1] = (uint8_t)(word >> 8);
    }
    CHECK(!(status() & DRQ));
    CHECK_EQ(id[1], 0x85);
    CHECK(memcmp(id + 54, "ESKLRI KDCR-MO", 14) == 0);
}

static void test_small_answers(void)
{
    uint8_t data[256];
    unsigned blocks;

    packet_set(0x12, 0, 0);
    packet[4] = 36;
    packet_send(0, 0xfffe);
    CHECK_EQ(answer(data, sizeof(data), &blocks), 36);
    CHECK_EQ(blocks, 1);
    CHECK_EQ(data[0], 5);
    CHECK(memcmp(data + 8, "SELKIRK ", 8) == 0);

    packet_set(0x25, 0, 0);
    packet_send(0, 8);
    CHECK_EQ(answer(data, sizeof(data), &blocks), 8);
    CHECK_EQ((uint32_t)data[2] << 8 | data[3], CD_BYTES / 2048 - 1);
    CHECK_EQ(data[6], 8); /* 2048 */

    packet_set(0x43, 0, 100); /* contents, as time */
    packet[1] = 2;
    packet_send(0, 12);
    CHECK_EQ(answer(data, sizeof(data), &blocks), 20);
    CHECK_EQ(blocks, 2);
    CHECK_EQ(data[1], 18);
    CHECK_EQ(data[10], 2); /* 00:02:00 */
    CHECK_EQ(data[14], 0xaa);
    packet_set(0x43, 0, 100);
    packet[6] = 5; /* no such track */
    packet_send(0, 100);
    CHECK(status() & ERR);

    packet_set(0x5a, 0, 200);
    packet[2] = 0x2a;
    packet_send(0, 200);
    CHECK_EQ(answer(data, sizeof(data), &blocks), 28);
    CHECK_EQ(data[8], 0x2a);
}

static void test_read(void)
{
    static uint8_t data[16 * 2048];
    static const unsigned limits[] = {2048, 0xfffe, 0, 512, 3000};
    unsigned blocks;

    for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        packet_set(0x28, 100, 9);
        packet_send(0, limits[i]);
        memset(data, 0, sizeof(data));
        CHECK_EQ(answer(data, sizeof(data), &blocks), 9 * 2048);
        CHECK(memcmp(data, host.disk + 100 * 2048, 9 * 2048) == 0);
        CHECK(blocks >= 3);
    }
    packet_set(0xa8, CD_BYTES / 2048 - 1, 0);
    packet[9] = 1;
    packet_send(0, 2048);
    CHECK_EQ(answer(data, sizeof(data), &blocks), 2048);
    CHECK(memcmp(data, host.disk + CD_BYTES - 2048, 2048) == 0);
}

static void test_errors(void)
{
    uint8_t sense[18];
    unsigned blocks;

    packet_set(0x28, CD_BYTES / 2048, 1);
    packet_send(0, 2048);
    CHECK(status() & ERR);
    CHECK_EQ(in8(BASE + 1) >> 4, 5);
    packet_set(3, 0, 0);
    packet[4] = 18;
    packet_send(0, 18);
    CHECK_EQ(answer(sense, sizeof(sense), &blocks), 18);
    CHECK_EQ(sense[2], 5);
    CHECK_EQ(sense[12], 0x21);
    packet_send(0, 18); /* told once */
    answer(sense, sizeof(sense), &blocks);
    CHECK_EQ(sense[2] | sense[12], 0);

    packet_set(0x2a, 0, 1); /* write */
    packet_send(0, 2048);
    CHECK(status() & ERR);
    command(0x30);
    CHECK(status() & ERR);
}

static void test_dma(void)
{
    uint32_t *table = (uint32_t *)(GUEST_BASE + TABLE);
    uint8_t *memory = (uint8_t *)(GUEST_BASE + TARGET);

    monitor_out(0xcf8, 4, 0x80000920);
    monitor_out(0xcfc, 4, MASTER);
    monitor_out(0xcf8, 4, 0x80000904);
    monitor_out(0xcfc, 2, 5);
    table[0] = TARGET;
    table[1] = 4096;
    table[2] = TARGET + 0x8000;
    table[3] = 0x80000000u | 2048;
    monitor_out(MASTER + 12, 4, TABLE);
    out8(MASTER + 10, 6); /* of the commands before */
    packet_set(0x28, 7, 3);
    packet_send(1, 0);
    CHECK_EQ(in8(MASTER + 10) & 4, 0);
    out8(MASTER + 8, 9);
    CHECK_EQ(in8(MASTER + 10) & 7, 4);
    CHECK_EQ(status() & (ERR | DRQ), 0);
    CHECK(memcmp(memory, host.disk + 7 * 2048, 4096) == 0);
    CHECK(memcmp(memory + 0x8000, host.disk + 9 * 2048, 2048) == 0);
    out8(MASTER + 8, 0);
    out8(MASTER + 10, 6);

    table[1] = 0x80000000u | 8; /* a short answer */
    packet_set(0x25, 0, 0);
    packet_send(1, 0);
    out8(MASTER + 8, 9);
    CHECK_EQ(memory[6], 8);
    out8(MASTER + 8, 0);
    out8(MASTER + 10, 6);

    table[0] = GUEST_BYTES - 16; /* beyond the end of memory: refused */
    packet_set(0x28, 0, 1);
    packet_send(1, 0);
    out8(MASTER + 8, 9);
    CHECK_EQ(in8(MASTER + 10) & 6, 6);
    CHECK(status() & ERR);
}

int main(void)
{
    for (unsigned i = 0; i < sizeof(host.disk); i++)
        host.disk[i] = (uint8_t)(i * 2654435761u >> 13);
    host.cd = true;
    dev_start();
    test_identity();
    test_small_answers();
    test_read();
    test_errors();
    test_dma();
    return dev_done("dev_cd");
}
