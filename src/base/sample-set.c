/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Open addressing with linear probing.  The low bits of a hash choose its
 * slot, the high bits whether it is still spoken for.
 */
#include "base/sample-set.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { FIRST_CAPACITY = 128 };

void
sample_set_init(struct sample_set *set, size_t bytes)
{
    *set = (struct sample_set){ .limit = FIRST_CAPACITY };
    while (set->limit * 2 * sizeof(*set->slots) <= bytes)
        set->limit *= 2;
}

void
sample_set_fini(struct sample_set *set)
{
    free(set->slots);
    *set = (struct sample_set){ .limit = FIRST_CAPACITY };
}

void
sample_set_clear(struct sample_set *set)
{
    if (set->capacity > FIRST_CAPACITY) {
        free(set->slots);
        set->slots = NULL;
        set->capacity = 0;
    } else if (set->count > 0) {
        memset(set->slots, 0, set->capacity * sizeof(*set->slots));
    }
    set->count = 0;
    set->halvings = 0;
}

static bool
is_outside(const struct sample_set *set, uint64_t hash)
{
    return set->halvings > 0 && hash >> (64 - set->halvings) != 0;
}

/* The slot that holds hash, or the empty one where it would go. */
static size_t
slot_of(const struct sample_set *set, uint64_t hash)
{
    size_t mask = set->capacity - 1;
    size_t i = (size_t)hash & mask;
    while (set->slots[i] != 0 && set->slots[i] != hash)
        i = (i + 1) & mask;
    return i;
}

/* Moves to a table of that capacity, leaving behind what is outside. */
static void
rebuild(struct sample_set *set, size_t capacity)
{
    uint64_t *old = set->slots;
    size_t old_capacity = set->capacity;
    set->slots = xcalloc(capacity, sizeof(*set->slots));
    set->capacity = capacity;
    set->count = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i] == 0 || is_outside(set, old[i]))
            continue;
        set->slots[slot_of(set, old[i])] = old[i];
        set->count++;
    }
    free(old);
}

static void
make_room(struct sample_set *set)
{
    if (set->capacity == 0) {
        rebuild(set, FIRST_CAPACITY);
    } else if (set->capacity < set->limit) {
        rebuild(set, set->capacity * 2);
    } else {
        set->halvings++;
        rebuild(set, set->capacity);
    }
}

/* 0 marks an empty slot, so no hash may be 0. */
static uint64_t
never_zero(uint64_t hash)
{
    return hash != 0 ? hash : 1;
}

enum sample_answer
sample_set_add(struct sample_set *set, uint64_t hash)
{
    hash = never_zero(hash);
    while (set->count >= set->capacity - set->capacity / 4)
        make_room(set);
    if (is_outside(set, hash))
        return SAMPLE_OUTSIDE;
    size_t i = slot_of(set, hash);
    if (set->slots[i] == hash)
        return SAMPLE_SEEN;
    set->slots[i] = hash;
    set->count++;
    return SAMPLE_NEW;
}

enum sample_answer
sample_set_find(const struct sample_set *set, uint64_t hash)
{
    hash = never_zero(hash);
    if (is_outside(set, hash))
        return SAMPLE_OUTSIDE;
    if (set->capacity == 0)
        return SAMPLE_NEW;
    return set->slots[slot_of(set, hash)] == hash ? SAMPLE_SEEN : SAMPLE_NEW;
}
