/*
 * gear2_schedule.c - gear 2's passes on the host: for many traces, contexts and machines, is what
 * comes out code?
 *
 *     gear2_schedule IMAGE
 *
 * The bytes of IMAGE, of which much is code (a BIOS), are translated from every seventh offset on,
 * twice. As gear 2 does it, packed at once: its checker reads the code back. And by gear 3's
 * scheduler: its rules are stated here for every pair of atoms, without any of its bookkeeping: who
 * reads sees who wrote, memory and exits keep their order, no bundle is too wide. Then the code
 * that was emitted is decoded again and compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gear1/fetch.h"
#include "gear2/build.h"
#include "gear3/allocate.h"
#include "gear3/schedule.h"
#include "host/host.h"
#include "isa_codec.h"
#include "runtime/jumps.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"

#define MEMORY (16u << 20)
#define WORDS 8192

static unsigned packed, translations, failures;

#define MACHINE(width, alus, mems, alu_, load_, mul_, div_, stores_)                               \
    {                                                                                              \
        .issue = width, .stores = stores_,                                                         \
        .unit = {[UNIT_alu] = alus, [UNIT_alu0] = 1, [UNIT_mem] = mems, [UNIT_br] = 1,             \
                 [UNIT_sys] = 1},                                                                  \
        .latency = {[LAT_alu] = alu_, [LAT_flag] = alu_, [LAT_mul] = mul_, [LAT_div] = div_,       \
                    [LAT_load] = load_, [LAT_gload] = load_, [LAT_sreg] = 2, [LAT_link] = 1},      \
    }

static const struct machine machines[] = {
    MACHINE(4, 2, 1, 1, 3, 4, 24, 64), MACHINE(6, 3, 1, 1, 2, 3, 12, 64),
    MACHINE(1, 1, 1, 1, 3, 4, 24, 64), MACHINE(2, 1, 1, 2, 6, 9, 40, 8),
    MACHINE(8, 8, 2, 1, 1, 1, 1, 64),
};

#define FLAT (SEG_FLAT | SEG_WRITABLE)
#define REAL (SEG_64K | SEG_WRITABLE)
#define ALL_SEGMENTS(class) ((class) * 0x9249u << MODE_SEG_SHIFT) /* six times three bits */

static const uint32_t modes[] = {
    ALL_SEGMENTS(REAL) | MODE_A20,
    ALL_SEGMENTS(FLAT) | MODE_CODE32 | MODE_STACK32 | MODE_A20,
    ALL_SEGMENTS(FLAT) | MODE_CODE32 | MODE_STACK32 | MODE_A20 | MODE_PAGING | MODE_DOWN,
    ALL_SEGMENTS(SEG_BASED | SEG_WRITABLE) | MODE_CODE32 | MODE_STACK32,
    ALL_SEGMENTS(FLAT) | MODE_A20, /* 16-bit code, flat segments */
};

static bool is(const struct atom *a, uint32_t flag)
{
    return isa_facts[a->op].flags & flag;
}

/* Registers as bits. */
static uint64_t reads(const struct atom *a)
{
    uint64_t bits = 0;

    for (unsigned k = 0; k < 4; k++)
        bits |= UINT64_C(1) << a->reads[k];
    return bits & ~UINT64_C(1);
}

static uint64_t writes(const struct atom *a)
{
    return (UINT64_C(1) << a->writes[0] | UINT64_C(1) << a->writes[1]) & ~UINT64_C(1);
}

static bool guest_access(const struct atom *a)
{
    return is(a, ISA_F_GUEST);
}

static bool changes_guest(const struct atom *a)
{
    return writes(a) & GUEST_STATE || (guest_access(a) && is(a, ISA_F_STORE));
}

/*
 * May the two accesses meet? Not if they use the same value of the same register and touch other
 * bytes of a page. Which pages they touch says nothing: two may be one in memory.
 */
static bool may_meet(const struct atom *a, const struct atom *b)
{
    if (!a->stable || !b->stable || a->reads[1] != b->reads[1] || a->base != b->base)
        return true;
    for (unsigned i = 0; i < isa_facts[a->op].size; i++) {
        for (unsigned j = 0; j < isa_facts[b->op].size; j++) {
            if (((a->offset + i) ^ (b->offset + j)) % PAGE_SIZE == 0)
                return true;
        }
    }
    return false;
}

/* `b` comes after `a` in the program: must it come after it in time, or at least not before it? */
static int distance(const struct atom *a, const struct atom *b)
{
    bool exit_b = is(b, ISA_F_BRANCH) && b->role != ROLE_CHECK;
    int least = -1000000;

    if (writes(a) & (reads(b) | writes(b)))
        return 1;
    if (reads(a) & writes(b))
        least = 0;
    if (is(a, ISA_F_BRANCH) && is(b, ISA_F_BRANCH))
        return 1;
    if (guest_access(a) && guest_access(b) && is(a, ISA_F_STORE) && may_meet(a, b))
        return 1;
    if (guest_access(a) && guest_access(b) && is(b, ISA_F_STORE) && may_meet(a, b))
        least = 0;
    if (a->role == ROLE_SIDE && (changes_guest(b) || guest_access(b) || b->role == ROLE_COMMIT))
        return 1;
    if (a->role == ROLE_CHECK && b->role == ROLE_COMMIT)
        return 1;
    if ((changes_guest(a) || guest_access(a)) && (exit_b || b->role == ROLE_COMMIT))
        least = 0;
    if (a->role == ROLE_COMMIT && (exit_b || changes_guest(b)))
        least = 0;
    return least;
}

