/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A log: one append-only file, or the parts of a multi-part set in the order
 * in which a server loads them.  Each part may begin with an RDB.
 *
 *     while (aof_log_part(log) == STATUS_OK) {
 *         if (log->part.has_preamble)
 *             read an RDB from log->reader, or aof_log_skip_preamble
 *         while (aof_log_next(log) == STATUS_OK)
 *             use log->records.record
 *     }
 *
 * A failure ends a part; aof_log_part then goes on with the next one, so that
 * all of a damaged set is seen.
 */
#ifndef KEYWEIGH_AOF_AOF_LOG_H
#define KEYWEIGH_AOF_AOF_LOG_H

#include "aof/aof-record.h"
#include "aof/manifest.h"
#include "input/input.h"

struct aof_part {
    const char *name;  /* as people are shown it */
    const char *path;  /* what was opened; NULL for an input given open */
    bool in_set;       /* of a manifest, and then this is its line: */
    const struct manifest_file *file;
    bool is_last;      /* where servers forgive a truncated tail */
    bool has_preamble; /* an RDB begins here */
    bool is_seekable;
    const char *layer; /* outermost compression, or NULL */
    uint64_t size;     /* of the file when it was opened; 0 unknown */
    uint64_t records_at; /* where the commands begin: behind the preamble */
};

struct aof_log {
    struct findings *findings; /* or NULL; of all parts and the manifest */
    struct manifest manifest;  /* of a set */
    bool is_set;
    struct aof_part part;      /* the current one */
    struct reader *reader;     /* over it */
    struct aof_records records;

    struct error error; /* why the last call failed */

    /* Private to aof-log.c. */
    struct input *given; /* borrowed: a single file, already open */
    const char *given_path;
    struct input *own;   /* the part that is open */
    uint64_t consumed;   /* of parts before it */
    const struct input_options *options;
    char *directory;
    bool is_link;        /* the manifest's name is a symbolic link */
    char *name;
    char *path;          /* of that part */
    size_t *order;       /* numbers of manifest files to load */
    size_t order_count;
    size_t next;
    bool at_records;
};

/* Over an open input of kind INPUT_AOF, INPUT_RDB (a preamble), INPUT_EMPTY,
 * or INPUT_MANIFEST, whose parts are looked for beside path, as servers do also
 * when it is a symbolic link (a manifest from a pipe has none: FAIL).  name is
 * for people; input, path and options are borrowed.
 * OK, FAIL with log->error set; aof_log_close is due in any case. */
enum status aof_log_open(struct aof_log *log, struct input *input,
                         const char *path, const char *name,
                         const struct input_options *options,
                         struct findings *findings, uint64_t hold);
void aof_log_close(struct aof_log *log);

/* Opens the same log once more, to be read from its beginning on beside the
 * first, without findings; input is the caller's to close when it is OK.  FAIL
 * when that cannot be: it is no regular file.  again is then not open. */
enum status aof_log_open_again(struct aof_log *again, struct input *input,
                               const struct aof_log *log, uint64_t hold);

/* Opens the next part, which is a regular file.  END behind the last; BAD when
 * this part cannot be opened (log->part.name and log->error say which and why;
 * a finding FINDING_PART_MISSING or FINDING_MANIFEST_NAME was reported): the
 * next call goes on. */
enum status aof_log_part(struct aof_log *log);

/* Of a set: the name of a part, counted from 0 in the order in which they are
 * opened. */
struct bytes aof_log_part_name(const struct aof_log *log, uint64_t number);

/* Reads over the RDB at the beginning of the part without looking at its
 * values.  FAIL with log->error set: this part cannot be read. */
enum status aof_log_skip_preamble(struct aof_log *log);

/* Whether the commands of the current part are a rewrite's own: a base. */
bool aof_log_is_rewritten(const struct aof_log *log);

/* The next record or slice of the current part: aof_records_next, with the
 * error in log->error too. */
enum status aof_log_next(struct aof_log *log);

/* What is wrong with the current part as an error of the whole log: of a set it
 * names the part, too.  into keeps an error that it has. */
void aof_log_keep_error(const struct aof_log *log, const struct error *error,
                        struct error *into);

/* True when the current part is the last one and its file longer by now than
 * when it was opened: servers write on while we read, and what was the end is
 * none. */
bool aof_log_has_grown(const struct aof_log *log);

/* Of a set: sets the error when the manifest names, or may name, what is none
 * of the parts: it was emptied, or has lines that nobody understands, or a
 * second base. */
void aof_log_find_unread(const struct aof_log *log, struct error *error);

/* Bytes read from all files of the log so far, as they are stored. */
uint64_t aof_log_consumed(const struct aof_log *log);

/* Where a file of the manifest is looked for; xmalloc'ed, the caller frees. */
char *aof_log_path_of(const struct aof_log *log,
                      const struct manifest_file *file);

#endif
