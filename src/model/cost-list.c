/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A list since 3.2 is a chain of nodes that hold a packed blob each, or one
 * large element; since 7.2 a single listpack may stand without a chain:
 *
 *     [listpack]       [quicklist] -> [node] -> [node] -> ...
 *                                       |         |
 *                                    [packed]  [element]
 *
 * With list-compress-depth d all nodes but the first and last d are LZF.
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_LIST*, Redis 7.2 t_list.c
 * listTypeTryConvertQuicklist, quicklist.c quicklistNodeLimit,
 * _quicklistNodeAllowInsert, __quicklistCompress, __quicklistCompressNode,
 * quicklistPushTail; 7.4 isLargeElement.
 */
#include "model/cost.h"
#include "model/list-nodes.h"
#include "packed/packed.h"

enum {
    TYPE_BYTE_ZIPLIST = 10,
    ESTIMATE_OVERHEAD = 8,       /* SIZE_ESTIMATE_OVERHEAD */
    SAFETY_LIMIT = 8192,         /* SIZE_SAFETY_LIMIT */
    FILL_MOST = 32767,
    FILL_LEAST = -5,
};

enum list_source {
    LIST_FROM_ITEMS, /* elements one by one: they are packed by the settings */
    LIST_FROM_NODES, /* the file's nodes stay nodes */
};

struct list_cost {
    enum list_source source;
    bool ziplist_type;  /* type 10: read element by element, and 7.2 makes no
                           listpack of it */
    bool kept;          /* the open node is the file's, of known size */
    bool open;          /* a node is being filled */
    bool plain;         /* it is one large element */
    uint64_t size;      /* of the open node */
    uint64_t latest;    /* bytes of its latest entry */
    uint64_t count;     /* elements in it */
    uint64_t nodes;     /* closed ones */
    uint64_t last_size; /* of the latest */
    uint64_t last_count;
    bool last_plain;
    struct list_nodes data;
};

static bool
compresses(const struct cost *cost)
{
    return cost->memory && cost->profile->settings.list_compress_depth > 0;
}

static unsigned
list_begin(struct cost *cost, const struct key *key)
{
    struct list_cost *state = cost->state;
    struct list_nodes data = state->data;
    *state = (struct list_cost){ .data = data };
    state->ziplist_type = key->type_byte == TYPE_BYTE_ZIPLIST;
    list_nodes_begin(&state->data, cost);
    return compresses(cost) ? WANT_ITEMS | WANT_BYTES : 0;
}

static int64_t
fill_of(const struct cost *cost)
{
    int64_t fill = cost->profile->settings.list_max_listpack_size;
    return fill > FILL_MOST    ? FILL_MOST
           : fill < FILL_LEAST ? FILL_LEAST
                               : fill;
}

/* Bytes and elements a node may have; one of the two is without limit. */
static void
node_limit(int64_t fill, uint64_t *size, uint64_t *count)
{
    static const uint64_t sizes[] = { 4096, 8192, 16384, 32768, 65536 };
    *size = fill < 0 ? sizes[-fill - 1] : UINT64_MAX;
    *count = fill < 0 ? UINT64_MAX : fill == 0 ? 1 : (uint64_t)fill;
}

static void
node_close(struct cost *cost)
{
    struct list_cost *state = cost->state;
    if (!state->open)
        return;
    state->open = false;
    if (state->count == 0)
        return;
    state->nodes++;
    state->last_size = state->size;
    state->last_count = state->count;
    state->last_plain = state->plain;
    if (cost->memory)
        list_nodes_add(&state->data, cost, state->size, state->count);
}

static void
node_open(struct cost *cost, bool plain)
{
    struct list_cost *state = cost->state;
    node_close(cost);
    state->open = true;
    state->plain = plain;
    state->kept = false;
    state->size = plain                                     ? 0
                  : cost->server->packed == PACKED_LISTPACK ? LISTPACK_EMPTY
                                                            : ZIPLIST_EMPTY;
    state->latest = 0;
    state->count = 0;
    if (compresses(cost))
        list_nodes_open(&state->data, plain);
}

/* A file's node.  Its header says all, but of one that the server packs anew:
 * then the only one is looked into, or all when they are priced. */
static bool
list_node(struct cost *cost, const struct node *node)
{
    struct list_cost *state = cost->state;
    if (state->ziplist_type)
        return true;
    bool kept = node->kind == NODE_PLAIN ||
                (node->kind == NODE_LISTPACK) ==
                    (cost->server->packed == PACKED_LISTPACK);
    state->source = LIST_FROM_NODES;
    node_open(cost, node->kind == NODE_PLAIN);
    bool alone = state->nodes == 0 && cost->server->list == LIST_LISTPACK;
    if (!kept && (cost->memory || alone))
        return true;
    state->kept = true;
    state->size = node->size;
    if (compresses(cost))
        return true;
    state->count = node->count;
    return false;
}

