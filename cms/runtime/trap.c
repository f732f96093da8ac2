/*
 * trap.c - what each trap cause means to the firmware.
 *
 * Every trap, in gear 1 or in a translation, has been rolled back when control gets here: the guest
 * is as the last commit left it, and the stack is that of the main loop. There are three answers.
 * If the cause is the firmware's own business (no TLB entry, code written to, interrupt), it is
 * removed and execution goes on from the committed state. If gear 1 trapped on an access that
 * hardware can't do (I/O, a page border), gear 1 runs the same instruction again in single-step
 * mode. If a translation trapped, gear 1 runs the instructions of that translation one by one, so
 * that it meets the cause again, alone, at an exact instruction boundary: if that cause is an
 * exception of the guest, it is precise then, and if it was only speculation's, nothing happens but
 * a count.
 */
#include "gear1/lin.h"
#include "gear3/gear3.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "monitor/io_trace.h"
#include "runtime/patch.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"
#include "runtime/tcache.h"

void cms_unwind(int reason)
{
    vx_rollback();
    cms_longjmp(cms.landing, reason);
}

/* The access that trapped, as the chip reports it. */
struct access {
    uint32_t addr;
    unsigned size;
    bool write, port, user;
};

static struct access trap_access(uint64_t gmode)
{
    uint64_t info = cms.trap.einfo;

    return (struct access){
        .addr = (uint32_t)cms.trap.badaddr,
        .size = info & 0xff,
        .write = info >> 8 & 1,
        .port = info >> 9 & 1,
        .user = gmode & 1,
    };
}

#define MISSES_MAX 8 /* in a row: more than the pages of any instruction of gear 1 */

/*
 * Do the pages that one instruction touches, and those of the code around it, push each other out
 * of a small TLB? Then starting the instruction again never ends. In single-step mode each access
 * follows its own fill.
 */
static bool tlb_thrashes(void)
{
    uint64_t retired = vx_mfsr(SR_RETIRED);

    if (retired != cms.mmu.missed_at)
        cms.mmu.misses = 0;
    cms.mmu.missed_at = retired;
    return ++cms.mmu.misses > MISSES_MAX;
}

static enum mmu_fill fill_unseen(const struct access *a)
{
    if (!a->port)
        return mmu_fill_unseen(a->addr, a->write, a->user);
    mmu_fill_port(a->addr);
    return MMU_FILLED;
}

/*
 * No TLB entry, or one that forbids the access: enter what the page tables say. If that needs a bit
 * set in them, what the instructions before have read of the tables comes first: gear 1 does those,
 * and this one in single-step mode, access by access. So it does with an access that they forbid,
 * which is a page fault only then: it knows whether the instruction means to write as well.
 */
static void land_tlb(const struct access *a, struct translation *from, unsigned cause)
{
    enum mmu_fill fill = tlb_thrashes() ? MMU_FAULTS : fill_unseen(a);

    if (fill == MMU_FILLED)
        return;
    if (!from)
        loop_step();
    else if (fill == MMU_TOUCHES)
        tcache_first_touch(from, cause);
    else
        tcache_recover(from, cause);
}

/*
 * A store to bytes that code was made from: that code is dropped, and the store can be done again.
 * Gear 1 does so in single-step mode, where fetching protects nothing: an instruction may store
 * into its own granule. So it does for a translation that was made from those bytes itself.
 */
static void land_tbit(const struct access *a, struct translation *from)
{
    /* by the entry that trapped: the guest's tables may say something else by now */
    uint64_t entry = vx_tlbp(a->addr & ~PAGE_MASK);
    uint64_t gpa = (entry & ~(uint64_t)PAGE_MASK) | (a->addr & PAGE_MASK);

    smc_written(gpa, a->size);
    if (!from)
        loop_step();
    else if (from->dead || from->suspended)
        tcache_recover(from, CAUSE_tlb_tbit);
}

