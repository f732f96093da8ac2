/*
 * runner.c - runs the cases that loops-make wrote, which are its module, in user mode with paging
 * on, and compares what each leaves behind with what the host's processor left.
 *
 * `timer` on the command line: a timer interrupts the cases, every 20 microseconds. A case that is
 * to be shown and not compared always has it, to end it if it doesn't end by itself.
 */
#include <stdbool.h>

#include "layout.h"
#include "tests/guests/pc.h"

#define CONSOLE 0x402
#define DEBUG_EXIT 0x501
#define VECTORS 33
#define TICK 24 /* of the PIT's 1.19 MHz */
#define PATIENCE 20 /* ticks */
#define TIMER 0x20

#define GATE 0x8e00
#define GATE_USER 0xee00
#define BREAKPOINT 3
#define TSS_SIZE 104
#define PORTS (MASTER + 16) /* that the TSS says something about */

enum { PRESENT = 1, WRITABLE = 2, USER = 4, LARGE = 0x80 };

struct module {
    const struct list *start;
    uint32_t end;
};

struct multiboot {
    uint32_t flags, lower, upper, device;
    const char *command_line;
    uint32_t modules;
    const struct module *module;
};

struct frame {
    uint32_t gpr[8]; /* as PUSHA has them: EDI first */
    uint32_t es, ds, vector, error, eip, cs, eflags, esp, ss;
};

struct pointer {
    uint16_t limit;
    const void *base;
} __attribute__((packed));

void runner_main(const struct multiboot *info);
void case_enter(const struct registers *in);
void case_ended(const struct frame *f);

extern const uint32_t vectors[VECTORS];
extern uint32_t ticks, patience;

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t table[1024] __attribute__((aligned(4096)));
static uint64_t gdt[6], idt[VECTORS];
static uint32_t tss[(TSS_SIZE + PORTS / 8) / 4 + 1];
static uint8_t trap_stack[4096] __attribute__((aligned(16)));
static uint32_t clean_data[DATA_SIZE / 4], clean_stack[STACK_SIZE / 4];
static struct frame ended;
static uint32_t ended_cr2;

/* ---------------------------------------------------------------- output */

static void put(const char *s)
{
    while (*s)
        out8(CONSOLE, (uint8_t)*s++);
}

static void put_hex(const char *name, uint32_t n)
{
    put(name);
    for (int shift = 28; shift >= 0; shift -= 4)
        out8(CONSOLE, (uint8_t)"0123456789abcdef"[n >> shift & 15]);
}

static void put_number(uint32_t n)
{
    if (n >= 10)
        put_number(n / 10);
    out8(CONSOLE, (uint8_t)('0' + n % 10));
}

/* ---------------------------------------------------------------- the processor */

static void map_case(uint32_t address, uint32_t size, uint32_t rights)
{
    for (; size; address += 4096, size -= 4096)
        table[address >> 12 & 1023] = address | rights;
}

static void paging_on(void)
{
    for (uint32_t i = 0; i < CODE >> 22; i++)
        directory[i] = i << 22 | LARGE | WRITABLE | PRESENT;
    directory[CODE >> 22] = (uint32_t)table | USER | WRITABLE | PRESENT;
    map_case(CODE, SLOT * SLOTS - SLOT / 2, USER | WRITABLE | PRESENT);
    map_case(DATA_FIXED, FIXED_SIZE, USER | PRESENT);
    map_case(DATA, DATA_SIZE, USER | WRITABLE | PRESENT);
    map_case(STACK, STACK_SIZE, USER | WRITABLE | PRESENT);
    fill((uint32_t *)DATA_FIXED, DATA_FIXED, FIXED_SIZE);
    /* large pages; no RDTSC */
    __asm__ volatile("movl %%cr4, %%eax\n\torl $0x14, %%eax\n\tmovl %%eax, %%cr4\n\t"
                     "movl %0, %%cr3\n\t"
                     "movl %%cr0, %%eax\n\torl $0x80010000, %%eax\n\tmovl %%eax, %%cr0"
                     :
                     : "r"(directory)
                     : "eax", "memory");
}

/* The disk's ports are for all to use. */
static void ports_open(void)
{
    uint8_t *map = (uint8_t *)tss + TSS_SIZE;

    tss[TSS_SIZE / 4 - 1] = TSS_SIZE << 16;
    for (uint32_t n = 0; n < sizeof tss - TSS_SIZE; n++)
        map[n] = n == DISK / 8 || n == MASTER / 8 ? 0 : 0xff;
}

static void tables_load(void)
{
    const struct pointer gdt_at = {sizeof gdt - 1, gdt}, idt_at = {sizeof idt - 1, idt};
    uint32_t at = (uint32_t)tss;

    gdt[1] = 0x00cf9b000000ffff;
    gdt[2] = 0x00cf93000000ffff;
    gdt[3] = 0x00cffb000000ffff;
    gdt[4] = 0x00cff3000000ffff;
    gdt[5] = (uint64_t)(at >> 24) << 56 | 0x0000890000000000 | (uint64_t)(at & 0xffffff) << 16 |
             (sizeof tss - 1);
    ports_open();
    tss[1] = (uint32_t)(trap_stack + sizeof trap_stack);
    tss[2] = 0x10;
    for (unsigned n = 0; n < VECTORS; n++) {
        uint32_t to = vectors[n];

        idt[n] = (uint64_t)(to >> 16) << 48 | (uint64_t)(n == BREAKPOINT ? GATE_USER : GATE) << 32 |
                 0x8 << 16 | (to & 0xffff);
    }
    __asm__ volatile("lgdt %0\n\tlidt %1\n\tljmp $8, $1f\n1:\t"
                     "movw $0x10, %%ax\n\tmovw %%ax, %%ds\n\tmovw %%ax, %%es\n\tmovw %%ax, %%ss\n\t"
                     "movw $0x28, %%ax\n\tltr %%ax"
                     :
                     : "m"(gdt_at), "m"(idt_at)
                     : "eax", "memory");
}

