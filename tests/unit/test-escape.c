/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The code points are those that the manual names, base64 has the test vectors
 * of RFC 4648 section 10, and what is ill-formed follows the Unicode Standard,
 * table 3-7.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"

static void
expect(struct buffer *out, const char *text)
{
    buffer_append_byte(out, '\0');
    assert_string_equal((const char *)out->data, text);
    buffer_fini(out);
}

static void
expect_escaped(struct bytes name, const char *text)
{
    struct buffer out = { NULL, 0, 0 };
    escape_append(&out, name, BYTES_ESCAPE);
    expect(&out, text);
    bool same = bytes_equal(name, bytes_of_text(text));
    assert_int_equal(escape_is_plain(name), same);
    assert_true(escape_read(bytes_of_text(text), BYTES_ESCAPE, &out));
    assert_true(bytes_equal(buffer_bytes(&out), name));
    buffer_fini(&out);
}

static void
escapes_ascii(void **state)
{
    (void)state;
    expect_escaped(BYTES_LITERAL(""), "");
    expect_escaped(bytes_of(NULL, 0), "");
    expect_escaped(BYTES_LITERAL("user:1 ~!\"',"), "user:1 ~!\"',");
    expect_escaped(BYTES_LITERAL("a\\b"), "a\\\\b");
    expect_escaped(BYTES_LITERAL("\0\t\n\x1f\x7f"),
                   "\\x00\\x09\\x0a\\x1f\\x7f");
    expect_escaped(BYTES_LITERAL("\x1b[31m"), "\\x1b[31m");
    expect_escaped(BYTES_LITERAL("\\x41"), "\\\\x41");
}

