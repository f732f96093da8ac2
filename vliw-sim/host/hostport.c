/*
 * hostport.c - the host's side of the host port: requests in, effects on the host out.
 *
 * A request block is copied out of the chip's memory before anything in it is looked at, and only
 * its answer is copied back, so that a block which overlaps its own buffer, or changes under the
 * host's hands, confuses nobody. Every buffer is resolved by chip_mem(), which knows what the
 * firmware may name; no address of the chip is used otherwise.
 */
#define _POSIX_C_SOURCE 200809L

#include "hostport.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "hidden-mem/hostport.h"
#include "media.h"
#include "picture.h"
#include "screen.h"
#include "script.h"
#include "sound.h"
#include "terminal.h"
#include "vliw-sim/chip.h"

struct host_port {
    const struct host_config *config;
    struct console console[HOST_CONSOLES];
    struct medium disk[HOST_UNITS];
    struct medium blob[HOST_BLOBS];
    unsigned blobs;
    struct picture picture;
    struct terminal terminal;
    struct console keys; /* of the terminal */
    struct script *script;
    struct sound sound;
    struct host_report report;
};

struct host_port *hostport_new(const struct host_config *config, char *error, size_t error_size)
{
    struct host_port *port = calloc(1, sizeof(*port));

    if (!port) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    port->config = config;
    for (unsigned i = 0; i < HOST_CONSOLES; i++)
        port->console[i].in = -1;
    port->keys.in = -1;
    for (unsigned i = 0; i < HOST_UNITS; i++)
        port->disk[i].fd = -1;

    for (unsigned i = 0; i < HOST_UNITS; i++) {
        const struct host_disk_config *d = &config->disk[i];
        if (d->path && !media_open_disk(&port->disk[i], d, error, error_size))
            goto fail;
    }
    for (unsigned i = 0; i < HOST_BLOBS && config->blob[i].name; i++) {
        if (!media_open_blob(&port->blob[i], config->blob[i].path, HOST_BLOB_LIMIT, error,
                             error_size))
            goto fail;
        port->blobs++;
    }
    if (config->screen && !screen_usable(config->screen, error, error_size))
        goto fail;
    if (config->picture && !screen_usable(config->picture, error, error_size))
        goto fail;
    if (config->sound && !sound_open(&port->sound, config->sound, error, error_size))
        goto fail;
    if (config->script && !(port->script = script_open(config->script, error, error_size)))
        goto fail;
    /*
     * Consoles last: a terminal is switched to single characters only when nothing can fail any
     * more.
     */
    for (unsigned i = HOST_CONSOLES; i-- > 0;)
        if (!console_open(&port->console[i], config->console_out[i], config->console_in[i], error,
                          error_size))
            goto fail;
    if (config->live) {
        terminal_open(&port->terminal, stdout);
        if (!console_open(&port->keys, NULL, "-", error, error_size))
            goto fail;
    }
    return port;

fail:
    hostport_free(port);
    return NULL;
}

void hostport_free(struct host_port *port)
{
    if (!port)
        return;
    for (unsigned i = 0; i < HOST_CONSOLES; i++)
        console_close(&port->console[i]);
    hostport_leave_terminal(port);
    for (unsigned i = 0; i < HOST_UNITS; i++)
        media_close(&port->disk[i]);
    for (unsigned i = 0; i < port->blobs; i++)
        media_close(&port->blob[i]);
    picture_free(&port->picture);
    sound_close(&port->sound);
    script_free(port->script);
    free(port);
}

void hostport_leave_terminal(struct host_port *port)
{
    console_close(&port->keys);
    terminal_close(&port->terminal);
}

const struct host_report *hostport_report(const struct host_port *port)
{
    return &port->report;
}

/* Copies text from the chip, cut to fit, with everything that could disturb a terminal replaced. */
static void copy_text(char *to, size_t size, const uint8_t *from, uint64_t length)
{
    size_t n = length < size - 1 ? (size_t)length : size - 1;

    for (size_t i = 0; i < n; i++)
        to[i] = (char)((from[i] >= 0x20 && from[i] < 0x7f) || from[i] == '\t' ? from[i] : '?');
    to[n] = '\0';
}

static enum host_status serve_option(struct host_port *port, struct host_request *rq, uint8_t *buf)
{
    if (rq->arg[0] >= port->config->options)
        return HOST_EHANDLE;
    const char *text = port->config->option[rq->arg[0]];
    size_t length = strlen(text);
    if (length > rq->length)
        return HOST_ERANGE;
    memcpy(buf, text, length);
    rq->result = length;
    return HOST_OK;
}

static enum host_status serve_line(FILE *to, const uint8_t *buf, uint64_t length)
{
    char line[4096];

    if (!to)
        return HOST_OK;
    copy_text(line, sizeof(line), buf, length);
    return fprintf(to, "%s\n", line) < 0 ? HOST_EIO : HOST_OK;
}

