/*
 * dev_misc.c - the other devices: serial port, keyboard controller, A20, firmware configuration,
 * VGA registers, absent ports and memory, ROM and shadow memory; and the firmware's own printf.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define MS UINT64_C(1000000)

static void test_bus(void)
{
    CHECK_EQ(in8(0x402), 0xe9);
    CHECK_EQ(monitor_in(0x9999, 4), 0xffffffff);
    monitor_out(0x9999, 4, 0x12345678);
    CHECK_EQ(in8(0x3f1), 0xff); /* no floppy controller */

    /* a wide access to narrow ports is several, each to its own device */
    out8(0x21, 0x5a);
    CHECK_EQ(monitor_in(0x20, 2) >> 8, 0x5a);
    out8(0x21, 0xff);

    CHECK(!monitor_is_io(0));
    CHECK(!monitor_is_io(0xb8000));
    CHECK(monitor_is_io(0xa0000));
    CHECK(monitor_is_io(GUEST_BYTES));
    CHECK_EQ(monitor_read(0xfec00000, 4), 0xffffffff);
    monitor_write(0xfec00000, 4, 0);
}

static void put_pam(unsigned n, uint8_t value)
{
    monitor_out(0xcf8, 4, 0x80000058 + (n + 1) / 4 * 4);
    out8((uint16_t)(0xcfc + (n + 1) % 4), value);
}

/* The BIOS as a ROM in two places, and the memory before the lower one. */
static void test_shadow(void)
{
    uint8_t *guest = (uint8_t *)GUEST_BASE;
    uint32_t rom = cms.guest_size;

    CHECK_EQ(monitor_memory(0xfffffff0), rom + BIOS_BYTES - 16);
    CHECK_EQ(monitor_memory(0xfffe0000), rom);
    CHECK_EQ(monitor_memory(0xfffdf000), MONITOR_NOWHERE);
    CHECK_EQ(monitor_memory(rom), MONITOR_NOWHERE); /* only there */
    CHECK(monitor_is_readonly(0xfffff000));
    CHECK_EQ(monitor_read(0xfffe1234, 1), 0x12);
    monitor_write(0xfffe1234, 1, 0x99);
    CHECK_EQ(monitor_read(0xfffe1234, 1), 0x12);

    /* all closed: the ROM is seen, writes vanish, and where no ROM is, ones */
    CHECK_EQ(monitor_memory(0xf0000), rom + 0x10000);
    CHECK_EQ(monitor_memory(0xdc000), MONITOR_NOWHERE);
    CHECK_EQ(monitor_read(0xdc000, 4), 0xffffffff);
    monitor_write(0xe1234, 1, 0x55);
    monitor_write(0xdc000, 1, 0x55);
    CHECK_EQ(guest[0xe1234] | guest[0xdc000], 0);
    CHECK(!dma_memory(0xe0000, 512));
    CHECK(!dma_memory(0xbfff0, 0x20));
    CHECK(!dma_memory(0xa0000, 16));
    CHECK(dma_memory(0x90000, 0x10000) != NULL);
    CHECK(dma_memory(0xb8000, 0x8000) != NULL);

    /* open for writing alone: a BIOS copies itself in place */
    put_pam(5, 0x22);
    for (unsigned i = 0; i < 0x8000; i += 4)
        monitor_write(0xe0000 + i, 4, monitor_read(0xe0000 + i, 4));
    CHECK_EQ(guest[0xe1234], 0x12);
    monitor_write(0xe1234, 1, 0x66);
    CHECK_EQ(monitor_read(0xe1234, 1), 0x12);
    CHECK_EQ(guest[0xe1234], 0x66);
    CHECK(!dma_memory(0xe0000, 512));

    /* open for reading alone: protected; the other half of the register is another segment */
    put_pam(5, 0x23);
    CHECK_EQ(monitor_memory(0xe1234), 0xe1234);
    CHECK(!monitor_is_readonly(0xe1234));
    CHECK(dma_memory(0xe0000, 0x4000) != NULL);
    CHECK(!dma_memory(0xe0000, 0x4001));
    put_pam(5, 0x21);
    CHECK_EQ(monitor_memory(0xe1234), 0xe1234);
    CHECK_EQ(monitor_memory(0xe4000), rom + 0x4000);
    CHECK(monitor_is_readonly(0xe1234));
    monitor_write(0xe1234, 1, 0x77);
    CHECK_EQ(guest[0xe1234], 0x66);
    CHECK(!dma_memory(0xe0000, 512));

    /* the last 64 KiB are one segment */
    put_pam(0, 0x30);
    CHECK_EQ(monitor_memory(0xfffff), 0xfffff);
    CHECK_EQ(monitor_read(0xfffff, 1), 0);
    CHECK_EQ(monitor_read(0xffffffff, 1), 0xff);

    /* a reset closes everything, and memory keeps what it has */
    if (!cms_setjmp(cms.landing))
        monitor_restart();
    CHECK_EQ(monitor_memory(0xe1234), rom + 0x1234);
    CHECK_EQ(guest[0xe1234], 0x66);
}

