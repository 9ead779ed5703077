/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     total u32le | count u16le | entry ... | 0xFF
 *
 *     entry   0xxxxxxx                     0 .. 127
 *             10llllll text                up to 63 bytes
 *             110xxxxx xxxxxxxx            13 bits, signed
 *             1110llll llllllll text       up to 4095 bytes
 *             F1 F2 F3 F4, 2 3 4 8 bytes   integers
 *             F0 u32le text                longer ones
 *     then the length of all that, base 128, to be read backwards
 *
 * Facts from Redis 7.2 listpack.c lpEncodeGetType, lpEncodeIntegerGetType,
 * lpEncodeBacklen.
 */
#include "model/listpack-image.h"

#include "model/cost.h"

enum { HEADER = 6, END = 0xFF };

static void
append_le(struct buffer *image, uint64_t value, unsigned bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        buffer_append_byte(image, (unsigned char)value);
}

static void
append_backlen(struct buffer *image, uint64_t length)
{
    unsigned groups = length <= 127         ? 1
                      : length < 16383      ? 2
                      : length < 2097151    ? 3
                      : length < 268435455  ? 4
                                            : 5;
    for (unsigned group = groups; group > 0; group--) {
        unsigned char bits =
            (unsigned char)((length >> (7 * (group - 1))) & 127);
        buffer_append_byte(image,
                           group == groups ? bits
                                           : (unsigned char)(bits | 128));
    }
}

static uint64_t
head_size(uint64_t size)
{
    return size < 64 ? 1 : size < 4096 ? 2 : 5;
}

static void
append_integer(struct buffer *image, int64_t number)
{
    size_t start = image->size;
    if (number >= 0 && number <= 127) {
        buffer_append_byte(image, (unsigned char)number);
    } else if (number >= -4096 && number <= 4095) {
        unsigned bits = (unsigned)number & 0x1FFF;
        buffer_append_byte(image, (unsigned char)(0xC0 | bits >> 8));
        buffer_append_byte(image, (unsigned char)bits);
    } else {
        static const struct {
            int64_t most;
            unsigned bytes;
        } forms[] = {
            { INT16_MAX, 2 }, { 8388607, 3 }, { INT32_MAX, 4 }, { INT64_MAX, 8 }
        };
        unsigned form = 0;
        while (number > forms[form].most || number < -forms[form].most - 1)
            form++;
        buffer_append_byte(image, (unsigned char)(0xF1 + form));
        append_le(image, (uint64_t)number, forms[form].bytes);
    }
    append_backlen(image, image->size - start);
}

void
listpack_image_begin(struct buffer *image)
{
    buffer_clear(image);
    append_le(image, 0, HEADER);
}

void
listpack_image_open(struct buffer *image, uint64_t size)
{
    if (size < 64) {
        buffer_append_byte(image, (unsigned char)(0x80 | size));
    } else if (size < 4096) {
        buffer_append_byte(image, (unsigned char)(0xE0 | size >> 8));
        buffer_append_byte(image, (unsigned char)size);
    } else {
        buffer_append_byte(image, 0xF0);
        append_le(image, size, 4);
    }
}

void
listpack_image_close(struct buffer *image, uint64_t size)
{
    append_backlen(image, head_size(size) + size);
}

void
listpack_image_add(struct buffer *image, const struct text *text)
{
    int64_t number;
    if (cost_integer(text, &number)) {
        append_integer(image, number);
        return;
    }
    listpack_image_open(image, text->size);
    buffer_append(image, text->data, text->held);
    listpack_image_close(image, text->size);
}

void
listpack_image_end(struct buffer *image, uint64_t count)
{
    buffer_append_byte(image, END);
    uint64_t head = image->size | (count < 65535 ? count : 65535) << 32;
    for (unsigned i = 0; i < HEADER; i++)
        image->data[i] = (unsigned char)(head >> (8 * i));
}
