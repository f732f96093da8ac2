/*
 * make.c - random code with loops: what makes translations hot, and then awkward.
 *
 * EBX, ESI and EDI point to data; they are set where a loop begins, and wander. Often they point to
 * the same bytes, a few bytes apart, or near the end of what there is, so that some round of a loop
 * faults. ECX or a word on the stack counts rounds. ESP is used in pairs. EAX, EDX and EBP are
 * free. Code writes into code: the immediate or the opcode of the next instruction, of one in this
 * loop, of a routine in the next page. A disk's bus master writes into it, too: a row of short
 * instructions, or an immediate, behind the OUT or in any loop. Some branches lead into the middle
 * of an instruction, and code in the last slot runs into the page that isn't there.
 *
 * What the flags are is defined wherever somebody looks: which ones an instruction leaves undefined
 * is known from the decoder's table, and a comparison comes first where it matters.
 */
#include "disk.h"
#include "maker.h"

#include <string.h>

#define COUNTER (STACK + 0x10) /* and the words behind it: of the loops in it */
#define LOOPS_DEEP 2
#define SLED_MAX 16 /* bytes */
#define TRANSFERS 3 /* in a piece of code: they are long */

/* ---------------------------------------------------------------- strings */

static void string(struct maker *m)
{
    static const uint8_t ops[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};
    unsigned op = ops[rnd(m, sizeof ops)];

    if (!m->ecx_counts && rnd(m, 2)) {
        mov_reg(m, ECX, rnd(m, 9));
        put(m, 0xf2 | rnd(m, 2));
    }
    put(m, op | rnd(m, 2));
    done(m);
}

/* ---------------------------------------------------------------- code that changes code */

/* Writes the byte at offset `target` of the piece. */
static void write_code(struct maker *m, uint32_t target)
{
    uint32_t where = m->p->start + target;

    switch (rnd(m, 3)) {
    case 0: put(m, 0xa2), put_le(m, where, 4); break;                            /* mov [..], al */
    case 1: put(m, 0xfe), put(m, 0x05), put_le(m, where, 4); break;              /* inc byte [..] */
    default: put(m, 0x80), put(m, 0x35), put_le(m, where, 4), put(m, rnd(m, 2)); /* xor byte [..] */
    }
    done(m);
}

static void modify(struct maker *m)
{
    uint32_t field;

    switch (rnd(m, 4)) {
    case 0: /* the immediate of the next one */
        put(m, 0xa3), put_le(m, here(m) + 5 + 1, 4), done(m); /* mov [..], eax */
        put(m, 0x05), put_le(m, number(m), 4), done(m); /* add eax, .. */
        break;
    case 1: /* its opcode: inc edx, dec edx */
        put(m, 0x80), put(m, 0x35), put_le(m, here(m) + 7, 4), put(m, 8), done(m);
        done1(m, 0x42);
        break;
    case 2:
        if (m->patches) {
            write_code(m, m->patch[rnd(m, m->patches)]);
            break;
        }
        /* fall through */
    default:
        if (!m->routine)
            break;
        write_code(m, m->routine + 1);
        field = branch(m, 0, 0xe8);
        land_at(m, field, m->routine);
        m->undef = 0;
    }
}

/* ---------------------------------------------------------------- a disk that changes code */

/* MOV DWORD [address], value; returns where the value is. */
static uint32_t store(struct maker *m, uint32_t address, uint32_t value)
{
    put(m, 0xc7), put(m, 0x05), put_le(m, address, 4), put_le(m, value, 4), done(m);
    return m->at - 4;
}

static void out_al(struct maker *m, uint32_t port)
{
    mov_reg(m, EDX, port);
    done1(m, 0xee);
}

static void out_byte(struct maker *m, uint32_t port, uint8_t value)
{
    done2(m, 0xb0, value);
    out_al(m, port);
}

/* What a transfer may change: one immediate, or instructions of one byte, at an even address. */
static struct sled sled(struct maker *m)
{
    bool immediate = rnd(m, 3) == 0;
    struct sled s = {.size = immediate ? 4 : 2 + 2 * rnd(m, SLED_MAX / 2)};

