/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The bytes of a listpack or ziplist as a server writes it, made from its
 * elements: what a compressed list node is compressed from.
 */
#ifndef KEYWEIGH_MODEL_PACKED_IMAGE_H
#define KEYWEIGH_MODEL_PACKED_IMAGE_H

#include "base/buffer.h"
#include "data/item.h"

struct packed_image;

struct packed_image_ops {
    void (*begin)(struct packed_image *image);
    void (*open)(struct packed_image *image, uint64_t size);
    void (*close)(struct packed_image *image, uint64_t size);
    void (*integer)(struct packed_image *image, int64_t number);
    void (*end)(struct packed_image *image, uint64_t count);
};

enum { PACKED_IMAGE_HEADER_MAX = 10 };

struct packed_image {
    const struct packed_image_ops *ops;
    struct buffer bytes; /* the whole blob, once it is ended */
    uint64_t taken;      /* bytes before these (packed_image_take) */
    uint64_t latest;     /* ziplist: where the latest entry begins; 0: none */
    unsigned char header[PACKED_IMAGE_HEADER_MAX]; /* once it is ended */
    size_t header_size;
};

extern const struct packed_image_ops packed_image_listpack,
    packed_image_ziplist;

/* Starts an empty one; the bytes of an earlier one are forgotten. */
void packed_image_begin(struct packed_image *image,
                        const struct packed_image_ops *ops);

/* An element that is whole (TEXT_BYTES or TEXT_INTEGER). */
void packed_image_add(struct packed_image *image, const struct text *text);

/* An element of size bytes that comes in parts: open, the parts appended to
 * bytes by the caller, close. */
void packed_image_open(struct packed_image *image, uint64_t size);
void packed_image_close(struct packed_image *image, uint64_t size);

/* The bytes made so far are handed out and forgotten, of a blob that is too
 * large to be held.  The header among the first of them is only room: the
 * true one is image->header, once the blob is ended. */
struct bytes packed_image_take(struct packed_image *image);

/* Ends it: count elements are in it. */
void packed_image_end(struct packed_image *image, uint64_t count);

#endif
