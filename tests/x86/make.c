/*
 * make.c - random cases.
 *
 * Prefixes, opcode, modrm, displacement and immediate are random bytes; the decoder then says what
 * they mean, and the registers are chosen so that the memory operand lies in the data area (now and
 * then across a page border, or where nothing is mapped). What an instruction needs beyond that, it
 * gets in make_arrange().
 */
#include <string.h>

#include "make.h"

static uint64_t state;

void make_seed(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15u + 1;
}

uint32_t make_random(void) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)(state * 0x2545f4914f6cdd1du >> 32);
}

uint32_t make_below(uint32_t n)
{
    return make_random() % n;
}

static bool one_in(uint32_t n)
{
    return make_below(n) == 0;
}

/* Numbers at which something changes are as likely as all others together. */
uint32_t make_number(void)
{
    static const uint32_t edges[] = {
        0,          1,          2,      0x7f,   0x80,    0x81,       0xff,       0x100,
        0x7fff,     0x8000,     0x8001, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001,
        0xfffffffe, 0xffffffff, 0x99,   0x9a,   0x0a,    0xf0,       0xff80,     0xffff8000,
    };
    uint32_t edge = make_below(sizeof(edges) / sizeof(edges[0]));
    uint32_t value = one_in(2) ? edges[edge] : make_random();

    return one_in(8) ? value & 31 : value;
}

static uint32_t place_in(const struct area *a, uint32_t margin)
{
    return a->base + margin + make_below(a->size - 2 * margin);
}

/* An address for the memory operand; `low` area for 16-bit addressing. */
uint32_t make_place(bool low)
{
    const struct area *a = &areas[low ? AREA_LOW : AREA_DATA];

    if (low && one_in(30))
        return UINT16_MAX - make_below(24); /* may run on, or wrap around */
    if (low)
        return place_in(a, 256);
    if (one_in(40))
        return UNMAPPED + make_below(0x1000);
    if (one_in(60))
        return a->base + a->size - 1 - make_below(8); /* may run off the end */
    if (one_in(12))
        return a->base + 0x1000 - make_below(8); /* may cross a page */
    return place_in(a, 256);
}

static uint32_t register_value(const struct testcase *tc, int reg, unsigned size)
{
    return reg < 0 ? 0 : size == 2 ? tc->in.gpr[reg] & 0xffff : tc->in.gpr[reg];
}

static uint32_t effective(const struct testcase *tc, const struct insn *i)
{
    uint32_t ea = (uint32_t)i->disp + register_value(tc, i->base, i->adsize) +
                  (register_value(tc, i->index, i->adsize) << i->scale);

    return i->adsize == 2 ? ea & 0xffff : ea;
}

/*
 * Moves the memory operand to `want`: by the base register, else by the index if that is unscaled,
 * else by the displacement in the code. False if none of these can.
 */
bool make_aim(struct testcase *tc, struct insn *i, uint32_t want)
{
    uint32_t by = want - effective(tc, i);
    int reg = i->base >= 0 && i->base != i->index ? i->base
              : i->index >= 0 && i->scale == 0    ? i->index
                                                  : -1;
    unsigned disp_size = i->adsize == 2 ? 2 : 4;

    if (reg >= 0 && !(i->base == i->index)) {
        tc->in.gpr[reg] += by;
        return effective(tc, i) == want;
    }
    if (i->base >= 0)
        return false;
    for (unsigned at = 1; at + disp_size <= tc->length; at++) {
        uint32_t found = 0;

        memcpy(&found, tc->code + at, disp_size);
        if (found != ((uint32_t)i->disp & (disp_size == 2 ? 0xffff : 0xffffffff)))
            continue;
        found += by;
        memcpy(tc->code + at, &found, disp_size);
        i->disp = (int32_t)((uint32_t)i->disp + by);
        return true;
    }
    return false;
}

static void poke(uint32_t addr, const void *bytes, unsigned size)
{
    memcpy(native_memory(addr), bytes, size);
    memcpy(guest_memory(addr), bytes, size);
}

