/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected times are what `date -u -d TEXT +%s` of GNU coreutils says; doubles
 * are what Python's repr, which is the shortest too, gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"

static int64_t
int64_or_42(const char *text)
{
    int64_t value = 42;
    if (!number_parse_int64(bytes_of_text(text), &value))
        assert_int_equal(value, 42);
    return value;
}

static void
parses_canonical_integers_only(void **state)
{
    static const char *const refused[] = {
        "",    "-",    "+1",   "01",  "-0", "-01", " 1", "1 ", "1.0", "1e3",
        "0x1", "--1",  "00",   "1-",  "9223372036854775808",
        "-9223372036854775809", "18446744073709551616",
        "100000000000000000000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(int64_or_42(refused[i]), 42);
    assert_int_equal(int64_or_42("0"), 0);
    assert_int_equal(int64_or_42("-1"), -1);
    assert_int_equal(int64_or_42("10"), 10);
    assert_true(int64_or_42("9223372036854775807") == INT64_MAX);
    assert_true(int64_or_42("-9223372036854775808") == INT64_MIN);
}

static void
parses_a_view_without_its_surroundings(void **state)
{
    int64_t value;
    (void)state;
    assert_true(number_parse_int64(bytes_of("1234", 2), &value));
    assert_int_equal(value, 12);
    assert_false(number_parse_int64(bytes_of("1\0", 2), &value));
}

static void
parses_unsigned(void **state)
{
    uint64_t value = 7;
    (void)state;
    assert_true(number_parse_uint64(BYTES_LITERAL("18446744073709551615"),
                                    &value));
    assert_true(value == UINT64_MAX);
    assert_true(number_parse_uint64(BYTES_LITERAL("007"), &value));
    assert_int_equal(value, 7);
    assert_false(number_parse_uint64(BYTES_LITERAL("18446744073709551616"),
                                     &value));
    assert_false(number_parse_uint64(BYTES_LITERAL("-1"), &value));
    assert_false(number_parse_uint64(BYTES_LITERAL(""), &value));
    assert_int_equal(value, 7);
}

static void
expect(struct buffer *out, const char *text)
{
    buffer_append_byte(out, '\0');
    assert_string_equal((const char *)out->data, text);
    buffer_clear(out);
}

static void
formats_integers(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    number_append_int64(&out, INT64_MIN);
    expect(&out, "-9223372036854775808");
    number_append_int64(&out, INT64_MAX);
    expect(&out, "9223372036854775807");
    number_append_uint64(&out, UINT64_MAX);
    expect(&out, "18446744073709551615");
    number_append_int64(&out, 0);
    expect(&out, "0");
    number_append_int64(&out, -10);
    expect(&out, "-10");
    buffer_fini(&out);
}

static void
formats_every_length(void **state)
{
    (void)state;
    uint64_t value = 1;
    for (size_t length = 1; length < 20; length++, value *= 10) {
        char text[NUMBER_INTEGER_SIZE];
        uint64_t back;
        assert_int_equal(number_format_uint64(value, text), length);
        assert_true(number_parse_uint64(bytes_of(text, length), &back));
        assert_true(back == value);
        size_t below = length == 1 ? 1 : length - 1;
        assert_int_equal(number_format_uint64(value - 1, text), below);
        assert_true(number_parse_uint64(bytes_of(text, below), &back));
        assert_true(back == value - 1);
    }
}

static void
groups_thousands(void **state)
{
    static const struct {
        uint64_t number;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { 999, "999" },
        { 1000, "1,000" },
        { 14203911, "14,203,911" },
        { 100000, "100,000" },
        { UINT64_MAX, "18,446,744,073,709,551,615" },
    };
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        number_append_grouped(&out, rows[i].number);
        expect(&out, rows[i].text);
    }
    buffer_fini(&out);
}

static void
formats_shortest_doubles(void **state)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        { 0.0, "0" },
        { -0.0, "-0" },
        { 0.1, "0.1" },
        { 1.0 / 3.0, "0.3333333333333333" },
        { 1.5, "1.5" },
        { 100000, "100000" },
        { -9007199254740992.0, "-9007199254740992" },
        { 123456789012345680.0, "1.2345678901234568e+17" },
        { 1e17, "1e+17" },
        { 1e23, "1e+23" },
        { 5.684341886080802e-14, "5.684341886080802e-14" },
        { 4.9406564584124654e-324, "5e-324" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { (double)INFINITY, "inf" },
        { -(double)INFINITY, "-inf" },
        { (double)NAN, "nan" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[NUMBER_DOUBLE_SIZE];
        size_t length = number_format_double(rows[i].number, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
        if (!isnan(rows[i].number))
            assert_true(strtod(text, NULL) == rows[i].number);
    }
}

static void
formats_sizes(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        { 0, "0 B" },
        { 1023, "1023 B" },
        { 1024, "1.0 KiB" },
        { 1536, "1.5 KiB" },
        { 325268275, "310.2 MiB" }, /* 310.2 * 2^20 = 325268275.2 */
        { 1048575, "1.0 MiB" },     /* 1023.999 KiB */
        { 1048524, "1023.9 KiB" },  /* 1023.949 KiB */
        { 1048525, "1.0 MiB" },     /* 1023.950 KiB */
        { UINT64_MAX, "16.0 EiB" },
    };
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        number_append_size(&out, rows[i].bytes);
        expect(&out, rows[i].text);
    }
    number_append_share(&out, 451);
    expect(&out, "45.1 %");
    number_append_share(&out, 1000);
    expect(&out, "100.0 %");
    buffer_fini(&out);
}

