/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs in short: commands with ';' between them, "#..." for an annotation,
 * '!' in front of bytes as they are, '~' in front of a command that lacks its
 * last bytes, '<' for one with LF as line ends of its numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aof/aof-repair.h"
#include "aof/repair-names.h"

static FILE *file;

static const struct aof_repair_until all = { AOF_REPAIR_ALL, 0, 0 };

static void
append_words(struct buffer *out, struct bytes words, const char *line_end)
{
    size_t count = 1;
    for (size_t i = 0; i < words.size; i++)
        count += words.data[i] == ' ';
    buffer_append_format(out, "*%zu%s", count, line_end);
    for (; count > 0; count--) {
        const unsigned char *blank = memchr(words.data, ' ', words.size);
        size_t size =
            blank == NULL ? words.size : (size_t)(blank - words.data);
        buffer_append_format(out, "$%zu%s%.*s\r\n", size, line_end, (int)size,
                             (const char *)words.data);
        size_t used = size + (blank != NULL);
        words = bytes_of(words.data + used, words.size - used);
    }
}

static void
append_item(struct buffer *out, struct bytes item)
{
    enum { LACKING = 3 };
    struct bytes rest = bytes_of(item.data + 1, item.size - 1);
    switch (item.data[0]) {
    case '!':
        buffer_append(out, rest.data, rest.size);
        break;
    case '#':
        buffer_append(out, item.data, item.size);
        buffer_append_text(out, "\r\n");
        break;
    case '~':
        append_words(out, rest, "\r\n");
        out->size -= LACKING;
        break;
    case '<':
        append_words(out, rest, "\n");
        break;
    default:
        append_words(out, item, "\r\n");
    }
}

static void
make_log(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, ";");
        append_item(out, bytes_of(text, size));
        text += size + (text[size] == ';');
    }
}

static void
append_bytes(void *context, struct bytes bytes)
{
    buffer_append(context, bytes.data, bytes.size);
}

struct result {
    struct repair_plan plan;
    struct aof_repair_facts facts;
    struct buffer kept;
};

static void
repair_bytes(struct bytes log, struct aof_repair_until until,
             struct result *result)
{
    struct error error = { .kind = ERROR_NONE };
    struct aof_repair_options options = { .fd = fileno(file),
                                          .size = log.size,
                                          .until = until };
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_int_equal(pwrite(fileno(file), log.data, log.size, 0), log.size);
    result->kept = (struct buffer){ NULL, 0, 0 };
    assert_int_equal(aof_repair_find(&result->plan, &result->facts, &options,
                                     &error), STATUS_OK);
    assert_int_equal(aof_repair_write(&result->plan, &options, append_bytes,
                                      NULL, &result->kept, &error),
                     STATUS_OK);
}

static void
result_fini(struct result *result)
{
    repair_plan_fini(&result->plan);
    buffer_fini(&result->kept);
}

/* What is left of a log, in short as well, and the reasons of what is not. */
static void
expect_until(const char *text, struct aof_repair_until until,
             const char *wanted, const char *reasons)
{
    struct buffer log = { NULL, 0, 0 };
    struct buffer left = { NULL, 0, 0 };
    struct buffer told = { NULL, 0, 0 };
    struct result result;
    make_log(&log, text);
    make_log(&left, wanted);
    repair_bytes(buffer_bytes(&log), until, &result);
    for (size_t i = 0; i < result.plan.count; i++)
        buffer_append_format(
            &told, "%s%s%s", i > 0 ? " " : "",
            repair_reason_name(result.plan.ranges[i].reason),
            result.plan.ranges[i].with_block ? "+" : "");
    buffer_append_byte(&told, '\0');
    assert_string_equal((const char *)told.data, reasons);
    assert_int_equal(result.kept.size, left.size);
    assert_memory_equal(result.kept.data, left.data, left.size);
    result_fini(&result);
    buffer_fini(&log);
    buffer_fini(&left);
    buffer_fini(&told);
}

static void
expect(const char *text, const char *wanted, const char *reasons)
{
    expect_until(text, all, wanted, reasons);
}

/* ---- ends ---- */

