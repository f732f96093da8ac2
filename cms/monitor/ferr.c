/*
 * ferr.c - the way of the PC/AT from a floating-point exception to interrupt 13.
 *
 * The coprocessor's error line sets a latch, which is the interrupt's line. A write to port F0h
 * clears the latch and, while the error is pending, lets the coprocessor go on; F1h resets a
 * coprocessor of the 80287's days and does no more than that here.
 */
#include "monitor/monitor.h"

#define FERR_IRQ 13

static const struct port_range ferr_ports[] = {{0xf0, 0xf1, 1}, {0}};

void monitor_ferr(void)
{
    pic_set_irq(FERR_IRQ, true);
}

static uint32_t ferr_in(void *state, uint16_t port, unsigned size)
{
    (void)state;
    (void)port;
    (void)size;
    return 0xff;
}

static void ferr_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    (void)state;
    (void)port;
    (void)size;
    (void)value;
    pic_set_irq(FERR_IRQ, false);
    cms.cpu.x87.ignore = x87_error();
}

static void ferr_reset(void *state)
{
    (void)state;
    pic_set_irq(FERR_IRQ, false);
}

const struct device ferr_device = {
    .name = "ferr",
    .ports = ferr_ports,
    .reset = ferr_reset,
    .in = ferr_in,
    .out = ferr_out,
};
