/*
 * fast_memory.c - the fast engine's memory: no page that can be written and executed, and while a
 * program runs to its end the process holds at most the chip's DRAM and 128 MiB.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "hidden-mem/hostport.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/host/hostport.h"
#include "vliw-sim/loader.h"

/* The world: it takes everything and gives nothing, up to the end of the run. */
int hostport_serve(struct host_port *hp, struct chip *chip, uint64_t addr)
{
    const uint32_t *op = chip_mem(chip, addr, sizeof *op, false);

    (void)hp;
    return op && *op == HOST_EXIT;
}

#define ABOVE_KIB (128l << 10)

/* Mappings of host code, or -1 if a page of any is both. */
static int code_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[5];
    int found = 0;

    while (maps && found >= 0 && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%*s %4s", rights) != 1)
            continue;
        if (rights[1] == 'w' && rights[2] == 'x')
            found = -1;
        else
            found += strstr(line, "selkirk-code") != NULL;
    }
    if (maps)
        fclose(maps);
    return found;
}

int main(int argc, char **argv)
{
    struct machine m;
    struct rusage usage;
    char error[512];

    machine_defaults(&m);
    struct chip *chip = chip_new(&m);
    if (!fast_open(chip)) {
        puts("no fast engine on this host");
        return 0;
    }
    if (argc != 2 || !loader_native(chip, argv[1], error, sizeof error)) {
        puts("wants a program");
        return 1;
    }
    chip->host = (struct host_port *)chip; /* somebody is there */
    engine_run(chip);
    int mappings = code_mappings();
    getrusage(RUSAGE_SELF, &usage);
    long dram = (long)(chip->dram_size >> 10);
    printf("%llu blocks; %d mappings of host code; %ld KiB, DRAM has %ld\n",
           (unsigned long long)chip->hot.built, mappings, usage.ru_maxrss, dram);
    bool good = chip->hot.built && mappings == 2 && usage.ru_maxrss <= dram + ABOVE_KIB;
    chip_free(chip);
    return !good;
}
