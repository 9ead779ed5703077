/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One input: a file, pipe or standard input, with every compression around it
 * undone, recognised by its content and by nothing else.
 *
 *      file -> reader -> [codec -> reader] x 0..INPUT_LAYERS_MAX
 *
 * The struct must stay where it was opened (the file counts into it).  It is
 * one thread's own, but input_consumed may be asked by any.
 */
#ifndef KEYWEIGH_INPUT_INPUT_H
#define KEYWEIGH_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "input/reader.h"

enum { INPUT_LAYERS_MAX = 4 };

enum input_kind {
    INPUT_UNKNOWN,  /* none of these */
    INPUT_EMPTY,    /* no byte at all */
    INPUT_RDB,      /* REDIS or VALKEY, or $EOF: in front of them; what an AOF
                       with an RDB preamble looks like too */
    INPUT_AOF,      /* a command, or annotations that lead to one */
    INPUT_MANIFEST, /* of a multi-part AOF: "file ..." lines */
};

struct input_options {
    size_t block_limit; /* at most so many bytes per read(2), for tests of what
                           happens at the ends of blocks; 0: no limit */
    bool stop_at_size;  /* a regular file ends where it ended when opened: for
                           logs that are being written */
    /* Called now and then while a read waits for a pipe or a terminal, by the
     * reading thread, input_open's own reads included; may be NULL. */
    void (*waiting)(void *context);
    void *context; /* handed to it */
};

struct input {
    enum input_kind kind;
    struct reader reader; /* at the first byte of the (decompressed) content */
    uint64_t size;        /* of the file as it is stored; 0 when unknown */
    bool is_seekable;     /* a regular file, from its beginning, without
                             layers: may be opened again and read anywhere */
    uint64_t device;      /* these two: which file it is */
    uint64_t inode;
    size_t layer_count;
    const char *layers[INPUT_LAYERS_MAX]; /* "gzip", outermost first */

    _Atomic uint64_t consumed; /* private: see input_consumed */
};

/* Opens path, or standard input when path is "-".  options may be NULL.  On
 * STATUS_FAIL, which INPUT_UNKNOWN is not, nothing is left to close. */
enum status input_open(struct input *input, const char *path,
                       const struct input_options *options,
                       struct error *error);

void input_close(struct input *input);

/* Bytes read from the file so far, of input->size. */
uint64_t input_consumed(const struct input *input);

/* "RDB", "AOF", ... for messages. */
const char *input_kind_name(enum input_kind kind);

#endif
