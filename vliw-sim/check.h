/*
 * check.h - two chips that have to be in the same state: the fast engine against the reference.
 *
 * `--engine check` runs one by each. The fast one leads: it executes one block, or one bundle, and
 * the other follows to the same cycle; then registers are compared, and everything else once in a
 * while. The world stands behind the leader alone: what the host port wrote into its memory is
 * copied to the follower when that makes the same request.
 */
#ifndef SELKIRK_CHECK_H
#define SELKIRK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chip;
struct check;
struct symbols;

/*
 * What differs first, or NULL: registers, official state, scoreboard, counters, caches, TLB, store
 * buffer. Not: memory. Counters are settled.
 */
const char *check_difference(struct chip *a, struct chip *b);

/* Both are at their start, with the same loaded; `follower` has no host and no trace. */
struct check *check_new(struct chip *leader, struct chip *follower);
void check_free(struct check *check);

/* Like engine_run(), for both; leader->stop is STOP_DIFFER at the first difference. */
void check_run(struct check *check);

/* They go on, asked to end within so many cycles: chip_ask_to_end() for both. */
void check_ask_to_end(struct check *check, uint64_t cycles);

/* In words what differs, and where. */
void check_text(const struct check *check, const struct symbols *symbols, char *text, size_t size);

struct events;
const struct events *check_events(const struct check *check); /* of the follower */

/* The host port may write `len` bytes at a native address of the leader. */
void check_note(struct check *check, uint64_t addr, uint64_t len);

/* The cycle at which --max-cycles ends the run. */
uint64_t check_limit(const struct check *check);

/* The follower's host request. True if it ends the run. */
bool check_replay(struct check *check);

#endif
