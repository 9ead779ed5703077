/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A small Redis in memory: databases of keys with values and expiries, as much
 * of it as a log of commands needs.  There is no clock: nothing expires by
 * itself, as in a server that loads a log.
 *
 * Memory is counted; when it reaches its limit nothing breaks, but
 * keyspace_is_full says so, and whoever fills it stops after the command it is
 * at.  One database more than KEYSPACE_DATABASES_MOST, or one key more in a
 * database than TABLE_MOST, makes it full, too.
 *
 * A keyspace is a source: databases by number, the keys of each in the order
 * in which their names were created, one that was deleted (or renamed, moved)
 * and came again last.  That is the same on every machine and in every run.
 * Keys may not be changed between two next.  Of struct key, offset, idle and
 * frequency are unknown; the serialized size of a walk is 0.
 */
#ifndef KEYWEIGH_KEYSPACE_KEYSPACE_H
#define KEYWEIGH_KEYSPACE_KEYSPACE_H

#include "data/source.h"
#include "keyspace/entry.h"

/* Databases that ever had a key; their numbers may be any. */
enum { KEYSPACE_DATABASES_MOST = 16384 };

struct keyspace;

/* memory_limit in bytes, 0 for none.  limits are copied. */
struct keyspace *keyspace_new(const struct store_limits *limits,
                              uint64_t memory_limit);
void keyspace_free(struct keyspace *keyspace);

/* For the operations on values. */
struct store *keyspace_store(struct keyspace *keyspace);

/* Bytes held from the system. */
uint64_t keyspace_memory(const struct keyspace *keyspace);

/* The limit is reached, or a step was refused because of it; stays so. */
bool keyspace_is_full(const struct keyspace *keyspace);

/* Moves what it holds together when too much is free in between, so that it
 * holds about what the keys need, whatever became of those before.  To be
 * called now and then; entries are valid no longer, and the source may be at
 * its begin. */
void keyspace_tidy(struct keyspace *keyspace);

/* --- one key.  Entries are valid until the key is deleted, renamed, moved,
 *     or its expiry is set or taken --- */

/* NULL when there is none. */
struct entry *keyspace_find(struct keyspace *keyspace, uint64_t db,
                            struct bytes name);

/* Brings what keyspace_find will look at into the processor's cache, one step a
 * call, from 0 up to below KEYSPACE_STEPS.  hash is of keyspace_hash; a wrong
 * one does no harm. */
enum { KEYSPACE_STEPS = 4 };
uint64_t keyspace_hash(const struct keyspace *keyspace, struct bytes name);
void keyspace_prefetch(struct keyspace *keyspace, uint64_t db, uint64_t hash,
                       unsigned step);

/* The key, made with an empty value of that type when there is none; one that
 * is there may be of another type.  NULL: too many, or the name too long. */
struct entry *keyspace_find_or_add(struct keyspace *keyspace, uint64_t db,
                                   struct bytes name, enum type type);

/* Gives a name another value, which is moved in; an expiry, and any doubt, is
 * dropped unless the expiry is to be kept.  A key that was there keeps its
 * place.  NULL as above: the value is then freed. */
struct entry *keyspace_set(struct keyspace *keyspace, uint64_t db,
                           struct bytes name, struct value *value,
                           bool keep_expiry);

/* False when it is not there. */
bool keyspace_delete(struct keyspace *keyspace, uint64_t db,
                     struct bytes name);

/* Deletes the key when its value is empty as servers keep none: to be called
 * behind every command that takes elements away.  True when it went. */
bool keyspace_delete_if_empty(struct keyspace *keyspace, uint64_t db,
                              struct entry *entry);

/* Both return the entry as it is from now on. */
struct entry *keyspace_expire(struct keyspace *keyspace, uint64_t db,
                              struct entry *entry, int64_t expire_ms);
struct entry *keyspace_persist(struct keyspace *keyspace, uint64_t db,
                               struct entry *entry);

/* --- several keys --- */

/* Gives the key another name, whatever had that name before is deleted.
 * Value, expiry and mark go along.  False when from is not there.  Of the same
 * name nothing happens. */
bool keyspace_rename(struct keyspace *keyspace, uint64_t db,
                     struct bytes from, struct bytes to);

/* To another database.  False when it is not there, or the other has one of
 * that name. */
bool keyspace_move(struct keyspace *keyspace, uint64_t db, struct bytes name,
                   uint64_t to_db);

/* A copy with expiry and mark, in place of whatever had that name.  False when
 * from is not there, both are one key, or there is no room. */
bool keyspace_copy(struct keyspace *keyspace, uint64_t db, struct bytes from,
                   uint64_t to_db, struct bytes to);

/* False: too many databases. */
bool keyspace_swap(struct keyspace *keyspace, uint64_t a, uint64_t b);
void keyspace_flush(struct keyspace *keyspace, uint64_t db);
void keyspace_flush_all(struct keyspace *keyspace);

/* Deletes the keys of cluster slots from first to last, in every database;
 * returns how many. */
uint64_t keyspace_delete_slots(struct keyspace *keyspace, unsigned first,
                               unsigned last);

uint64_t keyspace_count(const struct keyspace *keyspace, uint64_t db);
uint64_t keyspace_count_all(const struct keyspace *keyspace);
uint64_t keyspace_count_uncertain(const struct keyspace *keyspace);

/* --- as a source --- */

/* Valid as long as the keyspace. */
struct source *keyspace_source(struct keyspace *keyspace);

/* Begins from the first key again. */
void keyspace_rewind(struct keyspace *keyspace);

/* The entry of the key that next gave last. */
struct entry *keyspace_current(const struct keyspace *keyspace);

#endif
