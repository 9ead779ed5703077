/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every value is a small tree of arrays and objects, so the writer keeps a
 * stack of what is open.  An item closes down to the level it belongs to and
 * opens what it needs; aborting a value is closing everything.  Levels:
 *
 *     1 line object
 *     2   value: an array, or the object of a stream or module
 *     3     entries, groups, idmp                        data
 *     4       one entry, group                producers
 *     5         its fields, pending, consumers, nacked  one producer
 *     6           one consumer                            iids
 *     7             its pending
 */
#include "export/export-json.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "export/jsonl.h"

enum {
    LEVEL_LINE = 1,
    LEVEL_VALUE = 2,
    LEVEL_LIST = 3,
    LEVEL_ONE = 4,
    LEVEL_MANY = 5,
    LEVEL_INNER = 6,
};

/* How far the current item has been written. */
enum progress {
    ITEM_UNTOUCHED,
    ITEM_BEGUN,   /* what stands before its first string */
    ITEM_IN_TEXT, /* inside the first string, which comes in parts */
    ITEM_AFTER_TEXT,
    ITEM_IN_VALUE,
    ITEM_AFTER_VALUE,
};

struct export_json {
    struct visitor visitor;
    struct jsonl line;
    enum type type;
    bool triples;     /* hash fields of this value may expire */
    bool value_begun; /* "value": has been written */
    enum { LIST_NONE, LIST_PENDING, LIST_CONSUMERS, LIST_NACKED } group_list;
    enum progress progress;
    unsigned cron_step; /* the next of cron_members */
};

static bool
is_module(const struct export_json *json)
{
    return json->type == TYPE_MODULE || json->type == TYPE_VECTORSET ||
           json->type == TYPE_CRON;
}

/* "value": is written late, because an array's cursor stands before it. */
static void
begin_value(struct export_json *json)
{
    if (json->value_begun)
        return;
    json->value_begun = true;
    jsonl_member(&json->line, "value");
    if (json->type == TYPE_STREAM) {
        jsonl_open(&json->line, '{');
        jsonl_member_open(&json->line, "entries", '[');
    } else if (json->type != TYPE_STRING) {
        jsonl_open(&json->line, '[');
    }
}

/* A consumer-less group has its empty list of consumers nonetheless. */
static void
finish_group(struct export_json *json)
{
    if (json->group_list == LIST_PENDING) {
        jsonl_close_to(&json->line, LEVEL_ONE);
        jsonl_member_open(&json->line, "consumers", '[');
    }
    json->group_list = LIST_NONE;
}

static void
begin_pair(struct export_json *json, const struct item *item)
{
    (void)item;
    begin_value(json);
    jsonl_open(&json->line, '[');
}

static void
begin_plain(struct export_json *json, const struct item *item)
{
    (void)item;
    begin_value(json);
}

static void
begin_member(struct export_json *json, const struct item *item)
{
    if (json->type == TYPE_ZSET)
        begin_pair(json, item);
    else
        begin_plain(json, item);
}

static void
end_member(struct export_json *json, const struct item *item)
{
    if (json->type != TYPE_ZSET)
        return;
    jsonl_double(&json->line, item->score);
    jsonl_close_to(&json->line, LEVEL_VALUE);
}

static void
end_field(struct export_json *json, const struct item *item)
{
    json->triples |= item->has_expiry;
    if (item->has_expiry)
        jsonl_number(&json->line, item->expire_ms);
    else if (json->triples)
        jsonl_literal(&json->line, "null");
    jsonl_close_to(&json->line, LEVEL_VALUE);
}

static void
begin_cell(struct export_json *json, const struct item *item)
{
    begin_pair(json, item);
    jsonl_quoted(&json->line, item->count);
}

static void
end_cell(struct export_json *json, const struct item *item)
{
    if (item->is_double)
        jsonl_double(&json->line, item->score);
    jsonl_close_to(&json->line, LEVEL_VALUE);
}

static void
whole_array(struct export_json *json, const struct item *item)
{
    if (item->has_cursor) {
        jsonl_member(&json->line, "insert_index");
        jsonl_quoted(&json->line, (uint64_t)item->number);
    }
}

/* Streams. */

static void
begin_entry(struct export_json *json, const struct item *item)
{
    begin_value(json);
    jsonl_close_to(&json->line, LEVEL_LIST);
    jsonl_open(&json->line, '[');
    jsonl_id(&json->line, item->id);
    jsonl_open(&json->line, '[');
}

