/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted sets against a plain sorted array, in both forms and through their
 * changes, and the limits at which Redis 7.2 changes forms.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/value-zset.h"
#include "value-store.h"

enum { NAMES = 300, STEPS = 3000, TEXT_MOST = 90 };

struct model_member {
    char name[TEXT_MOST];
    double score;
};

/* In order. */
struct model {
    struct model_member members[NAMES];
    size_t count;
};

static enum value_change
add(struct value *value, const char *name, double score, unsigned conditions)
{
    return value_zset_add(&store, value, bytes_of_text(name), score,
                          conditions, NULL);
}

/* ---- the model ---- */

static int
compare(const void *a, const void *b)
{
    const struct model_member *x = a;
    const struct model_member *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return strcmp(x->name, y->name);
}

static struct model_member *
model_find(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->count; i++)
        if (strcmp(model->members[i].name, name) == 0)
            return &model->members[i];
    return NULL;
}

static void
model_sort(struct model *model)
{
    qsort(model->members, model->count, sizeof(*model->members), compare);
}

/* What ZADD does. */
static enum value_change
model_add(struct model *model, const char *name, double score,
          unsigned conditions)
{
    struct model_member *found = model_find(model, name);
    if (found == NULL && (conditions & ZSET_IF_PRESENT) != 0)
        return VALUE_SAME;
    if (found == NULL) {
        struct model_member *added = &model->members[model->count++];
        (void)snprintf(added->name, TEXT_MOST, "%s", name);
        added->score = score;
        model_sort(model);
        return VALUE_ADDED;
    }
    if ((conditions & ZSET_INCREMENT) != 0)
        score += found->score;
    if ((conditions & ZSET_IF_ABSENT) != 0 ||
        ((conditions & ZSET_IF_GREATER) != 0 && score <= found->score) ||
        ((conditions & ZSET_IF_LESS) != 0 && score >= found->score) ||
        score == found->score)
        return VALUE_SAME;
    found->score = score;
    model_sort(model);
    return VALUE_CHANGED;
}

static void
model_remove(struct model *model, size_t first, size_t end)
{
    memmove(&model->members[first], &model->members[end],
            (model->count - end) * sizeof(*model->members));
    model->count -= end - first;
}

/* ---- both ---- */

static void
assert_member(const struct model_member *expected,
              const struct zset_member *found)
{
    assert_true(bytes_equal(found->name, bytes_of_text(expected->name)));
    assert_true(found->score == expected->score);
}

static void
assert_same(const struct value *value, const struct model *model)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    size_t start = model->count > 0 ? draw((uint32_t)model->count) : 0;
    assert_int_equal(value_zset_count(value), model->count);
    value_zset_seek(&cursor, value, start);
    for (size_t i = start; i < model->count; i++) {
        assert_true(value_zset_next(&cursor, room, &member));
        assert_member(&model->members[i], &member);
    }
    assert_false(value_zset_next(&cursor, room, &member));
    for (size_t i = model->count; i-- > 0;) {
        assert_true(value_zset_previous(&cursor, room, &member));
        assert_member(&model->members[i], &member);
    }
    assert_false(value_zset_previous(&cursor, room, &member));
}

static size_t
count_below(const struct model *model, struct zset_score_end end)
{
    size_t count = 0;
    while (count < model->count &&
           (model->members[count].score < end.score ||
            (end.exclusive && model->members[count].score == end.score)))
        count++;
    return count;
}

/* A range of scores that is not empty backwards. */
static struct zset_ranks
assert_range(const struct value *value, const struct model *model)
{
    struct zset_score_end from = { (double)draw(20) - 10, draw(2) };
    struct zset_score_end to = { from.score + draw(5), !draw(2) };
    struct zset_ranks ranks = value_zset_by_score(value, from, to);
    struct zset_score_end behind = { to.score, !to.exclusive };
    size_t first = count_below(model, from);
    size_t end = count_below(model, behind);
    if (first >= end) {
        assert_true(ranks.first == ranks.end);
    } else {
        assert_int_equal(ranks.first, first);
        assert_int_equal(ranks.end, end);
    }
    return ranks;
}

