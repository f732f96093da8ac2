/*
 * state.h - the architectural state of the guest processor.
 *
 * The part that translations work on lives in the chip's shadowed registers, where commit and
 * rollback reach it: r1..r8 hold EAX..EDI in x86 numbering, r9 EIP, c0 the six status flags. The
 * rest is here, in hidden memory, and is NOT rolled back: an instruction may change it only after
 * its last access that can trap, just before its commit.
 */
#ifndef CMS_X86_STATE_H
#define CMS_X86_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum gpr { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };
enum seg_reg { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_COUNT };

#define REG_GPR0 1 /* chip register of EAX */
#define REG_EIP 9  /* chip register of EIP */

enum eflags {
    FL_CF = 1u << 0,
    FL_PF = 1u << 2,
    FL_AF = 1u << 4,
    FL_ZF = 1u << 6,
    FL_SF = 1u << 7,
    FL_TF = 1u << 8,
    FL_IF = 1u << 9,
    FL_DF = 1u << 10,
    FL_OF = 1u << 11,
    FL_IOPL = 3u << 12,
    FL_NT = 1u << 14,
    FL_RF = 1u << 16,
    FL_VM = 1u << 17,
    FL_AC = 1u << 18,
    FL_VIF = 1u << 19,
    FL_VIP = 1u << 20,
    FL_ID = 1u << 21,
    FL_STATUS = FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF, /* in c0; all others in cpu.eflags */
};

enum cr0 {
    CR0_PE = 1u << 0,
    CR0_MP = 1u << 1,
    CR0_EM = 1u << 2,
    CR0_TS = 1u << 3,
    CR0_ET = 1u << 4,
    CR0_NE = 1u << 5,
    CR0_WP = 1u << 16,
    CR0_AM = 1u << 18,
    CR0_NW = 1u << 29,
    CR0_CD = 1u << 30,
    CR0_PG = 1u << 31,
};

enum cr4 {
    CR4_VME = 1u << 0,
    CR4_PVI = 1u << 1,
    CR4_TSD = 1u << 2,
    CR4_DE = 1u << 3,
    CR4_PSE = 1u << 4,
    CR4_PAE = 1u << 5,
    CR4_MCE = 1u << 6,
    CR4_PGE = 1u << 7,
    CR4_PCE = 1u << 8,
    CR4_OSFXSR = 1u << 9,
    CR4_OSXMMEXCPT = 1u << 10,
};

enum dr6 {
    DR6_HITS = 15u,    /* breakpoints */
    DR6_BD = 1u << 13, /* access to a debug register while DR7.GD is set */
    DR6_BS = 1u << 14, /* single step */
    DR6_BT = 1u << 15, /* task switch */
};

/* What has to be looked at in software (gear1/debug.c). */
enum cpu_watch {
    WATCH_CODE = 1u << 0,  /* breakpoints on instructions */
    WATCH_DATA = 1u << 1,  /* breakpoints on data or ports */
    WATCH_ALIGN = 1u << 2, /* the alignment check */
    WATCH_ACCESSES = WATCH_DATA | WATCH_ALIGN,
};

enum x86_vector {
    X86_DE = 0, X86_DB = 1, X86_NMI = 2, X86_BP = 3, X86_OF = 4, X86_BR = 5, X86_UD = 6, X86_NM = 7,
    X86_DF = 8, X86_TS = 10, X86_NP = 11, X86_SS = 12, X86_GP = 13, X86_PF = 14, X86_MF = 16,
    X86_AC = 17, X86_XM = 19,
};

/* A segment register with its hidden part, as the descriptor had it. */
struct segment {
    uint16_t selector;
    uint16_t attr;  /* high dword of the descriptor >> 8: type 0..3, S 4, DPL 5..6, P 7, AVL 12,
                       D/B 14, G 15 */
    uint32_t base;
    uint32_t limit; /* in bytes, granularity applied: highest offset of an expand-up segment */
    bool valid;     /* false: null selector or not usable: any access is #GP (SS: #SS) */

    /* In a segment register, from the above: 4 bytes at an offset below need no further check. */
    uint32_t read_span, write_span;
};

struct table_reg {
    uint32_t base;
    uint16_t limit;
};

/*
 * What of the x87 isn't in f registers (gear1/fpu.h) and the chip's FPCW and FPSW, which have the
 * exceptions and C1 of the status word and, but for bits that do nothing, the control word.
 */
struct x87 {
    uint16_t control;
    uint16_t status; /* C0, C2, C3, stack fault: the rest is elsewhere */
    uint8_t top;     /* physical number of ST(0) */
    uint8_t full;    /* bit n: physical register n is not empty */
    bool ignore;     /* IGNNE#: exceptions hold nothing up, although CR0.NE is clear */
    uint16_t opcode; /* of the last instruction that wasn't control: 11 bits */
    uint16_t cs, ds;
    uint32_t ip, dp;
};

struct cpu {
    uint32_t eflags; /* everything but FL_STATUS; bit 1 always set */
    uint8_t cpl;     /* 3 in virtual-8086 mode, 0 in real mode */
    bool code32;     /* default operand and address size of CS */
    bool stack32;    /* size of the stack pointer */
    bool int_shadow; /* after STI, MOV SS, POP SS: the next boundary takes no interrupt */
    bool debug_shadow; /* after MOV SS, POP SS: no breakpoint on the next instruction either */
    bool halted;
    uint64_t shadow_at; /* SR_RETIRED at the boundary that int_shadow is about */
    uint8_t watch; /* WATCH_x that are on, by debug registers, CR0, CR4, EFLAGS and CPL */
    struct segment seg[SEG_COUNT];
    struct segment ldtr, tr;
    struct table_reg gdtr, idtr;
    uint32_t cr0, cr2, cr3, cr4;
    uint64_t pdpte[4]; /* PAE: loaded with CR3, not walked */
    uint32_t dr[8];
    struct x87 x87;
    uint64_t tsc_base;
    uint32_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t msr_misc[32]; /* MTRR and PAT: gear1/msr.c knows which */
    bool a20;              /* true: address bit 20 passes */
};

#endif
