/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/writer.h"

static const struct column columns[] = {
    { "key", "key", COLUMN_NAME },
    { "type", "type", COLUMN_TEXT },
    { "memory", "memory", COLUMN_BYTES },
    { "share", "share", COLUMN_SHARE },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* What a test wrote; nothing reaches a file below 64 KiB. */
static struct output output = { .fd = -1 };

static void
expect(struct writer *writer, const char *text)
{
    writer->ops->end(writer);
    writer_free(writer);
    buffer_append_byte(&output.buffer, '\0');
    assert_string_equal((const char *)output.buffer.data, text);
    buffer_clear(&output.buffer);
}

static struct writer *
begin(const char *format, bool single)
{
    struct writer *writer = writer_new(format, &output, BYTES_ESCAPE, single);
    assert_non_null(writer);
    assert_string_equal(writer->ops->name, format);
    writer->ops->begin(writer);
    return writer;
}

static void
put_section(struct writer *writer, const char *id, const char *title)
{
    const struct cell plain[COLUMNS] = {
        cell_text("user:1"),
        cell_text("hash"),
        cell_number(1536),
        cell_number(451),
    };
    struct cell odd[COLUMNS] = {
        cell_bytes(BYTES_LITERAL("a,\"\xff")),
        cell_text("string"),
        cell_number(12),
        cell_empty(),
    };
    odd[2].kind = CELL_LOWER;
    writer->ops->table_begin(writer, id, title, columns, COLUMNS);
    writer->ops->row(writer, plain);
    writer->ops->row(writer, odd);
    writer->ops->table_end(writer);
}

static void
put_object(struct writer *writer)
{
    const struct cell cells[] = { cell_number(3), cell_empty() };
    static const struct column fields[] = {
        { "keys", "Keys", COLUMN_COUNT },
        { "ctime_ms", "Written", COLUMN_TIME_MS },
    };
    writer->ops->object(writer, "totals", fields, cells, 2);
}

static void
csv(void **state)
{
    (void)state;
    struct writer *writer = begin("csv", true);
    put_section(writer, "keys", "");
    expect(writer, "key,type,memory,share\n"
                   "user:1,hash,1536,451\n"
                   "\"a,\"\"\\xff\",string,12,\n");
    writer = begin("csv", false);
    put_object(writer);
    writer->ops->table_begin(writer, "x", "", columns, 2);
    writer->ops->table_end(writer);
    expect(writer, "keys,ctime_ms\n3,\n\nkey,type\n");
}

static void
csv_has_no_blank_rows(void **state)
{
    const struct cell nothing = cell_empty();
    const struct cell no_name = cell_text("");
    (void)state;
    struct writer *writer = begin("csv", true);
    writer->ops->table_begin(writer, "x", "", columns, 1);
    writer->ops->row(writer, &nothing);
    writer->ops->row(writer, &no_name);
    writer->ops->table_end(writer);
    expect(writer, "key\n\"\"\n\"\"\n");
}

static void
json(void **state)
{
    (void)state;
    struct writer *writer = begin("json", true);
    put_section(writer, "keys", "");
    expect(writer,
           "[\n"
           "  {\"key\": \"user:1\", \"type\": \"hash\", \"memory\": 1536, "
           "\"share\": 451},\n"
           "  {\"key\": \"a,\\\"\\\\xff\", \"key_base64\": \"YSwi/w==\", "
           "\"type\": \"string\", \"memory\": 12, \"share\": null}\n"
           "]\n");
    writer = begin("json", true);
    put_object(writer);
    expect(writer, "{\"keys\": 3, \"ctime_ms\": null}\n");
}

static void
json_with_sections(void **state)
{
    const struct cell name = cell_text("user:1");
    (void)state;
    struct writer *writer = begin("json", false);
    put_object(writer);
    writer->ops->object(writer, "instance", columns, NULL, 0);
    writer->ops->table_begin(writer, "none", "", columns, 1);
    writer->ops->table_end(writer);
    writer->ops->table_begin(writer, "top", "", columns, 1);
    writer->ops->row(writer, &name);
    writer->ops->table_end(writer);
    expect(writer, "{\n"
                   "  \"totals\": {\"keys\": 3, \"ctime_ms\": null},\n"
                   "  \"instance\": null,\n"
                   "  \"none\": [],\n"
                   "  \"top\": [\n"
                   "    {\"key\": \"user:1\"}\n"
                   "  ]\n"
                   "}\n");
    expect(begin("json", false), "{}\n");
}

static void
jsonl(void **state)
{
    const struct cell name = cell_text("user:1");
    (void)state;
    struct writer *writer = begin("jsonl", true);
    writer->ops->table_begin(writer, "keys", "", columns, 1);
    writer->ops->row(writer, &name);
    writer->ops->row(writer, &name);
    writer->ops->table_end(writer);
    expect(writer, "{\"key\": \"user:1\"}\n{\"key\": \"user:1\"}\n");
    writer = begin("jsonl", false);
    put_object(writer);
    expect(writer, "{\"section\": \"totals\", \"keys\": 3, "
                   "\"ctime_ms\": null}\n");
}

static void
names_in_other_notations_have_base64(void **state)
{
    const struct cell cells[] = { cell_text("foo"), cell_text("hash") };
    const struct cell empty = cell_text("");
    (void)state;
    struct writer *writer = writer_new("jsonl", &output, BYTES_HEX, true);
    writer->ops->begin(writer);
    writer->ops->table_begin(writer, "keys", "", columns, 2);
    writer->ops->row(writer, cells);
    writer->ops->table_end(writer);
    writer->ops->table_begin(writer, "keys", "", columns, 1);
    writer->ops->row(writer, &empty);
    writer->ops->table_end(writer);
    expect(writer, "{\"key\": \"666f6f\", \"key_base64\": \"Zm9v\", "
                   "\"type\": \"hash\"}\n{\"key\": \"\"}\n");
}

/* As the contract has it: integers up to 2^53 - 1, or null. */
static void
json_has_no_greater_numbers(void **state)
{
    static const int64_t numbers[] = {
        9007199254740991, 9007199254740992, INT64_MAX,
        -9007199254740991, -9007199254740992, INT64_MIN,
    };
    static const struct column column = { "n", "n", COLUMN_COUNT };
    (void)state;
    for (int json = 0; json < 2; json++) {
        struct writer *writer = begin(json ? "jsonl" : "csv", true);
        writer->ops->table_begin(writer, "x", "", &column, 1);
        for (size_t i = 0; i < 6; i++) {
            struct cell cell = cell_number((uint64_t)numbers[i]);
            cell.kind = i % 2 ? CELL_LOWER : CELL_NUMBER;
            writer->ops->row(writer, &cell);
        }
        writer->ops->table_end(writer);
        expect(writer, json ? "{\"n\": 9007199254740991}\n{\"n\": null}\n"
                              "{\"n\": null}\n{\"n\": -9007199254740991}\n"
                              "{\"n\": null}\n{\"n\": null}\n"
                            : "n\n9007199254740991\n9007199254740992\n"
                              "9223372036854775807\n-9007199254740991\n"
                              "-9007199254740992\n-9223372036854775808\n");
    }
}

static void
single_sections_say_that_they_are_incomplete(void **state)
{
    static const struct {
        const char *format;
        const char *text;
    } formats[] = {
        { "csv", "key\n" },
        { "json",
          "[\n  {\"incomplete\": true, \"error\": \"a \\\"b\\\"\"}\n]\n" },
        { "jsonl", "{\"incomplete\": true, \"error\": \"a \\\"b\\\"\"}\n" },
        { "table", "KEY\n(incomplete: a \"b\")\n" },
    };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct writer *writer = begin(formats[i].format, true);
        writer->incomplete = "a \"b\"";
        writer->ops->table_begin(writer, "x", "", columns, 1);
        writer->ops->table_end(writer);
        expect(writer, formats[i].text);
    }
}

