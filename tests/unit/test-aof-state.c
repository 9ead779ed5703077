/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs of all shapes, and the state they lead to.  Commands are written as
 * words: "SET a 1;SET b 2".
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aof/aof-state.h"
#include "keyspace/value-string.h"
#include "log-files.h"

#define RDB_CTIME_MS INT64_C(1000000000000) /* 0x3b9aca00 seconds */

/* All strings as "a=1 b=2", in the order of their creation. */
static void
expect_keys(const char *expected)
{
    struct buffer line = { .data = NULL };
    struct source *source = keyspace_source(state_now.keyspace);
    struct key key;
    keyspace_rewind(state_now.keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        char room[TEXT_DIGITS];
        const struct entry *entry = keyspace_current(state_now.keyspace);
        struct bytes text = value_string_bytes(&entry->value, room);
        buffer_append_format(&line, "%s%.*s=%.*s", line.size > 0 ? " " : "",
                             (int)key.name.size, (const char *)key.name.data,
                             (int)text.size, (const char *)text.data);
    }
    buffer_append_byte(&line, '\0');
    assert_string_equal((const char *)line.data, expected);
    buffer_fini(&line);
}

static void
expect_error(enum error_kind kind, const char *words)
{
    assert_int_equal(state_now.error.kind, kind);
    assert_non_null(strstr(state_now.error.text, words));
}

/* ---- tests ---- */

static void
test_commands_alone(void **state)
{
    (void)state;
    save_commands("a", "SELECT 0;SET a 1;SELECT 5;SET b 2 PXAT 99;DEL none");
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_keys("a=1 b=2");
    assert_int_equal(state_now.base.version, 0);
    assert_int_equal(state_now.moment_ms, -1);
    assert_int_equal(state_now.parts, 1);
    assert_int_equal(replay_facts(state_now.replay)->commands, 5);
    assert_int_equal(state_now.database_count, 2);
    assert_int_equal(state_now.databases[1].db, 5);
    assert_int_equal(state_now.databases[1].hint_keys, 1);
    assert_int_equal(state_now.databases[1].hint_expires, 1);
    assert_string_equal(state_now.facts.server, "redis");
    aof_state_fini(&state_now);
}

static void
test_preamble(void **state)
{
    (void)state;
    buffer_append(&content, RDB, sizeof(RDB) - 1);
    save_commands("a", "SELECT 0;SET a 1;INCR base");
    assert_int_equal(read_log("a"), STATUS_OK);
    expect_keys("base=2 a=1");
    assert_int_equal(state_now.base.version, 11);
    assert_int_equal(state_now.moment_ms, RDB_CTIME_MS);
    assert_string_equal(state_now.facts.server_version, "7.2.6");
    assert_int_equal(state_now.facts.used_mem, -1);
    aof_state_fini(&state_now);
}

/* A dump of Valkey 9, with the key hello, in which slot 866 was being imported
 * (that is hello's). */
static void
test_import_in_the_base(void **state)
{
    (void)state;
    static const char job[] = "0123456789012345678901234567890123456789";
    static const char head[] = "VALKEY080\xf3\x28";
    static const char tail[] = "\x01\x43\x62\x43\x62\xfe\0\0\x05hello\x01"
                               "1\xff\0\0\0\0\0\0\0";
    char finish[128];
    buffer_append(&content, head, sizeof(head) - 1);
    buffer_append(&content, job, sizeof(job) - 1);
    buffer_append(&content, tail, sizeof(tail));
    save_commands("a", "SET foo 1");
    assert_int_equal(read_log("a"), STATUS_OK);
    assert_int_equal(keyspace_count_uncertain(state_now.keyspace), 1);
    assert_int_equal(replay_facts(state_now.replay)->gaps[0].offset, 9);
    aof_state_fini(&state_now);

    buffer_append(&content, head, sizeof(head) - 1);
    buffer_append(&content, job, sizeof(job) - 1);
    buffer_append(&content, tail, sizeof(tail));
    (void)snprintf(finish, sizeof(finish),
                   "CLUSTER SYNCSLOTS FINISH STATE FAILED NAME %s", job);
    save_commands("b", finish);
    assert_int_equal(read_log("b"), STATUS_OK);
    assert_int_equal(keyspace_count_uncertain(state_now.keyspace), 0);
    aof_state_fini(&state_now);
}

