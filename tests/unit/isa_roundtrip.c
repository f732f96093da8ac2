/*
 * isa_roundtrip.c - every atom through encoder, decoder, printer and parser and back, with random
 * operands; then random words: each is either undefined or comes back bit for bit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa_codec.h"
#include "isa_facts.h"
#include "isa_text.h"
#include "isa_word.h"
#include "tests/random.h"
#include "tests/unit/check.h"

#define ROUNDS 400
#define WORDS 3000000u
#define PC 0x40001000ull

static uint64_t seed = 88172645463325252ull;

static uint64_t random64(void)
{
    return random_next(&seed);
}

static void fail(const char *what, const struct isa_op *op, const uint32_t words[2])
{
    char text[128];

    isa_print(op, PC, text, sizeof(text));
    if (failures++ < 20)
        fprintf(stderr, "%s: %s (%s, imm %" PRId64 ", words %08x %08x)\n", what,
                isa_facts[op->atom].name, text, op->imm, words[0], words[1]);
}

static struct isa_op random_op(unsigned atom)
{
    struct isa_op op = {.atom = (uint16_t)atom};

    for (unsigned operand = 0; operand < ISA_OPERAND_COUNT; operand++) {
        while (!isa_set_operand(&op, operand, (int64_t)(random64() % 384) - 128))
            ;
    }
    op.imm = (int64_t)random64() >> (24 + random64() % 40);
    op.long_imm = random64() % 4 == 0;
    return op;
}

static bool same_operands(const struct isa_op *a, const struct isa_op *b)
{
    unsigned uses = isa_facts[a->atom].uses;

    if (a->atom != b->atom || (isa_facts[a->atom].imm_bits && a->imm != b->imm))
        return false;
    return (!(uses & (ISA_READ_RD | ISA_WRITE_RD)) || a->rd == b->rd) &&
           (!(uses & ISA_READ_RS) || a->rs == b->rs) && (!(uses & ISA_READ_RA) || a->ra == b->ra) &&
           (!(uses & ISA_READ_RB) || a->rb == b->rb) && (!(uses & ISA_READ_CA) || a->ca == b->ca) &&
           (!(uses & (ISA_READ_CD | ISA_WRITE_CD)) || a->cd == b->cd) &&
           (!(uses & (ISA_READ_FD | ISA_WRITE_FD)) || a->fd == b->fd) &&
           (!(uses & ISA_READ_FS) || a->fs == b->fs) && (!(uses & ISA_READ_FA) || a->fa == b->fa) &&
           (!(uses & ISA_READ_FB) || a->fb == b->fb);
}

/* Where the operands go, for atoms of which that says all. */
static void check_form(const struct isa_op *op, const uint32_t words[2], int count)
{
    uint16_t uses = isa_facts[op->atom].uses;
    unsigned d = uses & ISA_READ_RS ? op->rs : op->rd, bits = isa_forms[op->atom].imm_bits;
    unsigned c = uses & ISA_READ_CA ? op->ca : op->cd;
    uint32_t word = isa_form_word(op, d, op->ra, op->rb, c);

    if (!isa_forms[op->atom].whole)
        return;
    if (word != (words[0] & ~ISA_STOP))
        fail("form", op, words);
    if (!op->long_imm && isa_form_is_long(op) != (count == 2))
        fail("form of a long immediate", op, words);
    if (count == 2 && LIM_PAYLOAD(words[1]) != (op->imm >> bits & ((1u << LIM_BITS) - 1)))
        fail("payload", op, words);
}

/* Print, parse, resolve the branch target, and expect the same words again. */
static void check_text(const struct isa_op *op, const uint32_t words[2], int count)
{
    char text[128];
    struct isa_op back;
    struct isa_fixup fix;
    uint32_t again[2] = {0, 0};
    unsigned i;

    isa_print(op, PC, text, sizeof(text));
    if (!isa_parse(text, &back, &fix)) {
        fail(fix.error, op, words);
        return;
    }
    for (i = 0; i < fix.count; i++) {
        int64_t value = (int64_t)strtoull(fix.item[i].text, NULL, 0);

        if (fix.item[i].target)
            value = (value - (int64_t)PC) / 4;
        isa_set_operand(&back, fix.item[i].operand, value);
    }
    back.long_imm = op->long_imm;
    if (isa_encode(&back, words[count - 1] >> 31, again) != count ||
        memcmp(again, words, 4 * (size_t)count))
        fail("text", op, words);
}

