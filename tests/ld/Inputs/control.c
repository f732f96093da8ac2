/*
 * control.c - switches by jump table, computed goto, function pointers, varargs, structures,
 * recursion.
 */
#include "test.h"

struct big {
    int64_t a, b, c;
    char text[12];
};

struct small {
    int32_t x, y;
};

static NOINLINE int dense(int n)
{
    switch (n) {
    case -2: return 7;
    case -1: return dense(3) + 1;
    case 0: return 11;
    case 1: return 19;
    case 2: return 3 * dense(0);
    case 3: return 2;
    case 4: return dense(1) - dense(2);
    case 5: return -5;
    case 6:
    case 7: return n * 100;
    case 9: return 77;
    }
    return n > 1000 ? 1 : -1;
}

static NOINLINE int sparse(int64_t n)
{
    switch (n) {
    case 3: return 1;
    case 1000: return 2;
    case 70000: return 3;
    case 0x1234567890: return 4;
    case -5000000000: return 5;
    }
    return 0;
}

static NOINLINE int machine(const unsigned char *code)
{
    static const void *const op[] = {&&halt, &&push, &&add, &&mul, &&dup, &&jnz, &&dec};
    int64_t stack[16];
    int sp = 0;

    goto *op[*code];
push:
    stack[sp++] = code[1];
    code += 2;
    goto *op[*code];
add:
    sp--;
    stack[sp - 1] += stack[sp];
    goto *op[*++code];
mul:
    sp--;
    stack[sp - 1] *= stack[sp];
    goto *op[*++code];
dup:
    stack[sp] = stack[sp - 1];
    sp++;
    goto *op[*++code];
dec:
    stack[sp - 1]--;
    goto *op[*++code];
jnz:
    code = stack[sp - 1] ? code - code[1] : code + 2;
    goto *op[*code];
halt:
    return (int)stack[0] * 100 + sp;
}

static NOINLINE int twice(int x)
{
    return 2 * x;
}

static NOINLINE int square(int x)
{
    return x * x;
}

static int (*const table[])(int) = {twice, square, dense, twice};
static int (*chosen)(int) = square;

static NOINLINE int64_t sum(int n, ...)
{
    va_list ap;
    int64_t s = 0;

    va_start(ap, n);
    for (int i = 0; i < n; i++)
        s = s * 3 + (i & 1 ? va_arg(ap, int) : va_arg(ap, int64_t));
    va_end(ap);
    return s;
}

static NOINLINE struct big make(struct small s, int64_t v)
{
    struct big b = {s.x + v, s.y - v, v * v, "text"};

    b.text[4] = (char)('a' + s.x % 26);
    return b;
}

static NOINLINE struct small turn(struct big b)
{
    struct small s = {(int32_t)(b.a + b.c), b.text[4]};

    return s;
}

static NOINLINE int64_t ten(int a, int b, int c, int d, int e, int f, int g, int h, int64_t i,
                            int64_t j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}

static NOINLINE unsigned ackermann(unsigned m, unsigned n)
{
    if (m == 0)
        return n + 1;
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static NOINLINE int odd(unsigned n);

static NOINLINE int even(unsigned n)
{
    return n == 0 ? 1 : odd(n - 1);
}

static NOINLINE int odd(unsigned n)
{
    return n == 0 ? 0 : even(n - 1);
}

static NOINLINE int64_t on_stack(int n)
{
    int64_t a[n];
    int64_t s = 0;

    for (int i = 0; i < n; i++)
        a[i] = i * i - n;
    for (int i = 0; i < n; i += 3)
        s += a[n - 1 - i];
    return n > 4 ? s + on_stack(n - 3) : s;
}

int main(void)
{
    static const unsigned char code[] = {1, 1, 1, 10, 4, 6, 5, 1, 2, 4, 3, 1, 7, 2, 0};

    for (int i = -4; i < 12; i++)
        printf("%d ", dense(i));
    printf("\n%d %d %d %d %d %d\n", sparse(3), sparse(1000), sparse(70000), sparse(0x1234567890),
           sparse(-5000000000), sparse(4));
    printf("machine %d\n", machine(code));
    for (int i = 0; i < 8; i++)
        printf("%d ", table[i & 3](i) + chosen(i));
    chosen = twice;
    printf("\n%d\n", chosen(21));
    test_show("sum",
              (uint64_t)sum(7, INT64_C(5000000000), 2, INT64_C(-3), 4, INT64_C(5), -6, INT64_C(7)));
    struct big b = make((struct small){30, -4}, 12);
    struct small s = turn(b);
    printf("%s %d %d\n", b.text, s.x, s.y);
    test_show("ten", (uint64_t)ten(1, 2, 3, 4, 5, 6, 7, 8, -9, 1000000000000));
    printf("%u %d %d\n", ackermann(2, 9), even(501), odd(501));
    test_show("stack", (uint64_t)on_stack(40));
    return 0;
}
