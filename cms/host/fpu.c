/* fpu.c - f registers and their atoms for the host build: see gear1/fpu.h. */
#include "gear1/fpu.h"

#include "host/host.h"
#include "isa.h"

void fpu_init(void)
{
}

struct isa_v fpu_op(enum fpu_op op, struct isa_v a, struct isa_v b)
{
    static const uint16_t atoms[FPU_COUNT] = {
#define FPU(atom) ISA_##atom,
#include "gear1/fpu.def"
    };

    return host_atom(atoms[op], a, b);
}

struct isa_v fpu_get(unsigned f)
{
    return *host_f(f);
}

void fpu_set(unsigned f, struct isa_v value)
{
    *host_f(f) = value;
}
