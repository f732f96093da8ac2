/*
 * core.c - gear 1: one guest instruction at a time, exactly.
 *
 *     fetch.c   EIP to decoded instruction and handler, remembered by physical address
 *     border.c  likewise, if it lies in two pages
 *     core.c    fetch, advance EIP, execute, commit
 *     others    the handlers, a file for each kind of instruction
 *
 * EIP is advanced before the handler runs, so that handlers see the return address and a branch is
 * one assignment. The handler works on the chip's shadowed registers and gated stores; whatever
 * traps on its way leaves by the landing, and the instruction has not happened.
 *
 * Two loops: gear1_one does all that the architecture asks for at an instruction's end. gear1_run
 * is for the usual case, in which neither single-step trap nor interrupt shadow nor single-step
 * mode is on; none of these can come on unnoticed, because every instruction of the property
 * P_SYSTEM ends the run (pick.c).
 */
#include "gear1/fpu.h"
#include "gear1/gear1.h"

#define RUN_BURST 64 /* REP iterations between two looks at the outside world */

void gear1_init(void)
{
    g1_fetch_init();
    g1_border_init();
    lin_init();
    fpu_init();
}

void g1_jump_fault(void)
{
    x86_fault_code(X86_GP, 0);
}

/* Debug traps that are due after the instruction: single step, breakpoints on data. INT n and its
 * kin clear TF in their handler: if it is entered, there is no single-step trap. MOV SS puts all of
 * them off. */
static uint32_t traps_after(const struct insn *i, bool single, uint32_t next)
{
    uint32_t bits = cms.gear1.hits;

    if (cms.cpu.debug_shadow && (i->op == OP_mov_to_seg || i->op == OP_pop_seg))
        return 0;
    if (single && !(x86_ops[i->op].props & P_TRAP && g1_eip() != next))
        bits |= DR6_BS;
    return bits;
}

/* RF is for one instruction: off now, unless this one has loaded it; on between the iterations of a
 * REP, where a breakpoint on it or a trap would see it. */
static void update_rf(const struct insn *i, uint32_t eip, bool trap)
{
    struct cpu *cpu = &cms.cpu;

    if (i->rep && x86_ops[i->op].props & P_STRING && g1_eip() == eip) {
        if (trap || cpu->watch & WATCH_CODE)
            cpu->eflags |= FL_RF;
    } else if (!cms.gear1.resume) {
        cpu->eflags &= ~(uint32_t)FL_RF;
    }
}

static void trace_insn(const struct insn *i)
{
    char text[80];

    x86_print(i, g1_eip() - i->length, text, sizeof(text));
    cms_trace("exec: %04x:%08x %s", cms.cpu.seg[SEG_CS].selector, (unsigned)(g1_eip() - i->length),
              text);
}

void gear1_one(void)
{
    struct cpu *cpu = &cms.cpu;
    bool single = cpu->eflags & FL_TF, shadow = gear1_in_shadow();
    uint32_t eip = g1_eip(), traps;

    if (unlikely(cpu->watch & WATCH_CODE))
        debug_fetch(eip);

    const struct slot *s = g1_fetch(eip);
    uint32_t next = eip + s->insn.length;

    cms.gear1.burst = 1;
    cms.gear1.resume = cms.gear1.touched = false;
    if (!cpu->debug_shadow)
        cms.gear1.hits = 0;
    g1_set_eip(next);
    if (cms_tracing(D_EXEC))
        trace_insn(&s->insn);
    g1_any[s->insn.op](&s->insn);
    if (cms.gear1.touched)
        g1_slot(&s->insn)->io++;
    if (shadow)
        cpu->int_shadow = cpu->debug_shadow = false;
    traps = traps_after(&s->insn, single, next);
    update_rf(&s->insn, eip, traps);
    lin_flush();
    vx_commit(1);
    if (traps) {
        debug_report(traps);
        gear1_deliver(&(struct fault){.vector = X86_DB});
    }
}

static void execute(const struct slot *s, uint64_t next)
{
    vx_setr(REG_EIP, next);
    s->handler(&s->insn);
    vx_commit(1);
}

/*
 * The window of the last instruction is kept in registers: only instructions that end the run close
 * windows. In a window EIP plus length doesn't wrap.
 */
void gear1_run(unsigned limit)
{
    struct gear1 *g = &cms.gear1;
    const struct slot_line *lines = g->lines;
    struct window w = {0};

    if (cms.step || gear1_in_shadow() || cms.cpu.watch || cms.cpu.eflags & (FL_TF | FL_RF) ||
        cms_tracing(D_EXEC)) {
        bool step = cms.step;

        cms.step = step || cms.cpu.watch & WATCH_ACCESSES;
        gear1_one();
        cms.step = step;
        return;
    }
    g->left = (int32_t)limit;
    g->through = cms.opt->gear < 2 ? UINT32_MAX : 0;
    g->burst = RUN_BURST;
    do {
        uint64_t eip = vx_getr(REG_EIP);
        uint32_t in = (uint32_t)eip - w.eip;

        if (likely(in < w.size)) {
            const struct slot_line *line = &lines[(w.tag + in) ^ w.flip];
            const struct slot *s = g1_slot_at(line->at);

            if (likely(line->page == w.page)) {
                execute(s, eip + s->insn.length);
                continue;
            }
        }

        const struct slot *s = g1_fetch((uint32_t)eip);

        w = *g1_window((uint32_t)eip);
        execute(s, (uint32_t)eip + s->insn.length);
    } while (--g->left > 0);
}
