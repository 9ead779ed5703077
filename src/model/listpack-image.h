/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The bytes of a listpack as a server writes it, made from its elements: what
 * a compressed list node is compressed from.
 */
#ifndef KEYWEIGH_MODEL_LISTPACK_IMAGE_H
#define KEYWEIGH_MODEL_LISTPACK_IMAGE_H

#include "base/buffer.h"
#include "data/item.h"

/* Starts an empty listpack. */
void listpack_image_begin(struct buffer *image);

/* An element that is whole (TEXT_BYTES or TEXT_INTEGER). */
void listpack_image_add(struct buffer *image, const struct text *text);

/* An element of size bytes that comes in parts: open, the parts appended by
 * the caller, close. */
void listpack_image_open(struct buffer *image, uint64_t size);
void listpack_image_close(struct buffer *image, uint64_t size);

/* Ends it: count elements are in it. */
void listpack_image_end(struct buffer *image, uint64_t count);

#endif
