/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     intset  width u32le | count u32le | elements, little-endian, ascending
 *
 * Source: intset.h, Redis 7.2.  The others are drawn in model/packed-image.c.
 */
#include "export/blob.h"

#include "base/endian.h"

enum { INTSET_HEADER = 8 };

void
blob_init(struct blob *blob, struct error *error)
{
    *blob = (struct blob){ .count = 0 };
    spool_init(&blob->bytes, error);
}

void
blob_fini(struct blob *blob)
{
    buffer_fini(&blob->image.bytes);
    spool_fini(&blob->bytes);
}

void
blob_begin(struct blob *blob, enum node_kind kind, uint32_t width)
{
    static const unsigned char room[INTSET_HEADER];
    blob->kind = kind;
    blob->width = width;
    blob->count = 0;
    spool_clear(&blob->bytes);
    if (kind == NODE_INTSET)
        spool_append(&blob->bytes, bytes_of(room, sizeof(room)));
    else
        packed_image_begin(&blob->image, kind == NODE_ZIPLIST
                                             ? &packed_image_ziplist
                                             : &packed_image_listpack);
}

static void
take_image(struct blob *blob)
{
    spool_append(&blob->bytes, packed_image_take(&blob->image));
}

static void
add_integer(struct blob *blob, int64_t number)
{
    unsigned char bytes[sizeof(number)];
    store_le(bytes, (uint64_t)number, blob->width);
    spool_append(&blob->bytes, bytes_of(bytes, blob->width));
}

void
blob_number(struct blob *blob, int64_t number)
{
    struct text text = text_of_integer(number);
    blob->count++;
    if (blob->kind == NODE_INTSET) {
        add_integer(blob, number);
        return;
    }
    packed_image_add(&blob->image, &text);
    take_image(blob);
}

void
blob_text(struct blob *blob, struct texts *texts, const struct text *text,
          int which)
{
    if (text->kind == TEXT_INTEGER) {
        blob_number(blob, text->number);
        return;
    }
    blob->count++;
    if (text->kind != TEXT_PARTS) {
        packed_image_add(&blob->image, text);
    } else {
        packed_image_open(&blob->image, text->size);
        take_image(blob);
        texts_each(texts, text, which, blob_take_raw, blob);
        packed_image_close(&blob->image, text->size);
    }
    take_image(blob);
}

void
blob_take_raw(void *context, struct bytes bytes)
{
    struct blob *blob = context;
    take_image(blob);
    blob->image.taken += bytes.size;
    spool_append(&blob->bytes, bytes);
}

void
blob_counted(struct blob *blob, uint64_t elements)
{
    blob->count += elements;
}

bool
blob_end(struct blob *blob)
{
    if (blob->kind == NODE_INTSET) {
        unsigned char header[INTSET_HEADER];
        store_le(header, blob->width, 4);
        store_le(header + 4, blob->count, 4);
        spool_patch(&blob->bytes, 0, bytes_of(header, sizeof(header)));
        return blob->count <= UINT32_MAX;
    }
    take_image(blob);
    packed_image_end(&blob->image, blob->count);
    take_image(blob);
    spool_patch(&blob->bytes, 0,
                bytes_of(blob->image.header, blob->image.header_size));
    return spool_size(&blob->bytes) <= UINT32_MAX;
}
