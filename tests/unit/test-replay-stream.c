/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is expected is in the dump of a Redis 8.6.3 that has loaded a log of the
 * same commands.  Times apart, which are its own, and what is said otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aof/aof-commands.h"
#include "keyspace/value-stream.h"
#include "replay-text.h"
#include "walk-text.h"

/* Runs a command that a server has no objection to. */
static void
works(const char *line)
{
    uint64_t errors = replay_facts(replay)->errors;
    size_t gaps = replay_facts(replay)->gap_count;
    run(line);
    assert_int_equal(replay_facts(replay)->errors, errors);
    assert_int_equal(replay_facts(replay)->gap_count, gaps);
}

static void
is_unknown(const char *line)
{
    size_t gaps = replay_facts(replay)->gap_count;
    run(line);
    assert_int_equal(replay_facts(replay)->gap_count, gaps + 1);
}

static void
assert_key(const char *name, const char *expected)
{
    struct entry *entry = entry_of(name);
    assert_non_null(entry);
    assert_walk(keyspace_store(keyspace), &entry->value, expected);
}

/* --- entries --- */

static void
test_xadd(void **state)
{
    (void)state;
    works("XADD k NOMKSTREAM 1-1 f v");
    assert_null(entry_of("k"));
    run_error("XADD k 0-0 f v");
    run_error("XADD k 1-1 f");
    run_error("XADD k LIMIT 5 1-1 f v");
    run_error("XADD k MAXLEN -1 1-1 f v");
    assert_null(entry_of("k"));
    works("XADD k 5 f a");
    works("XADD k 5-* f b");
    works("XADD k 7-* f c");
    run_error("XADD k 7-0 f d");
    works("xadd k nomkstream maxlen = 2 limit 9 9-1 g d");
    assert_key("k", "count 1\nnode 5-0 size 67 count 27\n"
                    "entry 7-0 of 1\nf=c\nentry 9-1 of 1\ng=d\n"
                    "stream length 2 last 9-1 first 7-0 deleted 0-0 "
                    "added 4\n");
    is_unknown("XADD k * f v");
    works("SET s v");
    run_error("XADD s 1-1 f v");
}

static void
test_last_id(void **state)
{
    (void)state;
    works("XADD k 18446744073709551615-18446744073709551614 f v");
    works("XADD k 18446744073709551615-* f v");
    run_error("XADD k 18446744073709551615-* f v");
    works("XDEL k 18446744073709551615-18446744073709551615");
    run_error("XADD k 18446744073709551615-18446744073709551615 f v");
}

static void
add_five(void)
{
    works("XADD k 1-0 f a");
    works("XADD k 2-0 f b");
    works("XADD k 3-0 f c");
    works("XADD k 4-0 f d");
    works("XADD k 5-0 f e");
    works("XGROUP CREATE k g 3-0");
    works("XCLAIM k g c 0 2-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0");
}

static void
test_trimming(void **state)
{
    (void)state;
    add_five();
    run_error("XTRIM k");
    run_error("XTRIM k MAXLEN 1 MINID 1");
    works("XTRIM k MAXLEN ~ 3");
    works("XTRIM none MAXLEN 3");
    works("XTRIM k ACKED MINID 5-0");
    assert_key("k", "count 1\nnode 1-0 size 73 count 30\n"
                    "entry 2-0 of 1\nf=b\nentry 4-0 of 1\nf=d\n"
                    "entry 5-0 of 1\nf=e\n"
                    "stream length 3 last 5-0 first 2-0 deleted 0-0 added 5\n"
                    "group g at 3-0 read -1 pending 1\n"
                    "pending 2-0 since 9 times 1\nconsumer c of 1\n"
                    "owns 2-0\n");
    works("XTRIM k DELREF MAXLEN = 0");
    assert_key("k", "count 0\n"
                    "stream length 0 last 5-0 first 0-0 deleted 0-0 added 5\n"
                    "group g at 3-0 read -1 pending 0\nconsumer c of 0\n");
}

