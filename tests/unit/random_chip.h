/*
 * random_chip.h - what tests with random programs share: numbers from a seed, a host port without a
 * world behind it, and vectors that let a program go on whatever traps.
 */
#ifndef SELKIRK_RANDOM_CHIP_H
#define SELKIRK_RANDOM_CHIP_H

#include "isa_codec.h"
#include "tests/random.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/host/hostport.h"

/* Every request is served by doing nothing. */
int hostport_serve(struct host_port *port, struct chip *chip, uint64_t addr)
{
    (void)port;
    (void)chip;
    (void)addr;
    return 0;
}

static uint64_t noise_state; /* never 0 */

/* 56 bits */
static uint64_t noise(void)
{
    return random_next(&noise_state) * 0x2545f4914f6cdd1du >> 8;
}

/*
 * Each vector goes on behind what trapped, or at the start of hidden memory if there is nothing
 * where it was fetched from. Spoils register `spare`.
 */
static void vectors(struct chip *chip, uint8_t spare)
{
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        uint32_t *at = (uint32_t *)(chip->lpm + VECTOR_STRIDE * cause);
        struct isa_op to_epc = {.atom = ISA_mtsr, .sr = SR_EPC, .ra = spare};
        struct isa_op rte = {.atom = ISA_rte};
        struct isa_op start = {.atom = ISA_addi, .rd = spare, .imm = (int64_t)HIDDEN_BASE};
        struct isa_op epc = {.atom = ISA_mfsr, .rd = spare, .sr = SR_EPC};
        struct isa_op step = {.atom = ISA_addi, .rd = spare, .ra = spare, .imm = 4};
        if (cause == CAUSE_fetch_fault) {
            at += isa_encode(&start, true, at);
        } else {
            at += isa_encode(&epc, true, at);
            if (cause != CAUSE_interrupt && cause != CAUSE_watch)
                at += isa_encode(&step, true, at);
        }
        at += isa_encode(&to_epc, true, at);
        isa_encode(&rte, true, at);
    }
}

#endif
