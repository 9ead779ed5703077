/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

/* Redis 2.8 and 3.0 redis.h, 3.2 to 6.0 server.h, 6.2 on config.c. */
const struct settings settings_default = {
    .hash_max_listpack_entries = 512,
    .hash_max_listpack_value = 64,
    .list_max_listpack_size = -2,
    .list_compress_depth = 0,
    .list_max_ziplist_entries = 512,
    .list_max_ziplist_value = 64,
    .set_max_intset_entries = 512,
    .set_max_listpack_entries = 128,
    .set_max_listpack_value = 64,
    .zset_max_listpack_entries = 128,
    .zset_max_listpack_value = 64,
    .stream_node_max_bytes = 4096,
    .stream_node_max_entries = 100,
    .maxmemory = -1,
    .maxmemory_policy = -1,
    .cluster_enabled = -1,
};

enum setting_kind {
    SETTING_NUMBER, /* 0 and more */
    SETTING_SIGNED, /* negative numbers are size classes */
    SETTING_BYTES,  /* a number with an optional unit */
    SETTING_BOOL,
    SETTING_POLICY,
};

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
    bool old; /* a name that messages do not offer */
};

#define SETTING(name, kind, member) \
    { name, SETTING_##kind, offsetof(struct settings, member), false }
#define SETTING_OLD(name, kind, member) \
    { name, SETTING_##kind, offsetof(struct settings, member), true }

static const struct setting table[] = {
    SETTING("hash-max-listpack-entries", NUMBER, hash_max_listpack_entries),
    SETTING("hash-max-listpack-value", BYTES, hash_max_listpack_value),
    SETTING("list-max-listpack-size", SIGNED, list_max_listpack_size),
    SETTING("list-compress-depth", NUMBER, list_compress_depth),
    SETTING("list-max-ziplist-entries", NUMBER, list_max_ziplist_entries),
    SETTING("list-max-ziplist-value", BYTES, list_max_ziplist_value),
    SETTING("set-max-intset-entries", NUMBER, set_max_intset_entries),
    SETTING("set-max-listpack-entries", NUMBER, set_max_listpack_entries),
    SETTING("set-max-listpack-value", BYTES, set_max_listpack_value),
    SETTING("zset-max-listpack-entries", NUMBER, zset_max_listpack_entries),
    SETTING("zset-max-listpack-value", BYTES, zset_max_listpack_value),
    SETTING("stream-node-max-bytes", BYTES, stream_node_max_bytes),
    SETTING("stream-node-max-entries", NUMBER, stream_node_max_entries),
    SETTING("maxmemory", BYTES, maxmemory),
    SETTING("maxmemory-policy", POLICY, maxmemory_policy),
    SETTING("cluster-enabled", BOOL, cluster_enabled),
    SETTING_OLD("hash-max-ziplist-entries", NUMBER, hash_max_listpack_entries),
    SETTING_OLD("hash-max-ziplist-value", BYTES, hash_max_listpack_value),
    SETTING_OLD("hash-max-zipmap-entries", NUMBER, hash_max_listpack_entries),
    SETTING_OLD("hash-max-zipmap-value", BYTES, hash_max_listpack_value),
    SETTING_OLD("list-max-ziplist-size", SIGNED, list_max_listpack_size),
    SETTING_OLD("zset-max-ziplist-entries", NUMBER, zset_max_listpack_entries),
    SETTING_OLD("zset-max-ziplist-value", BYTES, zset_max_listpack_value),
};

enum { TABLE_ROWS = sizeof(table) / sizeof(table[0]) };

/* Units of redis.conf (config.c memtoll): k, m, g are powers of 1000. */
static bool
parse_unit(const char *unit, int64_t *factor)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {
        { "", 1 },           { "b", 1 },
        { "k", 1000 },       { "kb", 1024 },
        { "m", 1000000 },    { "mb", 1048576 },
        { "g", 1000000000 }, { "gb", 1073741824 },
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcasecmp(unit, units[i].name) == 0) {
            *factor = units[i].factor;
            return true;
        }
    return false;
}

static bool
parse_number(const char *text, enum setting_kind kind, int64_t *value)
{
    char *end;
    int64_t factor = 1;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || errno != 0 || text[0] == ' ' || text[0] == '+')
        return false;
    if (kind == SETTING_BYTES ? !parse_unit(end, &factor) : *end != '\0')
        return false;
    if (number < 0 && kind != SETTING_SIGNED)
        return false;
    return !__builtin_mul_overflow((int64_t)number, factor, value);
}

