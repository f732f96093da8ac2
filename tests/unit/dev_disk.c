/*
 * dev_disk.c - PCI configuration, and IDE by PIO and by bus master, against a disk in memory.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define IDE_FUNCTION 0x09
#define MASTER 0xc000

static uint32_t config_get(uint32_t devfn, uint32_t reg, unsigned size)
{
    monitor_out(0xcf8, 4, 0x80000000u | devfn << 8 | (reg & 0xfc));
    return monitor_in((uint16_t)(0xcfc + (reg & 3)), size);
}

static void config_put(uint32_t devfn, uint32_t reg, unsigned size, uint32_t value)
{
    monitor_out(0xcf8, 4, 0x80000000u | devfn << 8 | (reg & 0xfc));
    monitor_out((uint16_t)(0xcfc + (reg & 3)), size, value);
}

static void test_pci(void)
{
    CHECK_EQ(config_get(0x00, 0, 4), 0x12378086);
    CHECK_EQ(config_get(0x08, 0, 4), 0x70008086);
    CHECK_EQ(config_get(0x09, 0, 4), 0x70108086);
    CHECK_EQ(config_get(0x0b, 0, 4), 0x71138086);
    CHECK_EQ(config_get(0x0a, 0, 4), 0xffffffff);
    CHECK_EQ(config_get(0x10, 0, 2), 0xffff);
    CHECK_EQ(config_get(0x100, 0, 4), 0xffffffff); /* bus 1 */
    CHECK_EQ(config_get(0x08, 0x0e, 1), 0x80);     /* several functions */
    CHECK_EQ(config_get(0x09, 0x0a, 2), 0x0101);

    config_put(0x00, 0, 4, 0);
    CHECK_EQ(config_get(0x00, 0, 4), 0x12378086); /* read-only */
    config_put(0x00, 0x5a, 1, 0xff);
    CHECK_EQ(config_get(0x00, 0x5a, 1), 0x33); /* PAM */
    monitor_out(0xcf8, 4, 0x12345678);
    CHECK_EQ(monitor_in(0xcfc, 4), 0xffffffff); /* not enabled */
    CHECK_EQ(monitor_in(0xcf8, 4), 0x00345678 & 0x80fffffc);
    CHECK_EQ(monitor_in(0xcf8, 1), 0xff);

    /* base address of the bus master: its size, then its place */
    config_put(IDE_FUNCTION, 0x20, 4, 0xffffffff);
    CHECK_EQ(config_get(IDE_FUNCTION, 0x20, 4), 0xfffffff1);
    config_put(IDE_FUNCTION, 0x20, 4, MASTER);
    CHECK_EQ(in8(MASTER + 2), 0xff); /* ports not answered yet */
    config_put(IDE_FUNCTION, 4, 2, 5);
    CHECK_EQ(in8(MASTER + 2), 0);
}

static void task_file(unsigned drive, uint64_t lba, unsigned count, uint8_t command)
{
    out8(0x1f6, 0xe0u | drive << 4 | (uint32_t)(lba >> 24 & 15));
    out8(0x1f2, count);
    out8(0x1f3, (uint32_t)lba & 0xff);
    out8(0x1f4, (uint32_t)(lba >> 8) & 0xff);
    out8(0x1f5, (uint32_t)(lba >> 16) & 0xff);
    out8(0x1f7, command);
}

static void task_file_ext(uint64_t lba, unsigned count, uint8_t command)
{
    out8(0x1f6, 0xe0);
    out8(0x1f2, count >> 8);
    out8(0x1f3, (uint32_t)(lba >> 24) & 0xff);
    out8(0x1f4, (uint32_t)(lba >> 32) & 0xff);
    out8(0x1f5, (uint32_t)(lba >> 40) & 0xff);
    out8(0x1f2, count & 0xff);
    out8(0x1f3, (uint32_t)lba & 0xff);
    out8(0x1f4, (uint32_t)(lba >> 8) & 0xff);
    out8(0x1f5, (uint32_t)(lba >> 16) & 0xff);
    out8(0x1f7, command);
}

static bool irq14(void)
{
    out8(0xa0, 0x0a);
    return in8(0xa0) >> 6 & 1;
}

