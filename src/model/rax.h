/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The nodes of a server's radix tree, from nothing but its keys in ascending
 * order: a stream has one over its listpacks, one over its groups, and one
 * over the pending entries and consumers of each.
 *
 * Works on a 64-bit server and for keys that all hold a value.  Memory is
 * bounded: of a key longer than RAX_HELD only the beginning is looked at, and
 * when two such keys differ later, the shape is no longer exact.
 */
#ifndef KEYWEIGH_MODEL_RAX_H
#define KEYWEIGH_MODEL_RAX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum { RAX_HELD = 1024 };

/* Takes every node: the bytes asked of the allocator. */
typedef void rax_sink(void *context, uint64_t size);

struct rax {
    rax_sink *sink;
    void *context;
    uint64_t keys;
    bool inexact; /* keys were not ascending, or longer than what is held: the
                     nodes handed out are fewer or smaller than the server's */

    /* The latest key, and what is known so far of each place on its way. */
    unsigned char key[RAX_HELD];
    unsigned held;
    uint64_t length;
    uint16_t children[RAX_HELD + 1];
    bool is_key[RAX_HELD + 1];
};

/* Begins an empty tree. */
void rax_begin(struct rax *rax, rax_sink *sink, void *context);

/* A key of length bytes of which head is the beginning (all of it, or at
 * least RAX_HELD bytes when it is longer). */
void rax_add(struct rax *rax, struct bytes head, uint64_t length);

/* No more keys: hands out the nodes that were still open. */
void rax_end(struct rax *rax);

#endif
