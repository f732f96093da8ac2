/*
 * console.c - byte streams between the firmware and the host's terminal or files.
 */
#define _XOPEN_SOURCE 700

#include "console.h"

#include "hostport.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE 1 /* Ctrl-A: what follows is for the simulator */

/* A pseudo terminal for who wants to talk with the guest from another program. */
static bool console_open_pty(struct console *c, char *error, size_t error_size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct termios raw;

    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || !(c->out = fdopen(fd, "w"))) {
        snprintf(error, error_size, "no pseudo terminal: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    c->out_owned = true;
    c->in = fd;
    if (tcgetattr(fd, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(fd, TCSANOW, &raw);
    }
    setvbuf(c->out, NULL, _IONBF, 0);
    fprintf(stderr, "vliw-sim: serial port at %s\n", ptsname(fd));
    return true;
}

bool console_open(struct console *c, const char *out, const char *in, char *error,
                  size_t error_size)
{
    if (out && strcmp(out, HOST_CONSOLE_PTY) == 0)
        return console_open_pty(c, error, error_size);
    if (out && strcmp(out, "-") == 0) {
        c->out = stdout;
    } else if (out && strcmp(out, "&2") == 0) {
        c->out = stderr;
    } else if (out) {
        c->out = fopen(out, "we");
        c->out_owned = c->out != NULL;
        if (!c->out) {
            snprintf(error, error_size, "%s: %s, expected a file for console output", out,
                     strerror(errno));
            return false;
        }
    }
    if (c->out)
        setvbuf(c->out, NULL, _IOLBF, 1 << 12);

    if (in && strcmp(in, "-") == 0) {
        c->in = STDIN_FILENO;
    } else if (in) {
        c->in = open(in, O_RDONLY | O_CLOEXEC);
        c->in_owned = c->in >= 0;
        if (c->in < 0) {
            snprintf(error, error_size, "%s: %s, expected console input", in, strerror(errno));
            return false;
        }
    }
    if (c->in >= 0)
        c->in_terminal = tty_take(c->in);
    return true;
}

static void console_end_input(struct console *c)
{
    if (c->in_terminal)
        tty_restore(c->in);
    if (c->in_owned)
        close(c->in);
    c->in = -1;
    c->in_terminal = c->in_owned = false;
}

void console_close(struct console *c)
{
    console_end_input(c);
    if (c->out_owned)
        fclose(c->out);
    else if (c->out)
        fflush(c->out);
    c->out = NULL;
    c->out_owned = false;
}

enum host_status console_write(struct console *c, const void *from, uint64_t length)
{
    if (!c->out)
        return HOST_OK;
    return fwrite(from, 1, length, c->out) == length ? HOST_OK : HOST_EIO;
}

/* Ctrl-A x quits, Ctrl-A c stops as Ctrl-C would, Ctrl-A Ctrl-A is one for the guest. */
static uint64_t console_escapes(struct console *c, uint8_t *bytes, uint64_t count)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (!c->escaped && bytes[i] == ESCAPE) {
            c->escaped = true;
            continue;
        }
        if (!c->escaped || bytes[i] == ESCAPE)
            bytes[kept++] = bytes[i];
        else if (bytes[i] == 'x')
            kill(getpid(), SIGTERM);
        else if (bytes[i] == 'c')
            kill(getpid(), SIGINT);
        c->escaped = false;
    }
    return kept;
}

static enum host_status console_take(struct console *c, uint8_t *to, uint64_t length,
                                     uint64_t *count)
{
    struct pollfd ready = {.fd = c->in, .events = POLLIN};

    if (length == 0 || poll(&ready, 1, 0) <= 0)
        return HOST_OK;
    ssize_t n = read(c->in, to, length);
    if (n < 0) /* EIO: nobody has the other end of the pseudo terminal open */
        return errno == EINTR || errno == EAGAIN || errno == EIO ? HOST_OK : HOST_EIO;
    if (n == 0) {
        console_end_input(c);
        return HOST_EHANDLE;
    }
    *count = c->in_terminal ? console_escapes(c, to, (uint64_t)n) : (uint64_t)n;
    return HOST_OK;
}

/* From a terminal something is read even when nothing is wanted: it may be for the simulator. */
enum host_status console_read(struct console *c, void *to, uint64_t length, uint64_t *count)
{
    uint64_t held = 0;

    *count = 0;
    if (c->in < 0)
        return HOST_EHANDLE;
    if (c->out)
        fflush(c->out); /* a prompt without newline must be seen before it can be answered */
    if (!c->in_terminal)
        return console_take(c, to, length, count);
    enum host_status status = console_take(c, c->held + c->held_count,
                                           sizeof(c->held) - c->held_count, &held);
    c->held_count += (unsigned)held;
    *count = length < c->held_count ? length : c->held_count;
    memcpy(to, c->held, *count);
    c->held_count -= (unsigned)*count;
    memmove(c->held, c->held + *count, c->held_count);
    return status;
}
