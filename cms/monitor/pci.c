/*
 * pci.c - configuration mechanism 1, the i440FX host bridge and the PIIX3 ISA bridge. One bus.
 *
 * A function is 256 bytes of configuration space and a mask of the bits that may be written; what a
 * write means beyond that is the function's own callback. The host bridge's tells bios.c of its PAM
 * registers. The ISA bridge needs none: interrupt routing matters to nobody until a PCI device has
 * an interrupt.
 */
#include "monitor/monitor.h"

#define PORT_ADDRESS 0xcf8
#define PORT_RESET 0xcf9
#define PORT_DATA 0xcfc
#define ENABLE 0x80000000u

#define HOST_BRIDGE (0 << 3)
#define ISA_BRIDGE (1 << 3)
#define HEADER_MULTI 0x80

enum { RESET_HARD = 2, RESET_PULSE = 4 };

enum {
    CFG_VENDOR = 0x00,
    CFG_DEVICE_ID = 0x02,
    CFG_COMMAND = 0x04,
    CFG_REVISION = 0x08,
    CFG_CLASS = 0x09,
    CFG_HEADER = 0x0e,
    CFG_SUBSYSTEM = 0x2c,
    CFG_LINE = 0x3c,
    CFG_PIN = 0x3d,

    FX_PAM = 0x59, /* seven registers */
    FX_SMRAM = 0x72,
    PIIX_IRQ_ROUTE = 0x60, /* four registers */
};

/* What the reference emulator calls itself here: SeaBIOS takes it for a machine that it knows. */
#define SUBSYSTEM_EMULATOR 0x11001af4u

struct pci {
    uint32_t address;
    unsigned functions;
    struct pci_function function[PCI_FUNCTIONS];
    bool started;
    uint8_t initial[PCI_FUNCTIONS][256]; /* configuration spaces as a reset leaves them */
};

void pci_put(struct pci_function *f, unsigned reg, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++)
        f->config[reg + i] = (uint8_t)(value >> (8 * i));
}

uint32_t pci_get(const struct pci_function *f, unsigned reg, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)f->config[reg + i] << (8 * i);
    return value;
}

void pci_allow(struct pci_function *f, unsigned reg, unsigned size, uint32_t mask)
{
    for (unsigned i = 0; i < size; i++)
        f->writable[reg + i] = (uint8_t)(mask >> (8 * i));
}

struct pci_function *pci_add(unsigned devfn, const struct pci_identity *id)
{
    struct pci *pci = cms.mon->state[DEV_pci];

    if (pci->functions == PCI_FUNCTIONS)
        cms_panic("more than %d PCI functions", PCI_FUNCTIONS);
    struct pci_function *f = &pci->function[pci->functions++];
    f->devfn = (uint8_t)devfn;
    pci_put(f, CFG_VENDOR, 2, id->vendor);
    pci_put(f, CFG_DEVICE_ID, 2, id->device);
    pci_put(f, CFG_REVISION, 1, id->revision);
    pci_put(f, CFG_CLASS, 3, id->class_code);
    pci_put(f, CFG_HEADER, 1, id->header);
    pci_put(f, CFG_SUBSYSTEM, 4, SUBSYSTEM_EMULATOR);
    pci_put(f, CFG_PIN, 1, id->interrupt_pin);
    pci_allow(f, CFG_COMMAND, 2, 0x0547);
    pci_allow(f, CFG_LINE, 1, 0xff);
    return f;
}

static struct pci_function *pci_find(struct pci *pci)
{
    if (!(pci->address & ENABLE) || pci->address >> 16 & 0xff)
        return NULL;
    for (unsigned i = 0; i < pci->functions; i++)
        if (pci->function[i].devfn == (pci->address >> 8 & 0xff))
            return &pci->function[i];
    return NULL;
}

static uint32_t pci_in(void *state, uint16_t port, unsigned size)
{
    struct pci *pci = state;
    unsigned reg = (pci->address & 0xfc) | (port & 3);

    if (port < PORT_DATA)
        return port == PORT_ADDRESS && size == 4 ? pci->address : UINT32_MAX;
    const struct pci_function *f = pci_find(pci);
    return f && reg + size <= sizeof(f->config) ? pci_get(f, reg, size) : UINT32_MAX;
}

static void pci_write(struct pci_function *f, unsigned reg, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t mask = f->writable[reg + i];
        uint8_t byte = (uint8_t)(value >> (8 * i));
        f->config[reg + i] = (uint8_t)((f->config[reg + i] & ~mask) | (byte & mask));
    }
    if (f->written)
        f->written(f, reg, size);
}

static void pci_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct pci *pci = state;
    unsigned reg = (pci->address & 0xfc) | (port & 3);

    if (port >= PORT_DATA) {
        struct pci_function *f = pci_find(pci);
        if (f && reg + size <= sizeof(f->config))
            pci_write(f, reg, size, value);
    } else if (port == PORT_ADDRESS && size == 4) {
        pci->address = value & 0x80fffffc;
    } else if (port == PORT_RESET && size == 1 && value & RESET_PULSE) {
        monitor_restart();
    }
}

static void host_written(struct pci_function *f, unsigned reg, unsigned size)
{
    (void)reg;
    (void)size;
    bios_shadow(f->config + FX_PAM);
}

void pci_open_shadow(void)
{
    struct pci *pci = cms.mon->state[DEV_pci];
    struct pci_function *f = &pci->function[0]; /* the host bridge was the first */

    pci_put(f, FX_PAM, 1, 0x30);
    for (unsigned i = 1; i < PAM_COUNT; i++)
        pci_put(f, FX_PAM + i, 1, 0x33);
    host_written(f, FX_PAM, PAM_COUNT);
}

static void pci_init(void *state)
{
    static const struct pci_identity host = {0x8086, 0x1237, 0x060000, 2, 0, 0};
    static const struct pci_identity isa = {0x8086, 0x7000, 0x060100, 0, HEADER_MULTI, 0};

    (void)state;
    struct pci_function *f = pci_add(HOST_BRIDGE, &host);
    for (unsigned i = 0; i < PAM_COUNT; i++)
        pci_allow(f, FX_PAM + i, 1, i ? 0x33 : 0x30);
    f->written = host_written;
    pci_put(f, FX_SMRAM, 1, 0x02);
    pci_allow(f, FX_SMRAM, 1, 0x78);

    f = pci_add(ISA_BRIDGE, &isa);
    pci_put(f, CFG_COMMAND, 2, 0x0007);
    pci_put(f, PIIX_IRQ_ROUTE, 4, 0x80808080);
    pci_allow(f, PIIX_IRQ_ROUTE, 4, 0x8f8f8f8f);
}

/*
 * The first reset comes when all functions have been added: what they hold then is their initial
 * state.
 */
static void pci_reset(void *state)
{
    struct pci *pci = state;

    pci->address = 0;
    for (unsigned i = 0; i < pci->functions; i++) {
        struct pci_function *f = &pci->function[i];
        if (!pci->started) {
            memcpy(pci->initial[i], f->config, sizeof(f->config));
            continue;
        }
        memcpy(f->config, pci->initial[i], sizeof(f->config));
        if (f->written)
            f->written(f, 0, sizeof(f->config));
    }
    pci->started = true;
}

const struct device pci_device = {
    .name = "pci",
    .state_size = sizeof(struct pci),
    .ports = (const struct port_range[]){{PORT_ADDRESS, PORT_ADDRESS + 3, 4},
                                         {PORT_DATA, PORT_DATA + 3, 4},
                                         {0}},
    .init = pci_init,
    .reset = pci_reset,
    .in = pci_in,
    .out = pci_out,
};
