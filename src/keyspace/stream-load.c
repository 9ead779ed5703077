/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/stream-load.h"

#include <stdlib.h>

#include "base/xalloc.h"

void
stream_load_fini(struct stream_load *load)
{
    buffer_fini(&load->bytes);
    buffer_fini(&load->sizes);
    buffer_fini(&load->producer);
}

static void
clear_entry(struct stream_load *load)
{
    load->has_entry = false;
    buffer_clear_to(&load->bytes, LOAD_ROOM_KEPT);
    buffer_clear_to(&load->sizes, LOAD_ROOM_KEPT);
}

void
stream_load_begin(struct stream_load *load)
{
    clear_entry(load);
    load->refused = false;
    load->group = NULL;
    load->consumer = NULL;
}

/* --- entries: an item for each field, behind one for the entry --- */

static void
begin_entry(struct stream_load *load, const struct item *item)
{
    load->entry = (struct stream_draft){ .id = item->id,
                                         .is_deleted = item->is_deleted };
    load->has_entry = true;
}

/* A text takes its bytes, its size, and the place where the draft names it. */
uint64_t
stream_load_held(const struct stream_load *load)
{
    uint64_t texts = load->sizes.size / sizeof(size_t);
    return load->bytes.size + load->sizes.size + texts * sizeof(struct bytes);
}

static void
add_text(struct stream_load *load, struct bytes text)
{
    buffer_append(&load->bytes, text.data, text.size);
    buffer_append(&load->sizes, &text.size, sizeof(text.size));
}

static void
add_field(struct stream_load *load, struct store *store, struct bytes name,
          struct bytes value)
{
    uint64_t held = stream_load_held(load) + name.size + value.size;
    load->refused |= !pool_allows(&store->pool, held);
    if (load->refused)
        return;
    add_text(load, name);
    add_text(load, value);
}

/* Puts the texts of the entry where its draft can name them. */
static struct bytes *
find_texts(const struct stream_load *load, size_t count)
{
    struct bytes *texts = xreallocarray(NULL, count + 1, sizeof(*texts));
    const unsigned char *at = load->bytes.data;
    for (size_t i = 0; i < count; i++) {
        size_t size;
        memcpy(&size, load->sizes.data + i * sizeof(size), sizeof(size));
        texts[i] = bytes_of(at, size);
        at += size;
    }
    return texts;
}

static void
end_entry(struct stream_load *load, struct store *store, struct value *value)
{
    if (!load->has_entry)
        return;
    size_t count = load->sizes.size / sizeof(size_t);
    struct bytes *texts = find_texts(load, count);
    load->entry.texts = texts;
    load->entry.fields = count / 2;
    load->refused = load->refused ||
                    !value_stream_load_entry(store, value, &load->entry);
    free(texts);
    clear_entry(load);
}

void
stream_load_node(struct stream_load *load, struct store *store,
                 struct value *value, const struct node *node)
{
    end_entry(load, store, value);
    value_stream_load_node(store, value, node->id);
}

/* --- what stands behind the entries --- */

static void
load_state(struct value *value, const struct stream_totals *totals)
{
    struct stream_state *state = value_stream_state(value);
    state->length = totals->length;
    state->last_id = totals->last_id;
    state->first_id = totals->first_id;
    state->max_deleted_id = totals->max_deleted_id;
    state->entries_added = totals->entries_added;
}

static void
load_pending(struct stream_load *load, struct store *store,
             const struct item *item)
{
    struct stream_pending *pending =
        load->group != NULL
            ? stream_group_add_pending(store, load->group, item->id)
            : NULL;
    load->refused |= pending == NULL;
    if (pending == NULL)
        return;
    pending->delivered_ms = item->expire_ms;
    pending->deliveries = (uint64_t)item->number;
}

static void
load_consumer(struct stream_load *load, struct store *store,
              const struct item *item, struct bytes name)
{
    load->consumer = load->group != NULL
                         ? stream_group_add_consumer(store, load->group, name,
                                                     item->seen_ms)
                         : NULL;
    load->refused |= load->consumer == NULL;
    if (load->consumer != NULL)
        stream_consumer_set_times(load->consumer, item->seen_ms,
                                  item->active_ms);
}

/* consumer NULL: owned by none. */
static void
assign(struct stream_load *load, struct stream_id id,
       struct stream_consumer *consumer)
{
    struct stream_pending *pending =
        load->group != NULL ? stream_group_pending(load->group, id) : NULL;
    load->refused |= pending == NULL;
    if (pending != NULL)
        stream_pending_assign(pending, consumer);
}

static void
load_idmp(struct value *value, const struct item *item)
{
    struct stream_state *state = value_stream_state(value);
    if (item->kind == ITEM_IDMP) {
        state->idmp_duration_s = item->number;
        state->idmp_entries = item->count;
    } else {
        state->iids_added = (uint64_t)item->number;
        state->iids_duplicates = item->count;
    }
}

static void
load_rest(struct stream_load *load, struct store *store, struct value *value,
          const struct item *item, struct bytes text)
{
    switch (item->kind) {
    case ITEM_STREAM:
        load_state(value, item->stream);
        break;
    case ITEM_GROUP:
        load->group = value_stream_add_group(store, value, text, item->id,
                                             item->number);
        load->refused |= load->group == NULL;
        break;
    case ITEM_PENDING:
        load_pending(load, store, item);
        break;
    case ITEM_CONSUMER:
        load_consumer(load, store, item, text);
        break;
    case ITEM_CONSUMER_PENDING:
        assign(load, item->id, load->consumer);
        break;
    case ITEM_NACK:
        assign(load, item->id, NULL);
        break;
    case ITEM_PRODUCER:
        buffer_clear(&load->producer);
        buffer_append(&load->producer, text.data, text.size);
        break;
    case ITEM_IDEMPOTENT:
        load->refused |= !value_stream_add_iid(
            store, value, buffer_bytes(&load->producer), text, item->id);
        break;
    case ITEM_IDMP:
    case ITEM_IDMP_TOTALS:
        load_idmp(value, item);
        break;
    default:
        load->refused = true;
        break;
    }
}

void
stream_load_item(struct stream_load *load, struct store *store,
                 struct value *value, const struct item *item,
                 struct bytes text, struct bytes second)
{
    if (item->kind == ITEM_ENTRY_FIELD) {
        add_field(load, store, text, second);
        return;
    }
    end_entry(load, store, value);
    if (item->kind == ITEM_ENTRY)
        begin_entry(load, item);
    else
        load_rest(load, store, value, item, text);
}
