/*
 * check.h - checks of unit tests: those that fail are printed, and counted in `failures`.
 */
#ifndef SELKIRK_CHECK_H
#define SELKIRK_CHECK_H

#include <stdint.h>
#include <stdio.h>

static unsigned failures;

#define CHECK(x)                                                    \
    do {                                                            \
        if (!(x)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
            failures++;                                             \
        }                                                           \
    } while (0)

#define CHECK_EQ(x, y)                                                                      \
    do {                                                                                    \
        uint64_t got_ = (x), want_ = (y);                                                   \
        if (got_ != want_) {                                                                \
            fprintf(stderr, "%s:%d: %s is %#llx, expected %#llx\n", __FILE__, __LINE__, #x, \
                    (unsigned long long)got_, (unsigned long long)want_);                   \
            failures++;                                                                     \
        }                                                                                   \
    } while (0)

#endif
