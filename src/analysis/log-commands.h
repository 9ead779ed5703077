/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands and bytes by the name of the command, in any case; subcommands
 * apart ("XGROUP CREATE").
 *
 * Names that the table of commands does not have (a module's, or nobody's) get
 * rows of their own, LOG_COMMANDS_UNKNOWN_MAX of them; the others share one,
 * which has no name.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_COMMANDS_H
#define KEYWEIGH_ANALYSIS_LOG_COMMANDS_H

#include "analysis/log-entry.h"
#include "analysis/log-expiry.h"
#include "aof/aof-commands.h"
#include "base/map.h"

enum {
    LOG_COMMANDS_UNKNOWN_MAX = 64,
    LOG_COMMANDS_NAME_MAX = 64, /* bytes of an unknown name that count */
    LOG_COMMANDS_CACHED = 256,
};

struct log_command {
    struct bytes name; /* upper case; "(other)" when is_rest */
    bool is_rest;
    const struct aof_command *known; /* NULL: not in the table */
    enum log_effect effect;
    const struct log_expiry_form *expiry; /* NULL: sets none */
    uint64_t commands;
    uint64_t bytes;
    uint64_t expiries; /* that they set */
};

/* A name as it was spelled, and its row: most names are short, and few. */
struct log_command_spelling {
    uint64_t words[2]; /* its first and last bytes */
    uint32_t row;      /* + 1; 0: none */
    uint32_t size;
};

struct log_commands {
    struct map names; /* of rows; their numbers are those of rows */
    struct log_command *rows;
    uint32_t room;
    uint32_t unknown; /* rows with no command of the table */
    struct log_command_spelling spellings[LOG_COMMANDS_CACHED];
};

/* A zeroed struct has no rows. */
void log_commands_fini(struct log_commands *commands);

/* The row of a command, which is made when there is none; slice is its first
 * one. */
uint32_t log_commands_row(struct log_commands *commands,
                          const struct aof_record *slice);

/* Rows by commands, the most first, then by name; xmalloc'ed, the caller
 * frees; borrowed until the next row is made. */
const struct log_command **log_commands_sorted(
    const struct log_commands *commands, size_t *count);

#endif
