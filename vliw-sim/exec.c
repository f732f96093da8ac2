/*
 * exec.c - what atoms do: one function each, from the meanings in isa/.
 *
 * The macros below say what the words of a meaning are on this chip. A function runs when
 * everything that its bundle has to wait for is there, and may leave by chip_trap() as long as it
 * has changed nothing; bundle.h says why the functions of one bundle can run one after the other.
 */
#include <string.h>

#include "isa/fp.h"
#include "isa/packed.h"
#include "isa/prims.h"
#include "isa_facts.h"
#include "vliw-sim/bundle.h"

/* Sizes are literals in every meaning: let them be folded into each atom's function. */
#define FOLDED static inline __attribute__((always_inline))

#define EINFO_WRITE 0x100u
#define EINFO_PORT 0x200u
#define EINFO_ALIAS_SHIFT 32

static uint64_t einfo(const struct atom *a, unsigned size, unsigned flags)
{
    return size | flags | (uint64_t)a->index << 16;
}

FOLDED uint64_t load_bytes(const uint8_t *host, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, host, size);
    return value;
}

FOLDED void data_access(struct chip *chip, uint64_t canonical, unsigned size, bool write)
{
    uint32_t stall = hier_span(&chip->hier, canonical, size, write);

    if (stall)
        chip_stall(chip, STALL_dcache, stall);
}

/* ---------------------------------------------------------------- native memory */

FOLDED bool in_hidden(const struct chip *chip, uint64_t addr, unsigned size)
{
    uint64_t off = addr - HIDDEN_BASE;

    return off < chip->hidden_size && chip->hidden_size - off >= size;
}

static bool native_place(struct chip *chip, uint64_t addr, unsigned size, bool write,
                         uint8_t **host)
{
    struct mem_place place;

    if (!mem_find(chip, addr, size, write, &place))
        return false;
    if (place.cached)
        data_access(chip, place.canonical, size, write);
    *host = place.host;
    return true;
}

FOLDED uint64_t native_load(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr)
{
    uint8_t *host;

    chip->loads++;
    if (in_hidden(chip, addr, size)) {
        uint64_t off = addr - HIDDEN_BASE;
        __builtin_prefetch(chip->hidden + off);
        data_access(chip, chip->hidden_line_at + off, size, false);
        return load_bytes(chip->hidden + off, size);
    }
    if (!native_place(chip, addr, size, false, &host))
        chip_trap(chip, CAUSE_bus_error, addr, einfo(a, size, 0));
    return load_bytes(host, size);
}

static uint64_t native_load_dismissible(struct chip *chip, unsigned size, uint64_t addr)
{
    uint8_t *host;

    chip->loads++;
    return native_place(chip, addr, size, false, &host) ? load_bytes(host, size) : 0;
}

static void store_late(struct chip *chip, uint8_t *host, uint64_t addr, unsigned size,
                       uint64_t value)
{
    chip->late_store[chip->late_stores++] = (struct chip_store){host, addr, value, size};
    chip->late_guest += !host;
    chip->after |= AFTER_STORES;
}

FOLDED void native_store(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                         uint64_t value)
{
    uint8_t *host;

    chip->stores++;
    if (in_hidden(chip, addr, size)) {
        uint64_t off = addr - HIDDEN_BASE;
        data_access(chip, chip->hidden_line_at + off, size, true);
        host = chip->hidden + off;
    } else if (!native_place(chip, addr, size, true, &host)) {
        chip_trap(chip, CAUSE_bus_error, addr, einfo(a, size, EINFO_WRITE));
    }
    if (chip->careful)
        store_late(chip, host, 0, size, value);
    else
        memcpy(host, &value, size);
}

FOLDED struct isa_v wide_bytes(const uint8_t *host, unsigned size)
{
    return isa_pair(load_bytes(host, 8), load_bytes(host + 8, size - 8));
}

