/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What was found: "CODE@OFFSET ...". */
struct told {
    struct findings findings;
    char text[1024];
};

static void
take_finding(struct findings *self, const struct finding *finding)
{
    struct told *told = (struct told *)self;
    size_t size = strlen(told->text);
    snprintf(told->text + size, sizeof(told->text) - size, "%s%s@%llu",
             size > 0 ? " " : "", finding_name(finding->code),
             (unsigned long long)finding->offset);
}

static struct told
read_bytes(struct manifest *manifest, const char *text, size_t size)
{
    struct told told = { .findings = { take_finding } };
    struct reader reader;
    *manifest = (struct manifest){ .files = NULL };
    reader_init_memory(&reader, bytes_of(text, size), 0);
    assert_int_equal(manifest_read(manifest, &reader, &told.findings),
                     STATUS_OK);
    reader_fini(&reader);
    return told;
}

static struct told
read_text(struct manifest *manifest, const char *text)
{
    return read_bytes(manifest, text, strlen(text));
}

static void
assert_told(const char *text, const char *findings, size_t files)
{
    struct manifest manifest;
    struct told told = read_text(&manifest, text);
    assert_string_equal(told.text, findings);
    assert_int_equal(manifest.count, files);
    manifest_fini(&manifest);
}

static void
assert_name(const struct manifest_file *file, const char *name)
{
    assert_true(bytes_equal(file->name, bytes_of_text(name)));
    assert_int_equal(file->name.data[file->name.size], '\0');
}

/* As Redis 8.6 writes it. */
static void
test_a_set(void **state)
{
    (void)state;
    struct manifest manifest;
    struct told told = read_text(
        &manifest, "file appendonly.aof.2.base.rdb seq 2 type b\n"
                   "file appendonly.aof.1.incr.aof seq 1 type h\n"
                   "file appendonly.aof.2.incr.aof seq 2 type i "
                   "startoffset 99 endoffset 208\n"
                   "file appendonly.aof.4.incr.aof seq 4 type i "
                   "startoffset 208\n");
    assert_string_equal(told.text, "");
    assert_int_equal(manifest.count, 4);
    assert_false(manifest.is_empty);
    assert_name(&manifest.files[0], "appendonly.aof.2.base.rdb");
    assert_int_equal(manifest.files[0].type, MANIFEST_BASE);
    assert_int_equal(manifest.files[0].seq, 2);
    assert_int_equal(manifest.files[0].start_offset, -1);
    assert_true(manifest.files[0].is_safe);
    assert_int_equal(manifest.files[1].type, MANIFEST_HISTORY);
    assert_int_equal(manifest.files[2].start_offset, 99);
    assert_int_equal(manifest.files[2].end_offset, 208);
    assert_int_equal(manifest.files[3].offset, 161);
    assert_int_equal(manifest.files[3].end_offset, -1);
    size_t numbers[4];
    assert_int_equal(manifest_loaded(&manifest, numbers), 3);
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[2], 3);
    manifest_fini(&manifest);
}

/* The base is loaded first wherever it stands. */
static void
test_order_of_loading(void **state)
{
    (void)state;
    struct manifest manifest;
    size_t numbers[3];
    (void)read_text(&manifest, "file i1 seq 1 type i\nfile i2 seq 2 type i\n"
                               "file b seq 1 type b\n");
    assert_int_equal(manifest_loaded(&manifest, numbers), 3);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(numbers[1], 0);
    assert_int_equal(numbers[2], 1);
    manifest_fini(&manifest);
}

/* What servers take, tested there. */
static void
test_what_is_let_pass(void **state)
{
    (void)state;
    assert_told("# a comment\nfile a seq 1 type b\n", "", 1);
    assert_told("\tfile\ta  seq 1\ttype base \r\n", "", 1);
    assert_told("type b SEQ 1 FILE a\n", "", 1);
    assert_told("file a seq 1 type b colour red\n", "manifest-unknown-key@0",
                1);
    assert_told("file a seq 1 type b\nfile a seq 1 type i\n",
                "manifest-duplicate@20", 2);
    assert_told("file a seq 1 type i\n", "manifest-no-base@0", 1);
    assert_told("file a seq 1x type b\n", "aof-number@0", 1);
}

static void
test_what_is_not(void **state)
{
    (void)state;
    assert_told("", "manifest-empty@0", 0);
    assert_told("# nothing\n", "manifest-empty@10", 0);
    assert_told("\n", "manifest-line@0", 0);
    assert_told("file a seq 1 type b\n\n", "manifest-line@20", 1);
    assert_told("garbage\n", "manifest-line@0", 0);
    assert_told("file a seq 1 type b odd\n", "manifest-line@0", 1);
    assert_told("file a seq 1 seq 1\n", "manifest-line@0", 0);
    assert_told("file a type b type b\n", "manifest-line@0", 1);
    assert_told("file a seq 0 type b\n", "manifest-seq@0", 1);
    assert_told("file a seq x type b\n", "manifest-seq@0", 1);
    assert_told("file a seq -1 type b\n", "manifest-seq@0", 1);
    assert_told("file a seq 1 type z\n", "manifest-type@0", 0);
    assert_told("file a seq 1 type \"\"\n", "manifest-type@0", 0);
    assert_told("file a seq 1 type b\nfile b seq 2 type b\n",
                "manifest-two-bases@20", 2);
    assert_told("file b seq 1 type b\nfile a seq 2 type i\n"
                "file c seq 2 type i\n",
                "manifest-order@40", 3);
    assert_told("file a seq 1 type b", "manifest-line-open@0", 1);
    assert_told("file \"a seq 1 type b\n", "manifest-line@0", 0);
    assert_told("file \"a\"b seq 1 type b\n", "manifest-line@0", 0);
}

