/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs that do not name their server: for whose they are taken, by what, and
 * that they are replayed as such.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aof/aof-state.h"
#include "keyspace/value-hash.h"
#include "keyspace/value-list.h"
#include "keyspace/value-stream.h"
#include "keyspace/value-zset.h"
#include "log-files.h"

/* The oldest release that has the newest command. */
static void
test_era(void **state)
{
    (void)state;
    static const struct {
        const char *commands;
        const char *server;
        const char *version;
        int rdb;
    } cases[] = {
        { "SET a 1;PFADD h x", "redis", "2.8.9", 6 },
        { "SET a 1;XADD s 1-1 f v", "redis", "5.0.0", 9 },
        { "#TS:1;SET a 1", "redis", "7.0.0", 10 },
        { "XADD s 1-1 f v;XCFGSET s IDMP-MAXSIZE 5", "redis", "8.6.0", 13 },
        { "GET a;SET a 1;UNLINK a", "redis", "4.0.0", 8 },
        { "DELIFEQ a 1", "valkey", "9.0.0", 80 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        save_commands("a", cases[i].commands);
        assert_int_equal(read_log("a"), STATUS_OK);
        assert_string_equal(state_now.facts.server, cases[i].server);
        assert_string_equal(state_now.facts.server_version,
                            cases[i].version);
        assert_true(state_now.facts.server_by[0] != '\0');
        assert_int_equal(state_now.facts.version, cases[i].rdb);
        assert_int_equal(state_now.facts.dialect,
                         cases[i].rdb == 80 ? RDB_VALKEY : RDB_REDIS);
        aof_state_fini(&state_now);
    }
    buffer_append(&content, RDB, sizeof(RDB) - 1);
    save_commands("a", "SET a 1");
    assert_int_equal(read_log("a"), STATUS_OK);
    assert_string_equal(state_now.facts.server_by, "");
    aof_state_fini(&state_now);
    buffer_append(&content, RDB, sizeof(RDB) - 1);
    save_commands("a", "HSETEX h PXAT 99999999999999 FIELDS 1 f v");
    assert_int_equal(read_log("a"), STATUS_OK);
    assert_string_equal(state_now.facts.server_version, "8.0.0");
    aof_state_fini(&state_now);
}

/* Options, and more arguments than a command took at first, as the servers'
 * src/commands tell their history; what only looks like an option is none. */
static void
test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *commands;
        const char *server;
        const char *version;
    } cases[] = {
        { "SET a 1 PX 5", "redis", "2.6.12" },
        { "SET a 1 KEEPTTL", "redis", "6.0.0" },
        { "SET a 1;SET a 1 XX pxat 99999999999999;SET a 1", "redis",
          "6.2.0" },
        { "SET a 1 IFEQ 1", "redis", "8.4.0" },
        { "SET a 1 IFEQ 1;DELIFEQ a 1", "valkey", "9.0.0" },
        { "SET PXAT KEEPTTL", "redis", "1.0.0" },
        { "HSET h f v", "redis", "2.0.0" },
        { "HSET h f v g w", "redis", "4.0.0" },
        { "RPUSH l a b;RPOP l", "redis", "1.0.0" },
        { "RPUSH l a b;RPOP l;RPOP l 2", "redis", "6.2.0" },
        { "ZADD z XX GT 1 a", "redis", "6.2.0" },
        { "ZADD z 1 GT 2 LT", "redis", "1.2.0" },
        { "SET a 1;PEXPIREAT a 99999999999999 XX", "redis", "7.0.0" },
        { "XADD s 1-1 MINID 5", "redis", "5.0.0" },
        { "XADD s NOMKSTREAM 1-1 f v", "redis", "6.2.0" },
        { "XADD s 1-1 f v;XGROUP CREATE s g 0 ENTRIESREAD 1", "redis",
          "7.0.0" },
        { "BITOP AND diff a", "redis", "2.6.0" },
        { "BITOP DIFF d a b", "redis", "8.2.0" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        save_commands("a", cases[i].commands);
        assert_int_equal(read_log("a"), STATUS_OK);
        assert_string_equal(state_now.facts.server, cases[i].server);
        assert_string_equal(state_now.facts.server_version,
                            cases[i].version);
        aof_state_fini(&state_now);
    }
    save_commands("a", "SET a 1 KEEPTTL");
    assert_int_equal(read_log("a"), STATUS_OK);
    assert_string_equal(state_now.facts.server_by,
                        "its newest command, SET with KEEPTTL");
    aof_state_fini(&state_now);
}

