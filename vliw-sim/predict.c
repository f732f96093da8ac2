/* predict.c - see predict.h */
#include "vliw-sim/predict.h"

#include <stdlib.h>
#include <string.h>

#include "vliw-sim/panic.h"

#define WEAKLY_NOT_TAKEN 1
#define WEAKLY_TAKEN 2
#define STRONGLY_TAKEN 3

void predict_init(struct predictor *p, enum predict_kind kind, uint32_t entries)
{
    *p = (struct predictor){.kind = kind, .mask = entries - 1};
    p->counter = panic_if_null(malloc(entries));
    memset(p->counter, WEAKLY_NOT_TAKEN, entries);
}

void predict_free(struct predictor *p)
{
    free(p->counter);
}

static bool bimodal(struct predictor *p, uint64_t pc, bool taken)
{
    uint8_t *counter = &p->counter[pc >> 2 & p->mask];
    bool said = *counter >= WEAKLY_TAKEN;

    if (taken && *counter < STRONGLY_TAKEN)
        ++*counter;
    else if (!taken && *counter)
        --*counter;
    return said == taken;
}

bool predict_outcome(struct predictor *p, uint64_t pc, enum flow flow, bool taken)
{
    bool right = false;

    if (flow != FLOW_INDIRECT)
        right =
            p->kind == PREDICT_BIMODAL ? bimodal(p, pc, taken) : taken == (flow == FLOW_BACKWARD);
    p->right += right;
    p->wrong += !right;
    return right;
}
