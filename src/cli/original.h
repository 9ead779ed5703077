/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values as they lie in the RDB file that is being read, for a copy of the same
 * format: it keeps even what no walk hands out.
 */
#ifndef KEYWEIGH_CLI_ORIGINAL_H
#define KEYWEIGH_CLI_ORIGINAL_H

#include "export/spool.h"
#include "input/input.h"

struct original {
    const struct reader *reader; /* borrowed, of the input */
    int fd;                      /* of the same file; -1: none */
    uint64_t begin;              /* of the value at hand */
};

#define ORIGINAL_NONE ((struct original){ .fd = -1 })

/* Opens the file of an input again.  None, when its bytes are not the file's
 * (pipes, compression), or another file has come to that path meanwhile. */
void original_open(struct original *original, const struct input *input,
                   const char *path);
void original_close(struct original *original);

/* The reader is at the first byte of a value. */
void original_begin(struct original *original);

/* The reader is behind the value: hands out its bytes in pieces.  False when
 * there is no file, and then nothing is handed out.  What the system refuses
 * goes to error; the bytes are then not all. */
bool original_copy(const struct original *original, spool_function *take,
                   void *context, struct error *error);

#endif
