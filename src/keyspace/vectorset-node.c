/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/vectorset-node.h"

#include "keyspace/name.h"
#include "keyspace/table.h"
#include "keyspace/value.h"

enum { LEVEL_MOST = 16 /* hnsw.c HNSW_MAX_LEVEL */ };

static size_t
node_size(size_t name, size_t vector)
{
    return sizeof(struct vectorset_node) + name_room(name) + vector;
}

struct vectorset_node *
vectorset_node_new(struct store *store, struct bytes name, size_t vector)
{
    if (name.size > VALUE_TEXT_MOST)
        return NULL;
    size_t size = node_size(name.size, vector);
    if (!pool_allows(&store->pool, size))
        return NULL;
    struct vectorset_node *node = pool_alloc(&store->pool, size);
    *node = (struct vectorset_node){ .length = 1 };
    name_put(node->body, name);
    return node;
}

void
vectorset_node_free(struct store *store, struct vectorset_node *node,
                    size_t vector)
{
    vectorset_node_set_attribute(store, node, bytes_of(NULL, 0));
    pool_free(&store->pool, node,
              node_size(vectorset_node_name(node).size, vector));
}

struct vectorset_node *
vectorset_node_relocate(struct store *store, struct vectorset_node *node,
                        size_t vector)
{
    size_t name = vectorset_node_name(node).size;
    node = pool_move(&store->pool, node, node_size(name, vector));
    if (node->attribute != NULL)
        node->attribute =
            pool_move(&store->pool, node->attribute,
                      name_room(vectorset_node_attribute(node).size));
    return node;
}

struct bytes
vectorset_node_name(const void *item)
{
    const struct vectorset_node *node = item;
    return name_get(node->body);
}

struct bytes
vectorset_node_attribute(const struct vectorset_node *node)
{
    return node->attribute != NULL ? name_get(node->attribute)
                                   : bytes_of(NULL, 0);
}

static size_t
vector_at(const struct vectorset_node *node)
{
    return name_room(vectorset_node_name(node).size);
}

struct vector
vectorset_node_vector(const struct vectorset_node *node)
{
    return (struct vector){
        .bytes = node->body + vector_at(node),
        .range = node->range,
        .length = node->length,
    };
}

unsigned char *
vectorset_node_room(struct vectorset_node *node)
{
    return node->body + vector_at(node);
}

void
vectorset_node_set_attribute(struct store *store, struct vectorset_node *node,
                             struct bytes attribute)
{
    if (node->attribute != NULL)
        pool_free(&store->pool, node->attribute,
                  name_room(vectorset_node_attribute(node).size));
    node->attribute = NULL;
    if (attribute.size == 0)
        return;
    node->attribute = pool_alloc(&store->pool, name_room(attribute.size));
    name_put(node->attribute, attribute);
}

/* One more layer with a chance of 1/4 (hnsw.c random_level). */
void
vectorset_node_draw_level(struct vectorset_node *node)
{
    uint64_t hash = table_hash(vectorset_node_name(node), 0);
    node->level = 0;
    node->is_drawn = true;
    for (; (hash & 3) == 0 && node->level < LEVEL_MOST; hash >>= 2)
        node->level++;
}