static void poke32(uint32_t addr, uint32_t value)
{
    poke(addr, &value, sizeof(value));
}

bool make_in_area(uint32_t addr, uint32_t size)
{
    for (unsigned n = 0; n < AREA_COUNT; n++)
        if (addr - areas[n].base < areas[n].size && areas[n].base + areas[n].size - addr >= size)
            return true;
    return false;
}

/* Where a near transfer may go: CCs all around the code. */
static uint32_t code_target(const struct testcase *tc)
{
    return tc->in.eip + tc->length + make_below(64);
}

/* Gives registers, stack and immediate what the instruction needs to be worth running, and not to
 * run away. */
void make_arrange(struct testcase *tc, const struct insn *i)
{
    uint32_t props = x86_ops[i->op].props;
    uint32_t flags = make_below(0x1000) & FL_STATUS;

    tc->in.eflags = flags | 0x202 | (one_in(2) ? FL_DF : 0);
    if (props & P_STRING) {
        tc->in.gpr[ESI] = make_place(i->adsize == 2);
        tc->in.gpr[EDI] = make_place(i->adsize == 2);
        tc->in.gpr[ECX] = make_below(one_in(4) ? 40 : 5);
        if (i->adsize == 2)
            tc->in.gpr[ECX] |= make_random() << 16;
    }
    switch (i->op) {
    case OP_loop:
    case OP_loope:
    case OP_loopne:
    case OP_jecxz:
        if (one_in(2))
            tc->in.gpr[ECX] = make_below(3);
        break;
    case OP_enter: tc->in.gpr[EBP] = place_in(&areas[AREA_STACK], 512); break;
    case OP_leave: tc->in.gpr[EBP] = place_in(&areas[AREA_STACK], 64); break;
    case OP_maskmovq:
    case OP_maskmovdqu: tc->in.gpr[EDI] = make_place(i->adsize == 2); break;
    case OP_xlat: tc->in.gpr[EBX] = make_place(i->adsize == 2); break;
    case OP_cmpxchg:
        if (i->is_mem && one_in(2) && make_in_area(effective(tc, i), 4))
            memcpy(&tc->in.gpr[EAX], native_memory(effective(tc, i)), 4);
        break;
    case OP_cmpxchg8b:
        if (one_in(2) && make_in_area(effective(tc, i), 8) && i->base != EAX && i->base != EDX &&
            i->index != EAX && i->index != EDX) {
            memcpy(&tc->in.gpr[EAX], native_memory(effective(tc, i)), 4);
            memcpy(&tc->in.gpr[EDX], native_memory(effective(tc, i) + 4), 4);
        }
        break;
    case OP_div:
    case OP_idiv:
        if (one_in(2)) /* a quotient that fits */
            tc->in.gpr[EDX] = i->op == OP_idiv && one_in(2) ? 0xffffffff : 0;
        break;
    }
}

/* What the instruction reads from memory must be an address, or flags that a process may load. */
static void arrange_memory(struct testcase *tc, const struct insn *i)
{
    uint32_t esp = tc->in.gpr[ESP];

    if (i->is_mem && x86_ops[i->op].props & P_FPU && make_below(4)) {
        unsigned size = i->msize == 4 || i->msize == 8 ? i->msize : 10;
        uint8_t number[16];

        fpu_number(size, number);
        if (i->msize == 16) {
            unsigned part = make_below(2) ? 4 : 8;

            size = 16;
            for (unsigned at = 0; at < 16; at += part)
                fpu_number(part, number + at);
        }
        if (make_in_area(effective(tc, i), size))
            poke(effective(tc, i), number, size);
    }
    if (i->op == OP_ret && make_in_area(esp, 4))
        poke32(esp, code_target(tc));
    if (i->op == OP_popf && make_in_area(esp, 4))
        poke32(esp, make_number() & ~(uint32_t)(FL_TF | FL_NT | FL_AC | FL_VM | FL_VIF | FL_VIP |
                                                FL_RF | FL_IOPL));
    if ((i->op == OP_jmp || i->op == OP_call) && i->opd[0] == OPD_RM) {
        if (!i->is_mem)
            tc->in.gpr[i->rm] = code_target(tc);
        else if (make_in_area(effective(tc, i), 4))
            poke32(effective(tc, i), code_target(tc));
    }
}

