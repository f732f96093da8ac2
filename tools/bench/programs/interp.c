/* interp.c - an interpreter loop: a stack machine that computes Collatz lengths. */
#include "tools/vliw-cc/rt/native.h"

enum op { PUSH, LOAD, STORE, ADD, MUL, HALVE, ODD, LESS, JUMP, BRANCH, STOP };

struct code {
    uint8_t op;
    int8_t arg;
};

struct vm {
    int64_t stack[16], local[4];
    uint64_t steps;
};

static const struct code collatz[] = {
    {PUSH, 1},  {STORE, 0},                                      /* n = 1 */
    {LOAD, 0},  {STORE, 1},                                      /* 2: x = n */
    {PUSH, 1},  {LOAD, 1},   {LESS, 0},  {BRANCH, 10},           /* 4: while 1 < x */
    {JUMP, 25}, {STOP, 0},                                       /* 8 */
    {LOAD, 1},  {ODD, 0},    {BRANCH, 17},                       /* 10 */
    {LOAD, 1},  {HALVE, 0},  {STORE, 1}, {JUMP, 20},             /* 13: x /= 2 */
    {LOAD, 1},  {PUSH, 3},   {MUL, 1},                           /* 17: x = 3 * x + 1 */
    {LOAD, 2},  {PUSH, 1},   {ADD, 0},   {STORE, 2}, {JUMP, 4},  /* 20: length++ */
    {LOAD, 0},  {PUSH, 1},   {ADD, 0},   {STORE, 0},             /* 25: n++ */
    {LOAD, 0},  {PUSH, 120}, {LESS, 0},  {BRANCH, 2}, {STOP, 0}, /* 29: while n < 120 */
};

__attribute__((noinline)) static void run(struct vm *vm, const struct code *code)
{
    int64_t *sp = vm->stack;

    for (const struct code *pc = code;; vm->steps++) {
        int arg = pc->arg;

        switch ((pc++)->op) {
        case PUSH: *sp++ = arg; break;
        case LOAD: *sp++ = vm->local[arg]; break;
        case STORE: vm->local[arg] = *--sp; break;
        case ADD: sp--, sp[-1] += sp[0]; break;
        case MUL:
            sp--, sp[-1] = sp[-1] * sp[0] + arg;
            vm->local[1] = *--sp;
            break;
        case HALVE: sp[-1] >>= 1; break;
        case ODD: sp[-1] &= 1; break;
        case LESS: sp--, sp[-1] = sp[-1] < sp[0]; break;
        case JUMP: pc = code + arg; break;
        case BRANCH:
            if (*--sp)
                pc = code + arg;
            break;
        default: return;
        }
    }
}

int main(void)
{
    static struct vm vm;

    run(&vm, collatz);
    printf("%d after %d steps\n", (int)vm.local[2], (int)vm.steps);
    return 0;
}
