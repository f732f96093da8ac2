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

bool emit_fits(const struct emitter *e, unsigned stencil)
{
    const struct stencil *s = &stencils[stencil];

    for (unsigned i = 0; i < s->holes; i++) {
        const struct stencil_hole *h = &s->hole[i];
        int64_t value = e->p.value[h->hole] + h->addend;
        if (h->fill <= FILL_ACC && value != (int32_t)value)
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- copying a stencil */

/* Bytes of a stencil from `from` on have come to lie at `at`, until the next entry. */
struct moved {
    uint32_t from, at;
};

/* A stencil on its way into the code. */
struct copy {
    struct emitter *e;
    const struct stencil *s;
    struct moved moved[2 * STENCIL_HOLES + 2];
    unsigned moves;
    struct {
        uint32_t at, to; /* to: offset in the stencil; its size: behind what is run often */
    } jump[STENCIL_HOLES];
    unsigned jumps;
    uint32_t from; /* copied so far, */
    uint32_t at;   /* to here */
};

static void copy_up_to(struct copy *c, uint32_t to)
{
    c->moved[c->moves++] = (struct moved){c->from, c->at};
    memcpy(c->e->code->write + c->at, c->s->code + c->from, to - c->from);
    c->at += to - c->from;
    c->from = to;
}

static void put_byte(struct copy *c, unsigned byte)
{
    c->e->code->write[c->at++] = (uint8_t)byte;
}

static void put_word(struct copy *c, int32_t value)
{
    memcpy(c->e->code->write + c->at, &value, sizeof value);
    c->at += sizeof value;
}

enum {
    REX = 0x40,
    REX_W = 8,
    REX_R = 4,
    REX_B = 1,
    MODRM_REG = 0x38,
    MODRM_DISP8 = 0x40,
    MODRM_DISP32 = 0x80,
    MODRM_HOST = 0xc0,
    LOAD = 0x8b,
    STORE = 0x89,
    NUMBER_BYTE = 0x83,
    CHIP = 3
};

/* The instruction around a register's hole, up to its operand, with a host register instead. */
static void put_pinned(struct copy *c, const struct stencil_hole *h, unsigned pin)
{
    const uint8_t *code = c->s->code;
    uint32_t i = h->at - (uint32_t)h->addend;
    bool rex = (code[i] & 0xf0) == REX;

    put_byte(c, (rex ? code[i++] : REX) | REX_B);
    while (i < h->at - 1u)
        put_byte(c, code[i++]);
    put_byte(c, MODRM_HOST | (code[i] & MODRM_REG) | (pin & 7));
}

/* An offset in the chip, shorter if it is small. */
static void put_offset(struct copy *c, int64_t value)
{
    if (value != (int8_t)value) {
        put_word(c, (int32_t)value);
        return;
    }
    c->e->code->write[c->at - 1] ^= MODRM_DISP8 | MODRM_DISP32;
    put_byte(c, (uint8_t)value);
}

/* A guest register: in its pin if it has one, else in the chip. */
static void copy_register(struct copy *c, const struct stencil_hole *h)
{
    unsigned pin = c->e->p.pin[h->hole];

    if (pin) {
        copy_up_to(c, h->at - (uint32_t)h->addend);
        put_pinned(c, h, pin);
    } else {
        copy_up_to(c, h->at);
        put_offset(c, c->e->p.value[h->hole]);
    }
    c->from = h->at + 4u;
}

/* A number, by the instruction's shorter form if it has one and the number is small. */
static void copy_number(struct copy *c, const struct stencil_hole *h, int64_t value)
{
    copy_up_to(c, h->at);
    c->from += 4;
    if (h->fill == FILL_ABS || value != (int8_t)value) {
        put_word(c, (int32_t)value);
        return;
    }
    uint8_t *operand = c->e->code->write + c->at - 1;
    if (h->fill == FILL_DISP) {
        *operand ^= MODRM_DISP8 | MODRM_DISP32;
    } else if (h->fill == FILL_IMM) {
        operand[-1] = NUMBER_BYTE;
    } else {
        put_byte(c, MODRM_HOST | (*operand & MODRM_REG));
        *operand = NUMBER_BYTE;
    }
    put_byte(c, (uint8_t)value);
}

static void copy_hole(struct copy *c, const struct stencil_hole *h)
{
    int64_t value = c->e->p.value[h->hole];

    if (h->fill == FILL_REGISTER) {
        copy_register(c, h);
        return;
    }
    if (h->fill <= FILL_ACC) {
        copy_number(c, h, value + h->addend);
        return;
    }
    copy_up_to(c, h->at);
    if (h->fill == FILL_BYTE) {
        put_byte(c, (uint8_t)(value + h->addend));
        c->from++;
        return;
    }
    c->from += 4;
    if (h->fill == FILL_REL && h->hole != HOLE_next) {
        c->e->fixup[c->e->fixups++] = (struct fixup){c->at, (uint32_t)value, h->addend};
    } else {
        c->jump[c->jumps].at = c->at;
        c->jump[c->jumps++].to = h->fill == FILL_PART ? (uint32_t)h->addend : c->s->size;
    }
    c->at += 4;
}

/* Holes from `hole` on that lie before offset `end`. */
static unsigned copy_part(struct copy *c, unsigned hole, uint32_t end)
{
    while (hole < c->s->holes && c->s->hole[hole].at < end)
        copy_hole(c, &c->s->hole[hole++]);
    copy_up_to(c, end);
    return hole;
}

static uint32_t where_is(const struct copy *c, uint32_t offset)
{
    unsigned i = c->moves;

    while (c->moved[--i].from > offset)
        ;
    return c->moved[i].at + offset - c->moved[i].from;
}

static void copy_jumps(const struct copy *c, uint32_t next)
{
    for (unsigned i = 0; i < c->jumps; i++) {
        uint32_t to = c->jump[i].to == c->s->size ? next : where_is(c, c->jump[i].to);
        int32_t distance = (int32_t)(to - c->jump[i].at - 4);
        memcpy(c->e->code->write + c->jump[i].at, &distance, sizeof distance);
    }
}

/* A move between a host register and an offset in the chip; returns how long it is. */
static unsigned put_move(uint8_t *to, unsigned op, unsigned host, int64_t offset)
{
    bool small = offset == (int8_t)offset;
    int32_t value = (int32_t)offset;

    to[0] = REX | REX_W | REX_R;
    to[1] = (uint8_t)op;
    to[2] = (uint8_t)((small ? MODRM_DISP8 : MODRM_DISP32) | (host & 7) << 3 | CHIP);
    memcpy(to + 3, &value, small ? 1 : sizeof value);
    return small ? 4 : 7;
}

void emit_load(struct emitter *e, unsigned host, int64_t offset)
{
    e->code->used += put_move(e->code->write + e->code->used, LOAD, host, offset);
}

void emit_store(struct emitter *e, unsigned host, int64_t offset)
{
    e->code->used += put_move(e->code->write + e->code->used, STORE, host, offset);
}

void emit_store_cold(struct emitter *e, unsigned host, int64_t offset)
{
    uint8_t move[8];
    unsigned size = put_move(move, STORE, host, offset);

    e->code->cold -= size;
    memcpy(e->code->write + e->code->cold, move, size);
}

void emit(struct emitter *e, unsigned stencil)
{
    const struct stencil *s = &stencils[stencil];
    struct copy c = {.e = e, .s = s, .at = (uint32_t)e->code->used};

    unsigned hole = copy_part(&c, 0, s->hot);
    uint32_t next = c.at;
    if (s->size > s->hot) {
        e->code->cold -= s->size - s->hot;
        c.at = (uint32_t)e->code->cold;
        copy_part(&c, hole, s->size);
    }
    copy_jumps(&c, next);
    e->code->used = next;
}

/* Is its only jump the one at its end? */
static bool ends_in_jump(const struct stencil *s)
{
    unsigned jumps = 0;

    for (unsigned i = 0; i < s->holes; i++)
        jumps += s->hole[i].fill == FILL_REL || s->hole[i].fill == FILL_PART;
    return jumps == 1 && s->hole[s->holes - 1].hole == HOLE_taken &&
           s->hole[s->holes - 1].at + 4 == s->size && s->code[s->size - 6] == 0x0f;
}

void emit_inverted(struct emitter *e, unsigned stencil, uint32_t label)
{
    if (ends_in_jump(&stencils[stencil])) {
        e->p.value[HOLE_taken] = label;
        emit(e, stencil);
        e->code->write[e->code->used - 5] ^= 1; /* the condition's opposite */
        return;
    }
    uint32_t on = emit_label(e);
    e->p.value[HOLE_taken] = on;
    emit(e, stencil);
    e->p.value[HOLE_to] = label;
    emit(e, STENCIL_go);
    emit_here(e, on);
}

uint32_t emit_cold(struct emitter *e, unsigned stencil)
{
    const struct stencil *s = &stencils[stencil];

    e->code->cold -= s->size;
    struct copy c = {.e = e, .s = s, .at = (uint32_t)e->code->cold};
    copy_part(&c, 0, s->size);
    copy_jumps(&c, (uint32_t)e->code->cold + s->size);
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