static void
save_set(const char *increment)
{
    buffer_append(&content, RDB, sizeof(RDB) - 1);
    save("x.1.base.rdb");
    save_commands("x.1.incr.aof", "SELECT 0;SET a 1;INCR base");
    save_commands("x.2.incr.aof", increment);
    buffer_append_text(&content, "file x.1.base.rdb seq 1 type b\n"
                                 "file x.1.incr.aof seq 1 type i\n"
                                 "file x.2.incr.aof seq 2 type i\n");
    save("x.manifest");
}

/* Each part begins in database 0. */
static void
test_set(void **state)
{
    (void)state;
    save_set("INCR a;SELECT 3;SET c 1");
    assert_int_equal(read_log("x.manifest"), STATUS_OK);
    expect_keys("base=2 a=2 c=1");
    assert_int_equal(state_now.parts, 3);
    aof_state_fini(&state_now);

    assert_int_equal(unlink("x.1.incr.aof"), 0);
    assert_int_equal(read_log("x.manifest"), STATUS_FAIL);
    expect_error(ERROR_IO, "x.1.incr.aof");
    expect_keys("base=1");
    aof_state_fini(&state_now);
}

static void
test_until(void **state)
{
    (void)state;
    const struct aof_repair_until time = { .kind = AOF_REPAIR_TIME,
                                           .ms = 15000 };
    const struct aof_repair_until flush = { .kind = AOF_REPAIR_FLUSH };
    struct aof_repair_until offset = { .kind = AOF_REPAIR_OFFSET };
    save_commands("a", "#TS:10;SET a 1;#TS:20;SET b 2;MULTI;SET c 3;FLUSHALL;"
                       "EXEC;SET d 4");
    assert_int_equal(read_until("a", time, ""), STATUS_OK);
    expect_keys("a=1");
    assert_true(state_now.stopped);
    assert_int_equal(state_now.moment_ms, 10000);
    aof_state_fini(&state_now);
    assert_int_equal(read_until("a", flush, ""), STATUS_OK);
    expect_keys("a=1 b=2");
    aof_state_fini(&state_now);
    offset.offset = 8 + 27 + 8 + 26; /* one byte of "SET b 2" is missing */
    assert_int_equal(read_until("a", offset, ""), STATUS_OK);
    expect_keys("a=1");
    aof_state_fini(&state_now);
    offset.offset++;
    assert_int_equal(read_until("a", offset, ""), STATUS_OK);
    expect_keys("a=1 b=2");
    aof_state_fini(&state_now);

    save_commands("b", "SET a 1");
    assert_int_equal(read_until("b", time, ""), STATUS_FAIL);
    expect_error(ERROR_USAGE, "#TS:");
    aof_state_fini(&state_now);
}

static void
test_until_in_a_set(void **state)
{
    (void)state;
    const struct aof_repair_until offset = { .kind = AOF_REPAIR_OFFSET,
                                             .offset = 50 };
    save_set("INCR a;SET c 1");
    assert_int_equal(read_until("x.manifest", offset, "x.1.incr.aof"),
                     STATUS_OK);
    expect_keys("base=1 a=1");
    aof_state_fini(&state_now);
    assert_int_equal(read_until("x.manifest", offset, "y"), STATUS_FAIL);
    expect_error(ERROR_USAGE, "called y");
    aof_state_fini(&state_now);
    assert_int_equal(read_until("x.manifest", offset, ""), STATUS_FAIL);
    expect_error(ERROR_USAGE, "NAME:OFFSET");
    aof_state_fini(&state_now);
}

static void
test_what_is_cut_short(void **state)
{
    (void)state;
    add_commands("SET a 1;SET b 2");
    content.size -= 3;
    save("a");
    assert_int_equal(read_log("a"), STATUS_FAIL);
    expect_error(ERROR_TRUNCATED, "");
    expect_keys("a=1");
    aof_state_fini(&state_now);

    save_commands("b", "SET a 1;MULTI;SET b 2");
    assert_int_equal(read_log("b"), STATUS_FAIL);
    expect_error(ERROR_TRUNCATED, "transaction");
    assert_int_equal(state_now.error.offset, 27);
    expect_keys("a=1");
    aof_state_fini(&state_now);
}

