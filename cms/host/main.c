/*
 * main.c - cms-host: boot a PC in gear 1 without the chip.
 *
 *     cms-host BIOS [-hda DISK] [-kernel FILE] [-initrd FILE] [-n INSTRUCTIONS] [-o key=value]...
 *
 * Serial console on stdout; debug port, log and trace on stderr. Exit status: 0 power off or debug
 * exit with 0, 1 halt, else enum host_exit; 2 for mistakes on the command line, 3 for a panic of
 * the firmware.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "host/host.h"

#define GUEST_SIZE (64u << 20)
#define OPTIONS 16
#define BLOBS 4

int main(int argc, char **argv)
{
    const char *option[OPTIONS + 1] = {"cms.gear=1"};
    const char *blob[BLOBS * 2 + 1] = {"bios", argc > 1 ? argv[1] : NULL};
    struct host_files files = {.blob = blob, .option = option};
    unsigned options = 1, blobs = 1;
    uint64_t limit = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: cms-host BIOS [-hda DISK] [-kernel FILE] [-initrd FILE] "
                        "[-n INSTRUCTIONS] [-o key=value]...\n");
        return 2;
    }
    for (int n = 2; n + 1 < argc; n += 2) {
        if (strcmp(argv[n], "-hda") == 0) {
            files.disk[0] = argv[n + 1];
        } else if ((!strcmp(argv[n], "-kernel") || !strcmp(argv[n], "-initrd")) && blobs < BLOBS) {
            blob[2 * blobs] = argv[n] + 1;
            blob[2 * blobs++ + 1] = argv[n + 1];
        } else if (strcmp(argv[n], "-n") == 0) {
            limit = strtoull(argv[n + 1], NULL, 0);
        } else if (strcmp(argv[n], "-o") == 0 && options < OPTIONS) {
            option[options++] = argv[n + 1];
        } else {
            fprintf(stderr, "cms-host: unknown option %s\n", argv[n]);
            return 2;
        }
    }
    host_memory(GUEST_SIZE);
    host_port(&files);
    host_limit(limit);
    runtime_init();
    monitor_init();
    monitor_reset();
    gear1_init();
    monitor_boot();
    cms_run();
}
