/*
 * io.c - IN and OUT.
 *
 * In normal mode they are port atoms: every port is an I/O page of the chip's TLB, so the access
 * traps, is rolled back and comes again in single-step mode, where the monitor's device takes it.
 */
#include "gear1/gear1.h"

uint32_t g1_port_read(uint16_t port, unsigned size)
{
    if (cms.step) {
        cms.gear1.touched = true;
        g1_watch_port(port, size);
        return monitor_in(port, size);
    }
    return (uint32_t)(size == 4 ? vx_pld32(port) : size == 2 ? vx_pld16(port) : vx_pld8(port));
}

void g1_port_write(uint16_t port, unsigned size, uint32_t value)
{
    if (cms.step) {
        cms.gear1.touched = true;
        g1_watch_port(port, size);
        monitor_out(port, size, value);
    } else if (size == 4) {
        vx_pst32(port, value);
    } else if (size == 2) {
        vx_pst16(port, value);
    } else {
        vx_pst8(port, value);
    }
}

static uint16_t port_of(const struct insn *i, unsigned n)
{
    uint16_t port = (uint16_t)(i->opd[n] == OPD_DX ? g1_reg16(EDX) : i->imm);

    if (!g1_io_allowed(port, i->opsize))
        x86_fault_code(X86_GP, 0);
    return port;
}

void g1_in(const struct insn *i)
{
    g1_set_reg(EAX, i->opsize, g1_port_read(port_of(i, 1), i->opsize));
}

void g1_out(const struct insn *i)
{
    g1_port_write(port_of(i, 0), i->opsize, g1_reg(EAX, i->opsize));
}