/* One sector from the data port equals the disk's, read by words or double words. */
static void check_sector(uint64_t lba, unsigned size)
{
    uint8_t data[512];

    CHECK_EQ(in8(0x3f6), 0x58);
    CHECK(irq14());
    CHECK_EQ(in8(0x1f7), 0x58); /* takes the interrupt back */
    CHECK(!irq14());
    for (unsigned i = 0; i < 512; i += size) {
        uint32_t value = monitor_in(0x1f0, size);
        memcpy(data + i, &value, size);
    }
    CHECK(memcmp(data, host.disk + lba * 512, 512) == 0);
}

static void test_pio_read(void)
{
    uint8_t identity[512];

    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK_EQ(in8(0x177), 0xff); /* no drive there: nobody drives the bus */
    out8(0x1f6, 0xa0);
    CHECK_EQ(in8(0x1f6), 0xa0);
    task_file(0, 0, 0, 0xec);
    CHECK_EQ(in8(0x1f7), 0x58);
    for (unsigned i = 0; i < 512; i += 2) {
        uint32_t value = monitor_in(0x1f0, 2);
        memcpy(identity + i, &value, 2);
    }
    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK_EQ(identity[120] | identity[121] << 8 | identity[122] << 16, DISK_SECTORS);
    CHECK_EQ(identity[200] | identity[201] << 8 | identity[202] << 16, DISK_SECTORS);
    CHECK_EQ((identity[186] | identity[187] << 8) & 0xdf61, 0x4041); /* alone on its channel */
    CHECK(memcmp(identity + 54, "ESKLRI KIDKS", 12) == 0);

    task_file(0, 7, 1, 0x20);
    check_sector(7, 2);
    CHECK_EQ(in8(0x1f7), 0x50);
    task_file(0, 100, 3, 0x20);
    check_sector(100, 4);
    check_sector(101, 2);
    check_sector(102, 2);
    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK_EQ(monitor_in(0x1f0, 2), 0xffff); /* nothing left */
    task_file_ext(DISK_SECTORS - 1, 1, 0x24);
    check_sector(DISK_SECTORS - 1, 2);

    /* cylinder 1, head 2, sector 3 of 16 heads and 63 sectors */
    out8(0x1f6, 0xa2);
    out8(0x1f2, 1);
    out8(0x1f3, 3);
    out8(0x1f4, 1);
    out8(0x1f5, 0);
    out8(0x1f7, 0x20);
    check_sector((1 * 16 + 2) * 63 + 2, 2);

    /* several sectors an interrupt */
    task_file(0, 0, 16, 0xc4);
    CHECK_EQ(in8(0x1f7), 0x51); /* not set up yet */
    CHECK_EQ(in8(0x1f1), 4);
    task_file(0, 0, 3, 0xc6);
    CHECK_EQ(in8(0x1f7), 0x51); /* no power of two */
    task_file(0, 0, 8, 0xc6);
    CHECK_EQ(in8(0x1f7), 0x50);
    task_file(0, 200, 10, 0xc4);
    for (unsigned i = 0; i < 10; i++) {
        uint8_t data[512];
        CHECK_EQ(irq14(), i == 0 || i == 8);
        in8(0x1f7);
        for (unsigned k = 0; k < 512; k += 2) {
            uint32_t value = monitor_in(0x1f0, 2);
            memcpy(data + k, &value, 2);
        }
        CHECK(memcmp(data, host.disk + (200 + i) * 512, 512) == 0);
    }
    CHECK_EQ(in8(0x1f7), 0x50);
}

static void test_errors(void)
{
    task_file(0, DISK_SECTORS, 1, 0x20);
    CHECK_EQ(in8(0x1f7), 0x51);
    CHECK_EQ(in8(0x1f1), 0x10);
    task_file(0, DISK_SECTORS - 1, 2, 0x20);
    CHECK_EQ(in8(0x1f1), 0x10);
    task_file_ext(UINT64_C(0xffffffffffff), 0, 0x24);
    CHECK_EQ(in8(0x1f1), 0x10);
    task_file(0, 0, 1, 0xa1); /* not a packet device */
    CHECK_EQ(in8(0x1f1), 4);
    task_file(0, 0, 1, 0x99);
    CHECK_EQ(in8(0x1f1), 4);
    task_file(1, 0, 1, 0xec); /* no second drive */
    CHECK_EQ(in8(0x1f7), 0);
    out8(0x1f6, 0xa0);

    /* reset by the control register, interrupts off */
    out8(0x3f6, 6);
    CHECK_EQ(in8(0x3f6), 0x80);
    out8(0x3f6, 2);
    CHECK_EQ(in8(0x3f6), 0x50);
    CHECK_EQ(in8(0x1f2) | in8(0x1f3) << 8 | in8(0x1f4) << 16 | in8(0x1f5) << 24, 0x0101);
    task_file(0, 0, 1, 0x20);
    CHECK(!irq14());
    out8(0x3f6, 0);
    CHECK(irq14());
    in8(0x1f7);
    for (unsigned k = 0; k < 256; k++)
        monitor_in(0x1f0, 2);
}

