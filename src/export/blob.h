/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A packed blob (listpack, ziplist or intset) of any size, made element by
 * element, byte for byte as servers make it.
 */
#ifndef KEYWEIGH_EXPORT_BLOB_H
#define KEYWEIGH_EXPORT_BLOB_H

#include "data/visitor.h"
#include "export/texts.h"
#include "model/packed-image.h"

struct blob {
    enum node_kind kind; /* NODE_LISTPACK, NODE_ZIPLIST or NODE_INTSET */
    uint32_t width;      /* of an intset's elements, in bytes */
    uint64_t count;      /* elements so far */
    struct packed_image image; /* what is not in bytes yet */
    struct spool bytes;        /* the whole blob, once it is ended */
};

void blob_init(struct blob *blob, struct error *error);
void blob_fini(struct blob *blob);

/* Starts an empty one. */
void blob_begin(struct blob *blob, enum node_kind kind, uint32_t width);

/* Adds an element; to an intset only integers that have room in its width. */
void blob_text(struct blob *blob, struct texts *texts,
               const struct text *text, int which);
void blob_number(struct blob *blob, int64_t number);

/* Elements that are listpack entries already; a spool_function. */
void blob_take_raw(void *blob, struct bytes bytes);
void blob_counted(struct blob *blob, uint64_t elements);

/* Ends it.  False when it is longer than a blob can be. */
bool blob_end(struct blob *blob);

#endif
