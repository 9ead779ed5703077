/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value-hash.h"

#include "keyspace/hash-block.h"
#include "keyspace/pack.h"

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

/* --- listpacks --- */

static unsigned
stride(const struct value *value)
{
    return value->form == HASH_PACKED_EX ? 3 : 2;
}

static struct pack
pack_in(const struct value *value)
{
    return pack_of(value->bytes, value->size);
}

static void
put_pack(struct value *value, const struct pack *pack)
{
    value->bytes = pack->bytes;
    value->size = pack->size;
}

/* The entries of one field; returns the offset behind them. */
static uint32_t
get_pair(const struct value *value, const struct pack *pack, uint32_t at,
         struct hash_room *room, struct hash_pair *pair)
{
    *pair = (struct hash_pair) { .field = pack_get(pack, at, room->field) };
    at = pack_next(pack, at);
    pair->value = pack_get(pack, at, room->value);
    at = pack_next(pack, at);
    if (value->form == HASH_PACKED)
        return at;
    (void)pack_number(pack, at, &pair->expire_ms);
    pair->has_expiry = pair->expire_ms != 0;
    return pack_next(pack, at);
}

/* Where a field of that expiry belongs: behind those that expire no later. */
static uint32_t
place_of(const struct value *value, const struct pack *pack,
         const struct hash_pair *new)
{
    struct hash_room room;
    struct hash_pair pair;
    uint32_t at = pack_first();
    if (value->form == HASH_PACKED || !new->has_expiry)
        return pack_end(pack);
    while (at < pack_end(pack)) {
        uint32_t next = get_pair(value, pack, at, &room, &pair);
        if (!pair.has_expiry || pair.expire_ms > new->expire_ms)
            break;
        at = next;
    }
    return at;
}

static void
insert_pair(struct store *store, struct value *value,
            const struct hash_pair *pair)
{
    struct pool *pool = &store->pool;
    struct pack pack = pack_in(value);
    uint32_t at = place_of(value, &pack, pair);
    at = pack_insert(pool, &pack, at, pair->field);
    at = pack_insert(pool, &pack, at, pair->value);
    if (value->form == HASH_PACKED_EX)
        (void)pack_insert_number(pool, &pack, at,
                                 pair->has_expiry ? pair->expire_ms : 0);
    put_pack(value, &pack);
}

static void
remove_pair(struct store *store, struct value *value, uint32_t at)
{
    struct hash_room room;
    struct hash_pair pair;
    struct pack pack = pack_in(value);
    uint32_t end = get_pair(value, &pack, at, &room, &pair);
    pack_remove(&store->pool, &pack, at, end, stride(value));
    put_pack(value, &pack);
}

/* Another value in a field's place. */
static void
replace_text(struct store *store, struct value *value, uint32_t at,
             struct bytes text)
{
    struct pack pack = pack_in(value);
    (void)pack_replace(&store->pool, &pack, pack_next(&pack, at), text);
    put_pack(value, &pack);
}

/* Offset of the field, pack_end when it is not there. */
static uint32_t
find_pair(const struct value *value, struct bytes field)
{
    struct pack pack = pack_in(value);
    return pack_find(&pack, pack_first(), field, stride(value));
}

static bool
is_end(const struct value *value, uint32_t at)
{
    return at == value->size - 1;
}

/* --- from one form to the next --- */

static void
become_packed_ex(struct store *store, struct value *value)
{
    struct pack pack = pack_in(value);
    uint32_t at = pack_first();
    while (at < pack_end(&pack)) {
        at = pack_next(&pack, pack_next(&pack, at));
        at = pack_insert_number(&store->pool, &pack, at, 0);
    }
    put_pack(value, &pack);
    value->form = HASH_PACKED_EX;
}

static void
become_table(struct store *store, struct value *value)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    struct hash_fields *fields = pool_alloc(&store->pool, sizeof(*fields));
    *fields = (struct hash_fields) { .expiring = 0 };
    value_hash_begin(&cursor, value);
    while (value_hash_next(&cursor, &room, &pair))
        (void)hash_block_add(store, fields, &pair);
    pool_free(&store->pool, value->bytes, value->size);
    value->object = fields;
    value->size = 0;
    value->form = HASH_TABLE;
}

