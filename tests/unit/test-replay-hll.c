/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected bytes are those of Redis 7.0.15; of long strings, what DIGEST of
 * Redis 8.6.3 said of them: XXH3 with 64 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <xxhash.h>

#include "aof/hyperloglog.h"
#include "base/endian.h"
#include "replay-text.h"

static int
set_up_7_0(void **state)
{
    (void)set_up(state);
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    return 0;
}

static void
expect_digest(const char *name, uint64_t size, uint64_t digest)
{
    char room[TEXT_DIGITS];
    struct bytes text = value_string_bytes(&entry_of(name)->value, room);
    assert_int_equal(text.size, size);
    assert_true(XXH3_64bits(text.data, text.size) == digest);
}

/* PFADD name e<from> ... e<to>, one by one. */
static void
add_elements(const char *name, int from, int to)
{
    char line[64];
    for (int i = from; i <= to; i++) {
        (void)snprintf(line, sizeof(line), "PFADD %s e%d", name, i);
        run(line);
    }
}

static void
test_small_ones(void **state)
{
    (void)state;
    run("PFADD h a b c");
    expect_bytes("h", bytes_of("HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80"
                               "\x60\xf3\x80P\xb1\x84K\xfb\x80" "BZ", 27));
    run("PFCOUNT h");
    expect_bytes("h", bytes_of("HYLL\x01\0\0\0\x03\0\0\0\0\0\0\0"
                               "\x60\xf3\x80P\xb1\x84K\xfb\x80" "BZ", 27));
    run("PFADD h a");
    run("PFADD h");
    run("PFCOUNT h h");
    expect_bytes("h", bytes_of("HYLL\x01\0\0\0\x03\0\0\0\0\0\0\0"
                               "\x60\xf3\x80P\xb1\x84K\xfb\x80" "BZ", 27));
    run("PFADD h2 c d e f g");
    run("PFMERGE h3 h h2");
    expect_bytes("h3",
                 bytes_of("HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80" "Fm\x80V"
                          "\x0c\x80" "D<\x84" "8\x80P\xb1\x84I\x8c\x80"
                          "Bm\x80" "BZ", 38));
}

static void
test_growing_to_dense(void **state)
{
    (void)state;
    add_elements("h", 1, 100);
    expect_digest("h", 285, UINT64_C(0xafd1a3b3b8f9fc78));
    add_elements("h", 101, 800);
    expect_digest("h", 1566, UINT64_C(0x78f20d113a6a928b));
    run("PFCOUNT h");
    expect_digest("h", 1566, UINT64_C(0x16e5646860030bb5));
    add_elements("h", 801, 1000);
    run("PFCOUNT h");
    expect_digest("h", 1906, UINT64_C(0x04eb7bc9218fcde0));
    add_elements("h", 1001, 6000);
    run("PFCOUNT h");
    expect_digest("h", 12304, UINT64_C(0x59e229a19765845e));
}

static void
test_merging(void **state)
{
    (void)state;
    add_elements("a", 1, 300);
    add_elements("b", 200, 600);
    run("PFMERGE d a b nothing");
    expect_digest("d", 1238, UINT64_C(0x0eba77bd574cebb2));
    add_elements("big", 1, 6000);
    run("PFMERGE d big");
    expect_digest("d", 12304, UINT64_C(0x8ec5db456e3cc034));
    run("PFMERGE empty");
    assert_int_equal(value_string_size(&entry_of("empty")->value), 18);
}

static void
test_making_dense(void **state)
{
    (void)state;
    add_elements("a", 1, 300);
    add_elements("b", 1, 300);
    run("PFDEBUG ENCODING a");
    run("PFDEBUG TODENSE a");
    assert_int_equal(value_string_size(&entry_of("a")->value), 12304);
    run("PFMERGE c a");
    run("PFMERGE b c");
    run("PFMERGE c b");
    char room[2][TEXT_DIGITS];
    assert_true(bytes_equal(value_string_bytes(&entry_of("b")->value, room[0]),
                            value_string_bytes(&entry_of("c")->value,
                                               room[1])));
    run_error("PFDEBUG TODENSE nothing");
}

/* What is no HyperLogLog, or a broken one. */
static void
test_refuses(void **state)
{
    (void)state;
    run("SET s text");
    run("SET n 1234567890123456789");
    run("RPUSH l x");
    run_error("PFADD s a");
    run_error("PFADD n a");
    run_error("PFADD l a");
    run_error("PFMERGE d s");
    assert_null(entry_of("d"));
    run("SET h \"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x00\\x80\\x00\\x7f\"");
    run_error("PFCOUNT h");
    run_error("PFMERGE d h");
    run_error("PFDEBUG TODENSE h");
    run_error("PFADD h a b c d");
    run("SET h \"HYLL\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x00\\x80\"");
    run_error("PFADD h a");
}

/* What PFCOUNT says of e1 to e<elements> in a release. */
struct old_count {
    int elements;
    uint64_t redis_2_8_24;
    uint64_t redis_4_0_14;
};

/* The cached cardinality of the string h. */
static uint64_t
cached_count(void)
{
    char room[TEXT_DIGITS];
    struct bytes text = value_string_bytes(&entry_of("h")->value, room);
    return load_u64le(text.data + 8);
}

static void
test_old_counts(void **state)
{
    (void)state;
    static const struct old_count counts[] = {
        { 3, 3, 3 },
        { 100, 100, 100 },
        { 800, 804, 804 },
        { 1000, 1008, 1008 },
        { 6000, 5953, 5951 },
        { 12000, 11938, 11926 },
        { 40000, 40005, 39893 },
        { 60000, 60147, 60176 },
        { 65000, 65189, 65161 },
        { 100000, 100843, 100854 },
    };
    int elements = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        add_elements("h", elements + 1, counts[i].elements);
        elements = counts[i].elements;
        replay_set_server(replay, false, AOF_VERSION(2, 8, 24));
        run("PFCOUNT h");
        assert_int_equal(cached_count(), counts[i].redis_2_8_24);
        replay_set_server(replay, false, AOF_VERSION(4, 0, 14));
        run("PFADD h"); /* it changes nothing: the count stays */
        run("PFCOUNT h");
        assert_int_equal(cached_count(), counts[i].redis_2_8_24);
        hll_forget_count(keyspace_store(keyspace), &entry_of("h")->value);
        run("PFCOUNT h");
        assert_int_equal(cached_count(), counts[i].redis_4_0_14);
        hll_forget_count(keyspace_store(keyspace), &entry_of("h")->value);
    }
}

/* Seen in Redis 2.8.24 and 4.0.14; since which patch its source tells. */
static void
test_old_merging(void **state)
{
    (void)state;
    static const struct {
        uint32_t version;
        uint64_t size;
    } cases[] = {
        { AOF_VERSION(2, 8, 24), 12304 },
        { AOF_VERSION(4, 0, 6), 12304 },
        { AOF_VERSION(4, 0, 7), 23 },
        { AOF_VERSION(4, 0, 14), 23 },
    };
    run("PFADD a x");
    run("PFADD b y");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        replay_set_server(replay, false, cases[i].version);
        run("DEL c");
        run("PFMERGE c a b");
        assert_int_equal(value_string_size(&entry_of("c")->value),
                         cases[i].size);
    }
}

int
main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up_7_0, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_small_ones), TEST(test_growing_to_dense),
        TEST(test_merging),    TEST(test_making_dense),
        TEST(test_refuses),    TEST(test_old_counts),
        TEST(test_old_merging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
