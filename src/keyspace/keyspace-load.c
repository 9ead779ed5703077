/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/keyspace-load.h"

#include <math.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "keyspace/stream-load.h"
#include "keyspace/value-array.h"
#include "keyspace/value-hash.h"
#include "keyspace/value-list.h"
#include "keyspace/value-module.h"
#include "keyspace/value-set.h"
#include "keyspace/value-string.h"
#include "keyspace/value-zset.h"

enum {
    TEXTS = 2,
    TYPE_BYTE_LIST = 1,
    TYPE_BYTE_LIST_ZIPLIST = 10,
    TYPE_BYTE_HASH_METADATA = 24, /* these two of Redis 7.4 */
    TYPE_BYTE_HASH_LISTPACK_EX = 25,
};

struct keyspace_load {
    struct visitor visitor;
    struct keyspace *keyspace;
    struct store *store;

    /* The value at hand. */
    bool is_named; /* becomes a key at the end */
    bool is_open;
    struct value value;
    unsigned char type_byte;
    struct buffer name;
    uint64_t db;
    bool has_expiry;
    int64_t expire_ms;
    enum load_result result;

    bool in_node;     /* items come out of a blob */
    bool node_begins; /* none has come yet */
    enum node_kind node;
    struct buffer parts[TEXTS]; /* texts in parts, but those of a string */
    struct stream_load stream;
};

static struct keyspace_load *
load_of(struct visitor *visitor)
{
    return (struct keyspace_load *)visitor;
}

/* --- items of each type --- */

static void
refuse(struct keyspace_load *load, enum load_result why)
{
    if (load->result == LOAD_KEPT)
        load->result = why;
}

static void
took(struct keyspace_load *load, bool kept)
{
    if (!kept)
        refuse(load, LOAD_REFUSED);
}

static void
added(struct keyspace_load *load, enum value_change change)
{
    if (change == VALUE_SAME || change == VALUE_CHANGED)
        refuse(load, LOAD_DUPLICATE);
    else
        took(load, change == VALUE_ADDED);
}

/* A list whose elements servers push one by one, into nodes by their own
 * limits (rdb.c rdbLoadObject, Redis 3.2 and later). */
static bool
is_pushed(const struct keyspace_load *load)
{
    return load->type_byte == TYPE_BYTE_LIST ||
           load->type_byte == TYPE_BYTE_LIST_ZIPLIST;
}

static void
add_element(struct keyspace_load *load, struct bytes text)
{
    if (is_pushed(load)) {
        took(load, value_list_push(load->store, &load->value, LIST_TAIL,
                                   text));
        return;
    }
    took(load, value_list_load(load->store, &load->value, load->node_begins,
                               load->node == NODE_PLAIN, text));
    load->node_begins = false;
}

static void
add_field(struct keyspace_load *load, const struct item *item,
          struct bytes text, struct bytes value)
{
    struct hash_pair pair = { .field = text,
                              .value = value,
                              .has_expiry = item->has_expiry,
                              .expire_ms =
                                  item->has_expiry ? item->expire_ms : 0 };
    added(load, value_hash_load(load->store, &load->value, &pair,
                                load->in_node));
}

static void
add_member(struct keyspace_load *load, struct bytes text, double score)
{
    if (isnan(score))
        refuse(load, LOAD_NAN);
    else
        added(load, value_zset_load(load->store, &load->value, text, score,
                                    load->in_node));
}

static void
add_cell(struct keyspace_load *load, const struct item *item,
         struct bytes text)
{
    if (item->kind == ITEM_ARRAY) {
        struct array_cursor *cursor = value_array_cursor(&load->value);
        cursor->has = item->has_cursor;
        cursor->index = (uint64_t)item->number;
    } else if (item->is_double) {
        added(load, value_array_load_double(load->store, &load->value,
                                            item->count, item->score));
    } else {
        added(load, value_array_set(load->store, &load->value, item->count,
                                    text));
    }
}