void
value_hash_open_table(struct store *store, struct value *value)
{
    if (value->form == HASH_PACKED_EX)
        become_table(store, value);
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

static bool
is_packed(const struct value *value)
{
    return value->form != HASH_TABLE;
}

static void
check_count(struct store *store, struct value *value)
{
    if (is_packed(value) &&
        value_hash_count(value) > store->limits.hash_entries)
        become_table(store, value);
}

/* Leaves the listpack for texts that are too long for it. */
static void
make_room(struct store *store, struct value *value, struct bytes field,
          struct bytes text)
{
    uint64_t most = store->limits.hash_value;
    if (is_packed(value) && (field.size > most || text.size > most))
        become_table(store, value);
}

/* --- fields --- */

uint64_t
value_hash_count(const struct value *value)
{
    return is_packed(value) ? pack_in(value).count / stride(value)
                            : fields_in(value)->table.count;
}

uint64_t
value_hash_expiring(const struct value *value)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    uint64_t count = 0;
    if (value->form == HASH_TABLE)
        return fields_in(value)->expiring;
    value_hash_begin(&cursor, value);
    while (value->form == HASH_PACKED_EX &&
           value_hash_next(&cursor, &room, &pair) && pair.has_expiry)
        count++;
    return count;
}

bool
value_hash_get(const struct store *store, const struct value *value,
               struct bytes field, struct hash_room *room,
               struct hash_pair *pair)
{
    if (is_packed(value)) {
        struct pack pack = pack_in(value);
        uint32_t at = find_pair(value, field);
        if (is_end(value, at))
            return false;
        (void)get_pair(value, &pack, at, room, pair);
        return true;
    }
    int64_t index = hash_block_find(store, fields_in(value), field);
    if (index == TABLE_NONE)
        return false;
    *pair = hash_block_pair(table_item(&fields_in(value)->table, index));
    return true;
}

/* Puts a field that is there anew: same place unless its expiry changes. */
static void
change(struct store *store, struct value *value, const struct hash_pair *old,
       const struct hash_pair *new)
{
    bool same_time =
        old->has_expiry == new->has_expiry && old->expire_ms == new->expire_ms;
    if (value->form == HASH_TABLE) {
        hash_block_replace(store, fields_in(value),
                           hash_block_find(store, fields_in(value), new->field),
                           new);
    } else if (same_time) {
        replace_text(store, value, find_pair(value, new->field), new->value);
    } else {
        remove_pair(store, value, find_pair(value, new->field));
        insert_pair(store, value, new);
    }
}

static enum value_change
add(struct store *store, struct value *value, const struct hash_pair *pair)
{
    if (value->form == HASH_PACKED && pair->has_expiry)
        become_expiring(store, value);
    if (value->form == HASH_TABLE)
        return hash_block_add(store, fields_in(value), pair) ? VALUE_ADDED
                                                             : VALUE_REFUSED;
    insert_pair(store, value, pair);
    check_count(store, value);
    return VALUE_ADDED;
}

static bool
is_too_long(struct bytes field, struct bytes text)
{
    return field.size > VALUE_TEXT_MOST || text.size > VALUE_TEXT_MOST;
}

enum value_change
value_hash_set(struct store *store, struct value *value, struct bytes field,
               struct bytes text, bool keep_expiry)
{
    struct hash_room room;
    struct hash_pair old;
    struct hash_pair new = { .field = field, .value = text };
    if (is_too_long(field, text))
        return VALUE_REFUSED;
    make_room(store, value, field, text);
    if (!value_hash_get(store, value, field, &room, &old))
        return add(store, value, &new);
    if (keep_expiry) {
        new.has_expiry = old.has_expiry;
        new.expire_ms = old.expire_ms;
    }
    change(store, value, &old, &new);
    return VALUE_CHANGED;
}

