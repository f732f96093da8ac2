/* fpu.c - routines made of atoms that gear 1 reaches the f registers by: see gear1/fpu.h. */
#include "gear1/fpu.h"

#include "cms.h"
#include "isa_codec.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"

/* C's return address, arguments and result; f registers and a flag register that hold nothing. */
enum { RA = 33, A0 = 42, A1 = 43, A2 = 44, A3 = 45, F_A = 24, F_B = 25, C_TEMP = 1 };

#define ROUTINE_WORDS 6

typedef struct isa_v routine(struct isa_v a, struct isa_v b);

struct fpu_code {
    uint32_t op[FPU_COUNT][ROUTINE_WORDS];
    uint32_t get[FPU_KEPT][ROUTINE_WORDS];
    uint32_t set[FPU_KEPT][ROUTINE_WORDS];
};

static void put(uint32_t **at, struct isa_op op)
{
    uint32_t words[2];
    int n = isa_encode(&op, true, words);

    for (int i = 0; i < n; i++)
        *(*at)++ = words[i];
}

static void put_take(uint32_t **at, unsigned f, unsigned lo)
{
    put(at, (struct isa_op){.atom = ISA_movrf, .fd = f, .ra = lo, .rb = lo + 1});
}

static void put_give(uint32_t **at, unsigned f)
{
    put(at, (struct isa_op){.atom = ISA_movfr, .rd = A0, .fa = f});
    put(at, (struct isa_op){.atom = ISA_movfrh, .rd = A1, .fa = f});
}

static void put_return(uint32_t **at)
{
    put(at, (struct isa_op){.atom = ISA_jr, .ra = RA});
}

static void put_routine(uint32_t *at, unsigned atom)
{
    struct isa_op op = {.atom = (uint16_t)atom, .fd = F_A, .fa = F_A, .fb = F_B};
    uint32_t uses = isa_facts[atom].uses;

    put_take(&at, F_A, A0);
    if (uses & ISA_READ_RA)
        op.ra = A2;
    else
        put_take(&at, F_B, A2);
    if (uses & ISA_WRITE_RD)
        op.rd = A0;
    if (uses & ISA_WRITE_CD)
        op.cd = C_TEMP;
    put(&at, op);
    if (uses & ISA_WRITE_CD)
        put(&at, (struct isa_op){.atom = ISA_movfc, .rd = A0, .ca = C_TEMP});
    if (uses & ISA_WRITE_FD)
        put_give(&at, F_A);
    put_return(&at);
}

/* Most are never needed: each is made when it is for the first time. */
static void make_operation(enum fpu_op op)
{
    static const uint16_t atoms[FPU_COUNT] = {
#define FPU(atom) ISA_##atom,
#include "gear1/fpu.def"
    };
    uint32_t *code = cms.fpu->op[op];

    put_routine(code, atoms[op]);
    vx_icf((uint64_t)(uintptr_t)code, sizeof(cms.fpu->op[op]));
}

void fpu_init(void)
{
    struct fpu_code *code = cms_alloc(sizeof(*code));

    cms.fpu = code;
    for (unsigned f = 0; f < FPU_KEPT; f++) {
        uint32_t *get = code->get[f], *set = code->set[f];

        put_give(&get, f);
        put_return(&get);
        put_take(&set, f, A0);
        put_return(&set);
    }
    vx_icf((uint64_t)(uintptr_t)code, sizeof(*code));
}

static struct isa_v call(const uint32_t *at, struct isa_v a, struct isa_v b)
{
    return ((routine *)(uintptr_t)at)(a, b);
}

struct isa_v fpu_op(enum fpu_op op, struct isa_v a, struct isa_v b)
{
    const uint32_t *code = cms.fpu->op[op];

    if (!*code)
        make_operation(op);
    return call(code, a, b);
}

struct isa_v fpu_get(unsigned f)
{
    return call(cms.fpu->get[f], isa_pair(0, 0), isa_pair(0, 0));
}

void fpu_set(unsigned f, struct isa_v value)
{
    call(cms.fpu->set[f], value, isa_pair(0, 0));
}
