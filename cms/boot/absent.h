/* absent.h - the operations of units that the machine lacks, in software. */
#ifndef CMS_BOOT_ABSENT_H
#define CMS_BOOT_ABSENT_H

#include <stddef.h>
#include <stdint.h>

#include "isa.h"
#include "isa/prims.h"

#define ABSENT_FRAMES 4 /* the operations themselves may meet an absent one, and so on */
#define ABSENT_ATOMS 8  /* in a bundle, at most */
#define ABSENT_STUB 512 /* words */

/* The registers of what trapped. */
struct absent_frame {
    uint64_t r[ISA_R_COUNT];
    uint64_t c[ISA_C_COUNT];
    struct isa_v f[ISA_F_COUNT];
    uint64_t epc;
};

/* A result that waits until the rest of its bundle is done. */
struct absent_result {
    char file; /* 'r', 'c', 'f' */
    uint8_t reg;
    struct isa_v value;
};

/* A bundle on its way through the handler. */
struct absent_bundle {
    struct isa_op rest[ABSENT_ATOMS]; /* for the chip, before the results are there */
    struct isa_op tail[ABSENT_ATOMS]; /* for the chip, afterwards: commit and the like */
    unsigned rests, tails, results;
    struct absent_result result[2 * ABSENT_ATOMS];
    uint64_t target;     /* where control goes on */
    uint32_t fpsw, sse;  /* FPSW afterwards, exceptions for MXCSR */
    bool x87_ran, traps; /* an exception is not masked */
};

struct absent {
    struct absent_frame *top; /* the first free one; the stub knows where this is */
    struct absent_frame frame[ABSENT_FRAMES];
    uint64_t units; /* CFG_UNITS */
    void (*trap)(unsigned cause, uint64_t epc);
    struct absent_bundle now; /* its rest is being executed */
    uint64_t back;            /* the undefined word behind the rest */
    uint32_t piece[2 * ABSENT_ATOMS + 4];
    uint32_t stub[ABSENT_STUB];
};

/*
 * If the machine lacks a unit: makes the vector of illegal_atom lead here. `a` is zeroed memory
 * below 2 GiB. trap(cause, epc) is called, and doesn't return, for what is no absent operation, and
 * for exceptions that are not masked.
 */
void absent_install(struct absent *a, uint64_t vector,
                    void (*trap)(unsigned cause, uint64_t epc));

#endif
