/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/store.h"

const struct store_limits store_limits_default = {
    .hash_entries = 512,
    .hash_value = 64,
    .set_integers = 512,
    .set_entries = 128,
    .set_value = 64,
    .zset_entries = 128,
    .zset_value = 64,
    .list_fill = -2,
    .list_large = 8192,
    .stream = { .bytes = 4096, .entries = 100 },
    .score = SCORE_SHORTEST,
};
