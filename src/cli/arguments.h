/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the command line asked for.  Passed down within cli/ only: each layer
 * below has its own small options.  All texts are borrowed from argv.
 */
#ifndef KEYWEIGH_CLI_ARGUMENTS_H
#define KEYWEIGH_CLI_ARGUMENTS_H

#include "cli/options.h"

enum arguments_when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct arguments {
    const char *command; /* its name */

    bool help;
    bool version;
    bool quiet;
    int color;    /* enum arguments_when */
    int progress; /* enum arguments_when */

    const char *output; /* -o FILE, NULL for standard output */
    const char *format; /* one of the command's formats */
    bool json;
    bool csv;
    const char *columns;
    const char *key; /* explain */
    int bytes; /* enum escape_bytes */

    uint64_t mem_limit; /* bytes per worker */
    uint64_t replay_limit; /* the same when it was given, else 0 */
    uint64_t jobs;      /* 0: as many as processors */
    struct option_time now;

    struct option_list servers;
    const char *allocator;
    uint64_t bits; /* 0, 32 or 64 */
    struct option_list sets;

    struct option_use *filters;
    size_t filter_count;

    uint64_t count; /* top -n */
    uint64_t rows;  /* aof; 0: not given */
    bool no_replay; /* aof */
    int by;         /* top: index of its choices */
    bool per_type;
    struct option_list separators;
    uint64_t depth;
    uint64_t min_share; /* parts per million; UINT64_MAX: not given */
    int to;             /* convert: index of its choices, -1 not given */
    uint64_t rdb_version; /* convert; 0: not given */

    const char *quarantine; /* repair: FILE, or NULL */
    const char *until; /* where a log ends; NULL: all of it */
    bool dry_run;

    struct option_list inputs;
};

#endif