static void
add_item(struct keyspace_load *load, const struct item *item,
         struct bytes text, struct bytes second)
{
    struct store *store = load->store;
    struct value *value = &load->value;
    switch ((enum type)value->type) {
    case TYPE_STRING:
        took(load, value_string_set(store, value, text));
        break;
    case TYPE_LIST:
        add_element(load, text);
        break;
    case TYPE_SET:
        added(load, load->in_node && load->node == NODE_LISTPACK
                        ? value_set_load(store, value, text)
                        : value_set_add(store, value, text));
        break;
    case TYPE_ZSET:
        add_member(load, text, item->score);
        break;
    case TYPE_HASH:
        add_field(load, item, text, second);
        break;
    case TYPE_STREAM:
        stream_load_item(&load->stream, store, value, item, text, second);
        break;
    case TYPE_ARRAY:
        add_cell(load, item, text);
        break;
    default:
        took(load, value_module_add(store, value, item));
        break;
    }
}

/* --- the visitor --- */

static void
drop(struct keyspace_load *load)
{
    if (load->is_open)
        value_fini(load->store, &load->value);
    load->is_open = false;
}

static void
clear_parts(struct keyspace_load *load)
{
    for (size_t i = 0; i < TEXTS; i++)
        buffer_clear_to(&load->parts[i], LOAD_ROOM_KEPT);
}

static void
load_begin(struct visitor *visitor, const struct key *key)
{
    struct keyspace_load *load = load_of(visitor);
    drop(load);
    load->result = LOAD_KEPT;
    load->in_node = false;
    load->db = key->db;
    load->has_expiry = key->has_expiry;
    load->expire_ms = key->expire_ms;
    buffer_clear(&load->name);
    buffer_append(&load->name, key->name.data, key->name.size);
    if (key->name.size != key->name_size)
        load->result = LOAD_REFUSED;
    clear_parts(load);
    value_init(load->store, &load->value, key->type);
    load->type_byte = key->type_byte;
    load->is_open = true;
    if (key->type == TYPE_LIST && is_pushed(load))
        value_list_open_chain(load->store, &load->value,
                              load->store->limits.settings.list_fill);
    if (key->type == TYPE_STREAM)
        stream_load_begin(&load->stream);
    if (key->type == TYPE_HASH &&
        (key->type_byte == TYPE_BYTE_HASH_METADATA ||
         key->type_byte == TYPE_BYTE_HASH_LISTPACK_EX))
        value_hash_load_expiring(&load->value);
    if (key->type >= TYPE_VECTORSET)
        value_module_set_origin(load->store, &load->value, key->module_name,
                                key->type_byte);
}

static bool
load_node(struct visitor *visitor, const struct node *node)
{
    struct keyspace_load *load = load_of(visitor);
    load->in_node = true;
    load->node_begins = true;
    load->node = node->kind;
    if (load->value.type == TYPE_STREAM)
        stream_load_node(&load->stream, load->store, &load->value, node);
    return true;
}

/* Of a table: that of a sorted set gets its form at the end. */
static void
load_count(struct visitor *visitor, uint64_t count)
{
    struct keyspace_load *load = load_of(visitor);
    if (load->value.type == TYPE_ZSET)
        value_zset_open_table(load->store, &load->value);
    else if (load->value.type == TYPE_SET)
        value_set_open_table(load->store, &load->value, count);
}

/* For so many bytes more of texts that come in parts: what they are put
 * together in is beside the store, but will be in it; so are the texts of the
 * entry of a stream. */
static bool
has_room(struct keyspace_load *load, uint64_t more)
{
    for (size_t i = 0; i < TEXTS; i++)
        more += load->parts[i].size;
    more += stream_load_held(&load->stream);
    return pool_allows(&load->store->pool, more);
}

/* Those of a string come to where it stays. */
static void
load_text(struct visitor *visitor, const struct item *item, int which,
          struct bytes part)
{
    struct keyspace_load *load = load_of(visitor);
    (void)item;
    if (load->result != LOAD_KEPT)
        return;
    if (load->value.type == TYPE_STRING)
        took(load, value_string_append(load->store, &load->value, part));
    else if (has_room(load, part.size))
        buffer_append(&load->parts[which], part.data, part.size);
    else
        refuse(load, LOAD_REFUSED);
}

