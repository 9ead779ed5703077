/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A command: what it is called, which options and formats it takes, and the
 * function that does it.  commands.c holds the table of all.
 */
#ifndef KEYWEIGH_CLI_COMMAND_H
#define KEYWEIGH_CLI_COMMAND_H

#include <stddef.h>

#include "cli/options.h"
#include "cli/arguments.h"

/* What the program ends with; the highest one counts. */
enum exit_code {
    EXIT_DONE = 0,    /* done, and the answer is good */
    EXIT_NO = 1,      /* done, and the answer is no */
    EXIT_TROUBLE = 2, /* usage, input or output: message_error sets it */
};

struct command {
    const char *name;
    const char *summary;              /* one line in the list of commands */
    bool one_input;                   /* takes no more than that */
    const char *const *formats;       /* of --format, the default first, NULL
                                         at the end; NULL without --format */
    const struct option_group *const *groups; /* NULL at the end */

    /* Does the work.  arguments->format is one of formats, and
     * arguments->inputs has at least one.  Trouble is told to message_error,
     * which sets the exit status; returned is EXIT_DONE or EXIT_NO. */
    enum exit_code (*run)(const struct arguments *arguments);
};

extern const struct command cmd_report;
extern const struct command cmd_keys;
extern const struct command cmd_top;
extern const struct command cmd_prefix;
extern const struct command cmd_explain;
extern const struct command cmd_check;
extern const struct command cmd_repair;
extern const struct command cmd_convert;
extern const struct command cmd_aof;

/* All commands in the order of the help; NULL at the end.  The first is what
 * runs when none is named. */
extern const struct command *const commands[];

/* NULL when there is none of that name. */
const struct command *commands_find(const char *name);

#endif
