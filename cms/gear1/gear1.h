/*
 * gear1.h - what the interpreter's files share.
 *
 * A handler executes one decoded instruction. When it is entered EIP (r9) already names the next
 * instruction; general registers, EIP, flags and guest stores are undone by any trap or fault
 * before the commit that the caller makes after the handler. State in cms.cpu is not: change it
 * only after the last access that can trap.
 */
#ifndef CMS_GEAR1_GEAR1_H
#define CMS_GEAR1_GEAR1_H

#include "cms.h"
#include "gear1/lin.h"
#include "gear1/seg.h"
#include "isa_intrinsics.h"
#include "x86/x86.h"

#define OP(name, mnemonic, reads, writes, undef, props, feature) gear1_handler g1_##name;
#include "x86/insns.def"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* ---------------------------------------------------------------- core.c: control */
/* gear1_run returns after this instruction: its caller has something to look at. */
static inline void g1_stop(void)
{
    cms.gear1.left = 0;
}

static inline uint32_t g1_eip(void)
{
    return (uint32_t)vx_getr(REG_EIP);
}

static inline void g1_set_eip(uint32_t eip) /* unchecked */
{
    vx_setr(REG_EIP, eip);
}

/* Near transfer taken: checks CS's limit, sets EIP, and ends the run if that is what its caller
 * wants. */
void g1_jump_fault(void) __attribute__((noreturn));

static inline void g1_jump(uint32_t eip)
{
    if (unlikely(eip > cms.cpu.seg[SEG_CS].limit))
        g1_jump_fault();
    g1_set_eip(eip);
    cms.gear1.left &= (int32_t)cms.gear1.through;
}

/* ---------------------------------------------------------------- fetch.c */
void g1_fetch_init(void);
const struct slot *g1_fetch_slow(uint32_t eip);
/*
 * Where a code byte is: in DRAM (*memory), or at a guest-physical address that a device answers.
 * Raises the page fault.
 */
uint64_t g1_code_address(uint32_t lin, bool *memory);

uint64_t g1_slot_tag(const struct slot *s); /* of the instruction that it holds, 0: none */

static inline struct slot *g1_slot_at(uint32_t at)
{
    return (struct slot *)((uintptr_t)cms.gear1.slots + at);
}

static inline struct window *g1_window(uint32_t eip)
{
    return &cms.gear1.window[eip >> PAGE_SHIFT & (WINDOWS - 1)];
}

/* The instruction at EIP, decoded; raises what fetching it raises. Valid until the next call. */
static inline const struct slot *g1_fetch(uint32_t eip)
{
    const struct gear1 *g = &cms.gear1;
    const struct window *w = g1_window(eip);
    uint32_t in = eip - w->eip;

    if (likely(in < w->size)) {
        const struct slot_line *line = &g->lines[(w->tag + in) ^ w->flip];

        if (likely(line->page == w->page))
            return g1_slot_at(line->at);
    }
    return g1_fetch_slow(eip);
}

/* ---------------------------------------------------------------- border.c: across two pages */
void g1_border_init(void);
/* The instruction at EIP by its tag; NULL: none, or no longer. Raises what fetching raises. */
const struct slot *g1_border_find(uint32_t eip, uint64_t tag);
/* `s` is that instruction, decoded; its second part is at `rest` in DRAM. */
void g1_border_keep(const struct slot *s, uint64_t tag, uint64_t rest);
void g1_border_forget(uint64_t gpa, uint64_t length);

/* ---------------------------------------------------------------- last.c: before a triple fault */
void g1_note_event(uint8_t vector, uint32_t error);
void g1_show_last(void);

/* ---------------------------------------------------------------- profile.c: counters */
/*
 * The instruction that ends where this one begins, if it goes on to it and gear 1 has it decoded;
 * or NULL
 */
const struct slot *g1_before(const struct slot *s);

static inline struct slot *g1_slot(const struct insn *i)
{
    return (struct slot *)((uintptr_t)i - offsetof(struct slot, insn));
}

static inline void g1_taken(const struct insn *i)
{
    g1_slot(i)->taken++;
}

static inline void g1_through(const struct insn *i)
{
    g1_slot(i)->through++;
}

/* pick.c: the handler of a decoded instruction: `g1_any` does all that the architecture asks for,
 * in any mode. */
gear1_handler *g1_pick(const struct insn *i); /* the quickest one outside of single-step mode */
extern gear1_handler *const g1_any[OP_COUNT];

/* ---------------------------------------------------------------- registers; byte registers 4..7
 * are AH CH DH BH */
static inline uint32_t g1_reg32(unsigned n)
{
    return (uint32_t)vx_gget(n);
}

static inline void g1_set_reg32(unsigned n, uint32_t value)
{
    vx_gset(n, value);
}

static inline uint32_t g1_reg16(unsigned n)
{
    return (uint16_t)vx_gget(n);
}

static inline void g1_set_reg16(unsigned n, uint32_t value)
{
    vx_gset(n, (vx_gget(n) & ~UINT64_C(0xffff)) | (value & 0xffff));
}

