/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The nodes of a server's radix tree, from nothing but its keys in ascending
 * order: a stream has one over its listpacks, one over its groups, and one
 * over the pending entries and consumers of each.
 *
 * Memory is bounded: of a key longer than RAX_HELD only the beginning is looked
 * at, and when two such keys differ later, the shape is no longer exact.
 */
#ifndef KEYWEIGH_MODEL_RAX_H
#define KEYWEIGH_MODEL_RAX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum { RAX_HELD = 1024 };

/* What a tree is made of. */
struct rax_form {
    unsigned pointer; /* bytes of one */
    bool has_values;  /* keys hold a pointer */
};

struct rax_node {
    uint64_t size;     /* bytes asked of the allocator */
    uint64_t children; /* 0 or 1; more where keys part */
    bool is_key;
};

/* Takes every node. */
typedef void rax_sink(void *context, const struct rax_node *node);

struct rax {
    rax_sink *sink;
    void *context;
    struct rax_form form;
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

/* Bytes of a node that has a byte and a pointer for each child. */
uint64_t rax_node_size(struct rax_form form, uint64_t children, bool is_key);

/* Bytes of a node that leads over so many bytes to its only child. */
uint64_t rax_run_size(struct rax_form form, uint64_t bytes);

/* Begins an empty tree. */
void rax_begin(struct rax *rax, struct rax_form form, rax_sink *sink,
               void *context);

/* A key of length bytes of which head is the beginning (all of it, or at
 * least RAX_HELD bytes when it is longer). */
void rax_add(struct rax *rax, struct bytes head, uint64_t length);

/* No more keys: hands out the nodes that were still open. */
void rax_end(struct rax *rax);

#endif
