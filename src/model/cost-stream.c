/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 5.0 to 8.6 and Valkey 7.2 to 9.1 t_stream.c (streamNew,
 * streamCreateCG, streamCreateNACK, streamCreateConsumer), stream.h and rdb.c:
 * after loading, a stream is
 *
 *     stream -- rax of master ids -- one listpack each, of exact length
 *        `-- rax of group names, once there is a group
 *              `-- streamCG
 *                    |-- rax of pending ids -- streamNACK each
 *                    `-- rax of consumer names -- streamConsumer, its name
 *                          `-- rax of ids, which shares the group's NACKs
 *
 * Redis 8.2 and later (streamLinkCGroupToEntry) also know who waits for an id:
 *
 *        `-- rax of all pending ids -- list each -- a node for each group
 *
 * 8.4 had in each group a rax of 24 bytes, delivery time and id, without
 * values; since 8.6 NACKs are linked by time.  And 8.6 has producers, once
 * there is one (rdbLoadStreamIdmpEntries):
 *
 *        `-- rax of producer names -- idmpProducer
 *              `-- dict -- idmpEntry each, with the iid behind it
 *
 * and the database knows that it has them (rdb.c, stream_idmp_keys): an entry
 * and the name as an object.
 *
 * What 8.8 makes of pending entries is not known: they are counted without
 * their trees.
 *
 * Servers write ids and names in ascending order, because that is how a radix
 * tree is walked; a file in another order is priced as BASIS_LOWER.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/cost-dict.h"
#include "model/cost.h"
#include "model/rax.h"
#include "model/stream-ids.h"

/* The trees a walk can be inside of at the same time. */
enum tree {
    TREE_ENTRIES,
    TREE_GROUPS,
    TREE_PENDING,
    TREE_PENDING_BY_TIME,
    TREE_CONSUMERS,
    TREE_CONSUMER_PENDING,
    TREE_REFERENCES,
    TREE_PRODUCERS,
    TREE_COUNT
};

enum { ID_SIZE = 16, TIME_SIZE = 8 };

struct stream_cost {
    struct rax *trees; /* TREE_COUNT of them; NULL until the first stream */
    bool open[TREE_COUNT];
    unsigned char name[RAX_HELD]; /* of a name that comes in parts */
    size_t name_held;
    struct stream_ids references; /* pending ids of all groups */
    bool in_producer;
    struct cost_dict iids; /* of that producer */
    bool lower;            /* something has no price */
};

static struct stream_cost *
state_of(struct cost *cost)
{
    return cost->state;
}

/* --- trees --- */

/* A node where keys part got its children one by one: a realloc each.  The
 * first one made it; a key was there before it had any. */
static void
book_grown_node(struct cost *cost, struct rax_form form,
                const struct rax_node *node)
{
    uint64_t children = node->is_key ? 0 : 1;
    uint64_t usable = alloc_usable(
        cost->allocator, rax_node_size(form, children, node->is_key));
    while (children++ < node->children)
        usable =
            alloc_resized(cost->allocator, usable,
                          rax_node_size(form, children, node->is_key));
    cost_block_held(cost, BLOCK_RAX_NODE, node->size, usable);
}

static struct rax_form
form_of(const struct cost *cost, enum tree tree)
{
    return (struct rax_form){ .pointer = cost->prices->word,
                              .has_values = tree != TREE_PENDING_BY_TIME };
}

static void
book_node(void *context, const struct rax_node *node)
{
    struct cost *cost = context;
    if (node->children > 1 && cost->allocator->hesitates)
        book_grown_node(cost, form_of(cost, TREE_ENTRIES), node);
    else
        cost_block(cost, BLOCK_RAX_NODE, node->size, 1);
}

static struct rax *
tree_open(struct cost *cost, enum tree tree)
{
    struct stream_cost *state = state_of(cost);
    struct rax *rax = &state->trees[tree];
    if (!state->open[tree]) {
        state->open[tree] = true;
        cost_block(cost, BLOCK_RAX, cost->prices->rax, 1);
        rax_begin(rax, form_of(cost, tree), book_node, cost);
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
        state->lower = true;
}

static void
put_number(unsigned char *to, uint64_t number)
{
    for (unsigned i = 0; i < 8; i++)
        to[i] = (unsigned char)(number >> (56 - 8 * i));
}

/* Ids are keys of 16 bytes, big-endian, so that they sort as numbers. */
static void
add_id(struct cost *cost, enum tree tree, struct stream_id id)
{
    unsigned char key[ID_SIZE];
    put_number(key, id.ms);
    put_number(key + 8, id.seq);
    rax_add(tree_open(cost, tree), bytes_of(key, sizeof(key)), sizeof(key));
}

static void
add_time(struct cost *cost, int64_t time, struct stream_id id)
{
    unsigned char key[TIME_SIZE + ID_SIZE];
    put_number(key, (uint64_t)time);
    put_number(key + 8, id.ms);
    put_number(key + 16, id.seq);
    rax_add(tree_open(cost, TREE_PENDING_BY_TIME), bytes_of(key, sizeof(key)),
            sizeof(key));
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

/* --- the walk --- */

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
    stream_ids_clear(&state->references);
    state->in_producer = false;
    state->lower = false;
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
    if (which != 0 || (item->kind != ITEM_GROUP &&
                       item->kind != ITEM_CONSUMER &&
                       item->kind != ITEM_PRODUCER))
        return;
    size_t room = RAX_HELD - state->name_held;
    size_t taken = part.size < room ? part.size : room;
    memcpy(state->name + state->name_held, part.data, taken);
    state->name_held += taken;
}

static void
close_group(struct cost *cost)
{
    tree_close(cost, TREE_CONSUMER_PENDING);
    tree_close(cost, TREE_CONSUMERS);
    tree_close(cost, TREE_PENDING_BY_TIME);
    tree_close(cost, TREE_PENDING);
}

static void
add_group(struct cost *cost, const struct item *item)
{
    close_group(cost);
    add_name(cost, TREE_GROUPS, &item->text);
    cost_block(cost, BLOCK_GROUP, cost->prices->stream_group, 1);
    tree_open(cost, TREE_PENDING);
    if (cost->server->pending == PENDING_BY_TIME)
        tree_open(cost, TREE_PENDING_BY_TIME);
    tree_open(cost, TREE_CONSUMERS);
    if (cost->server->pending == PENDING_UNKNOWN)
        state_of(cost)->lower = true;
}

static void
add_pending(struct cost *cost, const struct item *item)
{
    enum pending_layout layout = cost->server->pending;
    cost_block(cost, BLOCK_PENDING, cost->prices->stream_pending, 1);
    if (layout == PENDING_UNKNOWN)
        return;
    add_id(cost, TREE_PENDING, item->id);
    if (layout == PENDING_IN_TREES)
        return;
    cost_block(cost, BLOCK_REFERENCE, cost->prices->list_node, 1);
    stream_ids_add(&state_of(cost)->references, item->id);
    if (layout == PENDING_BY_TIME)
        add_time(cost, item->expire_ms, item->id);
}

static void
add_consumer(struct cost *cost, const struct item *item)
{
    tree_close(cost, TREE_CONSUMER_PENDING);
    add_name(cost, TREE_CONSUMERS, &item->text);
    cost_block(cost, BLOCK_CONSUMER, cost->prices->stream_consumer, 1);
    cost_block(cost, BLOCK_CONSUMER_NAME, cost_sds(cost, item->text.size), 1);
    tree_open(cost, TREE_CONSUMER_PENDING);
}

static void
close_producer(struct cost *cost)
{
    struct stream_cost *state = state_of(cost);
    if (state->in_producer)
        cost_dict_book(cost, &state->iids, cost->prices->dict);
    state->in_producer = false;
}

static void
book_tracking(struct cost *cost)
{
    cost_block(cost, BLOCK_TRACKING, cost->prices->entry, 1);
    cost_string_object(cost, BLOCK_TRACKING, cost->key->name_size);
}

static void
add_producer(struct cost *cost, const struct item *item)
{
    struct stream_cost *state = state_of(cost);
    if (cost->prices->stream_producer == 0)
        return;
    close_producer(cost);
    if (!state->open[TREE_PRODUCERS])
        book_tracking(cost);
    add_name(cost, TREE_PRODUCERS, &item->text);
    cost_block(cost, BLOCK_PRODUCER, cost->prices->stream_producer, 1);
    memset(&state->iids, 0, sizeof(state->iids));
    state->iids.rule = cost->server->dict;
    state->in_producer = true;
}

static void
add_idempotent(struct cost *cost, const struct item *item)
{
    struct stream_cost *state = state_of(cost);
    if (!state->in_producer)
        return;
    cost_block(cost, BLOCK_IDEMPOTENT,
               cost->prices->stream_idempotent + item->text.size, 1);
    cost_block(cost, BLOCK_DICT_ENTRY, cost->prices->entry, 1);
    cost_dict_add(&state->iids);
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
        add_pending(cost, item);
        break;
    case ITEM_CONSUMER:
        add_consumer(cost, item);
        break;
    case ITEM_CONSUMER_PENDING:
        if (cost->server->pending != PENDING_UNKNOWN)
            add_id(cost, TREE_CONSUMER_PENDING, item->id);
        break;
    case ITEM_PRODUCER:
        add_producer(cost, item);
        break;
    case ITEM_IDEMPOTENT:
        add_idempotent(cost, item);
        break;
    default:
        break;
    }
}

static void
book_references(struct cost *cost)
{
    struct stream_cost *state = state_of(cost);
    struct stream_ids *references = &state->references;
    stream_ids_sort(references);
    for (size_t i = 0; i < references->count; i++)
        add_id(cost, TREE_REFERENCES, references->ids[i]);
    cost_block(cost, BLOCK_REFERENCES, cost->prices->list, references->count);
    tree_close(cost, TREE_REFERENCES);
    if (references->incomplete)
        state->lower = true;
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
    close_producer(cost);
    tree_close(cost, TREE_PRODUCERS);
    if (state_of(cost)->references.count > 0)
        book_references(cost);
    tree_close(cost, TREE_GROUPS);
    tree_close(cost, TREE_ENTRIES);
    if (state_of(cost)->lower)
        cost->basis = BASIS_LOWER;
}

static void
stream_fini(void *state)
{
    struct stream_cost *stream = state;
    free(stream->trees);
    stream_ids_fini(&stream->references);
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