static inline uint32_t g1_reg8(unsigned n)
{
    return vx_gget(n & 3) >> ((n & 4) << 1) & 0xff;
}

static inline void g1_set_reg8(unsigned n, uint32_t value)
{
    unsigned shift = (n & 4) << 1;

    vx_gset(n & 3, (vx_gget(n & 3) & ~(UINT64_C(0xff) << shift)) | (uint64_t)(value & 0xff)
                                                                       << shift);
}

static inline uint32_t g1_reg(unsigned n, unsigned size)
{
    return size == 4 ? g1_reg32(n) : size == 2 ? g1_reg16(n) : g1_reg8(n);
}

static inline void g1_set_reg(unsigned n, unsigned size, uint32_t value)
{
    if (size == 4)
        g1_set_reg32(n, value);
    else if (size == 2)
        g1_set_reg16(n, value);
    else
        g1_set_reg8(n, value);
}

/* ---------------------------------------------------------------- debug.c: if cpu.watch is set */
void cpu_watch_update(void);       /* DR7, CR0, CR4, EFLAGS or CPL have changed */
void debug_report(uint32_t bits);  /* enters breakpoints that were hit, DR6_x, into DR6 */
void debug_fetch(uint32_t eip);    /* raises the fault of a breakpoint on the instruction there */
void debug_port(uint16_t port, unsigned size);
void debug_access(uint32_t lin, unsigned size, bool write, bool user); /* raises #AC */

static inline void g1_watch(uint32_t lin, unsigned size, bool write, bool user)
{
    if (unlikely(cms.cpu.watch & WATCH_ACCESSES))
        debug_access(lin, size, write, user);
}

static inline void g1_watch_port(uint16_t port, unsigned size)
{
    if (unlikely(cms.cpu.watch & WATCH_DATA))
        debug_port(port, size);
}

/* The processor's own accesses to its tables and task states: the supervisor's. */
static inline uint64_t g1_table_read(uint32_t lin, unsigned size)
{
    g1_watch(lin, size, false, false);
    return lin_read(lin, size, false);
}

static inline void g1_table_write(uint32_t lin, unsigned size, uint64_t value)
{
    g1_watch(lin, size, true, false);
    lin_write(lin, size, value, false);
}

/* ---------------------------------------------------------------- flags: all of EFLAGS, status
 * flags from c0 */
static inline uint32_t g1_eflags(void)
{
    return cms.cpu.eflags | (uint32_t)vx_movfc();
}

static inline bool g1_cond(unsigned cond)
{
    return vx_condc(cond, vx_movfc());
}

/* ---------------------------------------------------------------- data accesses */
/*
 * Quick handlers, made for the usual case, ask for the linear address first and leave the
 * instruction to the general handler if the answer is no. They never run in single-step mode.
 */
static inline bool g1_quick(unsigned seg, uint32_t offset, bool write, uint32_t *lin)
{
    const struct segment *s = &cms.cpu.seg[seg];

    *lin = s->base + offset;
    return likely(seg_quick(s, offset, write));
}

static inline uint32_t g1_quick_load(uint32_t lin, unsigned size)
{
    return (uint32_t)(size == 4 ? vx_gld32(lin) : size == 2 ? vx_gld16(lin) : vx_gld8(lin));
}

static inline void g1_quick_store(uint32_t lin, unsigned size, uint32_t value)
{
    if (size == 4)
        vx_gst32(lin, value);
    else if (size == 2)
        vx_gst16(lin, value);
    else
        vx_gst8(lin, value);
}

/*
 * One access at a checked linear address; size 1, 2 or 4. In single-step mode it is routed by type
 * in software: the functions of lin.h look at what lies there. Else the chip does it, or traps.
 */
static inline uint32_t g1_load(uint32_t lin, unsigned size)
{
    if (unlikely(cms.step)) {
        g1_watch(lin, size, false, cms.cpu.cpl == 3);
        return (uint32_t)lin_read(lin, size, cms.cpu.cpl == 3);
    }
    return g1_quick_load(lin, size);
}

/*
 * The load of a read-modify-write. If the page can't be written the page fault says so, although it
 * is the load that meets it: the landing repeats an access that isn't allowed in single-step mode.
 */
static inline uint32_t g1_load_rmw(uint32_t lin, unsigned size)
{
    if (unlikely(cms.step)) {
        g1_watch(lin, size, true, cms.cpu.cpl == 3);
        lin_probe_write(lin, size, cms.cpu.cpl == 3);
    }
    return g1_load(lin, size);
}

static inline void g1_store(uint32_t lin, unsigned size, uint32_t value)
{
    if (unlikely(cms.step)) {
        g1_watch(lin, size, true, cms.cpu.cpl == 3);
        lin_write(lin, size, value, cms.cpu.cpl == 3);
    } else {
        g1_quick_store(lin, size, value);
    }
}

/* Eight bytes at a checked linear address. */
static inline uint64_t g1_load64(uint32_t lin)
{
    if (unlikely(cms.step)) {
        g1_watch(lin, 8, false, cms.cpu.cpl == 3);
        return lin_read(lin, 8, cms.cpu.cpl == 3);
    }
    return vx_gld64(lin);
}

