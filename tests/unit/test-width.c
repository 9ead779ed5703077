/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/width.h"

static size_t
width(const char *text)
{
    return width_of(bytes_of_text(text));
}

static void
counts_cells(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("abc"), 3);
    assert_int_equal(width("é"), 1);
    assert_int_equal(width("e\xcc\x81"), 1); /* U+0301 */
    assert_int_equal(width("日本"), 4);
    assert_int_equal(width("한글"), 4);
    assert_int_equal(width("😀"), 2);
    assert_int_equal(width("≥…█"), 3);
}

static void
counts_bytes_that_are_no_utf8(void **state)
{
    (void)state;
    assert_int_equal(width("\xff\x80"), 2);
    assert_int_equal(width("\xe6\x97"), 2);
    assert_int_equal(width("\xe6" "abc"), 4);
}

static size_t
cut(const char *text, size_t cells)
{
    return width_cut(bytes_of_text(text), cells).size;
}

static void
cuts_between_characters(void **state)
{
    (void)state;
    assert_int_equal(cut("abc", 2), 2);
    assert_int_equal(cut("abc", 5), 3);
    assert_int_equal(cut("日本", 3), 3);
    assert_int_equal(cut("日本", 1), 0);
    assert_int_equal(cut("e\xcc\x81x", 1), 3);
    assert_int_equal(cut("", 1), 0);
}

static const char *
cut_front(const char *text, size_t cells)
{
    return (const char *)width_cut_front(bytes_of_text(text), cells).data;
}

static void
cuts_the_front_between_characters(void **state)
{
    (void)state;
    assert_string_equal(cut_front("abc", 2), "bc");
    assert_string_equal(cut_front("abc", 3), "abc");
    assert_string_equal(cut_front("abc", 0), "");
    assert_string_equal(cut_front("日本", 3), "本");
    assert_string_equal(cut_front("日本", 1), "");
    /* A mark goes with the letter that it stood on. */
    assert_string_equal(cut_front("e\xcc\x81x", 1), "x");
    assert_string_equal(cut_front("xe\xcc\x81", 1), "e\xcc\x81");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_cells),
        cmocka_unit_test(counts_bytes_that_are_no_utf8),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(cuts_the_front_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
