/*
 * native.c - a case on the host's own processor.
 *
 * This process is a 64-bit one; IRET takes it into the 32-bit code segment that Linux offers, with
 * all registers loaded. It comes back by a signal whatever happens: the CC at the end raises
 * SIGTRAP, a fault its own signal, and the signal's frame holds the registers.
 */
#define _GNU_SOURCE

#include <asm/ldt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "diff.h"

#define CODE32_SELECTOR 0x23
#define CODE16_SELECTOR 0x07 /* first entry of the LDT */
#define DATA_SELECTOR 0x2b
#define PF_FETCH 0x10u /* only processors with execution protection say so */

const struct area areas[AREA_COUNT] = {
    [AREA_CODE] = {0x02000000, 0x2000},
    [AREA_DATA] = {0x02010000, 0x3000},
    [AREA_STACK] = {0x02020000, 0x2000},
    [AREA_LOW] = {0x0000a000, 0x6000},
};

static sigjmp_buf back;
static struct outcome *result;

uint8_t *native_memory(uint32_t addr)
{
    return (uint8_t *)(uintptr_t)addr;
}

static void handler(int number, siginfo_t *info, void *context)
{
    static const int order[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX,
                                 REG_RSP, REG_RBP, REG_RSI, REG_RDI};
    const greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

    (void)number;
    (void)info;
    __asm__ volatile("pushfq; andl $~0x40000, (%%rsp); popfq" : : : "memory", "cc"); /* AC */

    unsigned cs = g[REG_CSGSFS] & 0xffff;

    if (cs != CODE32_SELECTOR && cs != CODE16_SELECTOR) {
        static const char text[] = "native.c: a signal from outside of the case\n";

        fwrite(text, 1, sizeof(text) - 1, stderr);
        abort();
    }
    for (unsigned n = 0; n < 8; n++)
        result->regs.gpr[n] = (uint32_t)g[order[n]];
    result->regs.eip = (uint32_t)g[REG_RIP];
    result->regs.eflags = (uint32_t)g[REG_EFL];
    result->vector = (uint32_t)g[REG_TRAPNO];
    if (result->vector == X86_PF) {
        result->error = (uint32_t)g[REG_ERR] & ~PF_FETCH;
        result->cr2 = (uint32_t)g[REG_CR2];
    } else if (result->vector == X86_BP) {
        result->vector = NO_VECTOR;
        result->regs.eip--;
    }
    memcpy(&result->fpu, ((ucontext_t *)context)->uc_mcontext.fpregs, sizeof(result->fpu));
    siglongjmp(back, 1);
}

bool native_has(uint32_t addr)
{
    unsigned char resident;

    return mincore((void *)(uintptr_t)(addr & ~0xfffu), 1, &resident) == 0;
}

static bool map_area(const struct area *a)
{
    void *at = native_memory(a->base);

    return mmap(at, a->size, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == at;
}

bool native_init(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    static uint8_t stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    for (unsigned n = 0; n < AREA_LOW; n++)
        if (!map_area(&areas[n])) {
            perror("cannot map the memory of the cases");
            exit(2);
        }
    sigaltstack(&alternate, NULL);
    for (unsigned n = 0; n < sizeof(signals) / sizeof(signals[0]); n++)
        sigaction(signals[n], &action, NULL);
    return map_area(&areas[AREA_LOW]);
}

/* A code segment like the 32-bit one, base 0 and 4 GiB, but for its default sizes. */
bool native_init16(void)
{
    struct user_desc code = {
        .limit = 0xfffff,
        .limit_in_pages = 1,
        .contents = MODIFY_LDT_CONTENTS_CODE,
    };

    return syscall(SYS_modify_ldt, 1, &code, sizeof(code)) == 0;
}

/* What IRET takes, in its order. */
struct iret_frame {
    uint64_t rip, cs, rflags, rsp, ss;
};

void native_run(const struct regs *in, const struct fpu *fpu, bool code32, struct outcome *out)
{
    struct iret_frame frame = {in->eip, code32 ? CODE32_SELECTOR : CODE16_SELECTOR, in->eflags,
                               in->gpr[ESP], DATA_SELECTOR};

    *out = (struct outcome){0};
    result = out;
    if (sigsetjmp(back, 0))
        return;
    /* FS stays: it holds this process's thread pointer, and no case touches it. */
    __asm__ volatile("mov %[data], %%ds\n\t"
                     "mov %[data], %%es\n\t"
                     "mov %[frame], %%rsp\n\t"
                     "fxrstor (%[fpu])\n\t"
                     "mov %[in], %%r8\n\t"
                     "mov 0(%%r8), %%eax\n\t"
                     "mov 4(%%r8), %%ecx\n\t"
                     "mov 8(%%r8), %%edx\n\t"
                     "mov 12(%%r8), %%ebx\n\t"
                     "mov 20(%%r8), %%ebp\n\t"
                     "mov 24(%%r8), %%esi\n\t"
                     "mov 28(%%r8), %%edi\n\t"
                     "iretq"
                     :
                     : [data] "r"(DATA_SELECTOR), [frame] "r"(&frame), [in] "r"(in), [fpu] "r"(fpu)
                     : "memory");
    __builtin_unreachable();
}
