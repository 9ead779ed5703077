/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A node is inner once depth nodes are before and behind it, so the last depth
 * nodes are held back.  How far a node shrinks is what LZF makes of it:
 * liblzf is what servers carry a copy of.
 */
#include "model/list-nodes.h"

#include <liblzf/lzf.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum {
    DEPTH_MOST = 65535,         /* quicklist.c COMPRESS_MAX */
    COMPRESS_FROM = 48,         /* MIN_COMPRESS_BYTES */
    COMPRESS_GAIN = 8,          /* MIN_COMPRESS_IMPROVE */
    IMAGE_MOST = 4 * 1024 * 1024, /* larger nodes are not tried */
};

void
list_nodes_begin(struct list_nodes *nodes, const struct cost *cost)
{
    int64_t depth = cost->profile->settings.list_compress_depth;
    nodes->depth = (uint64_t)(depth < DEPTH_MOST ? depth : DEPTH_MOST);
    nodes->packed = cost->server->packed == PACKED_ZIPLIST
                        ? &packed_image_ziplist
                        : &packed_image_listpack;
    nodes->count = 0;
    nodes->in_text = false;
}

static size_t
held_most(const struct list_nodes *nodes)
{
    return nodes->depth > 0 ? (size_t)nodes->depth : 1;
}

void
list_nodes_open(struct list_nodes *nodes, bool plain)
{
    nodes->plain = plain;
    nodes->too_large = false;
    nodes->in_text = false;
    if (plain)
        buffer_clear(&nodes->image.bytes);
    else
        packed_image_begin(&nodes->image, nodes->packed);
}

static bool
takes(struct list_nodes *nodes, uint64_t size)
{
    if (size > IMAGE_MOST || nodes->image.bytes.size + size > IMAGE_MOST)
        nodes->too_large = true;
    return !nodes->too_large;
}

void
list_nodes_part(struct list_nodes *nodes, uint64_t size, struct bytes part)
{
    if (!nodes->in_text && takes(nodes, size) && !nodes->plain)
        packed_image_open(&nodes->image, size);
    nodes->in_text = true;
    if (takes(nodes, part.size))
        buffer_append(&nodes->image.bytes, part.data, part.size);
}

void
list_nodes_text(struct list_nodes *nodes, const struct text *text)
{
    char room[TEXT_DIGITS];
    bool in_text = nodes->in_text;
    nodes->in_text = false;
    if (!takes(nodes, in_text ? 0 : text->size))
        return;
    if (in_text && !nodes->plain) {
        packed_image_close(&nodes->image, text->size);
    } else if (!in_text && nodes->plain) {
        struct bytes bytes = text_bytes(text, room);
        buffer_append(&nodes->image.bytes, bytes.data, bytes.size);
    } else if (!in_text) {
        packed_image_add(&nodes->image, text);
    }
}

/* Bytes of the node's block when it is compressed, or 0 when the server leaves
 * it as it is. */
static uint64_t
compressed_size(struct list_nodes *nodes, struct cost *cost, uint64_t count)
{
    if (nodes->too_large) {
        cost->basis = BASIS_EXPECTED;
        return 0;
    }
    if (!nodes->plain)
        packed_image_end(&nodes->image, count);
    size_t size = nodes->image.bytes.size;
    if (size < COMPRESS_FROM)
        return 0;
    unsigned char *out = xmalloc(size);
    unsigned got = lzf_compress(nodes->image.bytes.data, (unsigned)size, out,
                                (unsigned)size);
    free(out);
    if (got == 0 || got + COMPRESS_GAIN >= size)
        return 0;
    return cost->prices->quicklist_lzf + got;
}

/* Books the node that is depth places back, now that it is known whether it is
 * inner. */
static void
book_oldest(struct list_nodes *nodes, struct cost *cost)
{
    uint64_t index = nodes->count - held_most(nodes);
    const struct list_nodes_held *node =
        &nodes->held[index % held_most(nodes)];
    bool inner = nodes->depth > 0 && index >= nodes->depth;
    cost_block(cost, BLOCK_LIST_DATA,
               inner && node->compressed ? node->compressed : node->size, 1);
}

void
list_nodes_add(struct list_nodes *nodes, struct cost *cost, uint64_t size,
               uint64_t count)
{
    size_t most = held_most(nodes);
    if (nodes->capacity < most) {
        nodes->held = xreallocarray(nodes->held, most, sizeof(*nodes->held));
        nodes->capacity = most;
    }
    if (nodes->count >= most)
        book_oldest(nodes, cost);
    struct list_nodes_held *node = &nodes->held[nodes->count % most];
    node->size = size;
    node->compressed = 0;
    if (nodes->depth > 0 && nodes->count >= nodes->depth)
        node->compressed = compressed_size(nodes, cost, count);
    nodes->count++;
}

void
list_nodes_end(struct list_nodes *nodes, struct cost *cost,
               enum block_kind last)
{
    size_t most = held_most(nodes);
    uint64_t first = nodes->count > most ? nodes->count - most : 0;
    for (uint64_t index = first; index < nodes->count; index++)
        cost_block(cost,
                   index + 1 == nodes->count ? last : BLOCK_LIST_DATA,
                   nodes->held[index % most].size, 1);
}

void
list_nodes_fini(struct list_nodes *nodes)
{
    buffer_fini(&nodes->image.bytes);
    free(nodes->held);
}