static uint64_t
size_or_42(const char *text)
{
    uint64_t value = 42;
    (void)number_parse_size(bytes_of_text(text), &value);
    return value;
}

static void
parses_sizes(void **state)
{
    static const char *const refused[] = {
        "",     "K",   "-1",  "1.5",    "1.K",  ".5K", "1KK",  "1 ",
        "1iB",  "1Bi", "1KiBx", "1  K", "1.5B", "1X",  "1,5K", "16777216T",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(size_or_42(refused[i]), 42);
    assert_int_equal(size_or_42("0"), 0);
    assert_int_equal(size_or_42("100"), 100);
    assert_int_equal(size_or_42("100B"), 100);
    assert_int_equal(size_or_42("1k"), 1024);
    assert_int_equal(size_or_42("1KB"), 1024);
    assert_int_equal(size_or_42("1 kib"), 1024);
    assert_true(size_or_42("1.5G") == UINT64_C(1610612736));
    assert_true(size_or_42("2T") == UINT64_C(2199023255552));
    assert_int_equal(size_or_42("310.2 MiB"), 325268275);
    assert_int_equal(size_or_42("0.1K"), 102);
    assert_int_equal(size_or_42("0.9999999999999999999999999999K"), 1023);
    assert_true(size_or_42("16777215T") == UINT64_C(16777215) << 40);
}

static uint64_t
duration_or_42(const char *text)
{
    uint64_t value = 42;
    (void)number_parse_duration(bytes_of_text(text), &value);
    return value;
}

static void
parses_and_formats_durations(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    assert_int_equal(duration_or_42("90"), 90000);
    assert_int_equal(duration_or_42("90s"), 90000);
    assert_int_equal(duration_or_42("5m"), 300000);
    assert_int_equal(duration_or_42("1.5h"), 5400000);
    assert_int_equal(duration_or_42("7d"), 604800000);
    assert_int_equal(duration_or_42("0.25"), 250);
    assert_int_equal(duration_or_42("1w"), 42);
    assert_int_equal(duration_or_42("h"), 42);
    assert_int_equal(duration_or_42("1hh"), 42);
    assert_int_equal(duration_or_42("18446744073709551615"), 42);
    number_append_duration(&out, 0);
    expect(&out, "0 s");
    number_append_duration(&out, 59);
    expect(&out, "59 s");
    number_append_duration(&out, 60);
    expect(&out, "1 m");
    number_append_duration(&out, 7505);
    expect(&out, "2 h 5 m");
    number_append_duration(&out, 90000);
    expect(&out, "1 d 1 h");
    number_append_duration(&out, 729 * 86400);
    expect(&out, "729 d");
    number_append_duration(&out, (9 * 365 + 187) * 86400 + 3600);
    expect(&out, "9 y 187 d");
    number_append_duration(&out, UINT64_C(1000) * 365 * 86400);
    expect(&out, "1,000 y");
    buffer_fini(&out);
}

static const struct {
    int64_t ms;
    const char *text;
} times[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { INT64_C(1795160769000), "2026-11-20T07:46:09Z" },
    { INT64_C(1795160769007), "2026-11-20T07:46:09.007Z" },
    { INT64_C(951868799000), "2000-02-29T23:59:59Z" },
    { -1000, "1969-12-31T23:59:59Z" },
    { -1, "1969-12-31T23:59:59.999Z" },
    { INT64_C(-62162035200000), "0000-03-01T00:00:00Z" },
    { INT64_C(4107542400000), "2100-03-01T00:00:00Z" },
    { INT64_C(253402300799000), "9999-12-31T23:59:59Z" },
};

static void
formats_times(void **state)
{
    char text[NUMBER_TIME_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        size_t length = number_format_time(times[i].ms, text);
        assert_string_equal(text, times[i].text);
        assert_int_equal(length, strlen(text));
    }
    (void)number_format_time(INT64_MAX, text);
    assert_string_equal(text, "+292278994-08-17T07:12:55.807Z");
    (void)number_format_time(INT64_MIN, text);
    assert_string_equal(text, "-292275055-05-16T16:47:04.192Z");
}

static int64_t
time_or_42(const char *text)
{
    int64_t value = 42;
    (void)number_parse_time(bytes_of_text(text), &value);
    return value;
}

static void
parses_times(void **state)
{
    static const char *const refused[] = {
        "",
        "now",
        "-1",
        "2026-11",
        "2026-11-31",
        "2026-02-29",
        "2100-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "26-01-01",
        "2026-01-01T",
        "2026-01-01T1",
        "2026-01-01T24:00",
        "2026-01-01T00:60",
        "2026-01-01T00:00:60",
        "2026-01-01T00:00:00.",
        "2026-01-01T00:00:00Zx",
        "2026-01-01Z",
        "2026-01-01T00:00+1",
        "9223372036854775808",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        assert_true(time_or_42(times[i].text) == times[i].ms);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(time_or_42(refused[i]), 42);
    assert_true(time_or_42("2026-11-20") == INT64_C(1795132800000));
    assert_true(time_or_42("2026-11-20T07:46") == INT64_C(1795160760000));
    assert_true(time_or_42("2026-11-20 07:46:09") == INT64_C(1795160769000));
    assert_true(time_or_42("2026-11-20T07:46:09.5Z") ==
                INT64_C(1795160769500));
    assert_true(time_or_42("2026-11-20T07:46:09.1239Z") ==
                INT64_C(1795160769123));
    assert_true(time_or_42("2026-11-20T09:16:09+01:30") ==
                INT64_C(1795160769000));
    assert_true(time_or_42("2026-11-20T06:46:09-01:00") ==
                INT64_C(1795160769000));
    assert_true(time_or_42("1795160769") == INT64_C(1795160769000));
    assert_true(time_or_42("1795160769007") == INT64_C(1795160769007));
}

static void
parses_ranges(void **state)
{
    static const char *const refused[] = { "", "2..1", "x..", "..x",
                                           "1...2", "1..2..3", "1-2" };
    struct number_range range = { 1, 1 };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(number_parse_range(bytes_of_text(refused[i]),
                                        number_parse_uint64, &range));
    assert_true(number_parse_range(BYTES_LITERAL("3..5"),
                                   number_parse_uint64, &range));
    assert_false(number_in_range(range, 2));
    assert_true(number_in_range(range, 3));
    assert_true(number_in_range(range, 5));
    assert_false(number_in_range(range, 6));
    assert_true(number_parse_range(BYTES_LITERAL("1.5K~"), number_parse_size,
                                   &range));
    assert_int_equal(range.from, 1536);
    assert_true(range.to == UINT64_MAX);
    assert_true(number_parse_range(BYTES_LITERAL("..7d"),
                                   number_parse_duration, &range));
    assert_int_equal(range.from, 0);
    assert_int_equal(range.to, 604800000);
    assert_true(number_parse_range(BYTES_LITERAL("~"), number_parse_uint64,
                                   &range));
    assert_true(range.to == UINT64_MAX);
    assert_true(number_parse_range(BYTES_LITERAL("9"), number_parse_uint64,
                                   &range));
    assert_int_equal(range.from, 9);
    assert_int_equal(range.to, 9);
}

static void
formats_hashes(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    number_append_hash(&out, 0xABC);
    expect(&out, "0000000000000abc");
    buffer_fini(&out);
}

static void
counts_with_a_noun(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    number_append_counted(&out, 0, "key");
    expect(&out, "0 keys");
    number_append_counted(&out, 1, "key");
    expect(&out, "1 key");
    number_append_counted(&out, 2276, "key");
    expect(&out, "2,276 keys");
    buffer_fini(&out);
}

static void
says_how_much_of_a_whole(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    assert_int_equal(number_per_mille(5, 0), 0);
    assert_int_equal(number_per_mille(2, 3), 667);
    assert_int_equal(number_per_mille(UINT64_MAX, UINT64_MAX), 1000);
    number_append_part(&out, 0, 10000);
    expect(&out, "0.0 %");
    number_append_part(&out, 1, 10000);
    expect(&out, "< 0.1 %");
    number_append_part(&out, 1, 3);
    expect(&out, "33.3 %");
    buffer_fini(&out);
}

static void
counts_digits(void **state)
{
    (void)state;
    uint64_t power = 1;
    for (unsigned digits = 1; digits <= 20; digits++) {
        assert_int_equal(number_digits(power), digits);
        assert_int_equal(number_digits(power - (power > 1)),
                         power > 1 ? digits - 1 : 1);
        power = digits < 20 ? power * 10 : power;
    }
    assert_int_equal(number_digits(0), 1);
    assert_int_equal(number_digits(UINT64_MAX), 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_canonical_integers_only),
        cmocka_unit_test(parses_a_view_without_its_surroundings),
        cmocka_unit_test(parses_unsigned),
        cmocka_unit_test(formats_integers),
        cmocka_unit_test(formats_every_length),
        cmocka_unit_test(groups_thousands),
        cmocka_unit_test(formats_shortest_doubles),
        cmocka_unit_test(formats_sizes),
        cmocka_unit_test(parses_sizes),
        cmocka_unit_test(parses_and_formats_durations),
        cmocka_unit_test(formats_times),
        cmocka_unit_test(parses_times),
        cmocka_unit_test(parses_ranges),
        cmocka_unit_test(formats_hashes),
        cmocka_unit_test(counts_with_a_noun),
        cmocka_unit_test(says_how_much_of_a_whole),
        cmocka_unit_test(counts_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