static void
change(struct value *value, struct model *model, const char *name)
{
    static const unsigned conditions[] = {
        0, 0, 0, ZSET_IF_ABSENT, ZSET_IF_PRESENT, ZSET_IF_GREATER,
        ZSET_IF_LESS | ZSET_IF_PRESENT, ZSET_INCREMENT,
        ZSET_INCREMENT | ZSET_IF_GREATER,
    };
    static const double odd[] = { 0.5, 1e300, -INFINITY, 0.1 };
    unsigned condition =
        conditions[draw(sizeof(conditions) / sizeof(conditions[0]))];
    double score = (double)draw(20) - 10;
    if (draw(20) == 0 && (condition & ZSET_INCREMENT) == 0)
        score = odd[draw(4)];
    assert_int_equal(add(value, name, score, condition),
                     model_add(model, name, score, condition));
}

static void
run_steps(unsigned below, uint64_t start)
{
    static struct model model;
    char name[TEXT_MOST];
    struct value value = value_new(TYPE_ZSET);
    model.count = 0;
    seed = start;
    for (int i = 0; i < STEPS; i++) {
        uint32_t number = draw(below);
        (void)snprintf(name, TEXT_MOST, number % 3 ? "member:%u" : "%u",
                       number);
        if (draw(3) > 0) {
            change(&value, &model, name);
        } else if (draw(30) > 0) {
            struct model_member *found = model_find(&model, name);
            assert_int_equal(
                value_zset_remove(&store, &value, bytes_of_text(name)),
                found != NULL);
            if (found != NULL) {
                size_t at = (size_t)(found - model.members);
                model_remove(&model, at, at + 1);
            }
        } else {
            struct zset_ranks ranks = assert_range(&value, &model);
            uint64_t removed =
                value_zset_remove_ranks(&store, &value, ranks);
            assert_int_equal(removed, ranks.end - ranks.first);
            model_remove(&model, ranks.first, ranks.end);
        }
        if (i % 50 == 0)
            assert_same(&value, &model);
    }
    struct value copy;
    assert_true(value_copy(&store, &copy, &value));
    value_fini(&store, &value);
    assert_same(&copy, &model);
    value_fini(&store, &copy);
}

static void
test_against_an_array(void **state)
{
    (void)state;
    run_steps(10, 1);
    run_steps(100, 2);
    run_steps(NAMES, 3);
    store.limits.settings.zset_entries = 8;
    run_steps(NAMES, 4);
    store.limits.settings.zset_entries = 1000;
    run_steps(NAMES, 5);
}

/* Ranks as ZRANGE means them. */
static void
test_ranks(void **state)
{
    (void)state;
    static const struct {
        int64_t start;
        int64_t stop;
        uint64_t first;
        uint64_t end;
    } cases[] = {
        { 0, -1, 0, 5 },  { 1, 3, 1, 4 },    { -2, -1, 3, 5 },
        { -9, 0, 0, 1 },  { 4, 99, 4, 5 },   { 3, 1, 0, 0 },
        { 5, 9, 0, 0 },   { -1, -3, 0, 0 },  { 0, -9, 0, 0 },
        { INT64_MIN, INT64_MAX, 0, 5 },
    };
    char name[2] = "a";
    struct value value = value_new(TYPE_ZSET);
    for (int i = 0; i < 5; i++, name[0]++)
        (void)add(&value, name, i, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct zset_ranks ranks =
            value_zset_by_rank(&value, cases[i].start, cases[i].stop);
        assert_int_equal(ranks.end - ranks.first,
                         cases[i].end - cases[i].first);
        if (cases[i].end > 0)
            assert_int_equal(ranks.first, cases[i].first);
    }
    value_fini(&store, &value);
}

static struct zset_ranks
by_member(const struct value *value, const char *from, const char *to,
          bool exclusive)
{
    struct zset_member_end ends[] = {
        { exclusive ? ZSET_BESIDE : ZSET_AT, bytes_of_text(from) },
        { exclusive ? ZSET_BESIDE : ZSET_AT, bytes_of_text(to) },
    };
    return value_zset_by_member(value, ends[0], ends[1]);
}