static void check_atom(unsigned atom)
{
    unsigned round, encoded = 0;

    for (round = 0; round < ROUNDS; round++) {
        struct isa_op op = random_op(atom), back;
        uint32_t words[2] = {0, 0}, again[2] = {0, 0};
        bool stop = random64() & 1;
        int count = isa_encode(&op, stop, words);

        if (count == 0) {
            if (!isa_facts[atom].imm_bits || isa_imm_encodable(atom, op.imm))
                fail("not encoded", &op, words);
            continue;
        }
        encoded++;
        if (words[count - 1] >> 31 != stop || (count == 2 && words[0] >> 31))
            fail("stop bit", &op, words);
        if (isa_decode(words[0], &words[1], &back) != count)
            fail("decoded length", &op, words);
        else if (!same_operands(&op, &back))
            fail("operands", &op, words);
        else if (isa_encode(&back, stop, again) != count || memcmp(words, again, sizeof(words)))
            fail("encoded again", &op, words);
        else if (isa_encode_known(&back, stop, again) != count ||
                 memcmp(words, again, sizeof(words)))
            fail("encoded in a hurry", &op, words);
        else
            check_text(&back, words, count);
        check_form(&back, words, count);
    }
    if (encoded == 0)
        fail("never encoded", &(struct isa_op){.atom = (uint16_t)atom}, (uint32_t[2]){0, 0});
}

static void check_words(void)
{
    unsigned i, defined = 0;

    for (i = 0; i < WORDS; i++) {
        uint32_t word = (uint32_t)(random64() >> 16), again[2] = {0, 0};
        struct isa_op op;
        int count = isa_decode(word, NULL, &op);

        if (count == 0)
            continue;
        defined++;
        if (count != 1 || isa_encode(&op, word >> 31, again) != 1 || again[0] != word)
            fail("word", &op, (uint32_t[2]){word, again[0]});
        else if (i % 16 == 0)
            check_text(&op, again, 1);
    }
    if (defined == 0 || defined == WORDS) {
        fprintf(stderr, "%u of %u random words are defined\n", defined, WORDS);
        failures++;
    }
}

