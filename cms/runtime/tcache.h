/*
 * tcache.h - the translation cache: records of translations and the code they lead to.
 */
#ifndef CMS_RUNTIME_TCACHE_H
#define CMS_RUNTIME_TCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a translation was made for: two guest states with equal contexts may run the same code.
 * `mode` has everything else that the translator relied on, see enum mode.
 */
struct context {
    uint32_t eip;
    uint32_t cs_base;
    uint32_t mode;
    uint32_t page; /* guest-physical page number of the first instruction */
};

enum mode {
    MODE_CODE32 = 1u << 0,
    MODE_STACK32 = 1u << 1,
    MODE_USER = 1u << 2,
    MODE_DOWN = 1u << 3,   /* direction flag */
    MODE_PAGING = 1u << 4, /* linear pages may be remapped: no chain from page to page */
    MODE_A20 = 1u << 5,
    MODE_SEG_SHIFT = 6, /* from here 3 bits a segment register, in enum seg_reg's order: for data */
    MODE_CODE_SHIFT = 24, /* 2 bits: the kind of CS for code, which may not be readable as data */
};

/* Class of a segment register: two bits of kind, one that says it may be written. */
enum seg_class {
    SEG_FLAT = 0,  /* base 0, limit 4 GiB */
    SEG_BASED = 1, /* any base, limit 4 GiB */
    SEG_64K = 2,   /* any base, limit FFFF */
    SEG_OTHER = 3, /* the translator can't use it */
    SEG_KIND = 3,
    SEG_WRITABLE = 4,
};

static inline unsigned mode_segment(uint32_t mode, unsigned seg)
{
    return mode >> (MODE_SEG_SHIFT + 3 * seg) & 7;
}

static inline unsigned mode_code(uint32_t mode)
{
    return mode >> MODE_CODE_SHIFT & SEG_KIND;
}

enum exit_kind {
    EXIT_DIRECT,   /* to a known EIP: may be chained */
    EXIT_INDIRECT, /* EIP was computed: the dispatcher looks it up */
    EXIT_RERUN,    /* rolled back: a check failed, gear 1 takes over */
    EXIT_VARIES,   /* likewise, because of the instruction at `eip`, which led somewhere else */
    EXIT_STALE,    /* likewise: the code bytes aren't those that it was made from */
    EXIT_CHANGED,  /* behind an emulation patch: the guest is exact, its context may be another */
};

struct translation;

/* An atom of a translation that speculates, and the guest instruction that it is made from. */
struct spot {
    uint32_t at; /* word of its bundle's begin * SPOT_ATOMS + its number in the bundle */
    uint32_t eip;
};

#define SPOT_ATOMS 16

/*
 * A way out of a translation. Its address is what translated code returns to the dispatcher. Places
 * are words from the start of the translation's code.
 */
struct exit {
    struct translation *to; /* chained to; NULL if it leads to the dispatcher */
    struct exit *next;      /* next of to->incoming */
    uint32_t eip;           /* EXIT_DIRECT, EXIT_VARIES */
    uint32_t original;      /* the word that was changed to chain it */
    uint16_t bundle;        /* EXIT_DIRECT: first atom of the bundle that leaves, */
    uint16_t branch;        /* its branch atom, */
    uint16_t stub;          /* and the stub to which that goes as long as it isn't chained */
    uint8_t kind : 3;
    uint8_t branch_bits : 5; /* of the branch's displacement */
    uint8_t number;          /* of its translation's exits; EXIT_FAR: chained by its stub */
};

#define EXIT_FAR 0x80

_Static_assert(sizeof(struct exit) == 32, "a line of the cache holds two exits");

/* Bytes of a page, from `offset` on. */
struct source {
    uint16_t offset, length;
};

