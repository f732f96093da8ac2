/*
 * monitor.h - the part of the firmware that owns the guest's devices.
 *
 * A virtual device is one file and one `struct device`: which ports and which physical addresses it
 * answers, and what happens on an access, on reset, and when simulated time reaches the moment that
 * it asked for. devices.def lists them all; nothing else needs to be told of a new one. State is
 * allocated by the monitor (`state_size` bytes, zeroed) and handed to every function of the device,
 * so that no device has a global.
 *
 *     guest access ---> bus.c: who lives there? ---> device ---> proxy.c (disk, console, clock on
 * the host)                                                      |     cms.intr  <--- pic.c <---
 * pic_set_irq() <--------+                                                      |     SR_TIMER
 * <--- sched.c <--- sched_at() <---------+
 *
 * Time is SR_TIME, nanoseconds of simulated time, and nothing else: a device that counts computes
 * its count from the time of the access. The host is asked for input only at events, so that a run
 * depends on its inputs alone.
 */
#ifndef CMS_MONITOR_MONITOR_H
#define CMS_MONITOR_MONITOR_H

#include "cms.h"
#include "isa.h"
#include "isa_intrinsics.h"

/*
 * Ports first..last. `width`: widest access that the device takes at once; wider ones come in
 * pieces. 0 ends a list.
 */
struct port_range {
    uint16_t first, last;
    uint8_t width;
};

/* Physical addresses first..last, whole pages. last = 0 ends a list. */
struct memory_range {
    uint32_t first, last;
};

struct device {
    const char *name;
    size_t state_size;
    const struct port_range *ports;    /* NULL: none */
    const struct memory_range *memory; /* NULL: none */

    void (*init)(void *state);  /* once, when the firmware starts; all devices' state exists */
    void (*reset)(void *state); /* power-on and every reset of the PC */
    uint32_t (*in)(void *state, uint16_t port, unsigned size);
    void (*out)(void *state, uint16_t port, unsigned size, uint32_t value);
    /* NULL, or monitor_ahead's and monitor_skip's part */
    const uint8_t *(*ahead)(void *state, uint16_t port, unsigned size, uint32_t *length);
    void (*skip)(void *state, uint16_t port, uint32_t length);
    uint64_t (*read)(void *state, uint32_t addr, unsigned size);
    void (*write)(void *state, uint32_t addr, unsigned size, uint64_t value);
    void (*event)(void *state, uint64_t now); /* the time given to sched_at() has come */
};

enum device_id {
#define DEVICE(name) DEV_##name,
#include "monitor/devices.def"
#undef DEVICE
    DEV_COUNT
};

#define DEVICE(name) extern const struct device name##_device;
#include "monitor/devices.def"
#undef DEVICE

#define PORTS 0x10000
#define PORT_SLOTS 64 /* different ranges at any time */
#define MEMORY_SLOTS 8
#define NEVER UINT64_MAX

/* One claimed range of ports. */
struct port_slot {
    uint8_t device; /* enum device_id */
    uint8_t width;
};

/* One claimed range of physical addresses. */
struct memory_slot {
    uint32_t first, last;
    enum device_id device;
};

struct monitor {
    uint8_t port[PORTS]; /* slot number; 0: nothing there */
    struct port_slot slot[PORT_SLOTS];
    unsigned slots;
    struct memory_slot memory[MEMORY_SLOTS];
    unsigned memories;
    uint64_t deadline[DEV_COUNT]; /* ns, NEVER: none */
    void *state[DEV_COUNT];
    struct io_trace *trace; /* io_trace.c */
    struct bios *bios;      /* bios.c */
    struct loader *loader;  /* loader.c */
};

/* bus.c: the list itself, and what is where */
extern const struct device *const devices[DEV_COUNT];
void bus_map_ports(enum device_id id, unsigned first, unsigned last, unsigned width);
void bus_unmap_ports(enum device_id id, unsigned first, unsigned last, unsigned width);
/* The device's one range of memory, where the guest has put it; last 0: nowhere. */
void bus_place_memory(enum device_id id, uint32_t first, uint32_t last);

