/*
 * console.c - byte streams between the firmware and the host's terminal or files.
 */
#define _POSIX_C_SOURCE 200809L

#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static void console_single_characters(struct console *c)
{
    struct termios raw;

    if (!isatty(c->in) || tcgetattr(c->in, &c->saved) != 0)
        return;
    raw = c->saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ISIG stays: Ctrl-C is the simulator's */
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    c->in_terminal = tcsetattr(c->in, TCSANOW, &raw) == 0;
}

bool console_open(struct console *c, const char *out, const char *in, char *error,
                  size_t error_size)
{
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
        console_single_characters(c);
    return true;
}

static void console_end_input(struct console *c)
{
    if (c->in_terminal)
        tcsetattr(c->in, TCSANOW, &c->saved);
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

enum host_status console_read(struct console *c, void *to, uint64_t length, uint64_t *count)
{
    struct pollfd ready = {.fd = c->in, .events = POLLIN};

    *count = 0;
    if (c->in < 0)
        return HOST_EHANDLE;
    if (c->out)
        fflush(c->out); /* a prompt without newline must be seen before it can be answered */
    if (length == 0 || poll(&ready, 1, 0) <= 0)
        return HOST_OK;
    ssize_t n = read(c->in, to, length);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN ? HOST_OK : HOST_EIO;
    if (n == 0) {
        console_end_input(c);
        return HOST_EHANDLE;
    }
    *count = (uint64_t)n;
    return HOST_OK;
}
