/*
 * sysctl.c - the PC's odd bits: port 61h (speaker, channel 2 of the timer) and port 92h (A20,
 * reset).
 *
 * Address line 20 has two masters, this port and the keyboard controller; the last one to speak
 * wins, and both read back the same state.
 */
#include "monitor/monitor.h"

#define REFRESH_NS 15085 /* bit 4 of port 61h changes at this pace */

enum { B_GATE2 = 1, B_SPEAKER = 2, B_REFRESH = 0x10, B_OUT2 = 0x20 };
enum { A_RESET = 1, A_A20 = 2 };

struct sysctl {
    uint8_t port61;
    uint8_t port92;
};

void sysctl_a20(bool on)
{
    if (on == cms.cpu.a20)
        return;
    cms.cpu.a20 = on;
    mmu_flush();
}

bool sysctl_a20_state(void)
{
    return cms.cpu.a20;
}

static uint32_t sysctl_in(void *state, uint16_t port, unsigned size)
{
    struct sysctl *s = state;

    (void)size;
    if (port == 0x92)
        return s->port92 | (cms.cpu.a20 ? A_A20 : 0);
    return s->port61 | (sched_now() / REFRESH_NS & 1 ? B_REFRESH : 0u) |
           (pit_speaker_output() ? B_OUT2 : 0u);
}

static void sysctl_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct sysctl *s = state;

    (void)size;
    if (port == 0x92) {
        s->port92 = value & (uint8_t) ~(A_A20 | A_RESET);
        sysctl_a20(value & A_A20);
        if (value & A_RESET)
            monitor_restart();
        return;
    }
    s->port61 = value & 0x0f;
    pit_speaker_gate(value & B_GATE2);
    speaker_connect(value & B_SPEAKER);
}

static void sysctl_reset(void *state)
{
    memset(state, 0, sizeof(struct sysctl));
    pit_speaker_gate(false);
    sysctl_a20(true);
}

const struct device sysctl_device = {
    .name = "sysctl",
    .state_size = sizeof(struct sysctl),
    .ports = (const struct port_range[]){{0x61, 0x61, 1}, {0x92, 0x92, 1}, {0}},
    .reset = sysctl_reset,
    .in = sysctl_in,
    .out = sysctl_out,
};
