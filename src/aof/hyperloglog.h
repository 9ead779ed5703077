/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HyperLogLogs as the strings that servers keep them in, byte for byte
 * (hyperloglog.c, Redis 2.8 to 8.6):
 *
 *     "HYLL" | form | 3 unused | cardinality, 8 bytes | registers
 *
 *     dense   16384 registers of 6 bits, the lowest bits first
 *     sparse  runs of equal registers:
 *             00llllll            l + 1 zeros
 *             01llllll llllllll   l + 1 zeros
 *             1vvvvvll            l + 1 registers of v + 1
 *
 * The cardinality is a cache; its highest bit says that it is stale.
 */
#ifndef KEYWEIGH_AOF_HYPERLOGLOG_H
#define KEYWEIGH_AOF_HYPERLOGLOG_H

#include "aof/hll-estimate.h"
#include "keyspace/value.h"

enum {
    HLL_SPARSE_MOST = 3000, /* hll-sparse-max-bytes, by default */
};

enum hll_change {
    HLL_SAME,
    HLL_CHANGED,
    HLL_CORRUPT, /* its runs do not cover the registers */
    HLL_REFUSED, /* no room */
};

/* Whether a string is one, by its header and size. */
bool hll_recognise(const struct value *value);
bool hll_is_dense(const struct value *value);

/* Makes an empty string an empty sparse one; false when there is no room. */
bool hll_init(struct store *store, struct value *value);

enum hll_change hll_add(struct store *store, struct value *value,
                        struct bytes element);

/* Raises registers to those of the value; false when it is corrupt. */
bool hll_merge(unsigned char registers[HLL_REGISTERS],
               const struct value *value);

/* Gives the value all of those registers, which are at least its own. */
enum hll_change hll_put_all(struct store *store, struct value *value,
                            const unsigned char registers[HLL_REGISTERS]);

enum hll_change hll_make_dense(struct store *store, struct value *value);

/* The cached cardinality becomes stale, or is made up to date where it is. */
void hll_forget_count(struct store *store, struct value *value);
enum hll_change hll_refresh_count(struct store *store, struct value *value,
                                  enum hll_estimator estimator);

#endif
