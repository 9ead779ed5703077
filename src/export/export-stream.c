/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rdb/rdb-stream.c draws the value.  How many consumers and producers there are
 * is known behind them only: they are gathered in a section of their own.
 */
#include "export/export-stream.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "export/export-node.h"
#include "export/group-read.h"

enum { TYPE_1 = 15, TYPE_2 = 19, TYPE_3 = 21, TYPE_4 = 26, TYPE_5 = 27 };

enum { ID_SIZE = 16 };

/* Records behind their count. */
struct section {
    struct spool bytes;
    uint64_t count;
};

struct export_stream {
    struct export_node node;
    uint64_t length;        /* live entries so far */
    struct stream_id first; /* of these */
    struct stream_totals totals;
    bool is_told; /* what group_read_is_told says */
    bool in_group;
    struct section consumers;
    struct section nacks;
    bool in_idmp;
    struct section producers;
};

struct export_stream *
export_stream_new(struct error *error)
{
    struct export_stream *stream = xcalloc(1, sizeof(*stream));
    export_node_init(&stream->node, error);
    spool_init(&stream->consumers.bytes, error);
    spool_init(&stream->nacks.bytes, error);
    spool_init(&stream->producers.bytes, error);
    return stream;
}

void
export_stream_free(struct export_stream *stream)
{
    if (stream == NULL)
        return;
    export_node_fini(&stream->node);
    spool_fini(&stream->consumers.bytes);
    spool_fini(&stream->nacks.bytes);
    spool_fini(&stream->producers.bytes);
    free(stream);
}

static void
clear_section(struct section *section)
{
    spool_clear(&section->bytes);
    section->count = 0;
}

static void
store_id(unsigned char bytes[ID_SIZE], struct stream_id id)
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(id.ms >> (56 - 8 * i));
        bytes[8 + i] = (unsigned char)(id.seq >> (56 - 8 * i));
    }
}

/* --- nodes --- */

/* Loaders refuse a node without an entry or tombstone. */
static void
finish_node(struct export_value *value)
{
    struct export_node *node = &value->stream->node;
    unsigned char id[ID_SIZE];
    export_node_complete(node);
    if (node->is_open && node->live + node->deleted > 0) {
        store_id(id, node->master);
        rdb_write_string(&value->writer, bytes_of(id, sizeof(id)));
        if (!export_node_end(node, &value->blob))
            value->refusal =
                "a stream node of 4 GiB or more cannot be written";
        export_value_spool(value, &value->blob.bytes);
        value->count++;
    }
    export_node_clear(node);
}

void
export_stream_node(struct export_value *value, const struct node *node)
{
    finish_node(value);
    export_node_begin(&value->stream->node, node->id);
}

static void
begin_entry(struct export_stream *stream, const struct item *item)
{
    export_node_entry(&stream->node, item);
    if (!item->is_deleted && stream->length++ == 0)
        stream->first = item->id;
}

/* --- what stands behind the nodes --- */

static void
write_id(struct rdb_writer *writer, struct stream_id id)
{
    unsigned char bytes[ID_SIZE];
    store_id(bytes, id);
    rdb_write_raw(writer, bytes_of(bytes, sizeof(bytes)));
}

static void
write_id_lengths(struct rdb_writer *writer, struct stream_id id)
{
    rdb_write_length(writer, id.ms);
    rdb_write_length(writer, id.seq);
}

/* Where no first id is told loaders look for it. */
static void
write_totals(struct export_value *value, const struct item *item)
{
    struct export_stream *stream = value->stream;
    struct rdb_writer *writer = &value->writer;
    struct stream_totals *totals = &stream->totals;
    finish_node(value);
    *totals = *item->stream;
    totals->length = stream->length;
    stream->is_told = group_read_is_told(value->key, totals);
    if (!stream->is_told)
        totals->first_id = stream->first;
    rdb_write_length(writer, totals->length);
    write_id_lengths(writer, totals->last_id);
    if (value->type >= TYPE_2) {
        write_id_lengths(writer, totals->first_id);
        write_id_lengths(writer, totals->max_deleted_id);
        rdb_write_length(writer, totals->entries_added);
    }
    rdb_write_length(writer, totals->groups);
}

/* Writes to a section as to the value: begin, write, end. */
static void
switch_to(struct export_value *value, struct spool *spool)
{
    rdb_write_flush(&value->writer);
    value->writer.context = spool;
}

static void
add_record(struct export_value *value, struct section *section)
{
    switch_to(value, &section->bytes);
    section->count++;
}

static void
put_section(struct export_value *value, struct section *section)
{
    switch_to(value, &value->body);
    rdb_write_length(&value->writer, section->count);
    rdb_write_flush(&value->writer);
    spool_each(&section->bytes, spool_take, &value->body);
    clear_section(section);
}

static void
finish_group(struct export_value *value)
{
    struct export_stream *stream = value->stream;
    if (!stream->in_group)
        return;
    stream->in_group = false;
    put_section(value, &stream->consumers);
    if (value->type >= TYPE_5)
        put_section(value, &stream->nacks);
}

static void
write_group(struct export_value *value, const struct item *item)
{
    struct export_stream *stream = value->stream;
    struct rdb_writer *writer = &value->writer;
    int64_t read = stream->is_told
                       ? item->number
                       : group_read_guess(&stream->totals, item);
    finish_group(value);
    stream->in_group = true;
    export_value_text(value, &item->text, 0);
    write_id_lengths(writer, item->id);
    if (value->type >= TYPE_2)
        rdb_write_length(writer, (uint64_t)read);
    rdb_write_length(writer, item->count);
}

