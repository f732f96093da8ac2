/*
 * dev_vga.c - the display: planes and latches, 256 colors, Bochs' modes by window and framebuffer,
 * and the lines that the host gets.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

#define WINDOW 0xa0000u
#define FRAMEBUFFER 0xe0000000u

static void gc(unsigned index, unsigned value)
{
    out8(0x3ce, index);
    out8(0x3cf, value);
}

static void seq(unsigned index, unsigned value)
{
    out8(0x3c4, index);
    out8(0x3c5, value);
}

static void crtc(unsigned index, unsigned value)
{
    out8(0x3d4, index);
    out8(0x3d5, value);
}

static uint8_t plane(unsigned p, uint32_t offset)
{
    gc(4, p);
    return (uint8_t)monitor_read(WINDOW + offset, 1);
}

static void dispi(unsigned index, unsigned value)
{
    monitor_out(0x1ce, 2, index);
    monitor_out(0x1cf, 2, value);
}

static unsigned dispi_get(unsigned index)
{
    monitor_out(0x1ce, 2, index);
    return monitor_in(0x1cf, 2);
}

static void color(unsigned index, unsigned r, unsigned g, unsigned b)
{
    out8(0x3c8, index);
    out8(0x3c9, r);
    out8(0x3c9, g);
    out8(0x3c9, b);
}

static void test_planes(void)
{
    seq(4, 6);
    seq(2, 15);
    gc(6, 5);
    gc(5, 0);
    gc(8, 0xff);
    monitor_write(WINDOW + 10, 1, 0xa5);
    for (unsigned p = 0; p < 4; p++)
        CHECK_EQ(plane(p, 10), 0xa5);
    seq(2, 5); /* planes 0 and 2 */
    monitor_write(WINDOW + 11, 1, 0x3c);
    CHECK_EQ(plane(0, 11), 0x3c);
    CHECK_EQ(plane(1, 11), 0);
    seq(2, 15);
    gc(0, 6); /* set/reset in plane 1 and 2, enabled in 0 and 1 */
    gc(1, 3);
    monitor_write(WINDOW + 12, 1, 0x0f);
    CHECK_EQ(plane(0, 12), 0);
    CHECK_EQ(plane(1, 12), 0xff);
    CHECK_EQ(plane(2, 12), 0x0f);
    gc(1, 0);

    gc(5, 2); /* write mode 2: a color; only the lower half of the bits */
    gc(8, 0x0f);
    CHECK_EQ(plane(0, 10), 0xa5); /* latches */
    monitor_write(WINDOW + 10, 1, 9);
    CHECK_EQ(plane(0, 10), 0xaf);
    CHECK_EQ(plane(1, 10), 0xa0);
    CHECK_EQ(plane(3, 10), 0xaf);
    gc(5, 1); /* write mode 1: the latches */
    monitor_write(WINDOW + 20, 1, 0);
    CHECK_EQ(plane(1, 20), 0xa0);
    gc(5, 3); /* write mode 3: set/reset where the byte and the mask have ones */
    gc(8, 0xff);
    gc(0, 15);
    plane(0, 30);
    monitor_write(WINDOW + 30, 1, 0x81);
    CHECK_EQ(plane(3, 30), 0x81);
    gc(5, 0);
    gc(3, 0x18); /* exclusive or with the latches */
    plane(0, 30);
    monitor_write(WINDOW + 30, 1, 0xff);
    CHECK_EQ(plane(2, 30), 0x7e);
    gc(3, 0);
    gc(5, 8); /* read mode 1: where is color 15? */
    gc(2, 15);
    gc(7, 15);
    CHECK_EQ(monitor_read(WINDOW + 30, 1), 0x7e);
    gc(5, 0);
}

static void test_256_colors(void)
{
    seq(4, 14);
    gc(6, 5);
    gc(5, 0x40);
    crtc(9, 0x41);
    crtc(0x13, 0x28);
    color(7, 63, 0, 32);
    monitor_write(WINDOW + 320 * 3 + 5, 1, 7);
    host.picture_line = 3;
    vga_show();
    CHECK_EQ(host.picture_width, 320);
    CHECK_EQ(host.picture_height, 200);
    CHECK_EQ(host.picture[5 * 3], 255);
    CHECK_EQ(host.picture[5 * 3 + 1], 0);
    CHECK_EQ(host.picture[5 * 3 + 2], 130);
    CHECK_EQ(host.picture[4 * 3], 0);
}

static void test_modes(void)
{
    CHECK_EQ(dispi_get(0), 0xb0c5);
    CHECK_EQ(dispi_get(10), 64);
    dispi(4, 2);
    CHECK_EQ(dispi_get(1), 1600);
    dispi(4, 0);
    dispi(1, 1600);
    dispi(2, 1200);
    dispi(3, 32);
    dispi(4, 0x41);
    CHECK_EQ(dispi_get(4) & 1, 0); /* more than there is memory */
    dispi(1, 640);
    dispi(2, 480);
    dispi(3, 16);
    dispi(4, 0x41);
    CHECK_EQ(dispi_get(4), 0x41);
    CHECK_EQ(dispi_get(6), 640);
    dispi(5, 1); /* second bank: line 51 and a bit */
    monitor_write(WINDOW + 100 * 1280 - 0x10000, 2, 0x07e0);
    host.picture_line = 100;
    vga_show();
    CHECK_EQ(host.picture_width, 640);
    CHECK_EQ(host.picture_height, 480);
    CHECK_EQ(host.picture[1], 255);
    CHECK_EQ(host.picture[0] | host.picture[2], 0);
    dispi(9, 100); /* scrolled */
    host.picture_line = 0;
    vga_show();
    CHECK_EQ(host.picture[1], 255);
    dispi(4, 0);
}

static void test_framebuffer(void)
{
    monitor_out(0xcf8, 4, 0x80001000);
    CHECK_EQ(monitor_in(0xcfc, 4), 0x11111234);
    monitor_out(0xcf8, 4, 0x80001010);
    monitor_out(0xcfc, 4, UINT32_MAX);
    CHECK_EQ(monitor_in(0xcfc, 4), 0xffc00008);
    monitor_out(0xcfc, 4, FRAMEBUFFER);
    CHECK_EQ(monitor_read(FRAMEBUFFER, 4), 0xffffffff); /* not answered yet */
    monitor_out(0xcf8, 4, 0x80001004);
    monitor_out(0xcfc, 2, 3);
    dispi(1, 800);
    dispi(2, 600);
    dispi(3, 32);
    dispi(4, 0x41);
    monitor_write(FRAMEBUFFER + 800 * 4 * 7 + 4, 4, 0x00123456);
    CHECK_EQ(monitor_read(FRAMEBUFFER + 800 * 4 * 7 + 4, 4), 0x00123456);
    host.picture_line = 7;
    vga_show();
    CHECK_EQ(host.picture[3] << 16 | host.picture[4] << 8 | host.picture[5], 0x123456);
    monitor_out(0xcfc, 2, 0);
    CHECK_EQ(monitor_read(FRAMEBUFFER, 4), 0xffffffff);
}

int main(void)
{
    host.option = "cms.pc.vga=1";
    dev_start();
    test_planes();
    test_256_colors();
    test_modes();
    test_framebuffer();
    return dev_done("dev_vga");
}