static void test_uart(void)
{
    out8(0x3fb, 0x80);
    out8(0x3f8, 1);
    out8(0x3f9, 0);
    CHECK_EQ(in8(0x3f8), 1);
    out8(0x3fb, 3);
    CHECK_EQ(in8(0x3fd), 0x60);
    CHECK_EQ(in8(0x3fa), 1); /* nothing pending, no FIFO */
    out8(0x3fa, 7);
    CHECK_EQ(in8(0x3fa), 0xc1);
    out8(0x3f8, 'H');
    out8(0x3f8, 'i');
    CHECK(host.output_length == 2 && memcmp(host.output, "Hi", 2) == 0);
    out8(0x3ff, 0x77);
    CHECK_EQ(in8(0x3ff), 0x77);

    /* interrupts only with OUT2: transmitter empty, which reading the cause takes back */
    out8(0x21, 0xef);
    out8(0x3f9, 2);
    CHECK(!cms.intr);
    out8(0x3fc, 0x0b);
    CHECK(cms.intr);
    CHECK_EQ(in8(0x3fa), 0xc2);
    CHECK(!cms.intr);
    CHECK_EQ(in8(0x3fa), 0xc1);
    out8(0x3f8, '!');
    CHECK(cms.intr);
    out8(0x3f9, 0);
    CHECK(!cms.intr);

    /* input comes at events, at most a FIFO of it */
    host.input = "0123456789abcdefXYZ";
    out8(0x3f9, 1);
    dev_wait(2 * MS);
    CHECK(cms.intr);
    CHECK_EQ(in8(0x3fa), 0xc4);
    char got[32] = "";
    unsigned n = 0;
    while (in8(0x3fd) & 1 && n < 16)
        got[n++] = (char)in8(0x3f8);
    CHECK(strcmp(got, "0123456789abcdef") == 0);
    CHECK(!cms.intr);
    dev_wait(2 * MS);
    CHECK_EQ(in8(0x3fa), 0xc4);
    CHECK_EQ(in8(0x3f8), 'X');
    CHECK_EQ(in8(0x3f8), 'Y');
    CHECK_EQ(in8(0x3f8), 'Z');
    CHECK_EQ(in8(0x3f8), 0);

    /* nobody there any more: the polling ends */
    host.input = NULL;
    dev_wait(5 * MS);
    unsigned asked = host.requests[HOST_CON_READ];
    dev_wait(20 * MS);
    CHECK_EQ(host.requests[HOST_CON_READ], asked);

    /* loop: modem lines and data come back, nothing goes out */
    out8(0x3fc, 0x1a);
    CHECK_EQ(in8(0x3fe) & 0xf0, 0x90);
    size_t sent = host.output_length;
    out8(0x3f8, 0x42);
    CHECK_EQ(in8(0x3f8), 0x42);
    CHECK(host.output_length == sent);
    out8(0x3fc, 0);
    out8(0x3f9, 0);
    out8(0x21, 0xff);
}

static uint8_t kbd_command(uint8_t command)
{
    out8(0x64, command);
    CHECK_EQ(in8(0x64) & 3, 1);
    return in8(0x60);
}

