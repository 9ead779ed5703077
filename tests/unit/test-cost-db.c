/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tables of whole databases, against what real servers were seen to hold: keys
 * k000000, k000001, ..., of which the even ones expire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/cost-db.h"

/* What the file's RESIZEDB says of the keys. */
enum hint { OWN, NONE, QUARTER, FOUR };

static struct profile
profile_of(const char *server, bool cluster, const struct rdb_facts *facts)
{
    static const char *const settings[] = { "cluster-enabled=yes" };
    struct profile profile;
    struct profile_request request = { .server = server,
                                       .settings = settings,
                                       .setting_count = cluster };
    profile_resolve(&profile, &request, facts);
    return profile;
}

static uint64_t
hinted(enum hint hint, uint64_t count)
{
    return hint == QUARTER ? count / 4 : hint == FOUR ? count * 4 : count;
}

static struct cost_db
tables_of(const char *server, uint64_t keys, enum hint hint)
{
    struct rdb_facts facts = { .version = 11 };
    uint64_t expires = (keys + 1) / 2;
    struct rdb_database database = {
        .has_hint = hint != NONE,
        .hint_keys = hinted(hint, keys),
        .hint_expires = hinted(hint, expires),
        .keys = keys,
        .expires = expires,
    };
    struct profile profile = profile_of(server, false, &facts);
    struct cost_db_row row = { .database = &database };
    struct cost_db cost = cost_db(&profile, &facts, &row, 1, NULL);
    assert_int_equal(row.tables, cost.tables);
    assert_int_equal(cost.other, 0);
    return cost;
}

static void
check(const char *server, uint64_t keys, enum hint hint, uint64_t settled,
      uint64_t unsettled)
{
    struct cost_db cost = tables_of(server, keys, hint);
    assert_int_equal(cost.tables, settled);
    assert_int_equal(cost.unsettled, unsettled);
}

static void
the_hint_makes_tables(void **state)
{
    (void)state;
    check("redis-3.2", 10, OWN, 192, 192);
    check("redis-3.2", 30000, FOUR, 1572864, 1572864);
    check("redis-3.2", 65537, OWN, 1572864, 1572864);
    check("redis-5.0", 300000, OWN, 6291456, 6291456);
    check("redis-7.2", 65536, OWN, 786432, 786432);
}

/* With too small a hint, or none, the file's keys make tables grow; the one
 * before is still there at first, unless many keys came since. */
static void
or_keys_do(void **state)
{
    (void)state;
    check("redis-3.2", 30000, NONE, 393216, 393216);
    check("redis-3.2", 65537, NONE, 1572864, 2359296);
    check("redis-7.2", 65537, QUARTER, 1572864, 2359296);
    check("redis-7.4", 30000, FOUR, 393216 + 128, 393216 + 128);
    check("redis-7.4", 65537, OWN, 1572864 + 128, 2359296 + 128);
    check("redis-7.4", 300000, OWN, 6291456 + 128, 9437184 + 128);
    check("redis-8.0", 30000, OWN, 393216 + 2624, 393216 + 2624);
    check("valkey-8.0", 65537, OWN, 1572864 + 160, 2359296 + 160);
}

/* From 7.4 on cron doubles a table that is just full. */
static void
full_tables_are_doubled(void **state)
{
    (void)state;
    check("redis-7.4", 65536, OWN, 1572864 + 128, 2359296 + 128);
    check("valkey-8.0", 65536, OWN, 1572864 + 160, 2359296 + 160);
}

/* Within one percent. */
static void
is_nearly(uint64_t bytes, uint64_t seen)
{
    assert_in_range(bytes, seen - seen / 100, seen + seen / 100);
}

static void
check_nearly(const char *server, uint64_t keys, enum hint hint,
             uint64_t settled, uint64_t unsettled)
{
    struct cost_db cost = tables_of(server, keys, hint);
    is_nearly(cost.tables, settled);
    is_nearly(cost.unsettled, unsettled);
}

/* Redis 8.6: 16 bytes for each key that found its slot taken. */
static void
entries_by_chance(void **state)
{
    (void)state;
    check_nearly("redis-8.6", 30000, OWN, 643200, 643200);
    check_nearly("redis-8.6", 30000, FOUR, 1651296, 1651296);
    check_nearly("redis-8.6", 300000, OWN, 8010384, 8010384);
}

/* Valkey: 64 bytes for each bucket, those behind full ones included. */
static void
buckets_by_chance(void **state)
{
    (void)state;
    check("valkey-9.1", 1, OWN, 128 + 192, 128 + 192);
    check("valkey-9.1", 6, OWN, 128 + 192, 128 + 192);
    check_nearly("valkey-8.1", 30000, OWN, 813248, 813248);
    check_nearly("valkey-9.1", 26214, OWN, 519232, 519232);
    check_nearly("valkey-9.1", 26215, OWN, 799424, 799424);
    check_nearly("valkey-9.1", 26500, NONE, 521280, 521280);
    check_nearly("valkey-9.1", 300000, OWN, 6879360, 6879360);
    /* a table with an eighth of its places taken is made smaller again */
    check_nearly("valkey-9.1", 28600, FOUR, 807552, 3932544);
}