static void
test_ends(void **state)
{
    (void)state;
    expect("SELECT 0;SET a 1", "SELECT 0;SET a 1", "");
    expect("SET a 1;~SET b 2", "SET a 1", "cut");
    expect("SET a 1;!*", "SET a 1", "cut");
    expect("SET a 1;!*3\r\n", "SET a 1", "cut");
    expect("SET a 1;!#TS:17", "SET a 1", "annotation");
    expect("SET a 1;MULTI;SET b 2;~SET c 3", "SET a 1", "open");
    expect("SET a 1;MULTI;SET b 2", "SET a 1", "open");
    expect("SET a 1;MULTI;SELECT 1;SET b 2", "SET a 1", "open");
    expect("SET a 1;!garbage", "SET a 1", "damaged");
}

/* A value that looks like a log is none, however it is cut. */
static void
test_cut_in_value(void **state)
{
    (void)state;
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$900\r\n"
           "*1\r\n$8\r\nFLUSHALL\r\n*1\r\n$8\r\nFLUSHALL\r\n",
           "SET a 1", "cut");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$900\r\n"
           "text\r\n*1\r\n$8\r\nFLUSHALL\r\n*1\r\n$8\r\nFLUSHALL\r\n",
           "SET a 1", "cut");
}

/* ---- the middle ---- */

static void
test_middle(void **state)
{
    (void)state;
    expect("SET a 1;!garbage;SET b 2", "SET a 1;SET b 2", "damaged");
    expect("!garbage;SET b 2", "SET b 2", "damaged");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$9\r\nb\r\n$1\r\n2\r\n;SET c 3",
           "SET a 1;SET c 3", "damaged");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$999999\r\n2\r\n;SET c 3",
           "SET a 1", "cut");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n"
           "$1000000000000000\r\n2\r\n;SET c 3",
           "SET a 1;SET c 3", "damaged");
    expect("SET a 1;!*1\r\n$4\r\nSADD\r\n$1\r\nb\r\n$1\r\n2\r\n;SET c 3",
           "SET a 1;SET c 3", "unknown");
    expect("SET a 1;!*3\r\n$4\r\nSADD\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\n3\r\n;"
           "SET c 3",
           "SET a 1;SET c 3", "damaged");
    expect("SET a 1;SGT b 2;SET c 3", "SET a 1;SET c 3", "unknown");
    expect("SET a 1;SET b;SET c 3", "SET a 1;SET c 3", "unknown");
    expect("SET a 1;JSON.SET b $ 2;SET c 3", "SET a 1;JSON.SET b $ 2;SET c 3",
           "");
    expect("SET a 1;!\n#x\n#TS:17x\n;SET c 3", "SET a 1;SET c 3", "damaged");
    expect("SET a 1;!x;#TS:17;SET c 3", "SET a 1;#TS:17;SET c 3", "damaged");
    expect("SET a 1;DEBUG SEGFAULT;SET c 3", "SET a 1;SET c 3", "deadly");
}

/* Text of another log in a damaged place is left out as long as it shows. */
static void
test_short_runs(void **state)
{
    (void)state;
    expect("SET a 1;!rest\r\n;SET x 1;SET y 2;!*3\r\n$3\r\nSE;SET b 2;SET c 3",
           "SET a 1;SET b 2;SET c 3", "damaged");
}

static void
test_odd(void **state)
{
    (void)state;
    expect("SET a 1;<SET b 2;<SET b 3;SET c 3",
           "SET a 1;SET b 2;SET b 3;SET c 3", "rewritten");
    expect("SET a 1;!*3\r\n$03\r\nSET\r\n$1x\r\nb\r\n$1\r\n2\r\n;SET c 3",
           "SET a 1;SET b 2;SET c 3", "rewritten");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\rX;SET c 3",
           "SET a 1;SET b 2;SET c 3", "rewritten");
    expect("SET a 1;!*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2XY;SET c 3",
           "SET a 1;SET c 3", "damaged");
    expect("SET a 1;!*9\r\n$6\r\nSELECT\r\n$-1\r\n3\r\n;SET c 3",
           "SET a 1;SELECT 3;SET c 3", "rewritten");
    expect("MULTI;SET a 1;!????$4\r\nEXEC\r\n;SET c 3",
           "MULTI;SET a 1;EXEC;SET c 3", "rewritten");
}

