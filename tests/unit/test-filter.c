/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config.h"

#include "model/pricer.h"
#include "sample-record.h"
#include "scan/filter.h"

enum { NOW = 1000000000 };

static struct filter *
make(const char *const *options)
{
    struct filter *filter = filter_new();
    struct error error = { .kind = ERROR_NONE };
    for (; *options; options += 2)
        assert_int_equal(
            filter_add(filter, options[0], options[1], &error), STATUS_OK);
    return filter;
}

#define MAKE(...) make((const char *const[]){ __VA_ARGS__, NULL })

static bool
passes(const struct filter *filter, const struct sample *sample)
{
    struct error error = { .kind = ERROR_NONE };
    return filter_key(filter, &sample->key, NOW, &error) == FILTER_PASS &&
           filter_record(filter, &sample->record);
}

static bool
name_passes(const struct filter *filter, const char *name)
{
    struct sample sample;
    sample_init(&sample, name, 100);
    return passes(filter, &sample);
}

static void
test_empty_passes_all(void **state)
{
    (void)state;
    struct filter *filter = filter_new();
    assert_true(filter_is_empty(filter));
    assert_true(name_passes(filter, "a"));
    assert_string_equal(filter_text(filter), "");
    filter_free(filter);
}

static void
test_any_within_all_between(void **state)
{
    (void)state;
    struct filter *filter = MAKE("match", "user:*", "match", "cart:*",
                                 "not-match", "*:9", "not-match", "*:8");
    assert_true(name_passes(filter, "user:1"));
    assert_true(name_passes(filter, "cart:1"));
    assert_false(name_passes(filter, "blob:1"));
    assert_false(name_passes(filter, "user:9"));
    assert_false(name_passes(filter, "cart:8"));
    assert_false(filter_is_empty(filter));
    assert_string_equal(filter_text(filter),
                        "--match user:* --match cart:* --not-match *:9 "
                        "--not-match *:8");
    struct filter *copy = filter_copy(filter);
    filter_free(filter);
    assert_true(name_passes(copy, "user:1"));
    assert_false(name_passes(copy, "user:9"));
    filter_free(copy);
}

static void
test_db(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample, "k", 1);
    struct filter *filter = MAKE("db", "0,3", "db", "7");
    const bool expected[] = { true, false, false, true, false, false, false,
                              true };
    for (sample.key.db = 0; sample.key.db < 8; sample.key.db++)
        assert_int_equal(passes(filter, &sample), expected[sample.key.db]);
    filter_free(filter);
    filter = MAKE("not-db", "0,3");
    sample.key.db = 3;
    assert_false(passes(filter, &sample));
    sample.key.db = 4;
    assert_true(passes(filter, &sample));
    filter_free(filter);
}

static bool
type_passes(const char *option, const char *value, enum type type,
            const char *module)
{
    struct sample sample;
    sample_init(&sample, "k", 1);
    sample.key.type = type;
    sample.key.module_name = bytes_of_text(module);
    struct filter *filter = MAKE(option, value);
    bool result = passes(filter, &sample);
    filter_free(filter);
    return result;
}

/* One name, of any bytes. */
static void
test_key(void **state)
{
    (void)state;
    struct filter *filter = MAKE("key", "a\\x00b", "key", "user:*");
    struct filter *copy = filter_copy(filter);
    struct sample sample;
    sample_init(&sample, "", 100);
    sample.key.name = BYTES_LITERAL("a\0b");
    assert_true(passes(filter, &sample));
    assert_true(passes(copy, &sample));
    assert_true(name_passes(filter, "user:*"));
    assert_false(name_passes(filter, "user:1"));
    assert_false(name_passes(filter, "a"));
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(filter_add(filter, "key", "\\x0", &error), STATUS_FAIL);
    filter_free(copy);
    filter_free(filter);
}

static void
test_type(void **state)
{
    (void)state;
    assert_true(type_passes("type", "hash", TYPE_HASH, ""));
    assert_false(type_passes("type", "hash", TYPE_SET, ""));
    assert_true(type_passes("type", "sortedset", TYPE_ZSET, ""));
    assert_true(type_passes("type", "set,zset", TYPE_ZSET, ""));
    assert_false(type_passes("not-type", "set,zset", TYPE_ZSET, ""));
    assert_true(type_passes("type", "module", TYPE_MODULE, "ReJSON-RL"));
    assert_true(type_passes("type", "ReJSON-RL", TYPE_MODULE, "ReJSON-RL"));
    assert_false(type_passes("type", "ReJSON-RL", TYPE_MODULE, "MBbloom--"));
    assert_false(type_passes("type", "module", TYPE_STRING, ""));
}

static bool
ttl_passes(const char *value, bool has_expiry, int64_t left_ms)
{
    struct sample sample;
    sample_init(&sample, "k", 1);
    sample.key.has_expiry = has_expiry;
    sample.key.expire_ms = NOW + left_ms;
    struct filter *filter = MAKE("ttl", value);
    bool result = passes(filter, &sample);
    filter_free(filter);
    return result;
}

