/*
 * mmu.c - guest paging: from linear to guest-physical addresses, and into the chip's TLB.
 *
 * The chip's TLB holds 4 KiB pages with permissions and is filled by software only. A guest access
 * that misses or is refused traps, and the landing has the guest's tables walked. If they allow the
 * access and nothing in them need be changed, it is entered (mmu_fill_unseen). If accessed or dirty
 * bits have to be set, or it is a page fault, the guest has to be at that instruction exactly, with
 * all that the instructions before have loaded: gear 1 gets there and does the access in software
 * (mmu_fill). Three things are folded into the
 * four permission bits, so that the hardware check is exact without knowing x86:
 *
 *   - CR0.WP: without it the supervisor may write what is read-only;
 *   - the dirty bit: no page may be written through the TLB before its D bit is set, so that the
 *     first write comes here again and sets it. What is entered has its accessed bits set;
 *   - what lies behind: a page of a device, or beyond the guest's memory, gets the I/O attribute.
 *     The monitor decides what is there, all ones if nothing. No guest table can name hidden
 *     memory: an entry is the guest's memory, or a ROM behind it. A ROM, and memory that the chip
 *     set protects, are entered for reading; a store there comes here and turns the entry into I/O.
 *
 * A large page is entered in pieces of 4 KiB. INVLPG must drop all of them: mmu.large remembers in
 * which 4 MiB of linear space there are such pieces, and INVLPG of an address there flushes
 * everything. What is entered or dropped here is entered and dropped in the table that the vector
 * of TLB misses looks in, too (refill.h). Global pages survive a load of CR3: mmu.local lists the
 * others, as long as the list is short.
 *
 * The page directory pointers of PAE live in cpu.pdpte, loaded with CR3 (mmu_load_pdpte), as on the
 * real processor.
 */
#include "cms.h"
#include "hidden-mem/map.h"
#include "isa_intrinsics.h"

enum pte {
    PTE_P = 1u << 0,
    PTE_W = 1u << 1,
    PTE_U = 1u << 2,
    PTE_A = 1u << 5,
    PTE_D = 1u << 6,
    PTE_PS = 1u << 7, /* in a directory entry; in a table entry it is PAT */
    PTE_G = 1u << 8,
    PDE_PAT = 1u << 12, /* in a large directory entry */
};

#define PHYS_BITS 36
#define PAE_FRAME (((UINT64_C(1) << PHYS_BITS) - 1) & ~UINT64_C(0xfff))
#define PAE_RESERVED (~((UINT64_C(1) << PHYS_BITS) - 1)) /* NX is absent: bit 63 too */
#define PDPTE_RESERVED (PAE_RESERVED | 0x1e6)

/* One table entry on the way, and the bits to set in it when the access is made. */
struct entry {
    uint64_t addr, value;
    uint8_t marks;
};

/* What a walk found. */
struct walk {
    uint64_t gpa;
    bool write, user; /* all levels allow it */
    bool dirty, global, large;
    struct entry directory, table; /* table: unless large */
};

static uint64_t phys_a20(uint64_t pa)
{
    return cms.cpu.a20 ? pa : pa & ~(UINT64_C(1) << 20);
}

static uint64_t phys_read(uint64_t pa, unsigned size)
{
    if (monitor_is_io(pa))
        return monitor_read(pa, size);
    return size == 8 ? *(const uint64_t *)(GUEST_BASE + pa) : *(const uint32_t *)(GUEST_BASE + pa);
}

/* Sets bits in the low byte of a table entry. */
static void phys_mark(uint64_t pa, uint8_t bits)
{
    if (monitor_is_io(pa) || monitor_is_readonly(pa)) {
        monitor_write(pa, 1, monitor_read(pa, 1) | bits);
        return;
    }
    *(uint8_t *)(GUEST_BASE + pa) |= bits;
    smc_written(pa, 1);
}

static bool entry_fetch(struct entry *e, uint64_t addr, unsigned size)
{
    e->addr = phys_a20(addr);
    e->value = phys_read(e->addr, size);
    return e->value & PTE_P;
}

/* Bits that the access will set. */
static void entry_plan(struct entry *e, uint8_t bits)
{
    e->marks = (uint8_t)(~e->value & bits);
}

