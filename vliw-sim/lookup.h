/*
 * lookup.h - two tables that lead from keys to code: the JTLB and the return stack.
 *
 * What a key is only the firmware knows. Both may lose entries at any time; what they find is what
 * was written.
 */
#ifndef SELKIRK_LOOKUP_H
#define SELKIRK_LOOKUP_H

#include <stdint.h>

struct jtlb_entry {
    uint64_t key;
    uint64_t target; /* 0: free */
};

/* Set-associative; a free way is filled first, then the ways in turn. */
struct jtlb {
    struct jtlb_entry *entry; /* sets * ways */
    uint8_t *turn;            /* per set */
    uint32_t sets;            /* 0: the machine has none */
    uint32_t ways;
    uint64_t finds, hits, writes;
};

void jtlb_init(struct jtlb *t, uint32_t entries, uint32_t ways);
void jtlb_free(struct jtlb *t);

/* 0 if the key is not known. */
uint64_t jtlb_find(struct jtlb *t, uint64_t key);

/* The key leads to `target`, or, if that is 0, nowhere. */
void jtlb_write(struct jtlb *t, uint64_t key, uint64_t target);
void jtlb_flush(struct jtlb *t);

/* A ring: what is pushed on a full one pushes out the oldest. */
struct rstack {
    struct jtlb_entry *entry;
    uint32_t size; /* 0: the machine has none */
    uint32_t used;
    uint32_t top; /* where the next one goes */
    uint64_t pushes, pops, hits;
};

void rstack_init(struct rstack *s, uint32_t size);
void rstack_free(struct rstack *s);
void rstack_push(struct rstack *s, uint64_t key, uint64_t target);

/* Pops; the address if the key was pushed with it, else 0. */
uint64_t rstack_pop(struct rstack *s, uint64_t key);
void rstack_flush(struct rstack *s);

#endif
