/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/entry.h"

#include <string.h>

#include "keyspace/name.h"

enum entry_mark { MARK_EXPIRY = 1, MARK_UNCERTAIN = 2 };

enum { EXPIRY_SIZE = 8 };

static bool
has_expiry(const struct entry *entry)
{
    return (entry->value.mark & MARK_EXPIRY) != 0;
}

/* Bytes in front of the name's size. */
static size_t
head_size(const struct entry *entry)
{
    return sizeof(*entry) + (has_expiry(entry) ? EXPIRY_SIZE : 0);
}

static size_t
block_size(const struct entry *entry)
{
    return head_size(entry) + name_room(entry_name(entry).size);
}

struct bytes
entry_name(const struct entry *entry)
{
    return name_get((const unsigned char *)entry + head_size(entry));
}

struct entry *
entry_new(struct store *store, struct bytes name)
{
    struct entry *entry = pool_alloc(
        &store->pool, sizeof(*entry) + name_room(name.size));
    entry->value = (struct value){ .number = 0 };
    name_put((unsigned char *)(entry + 1), name);
    return entry;
}

void
entry_free_block(struct store *store, struct entry *entry)
{
    pool_free(&store->pool, entry, block_size(entry));
}

void
entry_free(struct store *store, struct entry *entry)
{
    value_fini(store, &entry->value);
    entry_free_block(store, entry);
}

void
entry_relocate_all(struct store *store, struct table *entries)
{
    uint32_t index = 0;
    struct entry *entry;
    table_relocate(&store->pool, entries);
    while ((entry = table_next(entries, &index)) != NULL) {
        value_relocate(store, &entry->value);
        table_replace(entries, (int64_t)index - 1,
                      pool_move(&store->pool, entry, block_size(entry)));
    }
}

bool
entry_expiry(const struct entry *entry, int64_t *expire_ms)
{
    if (has_expiry(entry))
        memcpy(expire_ms, entry + 1, EXPIRY_SIZE);
    return has_expiry(entry);
}

struct entry *
entry_expire(struct store *store, struct entry *entry, int64_t expire_ms)
{
    if (!has_expiry(entry)) {
        size_t size = block_size(entry);
        entry = pool_resize(&store->pool, entry, size, size + EXPIRY_SIZE);
        memmove((unsigned char *)(entry + 1) + EXPIRY_SIZE, entry + 1,
                size - sizeof(*entry));
        entry->value.mark |= MARK_EXPIRY;
    }
    memcpy(entry + 1, &expire_ms, EXPIRY_SIZE);
    return entry;
}

struct entry *
entry_persist(struct store *store, struct entry *entry)
{
    if (!has_expiry(entry))
        return entry;
    size_t size = block_size(entry);
    memmove(entry + 1, (unsigned char *)(entry + 1) + EXPIRY_SIZE,
            size - sizeof(*entry) - EXPIRY_SIZE);
    entry->value.mark &= (unsigned char)~MARK_EXPIRY;
    return pool_resize(&store->pool, entry, size, size - EXPIRY_SIZE);
}

void
entry_set_uncertain(struct entry *entry)
{
    entry->value.mark |= MARK_UNCERTAIN;
}

void
entry_set_certain(struct entry *entry)
{
    entry->value.mark &= (unsigned char)~MARK_UNCERTAIN;
}

bool
entry_is_uncertain(const struct entry *entry)
{
    return (entry->value.mark & MARK_UNCERTAIN) != 0;
}
