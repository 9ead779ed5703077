/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Options as rows of tables, in groups that commands share.  The parser, the
 * help texts and the hints for unknown options read the same rows.
 */
#ifndef KEYWEIGH_CLI_OPTIONS_H
#define KEYWEIGH_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum option_kind {
    OPTION_FLAG,   /* bool, set to true */
    OPTION_TEXT,   /* const char *, the last one counts */
    OPTION_LIST,   /* struct option_list, each one counts */
    OPTION_COUNT,  /* uint64_t, min to max */
    OPTION_SIZE,   /* uint64_t in bytes, K M G T as powers of 1024 */
    OPTION_BITS,   /* uint64_t, 32 or 64 */
    OPTION_TIME,   /* struct option_time */
    OPTION_SHARE,  /* uint64_t, parts per million, from a percentage */
    OPTION_CHOICE, /* int, the index of one of choices */
    OPTION_FILTER, /* kept in arguments.filters, in order */
};

struct option {
    const char *name;     /* long, without dashes; NULL ends a table */
    char letter;          /* short, or 0 */
    enum option_kind kind;
    const char *argument; /* what help calls the value; NULL for flags */
    const char *help;
    size_t offset;        /* in struct arguments; not for filters */
    uint64_t min;
    uint64_t max;
    const char *const *choices; /* NULL at the end */
};

struct option_group {
    const char *title;
    const struct option *options;
};

/* Texts of an option that may be given several times: borrowed from argv. */
struct option_list {
    const char **items;
    size_t count;
};

struct option_time {
    bool given;
    int64_t ms;
};

/* One filter as it was given. */
struct option_use {
    const char *name; /* of the option: "match", "not-match", ... */
    const char *value;
};

struct arguments;
struct command;


enum options_result {
    OPTIONS_RUN,   /* go on with *command and the arguments */
    OPTIONS_DONE,  /* help or version was printed */
    OPTIONS_WRONG, /* wrong usage, message_error said why */
};

/* Reads the command line.  arguments begins zeroed and takes the defaults;
 * options_fini frees what it holds. */
enum options_result options_parse(int argc, char **argv,
                                  const struct command **command,
                                  struct arguments *arguments);
void options_fini(struct arguments *arguments);

/* Calls visit for every row of a command, or of all commands when it is NULL
 * (rows of shared groups then come more than once), until it returns true.
 * Returns the row at which it did, or NULL. */
const struct option *options_each(const struct command *command,
                                  bool (*visit)(const struct option *option,
                                                void *context),
                                  void *context);

#endif