static void fail(const struct trans *t, const char *what)
{
    if (failures < 20)
        printf("%08x mode %x: %s\n", t->key.eip, t->key.mode, what);
    failures++;
}

static void check_order(const struct trans *t, const struct atom *const *atom, unsigned count)
{
    for (unsigned j = 1; j < count; j++) {
        for (unsigned i = 0; i < j; i++) {
            if ((int)atom[j]->bundle - (int)atom[i]->bundle < distance(atom[i], atom[j])) {
                fail(t, "two atoms are too near to each other");
                return;
            }
        }
    }
}

static void check_slots(const struct trans *t, const struct region *r)
{
    const struct machine *m = t->machine;

    for (const struct bundle *b = &t->bundle[r->bundle], *end = b + r->bundles; b < end; b++) {
        unsigned used[UNIT_COUNT] = {0};

        for (unsigned k = 0; k < BUNDLE_ATOMS(b->taken); k++)
            used[isa_facts[t->atom[b->atom[k]].op].unit]++;
        used[UNIT_alu] += used[UNIT_alu0];
        if (BUNDLE_ATOMS(b->taken) > m->issue)
            fail(t, "a bundle is too wide");
        for (unsigned u = 0; u < UNIT_none; u++) {
            if (used[u] > m->unit[u])
                fail(t, "a bundle needs more units than there are");
        }
    }
}

static void check_region(const struct trans *t, unsigned number)
{
    const struct region *r = &t->region[number];
    const struct atom *atom[TRANS_ATOMS];
    unsigned count = 0, placed = 0;

    for (unsigned i = 0; i < r->prefixed; i++)
        atom[count++] = &t->atom[r->prefix + i];
    for (unsigned i = 0; i < r->count; i++)
        atom[count++] = &t->atom[r->first + i];
    for (unsigned b = 0; b < r->bundles; b++)
        placed += (unsigned)BUNDLE_ATOMS(t->bundle[r->bundle + b].taken);
    if (placed != count)
        fail(t, "an atom got lost");
    check_order(t, atom, count);
    check_slots(t, r);
}

static bool rolls_back(const struct leaving *l)
{
    return l->kind == EXIT_RERUN || l->kind == EXIT_VARIES || l->kind == EXIT_STALE;
}

/*
 * Behind the regions, for each exit: perhaps a rollback by itself; the address of its record in
 * r42 and a jump to where r33 says, in one bundle if the machine can issue two atoms.
 */
static void check_stubs(const struct trans *t, const uint32_t *code, const uint32_t *at,
                        const struct exit *records)
{
    static const uint16_t atom[] = {ISA_rollback, ISA_addi, ISA_jr};

    for (unsigned n = 0; n < t->exits; n++) {
        unsigned first = rolls_back(&t->exit[n]) ? 0 : 1;

        if (at != code + t->exit[n].last)
            fail(t, "a stub isn't where the exit says");
        for (unsigned k = first; k < 3; k++) {
            struct isa_op op;
            int words = isa_decode(at[0], at + 1, &op);
            bool stop = k != 1 || t->machine->issue == 1;

            if (words <= 0 || op.atom != atom[k] || !(at[words - 1] & ISA_STOP) != !stop ||
                (k == 1 && (op.rd != 42 || op.imm != (intptr_t)&records[n])) ||
                (k == 2 && op.ra != 33)) {
                fail(t, "a stub doesn't say who left");
                return;
            }
            at += words;
        }
    }
    if (at != code + t->words)
        fail(t, "the code has another size");
}

/*
 * The words are the bundles: same atoms, stop bits where bundles end, branches to the first words
 * of regions and stubs.
 */
static void check_code(const struct trans *t, const uint32_t *code, const struct exit *records)
{
    const uint32_t *at = code;

    for (unsigned i = 0; i < t->regions; i++) {
        const struct region *r = &t->region[i];

        if (r->bundles && at != code + r->start)
            fail(t, "a region isn't where it says");
        for (unsigned n = 0; n < r->bundles; n++) {
            const struct bundle *b = &t->bundle[r->bundle + n];
            const uint32_t *bundle = at;

            for (unsigned i = 0; i < BUNDLE_ATOMS(b->taken); i++) {
                const struct atom *a = &t->atom[b->atom[i]];
                struct isa_op op;
                int words = isa_decode(at[0], at + 1, &op);
                bool last = i + 1 == BUNDLE_ATOMS(b->taken);
                bool found = a->role < ROLE_CHECK || a->role > ROLE_LOOP;

                if (words <= 0 || op.atom != a->op ||
                    (at[words - 1] & ISA_STOP) != (last ? ISA_STOP : 0)) {
                    fail(t, "the code doesn't decode to the schedule");
                    return;
                }
                for (unsigned k = 0; k < t->regions; k++)
                    found |= bundle - code + op.imm == t->region[k].start;
                for (unsigned k = 0; k < t->exits; k++)
                    found |= bundle - code + op.imm == t->exit[k].last;
                if (!found)
                    fail(t, "a branch doesn't lead to a region or a stub");
                at += words;
            }
        }
    }
    check_stubs(t, code, at, records);
}

