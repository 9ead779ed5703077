/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Counts stand in front of what they count and are known only behind it, and a
 * value that turns out damaged must leave no trace: so everything goes into a
 * spool, the head in front of it is made last.
 */
#include "export/export-value.h"

#include "export/export-form.h"
#include "export/export-stream.h"

enum { CONTAINER_PLAIN = 1, CONTAINER_PACKED = 2 };

/* --- pieces --- */

void
export_value_refuse(struct export_value *value, enum target_feature feature)
{
    if (value->refusal == NULL)
        value->refusal = target_refusal(&value->target, feature);
}

static void
take_raw(void *context, struct bytes bytes)
{
    struct export_value *value = context;
    rdb_write_raw(&value->writer, bytes);
}

void
export_value_spool(struct export_value *value, const struct spool *string)
{
    struct bytes bytes;
    if (spool_held(string, &bytes)) {
        rdb_write_string(&value->writer, bytes);
        return;
    }
    rdb_write_length(&value->writer, spool_size(string));
    spool_each(string, take_raw, value);
}

void
export_value_text(struct export_value *value, const struct text *text,
                  int which)
{
    struct bytes bytes;
    if (text->size > UINT32_MAX &&
        !target_has(&value->target, TARGET_LONG_TEXTS))
        export_value_refuse(value, TARGET_LONG_TEXTS);
    if (text->kind == TEXT_INTEGER) {
        rdb_write_integer(&value->writer, text->number);
    } else if (texts_held(&value->texts, text, which, &bytes)) {
        rdb_write_string(&value->writer, bytes);
    } else {
        rdb_write_length(&value->writer, text->size);
        texts_each(&value->texts, text, which, take_raw, value);
    }
}

/* Blobs have 32 bits for their size, and so have RDB strings before 64. */
static void
close_blob(struct export_value *value)
{
    if (!value->in_blob)
        return;
    value->in_blob = false;
    if (!blob_end(&value->blob))
        value->refusal = "a packed value of 4 GiB or more cannot be written";
    export_value_spool(value, &value->blob.bytes);
}

static bool
is_stream(const struct export_value *value)
{
    return value->key->type == TYPE_STREAM && value->refusal == NULL;
}

/* --- the visitor --- */

static void
visitor_begin(struct visitor *self, const struct key *key)
{
    struct export_value *value = (struct export_value *)self;
    value->key = key;
    value->refusal = target_key_refusal(&value->target, key);
    value->count = 0;
    value->minimum = 0;
    value->in_blob = false;
    texts_clear(&value->texts);
    buffer_clear(&value->writer.buffer);
    value->writer.context = &value->body;
    spool_clear(&value->body);
    field_expiries_clear(&value->expiries);
    value->form = export_form_of(value);
    if (is_stream(value))
        export_stream_begin(value);
    value->type = value->form->type;
}

/* A blob, or with containers the one element that a node may be. */
static void
open_node(struct export_value *value, const struct node *node)
{
    const struct value_form *form = value->form;
    bool plain = form->has_containers && node->kind == NODE_PLAIN;
    value->in_blob = form->pack != NODE_PLAIN && !plain;
    value->count += form->has_count && form->pack != NODE_PLAIN;
    if (form->has_containers)
        rdb_write_length(&value->writer,
                         plain ? CONTAINER_PLAIN : CONTAINER_PACKED);
    if (value->in_blob)
        blob_begin(&value->blob, form->pack, node->width);
}

static bool
visitor_node(struct visitor *self, const struct node *node)
{
    struct export_value *value = (struct export_value *)self;
    if (node->in_stream) {
        if (is_stream(value))
            export_stream_node(value, node);
        return true;
    }
    close_blob(value);
    open_node(value, node);
    return true;
}

static void
visitor_text(struct visitor *self, const struct item *item, int which,
             struct bytes part)
{
    struct export_value *value = (struct export_value *)self;
    (void)item;
    if (value->refusal == NULL)
        texts_part(&value->texts, which, part);
}

static void
visitor_item(struct visitor *self, const struct item *item)
{
    struct export_value *value = (struct export_value *)self;
    if (value->refusal == NULL)
        value->form->item(value, item);
    texts_clear(&value->texts);
}

static void
visitor_end(struct visitor *self, uint64_t serialized)
{
    struct export_value *value = (struct export_value *)self;
    (void)serialized;
    close_blob(value);
    if (value->form->end != NULL && value->refusal == NULL)
        value->form->end(value);
    rdb_write_flush(&value->writer);
    if (value->done != NULL)
        value->done(value->context, value);
}

static void
visitor_abort(struct visitor *self)
{
    struct export_value *value = (struct export_value *)self;
    value->in_blob = false;
}

static const struct visitor_ops export_value_ops = {
    .begin = visitor_begin,
    .node = visitor_node,
    .count = visitor_ignore_count,
    .text = visitor_text,
    .item = visitor_item,
    .end = visitor_end,
    .abort = visitor_abort,
};

void
export_value_init(struct export_value *value,
                  const struct export_target *target, struct error *error)
{
    *value = (struct export_value){
        .visitor = { &export_value_ops,
                     WANT_ITEMS | WANT_BYTES | WANT_TOMBSTONES | WANT_LINKS },
        .target = *target,
    };
    blob_init(&value->blob, error);
    texts_init(&value->texts, error);
    spool_init(&value->body, error);
    field_expiries_init(&value->expiries, error);
    rdb_write_init(&value->writer, spool_take, &value->body);
    value->writer.compresses = true;
    value->stream = export_stream_new(error);
}

void
export_value_fini(struct export_value *value)
{
    blob_fini(&value->blob);
    texts_fini(&value->texts);
    spool_fini(&value->body);
    field_expiries_fini(&value->expiries);
    rdb_write_fini(&value->writer);
    export_stream_free(value->stream);
}

void
export_value_each(struct export_value *value, spool_function *take,
                  void *context)
{
    struct rdb_writer head;
    rdb_write_init(&head, take, context);
    if (value->form->has_minimum)
        rdb_write_ms(&head, value->minimum);
    if (value->form->has_count)
        rdb_write_length(&head, value->count);
    rdb_write_flush(&head);
    rdb_write_fini(&head);
    if (value->form->has_expiries)
        field_expiries_weave(&value->expiries, &value->body, value->minimum,
                             take, context);
    else
        spool_each(&value->body, take, context);
}
