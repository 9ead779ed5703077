/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     listpack  total u32le | count u16le | entry ... | 0xFF
 *
 *     entries as packed/listpack-entry.h draws them
 *
 *     ziplist  total u32le | tail u32le | count u16le | entry ... | 0xFF
 *
 *     entry   the size of the entry before: one byte, or FE u32le
 *     then    00llllll text                up to 63 bytes
 *             01llllll llllllll text       up to 16383 bytes, big-endian
 *             80 u32be text                longer ones
 *             F1 .. FD                     0 .. 12
 *             FE C0 F0 D0 E0               integers of 1 2 3 4 8 bytes
 *
 * Facts from Redis 6.2 ziplist.c __ziplistInsert, zipTryEncoding.
 */
#include "model/packed-image.h"

#include "base/endian.h"
#include "model/cost.h"
#include "packed/listpack-entry.h"

enum { LISTPACK_HEADER = 6, ZIPLIST_HEADER = 10, END = 0xFF };

static void
append_le(struct buffer *bytes, uint64_t value, unsigned count)
{
    for (; count > 0; count--, value >>= 8)
        buffer_append_byte(bytes, (unsigned char)value);
}

/* How long the blob is so far. */
static uint64_t
position(const struct packed_image *image)
{
    return image->taken + image->bytes.size;
}

/* The header is complete: it goes where room was made for it. */
static void
put_header(struct packed_image *image, size_t size)
{
    image->header_size = size;
    if (image->taken == 0)
        memcpy(image->bytes.data, image->header, size);
}

static void
append_backlen(struct buffer *bytes, uint64_t encoded)
{
    unsigned char backlen[LISTPACK_ENTRY_BACKLEN];
    buffer_append(bytes, backlen, listpack_entry_put_backlen(backlen, encoded));
}

static void
listpack_begin(struct packed_image *image)
{
    append_le(&image->bytes, 0, LISTPACK_HEADER);
}

static void
listpack_open(struct packed_image *image, uint64_t size)
{
    unsigned char head[LISTPACK_ENTRY_HEAD];
    buffer_append(&image->bytes, head, listpack_entry_put_head(head, size));
}

static void
listpack_close(struct packed_image *image, uint64_t size)
{
    append_backlen(&image->bytes, listpack_entry_head_size(size) + size);
}

static void
listpack_integer(struct packed_image *image, int64_t number)
{
    unsigned char head[LISTPACK_ENTRY_HEAD];
    unsigned size = listpack_entry_put_number(head, number);
    buffer_append(&image->bytes, head, size);
    append_backlen(&image->bytes, size);
}

static void
listpack_end(struct packed_image *image, uint64_t count)
{
    buffer_append_byte(&image->bytes, END);
    store_le(image->header, position(image), 4);
    store_le(image->header + 4, count < 65535 ? count : 65535, 2);
    put_header(image, LISTPACK_HEADER);
}

static void
ziplist_begin(struct packed_image *image)
{
    append_le(&image->bytes, 0, ZIPLIST_HEADER);
}

/* Begins an entry with the size of the one before. */
static void
ziplist_previous(struct packed_image *image)
{
    struct buffer *bytes = &image->bytes;
    uint64_t previous = image->latest ? position(image) - image->latest : 0;
    image->latest = position(image);
    if (previous >= 254)
        buffer_append_byte(bytes, 254);
    append_le(bytes, previous, previous < 254 ? 1 : 4);
}

static void
ziplist_open(struct packed_image *image, uint64_t size)
{
    struct buffer *bytes = &image->bytes;
    ziplist_previous(image);
    if (size < 64) {
        buffer_append_byte(bytes, (unsigned char)size);
    } else if (size < 16384) {
        buffer_append_byte(bytes, (unsigned char)(0x40 | size >> 8));
        buffer_append_byte(bytes, (unsigned char)size);
    } else {
        buffer_append_byte(bytes, 0x80);
        for (unsigned shift = 32; shift > 0; shift -= 8)
            buffer_append_byte(bytes, (unsigned char)(size >> (shift - 8)));
    }
}

static void
ziplist_close(struct packed_image *image, uint64_t size)
{
    (void)image;
    (void)size;
}

static void
ziplist_integer(struct packed_image *image, int64_t number)
{
    static const struct {
        int64_t most;
        unsigned char code;
        unsigned char bytes;
    } forms[] = {
        { INT8_MAX, 0xFE, 1 },  { INT16_MAX, 0xC0, 2 }, { 8388607, 0xF0, 3 },
        { INT32_MAX, 0xD0, 4 }, { INT64_MAX, 0xE0, 8 },
    };
    unsigned form = 0;
    ziplist_previous(image);
    if (number >= 0 && number <= 12) {
        buffer_append_byte(&image->bytes, (unsigned char)(0xF1 + number));
        return;
    }
    while (number > forms[form].most || number < -forms[form].most - 1)
        form++;
    buffer_append_byte(&image->bytes, forms[form].code);
    append_le(&image->bytes, (uint64_t)number, forms[form].bytes);
}

static void
ziplist_end(struct packed_image *image, uint64_t count)
{
    buffer_append_byte(&image->bytes, END);
    store_le(image->header, position(image), 4);
    store_le(image->header + 4,
             image->latest ? image->latest : ZIPLIST_HEADER, 4);
    store_le(image->header + 8, count < 65535 ? count : 65535, 2);
    put_header(image, ZIPLIST_HEADER);
}

const struct packed_image_ops packed_image_listpack = {
    .begin = listpack_begin,
    .open = listpack_open,
    .close = listpack_close,
    .integer = listpack_integer,
    .end = listpack_end,
};

const struct packed_image_ops packed_image_ziplist = {
    .begin = ziplist_begin,
    .open = ziplist_open,
    .close = ziplist_close,
    .integer = ziplist_integer,
    .end = ziplist_end,
};

void
packed_image_begin(struct packed_image *image,
                   const struct packed_image_ops *form)
{
    buffer_clear(&image->bytes);
    image->ops = form;
    image->taken = 0;
    image->latest = 0;
    form->begin(image);
}

void
packed_image_open(struct packed_image *image, uint64_t size)
{
    image->ops->open(image, size);
}

void
packed_image_close(struct packed_image *image, uint64_t size)
{
    image->ops->close(image, size);
}

void
packed_image_add(struct packed_image *image, const struct text *text)
{
    int64_t number;
    if (cost_integer(text, &number)) {
        image->ops->integer(image, number);
        return;
    }
    packed_image_open(image, text->size);
    buffer_append(&image->bytes, text->data, text->held);
    packed_image_close(image, text->size);
}

struct bytes
packed_image_take(struct packed_image *image)
{
    struct bytes bytes = buffer_bytes(&image->bytes);
    image->taken += bytes.size;
    buffer_clear(&image->bytes);
    return bytes;
}

void
packed_image_end(struct packed_image *image, uint64_t count)
{
    image->ops->end(image, count);
}