static void
whole_stream(struct export_json *json, const struct item *item)
{
    const struct stream_totals *totals = item->stream;
    begin_value(json);
    jsonl_close_to(&json->line, LEVEL_VALUE);
    jsonl_member_count(&json->line, "length", totals->length);
    jsonl_member_id(&json->line, "last_id", totals->last_id);
    jsonl_member_id(&json->line, "first_id", totals->first_id);
    jsonl_member_id(&json->line, "max_deleted_id", totals->max_deleted_id);
    jsonl_member_count(&json->line, "entries_added", totals->entries_added);
    jsonl_member_open(&json->line, "groups", '[');
}

/* Groups, consumers and producers are objects that begin with a name. */
static void
begin_named(struct export_json *json, const struct item *item)
{
    unsigned level = item->kind == ITEM_GROUP      ? LEVEL_LIST
                     : item->kind == ITEM_CONSUMER ? LEVEL_MANY
                                                   : LEVEL_ONE;
    finish_group(json);
    jsonl_close_to(&json->line, level);
    jsonl_open(&json->line, '{');
    jsonl_member(&json->line, item->kind == ITEM_PRODUCER ? "id" : "name");
}

static void
end_group(struct export_json *json, const struct item *item)
{
    jsonl_member_id(&json->line, "last_id", item->id);
    jsonl_member(&json->line, "entries_read");
    if (item->number < 0)
        jsonl_literal(&json->line, "null");
    else
        jsonl_number(&json->line, item->number);
    jsonl_member_open(&json->line, "pending", '[');
    json->group_list = LIST_PENDING;
}

static void
whole_pending(struct export_json *json, const struct item *item)
{
    jsonl_open(&json->line, '[');
    jsonl_id(&json->line, item->id);
    jsonl_number(&json->line, item->expire_ms);
    jsonl_number(&json->line, item->number);
    jsonl_close_to(&json->line, LEVEL_MANY);
}

static void
end_consumer(struct export_json *json, const struct item *item)
{
    jsonl_member(&json->line, "seen_ms");
    jsonl_number(&json->line, item->seen_ms);
    jsonl_member(&json->line, "active_ms");
    if (item->active_ms == -1)
        jsonl_literal(&json->line, "null");
    else
        jsonl_number(&json->line, item->active_ms);
    jsonl_member_open(&json->line, "pending", '[');
}

static void
whole_id(struct export_json *json, const struct item *item)
{
    jsonl_id(&json->line, item->id);
}

static void
whole_nack(struct export_json *json, const struct item *item)
{
    if (json->group_list != LIST_NACKED) {
        finish_group(json);
        jsonl_close_to(&json->line, LEVEL_ONE);
        jsonl_member_open(&json->line, "nacked", '[');
        json->group_list = LIST_NACKED;
    }
    jsonl_id(&json->line, item->id);
}

static void
whole_idmp(struct export_json *json, const struct item *item)
{
    finish_group(json);
    jsonl_close_to(&json->line, LEVEL_VALUE);
    jsonl_member_open(&json->line, "idmp", '{');
    jsonl_member(&json->line, "duration_s");
    jsonl_number(&json->line, item->number);
    jsonl_member_count(&json->line, "max_entries", item->count);
    jsonl_member_open(&json->line, "producers", '[');
}

static void
end_producer(struct export_json *json, const struct item *item)
{
    (void)item;
    jsonl_member_open(&json->line, "iids", '[');
}

static void
end_idempotent(struct export_json *json, const struct item *item)
{
    jsonl_id(&json->line, item->id);
    jsonl_close_to(&json->line, LEVEL_INNER);
}

static void
whole_idmp_totals(struct export_json *json, const struct item *item)
{
    jsonl_close_to(&json->line, LEVEL_LIST);
    jsonl_member(&json->line, "added");
    jsonl_number(&json->line, item->number);
    jsonl_member_count(&json->line, "duplicates", item->count);
}

/* Modules, and KeyDB's cron jobs, which come as the same kinds of items:
 * script, start, interval, count, keys, count, arguments. */

static const char *const cron_members[] = { "script", "start_ms", "interval_ms",
                                            "keys", "arguments" };