/* Lines that say which file they mean are not lost, whatever else is wrong. */
static void
test_lost_lines(void **state)
{
    (void)state;
    struct manifest manifest;
    (void)read_text(&manifest, "# note\n\nfile a seq 0 type b\n"
                               "file b type i\n");
    assert_int_equal(manifest.lost_lines, 0);
    manifest_fini(&manifest);
    (void)read_text(&manifest, "garbage\nfile a seq 1 type z\n"
                               "seq 1 type b\n");
    assert_int_equal(manifest.lost_lines, 3);
    manifest_fini(&manifest);
}

static void
test_long_lines(void **state)
{
    (void)state;
    char text[4096];
    snprintf(text, sizeof(text), "file %0*d seq 1 type b\n", 1005, 0);
    assert_int_equal(strlen(text), MANIFEST_LINE + 1);
    assert_told(text, "", 1);
    snprintf(text, sizeof(text), "file %0*d seq 1 type b\n%s", 1006, 0,
             "file a seq 2 type i\n");
    assert_told(text, "manifest-line-long@0 manifest-no-base@1025", 1);
    snprintf(text, sizeof(text), "file %0*d seq 1 type b", 3000, 0);
    assert_told(text, "manifest-line-long@0", 0);
}

static void
test_names(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        const char *name;
        bool is_safe;
    } rows[] = {
        { "a", "a", true },
        { "\"b c\"", "b c", true },
        { "'b c'", "b c", true },
        { "'it\\'s'", "it's", true },
        { "\"\\x61\\n\\r\\t\\a\\b\\\"\\q\"", "a\n\r\t\a\b\"q", true },
        { "a\"b c\"", "ab c", true },
        { "../a", "../a", false },
        { "/etc/passwd", "/etc/passwd", false },
        { "a\\b", "a\\b", false },
        { "..", "..", false },
        { "\"\"", "", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[128];
        struct manifest manifest;
        snprintf(text, sizeof(text), "file %s seq 1 type b\n", rows[i].word);
        struct told told = read_text(&manifest, text);
        assert_string_equal(told.text,
                            rows[i].is_safe ? "" : "manifest-name@0");
        assert_int_equal(manifest.count, 1);
        assert_name(&manifest.files[0], rows[i].name);
        assert_int_equal(manifest.files[0].is_safe, rows[i].is_safe);
        manifest_fini(&manifest);
    }
}

static void
test_nul_bytes(void **state)
{
    (void)state;
    struct manifest manifest;
    static const char text[] = "file \"a\\x00b\" seq 1 type b\n";
    struct told told = read_text(&manifest, text);
    assert_string_equal(told.text, "manifest-name@0");
    assert_int_equal(manifest.files[0].name.size, 3);
    assert_false(manifest.files[0].is_safe);
    manifest_fini(&manifest);
    told = read_bytes(&manifest, "file a\0b seq 1 type b\n", 22);
    assert_string_equal(told.text, "manifest-name@0 manifest-line@0");
    manifest_fini(&manifest);
}

/* Whatever is written reads back. */
static void
test_writing(void **state)
{
    (void)state;
    static const char *const names[] = { "appendonly.aof.1.incr.aof", "b c",
                                         "q\"q", "it's", "n\nn", "\xc3\xa9" };
    static const char *const lines[] = {
        "file appendonly.aof.1.incr.aof seq 7 type i startoffset 5\n",
        "file \"b c\" seq 7 type i startoffset 5\n",
        "file \"q\\\"q\" seq 7 type i startoffset 5\n",
        "file \"it's\" seq 7 type i startoffset 5\n",
        "file \"n\\nn\" seq 7 type i startoffset 5\n",
        "file \"\\xc3\\xa9\" seq 7 type i startoffset 5\n",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct manifest_file file = { .name = bytes_of_text(names[i]),
                                      .seq = 7,
                                      .type = MANIFEST_INCR,
                                      .start_offset = 5,
                                      .end_offset = -1 };
        struct manifest manifest;
        struct buffer out = { 0 };
        manifest_append_line(&out, &file);
        assert_true(bytes_equal(buffer_bytes(&out), bytes_of_text(lines[i])));
        (void)read_bytes(&manifest, (const char *)out.data, out.size);
        assert_int_equal(manifest.count, 1);
        assert_name(&manifest.files[0], names[i]);
        assert_int_equal(manifest.files[0].start_offset, 5);
        manifest_fini(&manifest);
        buffer_fini(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_set),
        cmocka_unit_test(test_order_of_loading),
        cmocka_unit_test(test_what_is_let_pass),
        cmocka_unit_test(test_what_is_not),
        cmocka_unit_test(test_lost_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