static void
escapes_ill_formed_utf8(void **state)
{
    (void)state;
    expect_escaped(BYTES_LITERAL("\x80"), "\\x80");
    expect_escaped(BYTES_LITERAL("\xff\xfe"), "\\xff\\xfe");
    expect_escaped(BYTES_LITERAL("\xc0\xaf"), "\\xc0\\xaf");
    expect_escaped(BYTES_LITERAL("\xc1\xbf"), "\\xc1\\xbf");
    expect_escaped(BYTES_LITERAL("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf");
    expect_escaped(BYTES_LITERAL("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    expect_escaped(BYTES_LITERAL("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf");
    expect_escaped(BYTES_LITERAL("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    expect_escaped(BYTES_LITERAL("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
    expect_escaped(BYTES_LITERAL("\xe2\x82"), "\\xe2\\x82");
    expect_escaped(BYTES_LITERAL("\xe2\x82" "a"), "\\xe2\\x82" "a");
    expect_escaped(BYTES_LITERAL("\xe2\xc3\xa9"), "\\xe2\xc3\xa9");
    expect_escaped(BYTES_LITERAL("\xc3\xa9\xa9"), "\xc3\xa9\\xa9");
}

/* UTF-8 by its definition. */
static struct bytes
encode(uint32_t code, unsigned char room[4])
{
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        room[i] = (unsigned char)(0x80 | (code & 0x3F));
    unsigned mark = 0xFFu << (8 - size);
    room[0] = (unsigned char)(mark | code);
    return bytes_of(room, size);
}

static bool
is_hidden(uint32_t code)
{
    static const uint32_t ranges[][2] = {
        { 0x80, 0x9F },     { 0xAD, 0xAD },     { 0x61C, 0x61C },
        { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
        { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE0FFF },
        { 0xD800, 0xDFFF }, { 0xFDD0, 0xFDEF },
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return true;
    return code % 0x10000 >= 0xFFFE;
}

static void
knows_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
        unsigned char room[4];
        if (escape_is_plain(encode(code, room)) == is_hidden(code))
            fail_msg("U+%04X", code);
    }
}

static void
writes_hex_and_base64(void **state)
{
    static const char *const vectors[][2] = {
        { "", "" },           { "f", "Zg==" },
        { "fo", "Zm8=" },     { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        escape_append(&out, bytes_of_text(vectors[i][0]), BYTES_BASE64);
        expect(&out, vectors[i][1]);
        assert_true(escape_read(bytes_of_text(vectors[i][1]), BYTES_BASE64,
                                &out));
        expect(&out, vectors[i][0]);
    }
    escape_append(&out, BYTES_LITERAL("\xfb\xef\xff"), BYTES_BASE64);
    expect(&out, "++//");
    escape_append(&out, BYTES_LITERAL("\x00\xab\xCD"), BYTES_HEX);
    expect(&out, "00abcd");
    assert_true(escape_read(BYTES_LITERAL("4aAF"), BYTES_HEX, &out));
    expect(&out, "J\xAF");
}

static void
refuses_what_is_no_notation(void **state)
{
    static const struct {
        enum escape_bytes notation;
        const char *text;
    } rows[] = {
        { BYTES_ESCAPE, "\\" },     { BYTES_ESCAPE, "\\n" },
        { BYTES_ESCAPE, "\\x" },    { BYTES_ESCAPE, "\\x1" },
        { BYTES_ESCAPE, "\\xg0" },  { BYTES_ESCAPE, "\\X41" },
        { BYTES_HEX, "a" },         { BYTES_HEX, "0g" },
        { BYTES_BASE64, "Zg" },     { BYTES_BASE64, "Zg=" },
        { BYTES_BASE64, "Z===" },   { BYTES_BASE64, "====" },
        { BYTES_BASE64, "Zh==" },   { BYTES_BASE64, "Zg==Zg==" },
        { BYTES_BASE64, "Zm9\n" },  { BYTES_BASE64, "Zm=v" },
    };
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (escape_read(bytes_of_text(rows[i].text), rows[i].notation, &out))
            fail_msg("%s", rows[i].text);
    buffer_fini(&out);
}

static void
reads_either_case_and_raw_bytes(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    assert_true(escape_read(BYTES_LITERAL("\\xE9\\xe9\t\xff\\\\"),
                            BYTES_ESCAPE, &out));
    expect(&out, "\xe9\xe9\t\xff\\");
}

static void
parses_notation_names(void **state)
{
    enum escape_bytes notation = BYTES_ESCAPE;
    (void)state;
    assert_true(escape_bytes_parse("hex", &notation));
    assert_int_equal(notation, BYTES_HEX);
    assert_true(escape_bytes_parse("base64", &notation));
    assert_int_equal(notation, BYTES_BASE64);
    assert_true(escape_bytes_parse("escape", &notation));
    assert_int_equal(notation, BYTES_ESCAPE);
    assert_false(escape_bytes_parse("text", &notation));
    assert_false(escape_bytes_parse("1024", &notation));
}

static void
quotes_for_json(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    escape_append_json(&out, BYTES_LITERAL("say \"hi\", \\o/\n\xc3\xa9\x80"),
                       BYTES_ESCAPE);
    expect(&out, "\"say \\\"hi\\\", \\\\\\\\o/\\\\x0a\xc3\xa9\\\\x80\"");
    escape_append_json(&out, BYTES_LITERAL("a\\x00\"\n"), BYTES_TEXT);
    expect(&out, "\"a\\\\x00\\\"\\\\x0a\"");
    escape_append_json(&out, BYTES_LITERAL(""), BYTES_HEX);
    expect(&out, "\"\"");
}

static void
quotes_for_csv(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    escape_append_csv(&out, BYTES_LITERAL("plain =1+1 'x'"), BYTES_ESCAPE);
    expect(&out, "plain =1+1 'x'");
    escape_append_csv(&out, BYTES_LITERAL("a,b"), BYTES_ESCAPE);
    expect(&out, "\"a,b\"");
    escape_append_csv(&out, BYTES_LITERAL("a\"b\n"), BYTES_ESCAPE);
    expect(&out, "\"a\"\"b\\x0a\"");
    escape_append_csv(&out, BYTES_LITERAL("a\nb"), BYTES_ESCAPE);
    expect(&out, "a\\x0ab");
    escape_append_csv(&out, BYTES_LITERAL(""), BYTES_ESCAPE);
    expect(&out, "\"\"");
    escape_append_csv(&out, BYTES_LITERAL(","), BYTES_HEX);
    expect(&out, "2c");
}

typedef void append_part(struct buffer *, struct escape_state *, struct bytes,
                         enum escape_bytes, bool);

/* name cut at two places, with an empty piece between others. */
static void
append_in_parts(struct buffer *out, append_part *append, struct bytes name,
                size_t first, size_t second, enum escape_bytes notation)
{
    struct escape_state state = { .count = 0 };
    append(out, &state, bytes_of(name.data, first), notation, false);
    append(out, &state, bytes_of(NULL, 0), notation, false);
    append(out, &state, bytes_of(name.data + first, second - first),
           notation, false);
    append(out, &state, bytes_of(name.data + second, name.size - second),
           notation, true);
}

static void
parts_join_as_the_whole(void **state)
{
    static const struct bytes names[] = {
        BYTES_LITERAL("a\xe2\x82\xac\xf0\x9f\x98\x80\"\\,z"),
        BYTES_LITERAL("\xf0\x9f\x98\xe2\x80\x8f\xe2\x82"),
        BYTES_LITERAL("\xf0\x9f\x98"),
        BYTES_LITERAL("\xe2\x82\xe2\x82\xac\xc3\xc3\xa9\xed\xa0\x80"),
    };
    (void)state;
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        for (int notation = 0; notation <= BYTES_TEXT; notation++)
            for (size_t second = 0; second <= names[n].size; second++)
                for (size_t first = 0; first <= second; first++) {
                    enum escape_bytes bytes = (enum escape_bytes)notation;
                    struct buffer whole = { NULL, 0, 0 };
                    struct buffer parts = { NULL, 0, 0 };
                    buffer_append_byte(&parts, '"');
                    append_in_parts(&parts, escape_append_json_part, names[n],
                                    first, second, bytes);
                    buffer_append_byte(&parts, '"');
                    escape_append_json(&whole, names[n], bytes);
                    assert_true(bytes_equal(buffer_bytes(&whole),
                                            buffer_bytes(&parts)));
                    buffer_fini(&whole);
                    buffer_fini(&parts);
                }
}

static void
parts_double_csv_quotes(void **state)
{
    struct buffer out = { NULL, 0, 0 };
    (void)state;
    append_in_parts(&out, escape_append_csv_part,
                    BYTES_LITERAL("\"\xc3\xa9,\\\""), 2, 3, BYTES_ESCAPE);
    expect(&out, "\"\"\xc3\xa9,\\\\\"\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_ascii),
        cmocka_unit_test(escapes_ill_formed_utf8),
        cmocka_unit_test(knows_every_code_point),
        cmocka_unit_test(writes_hex_and_base64),
        cmocka_unit_test(refuses_what_is_no_notation),
        cmocka_unit_test(reads_either_case_and_raw_bytes),
        cmocka_unit_test(parses_notation_names),
        cmocka_unit_test(quotes_for_json),
        cmocka_unit_test(quotes_for_csv),
        cmocka_unit_test(parts_join_as_the_whole),
        cmocka_unit_test(parts_double_csv_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
