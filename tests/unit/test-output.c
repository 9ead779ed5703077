/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Each test has a new folder as its working directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/output.h"

static int
enter_folder(void **state)
{
    char *name = strdup("/tmp/test-output-XXXXXX");
    *state = name;
    (void)umask(022);
    return name == NULL || mkdtemp(name) == NULL || chdir(name) != 0;
}

static unsigned
count_files(const char *name)
{
    unsigned count = 0;
    DIR *folder = opendir(name);
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count - 2;
}

static int
leave_folder(void **state)
{
    static const char *const names[] = { "out",  "link", "loop", "sub/out",
                                         "sub",  "pipe" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)remove(names[i]);
    int failed = chdir("/") != 0 || rmdir(*state) != 0;
    free(*state);
    return failed;
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static void
expect_file(const char *name, const char *text)
{
    char read_back[64] = { 0 };
    int fd = open(name, O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, read_back, sizeof(read_back) - 1) >= 0);
    assert_int_equal(close(fd), 0);
    assert_string_equal(read_back, text);
}

static void
put(const char *name, const char *text)
{
    struct output output;
    assert_int_equal(output_open(&output, name), STATUS_OK);
    buffer_append_text(&output.buffer, text);
    assert_int_equal(output_close(&output, true), STATUS_OK);
}

static mode_t
mode_of(const char *name)
{
    struct stat stat;
    assert_int_equal(lstat(name, &stat), 0);
    return stat.st_mode;
}

static void
new_file_appears_when_complete(void **state)
{
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "out"), STATUS_OK);
    buffer_append_text(&output.buffer, "rows\n");
    assert_int_equal(access("out", F_OK), -1);
    assert_int_equal(output_close(&output, true), STATUS_OK);
    expect_file("out", "rows\n");
    assert_int_equal(mode_of("out"), S_IFREG | 0644);
    assert_int_equal(count_files("."), 1);
}

static void
old_file_stays_until_then(void **state)
{
    struct output output;
    (void)state;
    write_file("out", "old", 0640);
    assert_int_equal(output_open(&output, "out"), STATUS_OK);
    memset(buffer_reserve(&output.buffer, 100000), 'x', 100000);
    output.buffer.size = 100000;
    output_flush_if_full(&output);
    assert_int_equal(output.buffer.size, 0);
    expect_file("out", "old");
    assert_int_equal(output_close(&output, false), STATUS_OK);
    expect_file("out", "old");
    assert_int_equal(count_files("."), 1);
}

static void
mode_is_kept(void **state)
{
    (void)state;
    write_file("out", "old, and longer", 0620);
    put("out", "new");
    expect_file("out", "new");
    assert_int_equal(mode_of("out"), S_IFREG | 0620);
}

static void
owner_is_kept(void **state)
{
    struct stat now;
    (void)state;
    if (geteuid() != 0)
        skip();
    write_file("out", "old", 04755);
    assert_int_equal(chown("out", 1234, 4321), 0);
    assert_int_equal(chmod("out", 04755), 0);
    put("out", "new");
    assert_int_equal(stat("out", &now), 0);
    assert_int_equal(now.st_uid, 1234);
    assert_int_equal(now.st_gid, 4321);
    assert_int_equal(now.st_mode, S_IFREG | 04755);
}

static void
links_are_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(symlink("sub/out", "link"), 0);
    put("link", "through a link to nothing");
    expect_file("sub/out", "through a link to nothing");
    put("link", "again");
    expect_file("sub/out", "again");
    assert_true(S_ISLNK(mode_of("link")));
    assert_int_equal(count_files("sub"), 1);
}

static void
what_is_no_file_is_written_directly(void **state)
{
    struct output output;
    char text[16] = { 0 };
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(output_open(&output, "pipe"), STATUS_OK);
    assert_null(output.temporary);
    buffer_append_text(&output.buffer, "rows");
    assert_int_equal(output_close(&output, true), STATUS_OK);
    assert_int_equal(read(reader, text, sizeof(text)), 4);
    assert_string_equal(text, "rows");
    assert_int_equal(close(reader), 0);
    assert_true(S_ISFIFO(mode_of("pipe")));
    put("/dev/null", "rows");
}