enum { CRON_MEMBERS = sizeof(cron_members) / sizeof(cron_members[0]) };

static void
cron_datum(struct export_json *json, const struct item *item)
{
    bool element = item->kind == ITEM_MODULE_STRING && json->cron_step > 0;
    if (element || json->cron_step >= CRON_MEMBERS)
        return;
    const char *name = cron_members[json->cron_step++];
    jsonl_close_to(&json->line, LEVEL_VALUE);
    if (item->kind == ITEM_MODULE_UINT) {
        jsonl_member_open(&json->line, name, '[');
        return;
    }
    jsonl_member(&json->line, name);
    if (item->kind == ITEM_MODULE_INT)
        jsonl_number(&json->line, item->number);
}

static void
whole_module(struct export_json *json, const struct item *item)
{
    jsonl_member(&json->line, "version");
    jsonl_number(&json->line, item->number);
    jsonl_member_open(&json->line, "data", '[');
}

static void
begin_datum(struct export_json *json, const struct item *item)
{
    static const char *const words[ITEM_COUNT] = {
        [ITEM_MODULE_INT] = "int",       [ITEM_MODULE_UINT] = "uint",
        [ITEM_MODULE_FLOAT] = "float",   [ITEM_MODULE_DOUBLE] = "double",
        [ITEM_MODULE_STRING] = "string",
    };
    if (json->type == TYPE_CRON) {
        cron_datum(json, item);
        return;
    }
    jsonl_open(&json->line, '[');
    jsonl_word(&json->line, words[item->kind]);
}

static void
end_datum(struct export_json *json, const struct item *item)
{
    if (json->type == TYPE_CRON)
        return;
    if (item->kind == ITEM_MODULE_INT) {
        jsonl_quoted_signed(&json->line, item->number);
    } else if (item->kind == ITEM_MODULE_UINT) {
        jsonl_quoted(&json->line, item->count);
    } else if (item->kind != ITEM_MODULE_STRING) {
        jsonl_double(&json->line, item->score);
    }
    jsonl_close_to(&json->line, LEVEL_LIST);
}

/* One row a kind: what stands before its strings, how many strings it has,
 * what stands behind them. */
struct item_form {
    void (*begin)(struct export_json *json, const struct item *item);
    int strings;
    void (*end)(struct export_json *json, const struct item *item);
};

