/*
 * patch.c - the routines of emulation patches.
 *
 * `emu r33, n` in translated code is a call by number: the chip goes to EMU_BASE + 16 * n, with no
 * trap and no frame, and the way back in r33. Routine n is one bundle that is written when the
 * patch is made, from the template that emulate.def names for the instruction:
 *
 *     addi r42, r0, record     what is known of the instruction, decoded long ago
 *     extu r43, r3, 0, 16      PORT: the port, here from DX; or a constant
 *     br   emulate_in
 *
 * So emulate_in is entered as the C function that it is, and returns into the translation. Numbers
 * belong to the generation of the translation that uses them and are reused with it.
 *
 * A C function that is called by translated code loses r33, where translated code had its own way
 * back to the main loop. That is always the same place: routine 0, through which translated code is
 * entered, stores it in memory.
 */
#include "runtime/patch.h"

#include "cms.h"
#include "gear1/gear1.h"
#include "isa.h"
#include "isa_codec.h"
#include "isa_intrinsics.h"

#define ROUTINE_WORDS 4 /* 16 bytes, by the chip's EMU_BASE */

#define REG_A0 42
#define REG_A1 43
#define REG_EDX (REG_GPR0 + EDX)

struct patches {
    uint64_t way_out;
    uint32_t *code; /* ROUTINE_WORDS for each */
    struct patch patch[PATCHES];
};

enum operand { OPERAND_NONE, OPERAND_PORT };

static const struct {
    const char *name;
    emulate_routine *function;
    enum operand operand;
} templates[PATCH_ROUTINES] = {
#define ROUTINE(name, operand) [PATCH_##name] = {#name, emulate_##name, OPERAND_##operand},
#include "runtime/emulate.def"
};

#define STAYS false
#define LEAVES true

static const struct patch_way ways[OP_COUNT] = {
#define EMULATE(op, routine, then) [OP_##op] = {PATCH_##routine, then},
#include "runtime/emulate.def"
};

struct patch_way patch_way(const struct insn *i)
{
    const struct patch_way other = {PATCH_call, x86_ops[i->op].props & P_BRANCH};

    /* an entry of zeros would be IN, and that is listed as IN */
    if (ways[i->op].routine == 0 && !ways[i->op].leaves && i->op != OP_in)
        return other;
    return ways[i->op];
}

unsigned patch_number(const struct patch *p)
{
    return (unsigned)(p - cms.patches->patch);
}

const char *patch_routine_name(unsigned routine)
{
    return templates[routine].name;
}

/* One bundle of `count` atoms at `at`. */
static void bundle(uint32_t *at, const struct isa_op *op, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t words[2];
        int n = isa_encode(&op[i], i == count - 1, words);

        for (int w = 0; w < n; w++)
            *at++ = words[w];
    }
}

static void routine_write(unsigned n, struct patch *p)
{
    uint32_t *code = cms.patches->code + n * ROUTINE_WORDS;
    const struct insn *i = &p->slot.insn;
    struct isa_op op[3] = {{.atom = ISA_addi, .rd = REG_A0, .imm = (intptr_t)p}};
    unsigned count = 1;

    if (templates[p->routine].operand == OPERAND_PORT) {
        if (i->opd[0] == OPD_DX || i->opd[1] == OPD_DX)
            op[count++] = (struct isa_op){.atom = ISA_extu, .rd = REG_A1, .ra = REG_EDX, .len = 16};
        else
            op[count++] = (struct isa_op){.atom = ISA_addi, .rd = REG_A1, .imm = i->imm & 0xff};
    }
    op[count++] = (struct isa_op){
        .atom = ISA_br,
        .imm = ((intptr_t)templates[p->routine].function - (intptr_t)code) / 4,
    };
    bundle(code, op, count);
    vx_icf((uint64_t)(uintptr_t)code, ROUTINE_WORDS * sizeof(uint32_t));
}

void patch_write(unsigned n, const struct insn *i, uint32_t next, const struct context *key,
                 bool stepped)
{
    struct patch *p = &cms.patches->patch[n];

    *p = (struct patch){
        .slot = {.insn = *i},
        .eip = next - i->length,
        .next = next,
        .mode = key->mode,
        .cs_base = key->cs_base,
        .routine = patch_way(i).routine,
        .stepped = stepped || x86_ops[i->op].props & P_IO,
    };
    p->slot.handler = g1_pick(i);
    routine_write(n, p);
    cms_count(EV_PATCHES);
}

void patch_init(void)
{
    struct patches *all = cms_reserve(sizeof(*all));
    struct isa_op enter[2] = {
        {.atom = ISA_std, .rs = PATCH_LINK, .imm = (intptr_t)&all->way_out},
        {.atom = ISA_jr, .ra = REG_A0},
    };

    all->code = cms_reserve(PATCHES * ROUTINE_WORDS * sizeof(uint32_t));
    bundle(all->code, enter, 2);
    vx_icf((uint64_t)(uintptr_t)all->code, ROUTINE_WORDS * sizeof(uint32_t));
    vx_mtsr(SR_EMU_BASE, (uintptr_t)all->code);
    cms.patches = all;
}

struct exit *patch_enter(struct exit *(*code)(void))
{
    struct exit *(*enter)(struct exit * (*)(void)) =
        (struct exit * (*)(struct exit * (*)(void)))(uintptr_t)cms.patches->code;

    return enter(code);
}

const uint64_t *patch_way_out(void)
{
    return &cms.patches->way_out;
}
