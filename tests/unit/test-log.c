/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "log-text.h"

enum { MEMORY = 64 * 1024 * 1024 };

static struct log *
read_lines(const char *lines)
{
    const struct log_options options = { .depth = 1, .hot = 10,
                                         .memory = MEMORY };
    struct log *log = log_new(&options);
    log_text_read(log, 0, 0, lines, AOF_RECORD_HELD);
    return log;
}

static const struct log_command *
command_of(const struct log *log, const char *name)
{
    uint32_t row = map_find(&log->commands.names, bytes_of_text(name));
    assert_int_not_equal(row, MAP_NONE);
    return &log->commands.rows[row];
}

static void
assert_command(const struct log *log, const char *name, uint64_t commands,
               uint64_t bytes)
{
    const struct log_command *command = command_of(log, name);
    assert_int_equal(command->commands, commands);
    assert_int_equal(command->bytes, bytes);
}

static void
assert_key(struct log *log, const char *name, uint64_t commands,
           uint64_t bytes)
{
    size_t count;
    struct log_keys_hot *keys = log_keys_ranked(&log->keys, true, &count);
    size_t i = 0;
    while (i < count && !bytes_equal(keys[i].key.name, bytes_of_text(name)))
        i++;
    assert_true(i < count);
    assert_int_equal(keys[i].figures.commands, commands);
    assert_int_equal(keys[i].figures.bytes, bytes);
    assert_int_equal(keys[i].missing.commands, 0);
    assert_int_equal(keys[i].missing.bytes, 0);
    free(keys);
}

static void
test_totals(void **state)
{
    (void)state;
    struct log *log = read_lines("#TS:100\n"    /* 9 */
                                 "SELECT 0\n"   /* 4 + 12 + 7 = 23 */
                                 "SET a 1\n"    /* 4 + 9 + 7 + 7 = 27 */
                                 "#TS:110\n"    /* 9 */
                                 "del a\n"      /* 4 + 9 + 7 = 20 */
                                 "# comment\n"  /* 11 */
                                 "MULTI\n"      /* 4 + 11 = 15 */
                                 "INCR n\n"     /* 4 + 10 + 7 = 21 */
                                 "EXEC\n");     /* 4 + 10 = 14 */
    const struct log_totals *totals = &log->totals;
    assert_int_equal(totals->commands, 6);
    assert_int_equal(totals->bytes, 120);
    assert_int_equal(totals->writes, 2);
    assert_int_equal(totals->deletes, 1);
    assert_int_equal(totals->controls, 3);
    assert_int_equal(totals->control_bytes, 52);
    assert_int_equal(totals->annotations, 3);
    assert_int_equal(totals->annotation_bytes, 29);
    assert_true(totals->has_times);
    assert_int_equal(totals->first_time_s, 100);
    assert_int_equal(totals->last_time_s, 110);
    assert_int_equal(totals->timed_commands, 6);
    assert_int_equal(log->times.count, 2);
    assert_int_equal(log->times.slices[0].commands, 2);
    assert_int_equal(log->times.slices[1].deletes, 1);
    log_free(log);
}

static void
test_commands(void **state)
{
    (void)state;
    struct log *log = read_lines("SET a 1\n"                /* 27 */
                                 "set b 2\n"                /* 27 */
                                 "XGROUP CREATE s g 0\n"    /* 4+12+12+21 */
                                 "xgroup setid s g 0\n"     /* 4+12+11+21 */
                                 "My.Module k\n"            /* 4+15+7 */
                                 "MY.MODULE k\n");
    assert_command(log, "SET", 2, 54);
    assert_command(log, "XGROUP CREATE", 1, 49);
    assert_command(log, "XGROUP SETID", 1, 48);
    assert_command(log, "MY.MODULE", 2, 52);
    assert_null(command_of(log, "MY.MODULE")->known);
    log_free(log);
}

static void
test_unknown_names_are_bounded(void **state)
{
    (void)state;
    struct buffer lines = { .data = NULL };
    for (int i = 0; i < LOG_COMMANDS_UNKNOWN_MAX + 10; i++)
        buffer_append_format(&lines, "NOBODY%d\n", i);
    buffer_append_text(&lines, "SET a 1\n");
    buffer_append_byte(&lines, '\0');
    struct log *log = read_lines((const char *)lines.data);
    assert_int_equal(log->commands.names.count, LOG_COMMANDS_UNKNOWN_MAX + 2);
    assert_int_equal(command_of(log, "(other)")->commands, 10);
    assert_true(command_of(log, "(other)")->is_rest);
    log_free(log);
    buffer_fini(&lines);
}

