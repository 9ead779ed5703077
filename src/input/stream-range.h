/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Part of a regular file as a stream, from any offset on: for who reads here
 * and there.  Embedded, and initialised again for every part: closing it does
 * nothing.
 */
#ifndef KEYWEIGH_INPUT_STREAM_RANGE_H
#define KEYWEIGH_INPUT_STREAM_RANGE_H

#include <stdint.h>

#include "input/stream.h"

struct stream_range {
    struct stream stream; /* first: what a reader is opened over */
    int fd;
    uint64_t position;
    uint64_t until;
};

/* The bytes of fd in [from, until), as far as there are any.  The descriptor
 * stays the caller's; where it stands is neither used nor changed. */
void stream_range_init(struct stream_range *range, int fd, uint64_t from,
                       uint64_t until);

#endif
