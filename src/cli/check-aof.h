/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Checks the commands of one file of an AOF.
 */
#ifndef KEYWEIGH_CLI_CHECK_AOF_H
#define KEYWEIGH_CLI_CHECK_AOF_H

#include "aof/aof-log.h"
#include "cli/check-rdb.h"

/* Reads the current part of the log from its reader's place to the end. */
void check_aof_read(const struct check_job *job, struct aof_log *log,
                    struct check_part *part);

#endif
