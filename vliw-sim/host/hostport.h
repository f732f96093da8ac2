/*
 * hostport.h - the host's side of the host port: what firmware asks for, done with files,
 * terminals and clocks.
 *
 * A port is made from a host_config, which the command line fills in, and serves one request block
 * at a time. It believes nothing that the chip says and knows nothing of what the chip is used
 * for: consoles, block devices and blobs are numbered or named, and their bytes mean nothing here.
 *
 * What the firmware reports (statistics, the reason why the run ended, the text screen) is kept in
 * the port for the caller to print. Nothing in this directory prints on its own but console, log
 * and trace output into the streams that the configuration names.
 */
#ifndef SELKIRK_HOST_HOSTPORT_H
#define SELKIRK_HOST_HOSTPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hidden-mem/hostport.h"

#define HOST_CONSOLE_PTY "pty:" /* in console_out: a new pseudo terminal, whose name is logged */
#define HOST_BLOBS 8
#define HOST_STATS 256
#define HOST_NAME_MAX 64    /* bytes of a blob's or statistic's name, terminator included */
#define HOST_REASON_MAX 512 /* bytes of the text of an exit or panic, terminator included */
#define HOST_OPTION_MAX 256 /* longest firmware option handed over */
#define HOST_BLOB_LIMIT (256u << 20)

struct host_blob_config {
    const char *name; /* bios, vgabios, ... */
    const char *path;
};

struct host_disk_config {
    const char *path; /* NULL: no such device */
    bool readonly;
    bool overlay; /* writes are kept for this run alone */
    enum host_medium medium; /* a CD image is never written to */
};

/*
 * All strings are borrowed for the life of the port. "-" means standard output or input, "&2"
 * means standard error output; NULL means none.
 */
struct host_config {
    const char *console_out[HOST_CONSOLES];
    const char *console_in[HOST_CONSOLES];
    const char *script; /* types on the first console and the keyboard; NULL: nobody does */
    struct host_disk_config disk[HOST_UNITS];
    struct host_blob_config blob[HOST_BLOBS]; /* up to the first with a NULL name */
    const char *const *option;                /* firmware options, `key=value` */
    unsigned options;
    uint64_t clock;     /* seconds since 1970 at reset */
    FILE *log;          /* firmware log; NULL: none */
    int log_level;      /* highest severity that is written: 0 errors, 1 warnings, 2 everything */
    FILE *trace;        /* -d output; NULL: none */
    const char *sound;   /* what the speaker does goes to this file as WAV; NULL: nowhere */
    bool display;        /* the text screen may be shown, so the firmware tells of it */
    bool live;           /* it is, in the terminal at standard output, whose keys type */
    const char *screen;  /* the text screen goes to this file; NULL: nowhere */
    const char *picture; /* the picture goes to this file as PNG; NULL: nowhere */
};

enum host_state {
    HOST_RUNNING,
    HOST_EXITED,  /* the firmware ended the run: `how`, `value`, `reason` */
    HOST_PANICKED /* the firmware gave up: `reason` */
};

struct host_stat {
    char name[HOST_NAME_MAX];
    uint64_t value;
};

/* What the run left behind. Only for reading. */
struct host_report {
    enum host_state state;
    uint32_t how; /* enum host_exit */
    uint64_t value;
    char reason[HOST_REASON_MAX];
    struct host_stat stat[HOST_STATS]; /* in the order in which they were first reported */
    unsigned stats;
    uint64_t requests; /* served, well-formed or not */
    uint64_t refused;  /* of these: answered with an error */
    uint64_t unread;   /* request blocks that could not be read at all */
};

struct chip;
struct host_port;

/*
 * Opens everything that the configuration names. NULL if something is missing or unusable; then
 * `error` holds one line that says which file, what is wrong with it and what was expected.
 */
struct host_port *hostport_new(const struct host_config *config, char *error, size_t error_size);

/* Flushes and closes; the report dies with the port. NULL is allowed. */
void hostport_free(struct host_port *port);

/*
 * Serves the request block at native address `addr` of the chip. Returns 0 if the run goes on, 1
 * if this request ended it (or an earlier one did).
 */
int hostport_serve(struct host_port *port, struct chip *chip, uint64_t addr);

/* The terminal, if the screen was shown there, is anybody's again; nothing more is shown. */
void hostport_leave_terminal(struct host_port *port);

const struct host_report *hostport_report(const struct host_port *port);

#endif
