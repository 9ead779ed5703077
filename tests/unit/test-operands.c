/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/operands.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own-folder.h"

#define MANIFEST "file a.aof.1.base.rdb seq 1 type b\n"
#define COMMAND "*1\r\n$4\r\nPING\r\n"

static void
put(const char *path, const char *content)
{
    put_file(path, bytes_of_text(content));
}

static void
make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void
assert_items(const struct operands *operands, const char *const *paths)
{
    size_t count = 0;
    for (; paths[count] != NULL; count++) {
        assert_true(count < operands->count);
        assert_string_equal(operands->items[count].path, paths[count]);
    }
    assert_int_equal(operands->count, count);
}

static void
assert_note(const struct operands *operands, size_t index, bool is_error,
            const char *path, const char *text)
{
    assert_true(index < operands->note_count);
    assert_int_equal(operands->notes[index].is_error, is_error);
    assert_string_equal(operands->notes[index].path, path);
    assert_string_equal(operands->notes[index].text, text);
}

static void
test_files_stand_for_themselves(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    operands_add(&operands, "b", NULL);
    operands_add(&operands, "-", NULL);
    operands_add(&operands, "no/such/file", NULL);
    assert_items(&operands,
                 (const char *const[]){ "b", "-", "no/such/file", NULL });
    assert_string_equal(operands.items[0].name, "b");
    assert_string_equal(operands.items[1].name, "(standard input)");
    assert_int_equal(operands.items[0].kind, INPUT_UNKNOWN);
    assert_int_equal(operands.note_count, 0);
    operands_fini(&operands);
}

static void
test_directory_of_dumps(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("dumps");
    put("dumps/b", "REDIS0009");
    put("dumps/a.txt", "VALKEY080");
    put("dumps/\xc3\xa4.rdb", "REDIS0011");
    put("dumps/Z.aof", COMMAND);
    put("dumps/notes.txt", "words");
    put("dumps/list.md", "* words\n");
    put("dumps/temp-123.rdb", "REDIS0011");
    put("dumps/bad.rdb", "SEDIS0011");
    put("dumps/empty.aof", "");
    put("dumps/stray.manifest", "{}");
    assert_int_equal(symlink("b", "dumps/link.rdb"), 0);
    assert_int_equal(mkfifo("dumps/pipe.rdb", 0600), 0);
    make_folder("dumps/below");
    put("dumps/below/c.rdb", "REDIS0011");
    operands_add(&operands, "dumps", NULL);
    assert_items(&operands,
                 (const char *const[]){ "dumps/Z.aof", "dumps/a.txt",
                                        "dumps/b", "dumps/\xc3\xa4.rdb",
                                        NULL });
    assert_string_equal(operands.items[0].name, "dumps/Z.aof");
    assert_int_equal(operands.items[0].kind, INPUT_AOF);
    assert_int_equal(operands.items[1].kind, INPUT_RDB);
    assert_note(&operands, 0, false, "dumps/bad.rdb",
                "skipped: neither RDB nor AOF");
    assert_note(&operands, 1, false, "dumps/empty.aof",
                "skipped: it is empty");
    assert_int_equal(operands.note_count, 2);
    operands_fini(&operands);
}

static void
test_trailing_slash(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("slash");
    put("slash/b", "REDIS0009");
    operands_add(&operands, "slash/", NULL);
    assert_items(&operands, (const char *const[]){ "slash/b", NULL });
    operands_fini(&operands);
}

static void
test_manifest_alone_counts(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("set");
    put("set/a.aof.manifest", MANIFEST);
    put("set/a.aof.1.base.rdb", "REDIS0011");
    put("set/a.aof.1.incr.aof", COMMAND);
    put("set/temp-a.aof.manifest", MANIFEST);
    put("set/other.rdb", "REDIS0011");
    operands_add(&operands, "set", NULL);
    assert_items(&operands,
                 (const char *const[]){ "set/a.aof.manifest", NULL });
    assert_int_equal(operands.items[0].kind, INPUT_MANIFEST);
    assert_int_equal(operands.note_count, 0);
    operands_fini(&operands);
}