static void
table(void **state)
{
    (void)state;
    struct writer *writer = begin("table", true);
    put_section(writer, "keys", "");
    expect(writer, "KEY      TYPE     MEMORY   SHARE\n"
                   "user:1   hash    1.5 KiB  45.1 %\n"
                   "a,\"\\xff  string   ≥ 12 B       -\n");
}

static void
table_with_sections(void **state)
{
    static const struct column untitled[] = {
        { "type", "", COLUMN_TEXT },
        { "keys", "keys", COLUMN_COUNT },
    };
    const struct cell cells[] = { cell_text("hash"), cell_number(14203911) };
    (void)state;
    struct writer *writer = begin("table", false);
    writer->ops->table_begin(writer, "types", "Memory by type", untitled, 2);
    writer->ops->row(writer, cells);
    writer->ops->table_end(writer);
    put_section(writer, "top", "Biggest keys");
    put_object(writer);
    expect(writer, "MEMORY BY TYPE        keys\n"
                   "hash            14,203,911\n"
                   "\n"
                   "BIGGEST KEYS\n"
                   "key      type     memory   share\n"
                   "user:1   hash    1.5 KiB  45.1 %\n"
                   "a,\"\\xff  string   ≥ 12 B       -\n"
                   "\n"
                   "TOTALS\n"
                   "Keys     3\n"
                   "Written  -\n");
}

