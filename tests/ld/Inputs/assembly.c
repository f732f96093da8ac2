/*
 * assembly.c - hand-written code: jump buffers, addresses of code in data and in registers, weak
 * names, label tables.
 */
#include "test.h"

#ifdef __riscv
int save(uint64_t *buf) __attribute__((returns_twice));
void jump(uint64_t *buf, int value) __attribute__((noreturn));
__asm__(".text\n"
        ".globl save\n.type save, @function\n"
        "save: sd ra, 0(a0)\n sd sp, 8(a0)\n sd s0, 16(a0)\n sd s1, 24(a0)\n sd s2, 32(a0)\n sd "
        "s3, 40(a0)\n"
        " sd s4, 48(a0)\n sd s5, 56(a0)\n sd s6, 64(a0)\n sd s7, 72(a0)\n sd s8, 80(a0)\n sd s9, "
        "88(a0)\n"
        " sd s10, 96(a0)\n sd s11, 104(a0)\n li a0, 0\n ret\n.size save, . - save\n"
        ".globl jump\n.type jump, @function\n"
        "jump: ld ra, 0(a0)\n ld sp, 8(a0)\n ld s0, 16(a0)\n ld s1, 24(a0)\n ld s2, 32(a0)\n ld "
        "s3, 40(a0)\n"
        " ld s4, 48(a0)\n ld s5, 56(a0)\n ld s6, 64(a0)\n ld s7, 72(a0)\n ld s8, 80(a0)\n ld s9, "
        "88(a0)\n"
        " ld s10, 96(a0)\n ld s11, 104(a0)\n mv a0, a1\n ret\n.size jump, . - jump\n"
        /*
         * a loop with local labels, a jump through `la`, a table of label differences, an unreached
         * word of data
         */
        ".globl by_hand\n.type by_hand, @function\n"
        "by_hand: li t1, 0\n"
        "1: add t1, t1, a0\n addi a0, a0, -1\n bnez a0, 1b\n"
        " la t0, 2f\n jr t0\n .word 0xffffffff\n"
        "2: la t2, hand_table\n lw t3, 4(t2)\n add t3, t3, t2\n jr t3\n"
        "3: li a0, -1\n ret\n"
        "4: mv a0, t1\n ret\n.size by_hand, . - by_hand\n"
        ".section .rodata\n.balign 4\nhand_table: .word 3b - hand_table\n .word 4b - "
        "hand_table\n.text\n");
int by_hand(int n);
#else
#include <setjmp.h>

static jmp_buf host_buffer;

#define save(buf) setjmp(host_buffer)

static void jump(uint64_t *buf, int value)
{
    (void)buf;
    longjmp(host_buffer, value);
}
static int by_hand(int n)
{
    return n * (n + 1) / 2;
}
#endif

extern int missing(int) __attribute__((weak));

static uint64_t buffer[16];
static volatile int depth;

static NOINLINE void dive(int n)
{
    depth = n;
    if (n == 0)
        jump(buffer, 17);
    dive(n - 1);
    depth = -1;
}

static NOINLINE int catch (int n)
{
    int value = save(buffer);

    if (value == 0)
        dive(n);
    return value + depth;
}

struct device {
    const char *name;
    int (*read)(int);
    int (*const *more)(int);
};

static NOINLINE int read_a(int x)
{
    return x + 1;
}

static NOINLINE int read_b(int x)
{
    return x * 2;
}

static int (*const more[])(int) = {read_b, read_a, catch};
static const struct device device[] = {{"a", read_a, more}, {"b", read_b, more + 1}};

int main(void)
{
    printf("caught %d %d\n", catch (9), catch (2));
    printf("by hand %d\n", by_hand(10));
    printf("weak %d\n", missing ? missing(1) : -7);
    for (unsigned i = 0; i < 2; i++)
        printf("%s %d %d\n", device[i].name, device[i].read(20), device[i].more[1](3));
    return 0;
}
