/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value-vectorset.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "keyspace/table.h"
#include "keyspace/vector-graph.h"
#include "keyspace/vectorset-dump.h"
#include "keyspace/vectorset-node.h"

enum {
    TYPE_BYTE = 7,
    MATRIX_FLOATS = TEXT_HEAD_SIZE / VECTOR_FLOAT,
};

struct vectorset {
    struct vectorset_form form;
    struct table nodes;
    unsigned char *matrix; /* the form's */
    uint64_t attributes;
    struct vector_graph *graph; /* NULL: not made yet, or made for others */
    bool is_draft;
};

static struct vectorset *
set_in(const struct value *value)
{
    return value->object;
}

static size_t
size_of_vector(const struct vectorset *set)
{
    return vector_size(&set->form.vector);
}

static struct vectorset_node *
find_node(const struct store *store, const struct vectorset *set,
          struct bytes name, int64_t *index)
{
    *index = table_find(&set->nodes, name, store->seed, vectorset_node_name);
    return *index == TABLE_NONE ? NULL : table_item(&set->nodes, *index);
}

/* A node without a vector yet; NULL when it cannot be. */
static struct vectorset_node *
add_node(struct store *store, struct vectorset *set, struct bytes name)
{
    struct vectorset_node *node =
        vectorset_node_new(store, name, size_of_vector(set));
    if (node == NULL || table_add(&store->pool, &set->nodes, node,
                                  store->seed, vectorset_node_name))
        return node;
    vectorset_node_free(store, node, size_of_vector(set));
    return NULL;
}

static void
set_attribute(struct store *store, struct vectorset *set,
              struct vectorset_node *node, struct bytes attribute)
{
    set->attributes -= node->attribute != NULL;
    vectorset_node_set_attribute(store, node, attribute);
    set->attributes += node->attribute != NULL;
}

static void
forget_graph(struct store *store, struct vectorset *set)
{
    vector_graph_free(&store->pool, set->graph);
    set->graph = NULL;
}

/* --- the set --- */

static uint64_t
matrix_size(const struct vectorset_form *form)
{
    return vector_matrix_size(form->input, form->vector.dimension);
}

bool
value_vectorset_begin(struct store *store, struct value *value,
                      const struct vectorset_form *form)
{
    uint64_t size = form->matrix != NULL ? matrix_size(form) : 0;
    if (!pool_allows(&store->pool, size))
        return false;
    value_module.fini(store, value);
    struct vectorset *set = pool_alloc(&store->pool, sizeof(*set));
    *set = (struct vectorset){ .form = *form };
    if (size > 0) {
        set->matrix = pool_alloc(&store->pool, (size_t)size);
        memcpy(set->matrix, form->matrix, (size_t)size);
        set->form.matrix = set->matrix;
    }
    value->object = set;
    value->form = VECTORSET_NODES;
    return true;
}

bool
value_vectorset_open(struct store *store, struct value *value)
{
    struct value set;
    if (value->form == VECTORSET_NODES)
        return true;
    if (!vectorset_dump_read(store, value, &set))
        return false;
    value_module.fini(store, value);
    set.mark = value->mark;
    *value = set;
    return true;
}

const struct vectorset_form *
value_vectorset_form(const struct value *value)
{
    return &set_in(value)->form;
}

uint64_t
value_vectorset_count(const struct value *value)
{
    return set_in(value)->nodes.count;
}

static struct vectorset_element
element_of(const struct vectorset_node *node)
{
    return (struct vectorset_element){
        .name = vectorset_node_name(node),
        .attribute = vectorset_node_attribute(node),
        .vector = vectorset_node_vector(node),
        .level = node->level,
        .is_drawn = node->is_drawn,
    };
}

bool
value_vectorset_get(const struct store *store, const struct value *value,
                    struct bytes name, struct vectorset_element *element)
{
    int64_t index;
    const struct vectorset_node *node =
        find_node(store, set_in(value), name, &index);
    if (node != NULL)
        *element = element_of(node);
    return node != NULL;
}

/* --- changes --- */