static bool refuse(uint32_t *error, uint32_t why)
{
    *error |= why;
    return false;
}

/*
 * Walks the tables for one access. Returns true and fills `w`, or returns false with the error code
 * of the page fault. Nothing is touched: what the access sets in memory, walk_mark() does.
 */
static bool mmu_walk(uint32_t lin, bool write, bool user, struct walk *w, uint32_t *error)
{
    const struct cpu *cpu = &cms.cpu;
    bool pae = cpu->cr4 & CR4_PAE;
    bool pse = pae || cpu->cr4 & CR4_PSE;
    unsigned size = pae ? 8 : 4, entries = 4096 / size;
    unsigned large_shift = pae ? 21 : 22;
    uint64_t reserved = pae ? PAE_RESERVED : 0;
    uint64_t frame = pae ? PAE_FRAME : 0xfffff000;
    uint64_t root = pae ? cpu->pdpte[lin >> 30] : cpu->cr3 | PTE_P;
    struct entry *directory = &w->directory, *leaf = &w->table;

    *error = (write ? PF_WRITE : 0) | (user ? PF_USER : 0);
    if (!(root & PTE_P) ||
        !entry_fetch(directory, (root & frame) + (lin >> large_shift & (entries - 1)) * size, size))
        return false;

    uint64_t rights = directory->value;

    w->large = pse && directory->value & PTE_PS;
    w->table.marks = 0;
    if (w->large) {
        uint64_t offset = (UINT64_C(1) << large_shift) - 1;

        /* address bits in the page */
        if (directory->value & (reserved | (offset & ~UINT64_C(0xfff) & ~(uint64_t)PDE_PAT)))
            return refuse(error, PF_PRESENT | PF_RESERVED);
        w->gpa = (directory->value & frame & ~offset) | (lin & offset);
        leaf = directory;
    } else {
        if (directory->value & reserved)
            return refuse(error, PF_PRESENT | PF_RESERVED);
        if (!entry_fetch(leaf, (directory->value & frame) + (lin >> 12 & (entries - 1)) * size,
                         size))
            return false;
        if (leaf->value & reserved)
            return refuse(error, PF_PRESENT | PF_RESERVED);
        rights &= leaf->value;
        w->gpa = (leaf->value & frame) | (lin & PAGE_MASK);
    }
    w->user = rights & PTE_U;
    w->write = rights & PTE_W;
    if ((user && !w->user) || (write && !w->write && (user || cpu->cr0 & CR0_WP)))
        return refuse(error, PF_PRESENT);
    entry_plan(directory, PTE_A);
    entry_plan(leaf, write ? PTE_A | PTE_D : PTE_A);
    w->dirty = write || leaf->value & PTE_D;
    w->global = cpu->cr4 & CR4_PGE && leaf->value & PTE_G;
    return true;
}

static bool walk_marks(const struct walk *w)
{
    return w->directory.marks | w->table.marks;
}

static void walk_mark(const struct walk *w)
{
    if (w->directory.marks)
        phys_mark(w->directory.addr, w->directory.marks);
    if (w->table.marks)
        phys_mark(w->table.addr, w->table.marks);
}

static bool mmu_lookup(uint32_t lin, bool write, bool user, struct walk *w, uint32_t *error)
{
    if (cms.cpu.cr0 & CR0_PG) {
        if (!mmu_walk(lin, write, user, w, error))
            return false;
    } else {
        *w = (struct walk){.gpa = lin, .write = true, .user = true, .dirty = true};
        *error = 0;
    }
    w->gpa = phys_a20(w->gpa);
    return true;
}

bool mmu_translate(uint32_t lin, bool write, bool user, uint64_t *gpa, uint32_t *error)
{
    struct walk w;

    if (!mmu_lookup(lin, write, user, &w, error))
        return false;
    walk_mark(&w);
    *gpa = w.gpa;
    return true;
}

static void tlb_enter(uint32_t hi, uint64_t lo)
{
    vx_mtsr(SR_TLB_HI, hi);
    vx_mtsr(SR_TLB_LO, lo);
    vx_mtsr(SR_TLB_TMASK, lo & TLB_IO ? 0 : *smc_mask(lo));
    vx_tlbw();
    refill_put(hi, lo);
}

