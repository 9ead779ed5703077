/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a walk of a stream or an array hands out as text, a line for each call:
 *
 *     count 1
 *     node 1-1 size 38 count 12
 *     entry 1-1 of 2
 *     temp=20
 *     ...
 */
#ifndef KEYWEIGH_TESTS_WALK_TEXT_H
#define KEYWEIGH_TESTS_WALK_TEXT_H

#include <inttypes.h>

#include "base/buffer.h"
#include "keyspace/value.h"

struct walk_text {
    struct visitor visitor;
    struct buffer lines;
};

static struct buffer *
lines_of(struct visitor *visitor)
{
    return &((struct walk_text *)visitor)->lines;
}

static void
put_text(struct buffer *lines, const struct text *text)
{
    char room[TEXT_DIGITS];
    struct bytes bytes = text_bytes(text, room);
    buffer_append(lines, bytes.data, bytes.size);
}

static void
put_id(struct buffer *lines, const char *before, struct stream_id id)
{
    buffer_append_format(lines, "%s%" PRIu64 "-%" PRIu64, before, id.ms,
                         id.seq);
}

static void
walk_text_count(struct visitor *visitor, uint64_t count)
{
    buffer_append_format(lines_of(visitor), "count %" PRIu64 "\n", count);
}

static bool
walk_text_node(struct visitor *visitor, const struct node *node)
{
    struct buffer *lines = lines_of(visitor);
    put_id(lines, "node ", node->id);
    buffer_append_format(lines, " size %" PRIu64 " count %" PRIu64 "\n",
                         node->size, node->count);
    return true;
}

static void
put_totals(struct buffer *lines, const struct stream_totals *totals)
{
    buffer_append_format(lines, "stream length %" PRIu64, totals->length);
    put_id(lines, " last ", totals->last_id);
    put_id(lines, " first ", totals->first_id);
    put_id(lines, " deleted ", totals->max_deleted_id);
    buffer_append_format(lines, " added %" PRIu64, totals->entries_added);
}

static void
put_named(struct buffer *lines, const char *kind, const struct item *item)
{
    buffer_append_format(lines, "%s ", kind);
    put_text(lines, &item->text);
}

static void
put_item(struct buffer *lines, const struct item *item)
{
    switch (item->kind) {
    case ITEM_ENTRY:
        put_id(lines, "entry ", item->id);
        buffer_append_format(lines, " of %" PRIu64, item->count);
        break;
    case ITEM_ENTRY_FIELD:
        put_text(lines, &item->text);
        buffer_append_byte(lines, '=');
        put_text(lines, &item->value);
        break;
    case ITEM_STREAM:
        put_totals(lines, item->stream);
        break;
    case ITEM_GROUP:
        put_named(lines, "group", item);
        put_id(lines, " at ", item->id);
        buffer_append_format(lines, " read %" PRId64 " pending %" PRIu64,
                             item->number, item->count);
        break;
    case ITEM_PENDING:
        put_id(lines, "pending ", item->id);
        buffer_append_format(lines, " since %" PRId64 " times %" PRId64,
                             item->expire_ms, item->number);
        break;
    case ITEM_CONSUMER:
        put_named(lines, "consumer", item);
        buffer_append_format(lines, " of %" PRIu64, item->count);
        break;
    case ITEM_CONSUMER_PENDING:
        put_id(lines, "owns ", item->id);
        break;
    case ITEM_NACK:
        put_id(lines, "nobody owns ", item->id);
        break;
    case ITEM_IDMP:
        buffer_append_format(lines, "idmp %" PRId64 " s, %" PRIu64,
                             item->number, item->count);
        break;
    case ITEM_PRODUCER:
        put_named(lines, "producer", item);
        buffer_append_format(lines, " of %" PRIu64, item->count);
        break;
    case ITEM_IDEMPOTENT:
        put_named(lines, "iid", item);
        put_id(lines, " is ", item->id);
        break;
    case ITEM_IDMP_TOTALS:
        buffer_append_format(lines, "iids %" PRId64 " duplicates %" PRIu64,
                             item->number, item->count);
        break;
    case ITEM_ARRAY:
        buffer_append_format(lines, "array of %" PRIu64, item->count);
        if (item->has_cursor)
            buffer_append_format(lines, " at %" PRIu64,
                                 (uint64_t)item->number);
        break;
    case ITEM_CELL:
        buffer_append_format(lines, "%" PRIu64 "=", item->count);
        if (item->is_double)
            buffer_append_format(lines, "double %g", item->score);
        else if (item->text.kind == TEXT_INTEGER)
            buffer_append_text(lines, "integer ");
        if (!item->is_double)
            put_text(lines, &item->text);
        break;
    default:
        buffer_append_text(lines, "?");
    }
}

static void
walk_text_item(struct visitor *visitor, const struct item *item)
{
    struct buffer *lines = lines_of(visitor);
    put_item(lines, item);
    buffer_append_byte(lines, '\n');
}

/* The lines and a NUL, to be freed by buffer_fini. */
static struct buffer
walk_text(struct store *store, const struct value *value)
{
    static const struct visitor_ops ops = {
        .node = walk_text_node,
        .count = walk_text_count,
        .item = walk_text_item,
    };
    struct walk_text walk = { .visitor = { &ops, WANT_ITEMS } };
    value_walk(store, value, &walk.visitor);
    buffer_append_byte(&walk.lines, '\0');
    return walk.lines;
}

static void
assert_walk(struct store *store, const struct value *value,
            const char *expected)
{
    struct buffer lines = walk_text(store, value);
    assert_string_equal((const char *)lines.data, expected);
    buffer_fini(&lines);
}

#endif