    define_flags(m);
    if ((here(m) + immediate) & 1)
        done1(m, 0x90);
    s.at = m->at + immediate;
    if (immediate)
        put(m, 0x05), put_le(m, number(m), 4), done(m); /* add eax, .. */
    for (unsigned i = 0; i < s.size && !immediate; i++)
        done1(m, harmless[rnd(m, harmless_count)]);
    m->sled[m->sleds < SLEDS ? m->sleds++ : rnd(m, SLEDS)] = s;
    return s;
}

/* The first bytes of sector AH to a sled. No flag changes. */
static void transfer(struct maker *m)
{
    uint32_t address = store(m, REGIONS, 0), size = store(m, REGIONS + 4, 0), rest;
    struct sled to;

    store(m, REGIONS + 8, JUNK);
    rest = store(m, REGIONS + 12, 0);
    done2(m, 0x88, 0xc0 | (EAX + 4) << 3 | EAX); /* mov al, ah */
    out_al(m, DISK_SECTOR);
    out_byte(m, DISK_COUNT, 1);
    out_byte(m, DISK_COMMAND, READ_DMA);
    out_byte(m, MASTER, 0);
    out_byte(m, MASTER, MASTER_READ);
    to = m->sleds && rnd(m, 2) ? m->sled[rnd(m, m->sleds)] : sled(m);
    set_le(m, address, m->p->start + to.at);
    set_le(m, size, to.size);
    set_le(m, rest, REGION_LAST | (SECTOR - to.size));
}

static void dma(struct maker *m)
{
    if (m->transfers && rnd(m, 2))
        m->transfers--, transfer(m);
    else
        sled(m);
}

/* ---------------------------------------------------------------- structure */

static void body(struct maker *m, unsigned count, bool flat);

static void skip(struct maker *m)
{
    uint32_t before, field = branch(m, 0x0f, 0x80 | rnd(m, 16));

    before = m->undef;
    body(m, 1 + rnd(m, 4), true);
    land(m, field);
    m->undef |= before;
}

static void either(struct maker *m)
{
    uint32_t before, after, field = branch(m, 0x0f, 0x80 | rnd(m, 16)), end;

    before = m->undef;
    body(m, 1 + rnd(m, 3), true);
    end = branch(m, 0, 0xe9);
    after = m->undef;
    m->undef = before;
    land(m, field);
    body(m, 1 + rnd(m, 3), true);
    land(m, end);
    m->undef |= after;
}

/* jmp over; routine: ..; ret; over: call routine - directly, or by a register */
static void call(struct maker *m)
{
    uint32_t over = branch(m, 0, 0xe9), routine = m->at, before = m->undef;

    body(m, 1 + rnd(m, 4), true);
    done1(m, 0xc3);
    uint32_t after = m->undef;
    land(m, over);
    m->undef = before;
    if (rnd(m, 2)) {
        land_at(m, branch(m, 0, 0xe8), routine);
    } else {
        mov_reg(m, EBP, m->p->start + routine);
        done2(m, 0xff, 0xd0 | EBP);
    }
    m->undef |= after;
}