/* The bytes of a text, which came now or in parts before. */
static struct bytes
bytes_of_item(struct keyspace_load *load, const struct text *text, int which,
              char room[TEXT_DIGITS])
{
    return text->kind == TEXT_PARTS ? buffer_bytes(&load->parts[which])
                                    : text_bytes(text, room);
}

static void
load_item(struct visitor *visitor, const struct item *item)
{
    char rooms[TEXTS][TEXT_DIGITS];
    struct keyspace_load *load = load_of(visitor);
    if (pool_is_full(&load->store->pool))
        refuse(load, LOAD_REFUSED);
    if (load->result != LOAD_KEPT ||
        (load->value.type == TYPE_STRING && item->text.kind == TEXT_PARTS))
        return;
    struct bytes text = bytes_of_item(load, &item->text, 0, rooms[0]);
    struct bytes second = bytes_of_item(load, &item->value, 1, rooms[1]);
    struct item whole = *item;
    if (item->text.kind == TEXT_PARTS)
        whole.text = text_of_bytes(text.data, text.size);
    add_item(load, &whole, text, second);
    clear_parts(load);
}

static void
keep(struct keyspace_load *load)
{
    struct entry *entry =
        keyspace_set(load->keyspace, load->db, buffer_bytes(&load->name),
                     &load->value, false);
    load->is_open = false;
    if (entry == NULL)
        refuse(load, LOAD_REFUSED);
    else if (load->has_expiry)
        (void)keyspace_expire(load->keyspace, load->db, entry,
                              load->expire_ms);
}

static void
load_end(struct visitor *visitor, uint64_t serialized)
{
    struct keyspace_load *load = load_of(visitor);
    (void)serialized;
    if (load->value.type == TYPE_STREAM && load->stream.refused)
        refuse(load, LOAD_REFUSED);
    if (load->value.type == TYPE_ZSET && !load->in_node)
        value_zset_close_table(load->store, &load->value);
    if (load->value.type == TYPE_LIST && load->type_byte == TYPE_BYTE_LIST)
        value_list_close_chain(load->store, &load->value);
    if (load->result == LOAD_KEPT && value_is_empty(&load->value))
        refuse(load, LOAD_EMPTY);
    if (load->result != LOAD_KEPT)
        drop(load);
    else if (load->is_named)
        keep(load);
}

static void
load_abort(struct visitor *visitor)
{
    struct keyspace_load *load = load_of(visitor);
    load->result = LOAD_ABORTED;
    drop(load);
}

static const struct visitor_ops load_ops = {
    .begin = load_begin,
    .node = load_node,
    .count = load_count,
    .text = load_text,
    .item = load_item,
    .end = load_end,
    .abort = load_abort,
};

/* --- outside --- */

struct keyspace_load *
keyspace_load_new(struct keyspace *keyspace)
{
    struct keyspace_load *load = xcalloc(1, sizeof(*load));
    load->visitor.ops = &load_ops;
    load->visitor.wants = WANT_ITEMS | WANT_BYTES | WANT_TOMBSTONES;
    load->keyspace = keyspace;
    load->store = keyspace_store(keyspace);
    return load;
}

void
keyspace_load_free(struct keyspace_load *load)
{
    if (load == NULL)
        return;
    drop(load);
    buffer_fini(&load->name);
    for (size_t i = 0; i < TEXTS; i++)
        buffer_fini(&load->parts[i]);
    stream_load_fini(&load->stream);
    free(load);
}

struct visitor *
keyspace_load_visitor(struct keyspace_load *load)
{
    load->is_named = true;
    return &load->visitor;
}

struct visitor *
keyspace_load_value_visitor(struct keyspace_load *load)
{
    load->is_named = false;
    return &load->visitor;
}

bool
keyspace_load_take(struct keyspace_load *load, struct value *value)
{
    if (!load->is_open || load->result != LOAD_KEPT)
        return false;
    *value = load->value;
    load->is_open = false;
    return true;
}

enum load_result
keyspace_load_result(const struct keyspace_load *load)
{
    return load->result;
}