/* What a server reckons that one more element takes. */
static uint64_t
estimated_size(const struct cost *cost, uint64_t size)
{
    if (cost->server->packed == PACKED_LISTPACK)
        return size + ESTIMATE_OVERHEAD;
    return size + (size < 254 ? 1 : 5) +
           (size < 64 ? 1 : size < 16384 ? 2 : 5);
}

/* Whether the open node takes one more element of that size. */
static bool
allows(const struct cost *cost, uint64_t size)
{
    const struct list_cost *state = cost->state;
    uint64_t most_size;
    uint64_t most_count;
    if (!state->open || state->plain)
        return false;
    node_limit(fill_of(cost), &most_size, &most_count);
    uint64_t estimate = state->size + estimated_size(cost, size);
    if (most_size != UINT64_MAX)
        return estimate <= most_size;
    return estimate <= SAFETY_LIMIT && state->count < most_count;
}

/* Whether an element gets a node without packing. */
static bool
is_large(const struct cost *cost, uint64_t size)
{
    int64_t fill = fill_of(cost);
    uint64_t most_size;
    uint64_t most_count;
    switch (cost->server->large) {
    case LARGE_GIGABYTE:
        return size >= (uint64_t)1 << 30;
    case LARGE_NODE:
        node_limit(fill, &most_size, &most_count);
        return size > (fill < 0 ? most_size : SAFETY_LIMIT);
    case LARGE_NEVER:
    default:
        return false;
    }
}

static void
make_room(struct cost *cost, uint64_t size)
{
    if (is_large(cost, size))
        node_open(cost, true);
    else if (!allows(cost, size))
        node_open(cost, false);
}

static void
list_text(struct cost *cost, const struct item *item, int which,
          struct bytes part)
{
    struct list_cost *state = cost->state;
    if (which != 0 || !compresses(cost))
        return;
    if (!state->data.in_text && state->source == LIST_FROM_ITEMS)
        make_room(cost, item->text.size);
    list_nodes_part(&state->data, item->text.size, part);
}

static void
add_to_node(const struct cost *cost, const struct text *text)
{
    struct list_cost *state = cost->state;
    state->count++;
    if (state->kept)
        return;
    if (state->plain)
        state->latest = text->size;
    else if (cost->server->packed == PACKED_LISTPACK)
        state->latest = listpack_entry_size(text);
    else
        state->latest = ziplist_entry_size(text, state->latest);
    state->size += state->latest;
}

static void
list_item(struct cost *cost, const struct item *item)
{
    struct list_cost *state = cost->state;
    const struct text *text = &item->text;
    if (state->source == LIST_FROM_ITEMS && !state->data.in_text)
        make_room(cost, text->size);
    add_to_node(cost, text);
    if (compresses(cost))
        list_nodes_text(&state->data, text);
}

static bool
is_one_listpack(const struct cost *cost)
{
    const struct list_cost *state = cost->state;
    uint64_t most_size;
    uint64_t most_count;
    if (cost->server->list != LIST_LISTPACK || state->ziplist_type ||
        state->nodes != 1 || state->last_plain)
        return false;
    node_limit(fill_of(cost), &most_size, &most_count);
    return state->last_size <= most_size && state->last_count <= most_count;
}

static void
list_end(struct cost *cost)
{
    struct list_cost *state = cost->state;
    node_close(cost);
    bool alone = is_one_listpack(cost);
    cost->encoding = alone ? ENCODING_LISTPACK : ENCODING_QUICKLIST;
    if (!cost->memory)
        return;
    list_nodes_end(&state->data, cost,
                   alone ? BLOCK_PACKED : BLOCK_LIST_DATA);
    if (alone)
        return;
    cost_block(cost, BLOCK_LIST, cost->prices->quicklist, 1);
    cost_block(cost, BLOCK_LIST_NODE, cost->prices->quicklist_node,
               state->nodes);
}

static void
list_fini(void *state)
{
    list_nodes_fini(&((struct list_cost *)state)->data);
}

const struct cost_ops cost_list = {
    .state_size = sizeof(struct list_cost),
    .begin = list_begin,
    .node = list_node,
    .text = list_text,
    .item = list_item,
    .end = list_end,
    .fini = list_fini,
};
