/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What each kind of item is in the JSON of its value.  Every value is a small
 * tree of arrays and objects, of which the line keeps a stack of what is open:
 * an item closes down to the level it belongs to and opens what it needs.
 * Levels:
 *
 *     1 line object
 *     2   value: an array, or the object of a stream or module
 *     3     entries, groups, idmp                        data
 *     4       one entry, group                producers
 *     5         its fields, pending, consumers, nacked  one producer
 *     6           one consumer                            iids
 *     7             its pending
 *
 * Private to export-json.c.
 */
#ifndef KEYWEIGH_EXPORT_JSON_ITEMS_H
#define KEYWEIGH_EXPORT_JSON_ITEMS_H

#include "data/item.h"
#include "data/type.h"
#include "export/jsonl.h"

enum {
    LEVEL_LINE = 1,
    LEVEL_VALUE = 2,
    LEVEL_LIST = 3,
    LEVEL_ONE = 4,
    LEVEL_MANY = 5,
    LEVEL_INNER = 6,
};

/* The value that is being written. */
struct json_items {
    struct jsonl line;
    enum type type;
    bool triples;     /* hash fields of this value may expire */
    bool value_begun; /* "value": has been written */
    enum { LIST_NONE, LIST_PENDING, LIST_CONSUMERS, LIST_NACKED } group_list;
    unsigned cron_step; /* the next of a cron job's members */
};

/* What stands before the item's strings, how many strings it has, what stands
 * behind them; begin and end may be NULL. */
struct json_item_form {
    void (*begin)(struct json_items *items, const struct item *item);
    int strings;
    void (*end)(struct json_items *items, const struct item *item);
};

extern const struct json_item_form json_item_forms[ITEM_COUNT];

/* Its value is an object of the module's name and data, or a cron job's. */
bool json_items_is_module(const struct json_items *items);

/* Opens the value unless it is open. */
void json_items_begin_value(struct json_items *items);

/* Behind the last item of a group. */
void json_items_finish_group(struct json_items *items);

#endif
