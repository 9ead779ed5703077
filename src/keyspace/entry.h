/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A key and its value, in one block with the name:
 *
 *     value (16) | expiry (8), when there is one | name as name.h has it
 *
 * Commands change the value by the operations of its type; the rest belongs to
 * the keyspace.
 */
#ifndef KEYWEIGH_KEYSPACE_ENTRY_H
#define KEYWEIGH_KEYSPACE_ENTRY_H

#include "keyspace/table.h"
#include "keyspace/value.h"

struct entry {
    struct value value; /* its mark is the entry's */
};

/* A copy of the name, with a value that is not initialised, without expiry and
 * mark.  The name is at most VALUE_TEXT_MOST bytes long. */
struct entry *entry_new(struct store *store, struct bytes name);

/* Frees the block, not the value, or both. */
void entry_free_block(struct store *store, struct entry *entry);
void entry_free(struct store *store, struct entry *entry);

/* Gives the blocks of a table of entries to pool_move: its own, theirs, and
 * those of their values. */
void entry_relocate_all(struct store *store, struct table *entries);

struct bytes entry_name(const struct entry *entry);

static inline enum type
entry_type(const struct entry *entry)
{
    return (enum type)entry->value.type;
}

/* False when it has none. */
bool entry_expiry(const struct entry *entry, int64_t *expire_ms);

/* Sets the expiry, or takes it away; returns the entry as it is from now on,
 * perhaps another block. */
struct entry *entry_expire(struct store *store, struct entry *entry,
                           int64_t expire_ms);
struct entry *entry_persist(struct store *store, struct entry *entry);

/* What a command that cannot be replayed may have changed.  The mark goes with
 * the key when it is renamed, moved or copied. */
void entry_set_uncertain(struct entry *entry);
void entry_set_certain(struct entry *entry);
bool entry_is_uncertain(const struct entry *entry);

#endif
