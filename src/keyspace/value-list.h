/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists, in the nodes that a server's quicklist would have:
 *
 *     LIST_PACKED   one listpack, by itself
 *     LIST_CHAIN    an array of nodes: listpacks, or single large elements
 *
 * A push goes into the node at that end as long as it holds by list_fill, else
 * into a new one; an insertion into a full node splits it, and small
 * neighbours are joined again; nodes that run empty go.
 *
 * Indices count from 0, below 0 from the end (-1 is the last).
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_LIST_H
#define KEYWEIGH_KEYSPACE_VALUE_LIST_H

#include "keyspace/value.h"

enum value_list_form { LIST_PACKED, LIST_CHAIN };

enum list_end { LIST_HEAD, LIST_TAIL };

uint64_t value_list_count(const struct value *value);

/* False: too long. */
bool value_list_push(struct store *store, struct value *value,
                     enum list_end end, struct bytes element);

/* One after the other, as one command does: servers that have lists of one
 * listpack ask once whether it has room for all.  False: some are too long,
 * and left out. */
bool value_list_push_all(struct store *store, struct value *value,
                         enum list_end end, const struct bytes *elements,
                         size_t count);

/* Takes an element off.  False when the list is empty. */
bool value_list_pop(struct store *store, struct value *value,
                    enum list_end end);

/* Takes one off and pushes it to another list, or the same. */
bool value_list_move(struct store *store, struct value *from,
                     enum list_end from_end, struct value *to,
                     enum list_end to_end);

/* The element at index, valid until the next change; room is for digits.
 * False when there is none. */
bool value_list_get(const struct value *value, int64_t index,
                    char room[TEXT_DIGITS], struct bytes *element);

/* False: no such index, or too long. */
bool value_list_set(struct store *store, struct value *value, int64_t index,
                    struct bytes element);

/* Before or behind the first element that equals pivot.  False when there is
 * none, or too long. */
bool value_list_insert(struct store *store, struct value *value, bool before,
                       struct bytes pivot, struct bytes element);

/* Removes up to count elements that equal this one: from the head, below 0
 * from the tail, 0 all.  Returns how many. */
uint64_t value_list_remove(struct store *store, struct value *value,
                           int64_t count, struct bytes element);

/* Keeps what is from start to stop, both included, as LTRIM means them. */
void value_list_trim(struct store *store, struct value *value, int64_t start,
                     int64_t stop);

/* For lists that servers make as a quicklist, and look at when all has been
 * pushed: of an empty one, with a list_fill of its own, which it keeps while it
 * is one; and behind the last push. */
void value_list_open_chain(struct store *store, struct value *value,
                           int64_t fill);
void value_list_close_chain(struct store *store, struct value *value);

/* A place in a list, valid until the next change. */
struct value_list_cursor {
    const struct value *value;
    uint32_t node;
    uint32_t offset; /* in the node's bytes; 0 before its first element */
};

/* From the head. */
void value_list_begin(struct value_list_cursor *cursor,
                      const struct value *value);

/* The next element, valid until the next change or call; false at the end. */
bool value_list_next(struct value_list_cursor *cursor,
                     char room[TEXT_DIGITS], struct bytes *element);

/* For loading a dump: the element goes to the end of the last node whatever
 * the limits say, or begins a new one, which is plain or not.  False: too long
 * for that. */
bool value_list_load(struct store *store, struct value *value, bool begins,
                     bool plain, struct bytes element);

#endif
