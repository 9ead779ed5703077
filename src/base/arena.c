/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* Chunks grow with the arena, so that a small one stays small and a big one
 * needs few; what is longer than half a chunk gets one of its own and leaves
 * the chunk in use alone. */
enum { FIRST_CHUNK = 1024, LARGEST_CHUNK = 256 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    max_align_t data[];
};

void
arena_fini(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        free(chunk);
    }
    *arena = (struct arena){ .chunks = NULL };
}

static unsigned char *
add_chunk(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk =
        xreallocarray(NULL, 1, sizeof(*chunk) + size);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->allocated += size;
    return (unsigned char *)chunk->data;
}

static unsigned char *
take(struct arena *arena, size_t size)
{
    if (arena->next == NULL || (size_t)(arena->end - arena->next) < size) {
        size_t chunk = arena->allocated / 4;
        if (chunk < FIRST_CHUNK)
            chunk = FIRST_CHUNK;
        if (chunk > LARGEST_CHUNK)
            chunk = LARGEST_CHUNK;
        if (size > chunk / 2)
            return add_chunk(arena, size);
        arena->next = add_chunk(arena, chunk);
        arena->end = arena->next + chunk;
    }
    unsigned char *taken = arena->next;
    arena->next += size;
    return taken;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    size_t off = (uintptr_t)arena->next % _Alignof(max_align_t);
    size_t padding = off ? _Alignof(max_align_t) - off : 0;
    if ((size_t)(arena->end - arena->next) < padding)
        arena->next = arena->end;
    else if (padding > 0)
        arena->next += padding;
    return take(arena, size);
}

struct bytes
arena_copy(struct arena *arena, struct bytes bytes)
{
    unsigned char *copy = take(arena, bytes.size);
    if (bytes.size != 0)
        memcpy(copy, bytes.data, bytes.size);
    return bytes_of(copy, bytes.size);
}