static void
test_members(void **state)
{
    (void)state;
    const struct zset_member_end below = { .kind = ZSET_BELOW_ALL };
    const struct zset_member_end above = { .kind = ZSET_ABOVE_ALL };
    char name[2] = "a";
    for (uint64_t entries = 0; entries <= 128; entries += 128) {
        struct value value = value_new(TYPE_ZSET);
        store.limits.settings.zset_entries = entries;
        for (name[0] = 'a'; name[0] <= 'e'; name[0]++)
            (void)add(&value, name, 0, 0);
        struct zset_ranks ranks = by_member(&value, "b", "d", false);
        assert_int_equal(ranks.first, 1);
        assert_int_equal(ranks.end, 4);
        ranks = by_member(&value, "b", "d", true);
        assert_int_equal(ranks.first, 2);
        assert_int_equal(ranks.end, 3);
        ranks = by_member(&value, "d", "b", false);
        assert_true(ranks.first == ranks.end);
        ranks = value_zset_by_member(&value, below, above);
        assert_int_equal(ranks.first, 0);
        assert_int_equal(ranks.end, 5);
        ranks = value_zset_by_member(&value, above, below);
        assert_true(ranks.first == ranks.end);
        value_fini(&store, &value);
    }
}

/* -inf and inf have no sum; nothing changes then. */
static void
test_sum_without_a_value(void **state)
{
    (void)state;
    bool is_nan;
    double score;
    struct value value = value_new(TYPE_ZSET);
    (void)add(&value, "m", INFINITY, 0);
    assert_int_equal(value_zset_add(&store, &value, BYTES_LITERAL("m"),
                                    -INFINITY, ZSET_INCREMENT, &is_nan),
                     VALUE_SAME);
    assert_true(is_nan);
    assert_true(value_zset_score(&store, &value, BYTES_LITERAL("m"), &score));
    assert_true(score == INFINITY);
    value_fini(&store, &value);
}

static void
add_members(struct value *value, int count)
{
    char name[TEXT_MOST];
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, TEXT_MOST, "%d", i);
        (void)add(value, name, i, 0);
    }
}

/* t_zset.c zsetAdd: 128 members, 64 bytes; a table stays one. */
static void
test_limits(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_ZSET);
    add_members(&value, 128);
    assert_int_equal(value.form, ZSET_PACKED);
    add_members(&value, 129);
    assert_int_equal(value.form, ZSET_TABLE);
    assert_int_equal(
        value_zset_remove_ranks(&store, &value, (struct zset_ranks){ 0, 9 }),
        9);
    assert_int_equal(value.form, ZSET_TABLE);
    value_fini(&store, &value);

    value = value_new(TYPE_ZSET);
    (void)add(&value, "0123456789012345678901234567890123456789"
                      "012345678901234567890123", 1, 0);
    assert_int_equal(value.form, ZSET_PACKED);
    (void)add(&value, "01234567890123456789012345678901234567890"
                      "012345678901234567890123", 1, 0);
    assert_int_equal(value.form, ZSET_TABLE);
    value_fini(&store, &value);
}

/* Of a blob, only the number of members counts. */
static void
test_load(void **state)
{
    (void)state;
    const struct bytes name =
        BYTES_LITERAL("01234567890123456789012345678901234567890"
                      "012345678901234567890123");
    struct value value = value_new(TYPE_ZSET);
    assert_int_equal(value_zset_load(&store, &value, name, 1, true),
                     VALUE_ADDED);
    assert_int_equal(value.form, ZSET_PACKED);
    assert_int_equal(value_zset_load(&store, &value, name, 2, true),
                     VALUE_SAME);
    value_fini(&store, &value);
    value = value_new(TYPE_ZSET);
    assert_int_equal(value_zset_load(&store, &value, name, 1, false),
                     VALUE_ADDED);
    assert_int_equal(value.form, ZSET_TABLE);
    value_fini(&store, &value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_an_array, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_ranks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sum_without_a_value, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_load, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