static void
test_deleting(void **state)
{
    (void)state;
    add_five();
    run_error("XDEL k 1-0 x");
    works("XDEL k 1 9-9");
    run_error("XDELEX k IDS 2 1-0");
    run_error("XDELEX k ACKED KEEPREF IDS 1 1-0");
    works("XDELEX k ACKED IDS 3 2-0 3-0 4-0");
    works("XDELEX k DELREF IDS 1 2-0");
    works("XDELEX none IDS 1 2-0");
    assert_key("k", "count 1\nnode 1-0 size 73 count 30\n"
                    "entry 4-0 of 1\nf=d\nentry 5-0 of 1\nf=e\n"
                    "stream length 2 last 5-0 first 4-0 deleted 3-0 added 5\n"
                    "group g at 3-0 read -1 pending 0\nconsumer c of 0\n");
}

static void
test_xsetid(void **state)
{
    (void)state;
    run_error("XSETID k 1-1");
    works("XADD k 5-0 f v");
    works("XADD k 6-0 f v");
    works("XDEL k 6-0");
    run_error("XSETID k 5-9");
    run_error("XSETID k 7-0 ENTRIESADDED 0");
    run_error("XSETID k 7-0 ENTRIESADDED 9 MAXDELETEDID 8-0");
    run_error("XSETID k 7-0 ENTRIESADDED");
    works("XSETID k 7-0 ENTRIESADDED 9 MAXDELETEDID 6-5");
    assert_key("k", "count 1\nnode 5-0 size 40 count 15\n"
                    "entry 5-0 of 1\nf=v\n"
                    "stream length 1 last 7-0 first 5-0 deleted 6-5 "
                    "added 9\n");
}

/* --- idempotent producers --- */

static void
test_producers(void **state)
{
    (void)state;
    run_error("XADD k IDMP p \"\" 1-1 f v");
    works("XADD k IDMP p i 1-1 f v");
    works("XADD k IDMP p i * f v");
    works("XADD k IDMPAUTO q 2-1 f v g w");
    works("XADD k IDMPAUTO q 3-1 g w f v");
    works("XIDMPRECORD k p i 1-1");
    run_error("XIDMPRECORD k p i 2-1");
    run_error("XIDMPRECORD k p j 9-9");
    works("XIDMPRECORD k r j 2-1");
    struct entry *entry = entry_of("k");
    assert_int_equal(value_type_byte(&entry->value), 26);
    run_error("XCFGSET k IDMP-DURATION 0");
    run_error("XCFGSET k");
    works("XCFGSET k IDMP-DURATION 100 IDMP-MAXSIZE 100");
    works("XADD k 4-1 f v");
    works("XDEL k 1-1 2-1 4-1");
    struct buffer lines = walk_text(keyspace_store(keyspace), &entry->value);
    assert_non_null(strstr((const char *)lines.data,
                           "stream length 0 last 4-1"));
    assert_non_null(strstr((const char *)lines.data,
                           "iids 3 duplicates 2\n"));
    buffer_fini(&lines);
    works("XCFGSET k IDMP-MAXSIZE 7");
    assert_key("k", "count 0\n"
                    "stream length 0 last 4-1 first 0-0 deleted 4-1 added 3\n"
                    "idmp 100 s, 7\niids 3 duplicates 2\n");
}

/* --- groups --- */

static void
test_xgroup(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(8, 6, 0));
    run_error("XGROUP CREATE k g $");
    works("XGROUP CREATE k g $ MKSTREAM");
    run_error("XGROUP CREATE k g $");
    works("XADD k 5-0 f v");
    works("XGROUP CREATE k h $ ENTRIESREAD 9");
    works("XGROUP CREATE k a 3 ENTRIESREAD 1");
    run_error("XGROUP CREATE k b - ENTRIESREAD 1");
    run_error("XGROUP CREATE k b 3 ENTRIESREAD -2");
    works("XGROUP SETID k g -");
    run_error("XGROUP SETID k none 0");
    works("XGROUP CREATECONSUMER k h c");
    works("XGROUP CREATECONSUMER k h \"\"");
    works("XGROUP CREATECONSUMER k h c");
    works("XGROUP DELCONSUMER k h none");
    works("XGROUP DESTROY k none");
    works("XGROUP DESTROY k a");
    assert_key("k", "count 1\nnode 5-0 size 29 count 10\n"
                    "entry 5-0 of 1\nf=v\n"
                    "stream length 1 last 5-0 first 5-0 deleted 0-0 added 1\n"
                    "group g at 0-0 read -1 pending 0\n"
                    "group h at 5-0 read 1 pending 0\n"
                    "consumer  of 0\nconsumer c of 0\n");
}

