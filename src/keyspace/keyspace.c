/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     keyspace -> databases, by number -> table of entries -> values
 *
 * Everything but this array lies in the store's pool, so that all of it goes
 * at once.
 */
#include "keyspace/keyspace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/xalloc.h"
#include "data/slot.h"
#include "keyspace/value-module.h"

struct database {
    uint64_t number;
    struct table keys;
};

struct keyspace {
    struct source source; /* first: the caller's handle */
    struct store store;
    struct database *databases; /* ascending */
    size_t count;
    size_t room;
    size_t latest; /* the one that was asked for last */

    size_t database; /* where next is */
    uint32_t index;
    struct entry *current;
    struct key key;
    struct error error; /* never set: nothing can be damaged */
};

static struct bytes
name_of(const void *item)
{
    return entry_name(item);
}

/* --- databases --- */

/* The place of the first database whose number is not below. */
static size_t
place_of(const struct keyspace *keyspace, uint64_t number)
{
    size_t low = 0;
    size_t high = keyspace->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keyspace->databases[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct database *
find_database(struct keyspace *keyspace, uint64_t number)
{
    if (keyspace->latest < keyspace->count &&
        keyspace->databases[keyspace->latest].number == number)
        return &keyspace->databases[keyspace->latest];
    size_t place = place_of(keyspace, number);
    if (place == keyspace->count ||
        keyspace->databases[place].number != number)
        return NULL;
    keyspace->latest = place;
    return &keyspace->databases[place];
}

/* NULL when there are too many already. */
static struct database *
add_database(struct keyspace *keyspace, uint64_t number)
{
    struct database *found = find_database(keyspace, number);
    if (found != NULL)
        return found;
    if (keyspace->count == KEYSPACE_DATABASES_MOST) {
        keyspace->store.pool.refused = true;
        return NULL;
    }
    if (keyspace->count == keyspace->room) {
        keyspace->room = keyspace->room ? 2 * keyspace->room : 16;
        keyspace->databases =
            xreallocarray(keyspace->databases, keyspace->room,
                          sizeof(*keyspace->databases));
    }
    size_t place = place_of(keyspace, number);
    struct database *database = &keyspace->databases[place];
    memmove(database + 1, database,
            (keyspace->count - place) * sizeof(*database));
    *database = (struct database){ .number = number };
    keyspace->count++;
    keyspace->latest = place;
    return database;
}

static struct table *
find_keys(struct keyspace *keyspace, uint64_t db)
{
    struct database *database = find_database(keyspace, db);
    return database != NULL ? &database->keys : NULL;
}

/* --- entries in tables --- */

static int64_t
index_of(const struct keyspace *keyspace, const struct table *keys,
         struct bytes name)
{
    return keys == NULL
               ? TABLE_NONE
               : table_find(keys, name, keyspace->store.seed, name_of);
}

static bool
add_entry(struct keyspace *keyspace, struct table *keys, struct entry *entry)
{
    bool added = table_add(&keyspace->store.pool, keys, entry,
                           keyspace->store.seed, name_of);
    if (!added)
        keyspace->store.pool.refused = true;
    return added;
}

/* Takes it out of the table only. */
static struct entry *
take_entry(struct keyspace *keyspace, struct table *keys, int64_t index)
{
    struct entry *entry = table_item(keys, index);
    table_remove(&keyspace->store.pool, keys, index, keyspace->store.seed,
                 name_of);
    return entry;
}

static void
delete_entry(struct keyspace *keyspace, struct table *keys, int64_t index)
{
    entry_free(&keyspace->store, take_entry(keyspace, keys, index));
}

struct entry *
keyspace_find(struct keyspace *keyspace, uint64_t db, struct bytes name)
{
    struct table *keys = find_keys(keyspace, db);
    int64_t index = index_of(keyspace, keys, name);
    return index != TABLE_NONE ? table_item(keys, index) : NULL;
}

uint64_t
keyspace_hash(const struct keyspace *keyspace, struct bytes name)
{
    return table_hash(name, keyspace->store.seed);
}

/* The last step is for the value. */
void
keyspace_prefetch(struct keyspace *keyspace, uint64_t db, uint64_t hash,
                  unsigned step)
{
    const struct table *keys = find_keys(keyspace, db);
    if (keys == NULL)
        return;
    if (step <= TABLE_PREFETCH_ITEM) {
        table_prefetch(keys, hash, step);
        return;
    }
    const struct entry *entry = table_guess(keys, hash);
    if (entry != NULL)
        __builtin_prefetch(entry->value.bytes, 1);
}

/* A key of that name, which is not in the table, with a value that is not
 * initialised. */
static struct entry *
new_key(struct keyspace *keyspace, uint64_t db, struct bytes name)
{
    struct database *database = add_database(keyspace, db);
    if (database == NULL || name.size > VALUE_TEXT_MOST)
        return NULL;
    struct entry *entry = entry_new(&keyspace->store, name);
    if (add_entry(keyspace, &database->keys, entry))
        return entry;
    entry_free_block(&keyspace->store, entry);
    return NULL;
}

struct entry *
keyspace_find_or_add(struct keyspace *keyspace, uint64_t db,
                     struct bytes name, enum type type)
{
    struct entry *entry = keyspace_find(keyspace, db, name);
    if (entry != NULL)
        return entry;
    entry = new_key(keyspace, db, name);
    if (entry != NULL)
        value_init(&keyspace->store, &entry->value, type);
    return entry;
}

/* Moves a value into an entry that has none, whose mark stays. */
static void
put_value(struct entry *entry, const struct value *value)
{
    unsigned char mark = entry->value.mark;
    entry->value = *value;
    entry->value.mark = mark;
}

struct entry *
keyspace_set(struct keyspace *keyspace, uint64_t db, struct bytes name,
             struct value *value, bool keep_expiry)
{
    struct entry *entry = keyspace_find(keyspace, db, name);
    if (entry != NULL) {
        value_fini(&keyspace->store, &entry->value);
        put_value(entry, value);
        if (keep_expiry)
            return entry;
        entry_set_certain(entry);
        return keyspace_persist(keyspace, db, entry);
    }
    entry = new_key(keyspace, db, name);
    if (entry != NULL)
        put_value(entry, value);
    else
        value_fini(&keyspace->store, value);
    return entry;
}

bool
keyspace_delete(struct keyspace *keyspace, uint64_t db, struct bytes name)
{
    struct table *keys = find_keys(keyspace, db);
    int64_t index = index_of(keyspace, keys, name);
    if (index != TABLE_NONE)
        delete_entry(keyspace, keys, index);
    return index != TABLE_NONE;
}

bool
keyspace_delete_if_empty(struct keyspace *keyspace, uint64_t db,
                         struct entry *entry)
{
    return value_is_empty(&entry->value) &&
           keyspace_delete(keyspace, db, entry_name(entry));
}

/* The entry's place, to be filled with what becomes of it. */
static int64_t
place_of_entry(struct keyspace *keyspace, uint64_t db,
               const struct entry *entry, struct table **keys)
{
    *keys = find_keys(keyspace, db);
    return index_of(keyspace, *keys, entry_name(entry));
}

struct entry *
keyspace_expire(struct keyspace *keyspace, uint64_t db, struct entry *entry,
                int64_t expire_ms)
{
    struct table *keys;
    int64_t index = place_of_entry(keyspace, db, entry, &keys);
    entry = entry_expire(&keyspace->store, entry, expire_ms);
    table_replace(keys, index, entry);
    return entry;
}

struct entry *
keyspace_persist(struct keyspace *keyspace, uint64_t db, struct entry *entry)
{
    struct table *keys;
    int64_t expire_ms;
    if (!entry_expiry(entry, &expire_ms))
        return entry;
    int64_t index = place_of_entry(keyspace, db, entry, &keys);
    entry = entry_persist(&keyspace->store, entry);
    table_replace(keys, index, entry);
    return entry;
}

/* --- several keys --- */

/* Gives a new entry what the other has besides its name and value. */
static struct entry *
take_attributes(struct keyspace *keyspace, struct entry *entry,
                const struct entry *other)
{
    int64_t expire_ms;
    if (entry_is_uncertain(other))
        entry_set_uncertain(entry);
    if (entry_expiry(other, &expire_ms))
        entry = entry_expire(&keyspace->store, entry, expire_ms);
    return entry;
}

bool
keyspace_rename(struct keyspace *keyspace, uint64_t db, struct bytes from,
                struct bytes to)
{
    struct table *keys = find_keys(keyspace, db);
    int64_t index = index_of(keyspace, keys, from);
    if (index == TABLE_NONE || to.size > VALUE_TEXT_MOST)
        return false;
    if (bytes_equal(from, to))
        return true;
    struct entry *old = take_entry(keyspace, keys, index);
    keyspace_delete(keyspace, db, to);
    struct entry *entry = entry_new(&keyspace->store, to);
    put_value(entry, &old->value);
    entry = take_attributes(keyspace, entry, old);
    entry_free_block(&keyspace->store, old);
    return add_entry(keyspace, keys, entry);
}

bool
keyspace_move(struct keyspace *keyspace, uint64_t db, struct bytes name,
              uint64_t to_db)
{
    if (db == to_db || keyspace_find(keyspace, db, name) == NULL ||
        keyspace_find(keyspace, to_db, name) != NULL)
        return false;
    struct database *target = add_database(keyspace, to_db);
    if (target == NULL || target->keys.count >= TABLE_MOST)
        return false;
    struct table *keys = find_keys(keyspace, db);
    struct entry *entry =
        take_entry(keyspace, keys, index_of(keyspace, keys, name));
    return add_entry(keyspace, find_keys(keyspace, to_db), entry);
}

bool
keyspace_copy(struct keyspace *keyspace, uint64_t db, struct bytes from,
              uint64_t to_db, struct bytes to)
{
    struct value copy;
    const struct entry *entry = keyspace_find(keyspace, db, from);
    if (entry == NULL || (db == to_db && bytes_equal(from, to)) ||
        to.size > VALUE_TEXT_MOST ||
        !value_copy(&keyspace->store, &copy, &entry->value))
        return false;
    keyspace_delete(keyspace, to_db, to);
    struct entry *made =
        keyspace_set(keyspace, to_db, to, &copy, false);
    if (made == NULL)
        return false;
    struct table *keys;
    int64_t index = place_of_entry(keyspace, to_db, made, &keys);
    table_replace(keys, index, take_attributes(keyspace, made, entry));
    return true;
}

bool
keyspace_swap(struct keyspace *keyspace, uint64_t a, uint64_t b)
{
    if (a == b)
        return true;
    if (add_database(keyspace, a) == NULL ||
        add_database(keyspace, b) == NULL)
        return false;
    struct table *left = find_keys(keyspace, a);
    struct table *right = find_keys(keyspace, b);
    struct table keys = *left;
    *left = *right;
    *right = keys;
    return true;
}

void
keyspace_flush(struct keyspace *keyspace, uint64_t db)
{
    struct table *keys = find_keys(keyspace, db);
    struct entry *entry;
    uint32_t index = 0;
    if (keys == NULL)
        return;
    while ((entry = table_next(keys, &index)) != NULL)
        entry_free(&keyspace->store, entry);
    table_fini(&keyspace->store.pool, keys);
}

void
keyspace_flush_all(struct keyspace *keyspace)
{
    pool_reset(&keyspace->store.pool);
    keyspace->count = 0;
    keyspace_rewind(keyspace);
}

static uint64_t
delete_slots_of(struct keyspace *keyspace, struct table *keys,
                unsigned first, unsigned last)
{
    uint64_t deleted = 0;
    uint32_t index = keys->used;
    const struct entry *entry;
    while ((entry = table_previous(keys, &index)) != NULL) {
        unsigned slot = slot_of(entry_name(entry));
        if (slot < first || slot > last)
            continue;
        delete_entry(keyspace, keys, index);
        deleted++;
    }
    return deleted;
}

uint64_t
keyspace_delete_slots(struct keyspace *keyspace, unsigned first,
                      unsigned last)
{
    uint64_t deleted = 0;
    for (size_t i = 0; i < keyspace->count; i++)
        deleted += delete_slots_of(keyspace, &keyspace->databases[i].keys,
                                   first, last);
    return deleted;
}

uint64_t
keyspace_count(const struct keyspace *keyspace, uint64_t db)
{
    size_t place = place_of(keyspace, db);
    bool found = place < keyspace->count &&
                 keyspace->databases[place].number == db;
    return found ? keyspace->databases[place].keys.count : 0;
}

uint64_t
keyspace_count_all(const struct keyspace *keyspace)
{
    uint64_t count = 0;
    for (size_t i = 0; i < keyspace->count; i++)
        count += keyspace->databases[i].keys.count;
    return count;
}

uint64_t
keyspace_count_uncertain(const struct keyspace *keyspace)
{
    uint64_t count = 0;
    for (size_t i = 0; i < keyspace->count; i++) {
        const struct entry *entry;
        uint32_t index = 0;
        while ((entry = table_next(&keyspace->databases[i].keys, &index)) !=
               NULL)
            count += entry_is_uncertain(entry) ? 1 : 0;
    }
    return count;
}

/* --- as a source --- */

static void
fill_key(struct keyspace *keyspace, const struct entry *entry, uint64_t db)
{
    struct key *key = &keyspace->key;
    struct bytes name = entry_name(entry);
    *key = (struct key){ .name = name, .name_size = name.size, .db = db };
    if (name.size > KEY_NAME_HELD) {
        key->name.size = KEY_NAME_HELD;
        key->name_hash = XXH3_64bits(key->name.data, key->name.size);
    }
    key->expire_ms = KEY_NO_EXPIRY;
    key->has_expiry = entry_expiry(entry, &key->expire_ms);
    key->idle_s = -1;
    key->freq = -1;
    key->is_uncertain = entry_is_uncertain(entry);
    key->type = entry_type(entry);
    key->type_byte = value_type_byte(&entry->value);
    if (key->type == TYPE_VECTORSET)
        key->module_name = BYTES_LITERAL("vectorset");
    else if (key->type > TYPE_VECTORSET)
        key->module_name = value_module_name(&entry->value);
}

static enum status
keyspace_next(struct source *self, struct key *key)
{
    struct keyspace *keyspace = (struct keyspace *)self;
    while (keyspace->database < keyspace->count) {
        const struct database *database =
            &keyspace->databases[keyspace->database];
        keyspace->current = table_next(&database->keys, &keyspace->index);
        if (keyspace->current != NULL) {
            fill_key(keyspace, keyspace->current, database->number);
            *key = keyspace->key;
            return STATUS_OK;
        }
        keyspace->database++;
        keyspace->index = 0;
    }
    return STATUS_END;
}

static enum status
keyspace_walk(struct source *self, struct visitor *visitor)
{
    struct keyspace *keyspace = (struct keyspace *)self;
    if (visitor == NULL)
        return STATUS_OK;
    visitor->ops->begin(visitor, &keyspace->key);
    value_walk(&keyspace->store, &keyspace->current->value, visitor);
    visitor->ops->end(visitor, 0);
    return STATUS_OK;
}

static const struct error *
keyspace_error(const struct source *self)
{
    return &((const struct keyspace *)self)->error;
}

static const struct source_ops ops = {
    .next = keyspace_next,
    .walk = keyspace_walk,
    .error = keyspace_error,
};

struct source *
keyspace_source(struct keyspace *keyspace)
{
    return &keyspace->source;
}

void
keyspace_rewind(struct keyspace *keyspace)
{
    keyspace->database = 0;
    keyspace->index = 0;
    keyspace->current = NULL;
}

struct entry *
keyspace_current(const struct keyspace *keyspace)
{
    return keyspace->current;
}

/* --- the whole --- */

struct keyspace *
keyspace_new(const struct store_limits *limits, uint64_t memory_limit)
{
    struct keyspace *keyspace = xcalloc(1, sizeof(*keyspace));
    uint64_t *seed = &keyspace->store.seed;
    keyspace->source.ops = &ops;
    pool_init(&keyspace->store.pool, memory_limit);
    keyspace->store.limits = *limits;
    if (getrandom(seed, sizeof(*seed), GRND_NONBLOCK) < 0)
        *seed = (uint64_t)(uintptr_t)keyspace; /* better than none */
    return keyspace;
}

void
keyspace_free(struct keyspace *keyspace)
{
    if (keyspace == NULL)
        return;
    pool_fini(&keyspace->store.pool);
    free(keyspace->databases);
    free(keyspace);
}

struct store *
keyspace_store(struct keyspace *keyspace)
{
    return &keyspace->store;
}

void
keyspace_tidy(struct keyspace *keyspace)
{
    struct store *store = &keyspace->store;
    if (!pool_is_loose(&store->pool) || !pool_move_begin(&store->pool))
        return;
    keyspace_rewind(keyspace);
    for (size_t i = 0; i < keyspace->count; i++)
        entry_relocate_all(store, &keyspace->databases[i].keys);
    pool_move_end(&store->pool);
}

uint64_t
keyspace_memory(const struct keyspace *keyspace)
{
    return pool_bytes(&keyspace->store.pool);
}

bool
keyspace_is_full(const struct keyspace *keyspace)
{
    return pool_is_full(&keyspace->store.pool);
}