static const struct item_form forms[ITEM_COUNT] = {
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

/* Writes the current item up to a point; what is written stays written. */

static void
reach_begin(struct export_json *json, const struct item *item)
{
    if (json->progress != ITEM_UNTOUCHED)
        return;
    if (forms[item->kind].begin)
        forms[item->kind].begin(json, item);
    json->progress = ITEM_BEGUN;
}

static void
reach_text_end(struct export_json *json, const struct item *item)
{
    reach_begin(json, item);
    if (json->progress == ITEM_BEGUN)
        jsonl_text(&json->line, &item->text);
    else if (json->progress == ITEM_IN_TEXT)
        jsonl_string_end(&json->line);
    else
        return;
    json->progress = ITEM_AFTER_TEXT;
}

static void
reach_value_end(struct export_json *json, const struct item *item)
{
    reach_text_end(json, item);
    if (json->progress == ITEM_AFTER_TEXT)
        jsonl_text(&json->line, &item->value);
    else
        jsonl_string_end(&json->line);
    json->progress = ITEM_AFTER_VALUE;
}

/* The visitor. */

static void
begin_attributes(struct export_json *json, const struct key *key)
{
    bool by_module = key->type == TYPE_MODULE && key->module_name.size > 0;
    jsonl_member(&json->line, "type");
    jsonl_string(&json->line,
                 by_module ? key->module_name
                           : bytes_of_text(type_name(key->type)),
                 BYTES_ESCAPE);
    if (key->has_expiry) {
        jsonl_member(&json->line, "expire_ms");
        jsonl_number(&json->line, key->expire_ms);
    }
    if (key->idle_s >= 0)
        jsonl_member_count(&json->line, "idle_s", (uint64_t)key->idle_s);
    if (key->freq >= 0)
        jsonl_member_count(&json->line, "freq", (uint64_t)key->freq);
    if (key->is_uncertain) {
        jsonl_member(&json->line, "uncertain");
        jsonl_literal(&json->line, "true");
    }
}

/* The name of a module is at hand only now, so its value begins at once. */
static void
begin_module(struct export_json *json, const struct key *key)
{
    json->value_begun = true;
    jsonl_member_open(&json->line, "value", '{');
    if (key->type == TYPE_CRON)
        return;
    jsonl_member(&json->line, "module");
    jsonl_string(&json->line,
                 key->module_name.size > 0
                     ? key->module_name
                     : bytes_of_text(type_name(key->type)),
                 BYTES_ESCAPE);
}

/* Types 22 to 25 are the hashes whose fields may expire, in both dialects. */
static bool
has_field_expiry(const struct key *key)
{
    return key->type == TYPE_HASH && key->type_byte >= 22 &&
           key->type_byte <= 25;
}

static void
visitor_begin(struct visitor *self, const struct key *key)
{
    struct export_json *json = (struct export_json *)self;
    json->type = key->type;
    json->triples = has_field_expiry(key);
    json->value_begun = false;
    json->group_list = LIST_NONE;
    json->progress = ITEM_UNTOUCHED;
    json->cron_step = 0;
    jsonl_begin(&json->line);
    jsonl_member_count(&json->line, "db", key->db);
    jsonl_key(&json->line, key->name, key->name_size);
    begin_attributes(json, key);
    if (is_module(json))
        begin_module(json, key);
}

static bool
visitor_node(struct visitor *self, const struct node *node)
{
    (void)self;
    (void)node;
    return true;
}

static void
visitor_count(struct visitor *self, uint64_t count)
{
    (void)self;
    (void)count;
}

static void
visitor_text(struct visitor *self, const struct item *item, int which,
             struct bytes part)
{
    struct export_json *json = (struct export_json *)self;
    enum progress inside = which ? ITEM_IN_VALUE : ITEM_IN_TEXT;
    if (json->progress != inside) {
        if (which)
            reach_text_end(json, item);
        else
            reach_begin(json, item);
        jsonl_string_begin(&json->line);
        json->progress = inside;
    }
    jsonl_string_part(&json->line, part);
}

static void
visitor_item(struct visitor *self, const struct item *item)
{
    struct export_json *json = (struct export_json *)self;
    const struct item_form *form = &forms[item->kind];
    reach_begin(json, item);
    if (form->strings == 2)
        reach_value_end(json, item);
    else if (form->strings == 1 && !item->is_double)
        reach_text_end(json, item);
    if (form->end)
        form->end(json, item);
    json->progress = ITEM_UNTOUCHED;
    output_flush_if_full(json->line.output);
}

/* A string or a value without any item of which nothing came. */
static void
finish_value(struct export_json *json, bool complete)
{
    if (json->value_begun)
        return;
    if (complete && json->type != TYPE_STRING) {
        begin_value(json);
        return;
    }
    jsonl_member(&json->line, "value");
    jsonl_literal(&json->line, "null");
}

static void
visitor_end(struct visitor *self, uint64_t serialized)
{
    struct export_json *json = (struct export_json *)self;
    (void)serialized;
    finish_value(json, true);
    finish_group(json);
    jsonl_end(&json->line);
}

static void
visitor_abort(struct visitor *self)
{
    struct export_json *json = (struct export_json *)self;
    if (json->progress == ITEM_IN_TEXT || json->progress == ITEM_IN_VALUE)
        jsonl_string_end(&json->line);
    finish_value(json, false);
    jsonl_close_to(&json->line, LEVEL_LINE);
    jsonl_member(&json->line, "incomplete");
    jsonl_literal(&json->line, "true");
    jsonl_end(&json->line);
}

static const struct visitor_ops export_json_ops = {
    .begin = visitor_begin,
    .node = visitor_node,
    .count = visitor_count,
    .text = visitor_text,
    .item = visitor_item,
    .end = visitor_end,
    .abort = visitor_abort,
};

struct export_json *
export_json_new(struct output *output, enum escape_bytes bytes)
{
    struct export_json *json = xcalloc(1, sizeof(*json));
    json->visitor.ops = &export_json_ops;
    json->visitor.wants = WANT_ITEMS | WANT_BYTES | WANT_LINKS;
    json->line.output = output;
    json->line.bytes = bytes;
    return json;
}

void
export_json_free(struct export_json *json)
{
    free(json);
}

struct visitor *
export_json_visitor(struct export_json *json)
{
    return &json->visitor;
}
