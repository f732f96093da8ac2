/*
 * dev_input.c - keyboard and mouse behind the i8042; both serial ports; the speaker.
 */
#include "tests/unit/dev.h"

#include "monitor/monitor.h"

static void command(uint8_t value)
{
    out8(0x64, value);
}

static void to_mouse(uint8_t value)
{
    command(0xd4);
    out8(0x60, value);
}

/* Reads all that there is: what the mouse has sent, or the rest, must be these bytes. */
static void check_bytes(int line, const char *hex, bool mouse)
{
    char got[2][128] = {"", ""};
    uint8_t status;

    while ((status = in8(0x64)) & 1) {
        char *text = got[status >> 5 & 1];
        snprintf(text + strlen(text), sizeof(got[0]) - strlen(text), *text ? " %02x" : "%02x",
                 in8(0x60));
    }
    if (strcmp(got[mouse], hex) != 0 || *got[!mouse]) {
        fprintf(stderr, "line %d: keyboard \"%s\", mouse \"%s\", expected \"%s\"\n", line, got[0],
                got[1], hex);
        failures++;
    }
}

#define MOUSE(hex) check_bytes(__LINE__, hex, true)
#define KEYBOARD(hex) check_bytes(__LINE__, hex, false)

static void tell_mouse(uint8_t value)
{
    to_mouse(value);
    MOUSE("fa");
}

static bool irq_pending(unsigned irq)
{
    uint16_t port = irq < 8 ? 0x20 : 0xa0;

    out8(port, 0x0a);
    return in8(port) >> (irq & 7) & 1;
}

static void test_mouse_commands(void)
{
    command(0xa9);
    KEYBOARD("00");
    command(0x60);
    out8(0x60, 0x43); /* both interrupts, translation, both lines open */
    to_mouse(0xff);
    CHECK(irq_pending(12) && !irq_pending(1));
    MOUSE("fa aa 00");
    CHECK(!irq_pending(12));
    to_mouse(0xe9);
    MOUSE("fa 00 02 64");
    to_mouse(0xf2);
    MOUSE("fa 00");
    for (const char *rate = "\xc8\x64\x50"; *rate; rate++) {
        tell_mouse(0xf3);
        tell_mouse((uint8_t)*rate);
    }
    to_mouse(0xf2);
    MOUSE("fa 03"); /* it has a wheel */
    tell_mouse(0xe8);
    tell_mouse(3);
    tell_mouse(0xe7);
    tell_mouse(0xf4);
    to_mouse(0xe9);
    MOUSE("fa 30 03 50");
    tell_mouse(0xee); /* echo */
    to_mouse(0x55);
    MOUSE("55");
    tell_mouse(0xec);
    to_mouse(0x12);
    MOUSE("fe");
    command(0xd3);
    out8(0x60, 0x99);
    MOUSE("99");
}

static void test_events(void)
{
    static const struct host_event events[] = {
        {HOST_EVENT_MOVE, 0, 5, -3},
        {HOST_EVENT_PRESS, 1, 0, 0},
        {HOST_EVENT_WHEEL, 0, 0, -1},
        {HOST_EVENT_RELEASE, 1, 0, 0},
        {HOST_EVENT_MOVE, 0, -128, 127},
        {0},
    };

    host.events = events;
    dev_wait(50000000);
    CHECK_EQ(in8(0x64) & 0x21, 0x21);
    MOUSE("08 05 03 00 0a 00 00 00 0a 00 00 ff 08 00 00 00");
    dev_wait(50000000);
    MOUSE("38 80 81 00");
}

/* What one side is not open for waits, and nothing is lost. */
static void test_order(void)
{
    static const struct host_event events[] = {{HOST_EVENT_DOWN, 0x04, 0, 0},
                                               {HOST_EVENT_MOVE, 0, 1, 1},
                                               {HOST_EVENT_UP, 0x04, 0, 0},
                                               {0}};

    tell_mouse(0xf5);
    out8(0x60, 0xf4);
    KEYBOARD("fa");
    host.events = events;
    dev_wait(50000000);
    KEYBOARD("1e");
    command(0xad); /* and now it is the keyboard's turn to wait */
    tell_mouse(0xf4);
    dev_wait(50000000);
    MOUSE("28 01 ff 00");
    command(0xae);
    dev_wait(50000000);
    KEYBOARD("9e");
    tell_mouse(0xf0); /* remote: only when asked for */
    to_mouse(0xeb);
    MOUSE("fa 08 00 00 00");
    command(0xa7);
    command(0x20);
    KEYBOARD("63");
}

/* Each byte of a key makes an edge of its own. */
static void test_edges(void)
{
    static const struct host_event events[] = {{HOST_EVENT_DOWN, 0x52, 0, 0}, {0}};

    command(0xae);
    out8(0x20, 0x11); /* vectors from 8 on, no input masked but the slave's */
    out8(0x21, 8);
    out8(0x21, 4);
    out8(0x21, 1);
    out8(0x21, 0xfd);
    host.events = events;
    dev_wait(10000000);
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 9);
    CHECK_EQ(in8(0x60), 0xe0);
    out8(0x20, 0x20);
    CHECK(cms.intr);
    CHECK_EQ(monitor_irq_ack(), 9);
    CHECK_EQ(in8(0x60), 0x48);
    out8(0x20, 0x20);
    CHECK(!cms.intr);
}

static void test_second_port(void)
{
    host.output_length = 0;
    out8(0x2fc, 0x0b);
    out8(0x2f9, 0x02);
    out8(0x2f8, 'x');
    CHECK(host.output_length == 0); /* another console of the host */
    CHECK_EQ(host.second[0], 'x');
    CHECK(irq_pending(3) && !irq_pending(4));
    CHECK_EQ(in8(0x2fa) & 0x0f, 2);
    CHECK(!irq_pending(3));
    out8(0x2ff, 0x5a);
    out8(0x3ff, 0xa5);
    CHECK_EQ(in8(0x2ff), 0x5a);
    CHECK_EQ(in8(0x3ff), 0xa5);
}

static void test_speaker(void)
{
    unsigned before = host.requests[HOST_SPEAKER];

    out8(0x43, 0xb6);
    out8(0x42, 0xa9); /* 1193 ticks: a kilohertz */
    out8(0x42, 0x04);
    out8(0x61, 0x03);
    CHECK_EQ(host.requests[HOST_SPEAKER], before + 1);
    CHECK(host.tone_period > 999000 && host.tone_period < 1001000);
    uint8_t seen = 0;
    for (unsigned i = 0; i < 40; i++) {
        dev_wait(100000);
        seen |= in8(0x61) & 0x20 ? 1 : 2;
    }
    CHECK_EQ(seen, 3); /* the guest sees channel 2 go up and down */
    out8(0x61, 0x03);
    CHECK_EQ(host.requests[HOST_SPEAKER], before + 1); /* nothing has changed */
    out8(0x61, 0x00);
    CHECK_EQ(host.requests[HOST_SPEAKER], before + 2);
    CHECK_EQ(host.tone_period, 0);
}

int main(void)
{
    host.input = "";
    dev_start();
    test_mouse_commands();
    test_events();
    test_order();
    test_edges();
    test_second_port();
    test_speaker();
    return dev_done("dev_input");
}
