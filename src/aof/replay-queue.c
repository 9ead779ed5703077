/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-queue.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum { KEPT_MOST = 1024 * 1024 }; /* bytes that an empty queue may hold */

void
replay_queue_fini(struct replay_queue *queue)
{
    buffer_fini(&queue->bytes);
    queue->count = 0;
}

void
replay_queue_clear(struct replay_queue *queue)
{
    queue->count = 0;
    buffer_clear(&queue->bytes);
    if (queue->bytes.capacity > KEPT_MOST)
        buffer_fini(&queue->bytes);
}

static void
add_number(struct replay_queue *queue, uint64_t number)
{
    buffer_append(&queue->bytes, &number, sizeof(number));
}

void
replay_queue_add(struct replay_queue *queue, const struct bytes *argv,
                 size_t argc, uint64_t offset)
{
    add_number(queue, argc);
    add_number(queue, offset);
    for (size_t i = 0; i < argc; i++) {
        add_number(queue, argv[i].size);
        buffer_append(&queue->bytes, argv[i].data, argv[i].size);
    }
    queue->count++;
}

static uint64_t
take_number(const struct replay_queue *queue, struct replay_queued *queued)
{
    uint64_t number;
    memcpy(&number, queue->bytes.data + queued->at, sizeof(number));
    queued->at += sizeof(number);
    return number;
}

bool
replay_queue_next(const struct replay_queue *queue,
                  struct replay_queued *queued)
{
    if (queued->at == queue->bytes.size)
        return false;
    queued->argc = (size_t)take_number(queue, queued);
    queued->offset = take_number(queue, queued);
    if (queued->argc > queued->room) {
        queued->room = queued->argc;
        queued->argv = xreallocarray(queued->argv, queued->room,
                                     sizeof(*queued->argv));
    }
    for (size_t i = 0; i < queued->argc; i++) {
        size_t size = (size_t)take_number(queue, queued);
        queued->argv[i] = bytes_of(queue->bytes.data + queued->at, size);
        queued->at += size;
    }
    return true;
}

void
replay_queued_fini(struct replay_queued *queued)
{
    free(queued->argv);
    *queued = (struct replay_queued){ .at = 0 };
}
