/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sets.
 *
 *     SET_INTEGERS  sorted numbers of 2, 4 or 8 bytes each, as in an intset
 *     SET_PACKED    a listpack of members
 *     SET_TABLE     a table of members
 *
 * They pass from one form to the next as a server's do (t_set.c
 * setTypeAddAux) and never back.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_SET_H
#define KEYWEIGH_KEYSPACE_VALUE_SET_H

#include "keyspace/value.h"

enum value_set_form { SET_INTEGERS, SET_PACKED, SET_TABLE };

uint64_t value_set_count(const struct value *value);
bool value_set_has(const struct store *store, const struct value *value,
                   struct bytes member);

/* Before so many members are added, of which this is the first: when they may
 * be too many for what it is, it becomes a table at once; one that is empty
 * becomes a listpack where that has room for them. */
void value_set_expect(struct store *store, struct value *value,
                      struct bytes first, uint64_t count);

/* Before the members of a dump's table are added, so many: more than an intset
 * may have are a table, even where a listpack has room (rdb.c rdbLoadObject,
 * every release). */
void value_set_open_table(struct store *store, struct value *value,
                          uint64_t count);

/* Makes a listpack of an empty set; and an intset of one that has but
 * integers, when they are few enough for that. */
void value_set_open_pack(struct store *store, struct value *value);
void value_set_close_pack(struct store *store, struct value *value);

/* SAME, ADDED or REFUSED. */
enum value_change value_set_add(struct store *store, struct value *value,
                                struct bytes member);

/* For loading the listpack of a dump, which stays one even of integers, until
 * it has too many members: another one, as above. */
enum value_change value_set_load(struct store *store, struct value *value,
                                 struct bytes member);

/* False when it is not there. */
bool value_set_remove(struct store *store, struct value *value,
                      struct bytes member);

/* A place in a set, valid until the next change. */
struct value_set_cursor {
    const struct value *value;
    uint32_t at; /* index or offset */
};

/* Integers ascend, others come in the order of their creation. */
void value_set_begin(struct value_set_cursor *cursor,
                     const struct value *value);

/* The next member, valid until the next change or call; false at the end. */
bool value_set_next(struct value_set_cursor *cursor, char room[TEXT_DIGITS],
                    struct bytes *member);

#endif