static void check_corners(void)
{
    uint32_t words[2];
    struct isa_op op = {.atom = ISA_addi, .rd = 1, .ra = 2, .imm = 2047}, back;
    struct isa_fixup fix;
    struct isa_effects e;

    CHECK(isa_decode(0, NULL, &back) == 0);
    CHECK(isa_decode(ISA_STOP, NULL, &back) == 0);
    CHECK(isa_encode(&op, true, words) == 1);
    op.imm = 2048;
    CHECK(isa_encode(&op, true, words) == 2);
    CHECK(isa_decode(words[0], NULL, &back) == 1 && back.imm == -2048);
    CHECK(isa_decode(words[1], NULL, &back) == 0);
    CHECK(isa_decode(words[0], words + 1, &back) == 2 && back.imm == 2048 && back.long_imm);
    CHECK(isa_decode(words[0] | ISA_STOP, words + 1, &back) == 1);
    CHECK(isa_decode(words[0], (uint32_t[]){words[1] | 1u << 24}, &back) == 1);
    op.imm = (1ll << 35) - 1;
    CHECK(isa_encode(&op, false, words) == 2 && isa_decode(words[0], words + 1, &back) == 2 &&
          back.imm == op.imm);
    op.imm = 1ll << 35;
    CHECK(isa_encode(&op, false, words) == 0);
    op.imm = 0;
    op.rd = 64;
    CHECK(isa_encode(&op, false, words) == 0);
    op = (struct isa_op){.atom = ISA_slli, .rd = 1, .ra = 1, .sh = 64};
    CHECK(isa_encode(&op, false, words) == 0);
    op = (struct isa_op){.atom = ISA_clz, .rd = 1, .ra = 1, .rb = 200};
    CHECK(isa_encode(&op, false, words) == 1);
    op = (struct isa_op){.atom = ISA_ATOM_COUNT};
    CHECK(isa_encode(&op, false, words) == 0);
    op = (struct isa_op){.atom = ISA_lim};
    CHECK(isa_encode(&op, false, words) == 0);

    CHECK(isa_parse("  st.w r5 , [r1 - 8]", &op, &fix) && op.imm == -8 && op.rs == 5 && op.ra == 1);
    CHECK(isa_parse("addi r1, r2, (A, 3) << 2", &op, &fix) && fix.count == 1 &&
          fix.item[0].length == 11);
    CHECK(isa_parse("addi r1, r0, ','", &op, &fix) && fix.count == 1 && fix.item[0].length == 3);
    CHECK(isa_parse("mtsr EPC, r33", &op, &fix) && op.sr == SR_EPC);
    CHECK(isa_parse("mfsr r1, sr99", &op, &fix) && op.sr == 99);
    CHECK(!isa_parse("mfsr r1, sr128", &op, &fix));
    CHECK(!isa_parse("add r1, r2", &op, &fix) && !strcmp(fix.error, "expected a comma"));
    CHECK(!isa_parse("add r64, r2, r3", &op, &fix) &&
          !strcmp(fix.error, "expected an integer register r0..r63"));
    CHECK(!isa_parse("add r01, r2, r3", &op, &fix));
    CHECK(!isa_parse("add r1, r2, r3 r4", &op, &fix) && !strcmp(fix.error, "text after the atom"));
    CHECK(!isa_parse("lim 5", &op, &fix) && !strcmp(fix.error, "unknown atom"));
    CHECK(!isa_parse("slli r1, r2, 64", &op, &fix) && !strcmp(fix.error, "number out of range"));
    CHECK(!isa_parse("brc q, c0, 8", &op, &fix) && !strcmp(fix.error, "expected an x86 condition"));
    CHECK(!isa_parse("", &op, &fix) && !strcmp(fix.error, "expected an atom"));

    CHECK(isa_parse("adcf.32 r1, r0, r9, c2", &op, &fix));
    isa_effects(&op, &e);
    CHECK(e.r_read == 1u << 9 && e.r_write == 1u << 1 && e.c_read == 4 && e.c_write == 4);
    CHECK(isa_parse("dep r7, r8, 0, 8", &op, &fix));
    isa_effects(&op, &e);
    CHECK(e.r_read == (1u << 7 | 1u << 8) && e.r_write == 1u << 7);
    CHECK(isa_parse("rollback", &op, &fix));
    isa_effects(&op, &e);
    CHECK(e.r_write == 0xfffffe && e.c_write == 15 && e.r_read == 0);
    CHECK(isa_parse("gget r40, r41", &op, &fix));
    isa_effects(&op, &e);
    CHECK(e.r_read == (0x1feull | 1ull << 41) && e.r_write == 1ull << 40);
}

static void check_facts(void)
{
    const struct isa_fact *f = isa_facts;

    CHECK(f[ISA_ldw].flags == (ISA_F_LOAD | ISA_F_TRAP) && f[ISA_ldw].size == 4);
    CHECK(f[ISA_lddw].flags == (ISA_F_LOAD | ISA_F_DISMISS));
    CHECK(f[ISA_gst16].flags == (ISA_F_STORE | ISA_F_GUEST | ISA_F_TRAP) && f[ISA_gst16].size == 2);
    CHECK((f[ISA_brc].flags & ~(unsigned)ISA_F_X86) == (ISA_F_BRANCH | ISA_F_COND));
    CHECK(f[ISA_callr].flags == (ISA_F_BRANCH | ISA_F_INDIRECT | ISA_F_LINK));
    CHECK(f[ISA_call].flags == (ISA_F_BRANCH | ISA_F_LINK) && f[ISA_call].extends &&
          f[ISA_call].imm_bits == 19);
    CHECK(f[ISA_commit].flags == (ISA_F_SEQ | ISA_F_COMMIT));
    CHECK(f[ISA_cmovz].flags == ISA_F_READS_RD);
    CHECK(f[ISA_add].flags == 0 && f[ISA_add].unit == UNIT_alu && f[ISA_add].latency == LAT_alu);
}

int main(void)
{
    unsigned atom;

    check_corners();
    check_facts();
    for (atom = 0; atom < ISA_ATOM_COUNT; atom++) {
        if (!(isa_facts[atom].flags & ISA_F_LIM))
            check_atom(atom);
    }
    check_words();
    if (failures)
        fprintf(stderr, "%u failures\n", failures);
    return failures != 0;
}
