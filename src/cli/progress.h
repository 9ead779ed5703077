/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How far long work is: a line on standard error once a second, when that is
 * a terminal or --progress always asks for it, and once for each SIGUSR1.
 */
#ifndef KEYWEIGH_CLI_PROGRESS_H
#define KEYWEIGH_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/arguments.h"
#include "cli/signals.h"

/* Numbers so far; total 0 when nobody knows. */
struct progress_state {
    uint64_t bytes;
    uint64_t total;
    bool counts; /* what is read: */
    uint64_t keys;
    uint64_t commands; /* of logs */
    uint64_t again;    /* bytes, by a pass that is none of the above; 0: none
                          is under way */
};

void progress_start(const struct arguments *arguments);

/* What is due now; cheap enough to be asked often, by any thread.  When it is
 * something, progress_show is to be called with it. */
enum signals_news progress_due(void);
void progress_show(const struct progress_state *state,
                   enum signals_news due);

/* Takes the line away. */
void progress_stop(void);

#endif