static struct isa_v native_load_wide(struct chip *chip, const struct atom *a, unsigned size,
                                     uint64_t addr)
{
    uint8_t *host;

    chip->loads++;
    if (!native_place(chip, addr, size, false, &host))
        chip_trap(chip, CAUSE_bus_error, addr, einfo(a, size, 0));
    return wide_bytes(host, size);
}

static void native_store_wide(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                              struct isa_v value)
{
    uint8_t *host;

    chip->stores++;
    if (!native_place(chip, addr, size, true, &host))
        chip_trap(chip, CAUSE_bus_error, addr, einfo(a, size, EINFO_WRITE));
    store_late(chip, host, 0, 8, value.lo);
    store_late(chip, host + 8, 0, size - 8, value.hi);
}

/* ---------------------------------------------------------------- guest memory */

/* Guest-physical address of an access through the TLB; traps in the order of the causes. */
FOLDED uint64_t guest_translate(struct chip *chip, const struct atom *a, unsigned size,
                                uint64_t addr, unsigned flags)
{
    bool write = flags & EINFO_WRITE;
    uint32_t offset = addr & (TLB_PAGE_SIZE - 1);
    uint32_t hi = (uint32_t)(addr - offset) | (flags & EINFO_PORT ? TLB_HI_PORT : 0);

    if (offset + size > TLB_PAGE_SIZE)
        chip_trap(chip, CAUSE_page_cross, addr, einfo(a, size, flags));
    if (chip->tlb_stall)
        chip_stall(chip, STALL_tlb, chip->tlb_stall);
    const struct tlb_entry *e = tlb_find(&chip->tlb, hi);
    if (!e)
        chip_trap(chip, CAUSE_tlb_miss, addr, einfo(a, size, flags));
    if (!tlb_permits(e, write, chip->user))
        chip_trap(chip, CAUSE_tlb_prot, addr, einfo(a, size, flags));
    if (e->lo & TLB_LO_IO)
        chip_trap(chip, CAUSE_tlb_io, addr, einfo(a, size, flags));
    if (write && e->tmask && tlb_watched(e, offset, size))
        chip_trap(chip, CAUSE_tlb_tbit, addr, einfo(a, size, flags));
    return (e->lo & TLB_LO_PAGE) + offset;
}

/* Reads translated bytes: memory, and what waits in the store buffer over it. */
FOLDED uint64_t guest_read(struct chip *chip, uint64_t pa, unsigned size)
{
    data_access(chip, GUEST_BASE + pa, size, false);
    return sbuf_merge(&chip->sbuf, pa, size, load_bytes(chip->dram + pa, size));
}

FOLDED uint64_t guest_load(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                           unsigned flags)
{
    chip->guest_loads++;
    return guest_read(chip, guest_translate(chip, a, size, addr, flags), size);
}

FOLDED uint64_t guest_load_protect(struct chip *chip, const struct atom *a, unsigned size,
                                   uint64_t addr, unsigned alias)
{
    chip->guest_loads++;
    uint64_t pa = guest_translate(chip, a, size, addr, 0);
    alias_protect(&chip->alias, alias, pa, size);
    return guest_read(chip, pa, size);
}

/* Puts a translated store into the store buffer, now or at the end of its bundle. */
FOLDED void guest_write(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                        uint64_t pa, uint64_t value, unsigned flags)
{
    if (chip->sbuf.used + chip->late_guest >= chip->sbuf.size)
        chip_trap(chip, CAUSE_sbuf_full, addr, einfo(a, size, flags));
    if (chip->careful) {
        store_late(chip, NULL, pa, size, value);
        return;
    }
    uint32_t wait = sbuf_wait(&chip->sbuf, chip->cycle);
    if (wait)
        chip_stall(chip, STALL_sbuf, wait);
    sbuf_put(&chip->sbuf, pa, size, value);
}

