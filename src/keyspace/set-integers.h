/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A set of integers, kept as the servers' intset (intset.c):
 *
 *   width u32le (2, 4 or 8) | count u32le | integers of that width, ascending
 *
 * These are the bytes of a value of the form SET_INTEGERS.
 */
#ifndef KEYWEIGH_KEYSPACE_SET_INTEGERS_H
#define KEYWEIGH_KEYSPACE_SET_INTEGERS_H

#include "keyspace/value.h"

/* No integer yet. */
void set_integers_init(struct store *store, struct value *value);

uint32_t set_integers_width(const struct value *value);
uint32_t set_integers_count(const struct value *value);

/* By index, which is below the count. */
int64_t set_integers_at(const struct value *value, uint32_t index);

/* The index of the first that is not below number; *found: it is number. */
uint32_t set_integers_find(const struct value *value, int64_t number,
                           bool *found);

/* At the index where it belongs. */
void set_integers_insert(struct store *store, struct value *value,
                         uint32_t index, int64_t number);
void set_integers_remove(struct store *store, struct value *value,
                         uint32_t index);

/* Digits of the longest, a minus counted; 0 of none. */
uint64_t set_integers_longest(const struct value *value);

#endif
