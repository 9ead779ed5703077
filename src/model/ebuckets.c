/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 7.4 ebuckets.c: ebAddToList, ebConvertListToRax, ebAddToRax,
 * ebAddToBucket, ebTrySegSplit, ebSegAddExtended; the same in 8.0 and 8.6.
 */
#include "model/ebuckets.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/expiry-tree.h"

enum {
    SEGMENT_MOST = 16, /* EB_SEG_MAX_ITEMS, EB_LIST_MAX_ITEMS */
    KEY_BYTES = 6,
    ITEMS_MOST = 1 << 17,
};

/* Several segments hold items of one moment, times[0], only; then count is of
 * the first segment. */
struct ebucket {
    uint64_t key; /* not after any of the items */
    uint64_t segments;
    unsigned count;
    uint64_t times[SEGMENT_MOST]; /* ascending */
};

void
ebuckets_clear(struct ebuckets *ebuckets)
{
    ebuckets->count = 0;
    ebuckets->is_tree = false;
    ebuckets->items = 0;
    ebuckets->beyond = 0;
}

void
ebuckets_fini(struct ebuckets *ebuckets)
{
    free(ebuckets->buckets);
}

/* A new bucket at a place; pointers to others are stale afterwards. */
static struct ebucket *
insert_bucket(struct ebuckets *ebuckets, size_t place, uint64_t key)
{
    if (ebuckets->count == ebuckets->capacity) {
        ebuckets->capacity = ebuckets->capacity ? 2 * ebuckets->capacity : 8;
        ebuckets->buckets =
            xreallocarray(ebuckets->buckets, ebuckets->capacity,
                          sizeof(ebuckets->buckets[0]));
    }
    struct ebucket *bucket = &ebuckets->buckets[place];
    memmove(bucket + 1, bucket,
            (ebuckets->count - place) * sizeof(*bucket));
    ebuckets->count++;
    bucket->key = key;
    bucket->segments = 1;
    bucket->count = 0;
    return bucket;
}

static void
insert_time(struct ebucket *bucket, uint64_t ms)
{
    unsigned place = bucket->count++;
    for (; place > 0 && bucket->times[place - 1] > ms; place--)
        bucket->times[place] = bucket->times[place - 1];
    bucket->times[place] = ms;
}

/* How many of a full segment's items stay when it is split, as near to half as
 * moments differ; 0 when all are one. */
static unsigned
split_at(const struct ebucket *bucket)
{
    unsigned half = SEGMENT_MOST / 2;
    unsigned best = 0;
    unsigned distance = half;
    for (unsigned i = 0; i + 1 < SEGMENT_MOST; i++) {
        if (bucket->times[i + 1] == bucket->times[i])
            continue;
        if (i < half) {
            best = i + 1;
            distance = half - i;
        } else if (distance > i + 1 - half) {
            best = i + 1;
            distance = i + 1 - half;
        }
    }
    return best;
}

static void
split(struct ebuckets *ebuckets, size_t place, unsigned stay, uint64_t ms)
{
    uint64_t key = ebuckets->buckets[place].times[stay];
    struct ebucket *right = insert_bucket(ebuckets, place + 1, key);
    struct ebucket *left = right - 1;
    right->count = SEGMENT_MOST - stay;
    memcpy(right->times, left->times + stay,
           right->count * sizeof(right->times[0]));
    left->count = stay;
    insert_time(ms < key ? left : right, ms);
}

/* To a bucket all of whose items have one moment. */
static void
add_to_moment(struct ebuckets *ebuckets, size_t place, uint64_t ms)
{
    struct ebucket *bucket = &ebuckets->buckets[place];
    uint64_t moment = bucket->times[0];
    if (ms != moment) {
        if (moment > ms)
            bucket->key = moment;
        insert_time(insert_bucket(ebuckets, place + (moment < ms), ms), ms);
    } else if (bucket->count < SEGMENT_MOST) {
        bucket->count++;
    } else {
        bucket->key = moment;
        bucket->segments++;
        bucket->count = 1;
    }
}

static size_t
place_of(const struct ebuckets *ebuckets, uint64_t ms)
{
    return expiry_tree_place(ebuckets->buckets, ebuckets->count,
                             sizeof(ebuckets->buckets[0]), ms);
}

static void
add_to_tree(struct ebuckets *ebuckets, uint64_t ms)
{
    size_t after = place_of(ebuckets, ms);
    if (after == 0) {
        insert_time(insert_bucket(ebuckets, 0, ms), ms);
        return;
    }
    struct ebucket *bucket = &ebuckets->buckets[after - 1];
    if (bucket->segments == 1 && bucket->count < SEGMENT_MOST) {
        insert_time(bucket, ms);
        return;
    }
    unsigned stay = bucket->segments == 1 ? split_at(bucket) : 0;
    if (stay > 0)
        split(ebuckets, after - 1, stay, ms);
    else
        add_to_moment(ebuckets, after - 1, ms);
}

void
ebuckets_add(struct ebuckets *ebuckets, uint64_t ms)
{
    if (ebuckets->items >= ITEMS_MOST) {
        ebuckets->beyond++;
        return;
    }
    if (ebuckets->items == 0)
        insert_bucket(ebuckets, 0, ms);
    struct ebucket *list = &ebuckets->buckets[0];
    if (!ebuckets->is_tree && ebuckets->items == SEGMENT_MOST) {
        list->key = list->times[0];
        ebuckets->is_tree = true;
    }
    if (ebuckets->is_tree)
        add_to_tree(ebuckets, ms);
    else
        insert_time(list, ms);
    ebuckets->items++;
}

void
ebuckets_book(struct cost *cost, const struct ebuckets *ebuckets)
{
    if (!ebuckets->is_tree)
        return;
    struct expiry_tree tree;
    double each = 1 + (double)ebuckets->beyond / (double)ebuckets->items;
    expiry_tree_begin(&tree, cost, sizeof(uint64_t), each);
    for (size_t i = 0; i < ebuckets->count; i++) {
        const struct ebucket *bucket = &ebuckets->buckets[i];
        expiry_tree_key(&tree, bucket->key, KEY_BYTES);
        expiry_tree_block(&tree, cost->prices->expiry_segment);
        for (uint64_t more = 1; more < bucket->segments; more++)
            expiry_tree_block(&tree, cost->prices->expiry_more);
    }
    expiry_tree_end(&tree);
}
