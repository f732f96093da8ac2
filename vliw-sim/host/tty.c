/*
 * tty.c - see tty.h. A process has one terminal, whatever number of chips it has, and a signal
 * handler has nowhere to look but here: so this file has the one variable of the simulator.
 */
#define _XOPEN_SOURCE 700

#include "tty.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct {
    volatile sig_atomic_t taken;
    bool prepared;
    int fd;
    struct termios before;
} tty;

void tty_restore(int fd)
{
    if (!tty.taken || fd != tty.fd)
        return;
    tcsetattr(tty.fd, TCSANOW, &tty.before);
    tty.taken = 0;
}

static void at_exit(void)
{
    tty_restore(tty.fd);
}

/* Restored, then as if there had been no handler. */
static void at_signal(int number)
{
    tty_restore(tty.fd);
    raise(number);
}

static void prepare(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPIPE, SIGALRM};
    struct sigaction action = {.sa_handler = at_signal, .sa_flags = (int)SA_RESETHAND};

    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        sigaction(fatal[i], &action, NULL);
    atexit(at_exit);
    tty.prepared = true;
}

bool tty_take(int fd)
{
    struct termios raw;

    if (tty.taken || !isatty(fd) || tcgetattr(fd, &tty.before) != 0)
        return false;
    tty.fd = fd;
    raw = tty.before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN); /* Ctrl-C is the guest's */
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (!tty.prepared)
        prepare();
    tty.taken = tcsetattr(fd, TCSANOW, &raw) == 0;
    return tty.taken;
}
