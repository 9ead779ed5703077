/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What Valkey since 9.0 keeps to find the fields of a hash that expire next:
 * the one field itself, a vector of up to 127, or a radix tree over windows of
 * time, whose buckets are again single fields or vectors, or hashtables when
 * too many fields expire within one window of 16 ms:
 *
 *     field    [vector: fields]    [rax: 8 bytes of ms] -> [vector] ...
 */
#ifndef KEYWEIGH_MODEL_VSET_H
#define KEYWEIGH_MODEL_VSET_H

#include "model/cost.h"

struct vset_bucket;

struct vset {
    struct vset_bucket *buckets; /* by key; one until there is a tree */
    size_t count;
    size_t capacity;
    bool is_tree;
    bool narrow;     /* 32 bits */
    uint64_t items;  /* in the buckets */
    uint64_t beyond; /* that came when there was no more room for them */
};

void vset_clear(struct vset *vset, bool narrow);
void vset_fini(struct vset *vset);

/* One more field, which expires at ms. */
void vset_add(struct vset *vset, uint64_t ms);

/* Books all there is of it but the pointer to it.  Beyond a large number of
 * fields, as much for each further one as before. */
void vset_book(struct cost *cost, struct vset *vset);

#endif
