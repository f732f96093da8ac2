/*
 * mmu.c - the page walk against the manual's rules, for every combination of the bits that decide.
 *
 * For each format of page table (4 KiB and large pages, two and three levels), each value of
 * present, writable, user, accessed, dirty and reserved bits on each level, CR0.WP, and each kind
 * of access: does the walk allow what the manual allows, with its error code; are A and D set where
 * they must be and nowhere else; and does the entry that mmu_fill makes allow nothing that the
 * manual doesn't?
 *
 *     mmu BIOS      (any image: the monitor wants one)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "hidden-mem/map.h"
#include "host/host.h"
#include "isa_intrinsics.h"

#define MEMORY (16u << 20)
#define DIRECTORY 0x10000u
#define TABLE 0x11000u
#define LINEAR 0xc0c05678u

enum { P = 1, W = 2, U = 4, A = 32, D = 64, PS = 128 };

struct format {
    const char *name;
    bool pae, large;
    uint64_t frame;          /* where the page is */
    uint64_t reserved[4];    /* bits of the leaf that must be zero; 0 ends the list */
    uint64_t reserved_upper; /* likewise of the directory entry, when there is a leaf below it */
};

static const struct format formats[] = {
    {"32-bit, 4 KiB", false, false, 0x345000, {0}, 0},
    {"32-bit, 4 MiB", false, true, 0x800000, {1 << 13, 1 << 21}, 0},
    {"PAE, 4 KiB", true, false, 0x345000, {1ull << 36, 1ull << 63}, 1ull << 40},
    {"PAE, 2 MiB", true, true, 0x600000, {1 << 13, 1 << 20, 1ull << 63}, 0},
};

static unsigned cases, failures;

static uint64_t *native(uint64_t gpa)
{
    return (uint64_t *)(GUEST_BASE + gpa);
}

static void store(const struct format *f, uint64_t gpa, uint64_t value)
{
    memcpy(native(gpa), &value, f->pae ? 8 : 4);
}

static uint64_t load(const struct format *f, uint64_t gpa)
{
    uint64_t value = 0;

    memcpy(&value, native(gpa), f->pae ? 8 : 4);
    return value;
}

static uint64_t upper_address(const struct format *f)
{
    return DIRECTORY + (f->pae ? (LINEAR >> 21 & 511) * 8 : (LINEAR >> 22) * 4);
}

static uint64_t leaf_address(const struct format *f)
{
    if (f->large)
        return upper_address(f);
    return TABLE + (f->pae ? (LINEAR >> 12 & 511) * 8 : (LINEAR >> 12 & 1023) * 4);
}

static uint64_t page_address(const struct format *f)
{
    return f->frame + (LINEAR & (f->large ? (f->pae ? 0x1fffff : 0x3fffff) : 0xfff));
}

/* One setting of the tables. */
struct setting {
    const struct format *f;
    uint64_t upper, leaf; /* the same if the page is large */
    bool wp;
};

/* The manual: is the access allowed? Else *error is the page fault's code. */
static bool allowed(const struct setting *s, bool write, bool user, uint32_t *error)
{
    uint64_t rights = s->upper & s->leaf;
    bool reserved = s->upper & (s->f->large ? 0 : s->f->reserved_upper);

    *error = (write ? 2 : 0) | (user ? 4 : 0);
    if (!(s->upper & P) || (!reserved && !(s->leaf & P)))
        return false;
    for (unsigned i = 0; s->f->reserved[i]; i++)
        reserved |= (s->leaf & s->f->reserved[i]) != 0;
    if (reserved) {
        *error |= 1 | 8;
        return false;
    }
    *error |= 1;
    if (user && !(rights & U))
        return false;
    if (write && !(rights & W) && (user || s->wp))
        return false;
    return true;
}

static void apply(const struct setting *s)
{
    store(s->f, upper_address(s->f), s->upper);
    store(s->f, leaf_address(s->f), s->leaf);
    cms.cpu.cr0 = CR0_PE | CR0_PG | (s->wp ? CR0_WP : 0);
    mmu_flush();
}

static void fail(const struct setting *s, bool write, bool user, const char *what, uint64_t got,
                 uint64_t want)
{
    if (failures++ < 20)
        printf("%s: upper %llx leaf %llx wp %d %s %s: %s is %llx, expected %llx\n", s->f->name,
               (unsigned long long)s->upper, (unsigned long long)s->leaf, s->wp,
               user ? "user" : "supervisor", write ? "write" : "read", what,
               (unsigned long long)got, (unsigned long long)want);
}