static enum host_status serve_log(struct host_port *port, const struct host_request *rq,
                                  const uint8_t *buf)
{
    static const char *const severity[] = {"error", "warning", "info"};
    char line[1024];

    if (rq->arg[0] > 2)
        return HOST_ERANGE;
    if (!port->config->log || (int)rq->arg[0] > port->config->log_level)
        return HOST_OK;
    copy_text(line, sizeof(line), buf, rq->length);
    return fprintf(port->config->log, "firmware: %s: %s\n", severity[rq->arg[0]], line) < 0
               ? HOST_EIO
               : HOST_OK;
}

static enum host_status serve_blob_open(struct host_port *port, struct host_request *rq,
                                        const uint8_t *buf)
{
    for (unsigned i = 0; i < port->blobs; i++) {
        const char *name = port->config->blob[i].name;
        if (strlen(name) == rq->length && memcmp(name, buf, rq->length) == 0) {
            rq->result = i;
            rq->arg[1] = port->blob[i].size;
            return HOST_OK;
        }
    }
    return HOST_EHANDLE;
}

static enum host_status serve_blob_read(struct host_port *port, struct host_request *rq,
                                        uint8_t *buf)
{
    if (rq->arg[0] >= port->blobs)
        return HOST_EHANDLE;
    const struct medium *m = &port->blob[rq->arg[0]];
    if (rq->arg[1] > m->size)
        return HOST_ERANGE;
    uint64_t left = m->size - rq->arg[1];
    rq->result = rq->length < left ? rq->length : left;
    return media_read(m, buf, rq->result, rq->arg[1]);
}

static enum host_status serve_disk(struct host_port *port, struct host_request *rq, uint8_t *buf)
{
    if (rq->arg[0] >= HOST_UNITS || port->disk[rq->arg[0]].fd < 0)
        return HOST_EHANDLE;
    struct medium *m = &port->disk[rq->arg[0]];

    switch (rq->op) {
    case HOST_BLK_READ: return media_read(m, buf, rq->length, rq->arg[1]);
    case HOST_BLK_WRITE: return media_write(m, buf, rq->length, rq->arg[1]);
    case HOST_BLK_FLUSH: return media_flush(m);
    default:
        rq->result = m->size;
        rq->arg[1] = m->readonly;
        rq->arg[2] = port->config->disk[rq->arg[0]].medium;
        return HOST_OK;
    }
}

static enum host_status serve_stat(struct host_report *report, const struct host_request *rq,
                                   const uint8_t *buf)
{
    char name[HOST_NAME_MAX];
    unsigned i;

    if (rq->length == 0 || rq->length >= sizeof(name))
        return HOST_ERANGE;
    copy_text(name, sizeof(name), buf, rq->length);
    for (i = 0; i < report->stats && strcmp(report->stat[i].name, name) != 0; i++)
        ;
    if (i == HOST_STATS)
        return HOST_ERANGE;
    if (i == report->stats) {
        memcpy(report->stat[i].name, name, sizeof(name));
        report->stats++;
    }
    report->stat[i].value = rq->arg[0];
    return HOST_OK;
}

static enum host_status serve_screen(struct host_port *port, const struct host_request *rq,
                                     const uint8_t *buf)
{
    if (rq->arg[0] == 0 || rq->arg[0] > SCREEN_COLUMNS_MAX || rq->arg[1] == 0 ||
        rq->arg[1] > SCREEN_ROWS_MAX)
        return HOST_ERANGE;
    if (rq->length != rq->arg[0] * rq->arg[1] * 2)
        return HOST_ERANGE;
    if (!port->config->screen && !port->config->display)
        return HOST_EHANDLE;
    unsigned columns = (unsigned)rq->arg[0], rows = (unsigned)rq->arg[1];
    enum host_status status = terminal_show(&port->terminal, buf, columns, rows, rq->arg[2]);
    if (status == HOST_OK && port->config->screen)
        status = screen_write(port->config->screen, buf, columns, rows);
    return status;
}

/* From the script if there is one, else from the terminal, if that is shown. */
static enum host_status serve_events(struct host_port *port, struct host_request *rq, uint8_t *buf)
{
    struct host_event *to = (struct host_event *)buf;
    uint64_t most = rq->length / sizeof(*to), count = 0;
    uint8_t typed[16];

    if (port->script)
        return script_events(port->script, to, most, &rq->result);
    if (!port->config->live)
        return HOST_EHANDLE;
    enum host_status status = console_read(&port->keys, typed, sizeof(typed), &count);
    terminal_typed(&port->terminal, typed, count);
    rq->result = terminal_events(&port->terminal, to, most);
    return rq->result ? HOST_OK : status;
}

static enum host_status serve_frame(struct host_port *port, const struct host_request *rq,
                                    const uint8_t *buf)
{
    uint64_t width = rq->arg[0], height = rq->arg[1];

    if (!port->config->picture)
        return HOST_EHANDLE;
    if (width == 0 || width > PICTURE_SIDE_MAX || height == 0 || height > PICTURE_SIDE_MAX ||
        rq->arg[2] >= height || rq->length != width * 3)
        return HOST_ERANGE;
    return picture_line(&port->picture, port->config->picture, (uint32_t)width, (uint32_t)height,
                        (uint32_t)rq->arg[2], buf);
}

