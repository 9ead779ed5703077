/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Forms of commands that are newer than the command: an option, or more
 * arguments than it took at first.  They tell of a log's release what the name
 * does not: SET is of all releases, SET with PXAT is since 6.2.
 */
#ifndef KEYWEIGH_AOF_AOF_FORMS_H
#define KEYWEIGH_AOF_AOF_FORMS_H

#include "aof/aof-commands.h"

enum { AOF_FORMS_SIGHT = 8 }; /* arguments that are looked at, with the name */

/* How many arguments the command may have, the name counted, and be of no newer
 * form whatever they are. */
uint64_t aof_forms_plain(const struct aof_command *command);

/* The newest form that this command has, as if it were a command ("SET with
 * PXAT"); NULL when there is none.  argv are its arguments, or the first
 * AOF_FORMS_SIGHT of them. */
const struct aof_command *aof_forms_find(const struct aof_command *command,
                                         const struct bytes *argv,
                                         uint64_t argc);

#endif