FOLDED void guest_store(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                        uint64_t value, unsigned flags)
{
    chip->guest_stores++;
    flags |= EINFO_WRITE;
    uint64_t pa = guest_translate(chip, a, size, addr, flags);
    guest_write(chip, a, size, addr, pa, value, flags);
}

FOLDED void guest_store_check(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                              uint64_t value, uint64_t mask)
{
    chip->guest_stores++;
    uint64_t pa = guest_translate(chip, a, size, addr, EINFO_WRITE);
    int hit = alias_hit(&chip->alias, mask, pa, size);
    if (hit >= 0) {
        chip->alias.hits++;
        chip_trap(chip, CAUSE_alias, addr,
                  einfo(a, size, EINFO_WRITE) | (uint64_t)hit << EINFO_ALIAS_SHIFT);
    }
    guest_write(chip, a, size, addr, pa, value, EINFO_WRITE);
}

static void must_align(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                       unsigned flags)
{
    if (addr & 15)
        chip_trap(chip, CAUSE_align, addr, einfo(a, size, flags));
}

static struct isa_v guest_load_wide(struct chip *chip, const struct atom *a, unsigned size,
                                    uint64_t addr)
{
    chip->guest_loads++;
    uint64_t pa = guest_translate(chip, a, size, addr, 0);
    data_access(chip, GUEST_BASE + pa, size, false);
    struct isa_v v = wide_bytes(chip->dram + pa, size);
    return isa_pair(sbuf_merge(&chip->sbuf, pa, 8, v.lo),
                    sbuf_merge(&chip->sbuf, pa + 8, size - 8, v.hi));
}

/* Two entries of the store buffer, both at the end of the bundle. */
static void guest_store_wide(struct chip *chip, const struct atom *a, unsigned size, uint64_t addr,
                             struct isa_v value)
{
    chip->guest_stores++;
    uint64_t pa = guest_translate(chip, a, size, addr, EINFO_WRITE);
    if (chip->sbuf.used + chip->late_guest + 2 > chip->sbuf.size)
        chip_trap(chip, CAUSE_sbuf_full, addr, einfo(a, size, EINFO_WRITE));
    store_late(chip, NULL, pa, 8, value.lo);
    store_late(chip, NULL, pa + 8, size - 8, value.hi);
}

/* ---------------------------------------------------------------- floating point */

/* What the atom raised: a trap, or it gathers at the end of the bundle. */
static void raise_exceptions(struct chip *chip, const struct atom *a, const struct isa_fenv *env)
{
    uint32_t unmasked = isa_fenv_unmasked(env);
    struct fpu *fpu = &chip->fpu;

    if (unmasked)
        chip_trap(chip, CAUSE_fp, unmasked, einfo(a, 0, 0));
    if (!(chip->after & AFTER_FP))
        fpu->next = fpu->control;
    fpu->next.fpsw = isa_fenv_fpsw(fpu->next.fpsw, env);
    fpu->next.mxcsr |= env->sse;
    if (fpu->next.fpsw != fpu->control.fpsw || fpu->next.mxcsr != fpu->control.mxcsr)
        chip->after |= AFTER_FP;
}

/* ---------------------------------------------------------------- system */

static uint64_t special_read(struct chip *chip, const struct atom *a, uint64_t number)
{
    uint64_t value;

    if (!sreg_read(chip, number, &value))
        chip_trap(chip, CAUSE_sreg, number, einfo(a, 0, 0));
    return value;
}

static void special_write(struct chip *chip, const struct atom *a, uint64_t number, uint64_t value)
{
    if (!sreg_write(chip, number, value))
        chip_trap(chip, CAUSE_sreg, number, einfo(a, 0, EINFO_WRITE));
}

static void tlb_enter(struct chip *chip, const struct atom *a)
{
    if (!tlb_write(&chip->tlb, chip->tlb_hi, chip->tlb_lo, (uint32_t)chip->tlb_tmask,
                   chip->guest_size))
        chip_trap(chip, CAUSE_tlb_refused, chip->tlb_lo & TLB_LO_PAGE, einfo(a, 0, EINFO_WRITE));
}

