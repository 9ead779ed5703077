/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/json-items.h"

bool
json_items_is_module(const struct json_items *items)
{
    return items->type == TYPE_MODULE || items->type == TYPE_VECTORSET ||
           items->type == TYPE_CRON;
}

/* "value": is written late, because an array's cursor stands before it. */
void
json_items_begin_value(struct json_items *items)
{
    if (items->value_begun)
        return;
    items->value_begun = true;
    jsonl_member(&items->line, "value");
    if (items->type == TYPE_STREAM) {
        jsonl_open(&items->line, '{');
        jsonl_member_open(&items->line, "entries", '[');
    } else if (items->type != TYPE_STRING) {
        jsonl_open(&items->line, '[');
    }
}

/* A consumer-less group has its empty list of consumers nonetheless. */
void
json_items_finish_group(struct json_items *items)
{
    if (items->group_list == LIST_PENDING) {
        jsonl_close_to(&items->line, LEVEL_ONE);
        jsonl_member_open(&items->line, "consumers", '[');
    }
    items->group_list = LIST_NONE;
}

static void
begin_pair(struct json_items *items, const struct item *item)
{
    (void)item;
    json_items_begin_value(items);
    jsonl_open(&items->line, '[');
}

static void
begin_plain(struct json_items *items, const struct item *item)
{
    (void)item;
    json_items_begin_value(items);
}

static void
begin_member(struct json_items *items, const struct item *item)
{
    if (items->type == TYPE_ZSET)
        begin_pair(items, item);
    else
        begin_plain(items, item);
}

static void
end_member(struct json_items *items, const struct item *item)
{
    if (items->type != TYPE_ZSET)
        return;
    jsonl_double(&items->line, item->score);
    jsonl_close_to(&items->line, LEVEL_VALUE);
}

static void
end_field(struct json_items *items, const struct item *item)
{
    items->triples |= item->has_expiry;
    if (item->has_expiry)
        jsonl_number(&items->line, item->expire_ms);
    else if (items->triples)
        jsonl_literal(&items->line, "null");
    jsonl_close_to(&items->line, LEVEL_VALUE);
}

static void
begin_cell(struct json_items *items, const struct item *item)
{
    begin_pair(items, item);
    jsonl_quoted(&items->line, item->count);
}

static void
end_cell(struct json_items *items, const struct item *item)
{
    if (item->is_double)
        jsonl_double(&items->line, item->score);
    jsonl_close_to(&items->line, LEVEL_VALUE);
}

static void
whole_array(struct json_items *items, const struct item *item)
{
    if (item->has_cursor) {
        jsonl_member(&items->line, "insert_index");
        jsonl_quoted(&items->line, (uint64_t)item->number);
    }
}

/* Streams. */

static void
begin_entry(struct json_items *items, const struct item *item)
{
    json_items_begin_value(items);
    jsonl_close_to(&items->line, LEVEL_LIST);
    jsonl_open(&items->line, '[');
    jsonl_id(&items->line, item->id);
    jsonl_open(&items->line, '[');
}

static void
whole_stream(struct json_items *items, const struct item *item)
{
    const struct stream_totals *totals = item->stream;
    json_items_begin_value(items);
    jsonl_close_to(&items->line, LEVEL_VALUE);
    jsonl_member_count(&items->line, "length", totals->length);
    jsonl_member_id(&items->line, "last_id", totals->last_id);
    jsonl_member_id(&items->line, "first_id", totals->first_id);
    jsonl_member_id(&items->line, "max_deleted_id", totals->max_deleted_id);
    jsonl_member_count(&items->line, "entries_added", totals->entries_added);
    jsonl_member_open(&items->line, "groups", '[');
}

/* Groups, consumers and producers are objects that begin with a name. */
static void
begin_named(struct json_items *items, const struct item *item)
{
    unsigned level = item->kind == ITEM_GROUP      ? LEVEL_LIST
                     : item->kind == ITEM_CONSUMER ? LEVEL_MANY
                                                   : LEVEL_ONE;
    json_items_finish_group(items);
    jsonl_close_to(&items->line, level);
    jsonl_open(&items->line, '{');
    jsonl_member(&items->line, item->kind == ITEM_PRODUCER ? "id" : "name");
}

static void
end_group(struct json_items *items, const struct item *item)
{
    jsonl_member_id(&items->line, "last_id", item->id);
    jsonl_member(&items->line, "entries_read");
    if (item->number < 0)
        jsonl_literal(&items->line, "null");
    else
        jsonl_number(&items->line, item->number);
    jsonl_member_open(&items->line, "pending", '[');
    items->group_list = LIST_PENDING;
}

static void
whole_pending(struct json_items *items, const struct item *item)
{
    jsonl_open(&items->line, '[');
    jsonl_id(&items->line, item->id);
    jsonl_number(&items->line, item->expire_ms);
    jsonl_number(&items->line, item->number);
    jsonl_close_to(&items->line, LEVEL_MANY);
}

static void
end_consumer(struct json_items *items, const struct item *item)
{
    jsonl_member(&items->line, "seen_ms");
    jsonl_number(&items->line, item->seen_ms);
    jsonl_member(&items->line, "active_ms");
    if (item->active_ms == -1)
        jsonl_literal(&items->line, "null");
    else
        jsonl_number(&items->line, item->active_ms);
    jsonl_member_open(&items->line, "pending", '[');
}

static void
whole_id(struct json_items *items, const struct item *item)
{
    jsonl_id(&items->line, item->id);
}

