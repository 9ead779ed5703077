/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 7.2 rax.c (raxGenericInsert, raxAddChild, raxCompressNode)
 * and rax.h; the same in every release since 5.0 and in Valkey.
 *
 * A place is a common beginning of some keys, the empty one included.  From
 * insertions alone the tree depends on its keys only: a node stands at
 *
 *     the empty place,
 *     each place that is a key or where keys part,
 *     each place one byte behind a parting,
 *
 * and the lone bytes between two nodes are all in the upper one (compressed):
 *
 *     header 4 | bytes | padding | pointers | value pointer if a key
 *
 * padded to whole pointers, with one byte and one pointer a child, or,
 * compressed, with as many bytes as are skipped and one pointer.  Each growth
 * is a realloc to exactly that size.
 *
 *     ROMA ROME ROMULUS:   "ROM" -> [A U E]   (sorted: A E U)
 *                                    A: leaf   E: leaf   U: "LUS" -> leaf
 *
 * With keys ascending, a place below the one where a new key leaves the latest
 * one is final, so only the way to the latest key is kept.
 */
#include "model/rax.h"

#include <string.h>

enum { HEADER = 4 };

static uint64_t
node_size(struct rax_form form, uint64_t bytes, uint64_t pointers, bool is_key)
{
    uint64_t words = (HEADER + bytes + form.pointer - 1) / form.pointer;
    return form.pointer * (words + pointers + (is_key && form.has_values));
}

uint64_t
rax_node_size(struct rax_form form, uint64_t children, bool is_key)
{
    return node_size(form, children, children, is_key);
}

uint64_t
rax_run_size(struct rax_form form, uint64_t bytes)
{
    return node_size(form, bytes, 1, false);
}

static void
hand_out(const struct rax *rax, uint64_t bytes, uint64_t children, bool is_key)
{
    struct rax_node node = {
        .size = node_size(rax->form, bytes, children, is_key),
        .children = children,
        .is_key = is_key,
    };
    rax->sink(rax->context, &node);
}

void
rax_begin(struct rax *rax, struct rax_form form, rax_sink *sink, void *context)
{
    rax->sink = sink;
    rax->context = context;
    rax->form = form;
    rax->keys = 0;
    rax->inexact = false;
    rax->held = 0;
    rax->length = 0;
    rax->children[0] = 0;
    rax->is_key[0] = false;
}

/* Whether a node stands at a place below the first one; the last held place of
 * a longer key is not its end. */
static bool
has_node(const struct rax *rax, unsigned place)
{
    return rax->is_key[place] || rax->children[place] != 1 ||
           rax->children[place - 1] > 1;
}

/* Hands out the node at place from and all nodes below it. */
static void
close_nodes(struct rax *rax, unsigned from)
{
    while (from <= rax->held) {
        bool is_key = rax->is_key[from];
        uint64_t children = rax->children[from];
        unsigned next = from + 1;
        uint64_t bytes = children;
        if (children == 1) {
            while (next <= rax->held && !has_node(rax, next))
                next++;
            bytes = next <= rax->held ? next - from : rax->length - from;
        }
        hand_out(rax, bytes, children, is_key);
        from = next;
    }
    /* The end of a key of which only the beginning is held. */
    if (rax->length > rax->held)
        hand_out(rax, 0, 0, true);
}

/* A key that should have come earlier has a leaf of its own at least. */
static void
add_late(struct rax *rax)
{
    rax->inexact = true;
    hand_out(rax, 0, 0, true);
}

static unsigned
common_bytes(const struct rax *rax, struct bytes head)
{
    unsigned common = 0;
    while (common < rax->held && common < head.size &&
           rax->key[common] == head.data[common])
        common++;
    return common;
}

void
rax_add(struct rax *rax, struct bytes head, uint64_t length)
{
    if (head.size > RAX_HELD)
        head.size = RAX_HELD;
    unsigned common = common_bytes(rax, head);
    bool first = rax->keys++ == 0;
    bool below = common == rax->held && rax->held == rax->length;
    bool ascends = below ? length > common
                         : common < rax->held && common < head.size &&
                               head.data[common] > rax->key[common];
    if (!first && !ascends) {
        add_late(rax);
        return;
    }
    rax->children[common]++;
    if (!below)
        close_nodes(rax, common + 1);

    unsigned held = (unsigned)head.size;
    if (held > common)
        memcpy(rax->key + common, head.data + common, held - common);
    for (unsigned place = common + 1; place <= held; place++) {
        rax->children[place] = 1;
        rax->is_key[place] = false;
    }
    rax->held = held;
    rax->length = length;
    if (held == length) {
        rax->children[held] = 0;
        rax->is_key[held] = true;
    }
}

void
rax_end(struct rax *rax)
{
    close_nodes(rax, 0);
}
