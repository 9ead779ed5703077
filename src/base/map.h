/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A table from names to numbers: each new name gets the next number, from 0
 * on, by which the caller indexes arrays of its own.  Open addressing with
 * linear probing; names are copied.  A zeroed struct is an empty map.
 *
 * Names that come from an input are hashed with a seed that nobody outside
 * the process knows, so that no file is written to collide.  Nothing that is
 * printed may depend on these hashes.
 */
#ifndef KEYWEIGH_BASE_MAP_H
#define KEYWEIGH_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define MAP_NONE UINT32_MAX

struct map {
    struct arena arena;
    struct bytes *names; /* by number */
    uint32_t count;
    uint32_t room;   /* of names */
    uint32_t mask;   /* slots - 1 */
    uint64_t *slots; /* hash << 32 | number + 1; 0 is empty */
    uint64_t seed;
};

void map_fini(struct map *map);

/* The number of a name, MAP_NONE when it is not there. */
uint32_t map_find(const struct map *map, struct bytes name);

/* The number of a name, which is added when it is not there yet.  The map
 * holds less than 2^30 of them. */
uint32_t map_add(struct map *map, struct bytes name, bool *added);

static inline struct bytes
map_name(const struct map *map, uint32_t number)
{
    return map->names[number];
}

/* Bytes that hold the names. */
static inline size_t
map_name_bytes(const struct map *map)
{
    return map->arena.allocated;
}

#endif