static enum host_status serve_end(struct host_report *report, const struct host_request *rq,
                                  const uint8_t *buf)
{
    if (rq->op == HOST_EXIT && rq->arg[0] >= HOST_EXIT_COUNT)
        return HOST_ERANGE;
    copy_text(report->reason, sizeof(report->reason), buf, rq->length);
    report->state = rq->op == HOST_EXIT ? HOST_EXITED : HOST_PANICKED;
    report->how = rq->op == HOST_EXIT ? (uint32_t)rq->arg[0] : 0;
    report->value = rq->arg[1];
    return HOST_OK;
}

/* How an operation uses its buffer. */
enum buffer_use { BUFFER_NONE, BUFFER_IN, BUFFER_OUT };

static enum buffer_use buffer_use(uint32_t op)
{
    switch (op) {
    case HOST_VERSION:
    case HOST_CLOCK:
    case HOST_MARK:
    case HOST_BLK_INFO:
    case HOST_BLK_FLUSH:
    case HOST_SPEAKER: return BUFFER_NONE;
    case HOST_OPTION:
    case HOST_CON_READ:
    case HOST_EVENTS:
    case HOST_BLOB_READ:
    case HOST_BLK_READ: return BUFFER_OUT;
    default: return BUFFER_IN;
    }
}

static enum host_status serve(struct host_port *port, struct chip *chip, struct host_request *rq)
{
    uint8_t none[1], *buf = none;
    enum buffer_use use = buffer_use(rq->op);

    if (use != BUFFER_NONE) {
        if (rq->length > HOST_MAX_LENGTH)
            return HOST_ERANGE;
        if (rq->length > 0)
            buf = chip_mem(chip, rq->buffer, rq->length, use == BUFFER_OUT);
        if (!buf)
            return HOST_EADDR;
    }

    switch (rq->op) {
    case HOST_VERSION: rq->result = HOSTPORT_VERSION; return HOST_OK;
    case HOST_OPTION: return serve_option(port, rq, buf);
    case HOST_CON_WRITE:
        if (rq->arg[0] >= HOST_CONSOLES)
            return HOST_EHANDLE;
        if (port->script && rq->arg[0] == 0)
            script_hear(port->script, buf, rq->length);
        return console_write(&port->console[rq->arg[0]], buf, rq->length);
    case HOST_CON_READ:
        if (rq->arg[0] >= HOST_CONSOLES)
            return HOST_EHANDLE;
        if (port->script && rq->arg[0] == 0)
            return script_type(port->script, buf, rq->length, &rq->result);
        return console_read(&port->console[rq->arg[0]], buf, rq->length, &rq->result);
    case HOST_LOG: return serve_log(port, rq, buf);
    case HOST_TRACE: return serve_line(port->config->trace, buf, rq->length);
    case HOST_BLOB_OPEN: return serve_blob_open(port, rq, buf);
    case HOST_BLOB_READ: return serve_blob_read(port, rq, buf);
    case HOST_BLK_INFO:
    case HOST_BLK_READ:
    case HOST_BLK_WRITE:
    case HOST_BLK_FLUSH: return serve_disk(port, rq, buf);
    case HOST_CLOCK: rq->result = port->config->clock; return HOST_OK;
    case HOST_STAT: return serve_stat(&port->report, rq, buf);
    case HOST_SCREEN: return serve_screen(port, rq, buf);
    case HOST_EVENTS: return serve_events(port, rq, buf);
    case HOST_FRAME: return serve_frame(port, rq, buf);
    case HOST_MARK:
        if (rq->arg[0] > 1)
            return HOST_ERANGE;
        return (rq->arg[0] ? section_begin(chip) : section_end(chip)) ? HOST_OK : HOST_ERANGE;
    case HOST_SPEAKER:
        return sound_change(&port->sound, rq->arg[0], rq->arg[1], rq->arg[2] != 0);
    case HOST_EXIT:
    case HOST_PANIC: return serve_end(&port->report, rq, buf);
    default: return HOST_EOP;
    }
}

int hostport_serve(struct host_port *port, struct chip *chip, uint64_t addr)
{
    struct host_report *report = &port->report;
    struct host_request rq;

    if (report->state != HOST_RUNNING)
        return 1;
    report->requests++;
    uint8_t *block = addr % 8 == 0 ? chip_mem(chip, addr, sizeof(rq), true) : NULL;
    if (!block) {
        report->unread++;
        return 0;
    }
    memcpy(&rq, block, sizeof(rq));
    rq.status = serve(port, chip, &rq);
    if (rq.status != HOST_OK)
        report->refused++;
    memcpy(block, &rq, sizeof(rq));
    return report->state != HOST_RUNNING;
}