static void
trouble_is_told(void **state)
{
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "sub/out"), STATUS_FAIL);
    assert_int_equal(output.error.kind, ERROR_IO);
    assert_non_null(strstr(output.error.text, "sub/out: "));
    assert_non_null(strstr(output.error.text, "No such file"));
    assert_int_equal(output_open(&output, "."), STATUS_FAIL);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(output_open(&output, "loop"), STATUS_FAIL);
    assert_int_equal(output_open(&output, "/dev/full"), STATUS_OK);
    buffer_append_text(&output.buffer, "rows");
    assert_int_equal(output_close(&output, true), STATUS_FAIL);
    assert_non_null(strstr(output.error.text, "No space left"));
}

static void
first_error_stays_and_writing_ends(void **state)
{
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "/dev/full"), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        memset(buffer_reserve(&output.buffer, 70000), 'x', 70000);
        output.buffer.size += 70000;
        output_flush_if_full(&output);
        assert_int_equal(output.buffer.size, 0);
        assert_int_equal(output.error.kind, ERROR_IO);
    }
    assert_int_equal(output_close(&output, true), STATUS_FAIL);
}

static void
abandoned_file_is_gone(void **state)
{
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "out"), STATUS_OK);
    assert_int_equal(count_files("."), 1);
    output_abandon(&output);
    assert_int_equal(count_files("."), 0);
    assert_int_equal(output_close(&output, false), STATUS_OK);
}

static void
leftovers_are_in_nobodys_way(void **state)
{
    struct output first;
    struct output second;
    (void)state;
    assert_int_equal(output_open(&first, "out"), STATUS_OK);
    assert_int_equal(output_open(&second, "sub"), STATUS_OK);
    assert_string_not_equal(first.temporary, second.temporary);
    assert_int_equal(output_close(&first, true), STATUS_OK);
    assert_int_equal(output_close(&second, true), STATUS_OK);
    assert_int_equal(count_files("."), 2);
}

static void
a_descriptor_is_not_looked_behind(void **state)
{
    (void)state;
    char name[32];
    struct output output;
    write_file("out", "before ", 0600);
    int fd = open("out", O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    snprintf(name, sizeof(name), "/dev/fd/%d", fd);
    assert_int_equal(output_open(&output, name), STATUS_OK);
    buffer_append_text(&output.buffer, "now ");
    assert_int_equal(output_close(&output, true), STATUS_OK);
    assert_int_equal(write(fd, "behind", 6), 6);
    assert_int_equal(close(fd), 0);
    char text[64] = "";
    fd = open("out", O_RDONLY);
    assert_int_equal(read(fd, text, sizeof(text) - 1), 17);
    assert_int_equal(close(fd), 0);
    assert_string_equal(text, "before now behind");
}

static void
a_counter_writes_nothing(void **state)
{
    (void)state;
    struct output output;
    output_open_counter(&output);
    buffer_append(&output.buffer, "four", 4);
    output_flush(&output);
    buffer_append(&output.buffer, "more", 4);
    output_flush(&output);
    assert_int_equal(output.counted, 8);
    assert_int_equal(output_close(&output, false), STATUS_OK);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(new_file_appears_when_complete),
        IN_FOLDER(old_file_stays_until_then),
        IN_FOLDER(mode_is_kept),
        IN_FOLDER(owner_is_kept),
        IN_FOLDER(links_are_followed),
        IN_FOLDER(what_is_no_file_is_written_directly),
        IN_FOLDER(a_descriptor_is_not_looked_behind),
        IN_FOLDER(trouble_is_told),
        IN_FOLDER(first_error_stays_and_writing_ends),
        IN_FOLDER(abandoned_file_is_gone),
        IN_FOLDER(leftovers_are_in_nobodys_way),
        IN_FOLDER(a_counter_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
