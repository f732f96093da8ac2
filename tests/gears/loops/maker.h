/* maker.h - random code in the making: what make.c and insns.c share. */
#ifndef TESTS_GEARS_MAKER_H
#define TESTS_GEARS_MAKER_H

#include "make.h"
#include "x86/x86.h"

#define PATCHES 8
#define SLEDS 8

struct sled {
    uint32_t at; /* in the code */
    unsigned size;
};

struct maker {
    struct piece *p;
    uint64_t state;
    uint8_t insn[16]; /* the one that is being made */
    unsigned size;
    uint32_t at;     /* in the code */
    uint32_t undef;  /* status flags that are undefined here */
    bool ecx_counts; /* so it isn't free */
    unsigned loops;  /* around this place */
    uint32_t patch[PATCHES]; /* bytes that may be written to: immediates of this loop */
    unsigned patches;
    uint32_t routine; /* in another page; 0: there is none */
    bool modifies;
    bool dma;
    struct sled sled[SLEDS]; /* what a transfer from the disk may change, in whatever loop */
    unsigned sleds;
    unsigned transfers; /* that may still come */
    bool daring; /* pointers near the end of the data, divisions that may fail */
};

/*
 * insns.c. put() and its kin begin an instruction, done() checks it and appends it to the code;
 * branch() makes one that land() or land_at() gives its target; set_le() sets four bytes of one.
 */
uint32_t rnd(struct maker *m, uint32_t below);
uint32_t number(struct maker *m);
void put(struct maker *m, unsigned value);
void put_le(struct maker *m, uint32_t value, unsigned size);
void copy(struct maker *m, const void *bytes, unsigned size);
void define_flags(struct maker *m);
void done(struct maker *m);
void done1(struct maker *m, unsigned a);
void done2(struct maker *m, unsigned a, unsigned b);
void set_le(struct maker *m, uint32_t at, uint32_t value);
uint32_t here(const struct maker *m);
uint32_t branch(struct maker *m, unsigned escape, unsigned opcode);
void land_at(struct maker *m, uint32_t field, uint32_t target);
void land(struct maker *m, uint32_t field);
unsigned free_reg(struct maker *m);
void memory(struct maker *m, unsigned reg);
void mov_reg(struct maker *m, unsigned reg, uint32_t value);
void step(struct maker *m);
void plain(struct maker *m);

#endif
