/* stats.h - the summary of a run, as text and as JSON, from the same lists. */
#ifndef SELKIRK_STATS_H
#define SELKIRK_STATS_H

#include <stdio.h>

struct chip;
struct host_report;

/* How a run ended, for the head of the summary. */
struct stats_end {
    int status;         /* enum sim_exit */
    const char *reason; /* one line */
    double seconds;     /* host processor time; for the last line of the text; 0: it has none */
};

/* Settles and checks the counters first. `report` may be NULL. */
void stats_text(struct chip *chip, const struct host_report *report, const struct stats_end *end,
                FILE *out);

/* Everything but host time: two equal runs give equal files. */
void stats_json(struct chip *chip, const struct host_report *report, const struct stats_end *end,
                FILE *out);

#endif
