/*
 * patch.h - emulation patches: an `emu` atom in translated code, its routine, and what the routine
 * knows.
 */
#ifndef CMS_RUNTIME_PATCH_H
#define CMS_RUNTIME_PATCH_H

#include "cms.h"
#include "gear1/fetch.h"
#include "runtime/tcache.h"

#define PATCHES 4096     /* what `emu` can name; 0 is how translated code is entered */
#define PATCH_LINK 33    /* chip register in which `emu` leaves the way back: C's return address */
#define PATCH_RESULT 42  /* and where the routine's answer is: 0, go on; else leave */

enum patch_routine {
#define ROUTINE(name, operand) PATCH_##name,
#include "runtime/emulate.def"
    PATCH_ROUTINES
};

/*
 * One patched instruction. Before its `emu` the guest is committed with EIP at the instruction;
 * behind it, with EIP wherever the instruction led. All registers that C functions may clobber,
 * PATCH_LINK among them, are lost; translated code finds the way out of itself at patch_way_out().
 */
struct patch {
    /* decoded once, in the shape in which gear 1's handlers want it */
    _Alignas(CMS_LINE) struct slot slot;
    uint32_t eip, next;
    uint32_t mode, cs_base; /* the translation goes on as long as they hold */
    uint8_t routine;
    bool stepped; /* call: in single-step mode, because it touches devices */
};

/* How an instruction is emulated by emulate.def; leaves: the trace ends with it. */
struct patch_way {
    uint8_t routine;
    bool leaves;
};

struct patch_way patch_way(const struct insn *i);

void patch_init(void);

/* Writes patch `n`: its record and its routine. `next` is the EIP behind the instruction. */
void patch_write(unsigned n, const struct insn *i, uint32_t next, const struct context *key,
                 bool stepped);

/* Enters translated code, so that it finds its way out. */
struct exit *patch_enter(struct exit *(*code)(void));
const uint64_t *patch_way_out(void);

unsigned patch_number(const struct patch *p);
const char *patch_routine_name(unsigned routine);

/* emulate.c: a trap in gear 1's handler, or none; an access to a device makes the patch a stepped
 * one. */
void emulate_trapped(bool io);

/* emulate.c: the routines. False: the translation goes on. */
typedef uint64_t emulate_routine(struct patch *p, uint64_t operand);
#define ROUTINE(name, operand) emulate_routine emulate_##name;
#include "runtime/emulate.def"

#endif
