/*
 * io_trace.h - what `-d io` shows: the way of each I/O access, one line a step.
 *
 *     io 7 exception  tlb_io, port 0402 read 1
 *     io 7 rollback   to f000:0000e062
 *     io 7 step       in al, dx
 *     io 7 type       port 0402 read 1, scalar
 *     io 7 handler    debug
 *     io 7 value      e9
 *     io 7 update     eax 00000000 -> 000000e9
 *     io 7 resume     at f000:0000e063
 *
 * or, by an emulation patch, in place of the first three
 *
 *     io 7 patch      routine 12, in
 *     io 7 insn       in al, dx
 *
 * with `io 7 host` lines where the device asked the host, as often as it did. A string instruction
 * shows `type`, and what belongs to it, once an element. Called by runtime/ where the steps are
 * taken, and by the monitor.
 */
#ifndef CMS_MONITOR_IO_TRACE_H
#define CMS_MONITOR_IO_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct host_request;

void io_trace_init(void);
void io_trace_exception(unsigned cause, uint32_t addr, unsigned size, bool write, bool port);
void io_trace_rollback(void); /* the guest is back at its last commit */
/* By an emulation patch: takes the place of exception, rollback and step. */
struct insn;
void io_trace_patch(unsigned number, const char *routine, const struct insn *insn);
void io_trace_step(void);     /* single-step mode is entered */
void io_trace_port(const char *device, uint16_t port, unsigned size, bool write, uint32_t value);
void io_trace_memory(const char *device, uint64_t gpa, unsigned size, bool write, uint64_t value);
void io_trace_value(unsigned size, uint64_t value); /* what a read gave */
void io_trace_host(const struct host_request *rq);
void io_trace_resume(void); /* the instruction has been committed */

#endif
