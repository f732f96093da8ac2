#include <stdlib.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/objdump/objdump.h"

bool symbols_add(struct symbols *s, uint64_t addr, const char *text, int mark)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 256;
        struct name *grown = realloc(s->names, room * sizeof(*grown));

        if (!grown)
            return false;
        s->names = grown;
        s->room = room;
    }
    s->names[s->count++] = (struct name){addr, text, mark};
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    if (x->mark != y->mark)
        return x->mark - y->mark;
    return strcmp(x->text, y->text);
}

void symbols_sort(struct symbols *s)
{
    if (s->count)
        qsort(s->names, s->count, sizeof(*s->names), by_address);
}

size_t symbols_from(const struct symbols *s, uint64_t addr)
{
    return ROWS_BELOW(s->names, s->count, struct name, addr, addr);
}

const struct name *symbols_label(const struct symbols *s, uint64_t addr)
{
    size_t i = symbols_from(s, addr);

    for (size_t k = i; k < s->count && s->names[k].addr == addr; k++) {
        if (!s->names[k].mark)
            return &s->names[k];
    }
    while (i--) {
        if (!s->names[i].mark)
            return &s->names[i];
    }
    return NULL;
}
