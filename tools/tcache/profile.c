/* profile.c - what each bundle has cost, as vliw-sim --profile writes it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/tcache/tcache.h"

const char *profile_read(const char *path, struct profile *p)
{
    size_t size;
    char *text = (char *)file_read(path, &size);

    *p = (struct profile){0};
    if (!text)
        return strerror(errno);
    char *from = strstr(text, "# bundles:");
    for (char *line = from ? strtok(from, "\n") : NULL; line; line = strtok(NULL, "\n")) {
        struct cost c;

        if (sscanf(line, "0x%" SCNx64 " %" SCNu64 " %" SCNu64 " %255s", &c.address, &c.entered,
                   &c.cycles, c.waits) != 4)
            continue;
        p->cost = more(p->cost, p->count, sizeof c);
        p->cost[p->count++] = c;
        p->cycles += c.cycles;
    }
    free(text);
    return p->count ? NULL : "no bundle is in it; expected what vliw-sim --profile FILE writes";
}

const struct cost *profile_at(const struct profile *p, uint64_t address)
{
    size_t at = ROWS_BELOW(p->cost, p->count, struct cost, address, address);

    return at < p->count && p->cost[at].address == address ? &p->cost[at] : NULL;
}

void profile_free(struct profile *p)
{
    free(p->cost);
}