/* Each key has what begins with its name, the first also what is before. */
static void
test_bytes_of_keys(void **state)
{
    (void)state;
    struct log *log = read_lines("MSET aa 1 bb 22\n" /* 4+10, 8+7, 8+8 */
                                 "DEL aa cc dd\n"    /* 4+9, 8, 8, 8 */
                                 "SUNIONSTORE ee aa bb\n" /* 4+18+8+8+8 */
                                 "RENAME ee ff\n"         /* 4+12+8, 8 */
                                 "FLUSHDB\n");
    assert_key(log, "aa", 2, 14 + 15 + 13 + 8);
    assert_key(log, "bb", 1, 16);
    assert_key(log, "cc", 1, 8);
    assert_key(log, "dd", 1, 8);
    assert_key(log, "ee", 2, 46 + 24);
    assert_key(log, "ff", 1, 8);
    assert_int_equal(log_keys_sums(&log->keys).bytes, 45 + 37 + 46 + 32);
    log_free(log);
}

/* In slices, a key may begin in one and end in the next. */
static void
test_slices(void **state)
{
    (void)state;
    enum { KEYS = 3000 };
    struct buffer lines = { .data = NULL };
    buffer_append_text(&lines, "MSET");
    for (int i = 0; i < KEYS; i++)
        buffer_append_format(&lines, " key%04d v%04d", i, i);
    buffer_append_text(&lines, "\n");
    buffer_append_byte(&lines, '\0');
    struct log *log = read_lines((const char *)lines.data);
    /* "*6001" and "$4 MSET"; then 13 and 11 for each. */
    assert_command(log, "MSET", 1, 7 + 10 + KEYS * 24);
    struct log_keys_sums sums = log_keys_sums(&log->keys);
    assert_int_equal(sums.keys, KEYS);
    assert_int_equal(sums.bytes, 7 + 10 + KEYS * 24);
    assert_key(log, "key0000", 1, 7 + 10 + 24);
    assert_key(log, "key0001", 1, 24);
    log_free(log);
    buffer_fini(&lines);
}

static void
test_databases(void **state)
{
    (void)state;
    struct log *log = read_lines("SET a 1\n"
                                 "SELECT 3\n"
                                 "SET a 1\n"
                                 "SET a 2\n");
    log_text_read(log, 0, 1, "SET a 3\n", AOF_RECORD_HELD);
    assert_int_equal(log->space_count, 2);
    assert_int_equal(log->spaces[0].commands, 2);
    assert_int_equal(log->spaces[1].db, 3);
    assert_int_equal(log->spaces[1].commands, 2);
    assert_int_equal(log->spaces[1].bytes, 54);
    assert_int_equal(log_keys_sums(&log->keys).keys, 2);
    /* Another input has keys of its own. */
    log_text_read(log, 1, 2, "SET a 3\n", AOF_RECORD_HELD);
    assert_int_equal(log->space_count, 3);
    assert_int_equal(log_keys_sums(&log->keys).keys, 3);
    log_free(log);
}

static void
test_transactions(void **state)
{
    (void)state;
    struct log *log = read_lines("MULTI\n"
                                 "SET a 1\n"
                                 "EXEC\n"
                                 "MULTI\n"
                                 "EXEC\n"
                                 "SET a 1\n"
                                 "MULTI\n"
                                 "SELECT 1\n"
                                 "SET a 1\n"
                                 "SET b 1\n"
                                 "EXEC\n"
                                 "EXEC\n"
                                 "MULTI\n"
                                 "SET a 1\n");
    const struct log_transactions *all = &log->transactions;
    assert_int_equal(all->count, 2);
    assert_int_equal(all->commands, 3);
    assert_int_equal(all->largest, 2);
    assert_int_equal(all->largest_bytes, 54);
    assert_int_equal(all->largest_offset, 15 + 27 + 14 + 15 + 14 + 27);
    assert_int_equal(all->open, 1);
    log_free(log);
}

static void
assert_garbage(const char *lines, uint64_t garbage)
{
    struct log *log = read_lines(lines);
    struct log_keys_sums sums = log_keys_sums(&log->keys);
    assert_true(sums.is_exact);
    assert_int_equal(sums.garbage, garbage);
    assert_int_equal(sums.garbage_least, garbage);
    log_free(log);
}

