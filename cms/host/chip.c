/*
 * chip.c - the atoms, for the host build.
 *
 * What an atom means comes from isa/, as for the simulator: isa_lift finds the atom of a custom-0
 * number, the generated isa_exec.inc is its meaning, and the macros below say on what it works.
 */
#include "cms.h"
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "host/host.h"
#include "isa/fp.h"
#include "isa/packed.h"
#include "isa/prims.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"
#include "isa_lift.h"

#define TLB_SETS 64
#define TLB_WAYS 4
#define SBUF_SIZE 64
#define NS_PER_COMMIT 100
#define PORT_SPACE 1u /* in a TLB_HI */
#define INSTRS 128
#define CLASSES 7

struct tlb_entry {
    uint64_t lo;
    uint32_t hi, tmask;
    bool valid;
};

struct store {
    uint64_t gpa, value;
    unsigned size;
};

static struct {
    uint64_t r[ISA_SHADOW_R_LAST + 1], saved_r[ISA_SHADOW_R_LAST + 1];
    uint64_t c, saved_c;
    struct isa_v f[ISA_F_COUNT], saved_f[ISA_F_COUNT];
    uint64_t saved_control[3]; /* FPCW, FPSW, MXCSR */
    uint64_t sr[SR_COUNT];
    struct tlb_entry tlb[TLB_SETS][TLB_WAYS];
    unsigned victim;
    struct store sbuf[SBUF_SIZE];
    unsigned stores;
    uint64_t commits, idle, retired, limit;
    void (*serve)(struct host_request *rq);
    struct {
        struct isa_op op;
        struct isa_lift_map map;
        bool known;
    } lifted[CLASSES][INSTRS];
} chip;

void host_chip_reset(void)
{
    memset(&chip, 0, sizeof(chip));
    chip.sr[SR_TIMER] = UINT64_MAX;
    chip.sr[SR_FPCW] = 0x37f;
    chip.sr[SR_MXCSR] = 0x1f80;
    for (unsigned f3 = 0; f3 < CLASSES; f3++)
        for (unsigned f7 = 0; f7 < INSTRS; f7++)
            chip.lifted[f3][f7].known =
                isa_lift(f3, f7, &chip.lifted[f3][f7].op, &chip.lifted[f3][f7].map);
}

uint64_t host_retired(void)
{
    return chip.retired;
}

void host_serve(void (*serve)(struct host_request *rq))
{
    chip.serve = serve;
}

void host_limit(uint64_t instructions)
{
    chip.limit = instructions;
}

static void chip_rollback(void)
{
    memcpy(chip.r, chip.saved_r, sizeof(chip.r));
    chip.c = chip.saved_c;
    memcpy(chip.f, chip.saved_f, sizeof(chip.f));
    memcpy(&chip.sr[SR_FPCW], chip.saved_control, sizeof(chip.saved_control));
    chip.stores = 0;
}

static void chip_trap(unsigned cause, uint64_t addr, uint64_t info) __attribute__((noreturn));
static void chip_trap(unsigned cause, uint64_t addr, uint64_t info)
{
    cms.trap = (struct trapped){.badaddr = addr, .einfo = info};
    chip_rollback();
    cms_longjmp(cms.landing, (int)cause);
}

static void chip_commit(uint64_t n)
{
    for (unsigned i = 0; i < chip.stores; i++)
        memcpy((void *)(GUEST_BASE + chip.sbuf[i].gpa), &chip.sbuf[i].value, chip.sbuf[i].size);
    chip.stores = 0;
    memcpy(chip.saved_r, chip.r, sizeof(chip.r));
    chip.saved_c = chip.c;
    memcpy(chip.saved_f, chip.f, sizeof(chip.f));
    memcpy(chip.saved_control, &chip.sr[SR_FPCW], sizeof(chip.saved_control));
    chip.commits++;
    chip.retired += n;
    if (chip.limit && chip.retired >= chip.limit) {
        struct host_request rq = {.op = HOST_EXIT};

        chip.serve(&rq);
    }
}

