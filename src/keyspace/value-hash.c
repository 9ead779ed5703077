/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value-hash.h"

#include "keyspace/hash-block.h"
#include "keyspace/hash-pack.h"
#include "keyspace/packed-value.h"

enum {
    TYPE_BYTE_TABLE = 4,
    TYPE_BYTE_PACKED = 16,
    TYPE_BYTE_TABLE_EX = 24,
    TYPE_BYTE_PACKED_EX = 25,
};

static struct hash_fields *
fields_in(const struct value *value)
{
    return value->object;
}

static bool
is_packed(const struct value *value)
{
    return value->form != HASH_TABLE;
}

static enum hash_stride
stride(const struct value *value)
{
    return value->form == HASH_PACKED_EX ? HASH_STRIDE_EX : HASH_STRIDE;
}

/* --- from one form to the next --- */

static void
become_packed_ex(struct store *store, struct value *value)
{
    struct pack pack = packed_value_get(value);
    hash_pack_make_expiring(&store->pool, &pack);
    packed_value_put(value, &pack);
    value->form = HASH_PACKED_EX;
}

static void
become_table(struct store *store, struct value *value)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    struct hash_fields *fields = pool_alloc(&store->pool, sizeof(*fields));
    blocks_init(&fields->blocks, &hash_block_kind);
    fields->expiring = 0;
    value_hash_begin(&cursor, value);
    while (value_hash_next(&cursor, &room, &pair))
        (void)hash_block_add(store, fields, &pair);
    value_free_bytes(store, value);
    value->object = fields;
    value->size = 0;
    value->form = HASH_TABLE;
}

/* Valkey holds fields that expire in tables only. */
static void
become_expiring(struct store *store, struct value *value)
{
    if (store->limits.hash_tables_expire)
        become_table(store, value);
    else
        become_packed_ex(store, value);
}

/* Leaves the listpack for texts that are too long for it; of any length: only
 * for those that no listpack can hold. */
static void
make_room(struct store *store, struct value *value, struct bytes field,
          struct bytes text, bool any_length)
{
    uint64_t most =
        any_length ? UINT64_MAX : store->limits.settings.hash_value;
    if (!is_packed(value))
        return;
    struct pack pack = packed_value_get(value);
    if (field.size > most || text.size > most ||
        !pack_fits(&pack, field.size + text.size))
        become_table(store, value);
}

/* --- fields --- */

uint64_t
value_hash_count(const struct value *value)
{
    return is_packed(value) ? packed_value_get(value).count / stride(value)
                            : fields_in(value)->blocks.table.count;
}

uint64_t
value_hash_expiring(const struct value *value)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    uint64_t count = 0;
    if (value->form != HASH_PACKED_EX)
        return is_packed(value) ? 0 : fields_in(value)->expiring;
    value_hash_begin(&cursor, value);
    while (value_hash_next(&cursor, &room, &pair) && pair.has_expiry)
        count++;
    return count;
}

bool
value_hash_get(const struct store *store, const struct value *value,
               struct bytes field, struct hash_room *room,
               struct hash_pair *pair)
{
    if (is_packed(value)) {
        struct pack pack = packed_value_get(value);
        uint32_t at = hash_pack_find(&pack, stride(value), field);
        if (at == pack_end(&pack))
            return false;
        (void)hash_pack_get(&pack, stride(value), at, room, pair);
        return true;
    }
    const struct blocks *blocks = &fields_in(value)->blocks;
    int64_t index = blocks_find(store, blocks, field);
    if (index == TABLE_NONE)
        return false;
    *pair = hash_block_pair(table_item(&blocks->table, index));
    return true;
}

static void
change_packed(struct store *store, struct value *value, bool keeps_place,
              const struct hash_pair *new)
{
    struct pool *pool = &store->pool;
    struct pack pack = packed_value_get(value);
    uint32_t at = hash_pack_find(&pack, stride(value), new->field);
    if (keeps_place) {
        hash_pack_replace(pool, &pack, at, new->value);
    } else {
        hash_pack_remove(pool, &pack, stride(value), at);
        hash_pack_add(pool, &pack, stride(value), new);
    }
    packed_value_put(value, &pack);
}

/* Puts a field that is there anew: same place unless its expiry changes. */
static void
change(struct store *store, struct value *value, const struct hash_pair *old,
       const struct hash_pair *new)
{
    if (is_packed(value)) {
        change_packed(store, value,
                      old->has_expiry == new->has_expiry &&
                          old->expire_ms == new->expire_ms,
                      new);
        return;
    }
    struct hash_fields *fields = fields_in(value);
    hash_block_replace(store, fields,
                       blocks_find(store, &fields->blocks, new->field), new);
}

