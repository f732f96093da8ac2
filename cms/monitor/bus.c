/*
 * bus.c - who answers an access, and the monitor's front door.
 *
 * Ports: a table of 64 K slot numbers, so that finding the device is one load. Ranges that the
 * guest moves (PCI base addresses) are claimed and given up while it runs. Nobody there: reads give
 * all ones, writes vanish, both counted. Memory: the few device ranges, and everything that is not
 * DRAM.
 */
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "monitor/io_trace.h"
#include "monitor/monitor.h"

const struct device *const devices[DEV_COUNT] = {
#define DEVICE(name) [DEV_##name] = &name##_device,
#include "monitor/devices.def"
#undef DEVICE
};

/* The slot of a device's ranges of this width; a new one if there is none yet. */
static uint8_t bus_slot(enum device_id id, unsigned width)
{
    struct monitor *mon = cms.mon;
    unsigned n = 1;

    while (n < mon->slots && (mon->slot[n].device != id || mon->slot[n].width != width))
        n++;
    if (n == PORT_SLOTS)
        cms_panic("more than %d kinds of port ranges", PORT_SLOTS);
    if (n == mon->slots) {
        mon->slot[n] = (struct port_slot){.device = (uint8_t)id, .width = (uint8_t)width};
        mon->slots++;
    }
    return (uint8_t)n;
}

/*
 * Who is there already stays: a guest that moves a range over another device only hides the range.
 */
void bus_map_ports(enum device_id id, unsigned first, unsigned last, unsigned width)
{
    uint8_t slot = bus_slot(id, width);

    for (unsigned port = first; port <= last && port < PORTS; port++)
        if (!cms.mon->port[port])
            cms.mon->port[port] = slot;
}

void bus_unmap_ports(enum device_id id, unsigned first, unsigned last, unsigned width)
{
    uint8_t slot = bus_slot(id, width);

    for (unsigned port = first; port <= last && port < PORTS; port++)
        if (cms.mon->port[port] == slot)
            cms.mon->port[port] = 0;
}

static void bus_map_memory(enum device_id id, const struct memory_range *range)
{
    struct monitor *mon = cms.mon;

    if (mon->memories == MEMORY_SLOTS)
        cms_panic("more than %d ranges of device memory", MEMORY_SLOTS);
    mon->memory[mon->memories++] = (struct memory_slot){range->first, range->last, id};
}

void bus_place_memory(enum device_id id, uint32_t first, uint32_t last)
{
    struct monitor *mon = cms.mon;
    unsigned n = 0;

    while (n < mon->memories && mon->memory[n].device != id)
        n++;
    if (n < mon->memories && mon->memory[n].first == first)
        return;
    if (n < mon->memories)
        mon->memory[n] = mon->memory[--mon->memories];
    if (last)
        bus_map_memory(id, &(struct memory_range){first, last});
    mmu_flush();
}

void monitor_init(void)
{
    struct monitor *mon = cms_alloc(sizeof(*mon));

    cms.mon = mon;
    io_trace_init();
    mon->slots = 1;
    for (unsigned i = 0; i < DEV_COUNT; i++) {
        mon->deadline[i] = NEVER;
        mon->state[i] = cms_alloc(devices[i]->state_size);
    }
    bios_init();
    for (unsigned i = 0; i < DEV_COUNT; i++) {
        const struct port_range *r = devices[i]->ports;
        const struct memory_range *m = devices[i]->memory;

        for (; r && r->width; r++)
            bus_map_ports(i, r->first, r->last, r->width);
        for (; m && m->last; m++)
            bus_map_memory(i, m);
        if (devices[i]->init)
            devices[i]->init(mon->state[i]);
    }
}

void monitor_reset(void)
{
    for (unsigned i = 0; i < DEV_COUNT; i++)
        devices[i]->reset(cms.mon->state[i]);
}

void monitor_restart(void)
{
    if (!cms.opt->reboot)
        monitor_exit(HOST_EXIT_POWEROFF, 0, "the guest reset the PC");
    cms_count(EV_RESETS);
    cms_log(2, "the PC is reset");
    monitor_reset();
    monitor_boot();
    mmu_flush();
    cms_unwind(UNWIND_RETRY);
}

void monitor_last_look(void)
{
    if (!cms.mon || !cms.mon->state[DEV_COUNT - 1])
        return;
    debug_drain();
    vga_show();
}

void monitor_exit(unsigned how, uint64_t value, const char *reason)
{
    struct host_request rq = {
        .op = HOST_EXIT,
        .arg = {how, value},
        .buffer = (uintptr_t)reason,
        .length = strlen(reason),
    };

    monitor_last_look();
    stats_report();
    proxy_call(&rq);
    cms_panic("the host did not end the run: %s", reason);
}

static uint32_t ones(unsigned size)
{
    return UINT32_MAX >> (32 - size * 8);
}

/*
 * One access that a device may take at once, or pieces of it. Pieces of a wide access to a narrow
 * device go to consecutive ports, as the ISA bus has it; each may belong to another device.
 */
static uint32_t port_in(uint16_t port, unsigned size)
{
    struct monitor *mon = cms.mon;
    const struct port_slot *slot = &mon->slot[mon->port[port]];

    if (!mon->port[port] && size == 1) {
        cms_count(EV_PORT_ABSENT);
        io_trace_port(NULL, port, size, false, 0);
        io_trace_value(size, ones(size));
        return ones(size);
    }
    if (slot->width >= size) {
        const struct device *d = devices[slot->device];

        cms_count(EV_HANDLERS + slot->device);
        io_trace_port(d->name, port, size, false, 0);
        uint32_t value = d->in(mon->state[slot->device], port, size) & ones(size);
        io_trace_value(size, value);
        return value;
    }
    unsigned half = size / 2;
    uint32_t low = port_in(port, half);
    return low | port_in((uint16_t)(port + half), half) << (half * 8);
}