/*
 * Now and then across a page border, or beyond the last page; but how much of an undefined
 * instruction is fetched differs among processors.
 */
static uint32_t code_place(const struct insn *i)
{
    const struct area *a = &areas[AREA_CODE];

    if (i->length && i->op != OP_ud && one_in(40))
        return a->base + a->size - 1 - make_below(i->length);
    return a->base + (one_in(10) ? 0x1000 - make_below(16) : 64 + make_below(0xe00));
}

static unsigned immediate_bytes(uint8_t *to)
{
    uint32_t value = make_number();

    memcpy(to, &value, 4);
    value = make_number();
    memcpy(to + 4, &value, 4);
    return 8;
}

/* Bytes of the form, with more after them than the instruction can take. */
unsigned make_bytes(const struct form *form, bool low, uint8_t *to)
{
    unsigned n = 0;

    if (one_in(100)) /* longer than any instruction may be */
        for (; n < X86_MAX_LENGTH; n++)
            to[n] = 0x3e;
    if (one_in(4))
        to[n++] = 0x66;
    if (low && one_in(6))
        to[n++] = 0x67;
    if (x86_ops[form->op].props & P_STRING && one_in(2))
        to[n++] = one_in(2) ? 0xf2 : 0xf3;
    if (one_in(12))
        to[n++] = one_in(2) ? 0x3e : 0x26; /* DS, ES: flat as well */
    if (one_in(x86_ops[form->op].props & P_LOCK ? 4 : 40))
        to[n++] = 0xf0;
    if (form->map == MAP_ESCAPE) {
        to[n++] = 0xd8 | form->ext;
        to[n++] = (uint8_t)(form->first + make_below(form->last - form->first + 1u));
        return n + immediate_bytes(to + n);
    }
    if (form->map >= MAP_66)
        to[n++] = (uint8_t[]){0x66, 0xf3, 0xf2}[form->map - MAP_66];
    if (form->map == MAP_0F || form->map >= MAP_66)
        to[n++] = 0x0f;
    to[n++] = (uint8_t)(form->first + make_below(form->last - form->first + 1u));
    to[n] = (uint8_t)make_random(); /* modrm, or the first immediate byte */
    if (form->has_ext)
        to[n] = (uint8_t)((to[n] & 0xc7) | form->ext << 3);
    if (form->map == MAP_ESCAPE_MEMORY && to[n] >= 0xc0)
        to[n] &= 0x7f;
    n++;
    if (one_in(2))
        to[n++] = (uint8_t)make_random();
    return n + immediate_bytes(to + n);
}

/* Branches stay near; ENTER and RET imm move the stack pointer little; what leaves the code or is
 * undefined goes. */
bool make_tame(struct testcase *tc, struct insn *i)
{
    uint32_t props = x86_ops[i->op].props;

    if (props & (P_COND | P_JUMP | P_CALL | P_RET) && i->opsize == 2)
        return false;
    if (props & (P_COND | P_JUMP | P_CALL) && i->opd[0] == OPD_IMM) {
        unsigned size =
            i->opcode < 0x80 || (i->opcode >= 0xe0 && i->opcode <= 0xe3) || i->opcode == 0xeb ? 1
                                                                                              : 4;

        if ((i->opcode & 0xf0) == 0x80)
            size = 4;
        memset(tc->code + tc->length - size, 0, size);
        tc->code[tc->length - size] = (uint8_t)make_below(64);
    }
    if (i->op == OP_ret && i->opd[0] == OPD_IMM)
        tc->code[tc->length - 1] = 0;
    if (i->op == OP_enter) {
        tc->code[tc->length - 2] = 0;
        tc->code[tc->length - 1] &= 0xe7; /* level below 8 */
    }
    return x86_decode(tc->code, tc->length, tc->code32, i) == (int)tc->length;
}