/* At the end of the bundle, like other native stores. */
static void line_zero(struct chip *chip, const struct atom *a, uint64_t addr)
{
    uint64_t start = addr & ~(uint64_t)(CHIP_ZEROED - 1);
    struct mem_place place;

    chip->stores++;
    if (!mem_find(chip, start, CHIP_ZEROED, true, &place))
        chip_trap(chip, CAUSE_bus_error, addr, einfo(a, CHIP_ZEROED, EINFO_WRITE));
    for (uint32_t at = 0; place.cached && at < CHIP_ZEROED; at += chip->machine.l1d.line) {
        if (chip->machine.l1d.line > CHIP_ZEROED)
            data_access(chip, place.canonical, CHIP_ZEROED, true);
        else
            hier_claim(&chip->hier, (uint32_t)((place.canonical + at) >> chip->hier.line_shift));
    }
    store_late(chip, place.host, 0, CHIP_ZEROED, 0);
}

static void trap_return(struct chip *chip)
{
    chip->status &= ~(uint32_t)STATUS_TL;
    event_return(&chip->events, chip->epc);
    chip->npc = chip->epc;
    chip->taken = true;
    chip_stall(chip, STALL_trap, chip->machine.trap_return);
}

static inline void control_to(struct chip *chip, uint64_t addr)
{
    chip->npc = addr;
    chip->taken = true;
}

/* A jump through the JTLB takes its latency. */
static uint64_t table_find(struct chip *chip, uint64_t key)
{
    uint64_t target = jtlb_find(&chip->jtlb, key);

    if (target)
        chip_stall(chip, STALL_branch, chip->machine.jtlb_latency);
    return target;
}

static void emulate(struct chip *chip, const struct atom *a, uint64_t number)
{
    if (!chip->emu_base)
        chip_trap(chip, CAUSE_emu, number, einfo(a, 0, 0));
    control_to(chip, chip->emu_base + 16 * number);
}

/* ---------------------------------------------------------------- the words of a meaning */

#define ISA_R(field) (chip->r[a->op.field])
#define ISA_SET_R(field, v) (chip->r[a->to_r] = (v))
#define ISA_C(field) ((uint64_t)chip->c[a->op.field])
#define ISA_SET_C(field, v) (chip->c[a->to_c] = (uint32_t)(v))
#define ISA_V(field) (chip->fpu.f[a->op.field])
#define ISA_SET_V(field, v) (chip->fpu.f[a->to_f] = (v))
#define ISA_F(field) (a->op.field)
#define ISA_PC (chip->pc)
#define ISA_NEXT (chip->npc)
#define ISA_BRANCH(atoms) control_to(chip, chip->pc + (atoms)*4)
#define ISA_JUMP(addr) control_to(chip, (addr) & ~CODE_ODD)
#define ISA_NLOAD(size, addr) native_load(chip, a, size, addr)
#define ISA_NLOAD_D(size, addr) native_load_dismissible(chip, size, addr)
#define ISA_NSTORE(size, addr, v) native_store(chip, a, size, addr, v)
#define ISA_GLOAD(size, addr) guest_load(chip, a, size, addr, 0)
#define ISA_GSTORE(size, addr, v) guest_store(chip, a, size, addr, v, 0)
#define ISA_PLOAD(size, addr) guest_load(chip, a, size, addr, EINFO_PORT)
#define ISA_PSTORE(size, addr, v) guest_store(chip, a, size, addr, v, EINFO_PORT)
#define ISA_SREG(n) special_read(chip, a, n)
#define ISA_SET_SREG(n, v) special_write(chip, a, n, v)
#define ISA_GREG(i) (chip->r[1 + (i)])
#define ISA_SET_GREG(i, v) (chip->r[1 + (i)] = (v))
#define ISA_COMMIT(n) (chip->after |= AFTER_COMMIT, chip->commit_count = (uint32_t)(n))
#define ISA_ROLLBACK() (chip->after |= AFTER_ROLLBACK)
#define ISA_TLB_WRITE() tlb_enter(chip, a)
#define ISA_TLB_PROBE(addr) tlb_probe(&chip->tlb, addr)
#define ISA_TLB_DROP(addr) tlb_drop(&chip->tlb, addr)
#define ISA_TLB_DROP_PHYS(addr) tlb_drop_phys(&chip->tlb, addr)
#define ISA_TLB_FLUSH() tlb_flush(&chip->tlb)
#define ISA_ICACHE_FLUSH(addr, len) bundle_flush(chip, addr, len)
#define ISA_LINE_ZERO(addr) line_zero(chip, a, addr)
#define ISA_HALT() (chip->after |= AFTER_HALT)
#define ISA_TRAP_RETURN() trap_return(chip)
#define ISA_NLOAD_V(size, addr) native_load_wide(chip, a, size, addr)
#define ISA_NSTORE_V(size, addr, v) native_store_wide(chip, a, size, addr, v)
#define ISA_GLOAD_V(size, addr) guest_load_wide(chip, a, size, addr)
#define ISA_GSTORE_V(size, addr, v) guest_store_wide(chip, a, size, addr, v)
#define ISA_GLOAD_VA(size, addr) \
    (must_align(chip, a, size, addr, 0), guest_load_wide(chip, a, size, addr))
