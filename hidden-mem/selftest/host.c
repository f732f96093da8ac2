/*
 * host.c - the way out: a request block, whose address is written to HOST_REQ. When that register
 * has been written, the answer is there.
 */
#include "selftest.h"

int host_call(unsigned op, uint64_t arg0, uint64_t arg1, const void *buffer, size_t length,
              uint64_t *result)
{
    struct host_request rq = {
        .op = op, .arg = {arg0, arg1}, .buffer = (uintptr_t)buffer, .length = length};

    vx_mtsr(SR_HOST_REQ, (uintptr_t)&rq);
    if (result)
        *result = rq.result;
    return rq.status;
}

static size_t length_of(const char *text)
{
    size_t n = 0;

    while (text[n])
        n++;
    return n;
}

void host_exit(unsigned how, uint64_t value, const char *reason)
{
    host_call(HOST_EXIT, how, value, reason, length_of(reason), NULL);
    for (;;)
        vx_halt();
}

void host_panic(const char *reason)
{
    host_call(HOST_PANIC, 0, 0, reason, length_of(reason), NULL);
    for (;;)
        vx_halt();
}

/* The one option: `-o cms.only=FEATURE` arrives as the text `cms.only=FEATURE`. */
void host_options(void)
{
    static const char key[] = "cms.only=";
    char option[128];
    uint64_t length;

    for (unsigned n = 0;; n++) {
        size_t i = 0;
        if (host_call(HOST_OPTION, n, 0, option, sizeof option - 1, &length) != HOST_OK)
            return;
        option[length] = '\0';
        while (key[i] && option[i] == key[i])
            i++;
        if (key[i] || length - i >= sizeof self.only)
            host_exit(HOST_EXIT_OPTION, 0, option);
        for (size_t j = 0; i <= length; i++, j++)
            self.only[j] = option[i];
    }
}
