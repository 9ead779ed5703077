/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/block-sums.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum { FIRST_CAPACITY = 2 * BLOCK_SUMS_LISTED };

static bool
has_place(uint64_t usable)
{
    return usable % BLOCK_SUMS_STEP == 0 &&
           usable / BLOCK_SUMS_STEP < BLOCK_SUMS_SMALL;
}

/* Where the index of a usable size without a place stands, or would. */
static uint32_t *
slot_of(const struct block_sums *sums, uint64_t usable)
{
    size_t mask = sums->slot_count - 1;
    size_t slot = (size_t)((usable * 0x9e3779b97f4a7c15U) >> 32) & mask;
    while (sums->slots[slot] != 0 &&
           sums->list[sums->slots[slot] - 1].usable != usable)
        slot = (slot + 1) & mask;
    return &sums->slots[slot];
}

static uint32_t *
place_of(struct block_sums *sums, uint64_t usable)
{
    return has_place(usable) ? &sums->small[usable / BLOCK_SUMS_STEP]
                             : slot_of(sums, usable);
}

static void
grow(struct block_sums *sums)
{
    sums->capacity = sums->capacity ? sums->capacity * 2 : FIRST_CAPACITY;
    sums->list =
        xreallocarray(sums->list, sums->capacity, sizeof(*sums->list));
    free(sums->slots);
    sums->slot_count = sums->capacity * 2;
    sums->slots = xcalloc(sums->slot_count, sizeof(*sums->slots));
    for (size_t i = BLOCK_SUMS_LISTED; i < sums->count; i++)
        *place_of(sums, sums->list[i].usable) = (uint32_t)(i + 1);
}

struct block_sums *
block_sums_new(void)
{
    struct block_sums *sums = xcalloc(1, sizeof(*sums));
    grow(sums);
    return sums;
}

void
block_sums_free(struct block_sums *sums)
{
    if (sums == NULL)
        return;
    free(sums->list);
    free(sums->slots);
    block_kinds_free(sums->kinds);
    free(sums);
}

/* Backwards: a slot is found past those that were filled before it. */
void
block_sums_forget(struct block_sums *sums)
{
    for (size_t i = sums->count; i > BLOCK_SUMS_LISTED; i--)
        *place_of(sums, sums->list[i - 1].usable) = 0;
}

struct block_sum *
block_sums_find(struct block_sums *sums, uint64_t usable)
{
    uint32_t *place = place_of(sums, usable);
    if (*place == 0) {
        if (sums->count == sums->capacity) {
            grow(sums);
            place = place_of(sums, usable);
        }
        sums->list[sums->count] = (struct block_sum){ .usable = usable };
        *place = (uint32_t)++sums->count;
    }
    return &sums->list[*place - 1];
}
