/*
 * emulate.c - what emulation patches do: the functions behind the routines of patch.c.
 *
 * Each is entered from translated code with the guest committed and EIP at the instruction, and
 * does the whole instruction: EIP, registers, the access, commit. A fault or a trap on its way
 * unwinds to the landing as in gear 1, and the instruction has not happened. As the commit may let
 * an interrupt in, what comes after it may not come at all.
 *
 * The answer says whether the translation may go on: only if the guest is where and what the
 * translation expects it to be, nothing is waiting, and nothing that it relied on has been dropped
 * or mapped elsewhere meanwhile (cms.epoch).
 */
#include "cms.h"
#include "gear1/gear1.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "monitor/io_trace.h"
#include "runtime/context.h"
#include "runtime/patch.h"
#include "runtime/runtime.h"

#define CALL_BURST 64 /* iterations of a REP between two looks at the outside world */

static bool nothing_waits(void)
{
    const struct cpu *cpu = &cms.cpu;

    return !(cms.intr && cpu->eflags & FL_IF) && !cpu->halted;
}

/* After a port access, which changes no context. */
static bool goes_on(uint32_t epoch)
{
    return cms.epoch == epoch && nothing_waits();
}

static bool context_holds(const struct patch *p)
{
    const struct cpu *cpu = &cms.cpu;

    return context_mode() == p->mode && cpu->seg[SEG_CS].base == p->cs_base &&
           !cpu->watch && !(cpu->eflags & (FL_TF | FL_RF));
}

/* Accesses to devices so far. */
static uint64_t accesses(void)
{
    return cms.count[EV_PORT_READS] + cms.count[EV_PORT_WRITES] + cms.count[EV_MEM_READS] +
           cms.count[EV_MEM_WRITES];
}

/* What so many accesses have cost; `since`: the cycle in which they began. */
static void account(uint64_t count, uint64_t since)
{
    cms.count[EV_PATCH_IO] += count;
    cms.count[EV_PATCH_CYCLES] += vx_mfsr(SR_CYCLE) - since;
    io_trace_resume();
}

static void trace(const struct patch *p)
{
    if (cms_tracing(D_IO))
        io_trace_patch(patch_number(p), patch_routine_name(p->routine), &p->slot.insn);
}

static uint64_t leave_unless(bool on)
{
    if (on)
        return 0;
    cms_count(EV_PATCH_LEFT);
    return 1;
}

/* Inlined for IN and for OUT. */
static inline __attribute__((always_inline)) uint64_t port_access(struct patch *p, uint16_t port,
                                                                  bool write)
{
    uint64_t since = vx_mfsr(SR_CYCLE);
    uint32_t epoch = cms.epoch;
    unsigned size = p->slot.insn.opsize;

    cms_count(EV_PATCH_CALLS);
    trace(p);
    if (unlikely(!g1_io_allowed(port, size)))
        x86_fault_code(X86_GP, 0);
    if (write)
        monitor_out(port, size, g1_reg(EAX, size));
    else
        g1_set_reg(EAX, size, monitor_in(port, size));
    g1_set_eip(p->next);
    account(1, since);
    vx_commit(1);
    return leave_unless(goes_on(epoch));
}

uint64_t emulate_in(struct patch *p, uint64_t port)
{
    return port_access(p, (uint16_t)port, false);
}

uint64_t emulate_out(struct patch *p, uint64_t port)
{
    return port_access(p, (uint16_t)port, true);
}

/* Gear 1's handler, once; of REP, some iterations. */
static void call(const struct patch *p)
{
    const struct insn *i = &p->slot.insn;

    cms.gear1.burst = CALL_BURST;
    g1_set_eip(p->next);
    if (p->stepped) {
        cms.step = true;
        g1_any[i->op](i);
        cms.step = false;
        lin_flush();
    } else {
        p->slot.handler(i);
    }
}

uint64_t emulate_call(struct patch *p, uint64_t unused)
{
    uint64_t since = p->stepped ? vx_mfsr(SR_CYCLE) : 0, before = accesses();
    uint32_t epoch = cms.epoch;
    bool shadow = gear1_in_shadow();

    (void)unused;
    cms_count(EV_PATCH_CALLS);
    vx_mtsr(SR_PHASE, p->stepped ? PHASE_step : PHASE_interpret);
    vx_mtsr(SR_STATUS, STATUS_FIRMWARE); /* a handler, say of a task switch, may commit half-way */
    cms.emulating = p;
    if (p->stepped)
        trace(p);
    call(p);
    while (g1_eip() == p->eip && p->slot.insn.rep && goes_on(epoch)) {
        vx_mtsr(SR_STATUS, STATUS_TRANSLATED);
        vx_commit(1); /* interrupts may come in */
        vx_mtsr(SR_STATUS, STATUS_FIRMWARE);
        call(p);
    }
    if (shadow)
        cms.cpu.int_shadow = cms.cpu.debug_shadow = false;
    if (p->stepped)
        account(accesses() - before, since);
    cms.emulating = NULL;
    vx_mtsr(SR_PHASE, PHASE_translated);
    vx_mtsr(SR_STATUS, STATUS_TRANSLATED);
    vx_commit(1);
    return leave_unless(g1_eip() == p->next && goes_on(epoch) && context_holds(p));
}

void emulate_trapped(bool io)
{
    if (cms.emulating && io)
        cms.emulating->stepped = true;
    cms.emulating = NULL;
}
