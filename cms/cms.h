/*
 * cms.h - the firmware's one state structure and what its rooms offer each other.
 *
 * Every function that one directory offers another is declared here, grouped by directory; a room's
 * own header stays inside.
 */
#ifndef CMS_H
#define CMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gear1/fetch.h"
#include "runtime/mmu.h"
#include "runtime/options.h"
#include "runtime/refill.h"
#include "runtime/stats.h"
#include "x86/insn.h"
#include "x86/state.h"

/*
 * Why control came back to the landing (cms_setjmp's value). Chip trap causes come as they are
 * (CAUSE_x).
 */
enum unwind {
    UNWIND_FAULT = 0x100, /* cms.fault is to be delivered to the guest */
    UNWIND_RETRY,         /* rolled back; go on from the committed state */
};

/* An x86 exception on its way to the guest. */
struct fault {
    uint8_t vector;
    bool has_error;
    uint32_t error;
    uint32_t cr2; /* #PF only; written to cpu.cr2 on delivery */
};

/* What the chip said of the last trap that came to the landing. */
struct trapped {
    uint64_t epc, badaddr, einfo;
};

/* What is left of hidden memory between image and stack; native addresses. lib/heap.c */
struct heap {
    uint64_t next, end;
};

struct cms {
    uint64_t landing[16];     /* cms_setjmp buffer of the main loop: where traps unwind to */
    struct trapped trap;      /* boot/vectors.c */
    struct cpu cpu;
    struct fault fault;
    uint8_t delivering;       /* gear1/intr.c: class of the event being delivered, 0 = none */
    struct mmu mmu;           /* runtime/mmu.c */
    uint32_t recover;         /* runtime/loop.c: instructions that gear 1 has to run first; */
    uint32_t recovering;      /* why, an enum event: EV_RECOVERY_x; 0: not */
    uint64_t recovering_since; /* cycle */
    bool crossings;           /* among them, it marks those that cross page borders */
    bool owed;                /* no interrupt before the guest has got on: loop_undone() */
    bool step;                /* single-step mode: gear 1 routes each access by type, in software */
    volatile bool intr;       /* the monitor's interrupt controller asserts INTR */
    struct heap heap;
    uint32_t panics;          /* lib/log.c: the first one shows what is on the screen */
    uint32_t guest_size;      /* bytes of guest-physical memory at GUEST_BASE */
    struct options *opt;      /* runtime/options.c */
    struct gear1 gear1;       /* gear1/fetch.c */
    struct fpu_code *fpu;     /* boot/fpu.c */
    struct monitor *mon;      /* monitor/ */
    struct profile *prof;     /* runtime/profile.c */
    struct tcache *tcache;    /* runtime/tcache.c */
    uint32_t segments;        /* runtime/context.c: classes of the segment registers: enum mode */
    struct jumps *jumps;      /* runtime/jumps.c */
    struct power *power;      /* runtime/power.c */
    struct smc *smc;          /* runtime/smc.c */
    struct patches *patches;  /* runtime/patch.c */
    struct patch *emulating;  /* runtime/emulate.c: whose gear 1 handler is at work, or NULL */
    uint32_t epoch;           /* counts what translated code may rely on and has ceased to hold:
                                 mappings of pages, translations */
    struct gear2 *gear2;      /* gear2/translate.c */
    struct gear3 *gear3;      /* gear3/translate.c */
    uint64_t sample_at;       /* monitor/sched.c: ns; the timer interrupt comes by then */
    uint64_t count[EV_COUNT]; /* runtime/events.def, abort.def: reported by stats_report() */
    struct refill refill;     /* runtime/refill.c */
};

extern struct cms cms;

/*
 * boot/unwind.S on the chip, host/ in the host build.
 */
int cms_setjmp(uint64_t buf[16]) __attribute__((returns_twice));
void cms_longjmp(uint64_t buf[16], int value) __attribute__((noreturn));

/*
 * runtime/
 */

/* trap.c: rollback, then to the landing */
void cms_unwind(int reason) __attribute__((noreturn));

/* context.c: cms.cpu.seg[sreg] has changed */
void context_segment_loaded(unsigned sreg);

/* loop.c: options, counters, tcache, before anything else of the runtime; then guest execution */
void runtime_init(void);
void cms_run(void) __attribute__((noreturn));

/* stats.h, events.def: counters of the firmware */
#define cms_count(event) ((void)cms.count[event]++)

/* jumps.c: linear pages may have been mapped elsewhere: any; that of `lin` */
void jumps_flush(void);
void jumps_flush_page(uint32_t lin);

/*
 * mmu.c: guest linear addresses. Enter a TLB entry and set accessed and dirty bits, or raise #PF by
 * x86_page_fault
 */
void mmu_fill(uint32_t lin, bool write, bool user);
/* Enter a TLB entry, if the guest can't tell */
enum mmu_fill { MMU_FILLED, MMU_FAULTS, MMU_TOUCHES }; /* there are such bits to set */
enum mmu_fill mmu_fill_unseen(uint32_t lin, bool write, bool user);
void mmu_fill_port(uint32_t port);
/* Walk, and set accessed and dirty bits; no side effect if it fails */
bool mmu_translate(uint32_t lin, bool write, bool user, uint64_t *gpa, uint32_t *error);
void mmu_flush(void);       /* CR0, CR4, A20 changed: global pages too */
void mmu_flush_local(void); /* CR3 loaded: global pages stay */
void mmu_invlpg(uint32_t lin);
bool mmu_load_pdpte(uint32_t cr3, uint64_t pdpte[4]); /* false: #GP(0) */

