/*
 * pm.c - PIIX4 power management function: ACPI timer, power-off, and the APM ports.
 *
 * The function's ports are where the guest puts them (PMBASE, enabled by PMREGMISC). The timer
 * counts 3.58 MHz in 24 bits; its status bit is set, and the SCI raised if enabled, each time the
 * topmost bit changes. Any sleep state ends the run: there is nothing that could wake the machine.
 * There is no system management mode: the APMC enable bit is set from the start, by which SeaBIOS
 * knows that it has nothing to install, and the ACPI switch that its handler would do is done here.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

#define PM_FUNCTION (1 << 3 | 3)
#define PM_HZ 3579545u
#define HALF_WRAP (1u << 23) /* ticks between two changes of the timer's topmost bit */
#define SCI_IRQ 9
#define PM_WIDTH 4

#define PORT_APM_CONTROL 0xb2
#define PORT_APM_STATUS 0xb3
#define APM_ACPI_ON 0xf1
#define APM_ACPI_OFF 0xf0

enum {
    CFG_PMBASE = 0x40,
    CFG_DEVACTB = 0x58,
    CFG_PMREGMISC = 0x80,
    CFG_SMBBASE = 0x90,
    CFG_SMBHOST = 0xd2,
    DEVACTB_APMC = 1 << 25,
};

enum { PM_STATUS = 0, PM_ENABLE = 2, PM_CONTROL = 4, PM_TIMER = 8, PM_SIZE = 0x40 };
enum { TIMER_BIT = 1, STATUS_MASK = 0x8f31, ENABLE_MASK = 0x0521 };
enum { CONTROL_SCI = 1, CONTROL_SLEEP = 1 << 13, CONTROL_KEEP = 0x1c07 };

struct pm {
    struct pci_function *function;
    uint16_t base; /* where the ports are now; 0: nowhere */
    uint16_t status, enable, control;
    uint64_t half_wraps; /* changes of the timer's topmost bit that `status` knows of */
    uint8_t apm_control, apm_status;
};

static uint64_t pm_ticks(void)
{
    return time_to_ticks(sched_now(), PM_HZ);
}

static void pm_update(struct pm *pm)
{
    uint64_t wraps = pm_ticks() / HALF_WRAP;

    if (wraps != pm->half_wraps)
        pm->status |= TIMER_BIT;
    pm->half_wraps = wraps;
    pic_set_irq(SCI_IRQ, pm->control & CONTROL_SCI && pm->status & pm->enable);
    sched_at(DEV_pm, pm->enable & TIMER_BIT && !(pm->status & TIMER_BIT)
                         ? ticks_to_time((wraps + 1) * HALF_WRAP, PM_HZ)
                         : NEVER);
}

static void pm_event(void *state, uint64_t now)
{
    (void)now;
    pm_update(state);
}

/* One register, as 16 bits or the timer's 32; other places read as zero. */
static uint32_t pm_register(struct pm *pm, unsigned reg)
{
    switch (reg) {
    case PM_STATUS: pm_update(pm); return pm->status;
    case PM_ENABLE: return pm->enable;
    case PM_CONTROL: return pm->control;
    case PM_TIMER: return (uint32_t)(pm_ticks() & 0xffffff);
    default: return 0;
    }
}

static void pm_set_register(struct pm *pm, unsigned reg, uint16_t value)
{
    switch (reg) {
    case PM_STATUS:
        pm_update(pm);
        pm->status &= (uint16_t) ~(value & STATUS_MASK);
        break;
    case PM_ENABLE: pm->enable = value & ENABLE_MASK; break;
    case PM_CONTROL:
        pm->control = value & CONTROL_KEEP;
        if (value & CONTROL_SLEEP)
            monitor_exit(HOST_EXIT_POWEROFF, value >> 10 & 7, "the guest switched itself off");
        break;
    }
    pm_update(pm);
}

