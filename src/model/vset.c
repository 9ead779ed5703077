/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Valkey 9.1 vset.c: vsetAddEntry, insertToBucket_RAX, findBucket,
 * splitBucketIfPossible, findSplitPosition, pvInsertAt, pvSplit.
 */
#include "model/vset.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/cost-hashtable.h"
#include "model/expiry-tree.h"

enum {
    VECTOR_MOST = 127,  /* VOLATILESET_VECTOR_BUCKET_MAX_SIZE */
    VECTOR_HEADER = 8,  /* pVector: length and size */
    WINDOW_LEAST = 16,  /* ms */
    WINDOW_MOST = 8192,
    KEY_BYTES = 8,
    ITEMS_MOST = 1 << 17,
};

/* All times are before the key. */
struct vset_bucket {
    uint64_t key;
    uint64_t count;
    bool was_vector; /* of one field: split off a vector, and still one */
    bool is_table;   /* times are not kept */
    struct cost_hashtable table;
    uint64_t *times; /* ascending */
    size_t capacity;
};

static void
free_buckets(struct vset *vset)
{
    for (size_t i = 0; i < vset->count; i++)
        free(vset->buckets[i].times);
    vset->count = 0;
}

void
vset_clear(struct vset *vset, bool narrow)
{
    free_buckets(vset);
    vset->narrow = narrow;
    vset->is_tree = false;
    vset->items = 0;
    vset->beyond = 0;
}

void
vset_fini(struct vset *vset)
{
    free_buckets(vset);
    free(vset->buckets);
}

/* The end of the aligned window that ms lies in. */
static uint64_t
window_end(uint64_t ms, uint64_t window)
{
    return ms / window * window + window;
}

/* A new bucket at a place; pointers to others are stale afterwards. */
static struct vset_bucket *
insert_bucket(struct vset *vset, size_t place, uint64_t key)
{
    if (vset->count == vset->capacity) {
        vset->capacity = vset->capacity ? 2 * vset->capacity : 8;
        vset->buckets = xreallocarray(vset->buckets, vset->capacity,
                                      sizeof(vset->buckets[0]));
    }
    struct vset_bucket *bucket = &vset->buckets[place];
    memmove(bucket + 1, bucket, (vset->count - place) * sizeof(*bucket));
    vset->count++;
    *bucket = (struct vset_bucket){ .key = key };
    return bucket;
}

static void
insert_time(struct vset_bucket *bucket, uint64_t ms)
{
    if (bucket->count == bucket->capacity) {
        bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 1;
        bucket->times = xreallocarray(bucket->times, bucket->capacity,
                                      sizeof(bucket->times[0]));
    }
    size_t place = bucket->count++;
    for (; place > 0 && bucket->times[place - 1] > ms; place--)
        bucket->times[place] = bucket->times[place - 1];
    bucket->times[place] = ms;
}

/* Its hash is of addresses, and it starts empty. */
static void
become_table(struct vset_bucket *bucket, bool narrow)
{
    bucket->is_table = true;
    bucket->table = (struct cost_hashtable){ .narrow = narrow,
                                             .ends_early = true };
    for (uint64_t i = 0; i < bucket->count; i++)
        cost_hashtable_add(&bucket->table);
    free(bucket->times);
    bucket->times = NULL;
}

/* Whether the least windows of two neighbours differ. */
static bool
parts(const struct vset_bucket *bucket, size_t place)
{
    return place > 0 && place < bucket->count &&
           window_end(bucket->times[place - 1], WINDOW_LEAST) <
               window_end(bucket->times[place], WINDOW_LEAST);
}

/* The place nearest to the middle where windows differ, the left one first. */
static size_t
split_at(const struct vset_bucket *bucket)
{
    size_t middle = (size_t)bucket->count / 2;
    for (size_t offset = 0;; offset++) {
        if (offset < middle && parts(bucket, middle - offset))
            return middle - offset;
        if (parts(bucket, middle + offset))
            return middle + offset;
    }
}