/* What aof.c of Redis before 4.0.12 carries out as it comes, it keeps: where
 * its release is told, and no command is newer. */
static void
test_open_transaction_of_a_release(void **state)
{
    (void)state;
    static const char open[] = "SET a 1;MULTI;SET b 2;INCR a";
    static const struct {
        const char *commands;
        const char *keys;
        uint32_t version;
        bool is_valkey;
    } cases[] = {
        { open, "a=2 b=2", AOF_VERSION(2, 8, 24), false },
        { open, "a=2 b=2", AOF_VERSION(4, 0, 11), false },
        { open, "a=1", AOF_VERSION(4, 0, 12), false },
        { open, "a=1", AOF_VERSION(5, 0, 0), false },
        { open, "a=1", AOF_VERSION(8, 0, 0), true },
        { open, "a=1", 0, false },
        { "MULTI;SET a 1;EXEC;XGROUP CREATE s g 0;MULTI;SET b 2", "a=1",
          AOF_VERSION(4, 0, 11), false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct aof_state_server server = {
            .is_valkey = cases[i].is_valkey,
            .version = cases[i].version,
            .settings = store_settings_default,
        };
        const struct aof_state_options options = { .now_ms = -1,
                                                   .server = &server };
        save_commands("a", cases[i].commands);
        assert_int_equal(read_with("a", &options), STATUS_FAIL);
        expect_error(ERROR_TRUNCATED, "transaction");
        expect_keys(cases[i].keys);
        aof_state_fini(&state_now);
    }
}

/* Only the end of the log is one: elsewhere the server did go on. */
static void
test_open_transaction_at_until(void **state)
{
    (void)state;
    const struct aof_state_server server = {
        .version = AOF_VERSION(2, 8, 24),
        .settings = store_settings_default,
    };
    const struct aof_state_options options = {
        .until = { .kind = AOF_REPAIR_OFFSET, .offset = 80 },
        .now_ms = -1,
        .server = &server,
    };
    save_commands("a", "SET a 1;MULTI;SET b 2;INCR a");
    assert_int_equal(read_with("a", &options), STATUS_OK);
    assert_true(state_now.stopped);
    expect_keys("a=1");
    aof_state_fini(&state_now);
}

static void
test_memory_limit(void **state)
{
    (void)state;
    const struct aof_state_options options = { .memory_limit = 1024 * 1024,
                                               .now_ms = -1 };
    for (int i = 0; i < 20000; i++) {
        char command[64];
        (void)snprintf(command, sizeof(command), "SET key:%d value:%d", i, i);
        add_command(command, strlen(command));
    }
    save("a");
    assert_int_equal(read_with("a", &options), STATUS_FAIL);
    expect_error(ERROR_UNSUPPORTED, "1.0 MiB");
    assert_true(keyspace_count_all(state_now.keyspace) > 5000);
    aof_state_fini(&state_now);
}

/* Settings as they are said, but for those that a release does not have; and
 * from which length on elements of lists are nodes of their own, which goes by
 * the settings since Redis 7.4 and Valkey 8.0 (quicklist.c isLargeElement). */
static void
test_settings(void **state)
{
    (void)state;
    static const struct {
        bool is_valkey;
        uint32_t version;
        int64_t list_fill;
        uint64_t set_entries;
        uint64_t list_large;
    } cases[] = {
        { false, AOF_VERSION(6, 2, 0), -3, 0, UINT64_MAX },
        { false, AOF_VERSION(7, 0, 0), -3, 0, 1 << 30 },
        { false, AOF_VERSION(7, 2, 0), -3, 9, 1 << 30 },
        { false, AOF_VERSION(7, 4, 0), -1, 9, 4096 },
        { false, AOF_VERSION(7, 4, 0), -3, 9, 16384 },
        { false, AOF_VERSION(8, 6, 0), -8, 9, 65536 },
        { false, AOF_VERSION(8, 6, 0), 100, 9, 8192 },
        { true, AOF_VERSION(7, 2, 0), -3, 9, 1 << 30 },
        { true, AOF_VERSION(8, 0, 0), -3, 9, 16384 },
        { false, 0, -5, 0, UINT64_MAX }, /* by SET: any release's */
    };
    save_commands("a", "SET s v");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct aof_state_server server = {
            .is_valkey = cases[i].is_valkey,
            .version = cases[i].version,
            .settings = { .hash_entries = 3,
                          .set_entries = 9,
                          .list_fill = cases[i].list_fill },
        };
        const struct aof_state_options options = { .now_ms = -1,
                                                   .server = &server };
        assert_int_equal(read_with("a", &options), STATUS_OK);
        const struct store_limits *limits =
            &keyspace_store(state_now.keyspace)->limits;
        assert_int_equal(limits->settings.hash_entries, 3);
        assert_int_equal(limits->settings.set_entries, cases[i].set_entries);
        assert_int_equal(limits->settings.list_fill, cases[i].list_fill);
        assert_int_equal(limits->list_large, cases[i].list_large);
        aof_state_fini(&state_now);
    }
}