static void
test_damaged_manifest_counts_with_its_parts(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("damaged");
    put("damaged/a.aof.manifest", "");
    put("damaged/a.aof.12.incr.aof", COMMAND);
    operands_add(&operands, "damaged", NULL);
    assert_items(&operands,
                 (const char *const[]){ "damaged/a.aof.manifest", NULL });
    assert_int_equal(operands.items[0].kind, INPUT_MANIFEST);
    operands_fini(&operands);
}

static void
test_set_in_a_subdirectory_is_named(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("data");
    put("data/dump.rdb", "REDIS0011");
    make_folder("data/appendonlydir");
    put("data/appendonlydir/a.aof.manifest", MANIFEST);
    make_folder("data/plain");
    put("data/plain/dump.rdb", "REDIS0011");
    operands_add(&operands, "data", NULL);
    assert_items(&operands, (const char *const[]){ "data/dump.rdb", NULL });
    assert_note(&operands, 0, false, "data/appendonlydir",
                "this subdirectory holds a multi-part AOF, which is not "
                "read");
    assert_true(operands.notes[0].is_unread_set);
    assert_int_equal(operands.note_count, 1);
    operands_fini(&operands);
}

static void
test_parts_without_their_set_are_noted(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("parts");
    put("parts/a.aof.manifest", MANIFEST);
    put("parts/a.aof.1.base.rdb", "REDIS0011");
    put("parts/a.aof.2.incr.aof", COMMAND);
    put("parts/b.aof.1.incr.aof", COMMAND);
    operands_add(&operands, "parts/a.aof.1.base.rdb", NULL);
    operands_add(&operands, "parts/a.aof.2.incr.aof", NULL);
    operands_add(&operands, "parts/b.aof.1.incr.aof", NULL);
    operands_note_sums(&operands);
    assert_note(&operands, 0, false, "parts/a.aof.manifest",
                "a part of this multi-part AOF is read alone");
    assert_true(operands.notes[0].is_unread_set);
    assert_int_equal(operands.note_count, 1);
    operands_fini(&operands);
}

static void
test_parts_beside_their_set_are_noted(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("both");
    put("both/a.aof.manifest", MANIFEST);
    put("both/a.aof.1.base.rdb", "REDIS0011");
    operands_add(&operands, "both/a.aof.1.base.rdb", NULL);
    operands_add(&operands, "both/a.aof.manifest", NULL);
    operands_note_sums(&operands);
    assert_note(&operands, 0, false, "both/a.aof.1.base.rdb",
                "a part of a multi-part AOF that is read too: its keys count "
                "twice");
    assert_int_equal(operands.note_count, 1);
    operands_fini(&operands);
}

/* As a server before 7.0 leaves them. */
static void
test_dump_and_log_side_by_side_are_noted(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("old");
    put("old/appendonly.aof", COMMAND);
    put("old/dump.rdb", "REDIS0006");
    put("old/other.aof", COMMAND);
    operands_add(&operands, "old", NULL);
    operands_note_sums(&operands);
    assert_note(&operands, 0, false, "old/",
                "holds RDB and AOF files: those of one server have the same "
                "keys, which then count twice");
    assert_int_equal(operands.note_count, 1);
    operands_fini(&operands);

    /* Who names both wants both. */
    operands_add(&operands, "old/appendonly.aof", NULL);
    operands_add(&operands, "old/dump.rdb", NULL);
    operands_note_sums(&operands);
    assert_int_equal(operands.note_count, 0);
    operands_fini(&operands);
}

/* The directory of a server whose log lies on another disk. */
static void
test_links_to_sets(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("disk");
    put("disk/a.manifest", MANIFEST);
    make_folder("server");
    assert_int_equal(symlink("../disk", "server/appendonlydir"), 0);
    operands_add(&operands, "server", NULL);
    assert_note(&operands, 0, false, "server/appendonlydir",
                "this subdirectory holds a multi-part AOF, which is not "
                "read");
    assert_note(&operands, 1, true, "server",
                "no RDB or AOF file in this directory itself");
    make_folder("linked");
    assert_int_equal(symlink("../disk/a.manifest", "linked/a.manifest"), 0);
    operands_add(&operands, "linked", NULL);
    assert_items(&operands, (const char *const[]){ "linked/a.manifest", NULL });
    assert_int_equal(operands.items[0].kind, INPUT_MANIFEST);
    operands_fini(&operands);
}

