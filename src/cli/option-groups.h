/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The groups of options that several commands take.  A group that only one
 * command has stands beside that command.
 */
#ifndef KEYWEIGH_CLI_OPTION_GROUPS_H
#define KEYWEIGH_CLI_OPTION_GROUPS_H

#include "cli/options.h"

extern const struct option_group option_groups_general; /* every command */
extern const struct option_group option_groups_output;  /* -o */
extern const struct option_group option_groups_format;  /* --format */
extern const struct option_group option_groups_bytes;   /* --bytes */
extern const struct option_group option_groups_input;   /* --mem-limit, -j */
extern const struct option_group option_groups_model;   /* --server ... */
extern const struct option_group option_groups_now;     /* --now */
extern const struct option_group option_groups_log;     /* --until */
extern const struct option_group option_groups_filter;

/* The groups of a command that prints rows, behind its own. */
#define OPTION_GROUPS_ROWS                                                    \
    &option_groups_format, &option_groups_output, &option_groups_bytes,       \
        &option_groups_filter, &option_groups_model, &option_groups_now,      \
        &option_groups_log, &option_groups_input, &option_groups_general

#endif