/* ---- transactions ---- */

static void
test_blocks(void **state)
{
    (void)state;
    expect("SET z 0;MULTI;SET a 1;!garbage;SET b 2;EXEC;SET c 3",
           "SET z 0;SET c 3", "damaged+");
    expect("SET z 0;!garbage;SET a 1;EXEC;SET c 3", "SET z 0;SET c 3",
           "damaged+");
    expect("SET z 0;!garbage;SET a 1;#TS:17;SET b 2;EXEC;SET c 3",
           "SET z 0;SET a 1;#TS:17;SET b 2;SET c 3", "damaged exec-alone");
    expect("SET z 0;MULTI;SET a 1;!garbage;SET b 2;MULTI;SET c 3;EXEC",
           "SET z 0;SET b 2;MULTI;SET c 3;EXEC", "damaged+");
    expect("SET z 0;MULTI;SET a 1;!garbage;SET b 2;#TS:17;SET c 3",
           "SET z 0;SET b 2;#TS:17;SET c 3", "damaged+");
    expect("SET z 0;MULTI;SET a 1;!garbage;SET b 2", "SET z 0;SET b 2",
           "damaged+");
    expect("SET z 0;MULTI;SET a 1;SGT b 2;EXEC;SET c 3", "SET z 0;SET c 3",
           "unknown+");
    expect("SET z 0;MULTI;SET a 1;MULTI;SET b 2;EXEC",
           "SET z 0;MULTI;SET a 1;SET b 2;EXEC", "nested");
    expect("SET z 0;EXEC;SET a 1", "SET z 0;SET a 1", "exec-alone");
    expect("MULTI;SET a 1;DISCARD;WATCH k;EXEC", "MULTI;SET a 1;EXEC",
           "control");
    expect("MULTI;SET a 1;SELECT 2;SET b 2;EXEC",
           "MULTI;SET a 1;SELECT 2;SET b 2;EXEC", "");
}

/* What servers leave behind (bug 2): MULTI without EXEC, then a restart. */
static void
test_dangling(void **state)
{
    (void)state;
    expect("SELECT 0;MULTI;SET a 1;SELECT 0;SET b 2;SET c 3",
           "SELECT 0;SELECT 0;SET b 2;SET c 3", "dangling");
    expect("SELECT 0;MULTI;SET a 1;#TS:17;SELECT 0;SET b 2",
           "SELECT 0;#TS:17;SELECT 0;SET b 2", "dangling");
    expect("SELECT 0;MULTI;SET a 1;SELECT 0;SET b 2;MULTI;SET c 3;EXEC",
           "SELECT 0;SELECT 0;SET b 2;MULTI;SET c 3;EXEC", "dangling");
    expect("SELECT 0;MULTI;SET a 1;SELECT 5;SET b 2;MULTI;SET c 3;EXEC",
           "SELECT 0;SELECT 5;SET b 2;MULTI;SET c 3;EXEC", "dangling");
    expect("SELECT 0;MULTI;SELECT 0;SET b 2;MULTI;SET c 3;EXEC",
           "SELECT 0;SELECT 0;SET b 2;MULTI;SET c 3;EXEC", "dangling");
    expect("SELECT 0;MULTI;SET y 1;EXEC;MULTI;SET a 1;SELECT 5;SET b 2;"
           "SET c 3;SET d 4;SET e 5;SET f 6;SET g 7;SET h 8;SET i 9",
           "SELECT 0;MULTI;SET y 1;EXEC;SELECT 5;SET b 2;SET c 3;SET d 4;"
           "SET e 5;SET f 6;SET g 7;SET h 8;SET i 9",
           "dangling");
}

/* What goes for another reason in the half that stays, and beside what goes
 * with a transaction. */
static void
test_ranges_meet(void **state)
{
    (void)state;
    expect("SELECT 0;MULTI;SET a 1;SELECT 0;SET b 2;!garbage",
           "SELECT 0;SELECT 0;SET b 2", "dangling damaged");
    expect("SELECT 0;MULTI;SET a 1;SELECT 0;<SET b 2;MULTI;SET c 3;EXEC",
           "SELECT 0;SELECT 0;SET b 2;MULTI;SET c 3;EXEC",
           "dangling rewritten");
    expect("SET z 0;SGT a 1;!garbage;SET b 2;EXEC;SET c 3",
           "SET z 0;SET c 3", "unknown+");
}

