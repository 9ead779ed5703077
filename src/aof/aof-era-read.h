/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which release wrote a log, by reading all of it in advance: the command that
 * tells may be the last one, but how to replay hangs on it from the first on.
 */
#ifndef KEYWEIGH_AOF_AOF_ERA_READ_H
#define KEYWEIGH_AOF_AOF_ERA_READ_H

#include "aof/aof-era.h"
#include "aof/aof-state.h"

/* What the names of its files tell, before anything is read. */
struct aof_era aof_era_of_files(const struct aof_log *log);

/* Opens the log again, beside `log`, which stays where it is, and reads it up
 * to where the options end it or its first trouble; options->ahead hears how
 * far.  False when it can be read only once, from a pipe: then the era is that
 * of its files. */
bool aof_era_read(const struct aof_log *log,
                  const struct aof_state_options *options,
                  struct aof_era *era);

#endif
