/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The bytes of a descriptor: file, pipe, terminal, standard input.
 */
#ifndef KEYWEIGH_INPUT_STREAM_FILE_H
#define KEYWEIGH_INPUT_STREAM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/stream.h"

struct stream_file_options {
    size_t block_limit;     /* at most so many bytes per read; 0: no limit */
    bool stop_at_size;      /* a regular file ends where it ends now */
    _Atomic uint64_t *read; /* counts the bytes read, for any thread to see;
                               outlives the stream; may be NULL */
    void (*waiting)(void *context); /* called several times a second while what
                                       is no regular file has nothing to read;
                                       may be NULL */
    void *context;                  /* handed to it */
};

/* Reads fd from where it stands, and closes it in the end. */
struct stream *stream_file_new(int fd,
                               const struct stream_file_options *options);

#endif