/* Makes the node's vector of floats. */
static void
set_vector(const struct vectorset *set, struct vectorset_node *node,
           float *floats)
{
    const struct vectorset_form *form = &set->form;
    float *reduced = NULL;
    if (form->input > 0) {
        reduced = xreallocarray(NULL, form->vector.dimension, sizeof(float));
        vector_reduce(form->matrix, floats, form->input, reduced,
                      form->vector.dimension);
        floats = reduced;
    }
    struct vector vector =
        vector_quantise(&form->vector, floats, vectorset_node_room(node));
    node->length = vector.length;
    node->range = vector.range;
    free(reduced);
}

enum value_change
value_vectorset_add(struct store *store, struct value *value,
                    struct bytes name, float *floats)
{
    struct vectorset *set = set_in(value);
    int64_t index;
    struct vectorset_node *node = find_node(store, set, name, &index);
    bool is_new = node == NULL;
    if (is_new)
        node = add_node(store, set, name);
    if (node == NULL)
        return VALUE_REFUSED;
    forget_graph(store, set);
    set_vector(set, node, floats);
    vectorset_node_draw_level(node);
    return is_new ? VALUE_ADDED : VALUE_CHANGED;
}

enum value_change
value_vectorset_set_attribute(struct store *store, struct value *value,
                              struct bytes name, struct bytes attribute)
{
    struct vectorset *set = set_in(value);
    int64_t index;
    struct vectorset_node *node = find_node(store, set, name, &index);
    if (node == NULL)
        return VALUE_SAME;
    if (attribute.size > VALUE_TEXT_MOST ||
        !pool_allows(&store->pool, attribute.size))
        return VALUE_REFUSED;
    set_attribute(store, set, node, attribute);
    return VALUE_CHANGED;
}

bool
value_vectorset_remove(struct store *store, struct value *value,
                       struct bytes name)
{
    struct vectorset *set = set_in(value);
    int64_t index;
    struct vectorset_node *node = find_node(store, set, name, &index);
    if (node == NULL)
        return false;
    forget_graph(store, set);
    set_attribute(store, set, node, bytes_of(NULL, 0));
    table_remove(&store->pool, &set->nodes, index, store->seed,
                 vectorset_node_name);
    vectorset_node_free(store, node, size_of_vector(set));
    return true;
}

enum value_change
value_vectorset_load(struct store *store, struct value *value,
                     const struct vectorset_element *element)
{
    struct vectorset *set = set_in(value);
    int64_t index;
    if (find_node(store, set, element->name, &index) != NULL)
        return VALUE_SAME;
    struct vectorset_node *node = NULL;
    if (element->attribute.size <= VALUE_TEXT_MOST)
        node = add_node(store, set, element->name);
    if (node == NULL)
        return VALUE_REFUSED;
    forget_graph(store, set);
    node->length = element->vector.length;
    node->range = element->vector.range;
    node->level = (unsigned char)element->level;
    node->is_drawn = element->is_drawn;
    memcpy(vectorset_node_room(node), element->vector.bytes,
           size_of_vector(set));
    set_attribute(store, set, node, element->attribute);
    return VALUE_ADDED;
}

/* --- the walk --- */

/* The graph of the nodes as they are now, numbered in their order, or at least
 * a draft of it. */
static const struct vector_graph *
make_graph(struct store *store, struct vectorset *set, bool is_draft)
{
    uint32_t count = set->nodes.count;
    uint32_t index = 0;
    if ((set->graph != NULL && (is_draft || !set->is_draft)) || count == 0)
        return set->graph;
    forget_graph(store, set);
    struct vector_point *points =
        xreallocarray(NULL, count, sizeof(points[0]));
    for (uint32_t i = 0; i < count; i++) {
        const struct vectorset_node *node = table_next(&set->nodes, &index);
        points[i] = (struct vector_point){
            .vector = vectorset_node_vector(node),
            .level = node->level,
        };
    }
    set->is_draft = is_draft;
    set->graph = is_draft
                     ? vector_graph_draft(&store->pool, points, count,
                                          set->form.links_most)
                     : vector_graph_new(&store->pool, &set->form.vector,
                                        points, count, set->form.links_most);
    free(points);
    return set->graph;
}

static void
give_number(struct visitor *visitor, uint64_t number)
{
    struct item item = { .kind = ITEM_MODULE_UINT, .count = number };
    visitor->ops->item(visitor, &item);
}

static void
give_text(struct visitor *visitor, struct bytes text)
{
    struct item item = { .kind = ITEM_MODULE_STRING,
                         .text = text_of_bytes(text.data, text.size) };
    visitor->ops->item(visitor, &item);
}

