/* fetch.h - the interpreter's own state: what it has decoded, and where it fetches. */
#ifndef CMS_GEAR1_FETCH_H
#define CMS_GEAR1_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "x86/x86.h"

typedef void gear1_handler(const struct insn *);

#define SLOT_SIZE 64 /* a line of the cache */

/* One decoded instruction. */
struct slot {
    gear1_handler *handler;
    struct insn insn;
    uint32_t taken, through; /* transfers of control: how often either way (profile.c) */
    uint32_t io;             /* executions that touched I/O */
    _Alignas(uint64_t) struct x86_traits traits;
};

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "slots are cleared by lines");

/* A tag says which instruction: its first byte's guest-physical address, and */
#define SLOT_CODE32 (UINT64_C(1) << 40) /* the code size, and */
#define SLOT_VALID (UINT64_C(1) << 41)  /* that it isn't 0. */

#define SLOT_COUNT 4096u /* a power of two */

/* Where the instruction with a certain tag is, one that lies whole in one page of memory. */
struct slot_line {
    uint32_t page; /* SLOT_PAGE(tag); 0: it isn't there */
    uint32_t at;   /* bytes from the first slot */
};

#define SLOT_LINES 16384u /* a power of two, at least the bytes of a page */
#define SLOT_PAGE(tag) ((uint32_t)((tag) >> 12))

/* `size` EIPs from `eip` on lie in one page of memory, inside CS's limit. Chosen by the bits of EIP
 * above the page. */
struct window {
    uint32_t eip, size; /* size 0: no window */
    uint64_t tag;       /* of the instruction at `eip` */
    uint64_t flip;      /* a tag of this page, exclusive-or this, is the number of its line */
    uint32_t page;      /* SLOT_PAGE of its tags */
    const uint32_t *protected; /* smc_mask of the page */
};

#define WINDOWS 16u

/* Where the decoded instructions of a page are. */
struct slot_page {
    const struct slot_line *lines; /* their numbers are offset ^ flip */
    const struct slot *slots;
    uint32_t page, flip;
};

/*
 * The instruction at an offset in the page, decoded, or NULL. At the offset behind the page there
 * is none.
 */
static inline const struct slot *gear1_slot_in(const struct slot_page *p, unsigned offset)
{
    const struct slot_line *line = &p->lines[offset ^ p->flip];

    return line->page == p->page ? (const struct slot *)((uintptr_t)p->slots + line->at) : NULL;
}

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
    struct slot_line *lines;   /* by tag: fetch.c */
    struct slot *slots;
    uint16_t *owner;           /* the line that led to each slot last */
    uint32_t filling;          /* the slot that is filled next */
    struct border *border;     /* border.c */
    struct window window[WINDOWS];
    struct last last;
};

#endif