/* When nodes of streams are full: the releases whose t_stream.c differs. */
static void
test_server(void **state)
{
    (void)state;
    static const struct {
        uint32_t version;
        struct stream_rules rules;
    } cases[] = {
        { AOF_VERSION(5, 0, 6), { true, true, true } },
        { AOF_VERSION(5, 0, 7), { false, true, true } },
        { AOF_VERSION(5, 0, 14), { false, false, true } },
        { AOF_VERSION(6, 0, 15), { false, true, true } },
        { AOF_VERSION(6, 0, 16), { false, false, true } },
        { AOF_VERSION(6, 2, 5), { false, true, false } },
        { AOF_VERSION(6, 2, 6), { false, false, false } },
        { AOF_VERSION(7, 0, 0), { false, false, false } },
    };
    save_commands("a", "XADD s 1-1 f v");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct aof_state_server server = {
            .version = cases[i].version,
            .settings = { .stream = { 300, 7 } },
        };
        const struct aof_state_options options = { .now_ms = -1,
                                                   .server = &server };
        assert_int_equal(read_with("a", &options), STATUS_OK);
        const struct store_limits *limits =
            &keyspace_store(state_now.keyspace)->limits;
        assert_int_equal(limits->settings.stream.bytes, 300);
        assert_int_equal(limits->settings.stream.entries, 7);
        assert_memory_equal(&limits->stream_rules, &cases[i].rules,
                            sizeof(cases[i].rules));
        aof_state_fini(&state_now);
    }
}

/* Without a time in the log they count from what is given, and are counted. */
static void
test_relative_expiries(void **state)
{
    (void)state;
    const struct aof_state_options options = { .now_ms = 5000 };
    int64_t expire_ms;
    save_commands("a", "SET a 1;EXPIRE a 2");
    assert_int_equal(read_with("a", &options), STATUS_OK);
    struct entry *entry =
        keyspace_find(state_now.keyspace, 0, BYTES_LITERAL("a"));
    assert_true(entry_expiry(entry, &expire_ms));
    assert_int_equal(expire_ms, 7000);
    assert_int_equal(replay_facts(state_now.replay)->relative_expiries, 1);
    aof_state_fini(&state_now);
    save_commands("a", "#TS:100;SET a 1;EXPIRE a 2");
    assert_int_equal(read_with("a", &options), STATUS_OK);
    entry = keyspace_find(state_now.keyspace, 0, BYTES_LITERAL("a"));
    assert_true(entry_expiry(entry, &expire_ms));
    assert_int_equal(expire_ms, 102000);
    assert_int_equal(replay_facts(state_now.replay)->relative_expiries, 0);
    aof_state_fini(&state_now);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_alone),
        cmocka_unit_test(test_preamble),
        cmocka_unit_test(test_import_in_the_base),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_until_in_a_set),
        cmocka_unit_test(test_what_is_cut_short),
        cmocka_unit_test(test_open_transaction_of_a_release),
        cmocka_unit_test(test_open_transaction_at_until),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_relative_expiries),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
