/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A database has a table of all keys and one of those with expiry; in cluster
 * mode, since 7.4, it has them for each hash slot.  A file's RESIZEDB says how
 * many keys will come (the hint):
 *
 *     to 7.2        tables that exist all the time are made that large
 *     7.4, 8.0      tables come with their first key: the hint is lost
 *     Redis 8.2     tables are made by the hint
 *     Valkey 8.1    hashtables are made by the hint
 *
 * A table that is filled beyond its size is followed by one twice as large.
 * From 7.4 on a table that is just full is doubled soon after (cron), and in
 * all releases one that a hint made much too large is shrunk.
 *
 * Facts from rdb.c rdbLoadRioWithLoadingCtx, server.c databasesCron, dict.c
 * _dictExpandIfNeeded, dictRehash, _dictShrinkIfNeeded, kvstore.c
 * kvstoreExpand; Valkey hashtable.c expandIfNeeded, shrinkIfNeeded.
 */
#include "model/cost-db.h"

#include "model/cost-dict.h"
#include "model/cost-hashtable.h"

enum { LG_HINT_MOST = 40 };

/* A table once loading ends: what it has, and what it settles to. */
struct table {
    uint64_t size;    /* slots or buckets */
    uint64_t moving;  /* those of the table that is being moved, or 0 */
    uint64_t settled; /* slots or buckets later */
};

struct sums {
    const struct profile *profile;
    uint64_t settled;
    uint64_t unsettled;
    double expected; /* entries and buckets by chance, in both */
};

static bool
has_buckets(const struct profile *profile)
{
    return profile->server->db == DB_HASHTABLES;
}

/* The many small tables of slots are moved at once, and cron, which resizes a
 * few of them at a time, comes by only minutes later. */
static bool
is_by_slot(const struct profile *profile)
{
    return profile->cluster &&
           profile->server->cluster == CLUSTER_SLOT_TABLES;
}

static uint64_t
usable(const struct profile *profile, uint64_t size)
{
    return alloc_usable(profile->allocator, size);
}

/* Slots that are full at old, with count entries by now: whether moving them,
 * one a further insertion, is not done yet. */
static bool
is_moving(uint64_t old, uint64_t count)
{
    uint64_t steps = count - old - 1;
    return steps < old && cost_dict_occupied_above(old, old, steps) > 0.5;
}

static struct table
dict_of(const struct profile *profile, uint64_t count, uint64_t made)
{
    struct table table = { .size = made };
    uint64_t old = 0;
    if (count > 0 && table.size == 0)
        table.size = cost_dict_slots(0);
    while (count > table.size) {
        old = table.size;
        table.size *= 2;
    }
    table.settled = table.size;
    if (is_by_slot(profile))
        return table;
    if (old != 0 && is_moving(old, count))
        table.moving = old;
    if (table.size <= cost_dict_slots(0))
        return table;
    bool old_rules = profile->server->db == DB_DICTS;
    if (old_rules ? count * 10 < table.size : count * 8 <= table.size)
        table.settled = cost_dict_slots(count);
    else if (!old_rules && count == table.size)
        table.settled = 2 * table.size;
    return table;
}

static struct table
hashtable_of(const struct profile *profile, uint64_t count, uint64_t made)
{
    bool narrow = profile->bits == 32;
    uint64_t places = narrow ? 12 : 7;
    struct table table = { .size = made };
    uint64_t old = 0;
    if (count > 0 && table.size == 0)
        table.size = cost_hashtable_buckets(1, narrow);
    while (count > table.size * places) {
        old = table.size;
        table.size = cost_hashtable_buckets(old * places + 1, narrow);
    }
    table.settled = table.size;
    if (is_by_slot(profile))
        return table;
    if (old != 0 && count - old * places - 1 < old)
        table.moving = old;
    /* MIN_FILL_PERCENT_SOFT */
    if (table.size > 1 && count * 100 < table.size * places * 13)
        table.settled = cost_hashtable_buckets(count, narrow);
    return table;
}

/* What lies outside of the slots: entries of keys that found theirs taken,
 * buckets that others overflowed into. */
static double
chained_bytes(const struct profile *profile, uint64_t count, uint64_t size)
{
    const struct prices *prices = profile->prices;
    if (count == 0)
        return 0;
    if (has_buckets(profile))
        return (double)size *
               cost_hashtable_children(count, size, profile->bits == 32) *
               (double)usable(profile, prices->bucket);
    if (profile->server->key != KEY_IN_KVOBJ)
        return 0;
    return cost_dict_collisions(count, size) *
           (double)usable(profile, prices->entry_no_value);
}

