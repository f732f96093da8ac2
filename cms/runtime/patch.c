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
#include "isa_intrinsics.h"
#include "isa_word.h"

#define ROUTINE_WORDS 4 /* 16 bytes, by the chip's EMU_BASE */

#define REG_A0 42
#define REG_A1 43
#define REG_EDX (REG_GPR0 + EDX)

struct patches {
    struct patch patch[PATCHES];
    uint64_t way_out;
    uint32_t *code; /* ROUTINE_WORDS for each */
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

#define IMM_BITS 12 /* of addi and std: the rest follows as a long immediate */

_Static_assert(ISA_BITS_I(0, 0, -1) == (1u << IMM_BITS) - 1, "the immediate of format I");

static uint32_t long_immediate(intptr_t imm)
{
    return LIM_MATCH | LIM_WORD((uint32_t)(imm >> IMM_BITS));
}

static void routine_write(unsigned n, const struct patch *p)
{
    uint32_t *code = cms.patches->code + n * ROUTINE_WORDS, *at = code;
    const struct insn *i = &p->slot.insn;
    intptr_t away = ((intptr_t)templates[p->routine].function - (intptr_t)code) / 4;

    *at++ = isa_match[ISA_addi] | ISA_BITS_I(REG_A0, 0, (intptr_t)p);
    *at++ = long_immediate((intptr_t)p);
    if (templates[p->routine].operand == OPERAND_PORT) {
        if (i->opd[0] == OPD_DX || i->opd[1] == OPD_DX)
            *at++ = isa_match[ISA_extu] | ISA_BITS_BF(REG_A1, REG_EDX, 0, 16);
        else
            *at++ = isa_match[ISA_addi] | ISA_BITS_I(REG_A1, 0, i->imm & 0xff);
    }
    *at = isa_match[ISA_br] | ISA_BITS_J(away) | ISA_STOP;
    vx_icf((uint64_t)(uintptr_t)code, ROUTINE_WORDS * sizeof(uint32_t));
}

void patch_write(unsigned n, const struct insn *i, uint32_t next, const struct context *key,
                 bool stepped)
{
    struct patch *p = &cms.patches->patch[n];

    cms_clear_lines(p, p + 1);
    p->slot.insn = *i;
    p->eip = next - i->length;
    p->next = next;
    p->mode = key->mode;
    p->cs_base = key->cs_base;
    p->routine = patch_way(i).routine;
    p->stepped = stepped || x86_ops[i->op].props & P_IO;
    p->slot.handler = g1_pick(i);
    routine_write(n, p);
    cms_count(EV_PATCHES);
}

void patch_init(void)
{
    struct patches *all = cms_reserve(sizeof(*all));

    all->code = cms_reserve(PATCHES * ROUTINE_WORDS * sizeof(uint32_t));
    all->code[0] = isa_match[ISA_std] | ISA_BITS_ST(PATCH_LINK, 0, (intptr_t)&all->way_out);
    all->code[1] = long_immediate((intptr_t)&all->way_out);
    all->code[2] = isa_match[ISA_jr] | ISA_BITS_R(0, REG_A0, 0) | ISA_STOP;
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
