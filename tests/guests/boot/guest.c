/*
 * guest.c - the 32-bit program: console, timer interrupt, power-off. What it computes is in work.c.
 */
#include "tests/guests/pc.h"
#include "work.h"

#define PIC 0x20
#define PIT_HZ 1193182
#define TICKS 5
#define TIMER_VECTOR 32

struct gate {
    uint16_t low, selector, type, high;
};

volatile uint32_t timer_ticks;
extern void timer_entry(void);
void guest_main(const uint8_t *image, uint32_t length);

static struct gate idt[TIMER_VECTOR + 1];

void put_char(char c)
{
    serial_put(c);
}

static void put_line(const char *s)
{
    while (*s)
        put_char(*s++);
    put_char('\n');
}

/*
 * The master controller's inputs become vectors 32 to 39, of which only the timer is open, at
 * 1 kHz.
 */
static void timer_start(void)
{
    static struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) pointer;

    idt[TIMER_VECTOR] = (struct gate){
        .low = (uint16_t)(uintptr_t)timer_entry,
        .selector = 8,
        .type = 0x8e00,
        .high = (uint16_t)((uintptr_t)timer_entry >> 16),
    };
    pointer.limit = sizeof(idt) - 1;
    pointer.base = (uintptr_t)idt;
    __asm__ volatile("lidt %0" : : "m"(pointer));
    out8(PIC, 0x11);
    out8(PIC + 1, TIMER_VECTOR);
    out8(PIC + 1, 4);
    out8(PIC + 1, 1);
    out8(PIC + 1, 0xfe);
    out8(0x43, 0x34);
    out8(0x40, (PIT_HZ / 1000) & 0xff);
    out8(0x40, PIT_HZ / 1000 >> 8);
}

static void timer_wait(void)
{
    uint32_t until = timer_ticks + TICKS;

    while ((int32_t)(until - timer_ticks) > 0)
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    put_line("timer: waited");
}

void guest_main(const uint8_t *image, uint32_t length)
{
    put_line("selkirk boot disk: protected mode");
    timer_start();
    __asm__ volatile("sti");
    work(image, length);
    __asm__ volatile("cli");
    timer_wait();
    put_line("power off");
    power_off();
    put_line("still here");
}
