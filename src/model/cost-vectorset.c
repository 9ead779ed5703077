/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Vector sets: a module of Redis 8.0 and later (modules/vector-sets vset.c,
 * hnsw.h, hnsw.c).  After loading one is
 *
 *     moduleValue -- vsetObject
 *        |-- HNSW -- nodes in a list: hnswNode
 *        |             |-- vector, quantised or not
 *        |             |-- an array of links for each of its layers
 *        |             `-- vsetNodeVal -- strings: element, attributes
 *        |-- RedisModuleDict -- rax of elements
 *        `-- projection matrix, when there is one
 *
 * A file holds the graph, so nothing of it is drawn anew (VectorSetRdbLoad,
 * hnsw_insert_serialized).  Of a node that a log made the level is any that
 * the server could have drawn, and all are booked, each by its chance.
 *
 *     dimension, elements, quantisation | M << 8, flags
 *     when flags has 1: input dimension, matrix
 *     each element: name, attributes when flags has 2, vector,
 *                   n, n numbers:
 *        id, level | version << 24,
 *        each layer: links, room, links × id, version 1: worst link;
 *        length and range
 *
 * Strings are objects of their own (RM_LoadString); one that the file holds
 * compressed is priced as if it were not, which is one block less when it has
 * at most 44 bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "model/cost.h"
#include "model/rax.h"

enum {
    FLAG_MATRIX = 1,
    FLAG_ATTRIBUTES = 2,
    LINKS_DEFAULT = 16,
    ROOM_MOST = 4 * 4096, /* more is refused */
    NAMES_MOST = 4 << 20, /* bytes of names that are kept */
    LEVEL_MOST = 16,      /* HNSW_MAX_LEVEL */
};

#define LEVEL_CHANCE 0.25 /* of one level more: HNSW_P */

/* What comes next. */
enum step {
    STEP_DIMENSION,
    STEP_ELEMENTS,
    STEP_CONFIG,
    STEP_FLAGS,
    STEP_INPUT_DIMENSION,
    STEP_MATRIX,
    STEP_NAME,
    STEP_ATTRIBUTES,
    STEP_VECTOR,
    STEP_NUMBERS,
    STEP_ID,
    STEP_LEVEL,
    STEP_LINKS,
    STEP_ROOM,
    STEP_SKIPPED, /* numbers without a price */
};

struct name {
    size_t at; /* of its head, in names */
    size_t head;
    uint64_t size;
};

struct vectorset_cost {
    enum step step;
    uint64_t links_most; /* M */
    uint64_t flags;
    uint64_t numbers; /* of the element, still to come */
    uint64_t skipped; /* of these, until the next one with a price */
    uint64_t links;
    uint64_t layer;
    uint64_t level;
    bool worst;       /* links have it */
    bool is_drawn;    /* the level is */
    bool strange;     /* the data do not follow the format */
    uint64_t elements;
    struct buffer heads;
    struct name *names;
    size_t name_count;
    size_t name_capacity;
    unsigned char part[RAX_HELD]; /* of a name that comes in parts */
    size_t part_held;
    struct rax *rax;
    uint64_t node_count; /* of the rax */
    uint64_t node_bytes;
};

static struct vectorset_cost *
state_of(struct cost *cost)
{
    return cost->state;
}

/* --- names --- */

static void
keep_name(struct vectorset_cost *state, struct bytes head, uint64_t size)
{
    if (head.size > RAX_HELD)
        head.size = RAX_HELD;
    if (state->heads.size + head.size > NAMES_MOST ||
        state->name_count * sizeof(struct name) > NAMES_MOST)
        return;
    if (state->name_count == state->name_capacity) {
        state->name_capacity =
            state->name_capacity ? state->name_capacity * 2 : 256;
        state->names = xreallocarray(state->names, state->name_capacity,
                                     sizeof(state->names[0]));
    }
    state->names[state->name_count++] =
        (struct name){ state->heads.size, head.size, size };
    /* An empty name, too, is to lie somewhere. */
    (void)buffer_reserve(&state->heads, 1);
    buffer_append(&state->heads, head.data, head.size);
}

static int
compare_names(const void *left, const void *right, void *heads)
{
    const struct name *a = left;
    const struct name *b = right;
    const unsigned char *data = heads;
    size_t shorter = a->head < b->head ? a->head : b->head;
    int order = shorter ? memcmp(data + a->at, data + b->at, shorter) : 0;
    if (order != 0)
        return order;
    return (a->size > b->size) - (a->size < b->size);
}

static void
book_node(void *context, const struct rax_node *node)
{
    struct cost *cost = context;
    struct vectorset_cost *state = state_of(cost);
    state->node_count++;
    state->node_bytes += node->size;
    cost_block(cost, BLOCK_RAX_NODE, node->size, 1);
}