static void
test_xack(void **state)
{
    (void)state;
    add_five();
    works("XCLAIM k g d 0 3-0 1-0 TIME 7 RETRYCOUNT 2 FORCE JUSTID");
    works("XGROUP CREATE k h 5-0");
    works("XCLAIM k h c 0 1-0 TIME 7 RETRYCOUNT 2 FORCE JUSTID");
    works("XACK none g 1-0");
    run_error("XACK k g x");
    works("XACK k g 2-0 9-9");
    works("XACKDEL k g ACKED IDS 2 1-0 3-0");
    works("XACKDEL k g IDS 1 4-0");
    assert_key("k", "count 1\nnode 1-0 size 73 count 30\n"
                    "entry 1-0 of 1\nf=a\nentry 2-0 of 1\nf=b\n"
                    "entry 4-0 of 1\nf=d\nentry 5-0 of 1\nf=e\n"
                    "stream length 4 last 5-0 first 1-0 deleted 3-0 added 5\n"
                    "group g at 3-0 read -1 pending 0\n"
                    "consumer c of 0\nconsumer d of 0\n"
                    "group h at 5-0 read -1 pending 1\n"
                    "pending 1-0 since 7 times 2\n"
                    "consumer c of 1\nowns 1-0\n");
    works("XACKDEL k h DELREF IDS 1 1-0");
    works("XDEL k 2-0");
    works("XGROUP DELCONSUMER k g d");
    works("XGROUP DESTROY k h");
    assert_key("k", "count 1\nnode 1-0 size 73 count 30\n"
                    "entry 4-0 of 1\nf=d\nentry 5-0 of 1\nf=e\n"
                    "stream length 2 last 5-0 first 4-0 deleted 3-0 added 5\n"
                    "group g at 3-0 read -1 pending 0\nconsumer c of 0\n");
}

static void
assert_group(const char *expected)
{
    struct entry *entry = entry_of("k");
    struct buffer lines = walk_text(keyspace_store(keyspace), &entry->value);
    const char *group = strstr((const char *)lines.data, "group g");
    assert_non_null(group);
    assert_string_equal(group, expected);
    buffer_fini(&lines);
}

static void
test_xclaim(void **state)
{
    (void)state;
    add_five();
    run_error("XCLAIM k none c 0 1-0");
    run_error("XCLAIM k g c 0 1-0 RETRYCOUNT");
    works("XCLAIM k g d 0 1-0 TIME 7");
    works("XCLAIM k g d 0 2-0 TIME 8 LASTID 4-0");
    works("XCLAIM k g d 0 4-0 TIME 8 RETRYCOUNT 6 FORCE");
    works("XCLAIM k g e 0 4-0 TIME 9 JUSTID LASTID 1-0");
    works("XCLAIM k g e 0 77-0 TIME 9 FORCE");
    assert_group("group g at 4-0 read -1 pending 2\n"
                 "pending 2-0 since 8 times 2\npending 4-0 since 9 times 6\n"
                 "consumer c of 0\nconsumer d of 1\nowns 2-0\n"
                 "consumer e of 1\nowns 4-0\n");
    is_unknown("XCLAIM k g c 0 5-0 FORCE");
    run_annotation("#TS:10");
    works("XCLAIM k g c 9992 2-0 IDLE 30");
    works("XCLAIM k g c 9992 4-0 IDLE 30");
    assert_group("group g at 4-0 read -1 pending 2\n"
                 "pending 2-0 since 9970 times 3\n"
                 "pending 4-0 since 9 times 6\n"
                 "consumer c of 1\nowns 2-0\nconsumer d of 0\n"
                 "consumer e of 1\nowns 4-0\n");
}

/* A dump may hold times that are out of any proportion. */
static void
test_claiming_of_old(void **state)
{
    (void)state;
    add_five();
    struct stream_group *group = value_stream_group(
        &entry_of("k")->value, bytes_of_text("g"));
    const struct stream_id id = { 2, 0 };
    stream_group_pending(group, id)->delivered_ms = INT64_MIN;
    run_annotation("#TS:10");
    works("XCLAIM k g d 9223372036854775807 2-0 JUSTID");
    assert_int_equal(stream_group_pending(group, id)->delivered_ms, 10000);
    stream_group_pending(group, id)->delivered_ms = INT64_MAX;
    works("XAUTOCLAIM k g d 1 2-0 JUSTID");
    assert_true(stream_group_pending(group, id)->delivered_ms == INT64_MAX);
}

