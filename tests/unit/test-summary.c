/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The plain sums: summary, databases, expiry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/databases.h"
#include "analysis/expiry.h"
#include "analysis/summary.h"
#include "model/pricer.h"
#include "sample-record.h"

static void
fill(struct analysis *analysis)
{
    struct sample sample;
    sample_init(&sample, "a", 100);
    sample.price.requested = 90;
    sample.record.payload = 5;
    sample.record.serialized = 7;
    analysis->ops->add(analysis, &sample.record);
    sample.key.has_expiry = true;
    sample.record.expired = true;
    analysis->ops->add(analysis, &sample.record);
    sample.record.type = sample.key.type = TYPE_HASH;
    sample.price.encoding = ENCODING_LISTPACK;
    sample.price.basis = BASIS_EXPECTED;
    sample.record.elements = 10;
    sample.record.expired = false;
    analysis->ops->add(analysis, &sample.record);
}

static void
test_totals(void **state)
{
    (void)state;
    struct analysis *summary = summary_new(1, true);
    fill(summary);
    const struct summary_totals *totals = summary_totals(summary);
    assert_int_equal(totals->keys, 3);
    assert_int_equal(totals->expires, 2);
    assert_int_equal(totals->expired, 1);
    assert_int_equal(totals->elements, 12);
    assert_int_equal(totals->memory, 300);
    assert_int_equal(totals->requested, 270);
    assert_int_equal(totals->payload, 15);
    assert_int_equal(totals->serialized, 21);
    assert_int_equal(totals->expected, 1);
    assert_int_equal(totals->lower, 0);
    assert_int_equal(totals->unpriced, 0);
    summary->ops->free(summary);
}

/* Opening packed values is left to those who ask for it. */
static void
test_payload_is_asked_for(void **state)
{
    (void)state;
    struct analysis *without = summary_new(1, false);
    struct analysis *with = summary_new(1, true);
    assert_int_equal(without->wants & PRICE_PAYLOAD, 0);
    assert_int_equal(with->wants, without->wants | PRICE_PAYLOAD);
    without->ops->free(without);
    with->ops->free(with);
}

static void
assert_type(const struct summary_type *row, const char *type,
            enum encoding encoding, uint64_t keys, uint64_t memory)
{
    assert_true(bytes_equal(row->type, bytes_of_text(type)));
    assert_int_equal(row->encoding, encoding);
    assert_int_equal(row->keys, keys);
    assert_int_equal(row->memory, memory);
}

static void
add_module(struct analysis *summary, const char *module)
{
    struct sample sample;
    sample_init(&sample, "m", 60);
    sample.record.type = sample.key.type = TYPE_MODULE;
    sample.key.module_name = bytes_of_text(module);
    sample.price.encoding = ENCODING_RAW;
    sample.price.basis = BASIS_LOWER;
    summary->ops->add(summary, &sample.record);
}

static void
test_types_and_merge(void **state)
{
    (void)state;
    struct analysis *a = summary_new(1, true);
    struct analysis *b = summary_new(1, true);
    fill(a);
    fill(b);
    add_module(a, "ReJSON-RL");
    add_module(b, "MBbloom--");
    add_module(b, "ReJSON-RL");
    a->ops->merge(a, b);
    size_t count;
    struct summary_type *rows = summary_types(a, &count);
    assert_int_equal(count, 4);
    assert_type(&rows[0], "string", ENCODING_EMBSTR, 4, 400);
    assert_type(&rows[1], "hash", ENCODING_LISTPACK, 2, 200);
    assert_type(&rows[2], "ReJSON-RL", ENCODING_RAW, 2, 120);
    assert_type(&rows[3], "MBbloom--", ENCODING_RAW, 1, 60);
    assert_false(rows[0].lower);
    assert_true(rows[3].lower);
    assert_int_equal(rows[1].elements, 20);
    assert_int_equal(summary_totals(a)->keys, 9);
    assert_int_equal(summary_by_profile(a)[0].memory, 780);
    free(rows);
    a->ops->free(a);
    b->ops->free(b);
}

static void
test_several_profiles(void **state)
{
    (void)state;
    struct analysis *summary = summary_new(2, true);
    struct sample sample;
    sample_init(&sample, "a", 0);
    const struct price prices[] = {
        { ENCODING_INT, BASIS_EXACT, 10, 10 },
        { ENCODING_RAW, BASIS_EXACT, 12, 12 },
    };
    sample.record.prices = prices;
    sample.record.price_count = 2;
    summary->ops->add(summary, &sample.record);
    summary->ops->add(summary, &sample.record);
    assert_int_equal(summary_by_profile(summary)[0].memory, 20);
    assert_int_equal(summary_by_profile(summary)[1].memory, 24);
    size_t count;
    struct summary_type *rows = summary_types(summary, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].encoding, ENCODING_INT);
    assert_int_equal(rows[0].by_profile[1].memory, 24);
    free(rows);
    summary->ops->free(summary);
}

