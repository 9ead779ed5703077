/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/store.h"

#define SETTINGS_DEFAULT                             \
    {                                                \
        .hash_entries = 512, .hash_value = 64,       \
        .set_integers = 512, .set_entries = 128,     \
        .set_value = 64, .zset_entries = 128,        \
        .zset_value = 64, .list_fill = -2,           \
        .stream = { .bytes = 4096, .entries = 100 }, \
    }

const struct store_settings store_settings_default = SETTINGS_DEFAULT;

const struct store_limits store_limits_default = {
    .settings = SETTINGS_DEFAULT,
    .list_large = 8192,
    .score = SCORE_FPCONV,
};

/* quicklist.c optimization_level and SIZE_SAFETY_LIMIT, Redis 3.2 on. */
uint64_t
store_list_bytes(int64_t list_fill)
{
    enum { SAFE = 8192, SMALLEST = 4096, SIZES = 5 };
    if (list_fill >= 0)
        return SAFE;
    int64_t size = list_fill < -SIZES ? SIZES : -list_fill;
    return (uint64_t)SMALLEST << (size - 1);
}