static void check_tables(const struct setting *s, bool write, bool user, bool ok)
{
    uint64_t leaf = s->leaf | (ok ? A | (write ? D : 0) : 0);
    uint64_t upper = s->f->large ? leaf : s->upper | (ok ? A : 0);

    if (load(s->f, upper_address(s->f)) != upper)
        fail(s, write, user, "upper entry after the walk", load(s->f, upper_address(s->f)), upper);
    if (load(s->f, leaf_address(s->f)) != leaf)
        fail(s, write, user, "leaf after the walk", load(s->f, leaf_address(s->f)), leaf);
}

static void check_translate(const struct setting *s, bool write, bool user)
{
    uint32_t want_error, error = 0;
    uint64_t gpa = 0;
    bool want = allowed(s, write, user, &want_error);

    apply(s);

    bool got = mmu_translate(LINEAR, write, user, &gpa, &error);

    cases++;
    if (got != want)
        fail(s, write, user, "permission", got, want);
    else if (got && gpa != page_address(s->f))
        fail(s, write, user, "address", gpa, page_address(s->f));
    else if (!got && error != want_error)
        fail(s, write, user, "error code", error, want_error);
    check_tables(s, write, user, want);
}

/*
 * The TLB entry after this access allows this access, and nothing that the tables forbid or haven't
 * been marked for.
 */
static void check_fill(const struct setting *s, bool write, bool user)
{
    static const struct {
        uint64_t bit;
        bool write, user;
    } rights[] = {
        {TLB_SREAD, false, false},
        {TLB_SWRITE, true, false},
        {TLB_UREAD, false, true},
        {TLB_UWRITE, true, true},
    };
    uint32_t error;
    bool want = allowed(s, write, user, &error);

    apply(s);
    if (cms_setjmp(cms.landing)) {
        if (want || cms.fault.vector != X86_PF || cms.fault.cr2 != LINEAR ||
            cms.fault.error != error)
            fail(s, write, user, "fault's error code", cms.fault.error, error);
        return;
    }
    mmu_fill(LINEAR, write, user);
    cases++;
    if (!want)
        fail(s, write, user, "permission of the fill", 1, 0);

    uint64_t lo = vx_tlbp(LINEAR & ~PAGE_MASK);

    if ((lo & ~(uint64_t)PAGE_MASK) != (page_address(s->f) & ~(uint64_t)PAGE_MASK))
        fail(s, write, user, "page in the TLB", lo, page_address(s->f));
    for (unsigned i = 0; i < 4; i++) {
        bool dirty = write || s->leaf & D;
        bool may =
            allowed(s, rights[i].write, rights[i].user, &error) && (dirty || !rights[i].write);

        if (!(lo & rights[i].bit) != !may)
            fail(s, write, user, "rights in the TLB", lo & 31, may);
    }
}

/* An entry is made only if the tables stay as they are, and they do. */
static void check_unseen(const struct setting *s, bool write, bool user)
{
    uint64_t marks = A | (write ? D : 0);
    uint32_t error;
    bool want = allowed(s, write, user, &error) && (s->upper & A) && (s->leaf & marks) == marks;

    apply(s);
    bool got = mmu_fill_unseen(LINEAR, write, user) == MMU_FILLED;

    cases++;
    if (got != want)
        fail(s, write, user, "fill without marks", got, want);
    if (!vx_tlbp(LINEAR & ~PAGE_MASK) == got)
        fail(s, write, user, "presence in the TLB", !got, got);
    check_tables(s, false, false, false);
}

static void check_setting(const struct setting *s)
{
    for (unsigned access = 0; access < 4; access++) {
        check_translate(s, access & 1, access & 2);
        check_fill(s, access & 1, access & 2);
        check_unseen(s, access & 1, access & 2);
    }
}

/* Bits of `n` spread over an entry: P W U A, and D for a leaf. */
static uint64_t flags_of(unsigned n)
{
    return (n & 7) | (n & 8 ? A : 0) | (n & 16 ? D : 0);
}

static void check_format(const struct format *f)
{
    unsigned uppers = f->large ? 1 : 16;

    memset(native(DIRECTORY), 0, 0x2000);
    cms.cpu.cr4 = CR4_PSE | (f->pae ? CR4_PAE : 0);
    cms.cpu.cr3 = DIRECTORY;
    for (unsigned i = 0; i < 4; i++)
        cms.cpu.pdpte[i] = i == LINEAR >> 30 ? DIRECTORY | P : 0;

    for (unsigned upper = 0; upper < uppers; upper++) {
        for (unsigned leaf = 0; leaf < 32; leaf++) {
            for (unsigned wp = 0; wp < 2; wp++) {
                struct setting s = {f, TABLE | flags_of(upper), f->frame | flags_of(leaf), wp};
                struct setting r = s;

                if (f->large)
                    s.upper = s.leaf = r.upper = r.leaf = s.leaf | PS;
                check_setting(&s);
                for (unsigned i = 0; f->reserved[i]; i++) {
                    r.leaf = s.leaf | f->reserved[i];
                    if (f->large)
                        r.upper = r.leaf;
                    check_setting(&r);
                }
                if (f->reserved_upper && !f->large) {
                    r = s;
                    r.upper |= f->reserved_upper;
                    check_setting(&r);
                }
            }
        }
    }
}

