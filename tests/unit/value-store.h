/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A store for the values of one test, with the default limits, and numbers to
 * draw.  Included behind cmocka.h, and behind headers of which a function calls
 * its own store so.
 */
#ifndef KEYWEIGH_TESTS_VALUE_STORE_H
#define KEYWEIGH_TESTS_VALUE_STORE_H

#include <stdint.h>

#include "keyspace/value.h"

static struct store store;

static inline int
set_up(void **state)
{
    (void)state;
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    pool_fini(&store.pool);
    return 0;
}

static inline struct value
value_new(enum type type)
{
    struct value value;
    value_init(&store, &value, type);
    return value;
}

/* Where drawing stands: the same numbers follow in every run. */
static uint64_t seed;

static inline uint32_t
draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

#endif
