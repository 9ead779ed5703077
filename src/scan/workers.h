/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Jobs in several threads whose results are joined in the order of the jobs,
 * so that what comes out does not depend on how many threads there are.
 *
 * A thread that is done with a job waits until all jobs before it are joined,
 * joins its own, and only then takes the next: no more results exist at a time
 * than there are threads.
 */
#ifndef KEYWEIGH_SCAN_WORKERS_H
#define KEYWEIGH_SCAN_WORKERS_H

#include <stddef.h>

struct workers_jobs {
    size_t count;
    void *context; /* handed to both functions */

    /* Does job number index, beside others. */
    void *(*work)(void *context, size_t index);

    /* Takes the result of a job, one at a time, by rising index.  Changes made
     * by earlier joins are visible. */
    void (*join)(void *context, size_t index, void *result);
};

/* Returns when all jobs are joined.  At most `threads` of them run at once, in
 * the caller's thread when that is 1 (or when the system gives no more). */
void workers_run(const struct workers_jobs *jobs, size_t threads);

#endif