static uint32_t code[WORDS];
static struct exit records[TRANS_EXITS];

static void translate_at_once(struct trans *t)
{
    t->gear = 2;
    t->max_patches = TRANS_PATCHES;
    t->room = code;
    t->room_end = code + WORDS / 2;
    if (!trans_select(t) || !trans_lower(t))
        return;
    flow_outside(t);
    t->words = (unsigned)(t->pack.at - t->pack.code);
    stubs_emit(t, t->pack.code, records);
    if (t->abort != ABORT_NONE || !pack_finish(t))
        fail(t, "not packed");
    else if (!trans_check(t))
        fail(t, "the checker found a mistake");
    packed++;
}

/* Atoms to be scheduled: pinned registers, the trace, what is outside of it. */
static bool lower_atoms(struct trans *t)
{
    struct region *pins = &t->region[REGION_PINS], *body = &t->region[REGION_BODY];
    struct isa_op op = {0};

    t->take = alloc_take;
    t->op = &op;
    trans_liveness(t);
    trans_lower_begin(t);
    for (t->current = 0; t->current < t->insns && t->abort == ABORT_NONE; t->current++) {
        trans_lower_insn(t, &t->insn[t->current]);
        if (t->current == t->insns - 1)
            flow_end(t, &t->insn[t->current]);
    }
    body->prefixed = pins->prefixed = 0;
    region_close(t, body);
    t->current = 0;
    pins->first = (uint16_t)t->atoms;
    trans_lower_pins(t);
    region_close(t, pins);
    flow_outside(t);
    return t->abort == ABORT_NONE;
}

/* Addresses that are a base and a constant, as gear 3 would say; a base by how often it was set. */
static void note_addresses(struct trans *t)
{
    uint16_t set[64] = {0};

    for (struct atom *a = t->atom; a < t->atom + t->atoms; a++) {
        const struct isa_fact *fact = &isa_facts[a->op];

        a->stable = a->role == ROLE_PLAIN && fact->flags & ISA_F_GUEST && fact->extends;
        a->base = set[a->reads[1]];
        a->offset = (uint16_t)(a->word & ((1u << fact->imm_bits) - 1));
        if (a->emit & EMIT_LONG)
            a->offset = (uint16_t)(a->offset | a->above << fact->imm_bits);
        a->offset &= PAGE_MASK;
        set[a->writes[0]]++;
    }
}

static void translate_by_schedule(struct trans *t)
{
    t->gear = 3;
    t->max_patches = 0;
    if (!trans_select(t) || !lower_atoms(t))
        return;
    note_addresses(t);
    if (!trans_schedule(t)) {
        fail(t, "not scheduled");
        return;
    }
    for (unsigned i = 0; i < t->regions; i++)
        check_region(t, i);
    if (trans_most_words(t) > WORDS || !trans_emit(t, code, records)) {
        fail(t, "not emitted");
        return;
    }
    check_code(t, code, records);
    translations++;
}

int main(int argc, char **argv)
{
    static struct options options = {.threshold = 8, .hot_writes = 16};
    static struct trans t;
    static struct timing timing[ISA_ATOM_COUNT];
    static uint8_t image[1 << 18];
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    size_t size = f ? fread(image, 1, sizeof(image), f) : 0;

    if (!size) {
        fprintf(stderr, "usage: gear2_schedule IMAGE\n");
        return 2;
    }
    fclose(f);
    host_memory(MEMORY);
    cms.opt = &options;
    cms.gear1.lines = calloc(SLOT_LINES, sizeof(struct slot_line));
    profile_init();
    jumps_init();
    smc_init();
    for (size_t offset = 0, n = 0; offset < size; offset += 7, n++) {
        t.machine = &machines[n % (sizeof(machines) / sizeof(machines[0]))];
        pack_init(&t, t.machine);
        schedule_init(timing, t.machine);
        t.timing = timing;
        t.max_insns = 1 + n % TRANS_INSNS;
        for (unsigned m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
            trans_key(&t, &(struct context){.eip = offset & 0xffff, .mode = modes[m]},
                      image + (offset & ~(size_t)PAGE_MASK));
            t.place = m + 1;
            translate_at_once(&t);
            translate_by_schedule(&t);
        }
    }
    printf("%u packed, %u scheduled, %u mistakes\n", packed, translations, failures);
    return failures || !packed || !translations;
}