/* Which of a and b is first in the list d: Redis turns a list round that it
 * sorts BY nothing, DESC, since 3.2. */
static void
expect_turned(bool turned)
{
    struct value_list_cursor cursor;
    char room[TEXT_DIGITS];
    struct bytes text;
    const struct entry *entry =
        keyspace_find(state_now.keyspace, 0, BYTES_LITERAL("d"));
    assert_non_null(entry);
    value_list_begin(&cursor, &entry->value);
    assert_true(value_list_next(&cursor, room, &text));
    assert_int_equal(text.data[0], turned ? 'b' : 'a');
    aof_state_fini(&state_now);
}

/* A score of -0 is 0 in a packed sorted set since Redis 7.0 (util.c d2string),
 * and of servers that old is what is called like a part of a set. */
static void
test_name_of_a_part(void **state)
{
    static const struct {
        const char *file;
        const char *version;
        const char *by;
        bool has_sign;
    } cases[] = {
        { "appendonly.aof", "1.2.0", "its newest command, ZADD", true },
        { "appendonly.aof.1.incr.aof", "7.0.0", "its file's name", false },
        { "own.12.base.aof", "7.0.0", "its file's name", false },
        { "x.incr.aof", "1.2.0", "its newest command, ZADD", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double score;
        save_commands(cases[i].file, "ZADD z -0 m");
        assert_int_equal(read_log(cases[i].file), STATUS_OK);
        assert_string_equal(state_now.facts.server_version, cases[i].version);
        assert_string_equal(state_now.facts.server_by, cases[i].by);
        assert_true(value_zset_score(keyspace_store(state_now.keyspace),
                                     &keyspace_find(state_now.keyspace, 0,
                                                    BYTES_LITERAL("z"))
                                          ->value,
                                     BYTES_LITERAL("m"), &score));
        assert_int_equal(signbit(score) != 0, cases[i].has_sign);
        aof_state_fini(&state_now);
    }
}

#define TURN "RPUSH l a b;SORT l BY none DESC STORE d"

/* A command is replayed by all of the log, what comes behind it, too. */
static void
test_era_is_known_before(void **state)
{
    (void)state;
    const struct aof_repair_until offset = { .kind = AOF_REPAIR_OFFSET,
                                             .offset = 36 + 67 + 27 };
    const struct aof_state_options options = { .now_ms = -1 };
    save_commands("a", TURN);
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_turned(false);
    save_commands("a", TURN ";SET a 1;SET a 1 PXAT 99999999999999;SET b 1");
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_turned(true);
    save_commands("a", TURN ";SET a 1;XADD s 1-1 f v;SET b 1");
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_turned(true);
    assert_int_equal(read_until("a", offset, ""), STATUS_OK);
    expect_turned(false);
    assert_int_equal(read_as_pipe("a", &options), STATUS_OK);
    expect_turned(false);
    save_commands("a", TURN ";#TS:1");
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_turned(true);
    buffer_append_text(&content, "file x.1.incr.aof seq 1 type i\n"
                                 "file x.2.incr.aof seq 2 type i\n");
    save("x.manifest");
    save_commands("x.1.incr.aof", TURN);
    save_commands("x.2.incr.aof", "SET a 1");
    assert_int_equal(read_log("x.manifest"), STATUS_OK);
    expect_turned(true);
}

static void
keep_most(void *context, uint64_t bytes)
{
    uint64_t *most = context;
    assert_true(bytes >= *most);
    *most = bytes;
}

/* Whoever reads ahead says how far, and passes over nothing that tells: names
 * spelt otherwise, subcommands, and what stands behind a long argument. */
static void
test_reading_ahead(void **state)
{
    uint64_t most = 0;
    const struct aof_state_options options = { .now_ms = -1,
                                               .ahead = keep_most,
                                               .context = &most };
    (void)state;
    for (int i = 0; i < 20000; i++)
        add_commands("SET a 1;INCR a");
    buffer_append_text(&content, "*3\r\n$3\r\nset\r\n$1\r\nb\r\n$300000\r\n");
    for (int i = 0; i < 300000; i++)
        buffer_append_byte(&content, '*');
    buffer_append_text(&content, "\r\n");
    uint64_t size = content.size;
    save_commands("a", TURN ";INCR a;xgroup createconsumer s g c;INCR a");
    assert_int_equal(read_with("a", &options), STATUS_OK);
    assert_string_equal(state_now.facts.server_version, "6.2.0");
    expect_turned(true);
    assert_true(most > size / 2);
    save_commands("a", TURN);
    most = 0;
    assert_int_equal(read_as_pipe("a", &options), STATUS_OK);
    assert_int_equal(most, 0);
    expect_turned(false);
}

/* Whether a group of the stream s has a consumer of that name. */
static bool
has_consumer(const char *name)
{
    const struct entry *entry =
        keyspace_find(state_now.keyspace, 0, BYTES_LITERAL("s"));
    assert_non_null(entry);
    const struct stream_group *group =
        value_stream_group(&entry->value, BYTES_LITERAL("g"));
    assert_non_null(group);
    return stream_group_consumer(group, bytes_of_text(name)) != NULL;
}

/* Reads a base of these commands. */
static void
read_base(const char *commands)
{
    buffer_append_text(&content, "file x.1.base.aof seq 1 type b\n");
    save("x.manifest");
    save_commands("x.1.base.aof", commands);
    assert_int_equal(read_log("x.manifest"), STATUS_OK);
}

/* The same server writes its scores and its hashes in its own way, and only it
 * makes consumers of those who claimed nothing: Redis 7.0.15 has "firm" alone,
 * 7.2.6 has both. */
static void
test_rewritten(void **state)
{
    static const struct {
        const char *score;
        const char *field;
        const char *server;
        const char *version;
        bool has_idle;
    } cases[] = {
        { "0.5", "HSET h f v", "redis", "7.0.0", false },
        { "0.10000000000000001", "HSET h f v", "redis", "7.0.0", false },
        { "0.1", "HSET h f v", "redis", "7.2.0", true },
        { "2", "HSETEX h PXAT 4102444800000 FIELDS 1 f v", "valkey", "9.0.0",
          true },
        { "2", "HPEXPIREAT h 4102444800000 FIELDS 1 f", "redis", "7.4.0",
          true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char commands[512];
        (void)snprintf(commands, sizeof(commands),
                       "XADD s 2-0 f v;XGROUP CREATE s g 2-0;"
                       "XCLAIM s g idle 0 1-0 TIME 1 RETRYCOUNT 1 FORCE JUSTID;"
                       "XCLAIM s g firm 0 1-0 TIME 1 RETRYCOUNT 1 FORCE JUSTID;"
                       "XGROUP CREATECONSUMER s g firm;ZADD z %s m;HSET h f v;"
                       "%s",
                       cases[i].score, cases[i].field);
        read_base(commands);
        assert_string_equal(state_now.facts.server, cases[i].server);
        assert_string_equal(state_now.facts.server_version, cases[i].version);
        assert_true(has_consumer("firm"));
        assert_int_equal(has_consumer("idle"), cases[i].has_idle);
        const struct entry *hash =
            keyspace_find(state_now.keyspace, 0, BYTES_LITERAL("h"));
        assert_int_equal(hash->value.form == HASH_TABLE,
                         strcmp(cases[i].server, "valkey") == 0);
        aof_state_fini(&state_now);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_era),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_name_of_a_part),
        cmocka_unit_test(test_era_is_known_before),
        cmocka_unit_test(test_reading_ahead),
        cmocka_unit_test(test_rewritten),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
