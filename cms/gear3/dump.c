/*
 * dump.c - the IR as text, for `-d opt`: after lifting and after each pass. Values are vN (numbers)
 * and fN (flags); v1..v9 are the guest's registers at the begin, f10 its flags.
 */
#include "gear3/ir.h"

#define LINE 160

struct line {
    char text[LINE];
    size_t used;
};

static void add(struct line *l, const char *format, unsigned long value)
{
    size_t room = LINE - l->used;
    int n = cms_snprintf(l->text + l->used, room, format, value);

    l->used += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static void add_ref(struct line *l, ref r)
{
    if (r == REF_ZERO)
        add(l, " 0", 0);
    else
        add(l, ref_tag(r) == TAG_FLAGS ? " f%lu" : " v%lu", ref_ins(r));
}

static void add_word(struct line *l, const char *word)
{
    while (*word && l->used < LINE - 1)
        l->text[l->used++] = *word++;
    l->text[l->used] = 0;
}

static void add_constants(struct line *l, const struct ins *i)
{
    const struct isa_op *op = &i->op;

    if (op->imm)
        add(l, " #%ld", (unsigned long)op->imm);
    if (op->cmp)
        add(l, " cmp %ld", (unsigned long)(long)op->cmp);
    if (op->sh)
        add(l, " sh %lu", op->sh);
    if (op->sc)
        add(l, " << %lu", op->sc);
    if (op->len)
        add(l, " bits %lu", op->pos), add(l, "+%lu", op->len);
    if (ins_is(i, ISA_F_PROTECT))
        add(l, " al %lu", op->al);
    if (ins_fact(i)->uses & ISA_READ_CA) {
        add_word(l, " ");
        add_word(l, isa_condition_name[op->cond]);
    }
    if (i->early)
        add_word(l, " early");
}

static void dump_state(struct line *l, const ref state[STATE_COUNT])
{
    static const char *const name[STATE_COUNT] = {" flags", " eax", " ecx", " edx", " ebx",
                                                  " esp",   " ebp", " esi", " edi", " eip",
                                                  " extra"};
    static const ref entry[STATE_COUNT] = {REF(IR_ENTRY_FLAGS, TAG_FLAGS), REF(1, TAG_NUMBER),
                                           REF(2, TAG_NUMBER), REF(3, TAG_NUMBER),
                                           REF(4, TAG_NUMBER), REF(5, TAG_NUMBER),
                                           REF(6, TAG_NUMBER), REF(7, TAG_NUMBER),
                                           REF(8, TAG_NUMBER), REF_NONE, REF_ZERO};

    for (unsigned k = 0; k < STATE_COUNT; k++) {
        if (state[k] == entry[k] || state[k] == REF_NONE)
            continue;
        add_word(l, name[k]);
        add_ref(l, state[k]);
    }
    cms_trace("%s", l->text);
}

static void dump_block(struct ir *ir, unsigned block)
{
    for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
        const struct ins *i = &ir->ins[n];
        struct line l = {.used = 0};

        add(&l, "  ir     #%lu", i->insn);
        if (ins_fact(i)->uses & ISA_WRITE_RD)
            add(&l, " v%lu", n);
        if (ins_fact(i)->uses & ISA_WRITE_CD)
            add(&l, " f%lu", n);
        if (ins_fact(i)->uses & (ISA_WRITE_RD | ISA_WRITE_CD))
            add_word(&l, " =");
        add_word(&l, " ");
        add_word(&l, ins_fact(i)->name);
        for (unsigned k = 0; k < ARG_COUNT; k++) {
            if (i->arg[k] != REF_NONE)
                add_ref(&l, i->arg[k]);
        }
        add_constants(&l, i);
        if (i->role == ROLE_SIDE) {
            add(&l, " exit %lu", i->exit);
            dump_state(&l, ir->state[i->exit]);
            dump_block(ir, BLOCK_EXITS + i->exit);
        } else {
            cms_trace("%s", l.text);
        }
    }
}

void ir_dump(struct ir *ir, const char *pass)
{
    struct line l = {.used = 0};

    cms_trace("region %x after %s", ir->t->key.eip, pass);
    dump_block(ir, BLOCK_ENTRY);
    cms_trace("  ir     body");
    dump_block(ir, BLOCK_BODY);
    add_word(&l, ir->loops ? "  ir     loop" : "  ir     end");
    dump_state(&l, ir->end);
}
