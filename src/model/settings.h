/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The server settings that shape memory, as --set takes them.
 */
#ifndef KEYWEIGH_MODEL_SETTINGS_H
#define KEYWEIGH_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum maxmemory_policy {
    POLICY_NOEVICTION,
    POLICY_RANDOM_OR_TTL,
    POLICY_LRU, /* this and LFU keep a clock in every object, so integers are
                   not shared between keys */
    POLICY_LFU,
};

/* By the name of the newest release that has the setting; the defaults have
 * been the same in all releases. */
struct settings {
    int64_t hash_max_listpack_entries;
    int64_t hash_max_listpack_value;
    int64_t list_max_listpack_size;
    int64_t list_compress_depth;
    int64_t list_max_ziplist_entries; /* 2.8 and 3.0 */
    int64_t list_max_ziplist_value;   /* 2.8 and 3.0 */
    int64_t set_max_intset_entries;
    int64_t set_max_listpack_entries;
    int64_t set_max_listpack_value;
    int64_t zset_max_listpack_entries;
    int64_t zset_max_listpack_value;
    int64_t stream_node_max_bytes;
    int64_t stream_node_max_entries;
    int64_t maxmemory;        /* -1: not said */
    int64_t maxmemory_policy; /* enum maxmemory_policy; -1: not said */
    int64_t cluster_enabled;  /* 0, 1; -1: not said */
};

extern const struct settings settings_default;

/* Applies NAME=VALUE; the older names of settings (-ziplist-, -zipmap-) are
 * taken too.  FAIL with ERROR_USAGE, naming what is allowed. */
enum status settings_set(struct settings *settings, const char *assignment,
                         struct error *error);

#endif
