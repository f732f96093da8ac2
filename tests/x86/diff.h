/*
 * diff.h - the host's processor against gear 1.
 *
 * A case is a few bytes of 32-bit user-mode code, general registers, flags and memory. It runs
 * twice: natively, in a 32-bit code segment of this process (native.c), and in gear 1 of the host
 * build, in a guest with paging on and the same linear addresses (guest.c). It ends at a byte CC or
 * in an exception. Registers, EIP, flags, vector, error code, CR2 and all memory must agree; status
 * flags that insns.def calls undefined for the instruction are not compared unless asked for.
 *
 *     forms.c     which encodings there are, from insns.def    make.c   a random case of one form
 *     sequence.c  several instructions in a row                main.c   loop, comparison, report
 *     fpu.c       the floating-point half of the state
 */
#ifndef TESTS_X86_DIFF_H
#define TESTS_X86_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "x86/x86.h"

struct regs {
    uint32_t gpr[8], eip, eflags;
};

/* x87 and SSE registers as FXSAVE has them: what gear 1 has of them counts (fpu.c). */
struct fpu {
    _Alignas(16) uint8_t image[512];
};

#define NO_VECTOR 256u /* the case ran to its CC */

struct outcome {
    struct regs regs;
    uint32_t vector, error, cr2; /* error and cr2 for page faults only */
    struct fpu fpu;
};

/*
 * Memory of a case: the same linear addresses on both sides; nothing else is mapped for the guest.
 */
enum area_id { AREA_CODE, AREA_DATA, AREA_STACK, AREA_LOW, AREA_COUNT };

struct area {
    uint32_t base, size;
};

extern const struct area areas[AREA_COUNT];

#define UNMAPPED 0x03000000u /* nothing near here */

#define MAX_CODE 768u

struct testcase {
    struct regs in;
    struct fpu fpu;
    uint8_t code[MAX_CODE]; /* placed at in.eip; CC around it */
    unsigned length;
    bool code32;      /* default sizes of the code segment */
    const char *op;   /* mnemonic; NULL: a sequence */
    uint32_t undef;   /* status flags not to compare */
    bool has_fpu;     /* something in it uses the x87, MMX or SSE */
    bool has_simd;    /* MMX or SSE */
    bool close;       /* x87 results may differ by one in the last place, SSE's in the 12th */
};

/* native.c: false if this host can't map AREA_LOW (16-bit addresses) */
bool native_init(void);
bool native_init16(void); /* false if this host has no 16-bit code segments */
void native_run(const struct regs *in, const struct fpu *fpu, bool code32, struct outcome *out);
uint8_t *native_memory(uint32_t addr);
bool native_has(uint32_t addr); /* something of this process is there */

/* guest.c */
void guest_init(void);
void guest_code_changed(uint32_t addr, size_t length);
void guest_run(const struct regs *in, const struct fpu *fpu, bool code32, struct outcome *out);
uint8_t *guest_memory(uint32_t addr);

/*
 * fpu.c: a random state; a number worth having of 4, 8, or 10 bytes; are two states the same?
 * `close` as in struct testcase. Printing.
 */
void fpu_random(struct fpu *fpu);
void fpu_init_state(struct fpu *fpu); /* as FNINIT leaves it */
void fpu_number(unsigned size, uint8_t *to);
bool fpu_same(const struct fpu *a, const struct fpu *b, bool close, uint32_t vector);
void fpu_print(const char *name, const struct fpu *fpu);

/* forms.c: one row of insns.def's encodings */
struct form {
    uint8_t map, first, last, ext;
    bool has_ext;
    uint16_t op;
};

enum { MAP_ONE = 1, MAP_0F, MAP_ESCAPE_MEMORY, MAP_ESCAPE, MAP_66, MAP_F3, MAP_F2 };

extern const struct form forms[];
extern const unsigned form_count;

/* make.c: a random case of the form; deterministic in the state of the generator */
void make_seed(uint64_t seed);
uint32_t make_random(void);
bool make_case(const struct form *form, bool low, bool code32, struct testcase *tc);
bool make_runs(unsigned op); /* an instruction of user-mode code that no case needs more for */

/*
 * sequence.c: 5 to 20 instructions. They are made one after the other on the guest's side, whose
 * memory it changes, so that each finds its operands; some end in an exception.
 */
void make_sequence(bool code32, struct testcase *tc);

/*
 * export.c: runs the case, which has been placed, natively and writes it with its outcome. False if
 * it doesn't suit or doesn't fit into `room` bytes, which shrinks. `mask`: flags to compare.
 */
bool export_case(const struct testcase *tc, uint8_t *const image[AREA_COUNT], uint32_t mask,
                 FILE *to, size_t *room);

#endif