bool
value_hash_remove(struct store *store, struct value *value, struct bytes field)
{
    if (is_packed(value)) {
        uint32_t at = find_pair(value, field);
        bool found = !is_end(value, at);
        if (found)
            remove_pair(store, value, at);
        return found;
    }
    struct hash_fields *fields = fields_in(value);
    int64_t index = hash_block_find(store, fields_in(value), field);
    if (index == TABLE_NONE)
        return false;
    unsigned char *block = table_item(&fields->table, index);
    fields->expiring -= *block != 0;
    table_remove(&store->pool, &fields->table, index, store->seed,
                 hash_block_field);
    hash_block_free(store, block);
    return true;
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
    if (!blob)
        make_room(store, value, pair->field, pair->value);
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
        struct pack pack = { value->bytes, value->size, 0 };
        if (is_end(value, cursor->at))
            return false;
        cursor->at = get_pair(value, &pack, cursor->at, room, pair);
        return true;
    }
    const void *block = table_next(&fields_in(value)->table, &cursor->at);
    if (block != NULL)
        *pair = hash_block_pair(block);
    return block != NULL;
}

/* --- what all values have --- */

static void
hash_init(struct store *store, struct value *value)
{
    struct pack pack;
    pack_init(&store->pool, &pack);
    put_pack(value, &pack);
    value->form = HASH_PACKED;
}

static void
hash_fini(struct store *store, struct value *value)
{
    if (is_packed(value)) {
        pool_free(&store->pool, value->bytes, value->size);
        return;
    }
    struct hash_fields *fields = fields_in(value);
    uint32_t index = 0;
    void *block;
    while ((block = table_next(&fields->table, &index)) != NULL)
        hash_block_free(store, block);
    table_fini(&store->pool, &fields->table);
    pool_free(&store->pool, fields, sizeof(*fields));
}

static bool
copy_fields(struct store *store, struct value *copy,
            const struct hash_fields *from)
{
    struct hash_fields *fields = pool_alloc(&store->pool, sizeof(*fields));
    uint32_t index = 0;
    const void *block;
    *fields = (struct hash_fields) { .expiring = 0 };
    copy->object = fields;
    while ((block = table_next(&from->table, &index)) != NULL) {
        struct hash_pair pair = hash_block_pair(block);
        if (!pool_allows(&store->pool, hash_block_size(&pair))) {
            hash_fini(store, copy);
            return false;
        }
        (void)hash_block_add(store, fields, &pair);
    }
    return true;
}

static bool
hash_copy(struct store *store, struct value *copy, const struct value *value)
{
    if (!is_packed(value))
        return copy_fields(store, copy, fields_in(value));
    if (!pool_allows(&store->pool, value->size))
        return false;
    copy->bytes = pool_alloc(&store->pool, value->size);
    memcpy(copy->bytes, value->bytes, value->size);
    return true;
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

/* Entries of a listpack are handed out as what they are in it. */
static void
walk_packed(const struct value *value, struct visitor *visitor)
{
    struct pack pack = pack_in(value);
    struct node node = { .kind = NODE_LISTPACK,
                         .size = pack.size,
                         .count = pack.count };
    if (!value_node(visitor, &node))
        return;
    for (uint32_t at = pack_first(); at < pack_end(&pack);) {
        struct item item = { .kind = ITEM_FIELD };
        item.text = pack_text(&pack, at);
        at = pack_next(&pack, at);
        item.value = pack_text(&pack, at);
        at = pack_next(&pack, at);
        if (value->form == HASH_PACKED_EX) {
            (void)pack_number(&pack, at, &item.expire_ms);
            item.has_expiry = item.expire_ms != 0;
            at = pack_next(&pack, at);
        }
        visitor->ops->item(visitor, &item);
    }
}

static void
hash_walk(struct store *store, const struct value *value,
          struct visitor *visitor)
{
    (void)store;
    if (is_packed(value)) {
        walk_packed(value, visitor);
        return;
    }
    const struct table *table = &fields_in(value)->table;
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

const struct value_ops value_hash = {
    .init = hash_init,
    .fini = hash_fini,
    .copy = hash_copy,
    .is_empty = hash_is_empty,
    .type_byte = hash_type_byte,
    .walk = hash_walk,
};