/* An access that gear 1 has to do in software. */
static void land_step(struct translation *from, enum event why)
{
    if (from) {
        if (why == EV_STEP_IO)
            tcache_io(from);
        else
            tcache_recover(from, CAUSE_page_cross);
        return;
    }
    cms.count[why]++;
    if (why == EV_STEP_IO || cms.crossings)
        profile_mark(cms.cpu.seg[SEG_CS].base + (uint32_t)vx_getr(REG_EIP),
                     why == EV_STEP_IO ? SITE_DEVICE : SITE_CROSS);
    loop_step();
    if (why == EV_STEP_IO)
        cms_count(EV_IO_RESUMED);
}

void trap_land(int why)
{
    uint64_t gmode = vx_mfsr(SR_GMODE), since = vx_mfsr(SR_CYCLE);
    struct translation *from = NULL;
    struct access a = {0};

    vx_mtsr(SR_PHASE, PHASE_recover);
    vx_mtsr(SR_GMODE, cms.cpu.cpl == 3);
    cms.step = false;
    lin_drop();
    emulate_trapped(why == CAUSE_tlb_io);
    if (why < UNWIND_FAULT) {
        a = trap_access(gmode);
        from = tcache_owner(cms.trap.epc);
        if (why != CAUSE_interrupt) /* that comes behind a commit */
            loop_undone();
    }
    if (from)
        tcache_left(NULL);
    else
        tcache_state_changed(); /* gear 1 may have, also within translated code */
    switch (why) {
    case UNWIND_FAULT:
        cms_count(EV_FAULTS);
        if (cms_tracing(D_FAULT))
            cms_trace("fault: vector %u error %x cr2 %x eip %x", cms.fault.vector, cms.fault.error,
                      cms.fault.cr2, (uint32_t)vx_getr(REG_EIP));
        gear1_deliver(&cms.fault);
        break;
    case UNWIND_RETRY: break;
    case CAUSE_tlb_miss:
        cms_count(EV_TRAP_TLB_MISS);
        land_tlb(&a, from, (unsigned)why);
        break;
    case CAUSE_tlb_prot:
        cms_count(EV_TRAP_TLB_PROT);
        land_tlb(&a, from, (unsigned)why);
        break;
    case CAUSE_tlb_io:
        cms_count(EV_TRAP_TLB_IO);
        io_trace_exception((unsigned)why, a.addr, a.size, a.write, a.port);
        cms_count(EV_IO_ROLLBACKS);
        io_trace_rollback();
        land_step(from, EV_STEP_IO);
        cms.count[EV_IO_EXCEPTION_CYCLES] += vx_mfsr(SR_CYCLE) - since;
        break;
    case CAUSE_page_cross:
        cms_count(EV_TRAP_PAGE_CROSS);
        land_step(from, EV_STEP_CROSS);
        break;
    case CAUSE_tlb_tbit:
        cms_count(EV_TRAP_TBIT);
        land_tbit(&a, from);
        break;
    case CAUSE_sbuf_full:
        cms_count(EV_TRAP_SBUF);
        if (from)
            tcache_recover(from, CAUSE_sbuf_full);
        else if (lin_buffers())
            loop_step();
        else
            cms_panic("one instruction at %x overflows the gated store buffer",
                      (uint32_t)vx_getr(REG_EIP));
        break;
    case CAUSE_alias:
        cms_count(EV_TRAP_ALIAS);
        tcache_recover(from, CAUSE_alias);
        break;
    case CAUSE_interrupt:
        cms_count(EV_TRAP_INTERRUPT);
        gear3_sample(from);
        break; /* the loop looks for pending events before it goes on */
    case CAUSE_parity: fault_isolate(); break;
    default:
        cms_panic("trap %d at %lx, address %lx, guest at %x", why, (unsigned long)cms.trap.epc,
                  (unsigned long)cms.trap.badaddr, (uint32_t)vx_getr(REG_EIP));
    }
}
