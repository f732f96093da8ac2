/* options.h - the command line, read. */
#ifndef SELKIRK_OPTIONS_H
#define SELKIRK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "vliw-sim/host/hostport.h"
#include "vliw-sim/machine.h"

#define OPTIONS_FIRMWARE 64 /* firmware options */
#define OPTIONS_PATH 4096

struct options {
    struct machine machine;
    struct host_config host;
    const char *rom, *flash, *native, *symbols;
    const char *stats, *digest, *profile, *config_out, *trace_file;
    bool reference; /* the engine */
    bool check;     /* both engines, compared */
    uint64_t max_cycles;
    uint32_t trace_on;             /* enum trace_category */
    uint64_t trace_from, trace_to; /* cycles */

    /* what the pointers above and in `host` may point to */
    const char *firmware[OPTIONS_FIRMWARE];
    char others[HOST_OPTION_MAX - 2]; /* trace categories that are not the chip's */
    char firmware_trace[HOST_OPTION_MAX];
    bool readonly, snapshot; /* of all disks */
    bool nographic;
    unsigned serials;        /* ports that have been named */
    char gear[HOST_OPTION_MAX], boot[HOST_OPTION_MAX];
    char default_rom[OPTIONS_PATH], default_flash[OPTIONS_PATH], default_symbols[OPTIONS_PATH];
    char append[64];
    char blob_name[HOST_BLOBS][HOST_NAME_MAX];
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* help was wanted and printed */
    OPTIONS_WRONG /* one line in *err */
};

enum options_result options_parse(struct options *o, int argc, char **argv,
                                  struct config_error *err);

#endif
