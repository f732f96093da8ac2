/*
 * system.h - what the files of the protected-mode half of gear 1 share: transfers, events, task
 * switches, registers that hold system state.
 */
#ifndef CMS_GEAR1_SYSTEM_H
#define CMS_GEAR1_SYSTEM_H

#include "gear1/gear1.h"
#include "gear1/seg.h"

/* ---- far.c */
/* Continues at cs:eip with privilege `cpl`. Nothing can trap any more when this is called. */
void far_enter(const struct segment *cs, uint32_t eip, unsigned cpl);

/* CS for a return to `selector`, whose RPL is at least the CPL; raises #GP, #NP. */
void far_return_code(uint16_t selector, struct segment *cs);

/* Selector and offset (opsize bytes) of a far pointer operand. */
void far_pointer(const struct insn *i, uint16_t *selector, uint32_t *offset);

/* Stack for inner level `level` as the task state has it; errors are #TS and #SS with `ext`. */
void far_inner_stack(unsigned level, uint32_t ext, struct stack *st);

/* After a return to the outer level `cpl`: data segments that it may not see become null. */
void far_hide_segments(unsigned cpl);

/* ---- intr.c */
enum event_kind {
    EVENT_SOFT,      /* INT n, INT3, INTO: the gate's DPL counts */
    EVENT_EXCEPTION, /* raised by the processor, INT1 included */
    EVENT_EXTERNAL,
};

struct x86_event {
    enum event_kind kind;
    uint8_t vector;
    bool has_error;
    uint32_t error;
};

/*
 * Enters the handler of an event; the instruction pointer is the return address. Raises; changes
 * state at its end.
 */
void intr_enter(const struct x86_event *e);

/* EFLAGS as a virtual-8086 program sees it that isn't allowed IF: VIF in its place. */
uint32_t v86_flags(void);

/* Replaces EFLAGS, reserved bits apart, by `value`. */
void cpu_set_eflags(uint32_t value);

/* ---- iret.c */
/*
 * The flags that IRET and POPF may change at the present privilege, for an image of `size` bytes.
 */
uint32_t cpu_flags_mask(unsigned size);

/* Virtual-8086 code with CR4.VME and too low an IOPL: 16-bit PUSHF, POPF and IRET work on VIF. */
static inline bool v86_extended(unsigned size)
{
    return size == 2 && cpu_v86() && cpu_iopl() < 3 && cms.cpu.cr4 & CR4_VME;
}

void v86_check_flags(uint32_t image); /* raises #GP(0) if it asks for TF, or IF with VIP pending */
void v86_set_flags(uint32_t image);

/* ---- task.c */
enum task_cause { TASK_JUMP, TASK_CALL, TASK_EVENT, TASK_RETURN };

/*
 * Switches to the task of `selector`. `d` is its descriptor, of which type and presence have been
 * checked. `event` is what came through a task gate, or NULL.
 */
void task_switch(uint16_t selector, struct descriptor *d, enum task_cause cause,
                 const struct x86_event *event);

/* The descriptor of the task that a task gate names; raises #GP, #NP with `ext`. */
void task_gate_target(uint16_t selector, uint32_t ext, struct descriptor *d);

/* CR4.VME: does INT n of virtual-8086 code leave it? By the map in the task state; raises #GP. */
bool task_redirects(uint8_t vector);

/* ---- control.c: control registers */
void cpu_write_cr0(uint32_t value);
void cpu_write_cr3(uint32_t value);
void cpu_write_cr4(uint32_t value);

/* ---- system.c */
/* The boundary behind this instruction takes no interrupt; with `debug` no breakpoint either. */
void cpu_shadow(bool debug);
void cpu_privileged(void); /* raises #GP(0) unless CPL is 0 */

/* ---- cpuid.c */
/* Leaf 1, EDX */
enum cpuid_feature {
    CPUID_FPU = 1u << 0,
    CPUID_VME = 1u << 1,
    CPUID_DE = 1u << 2,
    CPUID_PSE = 1u << 3,
    CPUID_TSC = 1u << 4,
    CPUID_MSR = 1u << 5,
    CPUID_PAE = 1u << 6,
    CPUID_CX8 = 1u << 8,
    CPUID_SEP = 1u << 11,
    CPUID_MTRR = 1u << 12,
    CPUID_PGE = 1u << 13,
    CPUID_CMOV = 1u << 15,
    CPUID_PAT = 1u << 16,
    CPUID_MMX = 1u << 23,
    CPUID_FXSR = 1u << 24,
    CPUID_SSE = 1u << 25,
    CPUID_SSE2 = 1u << 26,
};

#define CPUID_SIGNATURE 0x610u /* family 6, model 1, stepping 0 */

/* ---- msr.c */
uint64_t cpu_tsc(void);
void msr_reset(void); /* what isn't zero */
bool msr_read(uint32_t number, uint64_t *value); /* false: no such register */
bool msr_write(uint32_t number, uint64_t value); /* false: no such register, or reserved bits set */

#endif
