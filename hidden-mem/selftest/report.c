/* report.c - lines on the console, and what a feature has to say for itself. */
#include "selftest.h"

/* ---------------------------------------------------------------- lines */

void say(const char *text)
{
    while (*text && self.said < LINE - 1)
        self.line[self.said++] = *text++;
}

void say_padded(const char *text, size_t width)
{
    size_t end = self.said + width;

    say(text);
    while (self.said < end)
        say(" ");
}

/* Without dividing: the machine may not be able to. */
void say_number(uint64_t value)
{
    static const uint32_t powers[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                      10000,      1000,      100,      10,      1};
    bool some = false;

    for (unsigned i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        char digit[2] = "0";
        for (; value >= powers[i]; value -= powers[i])
            digit[0]++;
        some |= digit[0] != '0' || powers[i] == 1;
        if (some)
            say(digit);
    }
}

void say_line(void)
{
    self.line[self.said++] = '\n';
    host_call(HOST_CON_WRITE, 0, 0, self.line, self.said, NULL);
    self.said = 0;
}

/* ---------------------------------------------------------------- details */

void detail(const char *text)
{
    while (*text && self.details < DETAIL - 1)
        self.detail[self.details++] = *text++;
    self.detail[self.details] = '\0';
}

void detail_hex(uint64_t value)
{
    unsigned shift = 60;

    while (shift && !(value >> shift))
        shift -= 4;
    detail("0x");
    for (;; shift -= 4) {
        char digit[2] = {"0123456789abcdef"[value >> shift & 15]};
        detail(digit);
        if (!shift)
            return;
    }
}

bool same(const char *what, uint64_t got, uint64_t want)
{
    if (got == want)
        return true;
    detail(what);
    detail(": ");
    detail_hex(got);
    detail(", expected ");
    detail_hex(want);
    return false;
}

static void detail_trap(void)
{
    detail(isa_cause_name[self.seen.cause]);
    detail(" (address ");
    detail_hex(self.seen.badaddr);
    detail(", ");
    detail_hex(self.seen.einfo);
    detail(")");
}

bool piece_gives(uint64_t want, const char *text, const uint64_t arg[4])
{
    uint64_t got = piece_run(text, arg);

    if (self.seen.cause == CAUSE_none)
        return same(text, got, want);
    detail(text);
    detail(": trap ");
    detail_trap();
    return false;
}

bool piece_traps(uint64_t cause, const char *text, const uint64_t arg[4])
{
    piece_run(text, arg);
    if (self.seen.cause == cause)
        return true;
    detail(text);
    detail(": expected trap ");
    detail(isa_cause_name[cause]);
    detail(", found ");
    detail_trap();
    return false;
}
