/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Checks an RDB, whole or at the beginning of an AOF.
 */
#ifndef KEYWEIGH_CLI_CHECK_RDB_H
#define KEYWEIGH_CLI_CHECK_RDB_H

#include "aof/aof-log.h"
#include "cli/check.h"

/* What is read for one input. */
struct check_job {
    struct check *check;
    struct run *run;
    struct run_input *result;
    struct input *input;
    const struct aof_log *log; /* over it */
};

/* Reads the RDB at the reader to its end into part->rdb.  path is its file,
 * for a second reading; NULL or "-" when there can be none.  False when it is
 * not read to its end: a finding says why, or result->error is set. */
bool check_rdb_read(const struct check_job *job, struct check_part *part,
                    struct reader *reader, const char *path);

#endif