static uint32_t pm_in(void *state, uint16_t port, unsigned size)
{
    struct pm *pm = state;
    unsigned reg = (unsigned)port - pm->base;

    if (port == PORT_APM_CONTROL)
        return pm->apm_control;
    if (port == PORT_APM_STATUS)
        return pm->apm_status;
    if ((reg & ~3u) == PM_TIMER)
        return pm_register(pm, PM_TIMER) >> (8 * (reg & 3));
    uint32_t low = pm_register(pm, reg & ~1u) >> (8 * (reg & 1));
    return size == 4 ? low | pm_register(pm, reg + 2) << 16 : low;
}

static void pm_apm(struct pm *pm, uint8_t value)
{
    pm->apm_control = value;
    if (value == APM_ACPI_ON)
        pm->control |= CONTROL_SCI;
    else if (value == APM_ACPI_OFF)
        pm->control &= (uint16_t)~CONTROL_SCI;
    pm_update(pm);
}

static void pm_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct pm *pm = state;
    unsigned reg = (unsigned)port - pm->base;

    if (port == PORT_APM_CONTROL) {
        pm_apm(pm, (uint8_t)value);
    } else if (port == PORT_APM_STATUS) {
        pm->apm_status = (uint8_t)value;
    } else if (size ==
               1) { /* the other half stays; in the status register writing 0 changes nothing */
        unsigned shift = 8 * (reg & 1);
        uint32_t old = (reg & ~1u) == PM_STATUS ? 0 : pm_register(pm, reg & ~1u);
        pm_set_register(pm, reg & ~1u, (uint16_t)((old & ~(0xffu << shift)) | value << shift));
    } else {
        pm_set_register(pm, reg, (uint16_t)value);
        if (size == 4)
            pm_set_register(pm, reg + 2, (uint16_t)(value >> 16));
    }
}

/* Configuration space was written: the ports may have moved. */
static void pm_written(struct pci_function *f, unsigned reg, unsigned size)
{
    struct pm *pm = cms.mon->state[DEV_pm];
    uint16_t base = 0;

    (void)reg;
    (void)size;
    if (pci_get(f, CFG_PMREGMISC, 1) & 1)
        base = (uint16_t)(pci_get(f, CFG_PMBASE, 2) & 0xffc0);
    if (base == pm->base)
        return;
    if (pm->base)
        bus_unmap_ports(DEV_pm, pm->base, pm->base + PM_SIZE - 1, PM_WIDTH);
    if (base)
        bus_map_ports(DEV_pm, base, base + PM_SIZE - 1, PM_WIDTH);
    pm->base = base;
}

void pm_place(uint16_t base)
{
    struct pm *pm = cms.mon->state[DEV_pm];

    pci_put(pm->function, CFG_PMBASE, 4, base | 1u);
    pci_put(pm->function, CFG_PMREGMISC, 1, 1);
    pm_written(pm->function, CFG_PMBASE, 4);
}

static void pm_init(void *state)
{
    static const struct pci_identity id = {0x8086, 0x7113, 0x068000, 3, 0, 1};
    struct pm *pm = state;
    struct pci_function *f = pm->function = pci_add(PM_FUNCTION, &id);

    pci_put(f, CFG_PMBASE, 4, 1);
    pci_allow(f, CFG_PMBASE, 4, 0xffc0);
    pci_put(f, CFG_DEVACTB, 4, DEVACTB_APMC);
    pci_allow(f, CFG_DEVACTB, 4, UINT32_MAX);
    pci_allow(f, CFG_PMREGMISC, 1, 1);
    pci_put(f, CFG_SMBBASE, 4, 1);
    pci_allow(f, CFG_SMBBASE, 4, 0xfff0);
    pci_allow(f, CFG_SMBHOST, 1, 0x0f);
    f->written = pm_written;
}

static void pm_reset(void *state)
{
    struct pm *pm = state;

    pm->status = pm->enable = pm->control = 0;
    pm->apm_control = pm->apm_status = 0;
    pm->half_wraps = pm_ticks() / HALF_WRAP;
    pm_update(pm);
}

const struct device pm_device = {
    .name = "pm",
    .state_size = sizeof(struct pm),
    .ports = (const struct port_range[]){{PORT_APM_CONTROL, PORT_APM_STATUS, 1}, {0}},
    .init = pm_init,
    .reset = pm_reset,
    .in = pm_in,
    .out = pm_out,
    .event = pm_event,
};
