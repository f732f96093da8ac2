/*
 * emit.c - the buffer of host code.
 *
 * It is mapped twice, to be written and to be run: no page is ever both.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STENCIL_TABLES
#include "vliw-sim/fast/fast.h"

bool code_open(struct code_buffer *code, size_t size)
{
    int fd = memfd_create("selkirk-code", MFD_CLOEXEC);

    *code = (struct code_buffer){.size = size, .cold = size};
    if (fd < 0)
        return false;
    void *write = MAP_FAILED, *run = MAP_FAILED;
    if (ftruncate(fd, (off_t)size) == 0) {
        write = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        run = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    }
    close(fd);
    code->write = write == MAP_FAILED ? NULL : write;
    code->run = run == MAP_FAILED ? NULL : run;
    if (code->write && code->run)
        return true;
    code_close(code);
    return false;
}

void code_close(struct code_buffer *code)
{
    if (code->write)
        munmap(code->write, code->size);
    if (code->run)
        munmap((void *)(uintptr_t)code->run, code->size);
    *code = (struct code_buffer){0};
}

void emit_start(struct emitter *e, struct code_buffer *code)
{
    e->code = code;
    e->labels = 0;
    e->fixups = 0;
}

uint32_t emit_label(struct emitter *e)
{
    e->label[e->labels] = UINT32_MAX;
    return e->labels++;
}

void emit_here(struct emitter *e, uint32_t label)
{
    e->label[label] = (uint32_t)e->code->used;
}

static bool fits(const struct stencil *s, const struct patch *p)
{
    for (unsigned i = 0; i < s->holes; i++) {
        const struct stencil_hole *h = &s->hole[i];
        int64_t value = p->value[h->hole] + h->addend;
        if (h->fill == FILL_ABS && value != (int32_t)value)
            return false;
    }
    return true;
}

/* Its first `hot` bytes go to offset `at` of the code, the others to `cold`. */
static void emit_at(struct emitter *e, const struct stencil *s, size_t at, uint32_t hot,
                    size_t cold)
{
    uint8_t *write = e->code->write;

    memcpy(write + at, s->code, hot);
    memcpy(write + cold, s->code + hot, s->size - hot);
    for (unsigned i = 0; i < s->holes; i++) {
        const struct stencil_hole *h = &s->hole[i];
        size_t here = h->at < hot ? at + h->at : cold + h->at - hot;
        int32_t value = (int32_t)(e->p.value[h->hole] + h->addend);
        if (h->fill == FILL_BYTE) {
            write[here] = (uint8_t)value;
            continue;
        }
        if (h->fill == FILL_PART) {
            size_t to = (uint32_t)h->addend < hot ? at : cold - hot;
            value = (int32_t)(to + (uint32_t)h->addend - here - 4);
        } else if (h->fill == FILL_REL && h->hole == HOLE_next) {
            value = (int32_t)(at + hot - here) + h->addend;
        } else if (h->fill == FILL_REL) {
            e->fixup[e->fixups++] = (struct fixup){(uint32_t)here,
                                                   (uint32_t)e->p.value[h->hole], h->addend};
            continue;
        }
        memcpy(write + here, &value, sizeof value);
    }
}

bool emit(struct emitter *e, unsigned stencil)
{
    const struct stencil *s = &stencils[stencil];

    if (!fits(s, &e->p))
        return false;
    e->code->cold -= s->size - s->hot;
    emit_at(e, s, e->code->used, s->hot, e->code->cold);
    e->code->used += s->hot;
    return true;
}

uint32_t emit_cold(struct emitter *e, unsigned stencil)
{
    const struct stencil *s = &stencils[stencil];

    e->code->cold -= s->size;
    emit_at(e, s, e->code->cold, s->size, e->code->cold + s->size);
    return (uint32_t)e->code->cold;
}

void emit_finish(struct emitter *e)
{
    for (uint32_t i = 0; i < e->fixups; i++) {
        const struct fixup *f = &e->fixup[i];
        int32_t distance = (int32_t)(e->label[f->label] - f->at) + f->addend;
        memcpy(e->code->write + f->at, &distance, sizeof distance);
    }
}

void code_redirect(struct code_buffer *code, uint32_t at, const void *to)
{
    int32_t distance = (int32_t)((const uint8_t *)to - (code->run + at + 4));

    memcpy(code->write + at, &distance, sizeof distance);
}