static void
whole_nack(struct json_items *items, const struct item *item)
{
    if (items->group_list != LIST_NACKED) {
        json_items_finish_group(items);
        jsonl_close_to(&items->line, LEVEL_ONE);
        jsonl_member_open(&items->line, "nacked", '[');
        items->group_list = LIST_NACKED;
    }
    jsonl_id(&items->line, item->id);
}

static void
whole_idmp(struct json_items *items, const struct item *item)
{
    json_items_finish_group(items);
    jsonl_close_to(&items->line, LEVEL_VALUE);
    jsonl_member_open(&items->line, "idmp", '{');
    jsonl_member(&items->line, "duration_s");
    jsonl_number(&items->line, item->number);
    jsonl_member_count(&items->line, "max_entries", item->count);
    jsonl_member_open(&items->line, "producers", '[');
}

static void
end_producer(struct json_items *items, const struct item *item)
{
    (void)item;
    jsonl_member_open(&items->line, "iids", '[');
}

static void
end_idempotent(struct json_items *items, const struct item *item)
{
    jsonl_id(&items->line, item->id);
    jsonl_close_to(&items->line, LEVEL_INNER);
}

static void
whole_idmp_totals(struct json_items *items, const struct item *item)
{
    jsonl_close_to(&items->line, LEVEL_LIST);
    jsonl_member(&items->line, "added");
    jsonl_number(&items->line, item->number);
    jsonl_member_count(&items->line, "duplicates", item->count);
}

/* Modules, and KeyDB's cron jobs, which come as the same kinds of items:
 * script, start, interval, count, keys, count, arguments. */

static const char *const cron_members[] = { "script", "start_ms", "interval_ms",
                                            "keys", "arguments" };

enum { CRON_MEMBERS = sizeof(cron_members) / sizeof(cron_members[0]) };

static void
cron_datum(struct json_items *items, const struct item *item)
{
    bool element = item->kind == ITEM_MODULE_STRING && items->cron_step > 0;
    if (element || items->cron_step >= CRON_MEMBERS)
        return;
    const char *name = cron_members[items->cron_step++];
    jsonl_close_to(&items->line, LEVEL_VALUE);
    if (item->kind == ITEM_MODULE_UINT) {
        jsonl_member_open(&items->line, name, '[');
        return;
    }
    jsonl_member(&items->line, name);
    if (item->kind == ITEM_MODULE_INT)
        jsonl_number(&items->line, item->number);
}

static void
whole_module(struct json_items *items, const struct item *item)
{
    jsonl_member(&items->line, "version");
    jsonl_number(&items->line, item->number);
    jsonl_member_open(&items->line, "data", '[');
}

static void
begin_datum(struct json_items *items, const struct item *item)
{
    static const char *const words[ITEM_COUNT] = {
        [ITEM_MODULE_INT] = "int",       [ITEM_MODULE_UINT] = "uint",
        [ITEM_MODULE_FLOAT] = "float",   [ITEM_MODULE_DOUBLE] = "double",
        [ITEM_MODULE_STRING] = "string",
    };
    if (items->type == TYPE_CRON) {
        cron_datum(items, item);
        return;
    }
    jsonl_open(&items->line, '[');
    jsonl_word(&items->line, words[item->kind]);
}

static void
end_datum(struct json_items *items, const struct item *item)
{
    if (items->type == TYPE_CRON)
        return;
    if (item->kind == ITEM_MODULE_INT) {
        jsonl_quoted_signed(&items->line, item->number);
    } else if (item->kind == ITEM_MODULE_UINT) {
        jsonl_quoted(&items->line, item->count);
    } else if (item->kind != ITEM_MODULE_STRING) {
        jsonl_double(&items->line, item->score);
    }
    jsonl_close_to(&items->line, LEVEL_LIST);
}

const struct json_item_form json_item_forms[ITEM_COUNT] = {
    [ITEM_VALUE] = { begin_plain, 1, NULL },
    [ITEM_ELEMENT] = { begin_plain, 1, NULL },
    [ITEM_MEMBER] = { begin_member, 1, end_member },
    [ITEM_FIELD] = { begin_pair, 2, end_field },
    [ITEM_ENTRY] = { begin_entry, 0, NULL },
    [ITEM_ENTRY_FIELD] = { NULL, 2, NULL },
    [ITEM_STREAM] = { whole_stream, 0, NULL },
    [ITEM_GROUP] = { begin_named, 1, end_group },
    [ITEM_PENDING] = { whole_pending, 0, NULL },
    [ITEM_CONSUMER] = { begin_named, 1, end_consumer },
    [ITEM_CONSUMER_PENDING] = { whole_id, 0, NULL },
    [ITEM_NACK] = { whole_nack, 0, NULL },
    [ITEM_IDMP] = { whole_idmp, 0, NULL },
    [ITEM_PRODUCER] = { begin_named, 1, end_producer },
    [ITEM_IDEMPOTENT] = { begin_pair, 1, end_idempotent },
    [ITEM_IDMP_TOTALS] = { whole_idmp_totals, 0, NULL },
    [ITEM_ARRAY] = { whole_array, 0, NULL },
    [ITEM_CELL] = { begin_cell, 1, end_cell },
    [ITEM_MODULE] = { whole_module, 0, NULL },
    [ITEM_MODULE_INT] = { begin_datum, 0, end_datum },
    [ITEM_MODULE_UINT] = { begin_datum, 0, end_datum },
    [ITEM_MODULE_FLOAT] = { begin_datum, 0, end_datum },
    [ITEM_MODULE_DOUBLE] = { begin_datum, 0, end_datum },
    [ITEM_MODULE_STRING] = { begin_datum, 1, end_datum },
};
