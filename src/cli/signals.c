/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>

/* Handlers have nothing else to talk to than variables of the process. */
static const struct output *volatile current_output;
static const struct folder *volatile current_folder;
static atomic_int news; /* lock-free, so fit for handlers */

/* SA_RESETHAND has restored the default action, and the signal is blocked
 * until the handler returns: then it ends the program. */
static void
on_end(int number)
{
    const struct output *output = current_output;
    if (output != NULL)
        output_abandon(output);
    const struct folder *folder = current_folder;
    if (folder != NULL)
        folder_abandon(folder);
    raise(number);
}

static void
on_news(int number)
{
    int none = SIGNALS_NONE;
    if (number == SIGUSR1)
        atomic_store(&news, SIGNALS_ASKED);
    else
        atomic_compare_exchange_strong(&news, &none, SIGNALS_TICK);
}

static void
handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void
signals_install(void)
{
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU,
                                SIGXFSZ };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction old;
        /* What nohup or a shell's "&" has turned off stays off. */
        if (sigaction(ends[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN)
            handle(ends[i], on_end, (int)SA_RESETHAND);
    }
    handle(SIGPIPE, on_end, (int)SA_RESETHAND);
    handle(SIGUSR1, on_news, SA_RESTART);
}

void
signals_set_output(const struct output *output)
{
    current_output = output;
}

void
signals_set_folder(const struct folder *folder)
{
    current_folder = folder;
}

void
signals_start_timer(void)
{
    handle(SIGALRM, on_news, SA_RESTART);
    struct itimerval timer = { { 1, 0 }, { 1, 0 } };
    setitimer(ITIMER_REAL, &timer, NULL);
}

void
signals_stop_timer(void)
{
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };
    setitimer(ITIMER_REAL, &timer, NULL);
}

enum signals_news
signals_take(void)
{
    if (atomic_load_explicit(&news, memory_order_relaxed) == SIGNALS_NONE)
        return SIGNALS_NONE;
    return (enum signals_news)atomic_exchange(&news, SIGNALS_NONE);
}