/* smc.c: the one place that knows "code bytes changed" */
void smc_written(uint64_t gpa, uint64_t length); /* by DMA, the loader, or after a T-bit trap */
bool smc_protect(uint64_t gpa, unsigned length); /* one instruction, inside a page, is remembered
                                                    decoded; false: it must not be, see smc.c */
bool smc_is_hot(uint64_t gpa);                   /* written too often to translate it */
bool smc_may_be_hot(uint32_t page);              /* false: nothing in that page is */
/* Bits of the granules that the range touches, inside a page; with cms.opt.granules off, all */
uint32_t smc_granules(uint64_t from, uint64_t length);
const uint32_t *smc_mask(uint64_t gpa); /* T mask of a page of the guest's memory or ROMs */

/*
 * gear1/
 */
void gear1_init(void);                            /* once: the store of decoded instructions */
/* What a boot loader decides: flat segments by these selectors, and registers. */
struct flat_start {
    uint16_t code_selector, data_selector, gdt_limit;
    uint32_t gdt, entry, esp, eax, ebx, esi;
};

void gear1_start_flat(const struct flat_start *start); /* protected mode, interrupts off */
void gear1_reset(void);                           /* power-on state of the processor */
void gear1_run(unsigned limit);                   /* so many; with gear 2, up to a transfer */
/* After STI or MOV SS, no interrupt may come now. A shadow that has been got past is taken away. */
bool gear1_shadow_holds(void);
static inline bool gear1_in_shadow(void)
{
    return cms.cpu.int_shadow && gear1_shadow_holds();
}
void gear1_one(void);                             /* one instruction; of REP, an iteration */
void gear1_deliver(const struct fault *f);        /* exception: #DF and shutdown handled inside */
void gear1_interrupt(uint8_t vector);             /* external, at an instruction boundary */
void gear1_forget(uint64_t gpa, unsigned length); /* code bytes of a page changed: drop what
                                                     they made */
void gear1_profile(void);                         /* at the end of a run: -d profile */
void gear1_refetch(void);                         /* CS, CPL, code size or a mapping changed */
/* What gear 1 remembers of the instruction there, or NULL */
const struct insn *gear1_decoded(uint64_t gpa, bool code32);
struct slot_page gear1_slot_page(uint64_t gpa, bool code32); /* for gear1_slot_in */

bool x87_error(void);                             /* an x87 exception waits to be reported */

/* Raise an exception of the guest: unwinds. */
void x86_fault(uint8_t vector) __attribute__((noreturn)); /* no error code */
void x86_fault_code(uint8_t vector, uint32_t error) __attribute__((noreturn));
void x86_page_fault(uint32_t lin, uint32_t error) __attribute__((noreturn));

/*
 * monitor/
 */
void monitor_init(void);
void monitor_reset(void);
void monitor_boot(void); /* after it: the processor at its reset, or in a kernel, which is loaded */
/* Ports: size 1, 2, 4 */
uint32_t monitor_in(uint16_t port, unsigned size);
void monitor_out(uint16_t port, unsigned size, uint32_t value);
/*
 * What reads of `size` bytes at the port would give next, if they did nothing but that: at most
 * *length bytes, whole elements, and how many there are. NULL: ask with monitor_in. And: so many
 * bytes of it have been read.
 */
const uint8_t *monitor_ahead(uint16_t port, unsigned size, uint32_t *length);
void monitor_skip(uint16_t port, unsigned size, uint32_t length);
/*
 * Where the chip's DRAM has what is read at a guest-physical address: the guest's memory under its
 * own number, a ROM behind it. MONITOR_NOWHERE: a device or nothing, which reads all ones (the
 * TLB's I/O attribute).
 */
#define MONITOR_NOWHERE UINT64_MAX
uint64_t monitor_memory(uint64_t gpa);
bool monitor_is_io(uint64_t gpa); /* nowhere */
uint64_t monitor_read(uint64_t gpa, unsigned size);
void monitor_write(uint64_t gpa, unsigned size, uint64_t value);
/* Writes are monitor_write's, and may lead elsewhere or nowhere. */
bool monitor_is_readonly(uint64_t gpa);
uint8_t monitor_irq_ack(void); /* vector of the interrupt that cms.intr announces */
void monitor_ferr(void);       /* the coprocessor's error line: interrupt 13 */
void monitor_poll(void);       /* run device events that are due, set SR_TIMER to the next */
void sched_sample(void);       /* the next look at what runs comes a period from now */
void sched_late(uint64_t ns);  /* until then the timer comes for devices alone, so much later */
void monitor_idle(void);       /* HLT: wait for the next event, then poll */
/* Reset of the whole PC, as port 64h or a triple fault asks for */
void monitor_restart(void) __attribute__((noreturn));
/* What the guest has said and shown, and the host has not heard of */
void monitor_last_look(void);
/* Ends the run; `how` is an enum host_exit */
void monitor_exit(unsigned how, uint64_t value, const char *reason) __attribute__((noreturn));

/* proxy.c: returns rq->status */
struct host_request;
int proxy_call(struct host_request *rq);

/*
 * lib/
 */
void *memcpy(void *restrict, const void *restrict, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
size_t strlen(const char *);
int cms_snprintf(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* severity: 0 error, 1 warning, 2 info */
void cms_log(int severity, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cms_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cms_panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void heap_init(uint64_t first, uint64_t end); /* native addresses; before the first cms_alloc */
void *cms_alloc(size_t size);   /* hidden memory, zeroed, never freed; panics when there is none */
void *cms_reserve(size_t size); /* likewise, not zeroed: for what is written before it is read */

#define CMS_LINE 64u /* bytes of a line of the caches; what the heap gives begins one */

/* Makes whole lines zero that begin there, and before `end`, without reading them first. */
void cms_clear_lines(void *from, const void *end);

#endif
