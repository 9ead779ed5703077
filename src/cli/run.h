/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reading all inputs of a command: operands become inputs, each is opened,
 * recognised and scanned with the filters and profiles that were asked for;
 * trouble is told, and the rest is gone on with.
 *
 * A command folds (make_analyses: several inputs at once, results merged in
 * their order) or takes rows (row, or a read of its own: one input after the
 * other).
 */
#ifndef KEYWEIGH_CLI_RUN_H
#define KEYWEIGH_CLI_RUN_H

#include <stdatomic.h>

#include "cli/arguments.h"
#include "cli/repair-until.h"
#include "input/input.h"
#include "input/operands.h"
#include "scan/scan.h"

enum { RUN_DAMAGED_SHOWN = 8, RUN_JEMALLOCS = 2 };

/* What was read so far: bytes of files, not of what these unpack to. */
struct run_meter {
    uint64_t bytes;
    uint64_t keys;
    uint64_t commands; /* of logs */
    uint64_t again;    /* bytes, by a pass beside that one; 0: there is none */
};

/* What one input came to. */
struct run_input {
    const char *name;     /* as people are shown it, raw */
    enum input_kind kind; /* INPUT_AOF of an RDB with commands behind it */
    bool was_read;        /* what the command takes, to its end or not */
    uint64_t stored;      /* bytes of the file; 0 unknown */
    uint64_t bytes;       /* of its content, as far as it was read */
    const char *layer;    /* outermost compression, or NULL */
    struct scan scan;     /* its results */
    struct run_log *log;  /* of what was replayed; NULL of an RDB */
    struct run_meter read; /* so far, for progress: whoever reads keeps it */
    struct run_meter told; /* private to run.c: as of the latest run_poll */
    uint64_t trailing;    /* bytes behind the end that are no AOF */
    struct error damaged[RUN_DAMAGED_SHOWN]; /* of scan.damaged values */
    struct error error;   /* the first trouble, whatever it was */
};

struct run;

/* What a command does with its inputs; what it does not use is NULL. */
struct run_plan {
    unsigned wants; /* enum pricer_wants of rows */
    bool with_instance; /* unless there is a filter: tally slots, and price
                           for the two builds of jemalloc behind the profiles
                           that were asked for */
    bool note_prices; /* tell when another server's prices are used: what is
                         written does not say so */
    bool one_server; /* more than one --server is wrong usage */
    bool files_apart; /* files are looked at as such, not the keys that a
                         server has by them: no word about parts of a set that
                         are read alone, and the like */
    struct visitor *beside; /* as scan.beside; only with row */
    size_t analysis_count;
    void (*make_analyses)(void *context, struct analysis **analyses);

    /* Once, when the first input turned out to be readable: nothing should be
     * written before. */
    void (*begin)(void *context);
    void (*row)(void *context, const struct run_input *input,
                const struct record *record);
    const struct output *rows; /* where row writes, or NULL: nothing is read
                                  any more when that takes no more */

    /* Instead of a scan.  AOFs and manifests it reads itself, as large as they
     * were when they were opened. */
    enum status (*read)(void *context, struct run *run,
                        struct run_input *result, struct input *input);
    void *context;
};

struct run {
    const struct arguments *arguments;
    const struct run_plan *plan;
    struct filter *filter;
    struct profile_request *requests;
    size_t request_count;
    size_t profile_count;       /* the first of them, that were asked for */
    size_t jemallocs[RUN_JEMALLOCS]; /* numbers of requests for the first
                                   server with one jemalloc and the other;
                                   all 0 unless with_instance */
    struct repair_until until;  /* of logs */
    struct operands operands;
    struct run_input *inputs;
    size_t input_count;
    size_t read_count;          /* how many of them were read */
    struct analysis **analyses; /* the sums of all inputs */

    uint64_t replay_limit;      /* bytes of memory for the keys of a log */
    int64_t clock_ms;           /* when the run began */

    /* Private to run.c. */
    bool begun;
    size_t threads_each; /* for each input */
    uint64_t total; /* bytes of all files, 0 unknown */
    _Atomic uint64_t bytes_read; /* of all inputs, as told */
    _Atomic uint64_t keys_read;
    _Atomic uint64_t commands_read;
    _Atomic uint64_t again_read;
};

/* Checks filters and profiles; false when they are wrong (message_error said
 * so).  In any case run_fini is due. */
bool run_init(struct run *run, const struct arguments *arguments,
              const struct run_plan *plan);
void run_fini(struct run *run);

/* Reads all inputs.  Afterwards analyses holds their sums. */
void run_inputs(struct run *run);

/* For a read of its own: what every scan of the run has in common. */
void run_prepare_scan(const struct run *run, struct scan *scan);

/* The same: keeps the error of a damaged value, which scan.damaged counts
 * already. */
void run_note_damaged(struct run_input *input, const struct error *error);

/* The same: the moment that counts as now, of an RDB or of an input that tells
 * of a moment, -1 none. */
int64_t run_now(const struct run *run, const struct rdb_facts *facts,
                enum scan_now *from);
int64_t run_now_at(const struct run *run, int64_t moment_ms,
                   enum scan_now *from);

/* The same: shows progress when it is due.  To be called now and then, with
 * input->read up to date. */
void run_poll(struct run *run, struct run_input *input);

#endif