static void
test_garbage(void **state)
{
    (void)state;
    /* What was replaced. */
    assert_garbage("SET a 1\nSET a 2\nSET b 1\n", 27);
    assert_garbage("INCR n\nINCR n\nINCR n\n", 2 * 21);
    assert_garbage("RPUSH l x\nRPUSH l y\n", 0);
    /* What was deleted, and what deleted it (20 bytes). */
    assert_garbage("RPUSH l x\nRPUSH l y\nDEL l\n", 2 * 29 + 20);
    assert_garbage("SET a 1\nSELECT 1\nDEL a\n", 20);
    /* Flushed: the database, or all of them. */
    assert_garbage("SET a 1\nSELECT 1\nSET a 1\nFLUSHDB\n", 27);
    assert_garbage("SET a 1\nSELECT 1\nSET a 1\nFLUSHALL\n", 54);
    assert_garbage("SET a 1\nFLUSHDB\nRPUSH a x\n", 27);
    /* Renamed: the value lives on, the 30 bytes that say so do not. */
    assert_garbage("SET a 1\nRENAME a b\n", 30);
    assert_garbage("SET b 1\nSET a 1\nRENAME a b\n", 27 + 30);
    assert_garbage("SET a 1\nRENAME a b\nDEL b\n", 27 + 30 + 20);
}

static void
test_prefixes(void **state)
{
    (void)state;
    struct log *log = read_lines("SET user:1 x\n" /* 4+9+12+7 = 32 */
                                 "SET user:2 x\n"
                                 "DEL user:1 n\n" /* 13+12, 7 */
                                 "INCR n\n");     /* 21 */
    size_t count;
    struct prefix_row *rows = prefix_rows(log->prefixes, &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].sums.keys, 3);
    assert_int_equal(rows[0].sums.memory, 32 + 32 + 25);
    assert_int_equal(rows[0].sums.no_expiry_keys, 1);
    assert_true(rows[1].is_other);
    assert_int_equal(rows[1].sums.keys, 2);
    assert_int_equal(rows[1].sums.memory, 7 + 21);
    free(rows);
    log_free(log);
}

static void
test_biggest(void **state)
{
    (void)state;
    struct log *log = read_lines("SET a 1\n"
                                 "SET a 4444\n"
                                 "SET b 333\n"
                                 "SET a 4444\n");
    assert_int_equal(log_biggest_rank(&log->biggest), 4);
    const struct log_entry *first = &log_biggest_at(&log->biggest, 0)->entry;
    const struct log_entry *second = &log_biggest_at(&log->biggest, 1)->entry;
    assert_int_equal(first->bytes, 30);
    assert_int_equal(first->number, 2);
    assert_int_equal(first->offset, 27);
    assert_true(bytes_equal(first->key->name, BYTES_LITERAL("a")));
    assert_int_equal(second->number, 4);
    assert_int_equal(second->offset, 27 + 30 + 29);
    log_free(log);
}

static bool
is_b(void *context, const struct log_key *key)
{
    (void)context;
    return bytes_equal(key->name, BYTES_LITERAL("b"));
}

static void
test_filter(void **state)
{
    (void)state;
    const struct log_options options = { .depth = 1, .hot = 10,
                                         .memory = MEMORY, .passes = is_b };
    struct log *log = log_new(&options);
    log_text_read(log, 0, 0,
                  "MULTI\nSET a 1\nSET b 1\nEXEC\n"
                  "MULTI\nSET a 1\nEXEC\n"
                  "DEL a b\n" /* 4 + 9 + 7 + 7, of which b has 7 */
                  "FLUSHALL\n",
                  AOF_RECORD_HELD);
    assert_int_equal(log->totals.commands, 2);
    assert_int_equal(log->totals.bytes, 54);
    assert_int_equal(log->transactions.count, 1);
    assert_int_equal(log->transactions.commands, 1);
    assert_key(log, "b", 2, 27 + 7);
    assert_int_equal(log_keys_sums(&log->keys).keys, 1);
    assert_true(bytes_equal(log_biggest_at(&log->biggest, 0)->key.name,
                            BYTES_LITERAL("b")));
    log_free(log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_unknown_names_are_bounded),
        cmocka_unit_test(test_bytes_of_keys),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_databases),
        cmocka_unit_test(test_transactions),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_biggest),
        cmocka_unit_test(test_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
