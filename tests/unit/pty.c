/*
 * pty.c - runs a command at a terminal of its own, and does there what a person would.
 *
 *     pty STEP... -- COMMAND...
 *
 * A STEP is expect:TEXT (waits until the command has written that, since the last step of this
 * kind), send:TEXT (types; \r and \e as in C, \a is Ctrl-A), signal:NUMBER, or attach:TEXT, after
 * which send types at the other terminal whose name the command has written behind TEXT, until the
 * next one closes that and opens another. All that the command writes, there too, goes to standard
 * output; then come its exit status and whether its first terminal is set as it was.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#define OUTPUT_MAX (1 << 20)
#define PATIENCE_MS 120000

struct session {
    int fd, attached; /* -1: none */
    pid_t pid;
    char text[OUTPUT_MAX + 1]; /* what has been written */
    size_t length, looked;     /* expect goes on from there */
};

/* More of what the command writes. False: it writes no more, or not in time. */
static bool session_read(struct session *s, int patience)
{
    struct pollfd p[] = {{.fd = s->fd, .events = POLLIN}, {.fd = s->attached, .events = POLLIN}};

    if (poll(p, 2, patience) <= 0 || s->length == OUTPUT_MAX)
        return false;
    int fd = p[0].revents ? s->fd : s->attached;
    ssize_t n = read(fd, s->text + s->length, OUTPUT_MAX - s->length);
    if (n <= 0)
        return false;
    for (ssize_t i = 0; i < n; i++) /* so that the text is a string */
        if (!s->text[s->length + (size_t)i])
            s->text[s->length + (size_t)i] = ' ';
    fwrite(s->text + s->length, 1, (size_t)n, stdout);
    s->length += (size_t)n;
    s->text[s->length] = '\0';
    return true;
}

static bool session_expect(struct session *s, const char *text)
{
    const char *at;

    while (!(at = strstr(s->text + s->looked, text)))
        if (!session_read(s, PATIENCE_MS))
            return false;
    s->looked = (size_t)(at - s->text) + strlen(text);
    return true;
}

static bool session_send(struct session *s, const char *text)
{
    static const char names[] = "rea", bytes[] = "\r\033\001";

    for (; *text; text++) {
        char c = *text;
        if (c == '\\' && text[1] && strchr(names, text[1]))
            c = bytes[strchr(names, *++text) - names];
        if (write(s->attached >= 0 ? s->attached : s->fd, &c, 1) != 1)
            return false;
    }
    return true;
}

static bool session_attach(struct session *s, const char *text)
{
    char name[64];
    const char *at;

    while (!(at = strstr(s->text, text)) || !strchr(at, '\n'))
        if (!session_read(s, PATIENCE_MS))
            return false;
    if (s->attached >= 0)
        close(s->attached);
    s->attached = -1;
    if (sscanf(at + strlen(text), "%63s", name) == 1)
        s->attached = open(name, O_RDWR | O_NOCTTY);
    return s->attached >= 0;
}

static bool session_step(struct session *s, const char *step)
{
    if (strncmp(step, "expect:", 7) == 0)
        return session_expect(s, step + 7);
    if (strncmp(step, "send:", 5) == 0)
        return session_send(s, step + 5);
    if (strncmp(step, "attach:", 7) == 0)
        return session_attach(s, step + 7);
    return strncmp(step, "signal:", 7) == 0 && kill(s->pid, atoi(step + 7)) == 0;
}

static bool same(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cc[VMIN] == b->c_cc[VMIN] && a->c_cc[VTIME] == b->c_cc[VTIME];
}

int main(int argc, char **argv)
{
    static struct session s = {.attached = -1};
    struct termios before, after;
    int steps = 1, status = 0, slave;

    while (steps < argc && strcmp(argv[steps], "--") != 0)
        steps++;
    if (steps + 1 >= argc) {
        fprintf(stderr, "usage: pty STEP... -- COMMAND...\n");
        return 2;
    }
    if (openpty(&s.fd, &slave, NULL, NULL, &(struct winsize){30, 100, 0, 0}) != 0 ||
        tcgetattr(slave, &before) != 0 || (s.pid = fork()) < 0) {
        perror("pty");
        return 2;
    }
    if (s.pid == 0) {
        if (login_tty(slave) == 0)
            execvp(argv[steps + 1], argv + steps + 1);
        _exit(127);
    }
    for (int i = 1; i < steps; i++)
        if (!session_step(&s, argv[i])) {
            printf("\nnot done: %s\n", argv[i]);
            kill(s.pid, SIGKILL);
            return 1;
        }
    /* This side has the terminal open too, so there is no end of file: ask who still lives. */
    while (waitpid(s.pid, &status, WNOHANG) == 0)
        if (!session_read(&s, 50) && s.length == OUTPUT_MAX)
            kill(s.pid, SIGKILL);
    while (session_read(&s, 0))
        ;
    if (WIFEXITED(status))
        printf("\nstatus %d\n", WEXITSTATUS(status));
    else
        printf("\nsignal %d\n", WTERMSIG(status));
    if (tcgetattr(slave, &after) != 0)
        return 2;
    printf("the terminal is %s\n", same(&before, &after) ? "as it was" : "changed");
    return 0;
}
