/* SPDX-License-Identifier: BSD-3-Clause
 *
 * RDB versions of releases: rdb.h RDB_VERSION, Redis 2.6 to 8.6 and Valkey 7.2
 * to 9.1; those of 8.8 and 8.10 from the format notes.
 */
#include "export/target.h"

enum {
    REDIS_NEWEST = 16,
    VALKEY_ONLY = 80,
    FOREIGN_FIRST = 12, /* of Redis, that Valkey does not read */
    EXPIRING_FIRST = 22, /* types of hashes whose fields may expire, of both
                            dialects */
    EXPIRING_LAST = 25,
    STREAM_3 = 21, /* the newest type of streams without producers */
};

struct feature {
    int redis;  /* the RDB version that brought it, 0: none */
    int valkey; /* the same with the magic of Valkey */
    const char *of_file;
    const char *of_server;
};

static const struct feature features[TARGET_FEATURE_COUNT] = {
    [TARGET_MS_EXPIRY] = { 3, VALKEY_ONLY,
                           "an expiry after 2038 or with milliseconds needs "
                           "RDB 3",
                           "an expiry after 2038 or with milliseconds needs "
                           "redis-2.6" },
    [TARGET_LONG_TEXTS] = { 8, VALKEY_ONLY, "4 GiB or more need RDB 8",
                            "4 GiB or more need redis-4.0" },
    [TARGET_MODULES] = { 8, VALKEY_ONLY, "a module's value needs RDB 8",
                         "a module's value needs redis-4.0" },
    [TARGET_STREAMS] = { 9, VALKEY_ONLY, "a stream needs RDB 9",
                         "a stream needs redis-5.0" },
    [TARGET_FUNCTIONS] = { 10, VALKEY_ONLY, "functions need RDB 10",
                           "functions need redis-7.0" },
    [TARGET_FIELD_EXPIRY] = { 12, VALKEY_ONLY,
                              "field expiry needs RDB 12 or 80",
                              "field expiry needs redis-7.4 or valkey-9.0" },
    [TARGET_VECTORSETS] = { 12, 0, "a vector set needs RDB 12",
                            "a vector set needs redis-8.0" },
    [TARGET_IDMP] = { 13, 0, "ids of idempotent producers need RDB 13",
                      "ids of idempotent producers need redis-8.6" },
    [TARGET_NACKS] = { 14, 0,
                       "pending entries without consumer need RDB 14",
                       "pending entries without consumer need redis-8.8" },
    [TARGET_ARRAYS] = { 14, 0, "an array needs RDB 14",
                        "an array needs redis-8.8" },
    [TARGET_CRON] = { 0, 0, "KeyDB's cron jobs cannot be written",
                      "KeyDB's cron jobs cannot be written" },
};

bool
target_of_version(int version, struct export_target *target)
{
    if ((version < 1 || version > REDIS_NEWEST) && version != VALKEY_ONLY)
        return false;
    *target = (struct export_target){
        .dialect = version == VALKEY_ONLY ? RDB_VALKEY : RDB_REDIS,
        .version = version,
    };
    return true;
}

struct export_target
target_of_file(enum rdb_dialect dialect, int version)
{
    if (dialect == RDB_VALKEY)
        version = VALKEY_ONLY;
    else if (version > REDIS_NEWEST)
        version = REDIS_NEWEST;
    return (struct export_target){ .dialect = dialect, .version = version };
}

static int
redis_version(const struct server *server)
{
    static const struct {
        int major;
        int minor;
        int version;
    } releases[] = {
        { 8, 10, 15 }, { 8, 8, 14 }, { 8, 6, 13 }, { 7, 4, 12 },
        { 7, 2, 11 },  { 7, 0, 10 }, { 5, 0, 9 },  { 4, 0, 8 },
        { 3, 2, 7 },
    };
    for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
        if (server_since(server, releases[i].major, releases[i].minor))
            return releases[i].version;
    return 6;
}

struct export_target
target_of_server(const struct server *server)
{
    struct export_target target = { .dialect = RDB_REDIS,
                                    .version = 9,
                                    .server = server };
    if (server->product == SERVER_REDIS) {
        target.version = redis_version(server);
    } else if (server->product == SERVER_VALKEY) {
        bool own = server_since(server, 9, 0);
        target.dialect = own ? RDB_VALKEY : RDB_REDIS;
        target.version = own ? VALKEY_ONLY : 11;
    }
    return target;
}

/* Valkey from 9.0 on has a dialect of its own, and reads what is older than
 * both (Valkey 9.1 rdb.h RDB_FOREIGN_VERSION_MIN). */
bool
target_is_read_by(const struct export_target *target,
                  const struct server *server)
{
    struct export_target newest = target_of_server(server);
    if (newest.dialect == RDB_VALKEY && target->dialect == RDB_REDIS)
        return target->version < FOREIGN_FIRST;
    return target->dialect == newest.dialect &&
           target->version <= newest.version;
}

bool
target_has(const struct export_target *target, enum target_feature feature)
{
    /* RDB 12 came with 7.4, vector sets only later. */
    if (feature == TARGET_VECTORSETS && target->server != NULL &&
        !server_since(target->server, 8, 0))
        return false;
    int since = target->dialect == RDB_VALKEY ? features[feature].valkey
                                              : features[feature].redis;
    return since != 0 && target->version >= since;
}

const char *
target_refusal(const struct export_target *target,
               enum target_feature feature)
{
    return target->server != NULL ? features[feature].of_server
                                  : features[feature].of_file;
}

/* Before milliseconds expiries had 32 bits for seconds. */
static bool
is_old_expiry(int64_t ms)
{
    return ms % 1000 == 0 && ms / 1000 >= INT32_MIN && ms / 1000 <= INT32_MAX;
}

const char *
target_key_refusal(const struct export_target *target, const struct key *key)
{
    if (key->name_size > key->name.size)
        return "a name of more than 8 MiB cannot be written";
    if (key->has_expiry && !target_has(target, TARGET_MS_EXPIRY) &&
        !is_old_expiry(key->expire_ms))
        return target_refusal(target, TARGET_MS_EXPIRY);
    return NULL;
}

/* With room for long texts there is room for all plain values. */
bool
target_may_refuse(const struct export_target *target, const struct key *key)
{
    unsigned char byte = key->type_byte;
    if (!target_has(target, TARGET_LONG_TEXTS))
        return true;
    switch (key->type) {
    case TYPE_HASH:
        return byte >= EXPIRING_FIRST && byte <= EXPIRING_LAST;
    case TYPE_STREAM:
        return byte > STREAM_3 || !target_has(target, TARGET_STREAMS);
    case TYPE_ARRAY:
        return !target_has(target, TARGET_ARRAYS);
    case TYPE_VECTORSET:
        return !target_has(target, TARGET_VECTORSETS);
    case TYPE_CRON:
        return true;
    default:
        return false;
    }
}
