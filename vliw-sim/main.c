/*
 * main.c - vliw-sim: one chip, from the command line to its summary.
 *
 *   options_parse    the command line, and the machine that it describes
 *   chip_new         the machine
 *   load             boot ROM and flash, or a native program; names for addresses
 *   hostport_new     the world behind the host port
 *   engine_run       until something ends it
 *   finish           why, where, the summary; the exit status says it in a number
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hidden-mem/hostport.h"
#include "vliw-sim/check.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/digest.h"
#include "vliw-sim/exits.h"
#include "vliw-sim/loader.h"
#include "vliw-sim/options.h"
#include "vliw-sim/panic.h"
#include "vliw-sim/profile.h"
#include "vliw-sim/stats.h"
#include "vliw-sim/symbols.h"
#include "vliw-sim/trace.h"

#define LAST_CYCLES 1000000000 /* for the firmware to show the screen when the run is stopped */

struct run {
    struct options options;
    struct chip *chip;
    struct check *check; /* of both engines; NULL: one runs alone */
    struct host_port *host;
    struct symbols *symbols;
    struct trace trace;
    char reason[1024];
};

static int complain(int status, const char *text)
{
    fprintf(stderr, "vliw-sim: %s\n", text);
    return status;
}

/* What ends a program is read from a descriptor, when the engine looks up from its work. */
static int signals_open(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---------------------------------------------------------------- before the first cycle */

static bool chip_load(struct chip *chip, const struct options *o, char *error, size_t size)
{
    if (o->native)
        return loader_native(chip, o->native, error, size);
    return loader_rom(chip, o->rom, error, size) && loader_flash(chip, o->flash, error, size);
}

static int run_load(struct run *run)
{
    const struct options *o = &run->options;
    const char *names = o->symbols ? o->symbols : o->native;
    char error[1024];

    if (!chip_load(run->chip, o, error, sizeof error))
        return complain(EXIT_INPUT, error);
    if (names) {
        run->symbols = symbols_load(names, error, sizeof error);
        if (!run->symbols)
            return complain(EXIT_INPUT, error);
    }
    return EXIT_OK;
}

static int run_connect(struct run *run)
{
    struct options *o = &run->options;
    char error[1024];

    run->trace = (struct trace){.out = stderr, .wanted = o->trace_on, .symbols = run->symbols};
    if (o->trace_file && strcmp(o->trace_file, "-") == 0) {
        run->trace.out = stdout;
    } else if (o->trace_file) {
        run->trace.out = fopen(o->trace_file, "w");
        if (!run->trace.out) {
            snprintf(error, sizeof error, "%.500s: %s", o->trace_file, strerror(errno));
            return complain(EXIT_INPUT, error);
        }
    }
    trace_header(&run->trace);
    o->host.log = stderr;
    o->host.trace = run->trace.out;
    run->host = hostport_new(&o->host, error, sizeof error);
    if (!run->host)
        return complain(EXIT_INPUT, error);
    run->chip->host = run->host;
    run->chip->trace = &run->trace;
    run->chip->trace_from = o->trace_from;
    run->chip->trace_to = o->trace_to;
    run->chip->profile = o->profile ? profile_new() : NULL;
    run->chip->max_cycles = o->max_cycles;
    run->chip->signal_fd = signals_open();
    return EXIT_OK;
}

/* The engine, or both. */
static int run_engine(struct run *run)
{
    char error[1024];
    bool fast = !run->options.reference && fast_open(run->chip);

    if (!run->options.check)
        return EXIT_OK;
    if (!fast)
        return complain(EXIT_USAGE, "--engine check: this host has only the reference engine");
    if (!run->chip->machine.trap_enter)
        return complain(EXIT_USAGE, "--engine check: core.trap_enter must not be 0");
    struct chip *other = chip_new(&run->options.machine);
    run->check = check_new(run->chip, other);
    return chip_load(other, &run->options, error, sizeof error) ? EXIT_OK
                                                                : complain(EXIT_INPUT, error);
}

static int config_write(const struct options *o)
{
    FILE *out = o->config_out ? fopen(o->config_out, "w") : NULL;

    if (!o->config_out)
        return EXIT_OK;
    if (!out) {
        fprintf(stderr, "vliw-sim: %s: %s\n", o->config_out, strerror(errno));
        return EXIT_INPUT;
    }
    machine_write(&o->machine, out);
    fclose(out);
    return EXIT_OK;
}

/* ---------------------------------------------------------------- after the last cycle */

static int end_of_host(const struct host_report *r, char *text, size_t size)
{
    static const struct {
        int status;
        const char *text;
    } how[] = {
        [HOST_EXIT_POWEROFF] = {EXIT_OK, "powered off"},
        [HOST_EXIT_HALT] = {EXIT_HALTED, "guest halted with interrupts off"},
        [HOST_EXIT_DEBUG] = {EXIT_GUEST, "debug exit"},
        [HOST_EXIT_FAULT] = {EXIT_GUEST, "triple fault"},
        [HOST_EXIT_ROM] = {EXIT_ROM, "boot ROM"},
        [HOST_EXIT_OPTION] = {EXIT_USAGE, "firmware"},
        [HOST_EXIT_INPUT] = {EXIT_INPUT, "firmware"},
    };

    if (r->state == HOST_PANICKED) {
        snprintf(text, size, "firmware panic: %s", r->reason);
        return EXIT_PANIC;
    }
    if (r->how >= sizeof how / sizeof how[0]) {
        snprintf(text, size, "firmware ended the run in an unknown way (%" PRIu32 ")", r->how);
        return EXIT_PANIC;
    }
    bool counts = r->how == HOST_EXIT_DEBUG || r->how == HOST_EXIT_POWEROFF;
    snprintf(text, size, "%s", how[r->how].text);
    if (counts && r->value)
        snprintf(text + strlen(text), size - strlen(text), " with value %" PRIu64, r->value);
    if (*r->reason)
        snprintf(text + strlen(text), size - strlen(text), ": %s", r->reason);
    if (counts)
        return r->value ? EXIT_GUEST : EXIT_OK;
    return how[r->how].status;
}

static int end_of_run(struct run *run, char *text, size_t size)
{
    const struct chip *chip = run->chip;
    const struct event *trap = events_trap(&chip->events);
    char here[SYMBOL_TEXT], there[SYMBOL_TEXT];

    symbols_text(run->symbols, chip->stop_pc, here);
    symbols_text(run->symbols, chip->epc, there);
    switch (chip->stop) {
    case STOP_HOST: {
        int status = end_of_host(hostport_report(run->host), text, size);

        if (status == EXIT_PANIC && trap)
            snprintf(text + strlen(text), size - strlen(text), " (last trap: %s at %s)",
                     isa_cause_name[trap->a], symbols_text(run->symbols, trap->pc, there));
        return status;
    }
    case STOP_TRAP_LOOP:
        snprintf(text, size, "trap loop: %s at %s, address 0x%" PRIx64 ", %" PRIu64 " times",
                 isa_cause_name[chip->cause], there, chip->badaddr, chip->loop_count);
        return EXIT_TRAP;
    case STOP_DOUBLE:
        snprintf(text, size,
                 "double trap: %s at %s, address 0x%" PRIx64 ", while handling %s at %s",
                 isa_cause_name[chip->double_cause], here, chip->trap.badaddr,
                 isa_cause_name[chip->cause], there);
        return EXIT_TRAP;
    case STOP_STALE:
        snprintf(text, size, "firmware bug: stale code at %s: changed in memory, no icf since",
                 here);
        return EXIT_PANIC;
    case STOP_IDLE:
        snprintf(text, size, "halted at %s, and no interrupt can come: the timer is off", here);
        return EXIT_HALTED;
    case STOP_WATCHDOG:
        snprintf(text, size, "watchdog: nothing committed in %" PRIu32 " million cycles, at %s",
                 chip->machine.watchdog, here);
        return EXIT_TRAP;
    case STOP_LIMIT: snprintf(text, size, "--max-cycles reached at %s", here); return EXIT_LIMIT;
    case STOP_DIFFER: check_text(run->check, run->symbols, text, size); return EXIT_DIFFER;
    case STOP_INTERRUPTED: snprintf(text, size, "interrupted at %s", here); return EXIT_INTERRUPTED;
    case STOP_NONE: break;
    }
    panic("the engine returned for no reason");
}

/*
 * A file for results, or NULL if none is wanted or (then *status says so, unless it says worse)
 * possible.
 */
static FILE *result_open(const char *path, int *status)
{
    FILE *out = path ? fopen(path, "w") : NULL;

    if (path && !out) {
        fprintf(stderr, "vliw-sim: %s: %s\n", path, strerror(errno));
        *status = *status ? *status : EXIT_INPUT;
    }
    return out;
}

/* The same file with another ending, unless it is no file but /dev/null or a pipe. */
static FILE *result_beside(const char *path, const char *ending, int *status)
{
    char name[4096];

    struct stat s;

    if (!path || stat(path, &s) || !S_ISREG(s.st_mode) ||
        snprintf(name, sizeof name, "%s%s", path, ending) >= (int)sizeof name)
        return NULL;
    return result_open(name, status);
}

/* FILE has the statistics as JSON, FILE.txt as text, FILE.ini the machine that they are of. */
static void stats_write(struct run *run, const struct stats_end *end, int *status)
{
    const char *path = run->options.stats;
    FILE *json = result_open(path, status);
    FILE *text = json ? result_beside(path, ".txt", status) : NULL;
    FILE *machine = json ? result_beside(path, ".ini", status) : NULL;
    struct stats_end timeless = *end;

    timeless.seconds = 0;
    if (json) {
        stats_json(run->chip, hostport_report(run->host), end, json);
        fclose(json);
    }
    if (text) {
        stats_text(run->chip, hostport_report(run->host), &timeless, text);
        fclose(text);
    }
    if (machine) {
        machine_write(&run->options.machine, machine);
        fclose(machine);
    }
}

static int results_write(struct run *run, const struct stats_end *end)
{
    int status = end->status;
    FILE *profile = result_open(run->options.profile, &status);
    FILE *digest = result_open(run->options.digest, &status);

    stats_write(run, end, &status);
    if (digest) {
        digest_write(run->chip, hostport_report(run->host), digest);
        fclose(digest);
    }
    if (profile) {
        profile_write(run->chip->profile, run->chip->cycle, run->symbols, profile);
        fclose(profile);
    }
    return status;
}

/*
 * Did the run end before it began, because of what the command line said or named? Then one line is
 * enough.
 */
static bool refused(int status)
{
    return status == EXIT_ROM || status == EXIT_USAGE || status == EXIT_INPUT;
}

/*
 * A run that was stopped from outside ends in the firmware's knowledge too, if somebody wants to
 * see the guest's screen: it is asked to end, and shows it. What the summary says is of the moment
 * of the stop.
 */
static void run_last_look(struct run *run)
{
    const struct options *o = &run->options;
    struct chip *chip = run->chip;
    struct signalfd_siginfo info;

    if ((chip->stop != STOP_LIMIT && chip->stop != STOP_INTERRUPTED) || o->native ||
        !(o->host.screen || o->host.picture || o->host.live))
        return;
    while (chip->signal_fd >= 0 && read(chip->signal_fd, &info, sizeof info) > 0)
        ; /* the next one stops this too */
    run->trace.wanted = run->trace.on = 0;
    if (run->check) {
        check_ask_to_end(run->check, LAST_CYCLES);
        return;
    }
    chip_ask_to_end(chip, LAST_CYCLES);
    engine_run(chip);
}

static int run_finish(struct run *run, double seconds)
{
    struct stats_end end = {.reason = run->reason, .seconds = seconds};
    char *text = NULL;
    size_t length = 0;

    end.status = end_of_run(run, run->reason, sizeof run->reason);
    fflush(stdout);
    if (refused(end.status))
        return complain(end.status, run->reason);
    FILE *out = panic_if_null(open_memstream(&text, &length));
    if (end.status == EXIT_PANIC || end.status == EXIT_TRAP || end.status == EXIT_INTERRUPTED ||
        end.status == EXIT_DIFFER)
        events_print(&run->chip->events, run->symbols, out);
    if (end.status == EXIT_DIFFER)
        events_print(check_events(run->check), run->symbols, out);
    stats_text(run->chip, hostport_report(run->host), &end, out);
    fclose(out);
    int status = results_write(run, &end);
    run_last_look(run);
    hostport_leave_terminal(run->host);
    fwrite(text, 1, length, stderr);
    free(text);
    return status;
}

static void run_free(struct run *run)
{
    hostport_free(run->host);
    symbols_free(run->symbols);
    if (run->chip->signal_fd >= 0)
        close(run->chip->signal_fd);
    profile_free(run->chip->profile);
    check_free(run->check);
    chip_free(run->chip);
    if (run->trace.out && run->trace.out != stderr && run->trace.out != stdout)
        fclose(run->trace.out);
    free(run);
}

int main(int argc, char **argv)
{
    struct run *run = panic_if_null(calloc(1, sizeof *run));
    struct config_error err;
    enum options_result parsed = options_parse(&run->options, argc, argv, &err);
    int status;

    if (parsed != OPTIONS_RUN) {
        free(run);
        return parsed == OPTIONS_DONE ? EXIT_OK : complain(EXIT_USAGE, err.text);
    }
    status = config_write(&run->options);
    run->chip = chip_new(&run->options.machine);
    if (!status)
        status = run_load(run);
    if (!status)
        status = run_connect(run);
    if (!status)
        status = run_engine(run);
    if (!status) {
        double start = cpu_seconds();
        if (run->check)
            check_run(run->check);
        else
            engine_run(run->chip);
        status = run_finish(run, cpu_seconds() - start);
    }
    run_free(run);
    return status;
}