static enum value_change
add(struct store *store, struct value *value, const struct hash_pair *pair)
{
    if (value->form == HASH_PACKED && pair->has_expiry)
        become_expiring(store, value);
    if (value->form == HASH_TABLE)
        return hash_block_add(store, fields_in(value), pair) ? VALUE_ADDED
                                                             : VALUE_REFUSED;
    struct pack pack = packed_value_get(value);
    hash_pack_add(&store->pool, &pack, stride(value), pair);
    packed_value_put(value, &pack);
    if (value_hash_count(value) > store->limits.settings.hash_entries)
        become_table(store, value);
    return VALUE_ADDED;
}

static bool
is_too_long(struct bytes field, struct bytes text)
{
    return field.size > VALUE_TEXT_MOST || text.size > VALUE_TEXT_MOST;
}

static enum value_change
set(struct store *store, struct value *value, struct bytes field,
    struct bytes text, bool keep_expiry, bool any_length)
{
    struct hash_room room;
    struct hash_pair old;
    struct hash_pair new = { .field = field, .value = text };
    if (is_too_long(field, text))
        return VALUE_REFUSED;
    make_room(store, value, field, text, any_length);
    if (!value_hash_get(store, value, field, &room, &old))
        return add(store, value, &new);
    if (keep_expiry) {
        new.has_expiry = old.has_expiry;
        new.expire_ms = old.expire_ms;
    }
    change(store, value, &old, &new);
    return VALUE_CHANGED;
}

enum value_change
value_hash_set(struct store *store, struct value *value, struct bytes field,
               struct bytes text, bool keep_expiry)
{
    return set(store, value, field, text, keep_expiry, false);
}

enum value_change
value_hash_set_of_any_length(struct store *store, struct value *value,
                             struct bytes field, struct bytes text)
{
    return set(store, value, field, text, true, true);
}

static bool
remove_packed(struct store *store, struct value *value, struct bytes field)
{
    struct pack pack = packed_value_get(value);
    uint32_t at = hash_pack_find(&pack, stride(value), field);
    if (at == pack_end(&pack))
        return false;
    hash_pack_remove(&store->pool, &pack, stride(value), at);
    packed_value_put(value, &pack);
    return true;
}

bool
value_hash_remove(struct store *store, struct value *value, struct bytes field)
{
    if (is_packed(value))
        return remove_packed(store, value, field);
    struct hash_fields *fields = fields_in(value);
    int64_t index = blocks_find(store, &fields->blocks, field);
    if (index != TABLE_NONE)
        hash_block_remove(store, fields, index);
    return index != TABLE_NONE;
}

/* The texts of old are the value's own, which moves: they are copied. */
static void
set_expiry(struct store *store, struct value *value,
           const struct hash_pair *old, bool has_expiry, int64_t expire_ms)
{
    struct hash_pair new = { .has_expiry = has_expiry,
                             .expire_ms = has_expiry ? expire_ms : 0 };
    if (value->form == HASH_TABLE) {
        new.field = old->field;
        new.value = old->value;
        change(store, value, old, &new);
        return;
    }
    size_t size = old->field.size + old->value.size;
    unsigned char *texts = pool_alloc(&store->pool, size + 1);
    memcpy(texts, old->field.data, old->field.size);
    memcpy(texts + old->field.size, old->value.data, old->value.size);
    new.field = bytes_of(texts, old->field.size);
    new.value = bytes_of(texts + old->field.size, old->value.size);
    change(store, value, old, &new);
    pool_free(&store->pool, texts, size + 1);
}

bool
value_hash_expire(struct store *store, struct value *value, struct bytes field,
                  int64_t expire_ms)
{
    struct hash_room room;
    struct hash_pair old;
    if (!value_hash_get(store, value, field, &room, &old))
        return false;
    if (value->form == HASH_PACKED) {
        become_expiring(store, value);
        (void)value_hash_get(store, value, field, &room, &old);
    }
    set_expiry(store, value, &old, true, expire_ms);
    return true;
}

bool
value_hash_persist(struct store *store, struct value *value, struct bytes field)
{
    struct hash_room room;
    struct hash_pair old;
    if (!value_hash_get(store, value, field, &room, &old) || !old.has_expiry)
        return false;
    set_expiry(store, value, &old, false, 0);
    return true;
}

void
value_hash_load_expiring(struct value *value)
{
    value->form = HASH_PACKED_EX;
}

