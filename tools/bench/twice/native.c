/* native.c - the programs' machine: the chip itself. */
#include "bench.h"
#include "hidden-mem/hostport.h"
#include "isa_intrinsics.h"
#include "tools/vliw-cc/rt/native.h"

void machine_mark(unsigned begin)
{
    struct host_request rq = {.op = HOST_MARK, .arg = {begin}};

    vx_mtsr(SR_HOST_REQ, (uintptr_t)&rq);
}

void machine_put(char c)
{
    putchar(c);
}

int main(void)
{
    bench_main(0);
    return 0;
}