/* Names that were not kept are taken for like those that were. */
static void
book_names(struct cost *cost)
{
    struct vectorset_cost *state = state_of(cost);
    struct rax_form form = { cost->prices->word, true };
    if (state->name_count > 0)
        qsort_r(state->names, state->name_count, sizeof(state->names[0]),
                compare_names, state->heads.data);
    cost_block(cost, BLOCK_RAX, cost->prices->rax, 1);
    rax_begin(state->rax, form, book_node, cost);
    for (size_t i = 0; i < state->name_count; i++) {
        const struct name *name = &state->names[i];
        rax_add(state->rax,
                bytes_of(state->heads.data + name->at, name->head),
                name->size);
    }
    rax_end(state->rax);
    uint64_t missing = state->elements - state->name_count;
    if (missing > 0)
        cost_block_expected(cost, BLOCK_RAX_NODE,
                            state->node_bytes / state->node_count,
                            (double)state->node_count /
                                (double)state->name_count * (double)missing);
}

/* --- elements --- */

static void
add_name(struct cost *cost, const struct text *text)
{
    struct vectorset_cost *state = state_of(cost);
    char room[TEXT_DIGITS];
    struct bytes head = text->kind == TEXT_PARTS
                            ? bytes_of(state->part, state->part_held)
                            : text_bytes(text, room);
    state->elements++;
    keep_name(state, head, text->size);
    cost_string_object(cost, BLOCK_MEMBER, text->size);
    cost_block(cost, BLOCK_VECTOR_VALUE, cost->prices->vector_value, 1);
}

/* A layer has room for M links, the lowest for twice as many, and for more
 * when the file says so (hnsw_node_new, hnsw_insert_serialized). */
static void
add_layer(struct cost *cost, uint64_t room)
{
    struct vectorset_cost *state = state_of(cost);
    uint64_t least = state->links_most * (state->layer == 0 ? 2 : 1);
    if (room > ROOM_MOST)
        state->strange = true;
    if (room < least || room > ROOM_MOST)
        room = least;
    if (state->layer == 0 || !state->is_drawn)
        cost_block(cost, BLOCK_GRAPH_LINKS, room * cost->prices->word, 1);
    state->layer++;
    state->skipped = state->links + state->worst;
    state->step = STEP_SKIPPED;
}

static uint64_t
node_size(const struct cost *cost, uint64_t level)
{
    return cost->prices->graph_node + (level + 1) * cost->prices->graph_layer;
}

/* A node of any level, with the links of all layers but the lowest
 * (random_level). */
static void
book_drawn_node(struct cost *cost)
{
    double reached = 1; /* chance of at least that level */
    uint64_t links = state_of(cost)->links_most * cost->prices->word;
    for (uint64_t level = 0; level < LEVEL_MOST; level++) {
        cost_block_expected(cost, BLOCK_GRAPH_NODE, node_size(cost, level),
                            reached * (1 - LEVEL_CHANCE));
        reached *= LEVEL_CHANCE;
        cost_block_expected(cost, BLOCK_GRAPH_LINKS, links, reached);
    }
    cost_block_expected(cost, BLOCK_GRAPH_NODE, node_size(cost, LEVEL_MOST),
                        reached);
}

static void
add_level(struct cost *cost, uint64_t number)
{
    struct vectorset_cost *state = state_of(cost);
    state->level = number & 0xff;
    state->worst = number >> 24 & 0xff;
    state->layer = 0;
    if (state->is_drawn)
        book_drawn_node(cost);
    else
        cost_block(cost, BLOCK_GRAPH_NODE, node_size(cost, state->level), 1);
    state->step = STEP_LINKS;
}

/* One of an element's numbers. */
static void
add_number(struct cost *cost, uint64_t number, bool is_drawn)
{
    struct vectorset_cost *state = state_of(cost);
    switch (state->step) {
    case STEP_ID:
        state->step = STEP_LEVEL;
        break;
    case STEP_LEVEL:
        state->is_drawn = is_drawn;
        add_level(cost, number);
        break;
    case STEP_LINKS:
        state->links = number;
        state->step = STEP_ROOM;
        break;
    case STEP_ROOM:
        add_layer(cost, number);
        break;
    default:
        state->skipped--;
        break;
    }
    if (state->step == STEP_SKIPPED && state->skipped == 0) {
        state->skipped = UINT64_MAX;
        if (state->layer <= state->level)
            state->step = STEP_LINKS;
    }
    if (--state->numbers == 0)
        state->step = STEP_NAME;
}