#define ISA_GSTORE_VA(size, addr, v) \
    (must_align(chip, a, size, addr, EINFO_WRITE), guest_store_wide(chip, a, size, addr, v))
#define ISA_FENV() isa_fenv_make(chip->fpu.control.fpcw, chip->fpu.control.mxcsr)
#define ISA_RAISE(env) raise_exceptions(chip, a, env)
#define ISA_TRAP(cause) chip_trap(chip, cause, 0, einfo(a, 0, 0))
#define ISA_GLOAD_PROTECT(size, addr, alias) guest_load_protect(chip, a, size, addr, alias)
#define ISA_GSTORE_CHECK(size, addr, v, mask) \
    guest_store_check(chip, a, size, addr, v, (uint64_t)(mask))
#define ISA_JTLB_WRITE(key, addr) jtlb_write(&chip->jtlb, key, addr)
#define ISA_JTLB_FIND(key) table_find(chip, key)
#define ISA_JTLB_DROP(key) jtlb_write(&chip->jtlb, key, 0)
#define ISA_JTLB_FLUSH() (jtlb_flush(&chip->jtlb), rstack_flush(&chip->rstack))
#define ISA_RSTACK_PUSH(key, addr) rstack_push(&chip->rstack, key, addr)
#define ISA_RSTACK_POP(key) rstack_pop(&chip->rstack, key)
#define ISA_EMULATE(n) emulate(chip, a, n)

#define ISA_EXEC(name)                                                 \
    static void exec_##name(struct chip *chip __attribute__((unused)), \
                            const struct atom *a __attribute__((unused)))
#define ISA_END
#include "isa_exec.inc"
#undef ISA_EXEC

void exec_move_r(struct chip *chip, const struct atom *a)
{
    chip->r[a->to_r] = chip->r[a->op.ra];
}

void exec_move_c(struct chip *chip, const struct atom *a)
{
    chip->c[a->to_c] = chip->c[a->op.ca];
}

void exec_move_f(struct chip *chip, const struct atom *a)
{
    chip->fpu.f[a->to_f] = chip->fpu.f[a->op.fa];
}

atom_exec *exec_function(unsigned atom)
{
    static atom_exec *const table[ISA_ATOM_COUNT] = {
#define EXEC_ENTRY(name) [ISA_##name] = exec_##name,
        ISA_ATOMS(EXEC_ENTRY)
#undef EXEC_ENTRY
    };

    return table[atom];
}
