/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A set of stream ids that come in any order, in bounded memory.
 */
#ifndef KEYWEIGH_MODEL_STREAM_IDS_H
#define KEYWEIGH_MODEL_STREAM_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/item.h"

enum { STREAM_IDS_MOST = 1 << 19 };

struct stream_ids {
    struct stream_id *ids;
    size_t count;
    size_t capacity;
    bool incomplete; /* more than STREAM_IDS_MOST: some were left out */
};

void stream_ids_clear(struct stream_ids *set);
void stream_ids_add(struct stream_ids *set, struct stream_id id);

/* Puts the ids in ascending order, each once. */
void stream_ids_sort(struct stream_ids *set);

void stream_ids_fini(struct stream_ids *set);

#endif
