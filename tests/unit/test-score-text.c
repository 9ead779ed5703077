/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Scores as text.  The digits since 7.2 are what Redis 7.2.6, Redis 8.6.3 and
 * Valkey 9.1.2, all the same, wrote for these scores into a rewritten log.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/score-text.h"

static const struct {
    double score;
    const char *digits;
} fpconv[] = {
    /* zeros and what is no number */
    { 0.0, "0" },
    { -0.0, "-0" },
    { HUGE_VAL, "inf" },
    { -HUGE_VAL, "-inf" },
    /* few digits */
    { 1.0, "1" },
    { -17.0, "-17" },
    { 0.1, "0.1" },
    { -3.5, "-3.5" },
    { 3.14159, "3.14159" },
    { 0.3333333333333333, "0.3333333333333333" },
    { 0.30000000000000004, "0.30000000000000004" },
    /* up to seven zeros behind the digits */
    { 10000000.0, "10000000" },
    { 100000000.0, "1e+8" },
    { 1230000000.0, "1230000000" },
    { 12300000000.0, "1.23e+10" },
    { 1e18, "1e+18" },
    { 4611686018427387904.0, "4611686018427388000" },
    { 9007199254740992.0, "9007199254740992" },
    { 9223372036854775808.0, "9223372036854776000" },
    { 18446744073709551616.0, "18446744073709552000" },
    { 1.2345678901234567e23, "123456789012345670000000" },
    { 1.2345678901234567e24, "1.2345678901234568e+24" },
    /* up to six places, or more of a number from 0.001 to 9999 */
    { 0.000001, "0.000001" },
    { 1e-7, "1e-7" },
    { 0.0000015, "1.5e-6" },
    { 0.000015, "0.000015" },
    { 3e-5, "0.00003" },
    { 0.0012345678, "0.0012345678" },
    { 0.00012345678, "1.2345678e-4" },
    { 1234.5678901, "1234.5678901" },
    { 12345.6789012, "1.23456789012e+4" },
    { 12345.678901, "12345.678901" },
    { 0.0010000000000000002, "0.0010000000000000002" },
    /* else a power of ten, of one to three digits */
    { 1e22, "1e+22" },
    { -2.5e30, "-2.5e+30" },
    { 1e100, "1e+100" },
    { 1.5e-10, "1.5e-10" },
    { -1e-100, "-1e-100" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    /* denormals and the least that is none */
    { 5e-324, "5e-324" },
    { 1e-323, "1e-323" },
    { -1.5e-323, "-1.5e-323" },
    { 1.2345e-310, "1.2345e-310" },
    { 2.225073858507201e-308, "2.225073858507201e-308" },
    { 2.2250738585072014e-308, "2.2250738585072014e-308" },
    /* powers of two */
    { 4503599627370496.0, "4503599627370496" },
    { 1.1102230246251565e-16, "1.1102230246251565e-16" },
    { 8.98846567431158e307, "8.98846567431158e+307" },
    { 4.450147717014403e-308, "4.450147717014403e-308" },
    /* one or two digits would do */
    { -5.8e22, "-57999999999999996000000" },
    { -1e23, "-99999999999999990000000" },
    { 1e23, "99999999999999990000000" },
    { 5e22, "49999999999999996000000" },
    { 7e22, "70000000000000004000000" },
    { 8e23, "7.999999999999999e+23" },
    { 1e126, "9.999999999999999e+125" },
    { -5e125, "-4.9999999999999996e+125" },
    { 9e-265, "9.000000000000001e-265" },
    { -2.1e22, "-20999999999999998000000" },
    /* fewer would do */
    { -0.94627, "-0.9462699999999999" },
    { 0.00236159, "0.0023615900000000002" },
    { -21.71936, "-21.719360000000002" },
    { 4.5973522, "4.5973522000000004" },
    { -3104.275171, "-3104.2751709999998" },
    { 76.52956095487, "76.52956095487001" },
    /* others, as many, are nearer or even */
    { -562949953421312.2, "-562949953421312.3" },
    { 851401612546378.2, "851401612546378.3" },
    { -8.589363585224275e22, "-85893635852242760000000" },
    { -1.9783771807824484e23, "-197837718078244850000000" },
    { 5.565313641335851e95, "5.565313641335852e+95" },
    { -9.579349576961795e-201, "-9.579349576961796e-201" },
};

static void
assert_digits(enum score_rule rule, double score, const char *digits)
{
    char room[SCORE_TEXT_MAX];
    struct text text = score_text_digits(rule, score, room);
    assert_int_equal(text.kind, TEXT_BYTES);
    assert_int_equal(text.size, strlen(digits));
    assert_memory_equal(text.data, digits, text.size);
}

static void
digits_of_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fpconv) / sizeof(fpconv[0]); i++)
        assert_digits(SCORE_FPCONV, fpconv[i].score, fpconv[i].digits);
}

/* As %.17g prints them. */
static void
digits_until_7_0(void **state)
{
    (void)state;
    assert_digits(SCORE_17, 10000000000.0, "10000000000");
    assert_digits(SCORE_17, 3.14, "3.1400000000000001");
    assert_digits(SCORE_17, -0.0, "-0");
    assert_digits(SCORE_17, -HUGE_VAL, "-inf");
    assert_digits(SCORE_EXACT_17, 0.1, "0.10000000000000001");
}

static void
assert_reads_back(double score)
{
    char room[SCORE_TEXT_MAX + 1];
    struct text text = score_text_digits(SCORE_FPCONV, score, room);
    room[text.size] = '\0';
    assert_true(strtod(room, NULL) == score);
}

/* Every power of two, where the distance of doubles changes, with both of its
 * neighbours. */
static void
digits_read_back(void **state)
{
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double score = ldexp(1, exponent);
        assert_reads_back(nextafter(score, 0));
        assert_reads_back(-score);
        assert_reads_back(nextafter(score, HUGE_VAL));
    }
}

/* 2^52 is the first integer that is printed with digits up to 6.2, 2^62 the
 * last one that is not since 7.0. */
static void
integers_by_release(void **state)
{
    (void)state;
    static const struct {
        enum score_rule rule;
        double score;
        bool is_integer;
    } scores[] = {
        { SCORE_EXACT_17, 4503599627370495.0, true },
        { SCORE_EXACT_17, 4503599627370496.0, false },
        { SCORE_EXACT_17, -0.0, false },
        { SCORE_17, 4503599627370496.0, true },
        { SCORE_17, -0.0, true },
        { SCORE_17, 0.1, false },
        { SCORE_FPCONV, -17, true },
        { SCORE_FPCONV, -0.0, true },
        { SCORE_FPCONV, 0.1, false },
        { SCORE_FPCONV, 1e18, true },
        { SCORE_FPCONV, -4611686018427387904.0, true },
        { SCORE_FPCONV, 4611686018427388928.0, false },
        { SCORE_FPCONV, HUGE_VAL, false },
    };
    char room[SCORE_TEXT_MAX];
    for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
        double score = scores[i].score;
        struct text text = score_text(scores[i].rule, score, room);
        assert_int_equal(text.kind,
                         scores[i].is_integer ? TEXT_INTEGER : TEXT_BYTES);
        if (scores[i].is_integer)
            assert_int_equal(text.number, (int64_t)score);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_of_servers),
        cmocka_unit_test(digits_until_7_0),
        cmocka_unit_test(digits_read_back),
        cmocka_unit_test(integers_by_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
