/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rdb/stream-node.c draws a node.  How many entries it has stands in front of
 * them, and what they are made of, too: so they are gathered first.
 */
#include "export/export-node.h"

enum {
    FLAG_DELETED = 1,
    FLAG_SAME_FIELDS = 2,
    NAMES_SHARED = 1024 * 1024, /* bytes of a master entry, at most */
};

void
export_node_init(struct export_node *node, struct error *error)
{
    *node = (struct export_node){ .is_open = false };
    spool_init(&node->entry.texts, error);
    spool_init(&node->entries, error);
    blob_init(&node->one, error);
}

void
export_node_fini(struct export_node *node)
{
    buffer_fini(&node->names);
    spool_fini(&node->entry.texts);
    buffer_fini(&node->entry.ends);
    spool_fini(&node->entries);
    blob_fini(&node->one);
}

void
export_node_clear(struct export_node *node)
{
    node->is_open = false;
    node->has_entry = false;
}

void
export_node_begin(struct export_node *node, struct stream_id master)
{
    node->is_open = true;
    node->has_entry = false;
    node->master = master;
    node->live = 0;
    node->deleted = 0;
    node->fields = 0;
    node->is_shareable = true;
    node->pieces = 0;
    buffer_clear(&node->names);
    spool_clear(&node->entries);
}

static bool
is_first(const struct export_node *node)
{
    return node->live + node->deleted == 0;
}

/* --- one listpack entry, without the header of a listpack --- */

static struct blob *
begin_one(struct export_node *node)
{
    blob_begin(&node->one, NODE_LISTPACK, 0);
    spool_clear(&node->one.bytes);
    buffer_clear(&node->one.image.bytes);
    return &node->one;
}

static void
put_number(struct export_node *node, int64_t number)
{
    blob_number(begin_one(node), number);
    spool_each(&node->one.bytes, spool_take, &node->entries);
    node->pieces++;
}

/* To the entry at hand. */
static void
keep_text(struct export_node *node, struct texts *texts,
          const struct text *text, int which)
{
    struct export_entry *entry = &node->entry;
    blob_text(begin_one(node), texts, text, which);
    spool_each(&node->one.bytes, spool_take, &entry->texts);
    uint64_t end = spool_size(&entry->texts);
    buffer_append(&entry->ends, &end, sizeof(end));
}

/* --- an entry --- */

void
export_node_entry(struct export_node *node, const struct item *item)
{
    struct export_entry *entry = &node->entry;
    export_node_complete(node);
    node->has_entry = true;
    entry->id = item->id;
    entry->is_deleted = item->is_deleted;
    entry->fields = 0;
    entry->is_same = is_first(node) || item->count == node->fields;
    entry->at = 0;
    spool_clear(&entry->texts);
    buffer_clear(&entry->ends);
}

/* The first entry's names are the master's. */
static bool
share_name(struct export_node *node, struct bytes name)
{
    node->is_shareable = node->is_shareable &&
                         node->names.size + name.size <= NAMES_SHARED;
    if (node->is_shareable)
        buffer_append(&node->names, name.data, name.size);
    return node->is_shareable;
}

/* Whether the name is the next one of the master's. */
static bool
is_masters_name(struct export_node *node, struct bytes name)
{
    struct export_entry *entry = &node->entry;
    if (is_first(node))
        return share_name(node, name);
    if (node->names.size - entry->at < name.size ||
        memcmp(node->names.data + entry->at, name.data, name.size) != 0)
        return false;
    entry->at += name.size;
    return true;
}

void
export_node_field(struct export_node *node, struct texts *texts,
                  const struct item *item)
{
    struct export_entry *entry = &node->entry;
    struct bytes name;
    keep_text(node, texts, &item->text, 0);
    bool held = spool_held(&node->one.bytes, &name);
    entry->is_same = entry->is_same && held && is_masters_name(node, name);
    keep_text(node, texts, &item->value, 1);
    entry->fields++;
}

/* --- what entries become --- */

static uint64_t
text_end(const struct export_entry *entry, uint64_t number)
{
    uint64_t end;
    memcpy(&end, entry->ends.data + number * sizeof(end), sizeof(end));
    return end;
}

/* Of entries with the master's fields only the values are written. */
static void
put_values(struct export_node *node)
{
    const struct export_entry *entry = &node->entry;
    for (uint64_t i = 0; i < entry->fields; i++) {
        uint64_t begin = text_end(entry, 2 * i);
        spool_range(&entry->texts, begin,
                    text_end(entry, 2 * i + 1) - begin, spool_take,
                    &node->entries);
    }
    node->pieces += entry->fields;
}

static void
put_entry(struct export_node *node)
{
    const struct export_entry *entry = &node->entry;
    int64_t fields = (int64_t)entry->fields;
    put_number(node, (entry->is_same ? FLAG_SAME_FIELDS : 0) |
                         (entry->is_deleted ? FLAG_DELETED : 0));
    put_number(node, (int64_t)(entry->id.ms - node->master.ms));
    put_number(node, (int64_t)(entry->id.seq - node->master.seq));
    if (entry->is_same) {
        put_values(node);
    } else {
        put_number(node, fields);
        spool_each(&entry->texts, spool_take, &node->entries);
        node->pieces += 2 * entry->fields;
    }
    put_number(node, entry->is_same ? fields + 3 : 2 * fields + 4);
}

/* Without names that can be shared the master entry has none. */
static void
set_master(struct export_node *node)
{
    node->fields = node->entry.is_same ? node->entry.fields : 0;
    if (!node->entry.is_same)
        buffer_clear(&node->names);
}

void
export_node_complete(struct export_node *node)
{
    if (!node->has_entry)
        return;
    node->has_entry = false;
    if (is_first(node))
        set_master(node);
    else if (node->entry.fields != node->fields)
        node->entry.is_same = false;
    put_entry(node);
    if (node->entry.is_deleted)
        node->deleted++;
    else
        node->live++;
}

bool
export_node_end(struct export_node *node, struct blob *blob)
{
    node->is_open = false;
    blob_begin(blob, NODE_LISTPACK, 0);
    blob_number(blob, (int64_t)node->live);
    blob_number(blob, (int64_t)node->deleted);
    blob_number(blob, (int64_t)node->fields);
    blob_take_raw(blob, buffer_bytes(&node->names));
    blob_counted(blob, node->fields);
    blob_number(blob, 0);
    spool_each(&node->entries, blob_take_raw, blob);
    blob_counted(blob, node->pieces);
    return blob_end(blob);
}