struct translation {
    struct exit *(*code)(void);
    uint32_t code_size; /* bytes, with what lies behind the code */
    uint32_t granules;  /* of the page, that it was made from */
    struct context key;
    uint32_t place;  /* jumps_place of its context */
    uint32_t faults; /* rollbacks of late, weighed: tcache_fails_often */
    uint64_t faults_since; /* ns */
    uint16_t insns;
    uint16_t exits;
    uint16_t patch;   /* number of its first emulation patch; */
    uint16_t patches; /* they follow each other */
    uint16_t samples; /* times that it was about to run when somebody looked */
    uint16_t sources, spots;
    uint8_t gear;     /* that made it */
    uint8_t strange;  /* times that the source was something else when it was looked for */
    bool settled;     /* nothing better can be made */
    bool dead;
    bool suspended;     /* its source may have changed; unchained until somebody has compared it */
    bool self_checking; /* it compares its source itself, which isn't protected */
    const struct source *source; /* what it was made from; a copy of it follows: source.h */
    struct translation *hash_next, *page_next;
    struct exit *incoming; /* exits chained to this one */
    struct exit exit[]; /* and the spots */
};

static inline struct translation *exit_owner(const struct exit *e)
{
    const struct exit *first = e - (e->number & ~EXIT_FAR);

    return (struct translation *)((uintptr_t)first - offsetof(struct translation, exit));
}

static inline const struct spot *translation_spots(const struct translation *t)
{
    return (const struct spot *)&t->exit[t->exits];
}

void tcache_init(void);

/* ---- for the loop */
struct translation *
tcache_find(void);             /* for the guest's state; made if it is time to; NULL: interpret */
bool tcache_is_given_up(void); /* after tcache_find said NULL: no translation may begin here */
void tcache_left(struct exit *e); /* translated code returned; NULL: it trapped */
void tcache_state_changed(void);  /* gear 1 ran, or a trap: mode and segments may have changed */

struct translation *tcache_lookup(const struct context *key); /* NULL: there is none */

/* ---- for traps and smc.c */
struct translation *tcache_owner(uint64_t pc); /* the translation whose code that is, or NULL */
/* It was rolled back by this trap cause (none: a check failed): gear 1 must get past the place. */
void tcache_recover(struct translation *t, unsigned cause);
/* It was rolled back before it set an accessed or dirty bit of the guest's: gear 1 does that. */
void tcache_first_touch(struct translation *t, unsigned cause);
/*
 * How much a rollback weighs. Code that walks through memory meets pages that aren't there yet, and
 * page borders if its steps aren't its operands' size, and is worth translating nevertheless.
 */
enum failure { FAILED_BY_DATA = 1, FAILED_AT_BORDER = 16, FAILED = 256 };

enum failure tcache_failure(unsigned cause);
bool tcache_fails_often(struct translation *t, enum failure weight); /* notes it; is `t` no use? */
void tcache_io(struct translation *t); /* the same, for an access to a device: it is made again */
void tcache_drop(struct translation *t);
void tcache_replace(const struct translation *t); /* drop others for the same state of the guest */
/* Something was written to these granules of the page: what was made from them has to be compared
 * with it before it runs again */
void tcache_invalidate(uint32_t page, uint32_t granules);

/* ---- for the translator: reserve, write code, install. Reserving may evict; nothing else does. */
/* Where code of so many words at most, with so many exits and patches, will go if it is reserved
 * next, and the first patch's number. NULL: nowhere */
uint32_t *tcache_room(unsigned words, unsigned exits, unsigned patches, unsigned *first_patch);
/* So many words from there on are likely to be written soon. */
void tcache_expect(unsigned words);
/* code: where to write `words` words at most; patch: the first of so many numbers for emulation
 * patches; all else is zero. NULL if that is too much */
struct translation *tcache_reserve(unsigned exits, unsigned spots, unsigned words,
                                   unsigned patches);
/* Likewise in the room that was found last, which is enough. */
struct translation *tcache_take(unsigned exits, unsigned spots, unsigned patches);
void tcache_install(
    struct translation *t); /* with key, code_size, granules, insns and exits filled in */

#endif
