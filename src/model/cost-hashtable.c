/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Valkey 8.1 and 9.1 hashtable.c: nextBucketExp, resize,
 * hashtableExpandIfNeeded, rehashStep, findBucketForInsert,
 * bucketConvertToChained.
 */
#include "model/cost-hashtable.h"

#include <math.h>

enum { LG_BUCKETS_MOST = 56, CHAIN_MOST = 4096 };

static const double NEGLIGIBLE = 1e-18;

/* A resized table has a bucket for each 6.4 entries (10.7 of 12 on 32 bits),
 * rounded up to a power of two. */
uint64_t
cost_hashtable_buckets(uint64_t count, bool narrow)
{
    uint64_t factor = narrow ? 3 : 5;
    if (count > (uint64_t)1 << LG_BUCKETS_MOST)
        return (uint64_t)1 << LG_BUCKETS_MOST;
    uint64_t least = count == 0 ? 1 : (count * factor - 1) / 32 + 1;
    if (least == 1)
        return 1;
    return (uint64_t)1 << (64 - __builtin_clzll(least - 1));
}

static void
finish_rehash(struct cost_hashtable *table)
{
    table->buckets = table->next_buckets;
    table->used += table->next_used;
    table->next_buckets = 0;
    table->next_used = 0;
}

/* An empty table is replaced at once. */
static void
resize(struct cost_hashtable *table, uint64_t size)
{
    uint64_t buckets = cost_hashtable_buckets(size, table->narrow);
    if (buckets == table->buckets)
        return;
    table->next_buckets = buckets;
    table->next_used = 0;
    table->steps = 0;
    if (table->used == 0)
        finish_rehash(table);
}

void
cost_hashtable_expand(struct cost_hashtable *table, uint64_t size)
{
    if (table->next_buckets == 0 && size >= table->used)
        resize(table, size);
}

void
cost_hashtable_grow(struct cost_hashtable *table)
{
    if (table->next_buckets != 0 && ++table->steps >= table->buckets)
        finish_rehash(table);
    if (table->next_buckets == 0 &&
        table->used >= table->buckets * cost_hashtable_places(table))
        resize(table, table->used + 1);
    if (table->next_buckets != 0)
        table->next_used++;
    else
        table->used++;
}

/* The number of entries of a bucket is binomial; n places hold n of them, or
 * n - 1 and a child. */
double
cost_hashtable_children(uint64_t count, uint64_t buckets, bool narrow)
{
    uint64_t places = narrow ? 12 : 7;
    if (count <= places || buckets == 0)
        return 0;
    if (buckets == 1)
        return (double)((count - 2) / (places - 1));
    double part = 1 / (double)buckets;
    double mean = (double)count * part;
    double chance = exp((double)count * log1p(-part));
    double children = 0;
    for (uint64_t entries = 0; entries <= count && entries < CHAIN_MOST;
         entries++) {
        if (entries > places)
            children += chance * (double)((entries - 2) / (places - 1));
        if ((double)entries > mean && chance < NEGLIGIBLE)
            break;
        chance *= (double)(count - entries) / (double)(entries + 1) *
                  (part / (1 - part));
    }
    return children;
}

static void
book_children(struct cost *cost, double children)
{
    if (children > 0)
        cost_block_expected(cost, BLOCK_SLOTS, cost->prices->bucket, children);
}

/* The part of the old buckets that was moved. */
static double
moved_part(const struct cost_hashtable *table)
{
    return (double)table->steps / (double)table->buckets;
}

/* The old table is gone early when nothing was in the rest of it.  That is an
 * alternative between two layouts: the likelier one is taken. */
static void
finish(struct cost *cost, struct cost_hashtable *table)
{
    if (table->next_buckets == 0 || !table->ends_early)
        return;
    double gone = pow(moved_part(table), (double)table->used);
    if (gone > 0)
        cost->basis = BASIS_EXPECTED;
    if (gone > 0.5)
        finish_rehash(table);
}

/* Both tables of a rehash: what is moved and what was added since lie in the
 * new one, where the moved part has a share of both. */
static void
book_rehash(struct cost *cost, const struct cost_hashtable *table)
{
    uint64_t bucket = cost->prices->bucket;
    double moved = moved_part(table);
    cost_block(cost, BLOCK_SLOTS, table->buckets * bucket, 1);
    cost_block(cost, BLOCK_SLOTS, table->next_buckets * bucket, 1);
    double all = cost_hashtable_children(table->used + table->next_used,
                                         table->next_buckets, table->narrow);
    double added = cost_hashtable_children(
        table->next_used, table->next_buckets, table->narrow);
    double old = cost_hashtable_children(table->used, table->buckets,
                                         table->narrow);
    book_children(cost, (double)table->next_buckets *
                                (moved * all + (1 - moved) * added) +
                            (double)table->buckets * (1 - moved) * old);
}

void
cost_hashtable_book(struct cost *cost, struct cost_hashtable *table,
                    uint64_t size)
{
    finish(cost, table);
    cost_block(cost, BLOCK_DICT, size, 1);
    if (table->next_buckets != 0) {
        book_rehash(cost, table);
    } else if (table->buckets != 0) {
        cost_block(cost, BLOCK_SLOTS, table->buckets * cost->prices->bucket,
                   1);
        book_children(cost, (double)table->buckets *
                                cost_hashtable_children(table->used,
                                                        table->buckets,
                                                        table->narrow));
    }
}
