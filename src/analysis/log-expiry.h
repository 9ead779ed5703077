/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which commands of a log set expiries, of keys or of hash fields, and how far
 * ahead these are: told by the command itself, or by the latest #TS.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_EXPIRY_H
#define KEYWEIGH_ANALYSIS_LOG_EXPIRY_H

#include <stdbool.h>

#include "aof/aof-commands.h"

enum { LOG_EXPIRY_CLASSES = 7 };

/* Upper ends in seconds of what is counted together; the last has none. */
extern const uint64_t log_expiry_within[LOG_EXPIRY_CLASSES - 1];

/* How a command says it.  Times are in argument number `at`, or behind one of
 * the words EX, PX, EXAT and PXAT from there on. */
struct log_expiry_form {
    const char *name;
    uint8_t at;
    bool by_words;
    bool is_ms;
    bool is_absolute; /* else from when the command ran */
};

/* NULL for a command that sets none. */
const struct log_expiry_form *log_expiry_form_of(
    const struct aof_command *command);

/* What is known of one command so far; zeroed before its first slice. */
struct log_expiry_state {
    bool is_set;
    bool awaits; /* the next argument is the time */
    bool ended;  /* FIELDS: no words behind it */
    bool is_ms;
    bool is_absolute;
    int64_t time;
};

struct log_expiry {
    uint64_t set;     /* commands that set one */
    uint64_t past;    /* of them with a time before the latest #TS */
    uint64_t ahead[LOG_EXPIRY_CLASSES]; /* by how far it is ahead */
    uint64_t unknown; /* absolute, and no #TS before */
};

/* Looks at a slice of a command that has the form. */
void log_expiry_look(struct log_expiry_state *state,
                     const struct log_expiry_form *form,
                     const struct aof_record *slice);

/* The command is complete.  True when it set an expiry. */
bool log_expiry_add(struct log_expiry *expiry,
                    const struct log_expiry_state *state, bool has_time,
                    int64_t time_s);

#endif
