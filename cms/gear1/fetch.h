/* fetch.h - the interpreter's own state: what it has decoded, and where it fetches. */
#ifndef CMS_GEAR1_FETCH_H
#define CMS_GEAR1_FETCH_H

#include <stdint.h>

#include "x86/insn.h"

typedef void gear1_handler(const struct insn *);

/* One decoded instruction, whole inside one page of guest memory. 64 bytes. */
struct slot {
    uint64_t tag; /* SLOT_VALID | mode | guest-physical address of its first byte; 0: empty */
    gear1_handler *handler;
    struct insn insn;
    uint8_t spare[64 - 16 - sizeof(struct insn)];
};

#define SLOT_COUNT 8192u /* a power of two */
#define SLOT_CODE32 (1ull << 40)
#define SLOT_VALID (1ull << 41)

struct gear1 {
    int32_t left;        /* instructions until gear1_run returns */
    uint32_t burst;      /* iterations that a REP may make before its handler returns */
    uint32_t win_eip;    /* fetch window: win_size EIPs from win_eip on lie in one page of memory, inside CS's limit */
    uint32_t win_size;   /* 0: no window */
    uint64_t win_tag;    /* tag of the instruction at win_eip */
    uint32_t undefined;  /* undefined instructions met so far; the first few are logged */
    struct slot *slots;
};

#endif