/* One table of count entries, of which a size was made at first (0: none),
 * with its struct of so many bytes (0: it was there before). */
static void
add_table(struct sums *sums, uint64_t count, uint64_t made, uint64_t size)
{
    const struct profile *profile = sums->profile;
    bool buckets = has_buckets(profile);
    struct table table = buckets ? hashtable_of(profile, count, made)
                                 : dict_of(profile, count, made);
    uint64_t unit = buckets ? profile->prices->bucket : profile->prices->word;
    uint64_t fixed = size > 0 ? usable(profile, size) : 0;
    uint64_t other = table.settled != table.size ? table.settled : 0;
    if (table.moving != 0)
        other = table.moving;
    if (table.settled > 0)
        sums->settled += usable(profile, table.settled * unit);
    if (table.size > 0)
        sums->unsettled += usable(profile, table.size * unit);
    if (other > 0)
        sums->unsettled += usable(profile, other * unit);
    sums->settled += fixed;
    sums->unsettled += fixed;
    sums->expected += chained_bytes(profile, count, table.settled);
}

/* Slots or buckets that a hint makes at once.  A hint that no server could
 * follow is none. */
static uint64_t
made_by(const struct profile *profile, bool has_hint, uint64_t hint)
{
    if (!has_hint || hint >> LG_HINT_MOST != 0)
        return 0;
    switch (profile->server->db) {
    case DB_DICTS:
        return cost_dict_slots(hint);
    case DB_KVSTORE_HINTED:
        return hint > 0 ? cost_dict_slots(hint) : 0;
    case DB_HASHTABLES:
        return hint > 0 ? cost_hashtable_buckets(hint, profile->bits == 32)
                        : 0;
    case DB_KVSTORE:
    default:
        return 0;
    }
}

static void
add_database(struct sums *sums, const struct rdb_database *database)
{
    const struct profile *profile = sums->profile;
    const struct prices *prices = profile->prices;
    bool hinted = database->has_hint;
    bool both = hinted && profile->server->db == DB_KVSTORE_HINTED;
    if (database->keys > 0 || hinted)
        add_table(sums, database->keys,
                  made_by(profile, hinted, database->hint_keys),
                  database->keys > 0 ? prices->db_keys : 0);
    if (profile->server->key == KEY_COUNTED_SDS)
        return;
    if (database->expires > 0 || hinted)
        add_table(sums, database->expires,
                  made_by(profile, hinted, database->hint_expires),
                  database->expires > 0 || both ? prices->db_expires : 0);
}

/* The file of a cluster node says how many keys each slot has; Valkey makes
 * hashtables by that. */
static void
add_slot(struct sums *sums, uint64_t keys, uint64_t expires, bool hinted)
{
    const struct profile *profile = sums->profile;
    const struct prices *prices = profile->prices;
    bool both = profile->server->db == DB_KVSTORE_HINTED;
    if (keys == 0)
        return;
    add_table(sums, keys, made_by(profile, hinted, keys), prices->db_keys);
    if (expires > 0 || both)
        add_table(sums, expires, made_by(profile, hinted, expires),
                  prices->db_expires);
}

static void
add_slots(struct sums *sums, const struct rdb_database *database,
          const struct rdb_facts *facts, const struct slot_tally *slots)
{
    const struct slot_counts *counts =
        slots != NULL ? slot_tally_counts(slots, database->db) : NULL;
    uint64_t keys = database->keys / SLOT_COUNT;
    uint64_t expires = database->expires / SLOT_COUNT;
    for (size_t slot = 0; slot < SLOT_COUNT; slot++)
        if (counts != NULL)
            add_slot(sums, counts->keys[slot], counts->expires[slot],
                     facts->has_slot_info);
        else
            add_slot(sums, keys + (slot < database->keys % SLOT_COUNT),
                     expires + (slot < database->expires % SLOT_COUNT),
                     facts->has_slot_info);
}

/* Redis 7.4 and later let Lua allocate with jemalloc through zmalloc (script.c
 * luaAlloc), and so used_memory has what the interpreter keeps of libraries.
 * An estimate, measured on 8.6.3 with up to 16 libraries of up to 10 functions:
 * statements take 3 to 7 times their bytes, long texts once, and the more there
 * is the sooner garbage is collected. */
static uint64_t
compiled(const struct profile *profile, const struct rdb_facts *facts,
         uint64_t calls)
{
    enum { LIBRARY = 400, FUNCTION = 750, CODE_BYTE = 3 };
    bool counts = profile->server->product == SERVER_REDIS &&
                  server_since(profile->server, 7, 4) &&
                  profile->allocator->usable == alloc_jemalloc;
    if (!counts)
        return 0;
    return facts->functions * LIBRARY + calls * FUNCTION +
           facts->function_code * CODE_BYTE;
}

