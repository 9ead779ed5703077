/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Help texts, made from the tables of commands and options.
 */
#ifndef KEYWEIGH_CLI_HELP_H
#define KEYWEIGH_CLI_HELP_H

#include <stdbool.h>

#include "cli/command.h"

/* To standard output: with help, of a command (NULL: of the program); else
 * the version. */
void help_show(bool help, const struct command *command);

/* To standard error: what an empty command line gets. */
void help_show_short(void);

#endif