/* ---------------------------------------------------------------- TLB */
static struct tlb_entry *tlb_set(uint32_t hi)
{
    return chip.tlb[(hi >> 12 ^ hi >> 18 ^ hi) & (TLB_SETS - 1)];
}

static struct tlb_entry *tlb_find(uint32_t hi)
{
    struct tlb_entry *set = tlb_set(hi);

    for (unsigned w = 0; w < TLB_WAYS; w++)
        if (set[w].valid && set[w].hi == hi)
            return &set[w];
    return NULL;
}

static void tlb_write(void)
{
    uint32_t hi = (uint32_t)chip.sr[SR_TLB_HI];
    struct tlb_entry *e = tlb_find(hi);

    if (!(chip.sr[SR_TLB_LO] & TLB_IO) &&
        (chip.sr[SR_TLB_LO] & ~(uint64_t)PAGE_MASK) + PAGE_SIZE > cms.guest_size + GUEST_ROM_SIZE)
        chip_trap(CAUSE_tlb_refused, hi, 0);
    if (!e)
        e = &tlb_set(hi)[chip.victim++ & (TLB_WAYS - 1)];
    *e = (struct tlb_entry){chip.sr[SR_TLB_LO], hi, (uint32_t)chip.sr[SR_TLB_TMASK], true};
}

static void tlb_drop_phys(uint64_t pa)
{
    for (unsigned s = 0; s < TLB_SETS; s++)
        for (unsigned w = 0; w < TLB_WAYS; w++)
            if ((chip.tlb[s][w].lo ^ pa) >> 12 == 0)
                chip.tlb[s][w].valid = false;
}

static uint64_t tlb_probe(uint64_t hi)
{
    const struct tlb_entry *e = tlb_find((uint32_t)hi);

    return e ? e->lo : 0;
}

static void tlb_drop(uint64_t hi)
{
    struct tlb_entry *e = tlb_find((uint32_t)hi);

    if (e)
        e->valid = false;
}

/* ---------------------------------------------------------------- guest memory */
static uint64_t translate(uint32_t addr, unsigned size, bool write, bool port)
{
    uint64_t info = size | (uint64_t)write << 8 | (uint64_t)port << 9;
    bool user = chip.sr[SR_GMODE] & 1;
    unsigned need = user ? (write ? TLB_UWRITE : TLB_UREAD) : (write ? TLB_SWRITE : TLB_SREAD);

    if ((addr & PAGE_MASK) + size > PAGE_SIZE)
        chip_trap(CAUSE_page_cross, addr, info);

    const struct tlb_entry *e = tlb_find((addr & ~PAGE_MASK) | (port ? PORT_SPACE : 0));

    if (!e)
        chip_trap(CAUSE_tlb_miss, addr, info);
    if (!(e->lo & need))
        chip_trap(CAUSE_tlb_prot, addr, info);
    if (e->lo & TLB_IO)
        chip_trap(CAUSE_tlb_io, addr, info);
    if (write && (e->tmask >> (addr >> 7 & 31) | e->tmask >> ((addr + size - 1) >> 7 & 31)) & 1)
        chip_trap(CAUSE_tlb_tbit, addr, info);
    return (e->lo & ~(uint64_t)PAGE_MASK) | (addr & PAGE_MASK);
}

static uint64_t guest_load(unsigned size, uint64_t addr, bool port)
{
    uint64_t gpa = translate((uint32_t)addr, size, false, port), value = 0;
    uint8_t *bytes = (uint8_t *)&value;

    memcpy(bytes, (const void *)(GUEST_BASE + gpa), size);
    for (unsigned n = 0; n < chip.stores; n++) {
        const struct store *s = &chip.sbuf[n];

        for (unsigned b = 0; b < s->size; b++)
            if (s->gpa + b - gpa < size)
                bytes[s->gpa + b - gpa] = (uint8_t)(s->value >> 8 * b);
    }
    return value;
}

static void guest_store(unsigned size, uint64_t addr, uint64_t value, bool port)
{
    uint64_t gpa = translate((uint32_t)addr, size, true, port);

    if (chip.stores == SBUF_SIZE)
        chip_trap(CAUSE_sbuf_full, addr, size | 1u << 8);
    chip.sbuf[chip.stores++] = (struct store){gpa, value, size};
}