/* Of an entry that is deleted, Redis 7.0 and later drop what is pending, and
 * write it as claimed by the consumer that has it; before, it is claimed, be it
 * by the same consumer (seen in Redis 5.0.14). */
static void
test_claiming_deleted(void **state)
{
    (void)state;
    add_five();
    works("XCLAIM k g c 0 1-0 3-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID");
    works("XDEL k 1-0 2-0 3-0");
    works("XCLAIM k g c 0 1-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0");
    works("XCLAIM k g d 0 2-0 TIME 15 RETRYCOUNT 2 FORCE JUSTID LASTID 3-0");
    works("XCLAIM k g d 0 3-0 TIME 15");
    assert_group("group g at 3-0 read -1 pending 2\n"
                 "pending 1-0 since 9 times 1\n"
                 "pending 2-0 since 15 times 2\n"
                 "consumer c of 1\nowns 1-0\n"
                 "consumer d of 1\nowns 2-0\n");
    replay_set_server(replay, false, AOF_VERSION(7, 0, 0));
    works("XCLAIM k g c 0 1-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0");
    assert_group("group g at 3-0 read -1 pending 1\n"
                 "pending 2-0 since 15 times 2\n"
                 "consumer c of 0\nconsumer d of 1\nowns 2-0\n");
}

static void
test_xautoclaim(void **state)
{
    (void)state;
    add_five();
    works("XCLAIM k g c 0 1-0 4-0 5-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID");
    is_unknown("XAUTOCLAIM k g d 0 0");
    run_annotation("#TS:10");
    run_error("XAUTOCLAIM k g d 0 0 COUNT 0");
    works("XDEL k 2-0");
    works("XAUTOCLAIM k g d 0 (1-0 COUNT 2");
    works("XAUTOCLAIM k g d 9992 - JUSTID");
    assert_group("group g at 3-0 read -1 pending 3\n"
                 "pending 1-0 since 9 times 1\n"
                 "pending 4-0 since 10000 times 2\n"
                 "pending 5-0 since 9 times 1\n"
                 "consumer c of 2\nowns 1-0\nowns 5-0\n"
                 "consumer d of 1\nowns 4-0\n");
}

/* Who claims nothing is made a consumer by Redis 7.2.6, and not by 7.0.15. */
static void
test_claiming_nothing(void **state)
{
    (void)state;
    add_five();
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    run_annotation("#TS:10");
    works("XCLAIM k g c 0 1-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID");
    works("XDEL k 1-0 2-0");
    works("XCLAIM k g e 0 2-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0");
    works("XAUTOCLAIM k g f 100000000 0");
    assert_group("group g at 3-0 read -1 pending 0\nconsumer c of 0\n");
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    works("XCLAIM k g e 0 2-0 TIME 9 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0");
    works("XAUTOCLAIM k g f 100000000 0");
    assert_group("group g at 3-0 read -1 pending 0\nconsumer c of 0\n"
                 "consumer e of 0\nconsumer f of 0\n");
}

/* By its documentation, Redis 8.8. */
static void
test_xnack(void **state)
{
    (void)state;
    add_five();
    works("XCLAIM k g c 0 1-0 4-0 5-0 TIME 9 RETRYCOUNT 3 FORCE JUSTID");
    run_error("XNACK k g FAIL 1-0");
    run_error("XNACK k g SOFT IDS 1 1-0");
    works("XNACK k g SILENT IDS 1 1-0");
    works("XNACK k g FAIL IDS 2 4-0 9-9 FORCE");
    works("XNACK k g FATAL IDS 1 3-0 RETRYCOUNT 8 FORCE");
    assert_group("group g at 3-0 read -1 pending 5\n"
                 "pending 1-0 since 0 times 2\npending 2-0 since 9 times 1\n"
                 "pending 3-0 since 0 times 8\npending 4-0 since 0 times 3\n"
                 "pending 5-0 since 9 times 3\n"
                 "consumer c of 2\nowns 2-0\nowns 5-0\n"
                 "nobody owns 1-0\nnobody owns 3-0\nnobody owns 4-0\n"
                 "idmp 100 s, 100\niids 0 duplicates 0\n");
}

