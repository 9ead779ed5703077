/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/log-timeline.h"

static void
add(struct log_timeline *timeline, int64_t at, uint32_t row)
{
    const struct log_entry entry = { .bytes = 10, .row = row,
                                     .effect = row == 0 ? LOG_REPLACES
                                                        : LOG_DELETES };
    log_timeline_add(timeline, at, &entry);
}

static uint64_t
all_commands(const struct log_timeline *timeline)
{
    uint64_t commands = 0;
    for (size_t i = 0; i < timeline->count; i++)
        commands += timeline->slices[i].commands;
    return commands;
}

static void
test_counts(void **state)
{
    (void)state;
    struct log_timeline timeline;
    log_timeline_init(&timeline, LOG_TIMELINE_SECONDS);
    add(&timeline, 1000, 0);
    add(&timeline, 1000, 1);
    add(&timeline, 1000, 1);
    add(&timeline, 1003, 0);
    assert_int_equal(timeline.count, 2);
    const struct log_slice *slice = &timeline.slices[0];
    assert_int_equal(slice->start, 1000);
    assert_int_equal(slice->commands, 3);
    assert_int_equal(slice->bytes, 30);
    assert_int_equal(slice->writes, 1);
    assert_int_equal(slice->deletes, 2);
    assert_int_equal(slice->by_row[0], 1);
    assert_int_equal(slice->by_row[1], 2);
    log_timeline_fini(&timeline);
}

/* A time that is before another one finds its place, too. */
static void
test_backward(void **state)
{
    (void)state;
    struct log_timeline timeline;
    log_timeline_init(&timeline, LOG_TIMELINE_SECONDS);
    add(&timeline, 50, 0);
    add(&timeline, 10, 0);
    add(&timeline, -7, 0);
    add(&timeline, 50, 0);
    assert_int_equal(timeline.count, 3);
    assert_int_equal(timeline.slices[0].start, -7);
    assert_int_equal(timeline.slices[1].start, 10);
    assert_int_equal(timeline.slices[2].commands, 2);
    log_timeline_fini(&timeline);
}

static void
test_longer_slices(void **state)
{
    (void)state;
    struct log_timeline timeline;
    log_timeline_init(&timeline, LOG_TIMELINE_SECONDS);
    for (int64_t at = 0; at < 24 * 3600; at += 10)
        add(&timeline, at, (uint32_t)(at / 10 % 2));
    /* 48 half hours in a day. */
    assert_int_equal(timeline.length, 1800);
    assert_int_equal(timeline.count, 48);
    for (size_t i = 0; i < 48; i++) {
        assert_int_equal(timeline.slices[i].start, i * 1800);
        assert_int_equal(timeline.slices[i].commands, 180);
        assert_int_equal(timeline.slices[i].by_row[1], 90);
    }
    log_timeline_shorten(&timeline, 24);
    assert_int_equal(timeline.length, 3600);
    assert_int_equal(timeline.count, 24);
    log_timeline_fini(&timeline);

    log_timeline_init(&timeline, LOG_TIMELINE_BYTES);
    for (int64_t at = 0; at < 1000000; at += 100)
        add(&timeline, at, 0);
    /* 62 slices of 16 KiB would be too many. */
    assert_int_equal(timeline.length, 32768);
    assert_int_equal(timeline.count, 31);
    assert_int_equal(all_commands(&timeline), 10000);
    log_timeline_fini(&timeline);
}

static void
test_any_number(void **state)
{
    (void)state;
    struct log_timeline timeline;
    uint64_t at = 1;
    log_timeline_init(&timeline, LOG_TIMELINE_SECONDS);
    add(&timeline, INT64_MAX, 0);
    add(&timeline, INT64_MIN, 0);
    for (int i = 0; i < 1000; i++) {
        add(&timeline, (int64_t)at, 0);
        at *= UINT64_C(6364136223846793005);
    }
    assert_true(timeline.count <= LOG_TIMELINE_MOST);
    assert_int_equal(all_commands(&timeline), 1002);
    log_timeline_fini(&timeline);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_backward),
        cmocka_unit_test(test_longer_slices),
        cmocka_unit_test(test_any_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
