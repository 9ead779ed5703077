/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hashes.
 *
 *     HASH_PACKED     field, value, field, value ... in a listpack
 *     HASH_PACKED_EX  field, value, expiry or 0, ...: of one whose fields may
 *                     expire, in order of expiry, those without one last
 *     HASH_TABLE      a table of fields; one that expires has its time beside
 *
 * Nothing expires here by itself: logs say so when a field does.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_HASH_H
#define KEYWEIGH_KEYSPACE_VALUE_HASH_H

#include "keyspace/value.h"

enum value_hash_form { HASH_PACKED, HASH_PACKED_EX, HASH_TABLE };

struct hash_pair {
    struct bytes field; /* both valid until the next change or call */
    struct bytes value;
    int64_t expire_ms; /* when has_expiry */
    bool has_expiry;
};

/* Room for the digits of both. */
struct hash_room {
    char field[TEXT_DIGITS];
    char value[TEXT_DIGITS];
};

uint64_t value_hash_count(const struct value *value);

/* Fields that have an expiry. */
uint64_t value_hash_expiring(const struct value *value);

/* False when it is not there. */
bool value_hash_get(const struct store *store, const struct value *value,
                    struct bytes field, struct hash_room *room,
                    struct hash_pair *pair);

/* Sets a field, whose expiry is dropped unless it is to be kept.  ADDED,
 * CHANGED (also to what it was) or REFUSED. */
enum value_change value_hash_set(struct store *store, struct value *value,
                                 struct bytes field, struct bytes text,
                                 bool keep_expiry);

/* The same, keeping the expiry, without regard to the length up to which texts
 * may be in a listpack. */
enum value_change value_hash_set_of_any_length(struct store *store,
                                               struct value *value,
                                               struct bytes field,
                                               struct bytes text);

/* False when it is not there. */
bool value_hash_remove(struct store *store, struct value *value,
                       struct bytes field);

/* Sets a field's time, or takes it away.  False when the field is not there,
 * or has none to take. */
bool value_hash_expire(struct store *store, struct value *value,
                       struct bytes field, int64_t expire_ms);
bool value_hash_persist(struct store *store, struct value *value,
                        struct bytes field);

/* A place in a hash, valid until the next change. */
struct value_hash_cursor {
    const struct value *value;
    uint32_t at; /* index or offset */
};

/* In order of creation; HASH_PACKED_EX in order of expiry. */
void value_hash_begin(struct value_hash_cursor *cursor,
                      const struct value *value);
bool value_hash_next(struct value_hash_cursor *cursor, struct hash_room *room,
                     struct hash_pair *pair);

/* For loading a dump of a hash that once had fields with an expiry, and may
 * have none now: before the first field. */
void value_hash_load_expiring(struct value *value);

/* For loading a dump: another field.  In a blob, what limits the listpack is
 * only the number of its fields, not their length.  SAME: it is there already;
 * ADDED; REFUSED. */
enum value_change value_hash_load(struct store *store, struct value *value,
                                  const struct hash_pair *pair, bool blob);

#endif