/* --- the walk --- */

static unsigned
vectorset_begin(struct cost *cost, const struct key *key)
{
    struct vectorset_cost *state = state_of(cost);
    const struct prices *prices = cost->prices;
    (void)key;
    if (!cost->memory)
        return 0;
    if (state->rax == NULL)
        state->rax = xcalloc(1, sizeof(*state->rax));
    state->step = STEP_DIMENSION;
    state->strange = false;
    state->elements = 0;
    state->name_count = 0;
    state->heads.size = 0;
    state->part_held = 0;
    state->node_count = 0;
    state->node_bytes = 0;
    cost_block(cost, BLOCK_MODULE, prices->module_value, 1);
    cost_block(cost, BLOCK_VECTORSET, prices->vector_set, 1);
    cost_block(cost, BLOCK_GRAPH, prices->graph, 1);
    cost_block(cost, BLOCK_DICT, prices->word, 1);
    return WANT_HEADS;
}

static void
vectorset_text(struct cost *cost, const struct item *item, int which,
               struct bytes part)
{
    struct vectorset_cost *state = state_of(cost);
    (void)item;
    if (which != 0 || state->step != STEP_NAME)
        return;
    size_t room = RAX_HELD - state->part_held;
    size_t taken = part.size < room ? part.size : room;
    memcpy(state->part + state->part_held, part.data, taken);
    state->part_held += taken;
}

static void
take_string(struct cost *cost, const struct text *text)
{
    struct vectorset_cost *state = state_of(cost);
    switch (state->step) {
    case STEP_MATRIX:
        cost_block(cost, BLOCK_PROJECTION, text->size, 1);
        state->step = STEP_NAME;
        break;
    case STEP_NAME:
        add_name(cost, text);
        state->part_held = 0;
        state->step = state->flags & FLAG_ATTRIBUTES ? STEP_ATTRIBUTES
                                                     : STEP_VECTOR;
        break;
    case STEP_ATTRIBUTES:
        if (text->size > 0)
            cost_string_object(cost, BLOCK_ATTRIBUTES, text->size);
        state->step = STEP_VECTOR;
        break;
    default:
        cost_block(cost, BLOCK_VECTOR, text->size, 1);
        state->step = STEP_NUMBERS;
        break;
    }
}

static void
take_number(struct cost *cost, uint64_t number, bool is_drawn)
{
    struct vectorset_cost *state = state_of(cost);
    switch (state->step) {
    case STEP_DIMENSION:
    case STEP_ELEMENTS:
    case STEP_INPUT_DIMENSION:
        state->step++;
        break;
    case STEP_CONFIG:
        state->links_most = number >> 8 & 0xffff;
        if (state->links_most == 0)
            state->links_most = LINKS_DEFAULT;
        state->step = STEP_FLAGS;
        break;
    case STEP_FLAGS:
        state->flags = number;
        state->step = number & FLAG_MATRIX ? STEP_INPUT_DIMENSION : STEP_NAME;
        break;
    case STEP_NUMBERS:
        state->numbers = number;
        state->step = number > 0 ? STEP_ID : STEP_NAME;
        break;
    default:
        add_number(cost, number, is_drawn);
        break;
    }
}

/* Data that do not follow the format are no vector set of a known version, but
 * every step takes only what it is for. */
static void
vectorset_item(struct cost *cost, const struct item *item)
{
    struct vectorset_cost *state = state_of(cost);
    if (!cost->memory || item->kind == ITEM_MODULE)
        return;
    bool wants_string =
        state->step >= STEP_MATRIX && state->step <= STEP_VECTOR;
    if (wants_string && item->kind == ITEM_MODULE_STRING)
        take_string(cost, &item->text);
    else if (!wants_string && item->kind == ITEM_MODULE_UINT)
        take_number(cost, item->count, item->is_drawn);
    else
        state->strange = true;
}

static void
vectorset_end(struct cost *cost)
{
    /* object.c createModuleObject leaves the encoding of a new object. */
    cost->encoding = ENCODING_RAW;
    if (!cost->memory)
        return;
    book_names(cost);
    if (state_of(cost)->strange || state_of(cost)->rax->inexact)
        cost->basis = BASIS_LOWER;
}

static void
vectorset_fini(void *state)
{
    struct vectorset_cost *vectorset = state;
    buffer_fini(&vectorset->heads);
    free(vectorset->names);
    free(vectorset->rax);
}

const struct cost_ops cost_vectorset = {
    .state_size = sizeof(struct vectorset_cost),
    .begin = vectorset_begin,
    .text = vectorset_text,
    .item = vectorset_item,
    .end = vectorset_end,
    .fini = vectorset_fini,
};
