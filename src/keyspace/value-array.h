/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Arrays of Redis 8.8: texts at indices from 0 to 2^64 - 2, most of them
 * perhaps empty.  Cells are kept in order of their index; nothing is reserved
 * for those between.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_ARRAY_H
#define KEYWEIGH_KEYSPACE_VALUE_ARRAY_H

#include "keyspace/value.h"

/* Where ARINSERT puts the next element. */
struct array_cursor {
    bool has;       /* false: at 0 */
    uint64_t index; /* the latest one that it wrote */
};

enum { ARRAY_DIGITS = 40 }; /* bytes of a number's text, and a NUL */

uint64_t value_array_count(const struct value *value);

/* The highest index of a cell and 1, 0 when there is none. */
uint64_t value_array_length(const struct value *value);

struct array_cursor *value_array_cursor(const struct value *value);

bool value_array_get(const struct value *value, uint64_t index,
                     char room[ARRAY_DIGITS], struct bytes *text);

/* SAME (as it was), ADDED, CHANGED or REFUSED. */
enum value_change value_array_set(struct store *store, struct value *value,
                                  uint64_t index, struct bytes text);

/* Clears the cells from first to last, both included; returns how many there
 * were. */
uint64_t value_array_remove(struct store *store, struct value *value,
                            uint64_t first, uint64_t last);

/* The first cell at or behind index; false when there is none. */
bool value_array_find(const struct value *value, uint64_t index,
                      uint64_t *found, char room[ARRAY_DIGITS],
                      struct bytes *text);

/* For loading a dump: the same of a cell that is a double in it. */
enum value_change value_array_load_double(struct store *store,
                                          struct value *value, uint64_t index,
                                          double number);

#endif
