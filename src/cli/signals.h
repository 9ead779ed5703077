/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What happens to a half-written output when the program is told to end, and
 * the two signals that only ask for news.
 */
#ifndef KEYWEIGH_CLI_SIGNALS_H
#define KEYWEIGH_CLI_SIGNALS_H

#include "report/folder.h"

/* SIGINT, SIGTERM, SIGHUP, SIGPIPE and the like remove the temporary file of
 * the output, or of the folder, then end the program as they always do. */
void signals_install(void);

/* The output to clean up, NULL for none.  It must not move while it is set. */
void signals_set_output(const struct output *output);

/* The same for a folder, whose files that are complete go with it. */
void signals_set_folder(const struct folder *folder);

/* Raises the flag below once a second; SIGUSR1 raises it in any case. */
void signals_start_timer(void);
void signals_stop_timer(void);

enum signals_news {
    SIGNALS_NONE,
    SIGNALS_TICK,  /* another interval is over */
    SIGNALS_ASKED, /* SIGUSR1 */
};

/* What was raised since the last call; for any thread. */
enum signals_news signals_take(void);

#endif