/* Vector 20h is the timer's; everything else is masked. */
static void interrupts(bool timer)
{
    static const uint8_t start[][2] = {{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}};

    for (unsigned i = 0; i < sizeof start / sizeof start[0]; i++)
        out8(start[i][0], start[i][1]);
    out8(0xa1, 0xff);
    out8(0x21, timer ? 0xfe : 0xff);
    out8(0x43, 0x34);
    out8(0x40, timer ? TICK : 0);
    out8(0x40, 0);
}

/* The disk raises no interrupts, its sectors have numbers, and its bus master knows its table. */
static void disk_ready(void)
{
    out8(DISK + 0x206, 2);
    out8(DISK + 4, 0);
    out8(DISK + 5, 0);
    out8(DISK + 6, 0xe0);
    out32(MASTER_TABLE, REGIONS);
}

static void words(uint32_t *to, const uint32_t *from, uint32_t size)
{
    uint32_t count = size / 4;

    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

/* ---------------------------------------------------------------- a case */

void case_ended(const struct frame *f)
{
    ended = *f;
    __asm__ volatile("movl %%cr2, %0" : "=r"(ended_cr2));
}

static uint32_t sum_all(const struct record *r)
{
    uint32_t sum = sum_words(1, (const uint32_t *)DATA, DATA_SIZE);

    sum = sum_words(sum, (const uint32_t *)STACK, STACK_SIZE);
    return sum_words(sum, (const uint32_t *)r->start, r->length);
}

static bool differs(const struct record *r, const char *what, uint32_t chip, uint32_t host)
{
    if (chip == host)
        return false;
    put("case ");
    put_number(r->number);
    put(": ");
    put(what);
    put_hex(" ", chip);
    put_hex(", on the host ", host);
    put("\n");
    return true;
}

static bool compare(const struct record *r)
{
    static const char *const name[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    uint32_t eip = ended.vector == NO_FAULT ? ended.eip - 1 : ended.eip;
    bool page_fault = r->vector == 14;
    bool wrong = differs(r, "vector", ended.vector, r->vector);

    wrong |= differs(r, "eip", eip, r->out.eip);
    wrong |= differs(r, "flags", ended.eflags & r->flags, r->out.eflags & r->flags);
    if (page_fault) {
        wrong |= differs(r, "error code", ended.error, r->error);
        wrong |= differs(r, "cr2", ended_cr2, r->cr2);
    }
    for (unsigned n = 0; n < 8; n++)
        wrong |= differs(r, name[n], n == 4 ? ended.esp : ended.gpr[7 - n], r->out.gpr[n]);
    return wrong | differs(r, "memory", sum_all(r), r->sum);
}

static void show(const struct record *r)
{
    put("case ");
    put_number(r->number);
    if (ended.vector == TIMER) {
        put(" endless\n");
        return;
    }
    put_hex(" vector ", ended.vector);
    put_hex(" error ", ended.error);
    put_hex(" cr2 ", ended.vector == 14 ? ended_cr2 : 0);
    put_hex(" eip ", ended.eip);
    put_hex(" flags ", ended.eflags);
    put_hex(" esp ", ended.esp);
    for (unsigned n = 0; n < 8; n++)
        if (n != 3)
            put_hex(" ", ended.gpr[n]);
    put_hex(" memory ", sum_all(r));
    put("\n");
}

/* Garbage jumps anywhere; what a case that was stopped has left there depends on when it was. */
static void clear_slot(uint32_t start)
{
    uint32_t at = start & ~(SLOT - 1), pages = at == CODE + (SLOTS - 1) * SLOT ? 1 : 2;

    for (uint32_t i = 0; i < pages * 1024; i++)
        ((uint32_t *)at)[i] = 0xcccccccc;
}

static bool run(const struct record *r)
{
    if (r->flags & SHOWN)
        clear_slot(r->start);
    words((uint32_t *)DATA, clean_data, DATA_SIZE);
    words((uint32_t *)STACK, clean_stack, STACK_SIZE);
    words((uint32_t *)r->start, (const uint32_t *)r->code, r->length);
    patience = r->flags & SHOWN ? PATIENCE : UINT32_MAX;
    case_enter(&r->in);
    if (r->flags & SHOWN)
        return show(r), false;
    return compare(r);
}

static bool timer_wanted(const char *s)
{
    for (; *s; s++)
        if (s[0] == 't' && s[1] == 'i' && s[2] == 'm')
            return true;
    return false;
}

void runner_main(const struct multiboot *info)
{
    const struct list *list = info->module->start;
    const struct record *r = (const struct record *)(list + 1);
    uint32_t wrong = 0;

    tables_load();
    paging_on();
    disk_ready();
    interrupts(r->flags & SHOWN || timer_wanted(info->command_line));
    fill(clean_data, DATA, DATA_SIZE);
    fill(clean_stack, STACK, STACK_SIZE);
    if (info->modules != 1 || list->magic != MAGIC)
        put("the module is no list of cases\n");
    for (uint32_t n = 0; n < list->cases; n++) {
        wrong += run(r);
        r = (const struct record *)((const uint8_t *)r + r->size);
    }
    put_number(list->cases);
    put(" cases, ");
    put_number(wrong);
    put(ticks ? " differ, with interrupts\n" : " differ\n");
    out32(DEBUG_EXIT, wrong != 0);
}
