/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/export-json.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "export/json-items.h"

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
    struct json_items items;
    enum progress progress;
};

/* Writes the current item up to a point; what is written stays written. */

static void
reach_begin(struct export_json *json, const struct item *item)
{
    if (json->progress != ITEM_UNTOUCHED)
        return;
    if (json_item_forms[item->kind].begin)
        json_item_forms[item->kind].begin(&json->items, item);
    json->progress = ITEM_BEGUN;
}

static void
reach_text_end(struct export_json *json, const struct item *item)
{
    reach_begin(json, item);
    if (json->progress == ITEM_BEGUN)
        jsonl_text(&json->items.line, &item->text);
    else if (json->progress == ITEM_IN_TEXT)
        jsonl_string_end(&json->items.line);
    else
        return;
    json->progress = ITEM_AFTER_TEXT;
}

static void
reach_value_end(struct export_json *json, const struct item *item)
{
    reach_text_end(json, item);
    if (json->progress == ITEM_AFTER_TEXT)
        jsonl_text(&json->items.line, &item->value);
    else
        jsonl_string_end(&json->items.line);
    json->progress = ITEM_AFTER_VALUE;
}

/* The visitor. */

static void
begin_attributes(struct export_json *json, const struct key *key)
{
    struct jsonl *line = &json->items.line;
    bool by_module = key->type == TYPE_MODULE && key->module_name.size > 0;
    jsonl_member(line, "type");
    jsonl_string(line,
                 by_module ? key->module_name
                           : bytes_of_text(type_name(key->type)),
                 BYTES_ESCAPE);
    if (key->has_expiry) {
        jsonl_member(line, "expire_ms");
        jsonl_number(line, key->expire_ms);
    }
    if (key->idle_s >= 0)
        jsonl_member_count(line, "idle_s", (uint64_t)key->idle_s);
    if (key->freq >= 0)
        jsonl_member_count(line, "freq", (uint64_t)key->freq);
    if (key->is_uncertain) {
        jsonl_member(line, "uncertain");
        jsonl_literal(line, "true");
    }
}

/* The name of a module is at hand only now, so its value begins at once. */
static void
begin_module(struct export_json *json, const struct key *key)
{
    struct jsonl *line = &json->items.line;
    json->items.value_begun = true;
    jsonl_member_open(line, "value", '{');
    if (key->type == TYPE_CRON)
        return;
    jsonl_member(line, "module");
    jsonl_string(line,
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
    struct jsonl *line = &json->items.line;
    json->items = (struct json_items){ .line = *line,
                                       .type = key->type,
                                       .triples = has_field_expiry(key) };
    json->progress = ITEM_UNTOUCHED;
    jsonl_begin(line);
    jsonl_member_count(line, "db", key->db);
    jsonl_key(line, key->name, key->name_size);
    begin_attributes(json, key);
    if (json_items_is_module(&json->items))
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
        jsonl_string_begin(&json->items.line);
        json->progress = inside;
    }
    jsonl_string_part(&json->items.line, part);
}

static void
visitor_item(struct visitor *self, const struct item *item)
{
    struct export_json *json = (struct export_json *)self;
    const struct json_item_form *form = &json_item_forms[item->kind];
    reach_begin(json, item);
    if (form->strings == 2)
        reach_value_end(json, item);
    else if (form->strings == 1 && !item->is_double)
        reach_text_end(json, item);
    if (form->end)
        form->end(&json->items, item);
    json->progress = ITEM_UNTOUCHED;
    output_flush_if_full(json->items.line.output);
}

/* A string or a value without any item of which nothing came. */
static void
finish_value(struct export_json *json, bool complete)
{
    if (json->items.value_begun)
        return;
    if (complete && json->items.type != TYPE_STRING) {
        json_items_begin_value(&json->items);
        return;
    }
    jsonl_member(&json->items.line, "value");
    jsonl_literal(&json->items.line, "null");
}

static void
visitor_end(struct visitor *self, uint64_t serialized)
{
    struct export_json *json = (struct export_json *)self;
    (void)serialized;
    finish_value(json, true);
    json_items_finish_group(&json->items);
    jsonl_end(&json->items.line);
}

static void
visitor_abort(struct visitor *self)
{
    struct export_json *json = (struct export_json *)self;
    if (json->progress == ITEM_IN_TEXT || json->progress == ITEM_IN_VALUE)
        jsonl_string_end(&json->items.line);
    finish_value(json, false);
    jsonl_close_to(&json->items.line, LEVEL_LINE);
    jsonl_member(&json->items.line, "incomplete");
    jsonl_literal(&json->items.line, "true");
    jsonl_end(&json->items.line);
}

static const struct visitor_ops export_json_ops = {
    .begin = visitor_begin,
    .node = visitor_node,
    .count = visitor_ignore_count,
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
    json->items.line.output = output;
    json->items.line.bytes = bytes;
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
