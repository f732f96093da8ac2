/*
 * isa_lift.c - the way from C to an atom and back: each vx_NAME, made into a custom-0 instruction
 * by the generated header, is lifted to the atom of that name with its operands in the right
 * places.
 */
#include <stdio.h>
#include <string.h>

#include "isa_facts.h"
#include "isa_intrinsics.h"
#include "isa_lift.h"
#include "tests/unit/check.h"

static unsigned last_funct3, last_funct7;
static uint64_t last_rs1, last_rs2;

uint64_t isa_host_atom(unsigned funct3, unsigned funct7, uint64_t rs1, uint64_t rs2)
{
    last_funct3 = funct3;
    last_funct7 = funct7;
    last_rs1 = rs1;
    last_rs2 = rs2;
    return 0x1234;
}

/* The atom that the last vx_... stands for, its operands named by place. */
static bool lifted(const char *name, unsigned rd, unsigned rs1, unsigned rs2, struct isa_op *op)
{
    struct isa_lift_map map;

    if (!isa_lift(last_funct3, last_funct7, op, &map))
        return false;
    return !strcmp(isa_facts[op->atom].name, name) && map.rd == rd && map.rs1 == rs1 &&
           map.rs2 == rs2;
}

static void check_some(void)
{
    struct isa_op op;

    CHECK(vx_addf32(5, 6) == 0x1234 && last_rs1 == 5 && last_rs2 == 6);
    CHECK(lifted("addf32", ISA_LIFT_rd, ISA_LIFT_ra, ISA_LIFT_rb, &op) && op.cd == 0);
    CHECK(vx_movfc() == 0x1234 && last_rs1 == 0);
    CHECK(lifted("movfc", ISA_LIFT_rd, ISA_LIFT_none, ISA_LIFT_none, &op));
    vx_gst16(0x1000, 7);
    CHECK(last_rs1 == 0x1000 && last_rs2 == 7);
    CHECK(lifted("gst16", ISA_LIFT_none, ISA_LIFT_ra, ISA_LIFT_rs, &op) && op.imm == 0);
    vx_pst8(0x80, 1);
    CHECK(last_rs1 == 0x80 && lifted("pst8", ISA_LIFT_none, ISA_LIFT_ra, ISA_LIFT_rb, &op));
    vx_rollback();
    CHECK(lifted("rollback", ISA_LIFT_none, ISA_LIFT_none, ISA_LIFT_none, &op));
    CHECK(vx_mfsr(SR_CAUSE) == 0x1234);
    CHECK(lifted("mfsr", ISA_LIFT_rd, ISA_LIFT_none, ISA_LIFT_none, &op) && op.sr == SR_CAUSE);
    vx_mtsr(SR_PHASE, PHASE_idle);
    CHECK(last_rs1 == PHASE_idle);
    CHECK(lifted("mtsr", ISA_LIFT_none, ISA_LIFT_ra, ISA_LIFT_none, &op) && op.sr == SR_PHASE);
    CHECK(vx_getr(9) == 0x1234);
    CHECK(lifted("addi", ISA_LIFT_rd, ISA_LIFT_none, ISA_LIFT_none, &op) && op.ra == 9 &&
          op.imm == 0);
    vx_setr(63, 77);
    CHECK(last_rs1 == 77);
    CHECK(lifted("addi", ISA_LIFT_none, ISA_LIFT_ra, ISA_LIFT_none, &op) && op.rd == 63 &&
          op.imm == 0);
    vx_commit(1);
    CHECK(lifted("commit", ISA_LIFT_none, ISA_LIFT_none, ISA_LIFT_none, &op) && op.imm == 1);
}

/* Places are filled exactly when the atom reads or writes them. */
static void check_all(void)
{
    unsigned known = 0;

    for (unsigned funct3 = 0; funct3 < 8; funct3++) {
        for (unsigned funct7 = 0; funct7 < 160; funct7++) {
            struct isa_lift_map map;
            struct isa_op op;
            unsigned uses, sources;

            if (!isa_lift(funct3, funct7, &op, &map))
                continue;
            CHECK(funct7 < 128 && op.atom < ISA_ATOM_COUNT);
            if (funct3 != 0 && funct3 != 5)
                continue;
            known++;
            uses = isa_facts[op.atom].uses;
            sources = !!(uses & ISA_READ_RA) + !!(uses & ISA_READ_RB) + !!(uses & ISA_READ_RS);
            CHECK((map.rd == ISA_LIFT_rd) == !!(uses & ISA_WRITE_RD));
            CHECK((map.rs1 != ISA_LIFT_none) + (map.rs2 != ISA_LIFT_none) == (int)sources);
        }
    }
    CHECK(known > 50);
    CHECK(!isa_lift(7, 0, &(struct isa_op){0}, &(struct isa_lift_map){0}));
    CHECK(!isa_lift(3, 64, &(struct isa_op){0}, &(struct isa_lift_map){0}));
}

int main(void)
{
    check_some();
    check_all();
    return failures != 0;
}
