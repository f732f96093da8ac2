/*
 * seg.h - segmentation: descriptors, segment registers, and the check of every data access.
 *
 * A segment register holds its descriptor as loaded (struct segment). In real mode a load changes
 * only base and selector and makes the segment writable data; limit and default size stay as they
 * were, which is what "unreal" mode lives on. A segment that can't be used has attr 0 and valid
 * false, so that one test of attr refuses it.
 *
 * An instruction that loads a segment register calls seg_prepare, which does every check and every
 * memory access and may raise; then, when nothing can trap any more, seg_set.
 */
#ifndef CMS_GEAR1_SEG_H
#define CMS_GEAR1_SEG_H

#include "cms.h"

/* Bits of struct segment.attr and of a descriptor's high dword >> 8. */
enum seg_attr {
    SA_ACCESSED = 1u << 0,
    SA_WRITE = 1u << 1,      /* data */
    SA_READ = 1u << 1,       /* code */
    SA_DOWN = 1u << 2,       /* data: expand-down */
    SA_CONFORMING = 1u << 2, /* code */
    SA_CODE = 1u << 3,
    SA_SEGMENT = 1u << 4, /* code or data, not a system descriptor */
    SA_DPL = 3u << 5,
    SA_PRESENT = 1u << 7,
    SA_BIG = 1u << 14,
    SA_GRANULAR = 1u << 15,
    SA_ALL = 0xf0ff,
    SA_TYPE = 0x1f, /* S and the type */
};

/* Types of system descriptors: attr & SA_TYPE */
enum system_type {
    SYS_TSS16 = 1,
    SYS_LDT = 2,
    SYS_TSS16_BUSY = 3,
    SYS_CALL16 = 4,
    SYS_TASK_GATE = 5,
    SYS_INT16 = 6,
    SYS_TRAP16 = 7,
    SYS_TSS32 = 9,
    SYS_TSS32_BUSY = 11,
    SYS_CALL32 = 12,
    SYS_INT32 = 14,
    SYS_TRAP32 = 15,
};

/* A descriptor as it stands in its table. */
struct descriptor {
    uint32_t lo, hi;
    uint32_t addr; /* linear, of `lo` */
};

static inline unsigned desc_attr(const struct descriptor *d)
{
    return d->hi >> 8 & SA_ALL;
}

static inline unsigned desc_dpl(const struct descriptor *d)
{
    return d->hi >> 13 & 3;
}

static inline uint32_t desc_base(const struct descriptor *d)
{
    return d->lo >> 16 | (d->hi & 0xff) << 16 | (d->hi & 0xff000000);
}

/* Highest offset, in bytes. */
static inline uint32_t desc_limit(const struct descriptor *d)
{
    uint32_t limit = (d->lo & 0xffff) | (d->hi & 0xf0000);

    return d->hi >> 23 & 1 ? limit << 12 | 0xfff : limit;
}

/* Gates: target selector, offset, count of parameters. */
static inline uint16_t gate_selector(const struct descriptor *d)
{
    return d->lo >> 16;
}

static inline uint32_t gate_offset(const struct descriptor *d, bool wide)
{
    return wide ? (d->lo & 0xffff) | (d->hi & 0xffff0000) : d->lo & 0xffff;
}

static inline bool cpu_real(void)
{
    return !(cms.cpu.cr0 & CR0_PE);
}

static inline bool cpu_v86(void)
{
    return cms.cpu.eflags & FL_VM;
}

static inline bool cpu_protected(void)
{
    return !cpu_real() && !cpu_v86();
}

static inline unsigned cpu_iopl(void)
{
    return cms.cpu.eflags >> 12 & 3;
}

/* Selector as an error code names it. */
static inline uint32_t selector_error(uint16_t selector)
{
    return selector & 0xfffcu;
}

/* The privilege level, for the guest and for the chip's guest atoms. */
void cpu_set_cpl(unsigned cpl);

/*
 * Reads the descriptor of a selector. False if the selector is null or its table ends before it.
 * Page faults may come.
 */
bool desc_read(uint16_t selector, struct descriptor *d);

/* Writes the byte of the descriptor's type: accessed bit, busy bit. */
void desc_write_type(struct descriptor *d, unsigned type);

/* The segment that a descriptor describes; marks it accessed in memory. */
void desc_segment(struct descriptor *d, uint16_t selector, struct segment *s);

/* Segment as real (`dpl` 0) and virtual-8086 mode (`dpl` 3) load it. */
void seg_real(unsigned sreg, uint16_t selector, struct segment *s);
void seg_v86(uint16_t selector, struct segment *s);

/* An unusable segment register that keeps its selector. */
void seg_null(uint16_t selector, struct segment *s);

/* All checks of MOV/POP/LDS... to ES, SS, DS, FS or GS; raises #GP, #SS, #NP, #PF. */
void seg_prepare(unsigned sreg, uint16_t selector, struct segment *s);

/* SS for a stack of level `cpl`; `vector` is #TS for stacks of the task state, #GP otherwise. */
void seg_prepare_stack(uint16_t selector, unsigned cpl, uint8_t vector, uint32_t ext,
                       struct segment *s);

/* Enters a prepared segment into its register. */
void seg_set(unsigned sreg, const struct segment *s);

/* Makes the register unusable, but for its selector. */
void seg_clear(unsigned sreg, uint16_t selector);

/* May `size` bytes at `off` be accessed? The exact rule, for any kind of segment. */
bool seg_allows(const struct segment *s, uint32_t off, unsigned size, bool write);

/* Raises #SS(0) for the stack segment, #GP(0) for any other. */
void seg_fault(unsigned sreg) __attribute__((noreturn));

/* For expand-down segments and faults: the part of seg_linear that is not inline. */
uint32_t seg_linear_slow(unsigned sreg, uint32_t off, unsigned size, bool write);

/* The quick check of up to 4 bytes at `off`: true if the access is allowed. False says nothing. */
static inline bool seg_quick(const struct segment *s, uint32_t off, bool write)
{
    return off < (write ? s->write_span : s->read_span);
}

/*
 * Linear address of `size` bytes at `off` of segment register `sreg`, checked for limit and rights.
 * Raises.
 */
static inline uint32_t seg_linear(unsigned sreg, uint32_t off, unsigned size, bool write)
{
    const struct segment *s = &cms.cpu.seg[sreg];

    if (size <= 4 && seg_quick(s, off, write))
        return s->base + off;
    return seg_linear_slow(sreg, off, size, write);
}

/*
 * A stack under construction or being taken down: nothing of it is the guest's state before
 * stack_pointer is stored.
 */
struct stack {
    struct segment ss;
    uint32_t esp;
    uint32_t error; /* code of a #SS */
    bool user;      /* rights of its accesses */
};

/* The stack in use. `ext` is 1 in the delivery of an event that is no instruction's doing. */
void stack_current(struct stack *st, uint32_t ext);

void stack_push(struct stack *st, unsigned size, uint32_t value);
uint32_t stack_pop(struct stack *st, unsigned size);

/* Skips `bytes` upwards, in the stack's width. */
void stack_skip(struct stack *st, uint32_t bytes);

#endif