static void
test_ttl(void **state)
{
    (void)state;
    assert_true(ttl_passes("none", false, 0));
    assert_false(ttl_passes("none", true, 5));
    assert_false(ttl_passes("any", false, 0));
    assert_true(ttl_passes("any", true, -5));
    assert_true(ttl_passes("expired", true, -1));
    assert_false(ttl_passes("expired", true, 0));
    assert_false(ttl_passes("expired", false, 0));
    assert_true(ttl_passes("1h..2h", true, 3600000));
    assert_true(ttl_passes("1h..2h", true, 7200000));
    assert_false(ttl_passes("1h..2h", true, 3599999));
    assert_false(ttl_passes("1h..2h", true, 7200001));
    assert_false(ttl_passes("1h..2h", false, 0));
    assert_true(ttl_passes("..90", true, 0));
    assert_false(ttl_passes("..90", true, -1));
    assert_true(ttl_passes("30d~", true, INT64_C(40) * 86400000));
}

static void
test_ttl_far_away(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample, "k", 1);
    sample.key.has_expiry = true;
    struct filter *filter = MAKE("ttl", "1d..");
    sample.key.expire_ms = INT64_MAX;
    assert_true(passes(filter, &sample));
    sample.key.expire_ms = INT64_MIN;
    assert_false(passes(filter, &sample));
    filter_free(filter);
}

/* CLUSTER KEYSLOT foo is 12182, of {user1000}.following 3443. */
static void
test_slot(void **state)
{
    (void)state;
    struct filter *filter = MAKE("slot", "12182");
    assert_true(name_passes(filter, "foo"));
    assert_false(name_passes(filter, "fop"));
    filter_free(filter);
    filter = MAKE("slot", "3443..3443", "slot", "12000..");
    assert_true(name_passes(filter, "{user1000}.following"));
    assert_true(name_passes(filter, "foo"));
    filter_free(filter);
}

static void
test_late_part(void **state)
{
    (void)state;
    struct filter *filter = MAKE("memory", "1K..2K", "elements", "5..");
    struct sample sample;
    sample_init(&sample, "k", 1024);
    sample.record.elements = 5;
    assert_int_equal(filter_wants(filter), PRICE_MEMORY | PRICE_ELEMENTS);
    assert_true(passes(filter, &sample));
    sample.record.elements = 4;
    assert_false(passes(filter, &sample));
    sample.record.elements = 6;
    sample.price.memory = 2049;
    assert_false(passes(filter, &sample));
    sample.price.memory = 1500;
    sample.price.basis = BASIS_NONE;
    assert_false(passes(filter, &sample));
    filter_free(filter);
}

static void
test_reversed_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        const char *value;
        bool reversed;
    } ranges[] = {
        { "memory", "2..1", true },    { "memory", "1G~4K", true },
        { "elements", "5..4", true },  { "slot", "9..3", true },
        { "ttl", "1d..1h", true },     { "memory", "2..x", false },
        { "elements", "x..1", false }, { "slot", "..", false },
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        struct filter *filter = filter_new();
        struct error error = { .kind = ERROR_NONE };
        enum status status =
            filter_add(filter, ranges[i].option, ranges[i].value, &error);
        assert_int_equal(strstr(error.text, "reversed") != NULL,
                         ranges[i].reversed);
        if (ranges[i].reversed)
            assert_int_equal(status, STATUS_FAIL);
        filter_free(filter);
    }
}

static void
test_usage_errors(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "db", "x" },         { "db", "1,,2" },  { "db", "" },
        { "type", "strng" },   { "type", "set," }, { "memory", "5..1" },
        { "memory", "lots" },  { "elements", "-3" }, { "ttl", "never" },
        { "slot", "16384" },   { "slot", "0..99999" }, { "regex", "(" },
        { "not-memory", "1" }, { "not-regex", "a**" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct filter *filter = filter_new();
        struct error error = { .kind = ERROR_NONE };
        assert_int_equal(
            filter_add(filter, wrong[i][0], wrong[i][1], &error),
            STATUS_FAIL);
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.text, wrong[i][0]));
        assert_true(filter_is_empty(filter));
        assert_true(name_passes(filter, "a"));
        filter_free(filter);
    }
}

#ifdef HAVE_PCRE2
static void
test_regex(void **state)
{
    (void)state;
    struct filter *filter =
        MAKE("regex", "r:\\d+$", "not-regex", "^\\xc3", "not-regex", "99");
    assert_true(name_passes(filter, "user:17"));
    assert_false(name_passes(filter, "user:17x"));
    assert_false(name_passes(filter, "\xc3r:17"));
    assert_false(name_passes(filter, "user:199"));
    filter_free(filter);
}

static void
test_regex_gives_up(void **state)
{
    (void)state;
    struct filter *filter = MAKE("regex", "^(a|a|a|a)+(b|c)$|(x+x+)+y");
    struct sample sample;
    sample_init(&sample, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                1);
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(filter_key(filter, &sample.key, NOW, &error),
                     FILTER_FAIL);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "--regex"));
    filter_free(filter);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_passes_all),
        cmocka_unit_test(test_any_within_all_between),
        cmocka_unit_test(test_db),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_type),
        cmocka_unit_test(test_ttl),
        cmocka_unit_test(test_ttl_far_away),
        cmocka_unit_test(test_slot),
        cmocka_unit_test(test_late_part),
        cmocka_unit_test(test_reversed_ranges),
        cmocka_unit_test(test_usage_errors),
#ifdef HAVE_PCRE2
        cmocka_unit_test(test_regex),
        cmocka_unit_test(test_regex_gives_up),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