/* The left part becomes a bucket that ends with its last window. */
static void
split(struct vset *vset, size_t place)
{
    size_t left_count = split_at(&vset->buckets[place]);
    uint64_t last = vset->buckets[place].times[left_count - 1];
    struct vset_bucket *left =
        insert_bucket(vset, place, window_end(last, WINDOW_LEAST));
    struct vset_bucket *right = left + 1;
    for (size_t i = 0; i < left_count; i++)
        insert_time(left, right->times[i]);
    right->count -= left_count;
    memmove(right->times, right->times + left_count,
            right->count * sizeof(right->times[0]));
    left->was_vector = true;
    right->was_vector = true;
}

/* Makes a full vector another one to search again; false when all of it is in
 * one window that ends with the bucket. */
static bool
make_room(struct vset *vset, size_t place)
{
    struct vset_bucket *bucket = &vset->buckets[place];
    uint64_t first = window_end(bucket->times[0], WINDOW_LEAST);
    uint64_t last =
        window_end(bucket->times[bucket->count - 1], WINDOW_LEAST);
    if (last < bucket->key) {
        bucket->key = last;
        return true;
    }
    if (first == last)
        return false;
    split(vset, place);
    return true;
}

static size_t
place_of(const struct vset *vset, uint64_t ms)
{
    return expiry_tree_place(vset->buckets, vset->count,
                             sizeof(vset->buckets[0]), ms);
}

static void
add_to_tree(struct vset *vset, uint64_t ms)
{
    uint64_t farthest = window_end(ms, WINDOW_MOST);
    size_t place = place_of(vset, ms);
    struct vset_bucket *bucket = &vset->buckets[place];
    if (place == vset->count || bucket->key > farthest) {
        insert_time(insert_bucket(vset, place, farthest), ms);
    } else if (bucket->is_table) {
        bucket->count++;
        cost_hashtable_add(&bucket->table);
    } else if (bucket->count < VECTOR_MOST) {
        insert_time(bucket, ms);
    } else if (make_room(vset, place)) {
        add_to_tree(vset, ms);
    } else {
        bucket->count++;
        become_table(bucket, vset->narrow);
    }
}

/* Of a full vector; when it spans several of the largest windows its fields
 * are added one by one. */
static void
become_tree(struct vset *vset)
{
    struct vset_bucket vector = vset->buckets[0];
    uint64_t first = window_end(vector.times[0], WINDOW_MOST);
    uint64_t last = window_end(vector.times[VECTOR_MOST - 1], WINDOW_MOST);
    vset->is_tree = true;
    if (first == last) {
        vset->buckets[0].key = last;
        return;
    }
    vset->count = 0;
    for (size_t i = 0; i < VECTOR_MOST; i++)
        add_to_tree(vset, vector.times[i]);
    free(vector.times);
}

void
vset_add(struct vset *vset, uint64_t ms)
{
    if (vset->items >= ITEMS_MOST) {
        vset->beyond++;
        return;
    }
    if (vset->items == 0)
        insert_bucket(vset, 0, 0);
    if (!vset->is_tree && vset->items == VECTOR_MOST)
        become_tree(vset);
    if (vset->is_tree)
        add_to_tree(vset, ms);
    else
        insert_time(&vset->buckets[0], ms);
    vset->items++;
}

static uint64_t
vector_size(const struct cost *cost, const struct vset_bucket *bucket)
{
    return VECTOR_HEADER + bucket->count * cost->prices->word;
}

static void
book_bucket(struct expiry_tree *tree, struct vset_bucket *bucket)
{
    if (bucket->is_table)
        cost_hashtable_book(tree->cost, &bucket->table,
                            tree->cost->prices->hashtable);
    else if (bucket->count > 1 || bucket->was_vector)
        expiry_tree_block(tree, vector_size(tree->cost, bucket));
}

void
vset_book(struct cost *cost, struct vset *vset)
{
    if (!vset->is_tree) {
        if (vset->items > 1)
            cost_block(cost, BLOCK_FIELD_EXPIRY,
                       vector_size(cost, &vset->buckets[0]), 1);
        return;
    }
    struct expiry_tree tree;
    double each = 1 + (double)vset->beyond / (double)vset->items;
    expiry_tree_begin(&tree, cost, 0, each);
    for (size_t i = 0; i < vset->count; i++) {
        expiry_tree_key(&tree, vset->buckets[i].key, KEY_BYTES);
        book_bucket(&tree, &vset->buckets[i]);
    }
    expiry_tree_end(&tree);
}