static void test_keyboard(void)
{
    CHECK_EQ(in8(0x64) & 1, 0);
    CHECK_EQ(kbd_command(0xaa), 0x55);
    CHECK_EQ(in8(0x64) & 4, 4);
    CHECK_EQ(kbd_command(0xab), 0);
    out8(0x64, 0x60);
    out8(0x60, 0x61); /* interrupt on, translate, mouse off */
    CHECK_EQ(kbd_command(0x20), 0x61);
    out8(0x21, 0xfd);
    out8(0x60, 0xff);
    CHECK(cms.intr);
    CHECK_EQ(in8(0x60), 0xfa);
    CHECK_EQ(in8(0x60), 0xaa);
    CHECK_EQ(in8(0x64) & 1, 0);
    CHECK(!cms.intr);
    out8(0x60, 0xf2);
    CHECK_EQ(in8(0x60), 0xfa);
    CHECK_EQ(in8(0x60), 0xab);
    CHECK_EQ(in8(0x60), 0x41);
    out8(0x60, 0xf0);
    CHECK_EQ(in8(0x60), 0xfa);
    out8(0x60, 0);
    CHECK_EQ(in8(0x60), 0xfa);
    CHECK_EQ(in8(0x60), 2);
    out8(0x60, 0x01);
    CHECK_EQ(in8(0x60), 0xfe);
    out8(0x64, 0xad); /* disabled: its bytes wait */
    out8(0x64, 0xd2);
    out8(0x60, 0x1e);
    CHECK_EQ(in8(0x64) & 1, 0);
    out8(0x64, 0xae);
    CHECK_EQ(in8(0x60), 0x1e);
    out8(0x21, 0xff);

    /* A20 by both ways */
    CHECK(cms.cpu.a20);
    out8(0x64, 0xd1);
    out8(0x60, 0xdd);
    CHECK(!cms.cpu.a20);
    CHECK_EQ(in8(0x92) & 2, 0);
    out8(0x92, 2);
    CHECK(cms.cpu.a20);
    CHECK_EQ(kbd_command(0xd0) & 2, 2);
}

static uint32_t big(uint32_t v)
{
    return __builtin_bswap32(v);
}

static void put_block(uint32_t control, uint32_t length, uint32_t address)
{
    uint32_t block[4] = {big(control), big(length), 0, big(address)};

    memcpy((void *)(GUEST_BASE + 0x2000), block, sizeof(block));
    monitor_out(0x518, 4, big(0x2000));
}

static void test_fwcfg(void)
{
    const uint8_t *guest = (const uint8_t *)GUEST_BASE;

    monitor_out(0x510, 2, 0);
    CHECK(in8(0x511) == 'Q' && in8(0x511) == 'E' && in8(0x511) == 'M' && in8(0x511) == 'U');
    CHECK_EQ(in8(0x511), 0);
    monitor_out(0x510, 2, 1);
    CHECK_EQ(in8(0x511), 3);
    CHECK_EQ(monitor_in(0x514, 4), 0x554d4551);
    monitor_out(0x510, 2, 0x19);
    CHECK_EQ(in8(0x511) | in8(0x511) | in8(0x511), 0);
    CHECK_EQ(in8(0x511), 0); /* no files: no vgabios here */

    memset((void *)(GUEST_BASE + 0x3000), 0xff, 16);
    put_block(3u << 16 | 8 | 2, 8, 0x3000);
    CHECK_EQ(guest[0x2003], 0);
    CHECK_EQ(guest[0x3003], GUEST_BYTES >> 24);
    CHECK_EQ(guest[0x3002], GUEST_BYTES >> 16 & 0xff);
    CHECK_EQ(guest[0x3008], 0xff);
    put_block(8 | 2, 16, GUEST_BYTES - 8); /* not all of it is memory */
    CHECK_EQ(guest[0x2003], 1);
    put_block(16, 4, 0x3000); /* nothing can be written */
    CHECK_EQ(guest[0x2003], 1);
    monitor_out(0x514, 4, 0xffffffff);
    monitor_out(0x518, 4, 0xffffffff); /* a block that isn't there */
}