static void mmu_remember(uint32_t page, const struct walk *w)
{
    struct mmu *m = &cms.mmu;

    if (w->large)
        m->large[page >> 27] |= 1u << (page >> 22 & 31);
    if (!w->global) {
        if (m->locals < MMU_LOCAL_MAX)
            m->local[m->locals] = page;
        m->locals++;
    }
}

/* What the walk for this access has found; whatever it sets in the guest's tables has been set. */
static void enter_found(uint32_t lin, bool write, const struct walk *w)
{
    uint32_t page = lin & ~PAGE_MASK;
    uint64_t frame = w->gpa & ~(uint64_t)PAGE_MASK;
    uint64_t dram = monitor_memory(frame);
    bool readonly = monitor_is_readonly(frame);
    uint64_t lo = TLB_SREAD;

    if (w->dirty && (w->write || !(cms.cpu.cr0 & CR0_WP)))
        lo |= TLB_SWRITE;
    if (w->user)
        lo |= w->dirty && w->write ? TLB_UREAD | TLB_UWRITE : TLB_UREAD;
    if (dram == MONITOR_NOWHERE || (readonly && write))
        tlb_enter(page, lo | TLB_IO);
    else
        tlb_enter(page, (readonly ? lo & (TLB_SREAD | TLB_UREAD) : lo) | dram);
    if (cms.cpu.cr0 & CR0_PG)
        mmu_remember(page, w);
}

void mmu_fill(uint32_t lin, bool write, bool user)
{
    struct walk w;
    uint32_t error;

    if (!mmu_lookup(lin, write, user, &w, &error))
        x86_page_fault(lin, error);
    walk_mark(&w);
    enter_found(lin, write, &w);
}

enum mmu_fill mmu_fill_unseen(uint32_t lin, bool write, bool user)
{
    struct walk w;
    uint32_t error;

    if (!mmu_lookup(lin, write, user, &w, &error))
        return MMU_FAULTS;
    if (walk_marks(&w))
        return MMU_TOUCHES;
    enter_found(lin, write, &w);
    return MMU_FILLED;
}

void mmu_fill_port(uint32_t port)
{
    tlb_enter((port & 0xf000) | TLB_PORT, TLB_ALL | TLB_IO);
}

/*
 * What remembers where a page leads has to forget it: the jump table and, if the instruction at
 * work is in that page, the translation that it is part of.
 */
static void forget_page(uint32_t lin)
{
    uint32_t code = cms.cpu.seg[SEG_CS].base + (uint32_t)vx_getr(REG_EIP);

    jumps_flush_page(lin);
    if ((lin ^ code) < PAGE_SIZE)
        cms.epoch++;
}

void mmu_flush(void)
{
    vx_tlbf();
    refill_flush();
    jumps_flush();
    gear1_refetch();
    cms.epoch++;
    cms.mmu = (struct mmu){0};
}

void mmu_flush_local(void)
{
    struct mmu *m = &cms.mmu;

    if (!(cms.cpu.cr4 & CR4_PGE) || m->locals > MMU_LOCAL_MAX) {
        mmu_flush();
        return;
    }
    for (uint32_t i = 0; i < m->locals; i++) {
        vx_tlbi(m->local[i]);
        forget_page(m->local[i]);
    }
    refill_flush();
    gear1_refetch();
    m->locals = 0;
}

void mmu_invlpg(uint32_t lin)
{
    if (cms.mmu.large[lin >> 27] >> (lin >> 22 & 31) & 1) {
        mmu_flush();
        return;
    }
    vx_tlbi(lin & ~PAGE_MASK);
    refill_drop(lin & ~PAGE_MASK);
    gear1_refetch();
    forget_page(lin);
}

/*
 * Reads the four page directory pointers that `cr3` names under PAE. Returns false, with nothing in
 * `pdpte` to be used, if one of them is present with a reserved bit set: the load of the control
 * register is then #GP(0).
 */
bool mmu_load_pdpte(uint32_t cr3, uint64_t pdpte[4])
{
    for (unsigned i = 0; i < 4; i++) {
        pdpte[i] = phys_read(phys_a20((cr3 & ~31u) + 8 * i), 8);
        if (pdpte[i] & PTE_P && pdpte[i] & PDPTE_RESERVED)
            return false;
    }
    return true;
}