static void
test_xreadgroup(void **state)
{
    (void)state;
    add_five();
    run_error("XREADGROUP GROUP none c STREAMS k >");
    run_error("XREADGROUP GROUP g c STREAMS k");
    run_error("XREADGROUP GROUP g c BLOCK -1 STREAMS k >");
    is_unknown("XREADGROUP GROUP g c STREAMS k >");
    run_annotation("#TS:10");
    works("XREADGROUP GROUP g d COUNT 1 STREAMS k >");
    works("XREADGROUP GROUP g e STREAMS k 0");
    assert_group("group g at 4-0 read -1 pending 2\n"
                 "pending 2-0 since 9 times 1\n"
                 "pending 4-0 since 10000 times 1\n"
                 "consumer c of 1\nowns 2-0\nconsumer d of 1\nowns 4-0\n"
                 "consumer e of 0\n");
    works("XREADGROUP GROUP g d NOACK STREAMS k >");
    assert_group("group g at 5-0 read 5 pending 2\n"
                 "pending 2-0 since 9 times 1\n"
                 "pending 4-0 since 10000 times 1\n"
                 "consumer c of 1\nowns 2-0\nconsumer d of 1\nowns 4-0\n"
                 "consumer e of 0\n");
}

static void
test_xreadgroup_of_what_is_pending(void **state)
{
    (void)state;
    add_five();
    run_annotation("#TS:10");
    works("XREADGROUP GROUP g d STREAMS k >");
    works("XDEL k 4-0");
    run_annotation("#TS:20");
    works("XREADGROUP GROUP g d NOACK STREAMS k 0");
    works("XREADGROUP GROUP g d COUNT 1 STREAMS k 0");
    works("XREADGROUP GROUP g d STREAMS k 5-0");
    assert_group("group g at 5-0 read 5 pending 3\n"
                 "pending 2-0 since 9 times 1\n"
                 "pending 4-0 since 10000 times 1\n"
                 "pending 5-0 since 20000 times 2\n"
                 "consumer c of 1\nowns 2-0\n"
                 "consumer d of 2\nowns 4-0\nowns 5-0\n");
}

/* As Redis 7.2.6 and 8.6.3 count; 7.0.15 makes no consumer of a read that finds
 * nothing. */
static void
test_xreadgroup_of_each_server(void **state)
{
    (void)state;
    add_five();
    works("XGROUP SETID k g 3-0 ENTRIESREAD 3");
    works("XDEL k 3-0");
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    works("XREADGROUP GROUP g c COUNT 1 NOACK STREAMS k >");
    assert_group("group g at 4-0 read 4 pending 1\n"
                 "pending 2-0 since 9 times 1\nconsumer c of 1\nowns 2-0\n");
    works("XGROUP SETID k g 3-0 ENTRIESREAD 3");
    replay_set_server(replay, false, AOF_VERSION(8, 6, 3));
    works("XREADGROUP GROUP g c COUNT 1 NOACK STREAMS k >");
    assert_group("group g at 4-0 read -1 pending 1\n"
                 "pending 2-0 since 9 times 1\nconsumer c of 1\nowns 2-0\n");
    works("XGROUP SETID k g 5-0");
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    works("XREADGROUP GROUP g d NOACK STREAMS k >");
    assert_group("group g at 5-0 read -1 pending 1\n"
                 "pending 2-0 since 9 times 1\nconsumer c of 1\nowns 2-0\n");
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    works("XREADGROUP GROUP g d NOACK STREAMS k >");
    assert_group("group g at 5-0 read -1 pending 1\n"
                 "pending 2-0 since 9 times 1\nconsumer c of 1\nowns 2-0\n"
                 "consumer d of 0\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_xadd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_last_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trimming, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deleting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xsetid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_producers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xgroup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xclaim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claiming_of_old, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_claiming_deleted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_xautoclaim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claiming_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_xnack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xreadgroup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xreadgroup_of_what_is_pending,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xreadgroup_of_each_server,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