static bool
parse_bool(const char *text, int64_t *value)
{
    *value = strcasecmp(text, "yes") == 0;
    return *value || strcasecmp(text, "no") == 0;
}

static bool
parse_policy(const char *text, int64_t *value)
{
    static const struct {
        const char *name;
        enum maxmemory_policy policy;
    } policies[] = {
        { "noeviction", POLICY_NOEVICTION },
        { "allkeys-lru", POLICY_LRU },
        { "volatile-lru", POLICY_LRU },
        { "allkeys-lfu", POLICY_LFU },
        { "volatile-lfu", POLICY_LFU },
        { "allkeys-lrm", POLICY_LRU },
        { "volatile-lrm", POLICY_LRU },
        { "allkeys-random", POLICY_RANDOM_OR_TTL },
        { "volatile-random", POLICY_RANDOM_OR_TTL },
        { "volatile-ttl", POLICY_RANDOM_OR_TTL },
    };
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
        if (strcasecmp(text, policies[i].name) == 0) {
            *value = policies[i].policy;
            return true;
        }
    return false;
}

static const char *
kind_words(enum setting_kind kind)
{
    switch (kind) {
    case SETTING_SIGNED:
        return "a number, or -1 to -5 for a size class";
    case SETTING_BYTES:
        return "a number of bytes, k kb m mb g gb may follow";
    case SETTING_BOOL:
        return "yes or no";
    case SETTING_POLICY:
        return "noeviction, or allkeys- or volatile- with lru, lfu, random "
               "or ttl";
    case SETTING_NUMBER:
    default:
        return "a number";
    }
}

static const struct setting *
find(struct bytes name)
{
    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (name.size == strlen(table[i].name) &&
            strncasecmp((const char *)name.data, table[i].name, name.size) ==
                0)
            return &table[i];
    return NULL;
}

static enum status
unknown(struct bytes name, struct error *error)
{
    char names[ERROR_TEXT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < TABLE_ROWS && !table[i].old; i++) {
        size_t length = strlen(table[i].name);
        if (used + length + 3 > sizeof(names))
            break;
        if (used > 0) {
            memcpy(names + used, ", ", 2);
            used += 2;
        }
        memcpy(names + used, table[i].name, length + 1);
        used += length;
    }
    error_set(error, ERROR_USAGE, "--set: no setting '%.*s' (one of %s)",
              (int)(name.size < 100 ? name.size : 100),
              (const char *)name.data, names);
    return STATUS_FAIL;
}

enum status
settings_set(struct settings *settings, const char *assignment,
             struct error *error)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        error_set(error, ERROR_USAGE, "--set: '%.100s' is not NAME=VALUE",
                  assignment);
        return STATUS_FAIL;
    }
    struct bytes name = bytes_of(assignment, (size_t)(equals - assignment));
    const struct setting *setting = find(name);
    if (setting == NULL)
        return unknown(name, error);
    int64_t value = 0;
    bool good;
    if (setting->kind == SETTING_BOOL)
        good = parse_bool(equals + 1, &value);
    else if (setting->kind == SETTING_POLICY)
        good = parse_policy(equals + 1, &value);
    else
        good = parse_number(equals + 1, setting->kind, &value);
    if (!good) {
        error_set(error, ERROR_USAGE, "--set: %s takes %s, not '%.100s'",
                  setting->name, kind_words(setting->kind), equals + 1);
        return STATUS_FAIL;
    }
    memcpy((char *)settings + setting->offset, &value, sizeof(value));
    return STATUS_OK;
}
