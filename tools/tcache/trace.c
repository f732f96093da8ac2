/*
 * trace.c - the firmware's own account: each translation as it was made, and what became of it.
 *
 * A translation is known by its EIP, as the trace has it. What is made anew lies over what was
 * there when its generation was evicted.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tcache/tcache.h"

static void copy(char *to, const char *from)
{
    snprintf(to, LINE, "%s", from);
}

static struct translation *last(struct trace *t)
{
    return t->count ? &t->translation[t->count - 1] : NULL;
}

static void begin(struct trace *t, uint32_t eip, const char *line)
{
    t->translation = more(t->translation, t->count, sizeof *t->translation);
    struct translation *n = &t->translation[t->count++];

    memset(n, 0, sizeof *n);
    n->eip = eip;
    copy(n->head, line);
}

static bool overlap(const struct translation *a, const struct translation *b)
{
    return a->atoms && b->atoms && a->atom[0].address <= b->atom[b->atoms - 1].address &&
           b->atom[0].address <= a->atom[a->atoms - 1].address;
}

/* The last one is complete: another begins, or the trace goes on with something else. */
static void complete(struct trace *t)
{
    struct translation *n = last(t);

    for (size_t i = 0; i + 1 < t->count; i++) {
        struct translation *old = &t->translation[i];

        if (!overlap(old, n))
            continue;
        old->reused = n->reused = true;
        if (old->fate == FATE_LIVE)
            old->fate = FATE_OVERWRITTEN;
    }
}

static struct translation *find(struct trace *t, uint32_t eip)
{
    for (size_t i = t->count; i-- > 0;)
        if (t->translation[i].eip == eip && t->translation[i].fate == FATE_LIVE)
            return &t->translation[i];
    return NULL;
}

static void chained(struct trace *t, uint32_t from, uint32_t to)
{
    struct translation *f = find(t, from);

    if (!f)
        return;
    f->link = more(f->link, f->links, sizeof *f->link);
    f->link[f->links++] = to;
}

static void unlink_all(struct translation *f, uint32_t to)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->links; i++)
        if (f->link[i] != to)
            f->link[kept++] = f->link[i];
    f->links = kept;
}

static void invalidated(struct trace *t, uint32_t eip)
{
    struct translation *gone = find(t, eip);

    if (!gone)
        return;
    gone->fate = FATE_INVALIDATED;
    for (size_t i = 0; i < t->count; i++)
        unlink_all(&t->translation[i], eip);
}

/* A line inside of a translation's account; false if it is none. */
static bool part(struct translation *n, const char *line)
{
    unsigned number, cycle;
    uint64_t address;
    int at = 0;

    if (!n)
        return false;
    if (sscanf(line, " x86 %u %n", &number, &at) == 1 && at) {
        n->guest = more(n->guest, n->guests, sizeof *n->guest);
        n->guest[n->guests].number = number;
        copy(n->guest[n->guests++].text, line + at);
        return true;
    }
    if (strncmp(line, "  context: ", 11) == 0) {
        copy(n->context, line + 2);
        return true;
    }
    if (sscanf(line, " %" SCNx64 " %u #%u %n", &address, &cycle, &number, &at) == 3 && at &&
        address > UINT32_MAX / 16) {
        n->atom = more(n->atom, n->atoms, sizeof *n->atom);
        n->atom[n->atoms].address = address;
        n->atom[n->atoms].insn = number;
        snprintf(n->atom[n->atoms++].text, LINE, "%3u  %s", cycle, line + at);
        return true;
    }
    return line[0] == ' ';
}

static void take(struct trace *t, const char *line)
{
    uint32_t a, b;

    if (part(last(t), line))
        return;
    if (strncmp(line, "translation ", 12) == 0 &&
        sscanf(line, "translation %" SCNx32 ":", &a) == 1) {
        if (t->count)
            complete(t);
        begin(t, a, line);
    } else if (sscanf(line, "tcache: %" SCNx32 " -> %" SCNx32, &a, &b) == 2) {
        chained(t, a, b);
    } else if (strstr(line, " invalidated") && sscanf(line, "tcache: %" SCNx32, &a) == 1) {
        invalidated(t, a);
    }
}

const char *trace_read(const char *path, struct trace *t)
{
    size_t size;
    char *text = (char *)file_read(path, &size);

    *t = (struct trace){0};
    if (!text)
        return strerror(errno);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        take(t, line);
    free(text);
    if (!t->count)
        return "no translation is in it; expected what vliw-sim -d trans,tcache -D FILE writes";
    complete(t);
    return NULL;
}

void trace_free(struct trace *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->translation[i].guest);
        free(t->translation[i].atom);
        free(t->translation[i].link);
    }
    free(t->translation);
}
