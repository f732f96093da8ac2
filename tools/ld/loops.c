/*
 * loops.c - which blocks begin loops: those that control comes back to from a block it has reached
 * from them, by a walk in depth through all blocks of a function. Jumps backwards alone say little:
 * compilers put what several ways share in front of one of them.
 */
#include "tools/ld/ld.h"

struct walk {
    int32_t *path, length;
    uint8_t *state; /* of each block */
};

enum { NEW, ON_PATH, DONE };

static int32_t successor(const struct program *p, int32_t b, unsigned way)
{
    const struct block *k = &p->block[b];
    int32_t to = way == 0 ? k->fall : k->end == END_CALL ? NONE : k->taken;

    return to != NONE && p->block[to].func == k->func ? to : NONE;
}

static void step_into(struct walk *w, int32_t b)
{
    w->state[b] = ON_PATH;
    w->path[w->length++] = b;
}

static void walk_from(struct program *p, struct walk *w, uint8_t *ways, int32_t start)
{
    step_into(w, start);
    while (w->length) {
        int32_t b = w->path[w->length - 1];

        if (ways[b] == 2) {
            w->state[b] = DONE;
            w->length--;
            continue;
        }
        int32_t to = successor(p, b, ways[b]++);
        if (to == NONE)
            continue;
        if (w->state[to] == ON_PATH)
            p->block[to].loop = true;
        else if (w->state[to] == NEW)
            step_into(w, to);
    }
}

void program_loops(struct program *p)
{
    struct walk w = {.path = ld_alloc((size_t)p->blocks, sizeof *w.path),
                     .state = ld_alloc((size_t)p->blocks, 1)};
    uint8_t *ways = ld_alloc((size_t)p->blocks, 1); /* of each block, that were tried */

    for (int32_t b = 0; b < p->blocks; b++)
        if (p->block[b].reached && w.state[b] == NEW)
            walk_from(p, &w, ways, b);
}