static void test_pio_write(void)
{
    task_file(0, 50, 2, 0x30);
    CHECK_EQ(in8(0x1f7), 0x58);
    for (unsigned i = 0; i < 512; i++)
        monitor_out(0x1f0, 2, 0x4000 + i);
    CHECK(irq14());
    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK_EQ(host.disk[50 * 512] | host.disk[50 * 512 + 1] << 8, 0x4000);
    CHECK_EQ(host.disk[52 * 512 - 2] | host.disk[52 * 512 - 1] << 8, 0x41ff);
    task_file(0, 0, 0, 0xe7);
    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK_EQ(host.requests[HOST_BLK_FLUSH], 1);
}

static void put32(uint32_t gpa, uint32_t value)
{
    memcpy((void *)(GUEST_BASE + gpa), &value, 4);
}

/*
 * A command with the bus master started after it; the table is at 1000h. Returns the master's
 * status.
 */
static uint8_t run_master(uint64_t lba, unsigned count, uint8_t command, bool to_memory)
{
    monitor_out(MASTER + 4, 4, 0x1000);
    out8(MASTER + 2, 6);
    out8(MASTER, to_memory ? 8 : 0);
    task_file(0, lba, count, command);
    CHECK_EQ(in8(0x3f6), 0xd0);
    out8(MASTER, to_memory ? 9 : 1);
    uint8_t status = in8(MASTER + 2);
    CHECK(irq14());
    out8(MASTER, 0);
    in8(0x1f7);
    return status;
}

static void test_master(void)
{
    const uint8_t *guest = (const uint8_t *)GUEST_BASE;

    put32(0x1000, 0x10000);
    put32(0x1004, 512);
    put32(0x1008, 0x20000);
    put32(0x100c, 0x80000000u | 1024);
    CHECK_EQ(run_master(300, 3, 0xc8, true), 4);
    CHECK(memcmp(guest + 0x10000, host.disk + 300 * 512, 512) == 0);
    CHECK(memcmp(guest + 0x20000, host.disk + 301 * 512, 1024) == 0);

    memset((void *)(GUEST_BASE + 0x20000), 0xa5, 1024);
    CHECK_EQ(run_master(400, 3, 0xca, false), 4);
    CHECK(memcmp(guest + 0x10000, host.disk + 400 * 512, 512) == 0);
    CHECK_EQ(host.disk[402 * 512], 0xa5);

    /* tables that lead nowhere: an error, nothing outside of DRAM is touched */
    put32(0x1000, GUEST_BYTES - 256);
    put32(0x1004, 0x80000000u | 512);
    CHECK_EQ(run_master(0, 1, 0xc8, true) & 6, 6);
    put32(0x1000, 0xfffffffe);
    CHECK_EQ(run_master(0, 1, 0xc8, true) & 6, 6);
    put32(0x1000, 0x10000);
    put32(0x1004, 0x80000000u | 256); /* too short */
    CHECK_EQ(run_master(0, 1, 0xc8, true) & 6, 6);
    put32(0x1000, 0xe0000); /* shadow memory that isn't open */
    put32(0x1004, 0x80000000u | 512);
    CHECK_EQ(run_master(0, 1, 0xc8, true) & 6, 6);
    put32(0x1000, GUEST_BYTES); /* where the ROMs lie, behind the guest's memory */
    CHECK_EQ(run_master(0, 1, 0xc8, true) & 6, 6);
    monitor_out(MASTER + 4, 4, 0xfffffffc);
    task_file(0, 0, 1, 0xc8);
    out8(MASTER, 9);
    CHECK_EQ(in8(MASTER + 2) & 2, 2);
    out8(MASTER, 0);
}