/* Libraries whose functions have no description: functions.c functionLibInfo
 * and functionInfo, script_lua.c luaFunctionCtx; of each library a dict of its
 * functions, of all one of libraries and one of functions; all have copies of
 * the names. */
static uint64_t
functions(const struct profile *profile, const struct rdb_facts *facts)
{
    enum { NAME = 16 }; /* sds of a name of usual length */
    const struct prices *prices = profile->prices;
    uint64_t word = prices->word;
    uint64_t libraries = facts->functions;
    if (libraries == 0)
        return 0;
    uint64_t calls = facts->function_calls > libraries ? facts->function_calls
                                                       : libraries;
    uint64_t name = usable(profile, NAME);
    uint64_t library =
        usable(profile, 4 * word) + usable(profile, prices->dict) +
        usable(profile, cost_dict_slots(calls / libraries) * word) +
        usable(profile, prices->entry) + 2 * name +
        usable(profile, 5 + facts->function_bytes / libraries + 1);
    uint64_t function = usable(profile, 4 * word + 8) + usable(profile, 4) +
                        2 * usable(profile, prices->entry) + 3 * name;
    return libraries * library + calls * function +
           usable(profile, cost_dict_slots(libraries) * word) +
           usable(profile, cost_dict_slots(calls) * word) +
           compiled(profile, facts, calls);
}

/* scripting.c luaCreateFunction: an entry, the digest, the body. */
static uint64_t
scripts(const struct profile *profile, const struct rdb_facts *facts)
{
    enum { DIGEST = 44 }; /* sds of 40 bytes */
    const struct prices *prices = profile->prices;
    bool takes_them = profile->server->product == SERVER_REDIS &&
                      server_since(profile->server, 4, 0) &&
                      !server_since(profile->server, 7, 0);
    if (facts->scripts == 0 || !takes_them)
        return 0;
    uint64_t average = facts->script_bytes / facts->scripts;
    uint64_t one = usable(profile, prices->entry) + usable(profile, DIGEST) +
                   usable(profile, prices->object) +
                   usable(profile, 5 + average + 1);
    return facts->scripts * one +
           usable(profile, cost_dict_slots(facts->scripts) * prices->word);
}

/* 3.2 in cluster mode: cost_key books a node of one level for each key, here
 * are the levels that chance adds, one in four each time. */
static double
slot_nodes(const struct profile *profile, uint64_t keys)
{
    const struct prices *prices = profile->prices;
    uint64_t lowest = prices->skiplist_node + prices->skiplist_level;
    double left = (double)keys;
    double bytes = 0;
    for (uint32_t level = 1; level <= prices->skiplist_levels; level++) {
        uint64_t size = prices->skiplist_node +
                        (uint64_t)level * prices->skiplist_level;
        bytes += left * 0.75 * (double)(usable(profile, size) -
                                        usable(profile, lowest));
        left *= 0.25;
    }
    return bytes;
}

static void
add_tree(struct cost_db *result, int64_t tree)
{
    uint64_t bytes = (uint64_t)(tree < 0 ? -tree : tree);
    if (tree < 0) {
        result->shared = bytes;
        return;
    }
    result->tables += bytes;
    result->unsettled += bytes;
}

struct cost_db
cost_db(const struct profile *profile, const struct rdb_facts *facts,
        struct cost_db_row *rows, size_t count,
        struct slot_tally *slots)
{
    struct cost_db result = { .tables = 0 };
    for (size_t i = 0; i < count; i++) {
        struct sums sums = { .profile = profile };
        if (is_by_slot(profile))
            add_slots(&sums, rows[i].database, facts, slots);
        else
            add_database(&sums, rows[i].database);
        if (profile->cluster && profile->server->cluster == CLUSTER_SKIPLIST)
            sums.expected += slot_nodes(profile, rows[i].database->keys);
        uint64_t expected = (uint64_t)(sums.expected + 0.5);
        rows[i].tables = sums.settled + expected;
        result.tables += sums.settled + expected;
        result.unsettled += sums.unsettled + expected;
    }
    if (slots != NULL && profile->server->cluster == CLUSTER_RAX)
        add_tree(&result, slot_tally_tree(slots));
    if (server_since(profile->server, 7, 0))
        result.other += functions(profile, facts);
    result.other += scripts(profile, facts);
    return result;
}
