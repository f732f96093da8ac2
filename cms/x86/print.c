/*
 * print.c - Intel syntax, for traces and dumps.
 */
#include "x86.h"

const char *const x86_cond_name[16] = {
    "o", "no", "b", "nb", "z", "nz", "be", "nbe", "s", "ns", "p", "np", "l", "nl", "le", "nle",
};

static const char *const reg8[8] = {"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};
static const char *const reg32[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
static const char *const sreg[8] = {"es", "cs", "ss", "ds", "fs", "gs", "s6", "s7"};

const char *x86_reg_name(unsigned size, unsigned number)
{
    number &= 7;
    return size == 1 ? reg8[number] : size == 2 ? reg32[number] + 1 : reg32[number];
}

struct out {
    char *buf;
    size_t size, length;
};

static void put(struct out *o, const char *text)
{
    for (; *text; text++, o->length++)
        if (o->length + 1 < o->size)
            o->buf[o->length] = *text;
}

static void put_hex(struct out *o, uint32_t value)
{
    char text[11], *p = text + sizeof(text) - 1;

    *p = 0;
    do
        *--p = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    *--p = 'x';
    *--p = '0';
    put(o, p);
}

static void put_memory(struct out *o, const struct insn *i)
{
    static const char *const ptr[] = {
        [1] = "byte ptr ",  [2] = "word ptr ",  [4] = "dword ptr ",
        [6] = "fword ptr ", [8] = "qword ptr ", [10] = "tbyte ptr ",
        [16] = "oword ptr ",
    };
    static const char *const scale[4] = {"", "*2", "*4", "*8"};
    bool sum = false;

    if (i->msize)
        put(o, ptr[i->msize]);
    if (i->seg_override) {
        put(o, sreg[i->seg]);
        put(o, ":");
    }
    put(o, "[");
    if (i->base >= 0) {
        put(o, x86_reg_name(i->adsize, (unsigned)i->base));
        sum = true;
    }
    if (i->index >= 0) {
        put(o, sum ? "+" : "");
        put(o, x86_reg_name(i->adsize, (unsigned)i->index));
        put(o, scale[i->scale]);
        sum = true;
    }
    if (!sum) {
        put_hex(o, (uint32_t)i->disp);
    } else if (i->disp) {
        put(o, i->disp < 0 ? "-" : "+");
        put_hex(o, i->disp < 0 ? -(uint32_t)i->disp : (uint32_t)i->disp);
    }
    put(o, "]");
}

static void put_immediate(struct out *o, const struct insn *i, unsigned n, uint32_t eip)
{
    bool second = n > 0 && i->opd[n - 1] == OPD_IMM;

    if (x86_ops[i->op].props & (P_COND | P_JUMP | P_CALL)) {
        uint32_t target = eip + i->length + i->imm;

        put_hex(o, i->opsize == 2 ? target & 0xffff : target);
    } else if (second) {
        put_hex(o, i->imm2);
    } else {
        put_hex(o, i->opsize == 1 ? i->imm & 0xff : i->opsize == 2 ? i->imm & 0xffff : i->imm);
    }
}

static void put_vector(struct out *o, unsigned opd, unsigned number)
{
    char name[] = "xmm0";

    name[3] = (char)('0' + number);
    put(o, opd == OPD_MMX || opd == OPD_MMX_RM ? name + 1 : name);
}

static void put_operand(struct out *o, const struct insn *i, unsigned n, uint32_t eip)
{
    static const char *const digit[8] = {"0", "1", "2", "3", "4", "5", "6", "7"};

    switch (i->opd[n]) {
    case OPD_REG: put(o, x86_reg_name(i->opsize, i->reg)); break;
    case OPD_RM:
        if (i->is_mem)
            put_memory(o, i);
        else
            put(o, x86_reg_name(i->msize, i->rm));
        break;
    case OPD_IMM: put_immediate(o, i, n, eip); break;
    case OPD_CL: put(o, "cl"); break;
    case OPD_DX: put(o, "dx"); break;
    case OPD_SREG: put(o, sreg[i->reg]); break;
    case OPD_CR:
        put(o, "cr");
        put(o, digit[i->reg]);
        break;
    case OPD_DR:
        put(o, "dr");
        put(o, digit[i->reg]);
        break;
    case OPD_SRC:
        put(o, sreg[i->seg]);
        put(o, i->adsize == 2 ? ":[si]" : ":[esi]");
        break;
    case OPD_DST: put(o, i->adsize == 2 ? "es:[di]" : "es:[edi]"); break;
    case OPD_FAR:
        put_hex(o, i->imm2);
        put(o, ":");
        put_hex(o, i->imm);
        break;
    case OPD_ST:
        put(o, "st(");
        put(o, digit[i->rm]);
        put(o, ")");
        break;
    case OPD_ST0: put(o, "st"); break;
    case OPD_AX: put(o, "ax"); break;
    case OPD_MMX:
    case OPD_XMM: put_vector(o, i->opd[n], i->reg); break;
    case OPD_MMX_RM:
    case OPD_XMM_RM:
        if (i->is_mem)
            put_memory(o, i);
        else
            put_vector(o, i->opd[n], i->rm);
        break;
    }
}

static void put_mnemonic(struct out *o, const struct insn *i)
{
    const char *name = x86_ops[i->op].mnemonic;
    static const char *const fcmov[8] = {"fcmovb",  "fcmove",  "fcmovbe",  "fcmovu",
                                         "fcmovnb", "fcmovne", "fcmovnbe", "fcmovnu"};
    bool wide = i->opsize == 4;

    switch (i->op) {
    case OP_cwde: name = wide ? "cwde" : "cbw"; break;
    case OP_cdq: name = wide ? "cdq" : "cwd"; break;
    case OP_jecxz: name = i->adsize == 4 ? "jecxz" : "jcxz"; break;
    case OP_fcmov: name = fcmov[(i->opcode & 1) << 2 | (i->reg & 3)]; break;
    case OP_nop: name = i->rep == 0xf3 && !i->has_modrm ? "pause" : "nop"; break;
    }
    put(o, name);
    if (x86_ops[i->op].props & P_CC)
        put(o, x86_cond_name[i->opcode & 15]);
    if (x86_ops[i->op].props & P_STRING)
        put(o, i->opsize == 1 ? "b" : wide ? "d" : "w");
    if (wide && (i->op == OP_pushf || i->op == OP_popf || i->op == OP_pusha || i->op == OP_popa ||
                 i->op == OP_iret))
        put(o, "d");
}

size_t x86_print(const struct insn *i, uint32_t eip, char *buf, size_t size)
{
    struct out o = {buf, size, 0};

    if (i->lock)
        put(&o, "lock ");
    if (i->rep && x86_ops[i->op].props & P_STRING)
        put(&o, i->rep == 0xf2 ? "repne " : x86_ops[i->op].props & P_REPZ ? "repe " : "rep ");
    put_mnemonic(&o, i);
    for (unsigned n = 0; n < 3 && i->opd[n] != OPD_NONE; n++) {
        put(&o, n ? ", " : " ");
        put_operand(&o, i, n, eip);
    }
    if (size)
        buf[o.length < size ? o.length : size - 1] = 0;
    return o.length;
}