/* An instance in cluster mode with keys of so many names. */
static struct cost_db
cluster_named(const char *server, const char *prefix, uint64_t keys)
{
    struct rdb_facts facts = { .version = 11, .has_slot_info = true };
    struct profile profile = profile_of(server, true, &facts);
    struct slot_tally *halves[2] = { slot_tally_new(&profile),
                                     slot_tally_new(&profile) };
    struct rdb_database database = { .keys = keys,
                                     .expires = (keys + 1) / 2 };
    for (uint64_t i = 0; i < keys; i++) {
        char name[64];
        int size =
            snprintf(name, sizeof(name), "%s%06u", prefix, (unsigned)i);
        struct key key = { .name = bytes_of(name, (size_t)size),
                           .name_size = (uint64_t)size,
                           .has_expiry = i % 2 == 0 };
        slot_tally_add(halves[i % 3 == 0], &key);
    }
    slot_tally_merge(halves[0], halves[1]);
    struct cost_db_row row = { .database = &database };
    struct cost_db cost = cost_db(&profile, &facts, &row, 1, halves[0]);
    slot_tally_free(halves[0]);
    slot_tally_free(halves[1]);
    return cost;
}

static struct cost_db
cluster_of(const char *server, uint64_t keys)
{
    return cluster_named(server, "k", keys);
}

static void
tables_of_slots(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        uint64_t keys;
        uint64_t bytes;
    } seen[] = {
        { "redis-7.4", 10, 480 + 960 },
        { "redis-7.4", 1000, 48000 + 96000 },
        { "redis-7.4", 30000, 702720 + 1311232 },
        { "redis-8.0", 30000, 702720 + 29226496 },
        { "valkey-8.0", 30000, 702720 + 1639040 },
        { "valkey-8.1", 1000, 96000 + 144000 },
        { "valkey-9.1", 30000, 1311232 + 1966848 },
    };
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        struct cost_db cost = cluster_of(seen[i].server, seen[i].keys);
        assert_int_equal(cost.tables, seen[i].bytes);
        assert_int_equal(cost.unsettled, seen[i].bytes);
    }
}

/* Tables and the radix tree of names, less 32 bytes that are with each key. */
static void
a_tree_of_slots(void **state)
{
    (void)state;
    enum { WITH_KEY = 32 };
    assert_int_equal(cluster_of("redis-6.2", 10).tables,
                     192 + 472 - 10 * WITH_KEY);
    assert_int_equal(cluster_of("redis-6.2", 1000).tables,
                     12288 + 42616 - 1000 * WITH_KEY);
    assert_int_equal(cluster_of("redis-4.0", 30000).tables,
                     393216 + 1388664 - 30000 * WITH_KEY);
    assert_int_equal(cluster_of("redis-6.2", 65537).tables,
                     1572864 + 2881912 - 65537 * WITH_KEY);
    /* more names than are held, so of every second slot only: it was 43 to 47
     * bytes a key for fewer keys, and declines with their number */
    uint64_t tree = cluster_of("redis-6.2", 300000).tables - 6291456;
    assert_in_range(tree / 300000 + WITH_KEY, 40, 43);
}

/* Ten names of one slot, which differ in the last of their 27 bytes: a run of
 * 28 bytes (4, 28, a pointer: 40), a node with ten children (4, 10, padding,
 * ten pointers: 96) and ten leaves of 8, one of which an empty tree has too.
 * Each name was said to have a run of 40 and a leaf. */
static void
names_that_share_nodes(void **state)
{
    (void)state;
    struct cost_db cost =
        cluster_named("redis-6.2", "{user}:session:token:", 10);
    assert_int_equal(cost.tables, 128 + 64);
    assert_int_equal(cost.shared,
                     10 * (40 + 8) - (40 + 96 + 10 * 8 - 8));
}

/* Two libraries of 1796 bytes together: 2616 bytes on Redis 7.2.6; one of 769
 * with eight functions: 2672 on 7.0.15 over jemalloc 5.3.0.  Two of 222 without
 * comments on 8.6.3 over jemalloc 5.3.1, where Lua's own blocks count: 3792. */
static void
functions_are_held_once(void **state)
{
    (void)state;
    struct rdb_facts facts = { .version = 11,
                               .functions = 2,
                               .function_bytes = 1796 };
    struct profile profile = profile_of("redis-7.2", false, &facts);
    struct cost_db cost = cost_db(&profile, &facts, NULL, 0, NULL);
    assert_int_equal(cost.tables, 0);
    assert_in_range(cost.other, 2416, 2816);
    facts.function_bytes = 222;
    facts.function_code = 222;
    facts.function_calls = 2;
    profile = profile_of("redis-8.6", false, &facts);
    cost = cost_db(&profile, &facts, NULL, 0, NULL);
    assert_in_range(cost.other, 3592, 3992);
    facts.functions = 1;
    facts.function_bytes = 769;
    facts.function_calls = 8;
    profile = profile_of("redis-7.0/jemalloc-system", false, &facts);
    cost = cost_db(&profile, &facts, NULL, 0, NULL);
    assert_in_range(cost.other, 2472, 2872);
    profile = profile_of("redis-6.2", false, &facts);
    assert_int_equal(cost_db(&profile, &facts, NULL, 0, NULL).other, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hint_makes_tables),
        cmocka_unit_test(or_keys_do),
        cmocka_unit_test(full_tables_are_doubled),
        cmocka_unit_test(entries_by_chance),
        cmocka_unit_test(buckets_by_chance),
        cmocka_unit_test(tables_of_slots),
        cmocka_unit_test(a_tree_of_slots),
        cmocka_unit_test(names_that_share_nodes),
        cmocka_unit_test(functions_are_held_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