/* ---- until ---- */

static void
test_until(void **state)
{
    (void)state;
    const struct aof_repair_until time = { AOF_REPAIR_TIME, 18000, 0 };
    const struct aof_repair_until flush = { AOF_REPAIR_FLUSH, 0, 0 };
    struct aof_repair_until offset = { AOF_REPAIR_OFFSET, 0, 27 };
    expect_until("#TS:17;SET a 1;#TS:18;SET b 2;#TS:19;SET c 3", time,
                 "#TS:17;SET a 1;#TS:18;SET b 2", "until");
    expect_until("#TS:17;SET a 1", time, "#TS:17;SET a 1", "");
    expect_until("SET a 1;FLUSHALL;SET b 2", flush, "SET a 1", "until");
    expect_until("SET a 1;MULTI;SET x 1;FLUSHDB;EXEC;SET b 2", flush,
                 "SET a 1", "until");
    expect_until("SET a 1;!garbage;FLUSHALL;SET b 2", flush, "SET a 1",
                 "damaged until");
    expect_until("SET a 1;SET b 2", offset, "SET a 1", "until");
    offset.offset = 26;
    expect_until("SET a 1;SET b 2", offset, "", "until");
    offset.offset = 53;
    expect_until("SET a 1;SET b 2", offset, "SET a 1", "until");
    offset.offset = 54;
    expect_until("SET a 1;SET b 2", offset, "SET a 1;SET b 2", "");
    expect_until("<SET a 1;<SET b 2;<FLUSHALL;<SET c 3", flush,
                 "SET a 1;SET b 2", "rewritten until");
}

/* ---- what is told ---- */

static void
test_databases(void **state)
{
    (void)state;
    struct buffer log = { NULL, 0, 0 };
    struct result result;
    make_log(&log, "SELECT 0;SET a 1;!garbage;SET b 2;SELECT 3;SET c 3");
    repair_bytes(buffer_bytes(&log), all, &result);
    assert_int_equal(result.plan.count, 1);
    const struct repair_range *range = &result.plan.ranges[0];
    assert_true(range->db_unsure);
    assert_int_equal(range->db, 0);
    assert_int_equal(range->from.at, 23 + 27);
    assert_int_equal(range->db_until, 23 + 27 + 7 + 27);
    assert_int_equal(result.plan.kept, 5);
    result_fini(&result);
    buffer_clear(&log);
    make_log(&log, "SELECT 0;SET a 1;!garbage;SET b 2;SELECT 0;SET c 3");
    repair_bytes(buffer_bytes(&log), all, &result);
    assert_false(result.plan.ranges[0].db_unsure);
    result_fini(&result);
    buffer_fini(&log);
}

static void
test_names(void **state)
{
    (void)state;
    struct buffer log = { NULL, 0, 0 };
    struct repair_names names;
    make_log(&log, "MSET a 1 b 2;GET c;!x;SADD d 1;~DEL e f;DEL a");
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_int_equal(pwrite(fileno(file), log.data, log.size, 0), log.size);
    repair_names_init(&names, fileno(file), log.size);
    repair_names_find(&names, 0, log.size);
    assert_int_equal(names.names.count, 4);
    const char *const wanted[] = { "a", "b", "d", "e" };
    for (uint32_t i = 0; i < 4; i++)
        assert_true(bytes_equal(map_name(&names.names, i),
                                bytes_of_text(wanted[i])));
    assert_true(names.is_whole);
    assert_string_equal(names.command, "MSET");
    repair_names_fini(&names);
    buffer_fini(&log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_cut_in_value),
        cmocka_unit_test(test_middle),
        cmocka_unit_test(test_short_runs),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_dangling),
        cmocka_unit_test(test_ranges_meet),
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_databases),
        cmocka_unit_test(test_names),
    };
    file = tmpfile();
    if (file == NULL)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)fclose(file);
    return failed;
}
