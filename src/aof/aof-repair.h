/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The repair of one log: finds what of it no server would load, or would load
 * wrongly, and writes the rest.  Nothing is made up: what comes out are whole
 * records of the log in their order, byte for byte but for odd numbers that
 * servers take as well.
 *
 *     records ... ~~gap~~ run of records ~~gap~~ run of records ...
 *
 * A gap ends at the next sound command, and whether that is to be believed
 * shows when the run ends that begins there: one that reaches the end of the
 * file is; one that breaks off before must be longer than what a single lost
 * write leaves of another log, and not the inside of a value.
 */
#ifndef KEYWEIGH_AOF_AOF_REPAIR_H
#define KEYWEIGH_AOF_AOF_REPAIR_H

#include "aof/repair-plan.h"

enum {
    AOF_REPAIR_RUN_BYTES = 4096, /* a run that breaks off has more bytes */
    AOF_REPAIR_RUN_COMMANDS = 8, /* and as many commands */
};

/* Where the log is to end: before the first record of which this is true. */
struct aof_repair_until {
    enum {
        AOF_REPAIR_ALL,
        AOF_REPAIR_TIME,   /* "#TS:" of a later time */
        AOF_REPAIR_OFFSET, /* it does not end at or before this offset */
        AOF_REPAIR_FLUSH,  /* FLUSHALL or FLUSHDB */
    } kind;
    int64_t ms;
    uint64_t offset;
};

struct aof_repair_options {
    int fd;         /* a regular file; stays the caller's */
    uint64_t begin; /* of the records: behind an RDB preamble */
    uint64_t size;  /* of the file: nothing behind is looked at */
    struct aof_repair_until until;
    /* Called now and then with the offset reached; may be NULL. */
    void (*poll)(void *context, uint64_t at);
    void *context;
};

/* What was seen by the way. */
struct aof_repair_facts {
    bool stopped;        /* at until */
    uint64_t times;      /* "#TS:" lines */
    int64_t first_time;  /* seconds */
    int64_t last_time;
};

/* Finds what is to go.  The plan is initialised here; repair_plan_fini is due
 * in any case.  FAIL with the error set: the file cannot be read, or has more
 * than REPAIR_RANGES_MAX damaged places. */
enum status aof_repair_find(struct repair_plan *plan,
                            struct aof_repair_facts *facts,
                            const struct aof_repair_options *options,
                            struct error *error);

/* Writes what the plan leaves of the records, and hands the bytes that go to
 * removed (NULL: nobody wants them; nor does anybody want REPAIR_UNTIL). */
typedef void aof_repair_sink(void *context, struct bytes bytes);

enum status aof_repair_write(const struct repair_plan *plan,
                             const struct aof_repair_options *options,
                             aof_repair_sink *kept, aof_repair_sink *removed,
                             void *context, struct error *error);

#endif