static void port_out(uint16_t port, unsigned size, uint32_t value)
{
    struct monitor *mon = cms.mon;
    const struct port_slot *slot = &mon->slot[mon->port[port]];

    if (!mon->port[port] && size == 1) {
        cms_count(EV_PORT_ABSENT);
        io_trace_port(NULL, port, size, true, value);
        return;
    }
    if (slot->width >= size) {
        cms_count(EV_HANDLERS + slot->device);
        io_trace_port(devices[slot->device]->name, port, size, true, value);
        devices[slot->device]->out(mon->state[slot->device], port, size, value);
        return;
    }
    unsigned half = size / 2;
    port_out(port, half, value & ones(half));
    port_out((uint16_t)(port + half), half, value >> (half * 8));
}

uint32_t monitor_in(uint16_t port, unsigned size)
{
    uint64_t phase = vx_mfsr(SR_PHASE);

    vx_mtsr(SR_PHASE, PHASE_monitor);
    cms_count(EV_PORT_READS);
    uint32_t value = port_in(port, size);
    vx_mtsr(SR_PHASE, phase);
    return value;
}

const uint8_t *monitor_ahead(uint16_t port, unsigned size, uint32_t *length)
{
    const struct monitor *mon = cms.mon;
    const struct port_slot *slot = &mon->slot[mon->port[port]];
    const struct device *d = devices[slot->device];

    if (!mon->port[port] || slot->width < size || !d->ahead || cms_tracing(D_IO))
        return NULL;
    return d->ahead(mon->state[slot->device], port, size, length);
}

void monitor_skip(uint16_t port, unsigned size, uint32_t length)
{
    const struct monitor *mon = cms.mon;
    unsigned device = mon->slot[mon->port[port]].device;

    cms.count[EV_PORT_READS] += length / size;
    cms.count[EV_HANDLERS + device] += length / size;
    devices[device]->skip(mon->state[device], port, length);
}

void monitor_out(uint16_t port, unsigned size, uint32_t value)
{
    uint64_t phase = vx_mfsr(SR_PHASE);

    vx_mtsr(SR_PHASE, PHASE_monitor);
    cms_count(EV_PORT_WRITES);
    port_out(port, size, value & ones(size));
    vx_mtsr(SR_PHASE, phase);
}

/* The device whose memory holds this address, or DEV_COUNT. */
static enum device_id memory_device(uint64_t gpa)
{
    const struct monitor *mon = cms.mon;

    for (unsigned i = 0; i < mon->memories; i++)
        if (gpa >= mon->memory[i].first && gpa <= mon->memory[i].last)
            return mon->memory[i].device;
    return DEV_COUNT;
}

bool monitor_is_io(uint64_t gpa)
{
    return monitor_memory(gpa) == MONITOR_NOWHERE;
}

uint64_t monitor_memory(uint64_t gpa)
{
    uint64_t rom = bios_rom(gpa);

    if (rom != MONITOR_NOWHERE)
        return rom;
    if (gpa >= cms.guest_size || !bios_reads_memory(gpa) || memory_device(gpa) != DEV_COUNT)
        return MONITOR_NOWHERE;
    return gpa;
}

bool monitor_is_readonly(uint64_t gpa)
{
    return !bios_writes_memory(gpa) || bios_rom(gpa) != MONITOR_NOWHERE;
}

/* Who answers, in the words of the trace; NULL: nobody. */
static const char *memory_name(enum device_id id, uint64_t gpa)
{
    if (id != DEV_COUNT)
        return devices[id]->name;
    return bios_rom(gpa) != MONITOR_NOWHERE ? "rom" : gpa < cms.guest_size ? "shadow" : NULL;
}

uint64_t monitor_read(uint64_t gpa, unsigned size)
{
    uint64_t phase = vx_mfsr(SR_PHASE);
    enum device_id id = memory_device(gpa);
    uint64_t value = UINT64_MAX >> (64 - size * 8);

    vx_mtsr(SR_PHASE, PHASE_monitor);
    cms_count(EV_MEM_READS);
    io_trace_memory(memory_name(id, gpa), gpa, size, false, 0);
    if (id != DEV_COUNT) {
        cms_count(EV_HANDLERS + id);
        value &= devices[id]->read(cms.mon->state[id], (uint32_t)gpa, size);
    } else if (monitor_memory(gpa) != MONITOR_NOWHERE) {
        memcpy(&value, (const void *)(GUEST_BASE + monitor_memory(gpa)), size);
    } else {
        cms_count(EV_MEM_ABSENT);
    }
    io_trace_value(size, value);
    vx_mtsr(SR_PHASE, phase);
    return value;
}

void monitor_write(uint64_t gpa, unsigned size, uint64_t value)
{
    uint64_t phase = vx_mfsr(SR_PHASE);
    enum device_id id = memory_device(gpa);

    vx_mtsr(SR_PHASE, PHASE_monitor);
    cms_count(EV_MEM_WRITES);
    io_trace_memory(memory_name(id, gpa), gpa, size, true, value);
    if (id != DEV_COUNT) {
        cms_count(EV_HANDLERS + id);
        devices[id]->write(cms.mon->state[id], (uint32_t)gpa, size, value);
    } else if (gpa + size <= cms.guest_size && bios_writes_memory(gpa)) {
        memcpy((void *)(GUEST_BASE + gpa), &value, size);
        smc_written(gpa, size);
    } else {
        cms_count(EV_MEM_ABSENT);
    }
    vx_mtsr(SR_PHASE, phase);
}