static void test_vga(void)
{
    out8(0x3d4, 0x0e);
    out8(0x3d5, 0x12);
    out8(0x3d4, 0x0e);
    CHECK_EQ(in8(0x3d5), 0x12);
    monitor_out(0x3d4, 2, 0x340f); /* index and data at once */
    CHECK_EQ(in8(0x3d5), 0x34);
    in8(0x3da);
    out8(0x3c0, 0x10);
    out8(0x3c0, 0x0c);
    in8(0x3da);
    out8(0x3c0, 0x10);
    CHECK_EQ(in8(0x3c1), 0x0c);
    out8(0x3c8, 5);
    for (unsigned i = 1; i <= 3; i++)
        out8(0x3c9, i);
    out8(0x3c7, 5);
    CHECK(in8(0x3c9) == 1 && in8(0x3c9) == 2 && in8(0x3c9) == 3);
    unsigned retrace = 0;
    for (unsigned i = 0; i < 2000; i++) {
        dev_wait(20000);
        retrace += in8(0x3da) >> 3 & 1;
    }
    CHECK(retrace >= 5 && retrace <= 15); /* 70 Hz for 40 ms, two lines long */

    /* the font's plane, only while it is chosen */
    monitor_out(0x3ce, 2, 0x0204);
    monitor_write(0xa0010, 1, 0x11);
    CHECK_EQ(monitor_read(0xa0010, 1), 0);
    monitor_out(0x3c4, 2, 0x0402);
    monitor_write(0xa0010, 2, 0x2211);
    CHECK_EQ(monitor_read(0xa0010, 1), 0x11);
    CHECK_EQ(monitor_read(0xa0011, 1), 0x22);
    vga_show();
    CHECK_EQ(host.requests[HOST_SCREEN], 1);
}

static void check_text(const char *got, const char *want)
{
    if (strcmp(got, want) != 0) {
        fprintf(stderr, "printed \"%s\", expected \"%s\"\n", got, want);
        failures++;
    }
}

#define CHECK_PRINT(...)                                                                           \
    do {                                                                                           \
        char ours_[128], theirs_[128];                                                             \
        int length_ = cms_snprintf(ours_, sizeof(ours_), __VA_ARGS__);                             \
        CHECK(length_ == snprintf(theirs_, sizeof(theirs_), __VA_ARGS__));                         \
        check_text(ours_, theirs_);                                                                \
    } while (0)

static void test_printf(void)
{
    char small[8];

    CHECK_PRINT("%d %d %d", 0, -1, INT32_MIN);
    CHECK_PRINT("%ld %lu", INT64_MIN, UINT64_MAX);
    CHECK_PRINT("%u %x %X", UINT32_MAX, 0xdeadbeef, 0xabc);
    CHECK_PRINT("[%8x] [%08x] [%-8x] [%.4x]", 0xabc, 0xabc, 0xabc, 0xabc);
    CHECK_PRINT("[%5d] [%05d] [%-5d]", -42, -42, -42);
    CHECK_PRINT("[%*d] [%-*d] [%0*lx]", 6, 7, 6, 7, 12, 0x123456789UL);
    CHECK_PRINT("[%s] [%8s] [%-8s] [%.2s] [%.*s]", "abc", "abc", "abc", "abc", 1, "abc");
    CHECK_PRINT("%c%c %%", 'o', 'k');
    CHECK_PRINT("%p", (void *)0x1234);
    CHECK_PRINT("%zu %llx", (size_t)5, 0x1122334455667788ULL);
    CHECK_EQ((uint64_t)cms_snprintf(small, sizeof(small), "%s", "0123456789"), 10);
    check_text(small, "0123456");
    CHECK_EQ((uint64_t)cms_snprintf(small, 0, "abc"), 3);
}

static void test_exit(void)
{
    if (setjmp(host.ended) == 0) {
        monitor_out(0x501, 1, 0x21);
        CHECK(!"still running");
    }
    CHECK_EQ(host.exit_how, HOST_EXIT_DEBUG);
    CHECK_EQ(host.exit_value, 0x21);
}

int main(void)
{
    dev_start();
    test_printf();
    test_bus();
    test_shadow();
    test_uart();
    test_keyboard();
    test_fwcfg();
    test_vga();
    test_exit();
    return dev_done("dev_misc");
}