static inline void g1_store64(uint32_t lin, uint64_t value)
{
    if (unlikely(cms.step)) {
        g1_watch(lin, 8, true, cms.cpu.cpl == 3);
        lin_write(lin, 8, value, cms.cpu.cpl == 3);
    } else {
        vx_gst64(lin, value);
    }
}

/* Offsets must be cut to the address size by the caller; values are zero-extended. */
uint32_t g1_read(unsigned seg, uint32_t offset, unsigned size);
void g1_write(unsigned seg, uint32_t offset, unsigned size, uint32_t value);

uint64_t g1_read64(unsigned seg, uint32_t offset);
void g1_write64(unsigned seg, uint32_t offset, uint64_t value);

/* Faults as a write of `size` bytes would; writes nothing. */
void g1_probe_write(unsigned seg, uint32_t offset, unsigned size);

/* ---------------------------------------------------------------- operand.c: operands */
/* Offset of the memory operand, cut to the address size. */
static inline uint32_t g1_ea(const struct insn *i)
{
    uint32_t ea = (uint32_t)i->disp;

    if (i->base >= 0)
        ea += g1_reg32((unsigned)i->base);
    if (i->index >= 0)
        ea += g1_reg32((unsigned)i->index) << i->scale;
    return likely(i->adsize == 4) ? ea : ea & 0xffff;
}

/* ... of what lies so many bytes into it and is an access of its own: it wraps around by itself. */
static inline uint32_t g1_ea_at(const struct insn *i, unsigned at)
{
    uint32_t ea = g1_ea(i) + at;

    return i->adsize == 4 ? ea : ea & 0xffff;
}

uint32_t g1_get_rm(const struct insn *i); /* OPD_RM of msize 1, 2, 4 */
void g1_set_rm(const struct insn *i, uint32_t value);
uint32_t g1_get(const struct insn *i, unsigned n); /* operand n: OPD_REG, OPD_RM, OPD_IMM, OPD_CL */
void g1_set(const struct insn *i, unsigned n, uint32_t value);

/* OPD_RM as a destination that is read first: g1_target_set writes to where g1_target read. */
struct target {
    uint32_t lin;
    uint32_t value;
};

static inline struct target g1_target(const struct insn *i)
{
    struct target t = {0, 0};

    if (i->is_mem) {
        t.lin = seg_linear(i->seg, g1_ea(i), i->msize, true);
        t.value = g1_load_rmw(t.lin, i->msize);
    } else {
        t.value = g1_reg(i->rm, i->msize);
    }
    return t;
}

static inline void g1_target_set(const struct insn *i, const struct target *t, uint32_t value)
{
    if (i->is_mem)
        g1_store(t->lin, i->msize, value);
    else
        g1_set_reg(i->rm, i->msize, value);
}

/* The flag atom of that name for operands of `size` bytes; the result is 32 bits of it. */
#define ATOM1(name, size, a)                      \
    ((uint32_t)((size) == 4   ? vx_##name##f32(a) \
                : (size) == 2 ? vx_##name##f16(a) \
                              : vx_##name##f8(a)))
#define ATOM2(name, size, a, b)                      \
    ((uint32_t)((size) == 4   ? vx_##name##f32(a, b) \
                : (size) == 2 ? vx_##name##f16(a, b) \
                              : vx_##name##f8(a, b)))

/* ---------------------------------------------------------------- operand.c: the stack */
static inline uint32_t g1_sp(void) /* ESP or SP by cpu.stack32 */
{
    uint32_t esp = (uint32_t)vx_getr(REG_GPR0 + ESP);

    return likely(cms.cpu.stack32) ? esp : esp & 0xffff;
}

static inline void g1_set_sp(uint32_t value) /* only the low half if the stack is 16 bits wide */
{
    if (likely(cms.cpu.stack32))
        vx_setr(REG_GPR0 + ESP, value);
    else
        g1_set_reg16(ESP, value);
}

static inline uint32_t g1_stack_cut(uint32_t offset)
{
    return likely(cms.cpu.stack32) ? offset : offset & 0xffff;
}

static inline void g1_stack_push(unsigned size, uint32_t value)
{
    uint32_t sp = g1_stack_cut(g1_sp() - size);

    g1_store(seg_linear(SEG_SS, sp, size, true), size, value);
    g1_set_sp(sp);
}

static inline uint32_t g1_stack_pop(unsigned size)
{
    uint32_t sp = g1_sp();
    uint32_t value = g1_load(seg_linear(SEG_SS, sp, size, false), size);

    g1_set_sp(sp + size);
    return value;
}

/* ---------------------------------------------------------------- io.c: after g1_io_allowed */
uint32_t g1_port_read(uint16_t port, unsigned size);
void g1_port_write(uint16_t port, unsigned size, uint32_t value);

/* task.c: CPL against IOPL, then the TSS's map; may fault on reading the TSS */
bool g1_io_allowed(uint16_t port, unsigned size);

#endif
