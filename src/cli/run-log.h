/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inputs whose keys are not in them as they stand: logs of commands, which are
 * replayed first (aof/aof-state.h).
 */
#ifndef KEYWEIGH_CLI_RUN_LOG_H
#define KEYWEIGH_CLI_RUN_LOG_H

#include "aof/aof-state.h"
#include "cli/run.h"

/* Commands of a log that did nothing. */
struct run_log_gaps {
    uint64_t commands;
    char *text; /* which, and where: "EVAL 46, EVALSHA 44; the first at offset
                   0x8f"; NULL when there is none */
};

/* What a replay came to, once the keys are gone. */
struct run_log {
    struct rdb_facts base;        /* version 0: it has none */
    struct replay_facts replayed; /* without gaps */
    struct run_log_gaps not_replayed;
    struct run_log_gaps refused;  /* a server answers them with an error */
    uint64_t uncertain;           /* keys that these may have changed or
                                     made */
    uint64_t parts;
    uint64_t bytes; /* of all parts */
    uint64_t empty; /* keys of the base that are left out */
    bool in_progress;
    bool stopped; /* at --until */
};

/* Whether its keys take a replay: an AOF, a manifest, and an RDB with commands
 * behind it, as far as that shows (it says so, or it is a file that ends as
 * commands do). */
bool run_log_is_one(const struct run *run, const struct run_input *result,
                    struct input *input);

/* What the command line says of the server of a log. */
struct aof_state_server run_log_server(const struct run *run);

/* Replays it; state is then a source, to be given up by aof_state_fini.  Sets
 * result->log, result->kind and the error of result->scan; a log for which
 * --until is wrong was not read.  Values that are damaged are counted there,
 * too. */
void run_log_replay(struct run *run, struct run_input *result,
                    struct input *input, struct aof_state *state);

/* "EVAL 46, EVALSHA 44"; nothing when there is nothing. */
void run_log_append_gaps(struct buffer *out, const struct replay_gap *gaps,
                         size_t count);

void run_log_free(struct run_log *log);

#endif