/* ---------------------------------------------------------------- special registers */
static uint64_t time_ns(void)
{
    return chip.commits * NS_PER_COMMIT + chip.idle;
}

static uint64_t sreg_read(unsigned n)
{
    switch (n) {
    case SR_ISA_ID: return ISA_ID;
    case SR_CYCLE:
    case SR_TIME: return time_ns();
    case SR_IPEND: return time_ns() >= chip.sr[SR_TIMER];
    case SR_HOST_VERSION: return HOSTPORT_VERSION;
    case SR_DRAM_SIZE: return cms.guest_size + HIDDEN_DEFAULT;
    case SR_SBUF_SIZE: return SBUF_SIZE;
    case SR_SBUF_USED: return chip.stores;
    case SR_KHZ: return 1000000;
    case SR_RETIRED: return chip.retired;
    case SR_CFG_DATA: return 1;
    default: return chip.sr[n];
    }
}

static void sreg_write(unsigned n, uint64_t value)
{
    chip.sr[n] = value;
    if (n == SR_HOST_REQ && chip.serve)
        chip.serve((struct host_request *)value);
}

/* ---------------------------------------------------------------- execution */
/* Number of an integer register that the C names by itself: shadowed, or an operand of the RV
 * instruction. */
struct operands {
    uint64_t rd, rs, ra, rb;
};

static uint64_t *operand(struct operands *o, unsigned place)
{
    switch (place) {
    case ISA_LIFT_rs: return &o->rs;
    case ISA_LIFT_ra: return &o->ra;
    case ISA_LIFT_rb: return &o->rb;
    default: return &o->rd;
    }
}

static void unsupported(void)
{
    cms_panic("atom that the host build doesn't have");
}

/* Exceptions of an atom. Nothing in the firmware's C unmasks any. */
static void raise(const struct isa_fenv *env)
{
    chip.sr[SR_FPSW] = isa_fenv_fpsw((uint32_t)chip.sr[SR_FPSW], env);
    chip.sr[SR_MXCSR] |= env->sse;
    if (isa_fenv_unmasked(env))
        chip_trap(CAUSE_fp, 0, 0);
}

#define ISA_EXEC(name) case ISA_##name:
#define ISA_END break;
#define ISA_R(field) (o.field)
#define ISA_SET_R(field, v) (o.field = (v))
#define ISA_C(field) (chip.c)
#define ISA_SET_C(field, v) (chip.c = (v))
#define ISA_F(field) (op->field)
#define ISA_V(field) (chip.f[op->field])
#define ISA_SET_V(field, v) (chip.f[op->field] = (v))
#define ISA_NLOAD_V(size, a) ((void)(a), isa_pair(0, 0))
#define ISA_GLOAD_V(size, a) ((void)(a), isa_pair(0, 0))
#define ISA_GLOAD_VA(size, a) ((void)(a), isa_pair(0, 0))
#define ISA_NSTORE_V(size, a, v) ((void)(a), (void)(v), unsupported())
#define ISA_GSTORE_V(size, a, v) ((void)(a), (void)(v), unsupported())
#define ISA_GSTORE_VA(size, a, v) ((void)(a), (void)(v), unsupported())
#define ISA_FENV() \
    isa_fenv_make((uint32_t)chip.sr[SR_FPCW], (uint32_t)chip.sr[SR_MXCSR])