/* Sectors in pieces of two bytes: more regions than a page's table holds. */
static void test_master_pieces(void)
{
    enum { SECTORS = 9, PIECES = SECTORS * 256 };
    const uint8_t *guest = (const uint8_t *)GUEST_BASE;
    uint64_t read = cms.count[EV_DISK_READ], written = cms.count[EV_DISK_WRITTEN];

    for (uint32_t i = 0; i < PIECES; i++) {
        put32(0x1000 + 8 * i, 0x10000 + 4 * i);
        put32(0x1004 + 8 * i, 2 | (i == PIECES - 1) << 31);
    }
    CHECK_EQ(run_master(300, SECTORS, 0xc8, true), 4);
    for (uint32_t i = 0; i < PIECES; i++)
        CHECK(memcmp(guest + 0x10000 + 4 * i, host.disk + 300 * 512 + 2 * i, 2) == 0);
    CHECK_EQ(run_master(400, SECTORS, 0xca, false), 4);
    CHECK(memcmp(host.disk + 400 * 512, host.disk + 300 * 512, SECTORS * 512) == 0);
    CHECK_EQ(cms.count[EV_DISK_READ] - read, SECTORS);
    CHECK_EQ(cms.count[EV_DISK_WRITTEN] - written, SECTORS);
}

/*
 * As a driver for the PIIX does it: the channels are on, timings stay as they are set, an interrupt
 * of whatever command shows in the bus master's status, and only that says whose a shared one is.
 */
static void test_native(void)
{
    ide_place(MASTER);
    CHECK_EQ(config_get(IDE_FUNCTION, 0x09, 1) & 0x85, 0x80); /* both in their old places */
    CHECK_EQ(config_get(IDE_FUNCTION, 0x40, 4) & 0x80008000u, 0x80008000u);
    CHECK_EQ(config_get(IDE_FUNCTION, 0x04, 2) & 5, 5);
    CHECK_EQ(config_get(IDE_FUNCTION, 0x20, 4), MASTER | 1);
    config_put(IDE_FUNCTION, 0x40, 2, 0xa307);
    CHECK_EQ(config_get(IDE_FUNCTION, 0x40, 2), 0xa307);

    in8(0x1f7);
    out8(MASTER, 0);
    out8(MASTER + 2, 0x66);
    CHECK_EQ(in8(MASTER + 2), 0x60); /* both drives may use it */
    out8(0x3f6, 0x08);
    task_file(0, 0, 0, 0xec);
    CHECK(irq14());
    CHECK_EQ(in8(MASTER + 2), 0x64);
    CHECK_EQ(in8(MASTER + 10) & 4, 0); /* the other channel's */
    for (unsigned i = 0; i < 256; i++)
        monitor_in(0x1f0, 2);
    in8(0x1f7);
    out8(MASTER + 2, 0x64);
    CHECK_EQ(in8(MASTER + 2), 0x60);
    out8(0x1f1, 0x22); /* multiword DMA 2 */
    task_file(0, 0, 0x22, 0xef);
    CHECK_EQ(in8(0x1f7), 0x50);

    out8(0x3f6, 0x0a); /* no interrupt, but the status bit */
    out8(MASTER + 2, 0x64);
    put32(0x1000, 0x10000);
    put32(0x1004, 0x80000000u | 512);
    monitor_out(MASTER + 4, 4, 0x1000);
    out8(MASTER, 8);
    task_file(0, 7, 1, 0xc8);
    CHECK_EQ(in8(MASTER + 2), 0x60);
    out8(MASTER, 9);
    CHECK(!irq14());
    CHECK_EQ(in8(MASTER + 2), 0x64);
    out8(MASTER, 0);
    out8(0x3f6, 0x08);
    CHECK(irq14());
    CHECK_EQ(in8(0x1f7), 0x50);
    CHECK(!irq14());
}

int main(void)
{
    for (size_t i = 0; i < sizeof(host.disk); i++)
        host.disk[i] = (uint8_t)(i * 2654435761u >> 13);
    dev_start();
    test_pci();
    test_pio_read();
    test_errors();
    test_pio_write();
    test_master();
    test_master_pieces();
    test_native();
    return dev_done("dev_disk");
}