static void
test_errors_do_not_stop(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    make_folder("nothing");
    make_folder("something");
    put("something/dump.rdb", "REDIS0011");
    operands_add(&operands, "nothing", NULL);
    operands_add(&operands, "something", NULL);
    assert_items(&operands,
                 (const char *const[]){ "something/dump.rdb", NULL });
    assert_note(&operands, 0, true, "nothing",
                "no RDB or AOF file in this directory");
    operands_fini(&operands);
}

static void
test_unreadable_files(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    if (geteuid() == 0)
        skip();
    make_folder("secret");
    put("secret/dump.rdb", "REDIS0011");
    put("secret/key.pem", "words");
    assert_int_equal(chmod("secret/dump.rdb", 0), 0);
    assert_int_equal(chmod("secret/key.pem", 0), 0);
    operands_add(&operands, "secret", NULL);
    assert_note(&operands, 0, true, "secret/dump.rdb",
                "cannot open: Permission denied");
    assert_note(&operands, 1, true, "secret/key.pem",
                "cannot open: Permission denied");
    assert_int_equal(chmod("secret", 0), 0);
    operands_add(&operands, "secret", NULL);
    assert_note(&operands, operands.note_count - 1, true, "secret",
                "cannot read: Permission denied");
    assert_int_equal(chmod("secret", 0700), 0);
    operands_fini(&operands);
}

static void
test_what_can_be_read_only_once(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    put("twice.rdb", "REDIS0011");
    assert_int_equal(mkfifo("fifo", 0600), 0);
    operands_add(&operands, "-", NULL);
    operands_add(&operands, "twice.rdb", NULL);
    operands_add(&operands, "fifo", NULL);
    operands_add(&operands, "-", NULL);
    operands_add(&operands, "twice.rdb", NULL);
    operands_add(&operands, "fifo", NULL);
    assert_items(&operands, (const char *const[]){ "-", "twice.rdb", "fifo",
                                                   "twice.rdb", NULL });
    assert_note(&operands, 0, true, "(standard input)",
                "can be read only once");
    assert_note(&operands, 1, true, "fifo", "can be read only once");
    operands_fini(&operands);
}

static void
test_a_file_is_found_by_any_name(void **state)
{
    (void)state;
    struct operands operands = { 0 };
    put("found.rdb", "REDIS0011");
    assert_int_equal(symlink("found.rdb", "another-name"), 0);
    operands_add(&operands, "another-name", NULL);
    const struct operand *found = operands_find_file(&operands, "found.rdb");
    assert_ptr_equal(found, &operands.items[0]);
    assert_null(operands_find_file(&operands, "no/such/file"));
    assert_null(operands_find_file(&operands, "/dev/null"));
    operands_fini(&operands);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_stand_for_themselves),
        cmocka_unit_test(test_directory_of_dumps),
        cmocka_unit_test(test_trailing_slash),
        cmocka_unit_test(test_manifest_alone_counts),
        cmocka_unit_test(test_damaged_manifest_counts_with_its_parts),
        cmocka_unit_test(test_set_in_a_subdirectory_is_named),
        cmocka_unit_test(test_parts_without_their_set_are_noted),
        cmocka_unit_test(test_parts_beside_their_set_are_noted),
        cmocka_unit_test(test_dump_and_log_side_by_side_are_noted),
        cmocka_unit_test(test_links_to_sets),
        cmocka_unit_test(test_errors_do_not_stop),
        cmocka_unit_test(test_unreadable_files),
        cmocka_unit_test(test_what_can_be_read_only_once),
        cmocka_unit_test(test_a_file_is_found_by_any_name),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
