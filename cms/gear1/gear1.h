/*
 * gear1.h - what the interpreter's files share.
 *
 * A handler executes one decoded instruction. When it is entered EIP (r9) already names the next instruction; general
 * registers, EIP, flags and guest stores are undone by any trap or fault before the commit that the caller makes after
 * the handler. State in cms.cpu is not: change it only after the last access that can trap.
 */
#ifndef CMS_GEAR1_GEAR1_H
#define CMS_GEAR1_GEAR1_H

#include "cms.h"
#include "isa_intrinsics.h"
#include "x86/x86.h"

#define OP(name, mnemonic, reads, writes, undef, props, feature) void g1_##name(const struct insn *);
#include "x86/insns.def"

/* The interpreter's own state, apart from the guest's. */
struct gear1 {
    int32_t left;        /* instructions until gear1_run returns */
    uint32_t win_eip;    /* fetch window: EIPs from win_eip, win_size of them, lie in one page inside CS's limit */
    uint32_t win_size;   /* 0: no window */
    uint32_t win_gpa;    /* guest-physical address of win_eip */
    struct slot *slots;  /* decoded instructions, see fetch.c */
};

extern struct gear1 g1;

/* ---- core.c: control */
static inline void g1_stop(void) /* gear1_run returns after this instruction: the caller has something to look at */
{
    g1.left = 0;
}
void g1_jump(uint32_t eip);        /* near transfer taken: checks CS limit, sets EIP, profiles */
void g1_undefined(void) __attribute__((noreturn)); /* #UD of an instruction that this processor has not */

static inline uint32_t g1_eip(void)
{
    return (uint32_t)vx_getr(REG_EIP);
}

static inline void g1_set_eip(uint32_t eip) /* unchecked */
{
    vx_setr(REG_EIP, eip);
}

/* ---- registers; byte registers 4..7 are AH CH DH BH */
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
    vx_gset(n, (uint32_t)((vx_gget(n) & 0xffff0000) | (value & 0xffff)));
}

static inline uint32_t g1_reg8(unsigned n)
{
    return (vx_gget(n & 3) >> ((n & 4) << 1)) & 0xff;
}

static inline void g1_set_reg8(unsigned n, uint32_t value)
{
    unsigned shift = (n & 4) << 1;

    vx_gset(n & 3, (uint32_t)((vx_gget(n & 3) & ~(0xffull << shift)) | (uint64_t)(value & 0xff) << shift));
}

uint32_t g1_reg(unsigned n, unsigned size);
void g1_set_reg(unsigned n, unsigned size, uint32_t value);

/* ---- flags: all of EFLAGS, status flags from c0 */
static inline uint32_t g1_eflags(void)
{
    return cms.cpu.eflags | (uint32_t)vx_movfc();
}

static inline bool g1_cond(unsigned cond)
{
    return vx_condc(cond, vx_movfc());
}

/*
 * ---- memory.c: data accesses. Offsets must be cut to the address size by the caller. Checks in the architecture's
 * order: segment (#GP, for SS #SS), then page; size 1, 2, 4. Values are zero-extended.
 */
uint32_t g1_read(unsigned seg, uint32_t offset, unsigned size);
void g1_write(unsigned seg, uint32_t offset, unsigned size, uint32_t value);
uint64_t g1_read64(unsigned seg, uint32_t offset);
void g1_write64(unsigned seg, uint32_t offset, uint64_t value);
void g1_probe_write(unsigned seg, uint32_t offset, unsigned size); /* faults as a write would; writes nothing new */
uint32_t g1_linear(unsigned seg, uint32_t offset, unsigned size, bool write); /* segment check alone */

/* Linear addresses; `supervisor` for what the processor itself touches (descriptor tables, TSS, inner stacks). */
uint32_t g1_read_lin(uint32_t lin, unsigned size, bool supervisor);
void g1_write_lin(uint32_t lin, unsigned size, uint32_t value, bool supervisor);

/* ---- memory.c: operands */
uint32_t g1_ea(const struct insn *i);                         /* offset of the memory operand, cut to adsize */
uint32_t g1_get_rm(const struct insn *i);                     /* OPD_RM of msize 1, 2, 4 */
void g1_set_rm(const struct insn *i, uint32_t value);
uint32_t g1_get(const struct insn *i, unsigned n);            /* operand n: OPD_REG, OPD_RM, OPD_IMM, OPD_CL */
void g1_set(const struct insn *i, unsigned n, uint32_t value);

/* ---- memory.c: the stack; size 2 or 4; the stack pointer's width follows cpu.stack32 */
void g1_push(unsigned size, uint32_t value);
uint32_t g1_pop(unsigned size);
uint32_t g1_stack_read(uint32_t above, unsigned size); /* at ESP + above, ESP unchanged */
void g1_stack_drop(uint32_t bytes);                    /* ESP += bytes */
uint32_t g1_sp(void);                                  /* ESP or SP by cpu.stack32 */
void g1_set_sp(uint32_t value);                        /* only the low half if the stack is 16 bits wide */

/* ---- io.c: after g1_io_allowed */
uint32_t g1_in(uint16_t port, unsigned size);
void g1_out(uint16_t port, unsigned size, uint32_t value);

/* ---- task.c: CPL against IOPL, then the TSS's map; may fault on reading the TSS */
bool g1_io_allowed(uint16_t port, unsigned size);

#endif
