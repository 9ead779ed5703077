/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/tally.h"

#include <inttypes.h>
#include <stdio.h>

/* What a number, a score, and half a stream's id count as. */
enum { NUMBER_SIZE = 8 };

/* Type bytes of hashes packed in threes: field, value, expiry. */
enum { TYPE_BYTE_TRIPLES_RC = 23, TYPE_BYTE_TRIPLES = 25 };

/* The number that a module's vector set saves second is its size (Redis 8
 * vset.c VectorSetRdbSave). */
enum { VECTORSET_SIZE_ITEM = 1 };

unsigned
tally_begin_walk(struct tally *tally, const struct key *key)
{
    tally->counts_items = true;
    tally->key = key;
    tally->elements = 0;
    tally->index = 0;
    tally->largest = 0;
    tally->head_size = 0;
    tally->module_items = 0;
    unsigned wants = 0;
    if (tally->wants_payload || tally->wants_largest)
        wants |= WANT_ITEMS;
    if (tally->wants_name)
        wants |= WANT_HEADS;
    return wants;
}

static unsigned
entries_per_element(const struct key *key)
{
    if (key->type == TYPE_ZSET)
        return 2;
    if (key->type != TYPE_HASH)
        return 1;
    return key->type_byte == TYPE_BYTE_TRIPLES ||
                   key->type_byte == TYPE_BYTE_TRIPLES_RC
               ? 3
               : 2;
}

bool
tally_node(struct tally *tally, const struct node *node)
{
    if (node->in_stream)
        return false;
    tally->counts_items = node->count == NODE_COUNT_UNKNOWN ||
                          node->kind == NODE_ZIPMAP;
    if (!tally->counts_items)
        tally->elements += node->count / entries_per_element(tally->key);
    return tally->counts_items;
}

void
tally_text(struct tally *tally, const struct item *item, int which,
           struct bytes part)
{
    (void)item;
    if (which != 0 || !tally->wants_name)
        return;
    size_t room = TALLY_NAME_MOST - tally->head_size;
    size_t taken = part.size < room ? part.size : room;
    memcpy(tally->head + tally->head_size, part.data, taken);
    tally->head_size += taken;
}

/* A larger element than any before: true when its name is wanted. */
static bool
is_largest(struct tally *tally, uint64_t size)
{
    if (!tally->wants_largest || size <= tally->largest)
        return false;
    tally->largest = size;
    return tally->wants_name;
}

static void
name_by_text(struct tally *tally, const struct text *text)
{
    char room[TEXT_DIGITS];
    struct bytes name = text->kind == TEXT_PARTS
                            ? bytes_of(tally->head, tally->head_size)
                            : text_bytes(text, room);
    tally->name_size =
        name.size < TALLY_NAME_MOST ? name.size : TALLY_NAME_MOST;
    if (tally->name_size > 0)
        memcpy(tally->name, name.data, tally->name_size);
}

static void
name_by_number(struct tally *tally, uint64_t number)
{
    int size = snprintf((char *)tally->name, sizeof(tally->name), "%" PRIu64,
                        number);
    tally->name_size = (size_t)size;
}

void
tally_close(struct tally *tally)
{
    tally->in_entry = false;
    if (!is_largest(tally, tally->entry_size))
        return;
    int size = snprintf((char *)tally->name, sizeof(tally->name),
                        "%" PRIu64 "-%" PRIu64, tally->entry_id.ms,
                        tally->entry_id.seq);
    tally->name_size = (size_t)size;
}

static void
add_stream_item(struct tally *tally, const struct item *item)
{
    if (item->kind == ITEM_ENTRY_FIELD) {
        tally->entry_size += item->text.size + item->value.size;
        tally->payload += item->text.size + item->value.size;
        return;
    }
    tally_end(tally);
    if (item->kind == ITEM_ENTRY) {
        tally->in_entry = true;
        tally->entry_size = 0;
        tally->entry_id = item->id;
        tally->payload += 2 * NUMBER_SIZE;
    } else if (item->kind == ITEM_STREAM && item->stream != NULL) {
        tally->elements = item->stream->length;
    }
}

static void
add_cell(struct tally *tally, const struct item *item)
{
    uint64_t size = item->is_double ? NUMBER_SIZE : item->text.size;
    tally->payload += size;
    tally->elements++;
    if (is_largest(tally, size))
        name_by_number(tally, item->count);
}

/* The numbers of a vector set are its graph, which is no user's. */
static void
add_module_item(struct tally *tally, const struct item *item)
{
    bool is_vectorset = tally->key->type == TYPE_VECTORSET;
    if (item->kind == ITEM_MODULE)
        return;
    if (item->kind == ITEM_MODULE_STRING) {
        tally->payload += item->text.size;
        is_largest(tally, item->text.size);
    } else if (!is_vectorset) {
        tally->payload += NUMBER_SIZE;
    }
    if (is_vectorset && tally->module_items == VECTORSET_SIZE_ITEM &&
        item->kind == ITEM_MODULE_UINT)
        tally->elements = item->count;
    tally->module_items++;
}

static void
add_plain_item(struct tally *tally, const struct item *item)
{
    uint64_t size = item->text.size;
    uint64_t more = 0;
    if (item->kind == ITEM_FIELD)
        size = item->value.size;
    if (item->kind == ITEM_FIELD)
        more = item->text.size;
    else if (tally->key->type == TYPE_ZSET)
        more = NUMBER_SIZE;
    tally->payload += size + more;
    if (tally->counts_items)
        tally->elements++;
    if (is_largest(tally, size)) {
        if (item->kind == ITEM_ELEMENT)
            name_by_number(tally, tally->index);
        else
            name_by_text(tally, &item->text);
    }
    tally->index++;
    tally->head_size = 0;
}

void
tally_part(struct tally *tally, const struct item *item)
{
    switch (item->kind) {
    case ITEM_ELEMENT:
    case ITEM_MEMBER:
    case ITEM_FIELD:
        add_plain_item(tally, item);
        break;
    case ITEM_CELL:
        add_cell(tally, item);
        break;
    case ITEM_VALUE:
    case ITEM_ARRAY:
    case ITEM_COUNT:
        break;
    case ITEM_MODULE:
    case ITEM_MODULE_INT:
    case ITEM_MODULE_UINT:
    case ITEM_MODULE_FLOAT:
    case ITEM_MODULE_DOUBLE:
    case ITEM_MODULE_STRING:
        add_module_item(tally, item);
        break;
    case ITEM_ENTRY:
    case ITEM_ENTRY_FIELD:
    case ITEM_STREAM:
    case ITEM_GROUP:
    case ITEM_PENDING:
    case ITEM_CONSUMER:
    case ITEM_CONSUMER_PENDING:
    case ITEM_NACK:
    case ITEM_IDMP:
    case ITEM_PRODUCER:
    case ITEM_IDEMPOTENT:
    case ITEM_IDMP_TOTALS:
    default:
        add_stream_item(tally, item);
        break;
    }
}
