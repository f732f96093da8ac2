/*
 * io_trace.c - the way of each I/O access, one line a step (`-d io`).
 *
 * Nothing here changes what happens; without `-d io` each function is one test and a return.
 */
#include "monitor/io_trace.h"

#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "monitor/monitor.h"
#include "runtime/options.h"
#include "x86/x86.h"

#define GPRS 8

/* The access that is under way. */
struct io_trace {
    uint64_t number;
    bool open;   /* between exception and resume */
    bool string; /* of a string instruction */
    uint32_t before[GPRS];
};

static struct io_trace *trace(void)
{
    return cms.mon->trace;
}

static uint32_t guest_reg(unsigned n)
{
    return (uint32_t)vx_gget(n);
}

static void line(const char *step, const char *text)
{
    cms_trace("io %lu %-9s  %s", trace()->number, step, text);
}

static const char *direction(bool write)
{
    return write ? "write" : "read";
}

void io_trace_exception(unsigned cause, uint32_t addr, unsigned size, bool write, bool port)
{
    char text[80];

    if (!cms_tracing(D_IO))
        return;
    trace()->number++;
    trace()->open = true;
    cms_snprintf(text, sizeof(text), "%s, %s %0*x %s %u", isa_cause_name[cause],
                 port ? "port" : "linear", port ? 4 : 8, addr, direction(write), size);
    line("exception", text);
}

static void line_place(const char *step, const char *word)
{
    char text[40];

    cms_snprintf(text, sizeof(text), "%s %04x:%08x", word, cms.cpu.seg[SEG_CS].selector,
                 (uint32_t)vx_getr(REG_EIP));
    line(step, text);
}

void io_trace_rollback(void)
{
    if (cms_tracing(D_IO) && trace()->open)
        line_place("rollback", "to");
}

/* The bytes at the guest's EIP, as far as they can be read without disturbing it. */
static unsigned fetch(uint8_t bytes[X86_MAX_LENGTH])
{
    uint32_t lin = cms.cpu.seg[SEG_CS].base + (uint32_t)vx_getr(REG_EIP), error;
    uint64_t gpa;

    for (unsigned n = 0; n < X86_MAX_LENGTH; n++, lin++) {
        if (!mmu_translate(lin, false, false, &gpa, &error))
            return n;
        gpa = monitor_memory(gpa);
        if (gpa == MONITOR_NOWHERE)
            return n;
        bytes[n] = *(const uint8_t *)(GUEST_BASE + gpa);
    }
    return X86_MAX_LENGTH;
}

void io_trace_step(void)
{
    uint8_t bytes[X86_MAX_LENGTH];
    struct insn insn;
    char text[80];

    if (!cms_tracing(D_IO) || !trace()->open)
        return;
    for (unsigned i = 0; i < GPRS; i++)
        trace()->before[i] = guest_reg(i);
    if (x86_decode(bytes, fetch(bytes), cms.cpu.code32, &insn) > 0) {
        trace()->string = x86_ops[insn.op].props & P_STRING;
        x86_print(&insn, (uint32_t)vx_getr(REG_EIP), text, sizeof(text));
    } else {
        trace()->string = false;
        cms_snprintf(text, sizeof(text), "an instruction that can't be read");
    }
    line("step", text);
}

void io_trace_patch(unsigned number, const char *routine, const struct insn *insn)
{
    char text[80];

    trace()->number++;
    trace()->open = true;
    trace()->string = x86_ops[insn->op].props & P_STRING;
    for (unsigned i = 0; i < GPRS; i++)
        trace()->before[i] = guest_reg(i);
    cms_snprintf(text, sizeof(text), "routine %u, %s", number, routine);
    line("patch", text);
    x86_print(insn, (uint32_t)vx_getr(REG_EIP), text, sizeof(text));
    line("insn", text);
}

/* What kind of access, and who takes it. `device` NULL: nobody. */
static void line_type(const char *space, unsigned digits, uint64_t addr, unsigned size, bool write,
                      const char *device)
{
    char text[64];

    cms_snprintf(text, sizeof(text), "%s %0*lx %s %u, %s", space, (int)digits, addr,
                 direction(write), size, trace()->string ? "string" : "scalar");
    line("type", text);
    line("handler", device ? device : "nothing there");
}

void io_trace_port(const char *device, uint16_t port, unsigned size, bool write, uint32_t value)
{
    if (!cms_tracing(D_IO) || !trace()->open)
        return;
    line_type("port", 4, port, size, write, device);
    if (write)
        io_trace_value(size, value);
}

void io_trace_memory(const char *device, uint64_t gpa, unsigned size, bool write, uint64_t value)
{
    if (!cms_tracing(D_IO) || !trace()->open)
        return;
    line_type("memory", 8, gpa, size, write, device);
    if (write)
        io_trace_value(size, value);
}

void io_trace_value(unsigned size, uint64_t value)
{
    char text[24];

    if (!cms_tracing(D_IO) || !trace()->open)
        return;
    cms_snprintf(text, sizeof(text), "%0*lx", (int)size * 2, value);
    line("value", text);
}

void io_trace_host(const struct host_request *rq)
{
    static const char *const names[] = {
#define X(name, number, text) [HOST_##name] = #name,
        HOST_OPS(X)
#undef X
    };
    char text[96];

    if (!cms.mon || !cms.opt || !cms_tracing(D_IO) || !trace()->open)
        return;
    if (rq->op == HOST_TRACE || rq->op == HOST_LOG)
        return;
    cms_snprintf(text, sizeof(text), "%s arg %lx %lx length %lu: status %d", names[rq->op],
                 rq->arg[0], rq->arg[1], rq->length, rq->status);
    line("host", text);
}

static void trace_update(void)
{
    char text[160];
    size_t n = 0;

    for (unsigned i = 0; i < GPRS; i++) {
        if (guest_reg(i) == trace()->before[i] || n + 32 > sizeof(text))
            continue;
        n += (size_t)cms_snprintf(text + n, sizeof(text) - n, "%s%s %08x -> %08x", n ? ", " : "",
                                  x86_reg_name(4, i), trace()->before[i], guest_reg(i));
    }
    line("update", n ? text : "no register");
}

void io_trace_resume(void)
{
    if (!cms_tracing(D_IO) || !trace()->open)
        return;
    trace_update();
    line_place("resume", "at");
    trace()->open = false;
}

void io_trace_init(void)
{
    cms.mon->trace = cms_alloc(sizeof(struct io_trace));
}