/*
 * A 16-bit double shift by more than 16 gives what it gives; which of two page faults CMPS raises
 * is nobody's business; nor in which order FRSTOR and FLDENV read.
 */
bool make_differs(const struct testcase *tc, const struct insn *i)
{
    if ((i->op == OP_shld || i->op == OP_shrd) && i->opsize == 2)
        return ((i->opd[2] == OPD_CL ? tc->in.gpr[ECX] : i->imm) & 31) > 16;
    if (i->op == OP_frstor || i->op == OP_fldenv)
        return !make_in_area(effective(tc, i), i->op == OP_fldenv ? 28 : 108);
    if (i->op == OP_cmps)
        return !make_in_area(tc->in.gpr[ESI], 4) && !make_in_area(tc->in.gpr[EDI], 4);
    return false;
}

/* System state, ports and what a process must not do are for other tests. */
bool make_runs(unsigned op)
{
    if (op == OP_pushf || op == OP_popf || op == OP_cld || op == OP_std)
        return true;
    switch (op) { /* what the kernel doesn't keep is in their memory operand */
    case OP_fnstenv:
    case OP_fnsave:
    case OP_fxsave:
    case OP_fxrstor: return false;
    }
    return !(x86_ops[op].props & (P_SYSTEM | P_IO | P_FAR));
}

bool make_close(unsigned op)
{
    switch (op) {
    case OP_f2xm1:
    case OP_fyl2x:
    case OP_fyl2xp1:
    case OP_fptan:
    case OP_fpatan:
    case OP_fsin:
    case OP_fcos:
    case OP_fsincos:
    case OP_rcpss:
    case OP_rcpps:
    case OP_rsqrtss:
    case OP_rsqrtps: return true;
    default: return false;
    }
}

/* 16 bytes have to be aligned, most of the time. */
uint32_t make_aligned(const struct insn *i, uint32_t place)
{
    return i->msize == 16 && !one_in(8) ? place & ~15u : place;
}

bool make_case(const struct form *form, bool low, bool code32, struct testcase *tc)
{
    uint8_t bytes[48];
    struct insn i;
    int length;

    unsigned n = make_bytes(form, low, bytes);
    length = x86_decode(bytes, n, code32, &i);
    if (length == X86_EUD && x86_ops[form->op].props & P_SIMD_ONLY)
        return false; /* newer processors have something there */
    if (length == X86_EUD || length == X86_ELONG) { /* to be refused by both */
        length = length == X86_EUD ? (int)n - 7 : X86_MAX_LENGTH + 1;
        i = (struct insn){.op = form->op, .base = -1, .index = -1};
    }
    if (length <= 0 || (i.is_mem && i.adsize == 2 && !low))
        return false;
    if (i.seg == SEG_FS || i.seg == SEG_GS || i.seg == SEG_CS)
        return false;
    *tc = (struct testcase){
        .length = (unsigned)length, .code32 = code32, .op = x86_ops[form->op].mnemonic};
    memcpy(tc->code, bytes, tc->length);
    for (unsigned r = 0; r < 8; r++)
        tc->in.gpr[r] = make_number();
    tc->in.gpr[ESP] = place_in(&areas[AREA_STACK], 512);
    tc->in.eip = code_place(&i);
    if (i.length && !make_tame(tc, &i))
        return false;
    make_arrange(tc, &i);
    if (i.is_mem && !make_aim(tc, &i, make_aligned(&i, make_place(i.adsize == 2))))
        return false;
    if (make_differs(tc, &i))
        return false;
    if (x86_decode(tc->code, tc->length, code32, &i) > 0)
        arrange_memory(tc, &i);
    tc->undef = x86_ops[form->op].undef;
    tc->close = make_close(form->op);
    tc->has_fpu = x86_ops[form->op].props & P_FPU;
    tc->has_simd = x86_ops[form->op].props & P_SIMD_ONLY;
    if (tc->has_fpu)
        fpu_random(&tc->fpu);
    else
        fpu_init_state(&tc->fpu);
    return true;
}