/* One of four, by a table. */
static void choose(struct maker *m)
{
    uint32_t end[4], undef = 0, before, table;

    done2(m, 0x89, 0xc0 | EDX << 3 | EBP);               /* mov ebp, edx */
    put(m, 0x83), put(m, 0xe0 | EBP), put(m, 3), done(m); /* and ebp, 3 */
    put(m, 0xff), put(m, 0x24), put(m, 2 << 6 | EBP << 3 | 5);
    put_le(m, here(m) + 7, 4);
    done(m); /* jmp [table + ebp * 4] */
    before = m->undef;
    table = m->at;
    copy(m, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    for (unsigned i = 0; i < 4; i++) {
        set_le(m, table + 4 * i, here(m));
        m->undef = before;
        body(m, 1 + rnd(m, 2), true);
        end[i] = branch(m, 0, 0xe9);
        undef |= m->undef;
    }
    for (unsigned i = 0; i < 4; i++)
        land(m, end[i]);
    m->undef = undef;
}

static void stack(struct maker *m)
{
    switch (rnd(m, 5)) {
    case 0: done1(m, 0x50 | free_reg(m)), done1(m, 0x58 | free_reg(m)); break;
    case 1:
        put(m, 0x68), put_le(m, number(m), 4), done(m);
        done1(m, 0x58 | free_reg(m));
        break;
    case 2:
        done1(m, 0x50 | free_reg(m));
        body(m, 1 + rnd(m, 2), true);
        done1(m, 0x58 | free_reg(m));
        break;
    case 3:
        put(m, 0xff), memory(m, 6), done(m);
        done1(m, 0x58 | free_reg(m));
        break;
    default: /* push ebp; mov ebp, esp; sub esp, 16; mov [ebp - 8], eax; ..; leave */
        done1(m, 0x55);
        done2(m, 0x89, 0xe5);
        put(m, 0x83), put(m, 0xec), done1(m, 16);
        put(m, 0x89), put(m, 0x45), done1(m, 0xf8);
        put(m, 0x03), put(m, 0x55), done1(m, 0xf8);
        done1(m, 0xc9);
    }
}

/* A branch into the immediate of a MOV, which is four instructions itself. */
static void inside(struct maker *m)
{
    static const uint8_t single[] = {0x40, 0x42, 0x48, 0x4a, 0x90, 0x98, 0x99, 0xf5, 0xf8, 0xf9};
    uint32_t field;

    define_flags(m);
    field = branch(m, 0x0f, 0x80 | rnd(m, 16));
    put(m, 0xb8 | EBP);
    for (unsigned i = 0; i < 4; i++)
        put(m, single[rnd(m, sizeof single)]);
    done(m);
    land_at(m, field, m->at - 4);
}

static void loop(struct maker *m);

static void instruction(struct maker *m)
{
    switch (rnd(m, 14)) {
    case 0: skip(m); break;
    case 1: either(m); break;
    case 2: call(m); break;
    case 3: stack(m); break;
    case 4: string(m); break;
    case 5:
        if (m->modifies)
            modify(m);
        else
            step(m);
        break;
    case 6:
        if (rnd(m, 3) == 0)
            choose(m);
        else if (m->loops && m->loops < LOOPS_DEEP && rnd(m, 3) == 0)
            loop(m);
        else
            inside(m);
        break;
    case 7:
        if (m->dma)
            dma(m);
        else
            plain(m);
        break;
    default: plain(m);
    }
}

static void body(struct maker *m, unsigned count, bool flat)
{
    for (unsigned i = 0; i < count; i++) {
        if (flat)
            plain(m);
        else
            instruction(m);
    }
}

/* Where a pointer begins: anywhere, or where something ends. */
static uint32_t place(struct maker *m)
{
    switch (rnd(m, m->daring ? 6 : 4)) {
    case 0: return DATA + 0x1000 - rnd(m, 0x80);
    case 4: return DATA + DATA_SIZE - 0x20 - rnd(m, 0x100);
    case 5: return DATA + rnd(m, 0x80);
    default: return DATA + 0x400 + rnd(m, 0x1800);
    }
}

static void pointers(struct maker *m)
{
    uint32_t ebx = place(m);

    mov_reg(m, EBX, ebx);
    mov_reg(m, ESI, rnd(m, 2) ? ebx + rnd(m, 9) : place(m));
    mov_reg(m, EDI, rnd(m, 2) ? ebx + rnd(m, 33) - 16 : place(m));
}

/* Around again, by one of the ways to count. The flags are defined behind it. */
static void again(struct maker *m, uint32_t head, uint32_t counter)
{
    if (!m->ecx_counts) {
        put(m, 0x83), put(m, 0x2d), put_le(m, counter, 4), put(m, 1), done(m); /* sub [..], 1 */
    } else {
        define_flags(m);
        if (rnd(m, 2))
            done1(m, 0x49); /* dec ecx */
        else
            put(m, 0x83), put(m, 0xe8 | ECX), done1(m, 1);
    }
    land_at(m, branch(m, 0x0f, rnd(m, 4) ? 0x85 : 0x8f), head); /* jnz, jg */
}

static void loop(struct maker *m)
{
    bool ecx_counted = m->ecx_counts, inner = m->loops > 0;
    uint32_t rounds = inner ? 2 + rnd(m, 8) : 20 + rnd(m, 60), counter = COUNTER + 4 * m->loops;
    unsigned patches = m->patches;

    if (!m->ecx_counts)
        m->ecx_counts = rnd(m, 2);
    else
        done1(m, 0x51);
    m->loops++;
    if (m->ecx_counts)
        mov_reg(m, ECX, rounds);
    else
        put(m, 0xc7), put(m, 5), put_le(m, counter, 4), put_le(m, rounds, 4), done(m);
    if (!inner)
        pointers(m);
    define_flags(m);
    uint32_t head = m->at;
    if (!inner && rnd(m, 3) == 0)
        pointers(m);
    body(m, 2 + rnd(m, inner ? 6 : 20), false);
    again(m, head, counter);
    m->loops--;
    if (ecx_counted)
        done1(m, 0x59);
    m->ecx_counts = ecx_counted;
    m->patches = patches;
}

/* add eax, imm8 (which code may change); xor edx, eax; cmp eax, edx; ret */
static void other_page(struct maker *m)
{
    static const uint8_t code[] = {0x04, 7, 0x31, 0xc2, 0x39, 0xd0, 0xc3};
    uint32_t at = SLOT - 0x400 - (m->p->start & (SLOT - 1));

    memcpy(m->p->code + at, code, sizeof code);
    m->routine = at;
}

void make_piece(uint64_t seed, uint32_t slot, bool dma, struct piece *p)
{
    struct maker m = {
        .p = p,
        .state = seed * 0x9e3779b97f4a7c15u + 1,
        .dma = dma,
        .transfers = TRANSFERS,
    };

    *p = (struct piece){0};
    memset(p->code, 0xcc, sizeof p->code);
    rnd(&m, 2);
    for (unsigned r = 0; r < 8; r++)
        p->in.gpr[r] = number(&m);
    p->in.gpr[ESP] = STACK + STACK_SIZE / 2 + rnd(&m, 4);
    p->start = CODE + slot * SLOT + rnd(&m, 0x80) * 4;
    p->in.eip = p->start;
    p->in.eflags = (number(&m) & FL_STATUS) | 0x202;
    m.modifies = rnd(&m, 3) == 0;
    m.daring = rnd(&m, 2);
    if (m.modifies)
        other_page(&m);
    if (slot == SLOTS - 1) {
        /* straight code from close before the end of its page on */
        p->start = p->in.eip = CODE + slot * SLOT + 0x1000 - (0x10 + rnd(&m, 0x40)) * 4;
        m.modifies = m.dma = false;
        m.routine = 0;
        pointers(&m);
        while (here(&m) < CODE + slot * SLOT + 0x1000)
            plain(&m);
        p->length = CODE + slot * SLOT + 0x1000 - p->start;
        p->undefined = m.undef;
        return;
    }
    for (unsigned loops = 1 + rnd(&m, 3); loops; loops--)
        loop(&m);
    done1(&m, 0xcc);
    p->length = ((m.routine ? m.routine + 8 : m.at) + 3) & ~3u;
    p->undefined = m.undef;
}

void make_garbage(uint64_t seed, uint32_t slot, struct piece *p)
{
    struct maker m = {.state = seed * 0xd1342543de82ef95u + 1};
    uint32_t bytes = 1 + rnd(&m, 12);

    make_piece(seed, slot, false, p);
    if (rnd(&m, 2)) {
        while (bytes--)
            p->code[rnd(&m, p->length)] = (uint8_t)rnd(&m, 256);
    } else {
        for (uint32_t i = 0; i < p->length; i++)
            p->code[i] = (uint8_t)rnd(&m, 256);
        p->in.gpr[EBX] = place(&m);
        p->in.gpr[ESI] = place(&m);
        p->in.gpr[EDI] = place(&m);
    }
}
