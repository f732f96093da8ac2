/*
 * proxy.c - requests to the host, through the chip's mailbox.
 *
 * The block lies in hidden memory, usually on the stack. The host serves it before the next bundle
 * issues: when the special register has been written, the answer is there.
 */
#include "hidden-mem/hostport.h"
#include "monitor/io_trace.h"
#include "monitor/monitor.h"

int proxy_call(struct host_request *rq)
{
    cms_count(EV_HOST_REQUESTS);
    if (cms.step)
        cms_count(EV_IO_PROXIED);
    vx_mtsr(SR_HOST_REQ, (uintptr_t)rq);
    io_trace_host(rq);
    return rq->status;
}