static void
table_aligns_by_cells_and_cuts_for_terminals(void **state)
{
    static const struct column shown[] = {
        { "key", "key", COLUMN_NAME },
        { "n", "n", COLUMN_COUNT },
    };
    char name[91];
    memset(name, 'x', 90);
    strcpy(name + 85, "12345");
    const struct cell wide[] = { cell_text("日本"), cell_number(1) };
    const struct cell empty[] = { cell_text(""), cell_number(22) };
    const struct cell cut[] = { cell_text(name), cell_number(1) };
    (void)state;
    struct writer *writer = begin("table", true);
    writer->for_terminal = true;
    writer->ops->table_begin(writer, "x", "", shown, 2);
    writer->ops->row(writer, wide);
    writer->ops->row(writer, empty);
    writer->ops->table_end(writer);
    writer->ops->table_begin(writer, "x", "", shown, 1);
    writer->ops->row(writer, cut);
    writer->ops->table_end(writer);
    expect(writer, "KEY    N\n"
                   "日本   1\n"
                   "\"\"    22\n"
                   "\n"
                   "KEY\n"
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx12345\n");
}

/* In a file nothing is cut, and columns stay below each other. */
static void
table_widens_for_long_names(void **state)
{
    static const struct column shown[] = {
        { "key", "key", COLUMN_NAME },
        { "n", "n", COLUMN_COUNT },
    };
    char name[201];
    char line[256];
    memset(name, 'x', 200);
    name[200] = '\0';
    const struct cell longest[] = { cell_text(name), cell_number(1) };
    const struct cell other[] = { cell_text("y"), cell_number(2) };
    (void)state;
    struct writer *writer = begin("table", true);
    writer->ops->table_begin(writer, "x", "", shown, 2);
    writer->ops->row(writer, longest);
    writer->ops->row(writer, other);
    writer->ops->table_end(writer);
    writer->ops->end(writer);
    char text[1024];
    snprintf(line, sizeof(line), "%s  1\n", name);
    snprintf(text, sizeof(text), "%-200s  N\n%s%-200s  2\n", "KEY", line,
             "y");
    expect(writer, text);
}

/* The wider one of two columns of names gives way first. */
static void
table_cuts_the_widest_names(void **state)
{
    static const struct column shown[] = {
        { "file", "file", COLUMN_NAME },
        { "key", "key", COLUMN_NAME },
    };
    const struct cell cells[] = { cell_text("dump-of-monday.rdb"),
                                  cell_text("0123456789012345678901234567") };
    (void)state;
    assert_int_equal(setenv("COLUMNS", "40", 1), 0);
    struct writer *writer = begin("table", true);
    writer->for_terminal = true;
    writer->ops->table_begin(writer, "x", "", shown, 2);
    writer->ops->row(writer, cells);
    writer->ops->table_end(writer);
    assert_int_equal(unsetenv("COLUMNS"), 0);
    expect(writer, "FILE                KEY\n"
                   "dump-of-monday.rdb  0123456789…901234567\n");
}

/* The output here is no terminal, so that COLUMNS is asked. */
static void
table_fits_the_terminal(void **state)
{
    static const struct column shown[] = {
        { "key", "key", COLUMN_NAME },
        { "n", "n", COLUMN_COUNT },
    };
    const struct cell wide[] = { cell_text("0123456789012345678901234567"),
                                 cell_number(7) };
    (void)state;
    assert_int_equal(setenv("COLUMNS", "24", 1), 0);
    struct writer *writer = begin("table", true);
    writer->for_terminal = true;
    writer->ops->table_begin(writer, "x", "", shown, 2);
    writer->ops->row(writer, wide);
    writer->ops->table_end(writer);
    expect(writer, "KEY                    N\n"
                   "0123456789…8901234567  7\n");
    assert_int_equal(setenv("COLUMNS", "3", 1), 0);
    writer = begin("table", true);
    writer->for_terminal = true;
    writer->ops->table_begin(writer, "x", "", shown, 2);
    writer->ops->row(writer, wide);
    writer->ops->table_end(writer);
    expect(writer, "KEY               N\n"
                   "01234567…1234567  7\n");
    assert_int_equal(unsetenv("COLUMNS"), 0);
}

static void
table_cuts_names_as_asked(void **state)
{
    const struct cell cells[] = { cell_text("0123456789"),
                                  cell_text("hash") };
    const struct cell none[] = { cell_none(bytes_of_text("(other)")),
                                 cell_empty() };
    (void)state;
    struct writer *writer = begin("table", true);
    writer->name_cells = 8;
    writer->ops->table_begin(writer, "x", "", columns, 2);
    writer->ops->row(writer, cells);
    writer->ops->row(writer, none);
    writer->ops->table_end(writer);
    expect(writer, "KEY       TYPE\n"
                   "0123…789  hash\n"
                   "(other)   -\n");
}

static void
table_shows_whole_names_elsewhere(void **state)
{
    char name[71];
    memset(name, 'x', 70);
    name[70] = '\0';
    const struct cell cell = cell_text(name);
    (void)state;
    struct writer *writer = begin("table", true);
    writer->ops->table_begin(writer, "x", "", columns, 1);
    writer->ops->row(writer, &cell);
    writer->ops->table_end(writer);
    writer->ops->end(writer);
    writer_free(writer);
    assert_int_equal(output.buffer.size, strlen("KEY\n") + 71);
    buffer_clear(&output.buffer);
}

/* Enough rows that the table cannot hold them: the first ones settle the
 * widths, and memory stays bounded. */
static void
long_table_streams(void **state)
{
    const struct cell cells[] = { cell_text("user:1"), cell_text("hash") };
    (void)state;
    struct output sink;
    assert_int_equal(output_open(&sink, "/dev/null"), STATUS_OK);
    struct writer *writer = writer_new("table", &sink, BYTES_ESCAPE, true);
    writer->ops->begin(writer);
    writer->ops->table_begin(writer, "x", "", columns, 2);
    for (int i = 0; i < 100000; i++)
        writer->ops->row(writer, cells);
    assert_true(sink.buffer.size > 0);
    writer->ops->table_end(writer);
    writer->ops->end(writer);
    writer_free(writer);
    assert_int_equal(output_close(&sink, true), STATUS_OK);
}

/* One row of one name of size 'x', written in the format to a file. */
static struct buffer
written(const char *format, size_t size, uint64_t whole_size)
{
    struct buffer name = { NULL, 0, 0 };
    memset(buffer_reserve(&name, size), 'x', size);
    struct cell cell = cell_bytes(bytes_of(name.data, size));
    cell.whole_size = whole_size;
    cell.whole_hash = 0xFF;
    FILE *file = tmpfile();
    assert_non_null(file);
    struct output sink = { .fd = dup(fileno(file)) };
    struct writer *writer = writer_new(format, &sink, BYTES_ESCAPE, true);
    writer->ops->begin(writer);
    writer->ops->table_begin(writer, "x", "", columns, 1);
    writer->ops->row(writer, &cell);
    writer->ops->table_end(writer);
    writer->ops->end(writer);
    writer_free(writer);
    assert_int_equal(output_close(&sink, true), STATUS_OK);
    buffer_fini(&name);
    struct buffer text = { NULL, 0, 0 };
    rewind(file);
    size_t room = 4 * size;
    text.size = fread(buffer_reserve(&text, room), 1, room, file);
    (void)fclose(file);
    return text;
}

static void
expect_name(const char *format, size_t size, uint64_t whole_size,
            const char *before, size_t shown, const char *behind)
{
    struct buffer text = written(format, size, whole_size);
    struct bytes all = buffer_bytes(&text);
    assert_int_equal(all.size, strlen(before) + shown + strlen(behind));
    assert_true(bytes_starts_with(all, bytes_of_text(before)));
    for (size_t i = 0; i < shown; i++)
        assert_int_equal(all.data[strlen(before) + i], 'x');
    assert_memory_equal(all.data + strlen(before) + shown, behind,
                        strlen(behind));
    buffer_fini(&text);
}

static void
expect_name_and_base64(const char *format, size_t size, const char *before,
                       size_t shown, const char *note, const char *end)
{
    struct buffer behind = { NULL, 0, 0 };
    buffer_append_format(&behind, "%s\", \"key_base64\": \"", note);
    for (size_t i = 0; i < shown / 3; i++)
        buffer_append_text(&behind, "eHh4");
    buffer_append_format(&behind, "eA==%s", end);
    buffer_append_byte(&behind, '\0');
    expect_name(format, size, 99999, before, shown,
                (const char *)behind.data);
    buffer_fini(&behind);
}

static void
beginnings_have_length_and_hash(void **state)
{
#define NOTE " ... (99999 bytes, xxh3 00000000000000ff)"
    (void)state;
    expect_name("csv", 70000, 99999, "key\n\"", 65536, NOTE "\"\n");
    /* 65536 and 1000 are both three times something and one. */
    expect_name_and_base64("json", 70000, "[\n  {\"key\": \"", 65536, NOTE,
                           "\"}\n]\n");
    expect_name_and_base64("jsonl", 1000, "{\"key\": \"", 1000, NOTE,
                           "\"}\n");
    expect_name("table", 70000, 99999, "KEY\n", 65536, NOTE "\n");
}

static void
long_names_are_whole_in_data(void **state)
{
    (void)state;
    expect_name("csv", 200000, 0, "key\n\"", 200000, "\"\n");
    expect_name("jsonl", 200000, 0, "{\"key\": \"", 200000, "\"}\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv),
        cmocka_unit_test(csv_has_no_blank_rows),
        cmocka_unit_test(json),
        cmocka_unit_test(json_with_sections),
        cmocka_unit_test(jsonl),
        cmocka_unit_test(names_in_other_notations_have_base64),
        cmocka_unit_test(json_has_no_greater_numbers),
        cmocka_unit_test(single_sections_say_that_they_are_incomplete),
        cmocka_unit_test(table),
        cmocka_unit_test(table_with_sections),
        cmocka_unit_test(table_aligns_by_cells_and_cuts_for_terminals),
        cmocka_unit_test(table_widens_for_long_names),
        cmocka_unit_test(table_fits_the_terminal),
        cmocka_unit_test(table_cuts_the_widest_names),
        cmocka_unit_test(table_cuts_names_as_asked),
        cmocka_unit_test(table_shows_whole_names_elsewhere),
        cmocka_unit_test(long_table_streams),
        cmocka_unit_test(beginnings_have_length_and_hash),
        cmocka_unit_test(long_names_are_whole_in_data),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_fini(&output.buffer);
    return failed;
}