/* sched.c: simulated time. One deadline a device; a new one replaces the old */
uint64_t sched_now(void);
void sched_at(enum device_id id, uint64_t time);
uint64_t time_to_ticks(uint64_t ns, uint32_t hz); /* whole ticks since time 0 */
uint64_t ticks_to_time(uint64_t ticks,
                       uint32_t hz); /* first nanosecond at which so many ticks have passed */

/* dma.c: devices that reach into the guest's memory */
void *dma_memory(uint64_t gpa, uint64_t length); /* native; NULL if not wholly DRAM */
void dma_written(uint64_t gpa, uint64_t length); /* after writing there */
/*
 * A device of the old bus moves up to `length` bytes by its channel, 0 to 3. Returns how many:
 * fewer if the guest has switched the channel off, or its count has come to an end, which *done
 * says.
 */
unsigned dma_move(unsigned channel, uint8_t *bytes, unsigned length, bool to_memory, bool *done);

/* bios.c: ROMs, and the memory between C0000h and 1 MiB that a BIOS copies itself to */
#define PAM_COUNT 7
void bios_init(void);
void bios_shadow(const uint8_t pam[PAM_COUNT]); /* the host bridge's registers */
/* Where a ROM seen there lies, from GUEST_BASE on; MONITOR_NOWHERE */
uint64_t bios_rom(uint64_t gpa);
bool bios_reads_memory(uint64_t gpa);
bool bios_writes_memory(uint64_t gpa);
bool bios_is_open(uint64_t gpa, uint64_t length); /* both, wherever it touches that memory */

/* pic.c: `irq` 0..15; a line stays as set until it is set again */
void pic_set_irq(unsigned irq, bool level);

/* rtc.c: what the CMOS memory says of drives; 0: none */
void rtc_floppies(uint8_t first, uint8_t second);

/* pit.c: channel 2 and its gate, as port 61h shows them */
bool pit_speaker_output(void);
uint64_t pit_speaker_period(void); /* ns, of its square wave; 0: it makes none */
void pit_speaker_gate(bool gate);

/* speaker.c */
void speaker_connect(bool on); /* to the timer: bit 1 of port 61h */
void speaker_changed(void);    /* the timer's channel 2, perhaps */

/* sysctl.c */
void sysctl_a20(bool on);
bool sysctl_a20_state(void);

/* pm.c */
void pm_place(uint16_t base); /* the ports, as a BIOS would have done it */

/* ide.c */
void ide_place(uint16_t base); /* likewise the bus masters, and both channels switched on */

/* debug.c */
void debug_drain(void); /* show an unfinished line: the run ends */

/* vga.c */
void vga_show(void); /* hand the text screen to the host */

/* pci.c: what a BIOS would leave behind */
void pci_open_shadow(void);

/* pci.c: type 0 configuration headers on bus 0 */
#define PCI_FUNCTIONS 8

struct pci_function {
    uint8_t devfn; /* device << 3 | function */
    uint8_t config[256];
    uint8_t writable[256]; /* bits that a write changes */
    void (*written)(struct pci_function *f, unsigned reg,
                    unsigned size); /* after a write; may be NULL */
};

struct pci_identity {
    uint16_t vendor, device;
    uint32_t class_code; /* 24 bits: class, subclass, interface */
    uint8_t revision, header, interrupt_pin;
};

struct pci_function *pci_add(unsigned devfn, const struct pci_identity *id);
void pci_put(struct pci_function *f, unsigned reg, unsigned size, uint32_t value);
uint32_t pci_get(const struct pci_function *f, unsigned reg, unsigned size);
void pci_allow(struct pci_function *f, unsigned reg, unsigned size, uint32_t mask);

#endif