/* Some floats of the matrix, as one part of its text. */
static void
give_matrix_part(const struct vectorset_form *form, const struct item *item,
                 uint64_t first, size_t count, struct visitor *visitor)
{
    unsigned char room[TEXT_HEAD_SIZE];
    vector_matrix_floats(form->input, first, count, room);
    visitor->ops->text(visitor, item, 0, bytes_of(room, count * VECTOR_FLOAT));
}

/* The matrix that no dump held is made while it is handed out: it may be far
 * larger than the set. */
static void
give_made_matrix(const struct vectorset_form *form, struct visitor *visitor)
{
    unsigned char room[TEXT_HEAD_SIZE];
    uint64_t floats = matrix_size(form) / VECTOR_FLOAT;
    size_t held = floats < MATRIX_FLOATS ? (size_t)floats : MATRIX_FLOATS;
    struct item item = { .kind = ITEM_MODULE_STRING };
    vector_matrix_floats(form->input, 0, held, room);
    item.text = text_of_bytes(room, held * VECTOR_FLOAT);
    item.text.size = matrix_size(form);
    if (held < floats)
        item.text.kind = visitor->wants & WANT_BYTES ? TEXT_PARTS : TEXT_HEAD;
    if (item.text.kind == TEXT_PARTS)
        for (uint64_t at = 0; at < floats; at += held) {
            uint64_t rest = floats - at;
            give_matrix_part(form, &item, at,
                             rest < held ? (size_t)rest : held, visitor);
        }
    visitor->ops->item(visitor, &item);
}

static void
give_head(const struct vectorset *set, struct visitor *visitor)
{
    const struct vectorset_form *form = &set->form;
    struct item head = { .kind = ITEM_MODULE };
    visitor->ops->item(visitor, &head);
    give_number(visitor, form->vector.dimension);
    give_number(visitor, set->nodes.count);
    give_number(visitor, form->vector.quant | form->links_most << 8);
    give_number(visitor, (form->input > 0 ? VECTORSET_MATRIX : 0) |
                             (set->attributes > 0 ? VECTORSET_ATTRIBUTES : 0));
    if (form->input == 0)
        return;
    give_number(visitor, form->input);
    if (form->matrix != NULL)
        give_text(visitor,
                  bytes_of(form->matrix, (size_t)matrix_size(form)));
    else
        give_made_matrix(form, visitor);
}

/* What a node is called in links. */
static uint64_t
id_of(uint32_t number)
{
    return (uint64_t)number + 1;
}

/* The links of a node on a layer; none without a graph. */
static struct vector_links
links_of(const struct vector_graph *graph, uint32_t number, unsigned layer)
{
    return graph != NULL ? *vector_graph_links(graph, number, layer)
                         : (struct vector_links){ .count = 0 };
}

static void
give_layer(const struct vectorset *set, const struct vector_links *links,
           unsigned layer, struct visitor *visitor)
{
    uint32_t most = set->form.links_most;
    give_number(visitor, links->count);
    give_number(visitor, layer == 0 ? 2 * most : most);
    for (uint32_t i = 0; i < links->count; i++)
        give_number(visitor, id_of(links->points[i]));
}

static void
give_level(const struct vectorset_node *node, struct visitor *visitor)
{
    struct item item = { .kind = ITEM_MODULE_UINT,
                         .count = node->level,
                         .is_drawn = node->is_drawn };
    visitor->ops->item(visitor, &item);
}

/* A node's numbers, how many there are in front. */
static void
give_place(const struct vectorset *set, const struct vectorset_node *node,
           uint32_t number, const struct vector_graph *graph,
           struct visitor *visitor)
{
    struct vector vector = vectorset_node_vector(node);
    uint64_t numbers = 3;
    for (unsigned i = 0; i <= node->level; i++)
        numbers += 2 + links_of(graph, number, i).count;
    give_number(visitor, numbers);
    give_number(visitor, id_of(number));
    give_level(node, visitor);
    for (unsigned i = 0; i <= node->level; i++) {
        struct vector_links links = links_of(graph, number, i);
        give_layer(set, &links, i, visitor);
    }
    give_number(visitor, vectorset_dump_floats(&vector));
}

