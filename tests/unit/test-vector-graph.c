/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a server demands of a graph (Redis 8.6 hnsw.c hnsw_insert_serialized,
 * hnsw_deserialize_index), and what a search needs: that every point can be
 * reached, and that near points are neighbours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/vector-graph.h"

enum { DIMENSION = 12, POINTS = 600 };

static struct vector_point points[POINTS];
static unsigned char rooms[POINTS][DIMENSION * VECTOR_FLOAT];
static uint32_t dice;

static uint32_t
roll(uint32_t sides)
{
    dice = dice * 1664525 + 1013904223;
    return (dice >> 16) % sides;
}

/* How the floats of points are chosen. */
enum shape { SHAPE_CLOUD, SHAPE_HEAPS, SHAPE_TWINS, SHAPE_STAR, SHAPE_ZERO };

static void
choose(enum shape shape, uint32_t number, float *floats)
{
    for (size_t i = 0; i < DIMENSION; i++) {
        floats[i] = (float)roll(1000) / 1000 - 0.5F;
        if (shape == SHAPE_HEAPS)
            floats[i] = floats[i] / 50 + (number % 7 == i ? 1 : 0);
        if (shape == SHAPE_TWINS)
            floats[i] = number % 2 == i % 2 ? 1 : 0;
        if (shape == SHAPE_STAR)
            floats[i] = number == 0 || number % DIMENSION == i ? 1 : 0;
        if (shape == SHAPE_ZERO)
            floats[i] = 0;
    }
}

static void
make_points(const struct vector_form *form, enum shape shape)
{
    float floats[DIMENSION];
    dice = 7;
    for (uint32_t i = 0; i < POINTS; i++) {
        choose(shape, i, floats);
        points[i].vector = vector_quantise(form, floats, rooms[i]);
        points[i].level = 0;
        while (roll(4) == 0)
            points[i].level++;
    }
}

static bool
are_linked(const struct vector_graph *graph, uint32_t from, uint32_t to,
           unsigned layer)
{
    const struct vector_links *links = vector_graph_links(graph, from, layer);
    uint32_t found = 0;
    for (uint32_t i = 0; i < links->count; i++)
        found += links->points[i] == to;
    assert_true(found <= 1);
    return found == 1;
}

/* A server loads them. */
static void
assert_links(const struct vector_graph *graph, uint32_t point, unsigned layer,
             uint32_t most)
{
    const struct vector_links *links =
        vector_graph_links(graph, point, layer);
    assert_true(links->count <= (layer == 0 ? 2 * most : most));
    for (uint32_t i = 0; i < links->count; i++) {
        uint32_t other = links->points[i];
        assert_int_not_equal(other, point);
        assert_true(points[other].level >= layer);
        assert_true(are_linked(graph, other, point, layer));
    }
}

/* How many points can be reached from the first on the lowest layer. */
static uint32_t
count_reached(const struct vector_graph *graph, uint32_t count)
{
    static bool reached[POINTS];
    static uint32_t next[POINTS];
    uint32_t found = 1;
    memset(reached, 0, sizeof(reached));
    reached[0] = true;
    next[0] = 0;
    for (uint32_t done = 0; done < found; done++) {
        const struct vector_links *links =
            vector_graph_links(graph, next[done], 0);
        for (uint32_t i = 0; i < links->count; i++) {
            if (!reached[links->points[i]])
                next[found++] = links->points[i];
            reached[links->points[i]] = true;
        }
    }
    assert_true(found <= count);
    return found;
}

static uint32_t
nearest(const struct vector_form *form, uint32_t point, uint32_t count)
{
    uint32_t best = point == 0 ? 1 : 0;
    for (uint32_t i = 0; i < count; i++)
        if (i != point && vector_distance(form, &points[point].vector,
                                          &points[i].vector) <
                              vector_distance(form, &points[point].vector,
                                              &points[best].vector))
            best = i;
    return best;
}

static void
with_graph(enum vector_quant quant, enum shape shape, uint32_t count,
           uint32_t most)
{
    struct pool pool;
    struct vector_form form = { DIMENSION, quant };
    pool_init(&pool, 0);
    make_points(&form, shape);
    struct vector_graph *graph =
        vector_graph_new(&pool, &form, points, count, most);
    for (uint32_t i = 0; i < count; i++)
        for (unsigned layer = 0; layer <= points[i].level; layer++)
            assert_links(graph, i, layer, most);
    if (most >= 4)
        assert_int_equal(count_reached(graph, count), count);
    if (shape == SHAPE_CLOUD && most >= 16 && quant != VECTOR_BIN &&
        count > 1) {
        uint32_t linked = 0;
        for (uint32_t i = 0; i < count; i++)
            linked += are_linked(graph, i, nearest(&form, i, count), 0);
        assert_true(linked * 100 >= count * 99);
    }
    vector_graph_free(&pool, graph);
    pool_fini(&pool);
}

static void
test_drafts(void **state)
{
    static const uint32_t counts[] = { 1, 2, 20, POINTS };
    struct vector_form form = { DIMENSION, VECTOR_BIN };
    struct pool pool;
    (void)state;
    pool_init(&pool, 0);
    make_points(&form, SHAPE_CLOUD);
    for (size_t i = 0; i < 4; i++) {
        uint32_t links = 0;
        struct vector_graph *graph =
            vector_graph_draft(&pool, points, counts[i], 16);
        for (uint32_t j = 0; j < counts[i]; j++) {
            links += vector_graph_links(graph, j, 0)->count;
            for (unsigned layer = 0; layer <= points[j].level; layer++)
                assert_links(graph, j, layer, 16);
        }
        uint32_t others = counts[i] - 1 < 24 ? counts[i] - 1 : 24;
        assert_in_range(links, counts[i] * others * 8 / 10,
                        counts[i] * others);
        vector_graph_free(&pool, graph);
    }
    pool_fini(&pool);
}

static void
test_graphs(void **state)
{
    static const uint32_t counts[] = { 1, 2, 5, 40, POINTS };
    static const uint32_t links[] = { 1, 2, 4, 16, 40 };
    (void)state;
    for (int quant = 0; quant < VECTOR_QUANTS; quant++)
        for (int shape = SHAPE_CLOUD; shape <= SHAPE_ZERO; shape++)
            for (size_t i = 0; i < 5; i++)
                for (size_t j = 0; j < 5; j++)
                    with_graph((enum vector_quant)quant, (enum shape)shape,
                               counts[i], links[j]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphs),
        cmocka_unit_test(test_drafts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
