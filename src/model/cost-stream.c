/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 7.2 t_stream.c (streamNew, streamCreateCG,
 * streamCreateNACK, streamCreateConsumer), stream.h and rdb.c: after loading,
 * a stream is
 *
 *     stream -- rax of master ids -- one listpack each, of exact length
 *        `-- rax of group names, once there is a group
 *              `-- streamCG
 *                    |-- rax of pending ids -- streamNACK each
 *                    `-- rax of consumer names -- streamConsumer, its name
 *                          `-- rax of ids, which shares the group's NACKs
 *
 * Servers write ids and names in ascending order, because that is how a radix
 * tree is walked; a file in another order is priced as BASIS_LOWER.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/cost.h"
#include "model/rax.h"

/* The trees a walk can be inside of at the same time. */
enum tree {
    TREE_ENTRIES,
    TREE_GROUPS,
    TREE_PENDING,
    TREE_CONSUMERS,
    TREE_CONSUMER_PENDING,
    TREE_COUNT
};

struct stream_cost {
    struct rax *trees; /* TREE_COUNT of them; NULL until the first stream */
    bool open[TREE_COUNT];
    unsigned char name[RAX_HELD]; /* of a name that comes in parts */
    size_t name_held;
};

static struct stream_cost *
state_of(struct cost *cost)
{
    return cost->state;
}

static void
book_node(void *context, uint64_t size)
{
    cost_block(context, BLOCK_RAX_NODE, size, 1);
}

static struct rax *
tree_open(struct cost *cost, enum tree tree)
{
    struct stream_cost *state = state_of(cost);
    struct rax *rax = &state->trees[tree];
    if (!state->open[tree]) {
        state->open[tree] = true;
        cost_block(cost, BLOCK_RAX, cost->prices->rax, 1);
        rax_begin(rax, book_node, cost);
    }
    return rax;
}

static void
tree_close(struct cost *cost, enum tree tree)
{
    struct stream_cost *state = state_of(cost);
    if (!state->open[tree])
        return;
    state->open[tree] = false;
    rax_end(&state->trees[tree]);
    if (state->trees[tree].inexact)
        cost->basis = BASIS_LOWER;
}

static void
close_consumer(struct cost *cost)
{
    tree_close(cost, TREE_CONSUMER_PENDING);
}

static void
close_group(struct cost *cost)
{
    close_consumer(cost);
    tree_close(cost, TREE_CONSUMERS);
    tree_close(cost, TREE_PENDING);
}

/* Ids are keys of 16 bytes, big-endian, so that they sort as numbers. */
static void
add_id(struct cost *cost, enum tree tree, struct stream_id id)
{
    unsigned char key[16];
    for (unsigned i = 0; i < 8; i++) {
        key[i] = (unsigned char)(id.ms >> (56 - 8 * i));
        key[8 + i] = (unsigned char)(id.seq >> (56 - 8 * i));
    }
    rax_add(tree_open(cost, tree), bytes_of(key, sizeof(key)), sizeof(key));
}

static void
add_name(struct cost *cost, enum tree tree, const struct text *text)
{
    struct stream_cost *state = state_of(cost);
    char room[TEXT_DIGITS];
    struct bytes head = text->kind == TEXT_PARTS
                            ? bytes_of(state->name, state->name_held)
                            : text_bytes(text, room);
    rax_add(tree_open(cost, tree), head, text->size);
    state->name_held = 0;
}

static unsigned
stream_begin(struct cost *cost, const struct key *key)
{
    struct stream_cost *state = state_of(cost);
    (void)key;
    if (!cost->memory)
        return 0;
    if (!state->trees)
        state->trees = xcalloc(TREE_COUNT, sizeof(*state->trees));
    memset(state->open, 0, sizeof(state->open));
    state->name_held = 0;
    cost_block(cost, BLOCK_STREAM, cost->prices->stream, 1);
    tree_open(cost, TREE_ENTRIES);
    return WANT_HEADS;
}

static bool
stream_node(struct cost *cost, const struct node *node)
{
    if (cost->memory && node->in_stream) {
        cost_block(cost, BLOCK_STREAM_DATA, node->size, 1);
        add_id(cost, TREE_ENTRIES, node->id);
    }
    return false;
}

static void
stream_text(struct cost *cost, const struct item *item, int which,
            struct bytes part)
{
    struct stream_cost *state = state_of(cost);
    if (which != 0 || (item->kind != ITEM_GROUP && item->kind != ITEM_CONSUMER))
        return;
    size_t room = RAX_HELD - state->name_held;
    size_t taken = part.size < room ? part.size : room;
    memcpy(state->name + state->name_held, part.data, taken);
    state->name_held += taken;
}

static void
add_group(struct cost *cost, const struct item *item)
{
    close_group(cost);
    add_name(cost, TREE_GROUPS, &item->text);
    cost_block(cost, BLOCK_GROUP, cost->prices->stream_group, 1);
    tree_open(cost, TREE_PENDING);
    tree_open(cost, TREE_CONSUMERS);
}

static void
add_consumer(struct cost *cost, const struct item *item)
{
    close_consumer(cost);
    add_name(cost, TREE_CONSUMERS, &item->text);
    cost_block(cost, BLOCK_CONSUMER, cost->prices->stream_consumer, 1);
    cost_block(cost, BLOCK_CONSUMER_NAME, cost_sds(cost, item->text.size), 1);
    tree_open(cost, TREE_CONSUMER_PENDING);
}

static void
stream_item(struct cost *cost, const struct item *item)
{
    if (!cost->memory)
        return;
    switch (item->kind) {
    case ITEM_GROUP:
        add_group(cost, item);
        break;
    case ITEM_PENDING:
        cost_block(cost, BLOCK_PENDING, cost->prices->stream_pending, 1);
        add_id(cost, TREE_PENDING, item->id);
        break;
    case ITEM_CONSUMER:
        add_consumer(cost, item);
        break;
    case ITEM_CONSUMER_PENDING:
        add_id(cost, TREE_CONSUMER_PENDING, item->id);
        break;
    default:
        break;
    }
}

static void
stream_end(struct cost *cost)
{
    /* The name is missing from the table of OBJECT ENCODING before 6.0
     * (object.c strEncoding). */
    cost->encoding = server_since(cost->server, 6, 0) ? ENCODING_STREAM
                                                      : ENCODING_UNKNOWN;
    if (!cost->memory)
        return;
    close_group(cost);
    tree_close(cost, TREE_GROUPS);
    tree_close(cost, TREE_ENTRIES);
}

static void
stream_fini(void *state)
{
    free(((struct stream_cost *)state)->trees);
}

const struct cost_ops cost_stream = {
    .state_size = sizeof(struct stream_cost),
    .begin = stream_begin,
    .node = stream_node,
    .text = stream_text,
    .item = stream_item,
    .end = stream_end,
    .fini = stream_fini,
};
