/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state that a log leads to: its base and all commands behind it, replayed
 * into a keyspace, which then is a source like any other.
 *
 * Reading ends with the first trouble, since what comes behind a hole makes no
 * state that ever was: what is here then is the state at that place, and
 * state->error says where it is.  A transaction that the end of the log cuts
 * short counts only where its server is told to be older than Redis 4.0.12,
 * which carries it out as far as it goes.  A value of the base that is damaged
 * is left out and counted.
 */
#ifndef KEYWEIGH_AOF_AOF_STATE_H
#define KEYWEIGH_AOF_AOF_STATE_H

#include "aof/aof-log.h"
#include "aof/aof-repair.h"
#include "aof/replay.h"
#include "rdb/rdb.h"

/* What is known of a log's server beside what the log says. */
struct aof_state_server {
    bool is_valkey;
    uint32_t version; /* AOF_VERSION, for a log that does not say which release
                         wrote it; 0: not known either */
    struct store_settings settings;
};

struct aof_state_options {
    /* Where to end.  A transaction that is open there does not count.  What
     * cannot be answered (no such part, no times) is an error of usage, and no
     * key is there then. */
    struct aof_repair_until until;
    struct bytes until_part; /* whose offset; empty: the only file's */
    uint64_t memory_limit; /* bytes; 0: none */
    int64_t now_ms;        /* what relative expiries count from when the log
                              tells of no moment; -1: none */
    const struct aof_state_server *server; /* NULL: nothing is known */

    /* These may be NULL.  The value of a key of the base could not be read. */
    void (*damaged)(void *context, const struct error *error);
    /* Called now and then with what was read of all files, as they are
     * stored. */
    void (*poll)(void *context, uint64_t bytes);
    /* The same of what is read ahead of that, for the release alone. */
    void (*ahead)(void *context, uint64_t bytes);
    void *context;
};

struct aof_state {
    struct keyspace *keyspace;
    struct replay *replay;    /* for its facts and functions */
    struct rdb_facts facts;   /* the base's, made those of the final state:
                                 used_mem unknown, functions as they are now,
                                 server by aof_era_complete */
    struct rdb_facts base;    /* of the first part, as it is; version 0: it has
                                 none */
    struct rdb_database *databases; /* as a dump of the state has them */
    size_t database_count;
    int64_t moment_ms; /* the latest that the log tells of, -1 none */
    uint64_t parts;    /* that were read, the base among them */
    uint64_t bytes;    /* of them */
    uint64_t damaged;  /* values of the base that are left out */
    uint64_t empty;    /* keys of the base without an element: left out, too */
    bool in_progress;  /* the last command was being written */
    bool stopped;      /* at until */
    struct error error;
};

/* The log is open, with all of its records held (UINT64_MAX), and nothing of
 * it read.  One whose release neither an RDB in front nor options->server tells
 * is read twice, if it can be: first for its release (aof-era-read.h).  FAIL
 * with state->error set; aof_state_fini is due in any case. */
enum status aof_state_read(struct aof_state *state, struct aof_log *log,
                           const struct aof_state_options *options);
void aof_state_fini(struct aof_state *state);

/* The state of a log that could not even be opened: without a key. */
void aof_state_fail(struct aof_state *state, const struct error *error);

#endif