static void
walk_nodes(struct store *store, struct vectorset *set,
           struct visitor *visitor)
{
    const struct vectorset_node *node;
    const struct vector_graph *graph = NULL;
    uint32_t index = 0;
    size_t size = size_of_vector(set);
    if ((visitor->wants & WANT_BYTES) != 0)
        graph = make_graph(store, set, (visitor->wants & WANT_LINKS) == 0);
    give_head(set, visitor);
    for (uint32_t i = 0; (node = table_next(&set->nodes, &index)) != NULL;
         i++) {
        give_text(visitor, vectorset_node_name(node));
        if (set->attributes > 0)
            give_text(visitor, vectorset_node_attribute(node));
        give_text(visitor, bytes_of(vectorset_node_vector(node).bytes, size));
        give_place(set, node, i, graph, visitor);
    }
}

/* --- what all values have --- */

static void
vectorset_init(struct store *store, struct value *value)
{
    value_module.init(store, value);
    value->form = VECTORSET_DUMP;
}

static void
free_set(struct store *store, struct vectorset *set)
{
    struct vectorset_node *node;
    uint32_t index = 0;
    while ((node = table_next(&set->nodes, &index)) != NULL)
        vectorset_node_free(store, node, size_of_vector(set));
    forget_graph(store, set);
    table_fini(&store->pool, &set->nodes);
    if (set->matrix != NULL)
        pool_free(&store->pool, set->matrix,
                  (size_t)matrix_size(&set->form));
    pool_free(&store->pool, set, sizeof(*set));
}

static void
vectorset_fini(struct store *store, struct value *value)
{
    if (value->form == VECTORSET_DUMP)
        value_module.fini(store, value);
    else
        free_set(store, set_in(value));
}

static bool
copy_nodes(struct store *store, struct value *copy,
           const struct vectorset *set)
{
    const struct vectorset_node *node;
    uint32_t index = 0;
    while ((node = table_next(&set->nodes, &index)) != NULL) {
        struct vectorset_element element = element_of(node);
        if (value_vectorset_load(store, copy, &element) != VALUE_ADDED)
            return false;
    }
    return true;
}

static bool
vectorset_copy(struct store *store, struct value *copy,
               const struct value *value)
{
    const struct vectorset *set = value->object;
    if (value->form == VECTORSET_DUMP)
        return value_module.copy(store, copy, value);
    vectorset_init(store, copy);
    if (value_vectorset_begin(store, copy, &set->form) &&
        copy_nodes(store, copy, set))
        return true;
    vectorset_fini(store, copy);
    return false;
}

/* A graph stays: it is made when nothing changes any more. */
static void
relocate_set(struct store *store, struct value *value)
{
    struct vectorset *set =
        pool_move(&store->pool, value->object, sizeof(*set));
    struct vectorset_node *node;
    uint32_t index = 0;
    value->object = set;
    table_relocate(&store->pool, &set->nodes);
    while ((node = table_next(&set->nodes, &index)) != NULL)
        table_replace(&set->nodes, (int64_t)index - 1,
                      vectorset_node_relocate(store, node,
                                              size_of_vector(set)));
    if (set->matrix != NULL)
        set->matrix = pool_move(&store->pool, set->matrix,
                                (size_t)matrix_size(&set->form));
    set->form.matrix = set->matrix;
}

static void
vectorset_relocate(struct store *store, struct value *value)
{
    if (value->form == VECTORSET_DUMP)
        value_module.relocate(store, value);
    else
        relocate_set(store, value);
}

static bool
vectorset_is_empty(const struct value *value)
{
    return value->form == VECTORSET_NODES && value_vectorset_count(value) == 0;
}

static unsigned char
vectorset_type_byte(const struct value *value)
{
    return value->form == VECTORSET_DUMP ? value_module.type_byte(value)
                                         : TYPE_BYTE;
}

static void
vectorset_walk(struct store *store, const struct value *value,
               struct visitor *visitor)
{
    if (value->form == VECTORSET_DUMP)
        value_module.walk(store, value, visitor);
    else
        walk_nodes(store, set_in(value), visitor);
}

const struct value_ops value_vectorset = {
    .init = vectorset_init,
    .fini = vectorset_fini,
    .copy = vectorset_copy,
    .relocate = vectorset_relocate,
    .is_empty = vectorset_is_empty,
    .type_byte = vectorset_type_byte,
    .walk = vectorset_walk,
};
