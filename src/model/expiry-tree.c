/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/expiry-tree.h"

#include <string.h>

size_t
expiry_tree_place(const void *buckets, size_t count, size_t size, uint64_t ms)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t key;
        memcpy(&key, (const char *)buckets + middle * size, sizeof(key));
        if (key <= ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
expiry_tree_expected(struct expiry_tree *tree, uint64_t size, double count)
{
    cost_block_expected(tree->cost, BLOCK_FIELD_EXPIRY, size,
                        count * tree->each);
}

void
expiry_tree_block(struct expiry_tree *tree, uint64_t size)
{
    if (tree->each > 1)
        expiry_tree_expected(tree, size, 1);
    else
        cost_block(tree->cost, BLOCK_FIELD_EXPIRY, size, 1);
}

static void
take_node(void *context, const struct rax_node *node)
{
    expiry_tree_block(context, node->size);
}

void
expiry_tree_begin(struct expiry_tree *tree, struct cost *cost,
                  uint64_t metadata, double each)
{
    struct rax_form form = { .pointer = cost->prices->word,
                             .has_values = true };
    tree->cost = cost;
    tree->each = each;
    expiry_tree_block(tree, cost->prices->rax + metadata);
    rax_begin(&tree->rax, form, take_node, tree);
}

void
expiry_tree_key(struct expiry_tree *tree, uint64_t moment, unsigned bytes)
{
    unsigned char key[sizeof(moment)];
    for (unsigned i = 0; i < bytes; i++)
        key[i] = (unsigned char)(moment >> (8 * (bytes - 1 - i)));
    rax_add(&tree->rax, (struct bytes){ key, bytes }, bytes);
}

void
expiry_tree_end(struct expiry_tree *tree)
{
    rax_end(&tree->rax);
}
