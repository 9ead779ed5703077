/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands between MULTI and EXEC: copies of their bytes, one behind the
 * other,
 *
 *     argc | offset | size | bytes | size | bytes ...
 *
 * A zeroed struct is an empty queue.
 */
#ifndef KEYWEIGH_AOF_REPLAY_QUEUE_H
#define KEYWEIGH_AOF_REPLAY_QUEUE_H

#include <stdint.h>

#include "base/buffer.h"

struct replay_queue {
    struct buffer bytes;
    uint64_t count; /* commands */
};

void replay_queue_fini(struct replay_queue *queue);

/* Also gives memory back when the last transaction was large. */
void replay_queue_clear(struct replay_queue *queue);

void replay_queue_add(struct replay_queue *queue, const struct bytes *argv,
                      size_t argc, uint64_t offset);

/* One queued command; a zeroed struct stands in front of the first. */
struct replay_queued {
    size_t at; /* of the next one in the queue's bytes */
    struct bytes *argv;
    size_t argc;
    size_t room; /* of argv */
    uint64_t offset;
};

/* The next command; false behind the last.  Its arguments are valid as long as
 * the queue is not changed. */
bool replay_queue_next(const struct replay_queue *queue,
                       struct replay_queued *queued);
void replay_queued_fini(struct replay_queued *queued);

#endif
