/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/map.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/xalloc.h"

enum { FIRST_SLOTS = 64 };

void
map_fini(struct map *map)
{
    arena_fini(&map->arena);
    free(map->names);
    free(map->slots);
    *map = (struct map){ .names = NULL };
}

/* A slot holds 32 bits of the hash: the lower of these choose the slot, and
 * all of them together spare nearly every look at a wrong name. */
static uint32_t
hash_of(const struct map *map, struct bytes name)
{
    return (uint32_t)XXH3_64bits_withSeed(name.data, name.size, map->seed);
}

/* The slot where name is, or the empty one where it belongs. */
static inline uint32_t
probe(const struct map *map, struct bytes name, uint32_t hash)
{
    uint32_t at = hash & map->mask;
    for (;;) {
        uint64_t slot = map->slots[at];
        if (slot == 0)
            return at;
        if ((uint32_t)(slot >> 32) == hash &&
            bytes_equal(map->names[(uint32_t)slot - 1], name))
            return at;
        at = (at + 1) & map->mask;
    }
}

static void
grow_slots(struct map *map)
{
    uint32_t old_count = map->slots ? map->mask + 1 : 0;
    uint64_t *old = map->slots;
    uint32_t count = old_count ? old_count * 2 : FIRST_SLOTS;
    if (old_count == 0 &&
        getrandom(&map->seed, sizeof(map->seed), GRND_NONBLOCK) < 0)
        map->seed = (uint64_t)(uintptr_t)map; /* better than none */
    map->slots = xcalloc(count, sizeof(*map->slots));
    map->mask = count - 1;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old[i] == 0)
            continue;
        uint32_t at = (uint32_t)(old[i] >> 32) & map->mask;
        while (map->slots[at] != 0)
            at = (at + 1) & map->mask;
        map->slots[at] = old[i];
    }
    free(old);
}

static void
grow_names(struct map *map)
{
    map->room = map->room ? map->room + map->room / 2 : FIRST_SLOTS;
    map->names = xreallocarray(map->names, map->room, sizeof(*map->names));
}

uint32_t
map_find(const struct map *map, struct bytes name)
{
    if (map->count == 0)
        return MAP_NONE;
    uint64_t slot = map->slots[probe(map, name, hash_of(map, name))];
    return slot ? (uint32_t)slot - 1 : MAP_NONE;
}

static uint32_t
insert(struct map *map, struct bytes name, uint32_t hash, uint32_t at)
{
    /* At most three slots of four are taken. */
    if (map->count >= map->mask - map->mask / 4) {
        grow_slots(map);
        at = probe(map, name, hash);
    }
    if (map->count == map->room)
        grow_names(map);
    map->names[map->count] = arena_copy(&map->arena, name);
    map->slots[at] = (uint64_t)hash << 32 | ++map->count;
    return map->count - 1;
}

uint32_t
map_add(struct map *map, struct bytes name, bool *added)
{
    if (map->slots == NULL)
        grow_slots(map);
    uint32_t hash = hash_of(map, name);
    uint32_t at = probe(map, name, hash);
    *added = map->slots[at] == 0;
    return *added ? insert(map, name, hash, at)
                  : (uint32_t)map->slots[at] - 1;
}
