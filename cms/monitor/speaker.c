/*
 * speaker.c - what the PC's speaker does: a square wave while port 61h lets the timer's channel 2
 * through and that one is periodic, else stillness, to one side or the other. The host hears of
 * each change.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

struct speaker {
    bool connected; /* bit 1 of port 61h */
    bool alone;     /* nobody listens */
    uint64_t period; /* ns; 0: still */
    bool out;
};

static void speaker_update(struct speaker *s)
{
    uint64_t period = s->connected ? pit_speaker_period() : 0;
    bool out = s->connected && !period && pit_speaker_output();

    if (s->alone || (period == s->period && out == s->out))
        return;
    struct host_request rq = {.op = HOST_SPEAKER, .arg = {sched_now(), period, out}};

    s->period = period;
    s->out = out;
    s->alone = proxy_call(&rq) == HOST_EHANDLE;
}

void speaker_connect(bool on)
{
    struct speaker *s = cms.mon->state[DEV_speaker];

    s->connected = on;
    speaker_update(s);
}

void speaker_changed(void)
{
    speaker_update(cms.mon->state[DEV_speaker]);
}

static void speaker_reset(void *state)
{
    struct speaker *s = state;

    s->connected = false;
    speaker_update(s);
}

const struct device speaker_device = {
    .name = "speaker",
    .state_size = sizeof(struct speaker),
    .reset = speaker_reset,
};