enum value_change
value_hash_load(struct store *store, struct value *value,
                const struct hash_pair *pair, bool blob)
{
    struct hash_room room;
    struct hash_pair old;
    if (is_too_long(pair->field, pair->value))
        return VALUE_REFUSED;
    if (value_hash_get(store, value, pair->field, &room, &old))
        return VALUE_SAME;
    make_room(store, value, pair->field, pair->value, blob);
    return add(store, value, pair);
}

/* --- walking --- */

void
value_hash_begin(struct value_hash_cursor *cursor, const struct value *value)
{
    *cursor = (struct value_hash_cursor) { .value = value };
    if (is_packed(value))
        cursor->at = pack_first();
}

bool
value_hash_next(struct value_hash_cursor *cursor, struct hash_room *room,
                struct hash_pair *pair)
{
    const struct value *value = cursor->value;
    if (is_packed(value)) {
        struct pack pack = packed_value_view(value);
        if (cursor->at == pack_end(&pack))
            return false;
        cursor->at =
            hash_pack_get(&pack, stride(value), cursor->at, room, pair);
        return true;
    }
    const void *block =
        table_next(&fields_in(value)->blocks.table, &cursor->at);
    if (block != NULL)
        *pair = hash_block_pair(block);
    return block != NULL;
}

/* --- what all values have --- */

static void
hash_init(struct store *store, struct value *value)
{
    packed_value_init(store, value);
    value->form = HASH_PACKED;
}

static void
hash_fini(struct store *store, struct value *value)
{
    if (is_packed(value)) {
        value_free_bytes(store, value);
        return;
    }
    struct hash_fields *fields = fields_in(value);
    blocks_fini(store, &fields->blocks);
    pool_free(&store->pool, fields, sizeof(*fields));
}

static bool
copy_fields(struct store *store, struct value *copy,
            const struct hash_fields *from)
{
    struct hash_fields *fields = pool_alloc(&store->pool, sizeof(*fields));
    fields->expiring = from->expiring;
    copy->object = fields;
    if (blocks_copy(store, &fields->blocks, &from->blocks))
        return true;
    pool_free(&store->pool, fields, sizeof(*fields));
    return false;
}

static bool
hash_copy(struct store *store, struct value *copy, const struct value *value)
{
    return is_packed(value) ? value_copy_bytes(store, copy, value)
                            : copy_fields(store, copy, fields_in(value));
}

static void
hash_relocate(struct store *store, struct value *value)
{
    if (is_packed(value)) {
        value_relocate_bytes(store, value);
        return;
    }
    value->object =
        pool_move(&store->pool, value->object, sizeof(struct hash_fields));
    blocks_relocate(store, &fields_in(value)->blocks);
}

static bool
hash_is_empty(const struct value *value)
{
    return value_hash_count(value) == 0;
}

static unsigned char
hash_type_byte(const struct value *value)
{
    if (value->form == HASH_TABLE)
        return fields_in(value)->expiring > 0 ? TYPE_BYTE_TABLE_EX
                                              : TYPE_BYTE_TABLE;
    return value->form == HASH_PACKED_EX ? TYPE_BYTE_PACKED_EX
                                         : TYPE_BYTE_PACKED;
}

static struct text
text_of(struct bytes bytes)
{
    return text_of_bytes(bytes.data, bytes.size);
}

static void
walk_table(const struct table *table, struct visitor *visitor)
{
    uint32_t index = 0;
    const void *block;
    visitor->ops->count(visitor, table->count);
    while ((block = table_next(table, &index)) != NULL) {
        struct hash_pair pair = hash_block_pair(block);
        struct item item = { .kind = ITEM_FIELD,
                             .has_expiry = pair.has_expiry,
                             .expire_ms = pair.expire_ms };
        item.text = text_of(pair.field);
        item.value = text_of(pair.value);
        visitor->ops->item(visitor, &item);
    }
}

static void
hash_walk(struct store *store, const struct value *value,
          struct visitor *visitor)
{
    (void)store;
    if (is_packed(value)) {
        struct pack pack = packed_value_get(value);
        hash_pack_walk(&pack, stride(value), visitor);
    } else {
        walk_table(&fields_in(value)->blocks.table, visitor);
    }
}

const struct value_ops value_hash = {
    .init = hash_init,
    .fini = hash_fini,
    .copy = hash_copy,
    .relocate = hash_relocate,
    .is_empty = hash_is_empty,
    .type_byte = hash_type_byte,
    .walk = hash_walk,
};