/*
 * What has no bits to vary: paging off, memory that isn't there, A20, global pages, pieces of a
 * large page.
 */
static void expect(const char *what, uint64_t got, uint64_t want)
{
    cases++;
    if (got != want && failures++ < 20)
        printf("%s: %llx, expected %llx\n", what, (unsigned long long)got,
               (unsigned long long)want);
}

static uint64_t filled(uint32_t lin)
{
    mmu_fill(lin, true, false);
    return vx_tlbp(lin & ~PAGE_MASK);
}

static void check_unpaged(void)
{
    uint64_t gpa;
    uint32_t error;

    cms.cpu.cr0 = CR0_PE;
    mmu_flush();
    expect("paging off", mmu_translate(0x123456, true, true, &gpa, &error), true);
    expect("paging off: address", gpa, 0x123456);
    expect("paging off: entry", filled(0x123456), 0x123000 | TLB_ALL);
    expect("beyond memory: I/O and no page", filled(MEMORY), TLB_ALL | TLB_IO);
    expect("hidden memory's native address", filled(HIDDEN_BASE), TLB_ALL | TLB_IO);
    cms.cpu.a20 = false;
    expect("A20 off", filled(0x100000), TLB_ALL);
    expect("A20 off: address", mmu_translate(0x312345, false, false, &gpa, &error) ? gpa : 0,
           0x212345);
    cms.cpu.a20 = true;
    mmu_fill_port(0x3f8);
    expect("port space", vx_tlbp(TLB_PORT), TLB_ALL | TLB_IO);
}

static void check_flushes(void)
{
    uint32_t *directory = (uint32_t *)native(DIRECTORY), *table = (uint32_t *)native(TABLE);

    memset(directory, 0, 0x2000);
    directory[0] = TABLE | P | W;
    directory[1] = P | W | PS;
    table[1] = 0x1000 | P | W;
    table[2] = 0x2000 | P | W | 0x100;
    cms.cpu.cr0 = CR0_PE | CR0_PG;
    cms.cpu.cr3 = DIRECTORY;
    cms.cpu.cr4 = CR4_PSE | CR4_PGE;
    mmu_flush();
    filled(0x1000);
    filled(0x2000);
    mmu_flush_local();
    expect("a load of CR3 drops a page", vx_tlbp(0x1000), 0);
    expect("a load of CR3 keeps a global page", vx_tlbp(0x2000) != 0, true);
    mmu_invlpg(0x2abc);
    expect("INVLPG drops a global page", vx_tlbp(0x2000), 0);
    filled(0x400000);
    filled(0x7ff000);
    filled(0x1000);
    mmu_invlpg(0x500000);
    expect("INVLPG drops every piece of a large page", vx_tlbp(0x400000) | vx_tlbp(0x7ff000), 0);
    filled(0x2000);
    cms.cpu.cr4 &= ~CR4_PGE;
    mmu_flush_local();
    expect("without PGE no page is global", vx_tlbp(0x2000), 0);
    cms.cpu.cr4 |= CR4_PGE;
    for (uint32_t page = 0x400; page < 0x400 + 2 * MMU_LOCAL_MAX; page++)
        filled(page << PAGE_SHIFT);
    mmu_flush_local();
    for (uint32_t page = 0x400; page < 0x400 + 2 * MMU_LOCAL_MAX; page++)
        expect("a load of CR3 drops more pages than the list holds", vx_tlbp(page << PAGE_SHIFT),
               0);
}

int main(int argc, char **argv)
{
    const char *blob[] = {"bios", argc > 1 ? argv[1] : "", NULL};
    const char *option[] = {NULL};
    struct host_files files = {.blob = blob, .option = option};

    host_memory(MEMORY);
    host_port(&files);
    runtime_init();
    monitor_init();
    monitor_reset();
    gear1_init();
    gear1_reset();
    for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        check_format(&formats[i]);
    check_unpaged();
    check_flushes();
    printf("mmu: %u cases, %u failures\n", cases, failures);
    return failures != 0;
}
