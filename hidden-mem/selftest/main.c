/*
 * main.c - the self-test's table of contents: each line of features.def is tried and gets a line of
 * output; a summary; the end, through the host port, with the number of failures as its value.
 */
#include "selftest.h"

struct self self;

struct feature {
    const char *name, *text;
    enum outcome (*try)(void);
};

static const struct feature features[] = {
#define FEATURE(name, text) {#name, text, feature_##name},
#include "features.def"
#undef FEATURE
};

#define FEATURES (sizeof features / sizeof features[0])

static bool wanted(const struct feature *f)
{
    size_t i = 0;

    while (self.only[i] && self.only[i] == f->name[i])
        i++;
    return !self.only[0] || self.only[i] == f->name[i];
}

static enum outcome feature_try(const struct feature *f)
{
    static const char *const words[OUTCOMES] = {"ok", "absent", "FAILED"};

    self.details = 0;
    self.detail[0] = '\0';
    trap_settle();
    enum outcome outcome = f->try();
    say_padded(f->name, 20);
    say_padded(words[outcome], 8);
    say(self.details ? self.detail : f->text);
    say_line();
    return outcome;
}

static void say_machine(void)
{
    uint64_t name[2] = {CONFIG(PRESET)};

    say("self-test on ");
    say((const char *)name);
    say(": ");
    say_number(CONFIG(ISSUE));
    say(" atoms a bundle, ");
    say_number(vx_mfsr(SR_KHZ));
    say(" kHz, ");
    say_number(vx_mfsr(SR_DRAM_SIZE) >> 20);
    say(" MiB of which ");
    say_number(self.hidden_size >> 20);
    say(" are hidden");
    say_line();
}

/* Not every machine can raise every trap; what was seen is part of the answer. */
static void say_causes(void)
{
    say("traps seen:");
    for (unsigned cause = 1; cause < CAUSE_COUNT; cause++) {
        if (self.causes >> cause & 1) {
            say(" ");
            say(isa_cause_name[cause]);
        }
    }
    say_line();
}

void selftest_main(uint64_t flash, uint64_t hidden) __attribute__((noreturn));

void selftest_main(uint64_t flash, uint64_t hidden)
{
    unsigned count[OUTCOMES] = {0};

    self.flash = flash;
    self.hidden_size = hidden;
    trap_init();
    host_options();
    say_machine();
    for (unsigned i = 0; i < FEATURES; i++) {
        if (wanted(&features[i]))
            count[feature_try(&features[i])]++;
    }
    say_causes();
    say_number(count[OK]);
    say(" ok, ");
    say_number(count[ABSENT]);
    say(" absent, ");
    say_number(count[FAILED]);
    say(" failed");
    say_line();
    if (!count[OK] && !count[ABSENT] && !count[FAILED])
        host_exit(HOST_EXIT_OPTION, 0, "cms.only: no such feature");
    host_exit(HOST_EXIT_DEBUG, count[FAILED], "self-test");
}
