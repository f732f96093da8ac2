/* fetch.h - the interpreter's own state: what it has decoded, and where it fetches. */
#ifndef CMS_GEAR1_FETCH_H
#define CMS_GEAR1_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "x86/insn.h"

typedef void gear1_handler(const struct insn *);

/* One decoded instruction, whole inside one page of guest memory. 64 bytes. */
struct slot {
    uint64_t tag; /* SLOT_VALID | code size | guest-physical address of its first byte; 0: empty */
    gear1_handler *handler;
    struct insn insn;
    uint32_t taken, through; /* transfers of control: how often either way (profile.c) */
    uint32_t io;             /* executions that touched I/O */
};

_Static_assert(sizeof(struct slot) == 64, "slots lie on lines of the cache");

#define SLOT_COUNT 4096u /* a power of two, at least the bytes of a page */
#define SLOT_CODE32 (UINT64_C(1) << 40)
#define SLOT_VALID (UINT64_C(1) << 41)

/* `size` EIPs from `eip` on lie in one page of memory, inside CS's limit. Chosen by the bits of EIP
 * above the page. */
struct window {
    uint32_t eip, size; /* size 0: no window */
    uint64_t tag;       /* of the instruction at `eip` */
    uint64_t flip;      /* a tag of this page, exclusive-or this, is the number of its slot */
    uint64_t spare;
};

#define WINDOWS 16u

/* The last exceptions of the guest: last.c */
#define LAST_EVENTS 6

struct last_event {
    uint32_t lin, eip, error;
    uint16_t cs;
    uint8_t vector;
    bool code32;
};

struct last {
    struct last_event event[LAST_EVENTS];
    uint32_t events; /* all that there were */
};

struct gear1 {
    int32_t left;       /* instructions until gear1_run returns */
    uint32_t through;   /* what g1_jump leaves of `left`: all ones to run on, 0 to stop */
    uint32_t burst;     /* iterations that a REP may make before its handler returns */
    uint32_t undefined; /* undefined instructions met so far; the first few are logged */
    uint32_t hits;      /* breakpoints on data that this instruction has hit: bits of DR6 */
    bool touched;       /* it has touched I/O: for the profile */
    bool resume;        /* this instruction has loaded EFLAGS.RF: it stays for the next */
    struct lin_buffer *buffer; /* lin.c: stores of the instruction, if the chip's buffer is small */
    struct slot *slots;
    struct window window[WINDOWS];
    struct last last;
};

#endif
