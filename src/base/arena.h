/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Memory that is freed all at once.  A zeroed struct is an empty arena; what
 * it hands out stays where it is until arena_fini.
 */
#ifndef KEYWEIGH_BASE_ARENA_H
#define KEYWEIGH_BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* the newest first */
    unsigned char *next;        /* free bytes of the chunk in use */
    unsigned char *end;
    size_t allocated;           /* bytes of all chunks */
};

void arena_fini(struct arena *arena);

/* Bytes for any type of object, not zeroed. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of bytes, packed without alignment. */
struct bytes arena_copy(struct arena *arena, struct bytes bytes);

#endif