/* Names of module types come from the input: they do not make it grow. */
static void
test_many_module_types(void **state)
{
    (void)state;
    struct analysis *summary = summary_new(1, true);
    for (unsigned i = 0; i < 500; i++) {
        char name[] = "type-0000";
        name[7] = (char)('0' + i / 50);
        name[8] = (char)('0' + i % 50);
        add_module(summary, name);
    }
    size_t count;
    struct summary_type *rows = summary_types(summary, &count);
    assert_in_range(count, 10, 100);
    assert_type(&rows[0], "module", ENCODING_RAW, 500 - (count - 1),
                60 * (500 - (count - 1)));
    free(rows);
    summary->ops->free(summary);
}

static void
add_db(struct analysis *databases, uint64_t db)
{
    struct sample sample;
    sample_init(&sample, "a", 10);
    sample.key.db = db;
    sample.key.has_expiry = db % 2;
    databases->ops->add(databases, &sample.record);
}

static void
test_databases(void **state)
{
    (void)state;
    struct analysis *a = databases_new(1);
    struct analysis *b = databases_new(1);
    add_db(a, 7);
    add_db(a, 0);
    add_db(a, 7);
    add_db(b, 3);
    add_db(b, 7);
    databases_add_tables(b, 7, (const uint64_t[]){ 1000 });
    databases_add_tables(b, 9, (const uint64_t[]){ 50 });
    a->ops->merge(a, b);
    size_t count;
    const struct databases_row *rows = databases_rows(a, &count);
    static const struct {
        uint64_t db;
        uint64_t keys;
        uint64_t expires;
        uint64_t tables;
    } expected[] = {
        { 0, 1, 0, 0 }, { 3, 1, 1, 0 }, { 7, 3, 3, 1000 }, { 9, 0, 0, 50 },
    };
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].db, expected[i].db);
        assert_int_equal(rows[i].keys, expected[i].keys);
        assert_int_equal(rows[i].expires, expected[i].expires);
        assert_int_equal(rows[i].memory, expected[i].keys * 10);
        assert_int_equal(rows[i].tables, expected[i].tables);
        assert_int_equal(rows[i].has_tables, expected[i].tables != 0);
    }
    a->ops->free(a);
    b->ops->free(b);
}

static void
test_many_databases(void **state)
{
    (void)state;
    struct analysis *many = databases_new(1);
    struct analysis *few = databases_new(1);
    for (uint64_t i = 0; i < DATABASES_MAX + 10; i++)
        add_db(many, i * UINT64_C(0x123456789abcdef));
    add_db(few, 5);
    few->ops->merge(few, many);
    struct analysis *both[] = { many, few };
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        const struct databases_row *rows = databases_rows(both[i], &count);
        assert_int_equal(count, DATABASES_MAX + 1);
        assert_true(rows[count - 1].is_rest);
        uint64_t keys = 0;
        for (size_t j = 0; j < count; j++)
            keys += rows[j].keys;
        assert_int_equal(keys, DATABASES_MAX + 10 + i);
        both[i]->ops->free(both[i]);
    }
}

static void
test_expiry(void **state)
{
    (void)state;
    enum { HOUR = 3600 * 1000 };
    static const struct {
        int64_t left_ms;
        enum expiry_step step;
    } keys[] = {
        { -1, EXPIRY_EXPIRED },      { INT64_MIN / 2, EXPIRY_EXPIRED },
        { 0, EXPIRY_HOUR },          { HOUR, EXPIRY_HOUR },
        { HOUR + 1, EXPIRY_DAY },    { INT64_C(24) * HOUR, EXPIRY_DAY },
        { INT64_C(168) * HOUR, EXPIRY_WEEK },
        { INT64_C(720) * HOUR, EXPIRY_MONTH },
        { INT64_C(720) * HOUR + 1, EXPIRY_LATER },
        { INT64_MAX / 2, EXPIRY_LATER },
    };
    struct sample sample;
    sample_init(&sample, "a", 10);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct analysis *expiry = expiry_new(1);
        sample.record.now_ms = 1000000;
        sample.key.has_expiry = true;
        sample.key.expire_ms = 1000000 + keys[i].left_ms;
        sample.record.expired = keys[i].left_ms < 0;
        expiry->ops->add(expiry, &sample.record);
        sample.key.has_expiry = false;
        sample.record.expired = false;
        expiry->ops->add(expiry, &sample.record);
        expiry->ops->merge(expiry, expiry);
        struct expiry_row rows[EXPIRY_COUNT];
        expiry_rows(expiry, rows);
        for (int step = 0; step < EXPIRY_COUNT; step++) {
            uint64_t count = (int)keys[i].step == step || step == EXPIRY_NEVER;
            assert_int_equal(rows[step].keys, count * 2);
            assert_int_equal(rows[step].memory, count * 20);
        }
        expiry->ops->free(expiry);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_payload_is_asked_for),
        cmocka_unit_test(test_types_and_merge),
        cmocka_unit_test(test_several_profiles),
        cmocka_unit_test(test_many_module_types),
        cmocka_unit_test(test_databases),
        cmocka_unit_test(test_many_databases),
        cmocka_unit_test(test_expiry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
