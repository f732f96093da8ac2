/*
 * predict.h - branch prediction: none, static, bimodal.
 *
 * Without it a transfer of control costs core.branch_taken if it is taken. With it, a conditional
 * branch that was predicted wrongly costs predict.miss instead, and so does every transfer to an
 * address from a register, which nothing predicts.
 */
#ifndef SELKIRK_PREDICT_H
#define SELKIRK_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

enum predict_kind { PREDICT_NONE, PREDICT_STATIC, PREDICT_BIMODAL };

/* What the control atom of a bundle is, as far as prediction goes. */
enum flow {
    FLOW_CERTAIN,  /* none, or to a fixed place, or by a hardware table */
    FLOW_FORWARD,  /* conditional */
    FLOW_BACKWARD, /* conditional */
    FLOW_INDIRECT
};

struct predictor {
    uint8_t *counter; /* 0..3; taken from 2 on */
    uint32_t mask;
    enum predict_kind kind;
    uint64_t right, wrong;
};

void predict_init(struct predictor *p, enum predict_kind kind, uint32_t entries);
void predict_free(struct predictor *p);

/* Was the outcome of the bundle at pc predicted? Learns it. */
bool predict_outcome(struct predictor *p, uint64_t pc, enum flow flow, bool taken);

#endif
