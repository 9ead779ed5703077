/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streams, against what used_memory of running servers grew by as consumer
 * groups, consumers and pending entries were added to one of 1000 entries
 * (Redis 7.4, 8.0 and 8.6, Valkey 8.1 and 9.1, jemalloc with quantum 8).
 */
#include "model/stream-ids.h"
#include "price-value.h"

static const char *const groups[] = { "g1", "g2" };
static const char *const consumers[] = { "c1", "c2" };

static void
begin(const char *server)
{
    value_begin(server, "key1", TYPE_STREAM, 21);
}

static void
named(enum item_kind kind, const char *name)
{
    value_text(kind, name, strlen(name));
}

static void
pending(enum item_kind kind, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++) {
        struct item item = { .kind = kind,
                             .id = { 1700000000000, i + 1 },
                             .expire_ms = 1800000000000 };
        value_item(&item);
    }
}

/* Consumers of one group, each with so many pending entries. */
static uint64_t
with_consumers(const char *server, size_t count, uint64_t each)
{
    begin(server);
    named(ITEM_GROUP, groups[0]);
    pending(ITEM_PENDING, 0, each * count);
    for (size_t i = 0; i < count; i++) {
        named(ITEM_CONSUMER, consumers[i]);
        pending(ITEM_CONSUMER_PENDING, i * each, each);
    }
    return value_end(BASIS_EXACT);
}

static uint64_t
with_groups(const char *server, size_t count)
{
    begin(server);
    for (size_t i = 0; i < count; i++)
        named(ITEM_GROUP, groups[i]);
    return value_end(BASIS_EXACT);
}

/* What the servers of a column had, all told. */
struct measured {
    const char *server;
    uint64_t groups[3];   /* none, one, two */
    uint64_t consumer;    /* one in one group */
    uint64_t pending[6];  /* with it: 1, 2, 3, 10, 100, 1000 */
    uint64_t two[2];      /* consumers with 0 and 100 each */
};

static const struct measured measured[] = {
    { "redis-7.4",
      { 13296, 13456, 13600 },
      13552,
      { 13656, 13760, 13832, 14352, 21248, 90160 },
      { 13664, 29032 } },
    { "redis-8.0",
      { 13296, 13456, 13600 },
      13552,
      { 13656, 13760, 13832, 14352, 21248, 90160 },
      { 13664, 29032 } },
    { "redis-8.6",
      { 13360, 13560, 13736 },
      13664,
      { 13960, 14216, 14424, 15904, 35248, 228616 },
      { 13784, 56864 } },
    { "valkey-8.1",
      { 13280, 13464, 13624 },
      13568,
      { 13672, 13776, 13848, 14368, 21264, 90176 },
      { 13688, 29056 } },
    { "valkey-9.1",
      { 13280, 13464, 13624 },
      13568,
      { 13672, 13776, 13848, 14368, 21264, 90176 },
      { 13688, 29056 } },
};

static void
groups_and_pending(void **state)
{
    (void)state;
    static const uint64_t counts[6] = { 1, 2, 3, 10, 100, 1000 };
    for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++) {
        const struct measured *row = &measured[i];
        uint64_t none = with_groups(row->server, 0);
        uint64_t rest = row->groups[0] - none;
        for (size_t n = 1; n <= 2; n++)
            assert_int_equal(rest + with_groups(row->server, n),
                             row->groups[n]);
        assert_int_equal(rest + with_consumers(row->server, 1, 0),
                         row->consumer);
        for (size_t n = 0; n < 6; n++)
            assert_int_equal(
                rest + with_consumers(row->server, 1, counts[n]),
                row->pending[n]);
        assert_int_equal(rest + with_consumers(row->server, 2, 0),
                         row->two[0]);
        assert_int_equal(rest + with_consumers(row->server, 2, 100),
                         row->two[1]);
    }
}

/* The second group waits for the same ids: a node in each one's list. */
static void
shared_references(void **state)
{
    (void)state;
    const char *server = "redis-8.6/none";
    uint64_t alone = with_consumers(server, 1, 10);
    begin(server);
    named(ITEM_GROUP, groups[0]);
    pending(ITEM_PENDING, 0, 10);
    named(ITEM_CONSUMER, consumers[0]);
    pending(ITEM_CONSUMER_PENDING, 0, 10);
    named(ITEM_GROUP, groups[1]);
    uint64_t before = value_end(BASIS_EXACT);
    begin(server);
    named(ITEM_GROUP, groups[0]);
    pending(ITEM_PENDING, 0, 10);
    named(ITEM_CONSUMER, consumers[0]);
    pending(ITEM_CONSUMER_PENDING, 0, 10);
    named(ITEM_GROUP, groups[1]);
    pending(ITEM_PENDING, 0, 10);
    uint64_t after = value_end(BASIS_EXACT);
    /* ten NACKs, ten list nodes, and the ids once more in a tree: 15 bytes
     * and a pointer, a byte and a pointer for each, leaves */
    uint64_t tree = 24 + 8 + 16 + 10 * 8 + 10 * 16 - 8;
    assert_int_equal(after - before, 10 * (64 + 24) + tree);
    assert_true(before > alone);
}

static void
unknown_pending(void **state)
{
    (void)state;
    begin("redis-8.8");
    value_end(BASIS_EXACT);
    begin("redis-8.8");
    named(ITEM_GROUP, groups[0]);
    pending(ITEM_PENDING, 0, 3);
    value_end(BASIS_LOWER);
}

static void
ids(void **state)
{
    (void)state;
    struct stream_ids set = { .ids = NULL };
    static const uint64_t given[] = { 5, 3, 9, 3, 1, 5 };
    static const uint64_t sorted[] = { 1, 3, 5, 9 };
    for (size_t i = 0; i < 6; i++)
        stream_ids_add(&set, (struct stream_id){ given[i] / 4, given[i] });
    stream_ids_sort(&set);
    assert_int_equal(set.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(set.ids[i].seq, sorted[i]);
    stream_ids_clear(&set);
    for (uint64_t i = 0; i < STREAM_IDS_MOST + 3; i++)
        stream_ids_add(&set, (struct stream_id){ 1, i });
    assert_int_equal(set.count, STREAM_IDS_MOST);
    assert_true(set.incomplete);
    stream_ids_fini(&set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_and_pending),
        cmocka_unit_test(shared_references),
        cmocka_unit_test(unknown_pending),
        cmocka_unit_test(ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