static void
write_pending(struct export_value *value, const struct item *item)
{
    write_id(&value->writer, item->id);
    rdb_write_ms(&value->writer, item->expire_ms);
    rdb_write_length(&value->writer, (uint64_t)item->number);
}

/* Older types know only when it was seen, which loaders take for both (rdb.c
 * rdbLoadObject, Redis 8.0). */
static void
write_consumer(struct export_value *value, const struct item *item)
{
    struct rdb_writer *writer = &value->writer;
    bool is_told = item->active_ms >= 0 ||
                   (value->key->type_byte >= TYPE_3 && value->stream->is_told);
    add_record(value, &value->stream->consumers);
    export_value_text(value, &item->text, 0);
    rdb_write_ms(writer, item->seen_ms);
    if (value->type >= TYPE_3)
        rdb_write_ms(writer, is_told ? item->active_ms : item->seen_ms);
    rdb_write_length(writer, item->count);
}

static void
write_nack(struct export_value *value, const struct item *item)
{
    if (value->type < TYPE_5) {
        export_value_refuse(value, TARGET_NACKS);
        return;
    }
    add_record(value, &value->stream->nacks);
    write_id(&value->writer, item->id);
}

/* --- idempotent producers --- */

static void
write_idmp(struct export_value *value, int64_t duration, uint64_t entries)
{
    finish_group(value);
    value->stream->in_idmp = true;
    rdb_write_length(&value->writer, (uint64_t)duration);
    rdb_write_length(&value->writer, entries);
}

static void
write_producer(struct export_value *value, const struct item *item)
{
    add_record(value, &value->stream->producers);
    export_value_text(value, &item->text, 0);
    rdb_write_length(&value->writer, item->count);
}

static void
write_idmp_totals(struct export_value *value, uint64_t added,
                  uint64_t duplicates)
{
    put_section(value, &value->stream->producers);
    rdb_write_length(&value->writer, added);
    rdb_write_length(&value->writer, duplicates);
}

/* An older type drops settings and counters; ids it cannot. */
static void
write_idmp_item(struct export_value *value, const struct item *item)
{
    bool drops = value->type < TYPE_4;
    switch (item->kind) {
    case ITEM_IDMP:
        if (!drops)
            write_idmp(value, item->number, item->count);
        break;
    case ITEM_PRODUCER:
        if (!drops)
            write_producer(value, item);
        break;
    case ITEM_IDEMPOTENT:
        if (drops) {
            export_value_refuse(value, TARGET_IDMP);
            break;
        }
        export_value_text(value, &item->text, 0);
        write_id_lengths(&value->writer, item->id);
        break;
    default:
        if (!drops)
            write_idmp_totals(value, (uint64_t)item->number, item->count);
    }
}

/* --- the value --- */

static void
write_item(struct export_value *value, const struct item *item)
{
    switch (item->kind) {
    case ITEM_ENTRY:
        begin_entry(value->stream, item);
        break;
    case ITEM_ENTRY_FIELD:
        export_node_field(&value->stream->node, &value->texts, item);
        break;
    case ITEM_STREAM:
        write_totals(value, item);
        break;
    case ITEM_GROUP:
        write_group(value, item);
        break;
    case ITEM_PENDING:
        write_pending(value, item);
        break;
    case ITEM_CONSUMER:
        write_consumer(value, item);
        break;
    case ITEM_CONSUMER_PENDING:
        write_id(&value->writer, item->id);
        break;
    case ITEM_NACK:
        write_nack(value, item);
        break;
    default:
        write_idmp_item(value, item);
    }
}

static void
end_stream(struct export_value *value)
{
    finish_group(value);
    if (value->type >= TYPE_4 && !value->stream->in_idmp) {
        write_idmp(value, STREAM_IDMP_DURATION, STREAM_IDMP_ENTRIES);
        write_idmp_totals(value, 0, 0);
    }
}

#define STREAM_FORM(byte)                                             \
    {                                                                 \
        .type = (byte), .has_count = true, .pack = NODE_PLAIN,        \
        .item = write_item, .end = end_stream,                        \
    }

const struct value_form *
export_stream_form(const struct export_target *target)
{
    static const struct value_form forms[] = {
        STREAM_FORM(TYPE_1),
        STREAM_FORM(TYPE_2),
        STREAM_FORM(TYPE_3),
        STREAM_FORM(TYPE_4),
        STREAM_FORM(TYPE_5),
    };
    if (target_has(target, TARGET_NACKS))
        return &forms[4];
    if (target_has(target, TARGET_IDMP))
        return &forms[3];
    return target->version >= 11   ? &forms[2]
           : target->version >= 10 ? &forms[1]
                                   : &forms[0];
}

void
export_stream_begin(struct export_value *value)
{
    struct export_stream *stream = value->stream;
    export_node_clear(&stream->node);
    stream->length = 0;
    stream->first = (struct stream_id){ 0, 0 };
    stream->in_group = false;
    stream->in_idmp = false;
    clear_section(&stream->consumers);
    clear_section(&stream->nacks);
    clear_section(&stream->producers);
}