#define ISA_RAISE(env) raise(env)
#define ISA_PC 0
#define ISA_NEXT 0
#define ISA_BRANCH(atoms) unsupported()
#define ISA_JUMP(address) ((void)(address), unsupported())
#define ISA_NLOAD(size, a) ((void)(a), 0)
#define ISA_NLOAD_D(size, a) ((void)(a), 0)
#define ISA_NSTORE(size, a, v) ((void)(a), (void)(v))
#define ISA_GLOAD(size, a) guest_load(size, a, false)
#define ISA_GSTORE(size, a, v) guest_store(size, a, v, false)
#define ISA_PLOAD(size, a) guest_load(size, a, true)
#define ISA_PSTORE(size, a, v) guest_store(size, a, v, true)
#define ISA_SREG(n) sreg_read((unsigned)(n))
#define ISA_SET_SREG(n, v) sreg_write((unsigned)(n), v)
#define ISA_GREG(i) (chip.r[REG_GPR0 + (i)])
#define ISA_SET_GREG(i, v) (chip.r[REG_GPR0 + (i)] = (v))
#define ISA_COMMIT(n) chip_commit(n)
#define ISA_ROLLBACK() chip_rollback()
#define ISA_TLB_WRITE() tlb_write()
#define ISA_TLB_PROBE(a) tlb_probe(a)
#define ISA_TLB_DROP(a) tlb_drop(a)
#define ISA_TLB_DROP_PHYS(a) tlb_drop_phys(a)
#define ISA_TLB_FLUSH() memset(chip.tlb, 0, sizeof(chip.tlb))
#define ISA_ICACHE_FLUSH(a, n) ((void)(a), (void)(n))
#define ISA_LINE_ZERO(a) (memset((void *)(uintptr_t)((a) & ~UINT64_C(63)), 0, 64))
#define ISA_HALT() (chip.idle += chip.sr[SR_TIMER] > time_ns() ? chip.sr[SR_TIMER] - time_ns() : 0)
#define ISA_TRAP_RETURN() unsupported()
#define ISA_TRAP(cause) chip_trap(cause, 0, 0)
#define ISA_GLOAD_PROTECT(size, a, alias) ((void)(alias), guest_load(size, a, false))
#define ISA_GSTORE_CHECK(size, a, v, mask) ((void)(mask), guest_store(size, a, v, false))
#define ISA_JTLB_WRITE(key, a) ((void)(key), (void)(a))
#define ISA_JTLB_FIND(key) ((void)(key), 0)
#define ISA_JTLB_DROP(key) ((void)(key))
#define ISA_JTLB_FLUSH() ((void)0)
#define ISA_RSTACK_PUSH(key, a) ((void)(key), (void)(a))
#define ISA_RSTACK_POP(key) ((void)(key), 0)
#define ISA_EMULATE(n) unsupported()

static void execute(const struct isa_op *op, struct operands *in)
{
    struct operands o = *in;

    switch (op->atom) {
#include "isa_exec.inc"
    }
    *in = o;
}

enum { F_A = 24, F_B = 25 };

struct isa_v *host_f(unsigned f)
{
    return &chip.f[f];
}

struct isa_v host_atom(unsigned atom, struct isa_v a, struct isa_v b)
{
    struct isa_op op = {.atom = (uint16_t)atom, .fd = F_A, .fa = F_A, .fb = F_B, .rd = 1};
    uint32_t flags = isa_facts[atom].uses;
    struct operands o = {.ra = b.lo};
    uint64_t c = chip.c;

    chip.f[F_A] = a;
    chip.f[F_B] = b;
    execute(&op, &o);
    if (flags & ISA_WRITE_CD)
        o.rd = chip.c;
    chip.c = c;
    return flags & ISA_WRITE_FD ? chip.f[F_A] : isa_pair(o.rd, 0);
}

/* vx_getr and vx_setr name a register of the chip by number. */
enum { CLASS_GETR = 3, CLASS_SETR = 4 };

uint64_t isa_host_atom(unsigned funct3, unsigned funct7, uint64_t rs1, uint64_t rs2)
{
    struct operands o = {0};

    if (funct3 == CLASS_GETR)
        return chip.r[funct7];
    if (funct3 == CLASS_SETR) {
        chip.r[funct7] = rs1;
        return 0;
    }
    if (funct3 >= CLASSES || funct7 >= INSTRS || !chip.lifted[funct3][funct7].known)
        unsupported();

    const struct isa_op *op = &chip.lifted[funct3][funct7].op;
    const struct isa_lift_map *map = &chip.lifted[funct3][funct7].map;

    *operand(&o, map->rs1) = rs1;
    if (map->rs2 != ISA_LIFT_none)
        *operand(&o, map->rs2) = rs2;
    execute(op, &o);
    return o.rd;
}
