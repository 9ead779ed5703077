/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/input.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "input/pagecache.h"

#define INPUT_FILE "test-input.tmp"
#include "input-file.h"

static void
test_plain_file(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    struct stat status;
    assert_reads_as(all_plain(), all_plain());
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
    assert_int_equal(input.kind, INPUT_RDB);
    assert_int_equal(input.size, PLAIN_SIZE);
    assert_int_equal(input.inode, status.st_ino);
    assert_int_equal(input.device, status.st_dev);
    assert_int_equal(input.layer_count, 0);
    assert_true(input.is_seekable);
    assert_int_equal(reader_offset(&input.reader), 0);
    assert_true(input_consumed(&input) > 0);
    assert_true(reader_skip(&input.reader, PLAIN_SIZE));
    assert_int_equal(input_consumed(&input), PLAIN_SIZE);
    assert_true(reader_at_end(&input.reader));
    input_close(&input);
}

static void
test_block_limit(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_NONE };
    struct input_options options = { .block_limit = 1 };
    struct input input;
    write_file(all_plain());
    assert_int_equal(input_open(&input, path, &options, &error), STATUS_OK);
    assert_true(reader_peek(&input.reader, 20));
    assert_int_equal(input_consumed(&input), 20);
    input_close(&input);
}

static void
test_stop_at_size(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_NONE };
    struct input_options options = { .block_limit = 4, .stop_at_size = true };
    struct input input;
    write_file(BYTES_LITERAL("*1\r\n$4\r\nPING\r\n"));
    for (int grows_to_end = 0; grows_to_end < 2; grows_to_end++) {
        options.stop_at_size = !grows_to_end;
        assert_int_equal(input_open(&input, path, &options, &error),
                         STATUS_OK);
        uint64_t size = input.size;
        int fd = open(path, O_WRONLY | O_APPEND);
        assert_int_equal(write(fd, "*1\r\n", 4), 4);
        assert_int_equal(close(fd), 0);
        assert_true(reader_skip(&input.reader, size));
        assert_int_equal(reader_at_end(&input.reader), !grows_to_end);
        input_close(&input);
    }
}

static void
test_what_cannot_be_opened(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    assert_int_equal(input_open(&input, "no/such/file", NULL, &error),
                     STATUS_FAIL);
    assert_int_equal(error.kind, ERROR_IO);
    assert_string_equal(error.text, "cannot open: No such file or directory");
    error_clear(&error);
    assert_int_equal(input_open(&input, ".", NULL, &error), STATUS_FAIL);
    assert_string_equal(error.text, "cannot read: Is a directory");
}

static void
test_standard_input_is_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    assert_int_equal(pipe(ends), 0);
    int saved = dup(STDIN_FILENO);
    pid_t child = fork();
    if (child == 0) {
        size_t done = 0;
        while (done < PLAIN_SIZE) {
            ssize_t count = write(ends[1], plain + done, PLAIN_SIZE - done);
            if (count <= 0)
                _exit(1);
            done += (size_t)count;
        }
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(input_open(&input, "-", NULL, &error), STATUS_OK);
    assert_int_equal(input.kind, INPUT_RDB);
    assert_int_equal(input.size, 0);
    assert_false(input.is_seekable);
    assert_true(reader_skip(&input.reader, PLAIN_SIZE));
    assert_true(reader_at_end(&input.reader));
    input_close(&input);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(saved), 0);
}

/* The bytes come once the reader has said, twice, that it waits. */
struct patience {
    int waits;
    int writes_to;
};

static void
on_waiting(void *context)
{
    struct patience *patience = context;
    if (++patience->waits != 2)
        return;
    assert_int_equal(write(patience->writes_to, plain, 16), 16);
    assert_int_equal(close(patience->writes_to), 0);
}

static void
test_waiting_is_told(void **state)
{
    (void)state;
    int ends[2];
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    assert_int_equal(pipe(ends), 0);
    struct patience patience = { 0, ends[1] };
    struct input_options options = { .waiting = on_waiting,
                                     .context = &patience };
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(input_open(&input, "-", &options, &error), STATUS_OK);
    assert_int_equal(patience.waits, 2);
    assert_true(reader_skip(&input.reader, 16));
    assert_true(reader_at_end(&input.reader));
    input_close(&input);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(saved), 0);
}

static void
test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        enum input_kind kind;
    } cases[] = {
        { "", INPUT_EMPTY },
        { "REDIS0001", INPUT_RDB },
        { "REDIS", INPUT_RDB },
        { "VALKEY080", INPUT_RDB },
        { "$EOF:0123456789012345678901234567890123456789\r\nREDIS0009",
          INPUT_RDB },
        { "REDI", INPUT_UNKNOWN },
        { "VALKE", INPUT_UNKNOWN },
        { "SEDIS0009", INPUT_UNKNOWN },
        { "redis0009", INPUT_UNKNOWN },
        { "*3\r\n$3\r\nSET\r\n", INPUT_AOF },
        { "*", INPUT_AOF },
        { "*-1\r\n", INPUT_AOF },
        { "#TS:1700000000\r\n*1\r\n", INPUT_AOF },
        { "#TS:1700000000\r\n", INPUT_AOF },
        { "# by hand\n#\n*1\r\n", INPUT_AOF },
        { "* a list\n* of words\n", INPUT_UNKNOWN },
        { "# only words\n", INPUT_UNKNOWN },
        { "#!/bin/sh\nexit\n", INPUT_UNKNOWN },
        { "file a.1.base.rdb seq 1 type b\n", INPUT_MANIFEST },
        { "# Redis\nfile a.1.base.rdb seq 1 type b\n", INPUT_MANIFEST },
        { "\tFILE\ta.1.base.rdb seq 1 type b\r\n", INPUT_MANIFEST },
        { "seq 1 type b file a.1.base.rdb\n", INPUT_MANIFEST },
        { "files\n", INPUT_UNKNOWN },
        { "file", INPUT_UNKNOWN },
        { "{\"a\": 1}", INPUT_UNKNOWN },
        { "\x1f\x8b", INPUT_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = { .kind = ERROR_NONE };
        struct input input;
        write_file(bytes_of_text(cases[i].content));
        assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
        assert_int_equal(input.kind, cases[i].kind);
        assert_int_equal(reader_offset(&input.reader), 0);
        input_close(&input);
    }
}

/* More comments than can be looked at in front of a command: their lines are
 * annotations of a log unless they are longer than servers take. */
static void
test_comments_without_end(void **state)
{
    (void)state;
    enum { SIZE = READER_CONTIGUOUS + 5000, LINE = 1000 };
    struct buffer text = { .data = NULL };
    while (text.size < SIZE)
        buffer_append_byte(&text, text.size % LINE == 0 ? '#' : 'x');
    for (int lines = 0; lines < 2; lines++) {
        struct error error = { .kind = ERROR_NONE };
        struct input input;
        for (size_t i = LINE - 1; lines && i < SIZE; i += LINE)
            text.data[i] = '\n';
        write_file(buffer_bytes(&text));
        assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
        assert_int_equal(input.kind, lines ? INPUT_AOF : INPUT_UNKNOWN);
        input_close(&input);
    }
    buffer_fini(&text);
}

static bool
count_cached(int fd, uint64_t from, uint64_t size, uint64_t *count)
{
    struct pagecache_question {
        uint64_t from, size;
    } question = { from, size };
    uint64_t answer[5] = { 0 };
    enum { CACHESTAT = 451 };
    if (syscall(CACHESTAT, fd, &question, answer, 0) != 0)
        return false;
    *count = answer[0];
    return true;
}

static void
test_page_cache_is_left_as_it_was(void **state)
{
    (void)state;
    enum { WINDOWS = 6, SIZE = WINDOWS * PAGECACHE_WINDOW + 5000 };
    struct buffer got = { 0 };
    struct error error;
    uint64_t count = 0;
    unsigned char byte;
    struct bytes content = bytes_of(buffer_reserve(&got, SIZE), SIZE);
    memset(got.data, 'x', SIZE);
    write_file(content);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(fsync(fd), 0);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    if (!count_cached(fd, 0, SIZE, &count) || count != 0) {
        close(fd); /* a file system in memory, or an old kernel */
        buffer_fini(&got);
        skip();
    }
    read_all(0, &got, &error);
    assert_int_equal(got.size, SIZE);
    assert_true(count_cached(fd, 0, SIZE, &count));
    assert_int_equal(count, 0);

    assert_int_equal(pread(fd, &byte, 1, 3 * PAGECACHE_WINDOW + 12345), 1);
    read_all(0, &got, &error);
    assert_true(count_cached(fd, 0, 3 * PAGECACHE_WINDOW, &count));
    assert_int_equal(count, 0);
    assert_true(count_cached(fd, 3 * PAGECACHE_WINDOW, PAGECACHE_WINDOW,
                             &count));
    assert_true(count >= 1);
    assert_true(count_cached(fd, 4 * PAGECACHE_WINDOW, SIZE, &count));
    assert_int_equal(count, 0);
    assert_int_equal(close(fd), 0);
    buffer_fini(&got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_file),
        cmocka_unit_test(test_block_limit),
        cmocka_unit_test(test_stop_at_size),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_standard_input_is_a_pipe),
        cmocka_unit_test(test_waiting_is_told),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_comments_without_end),
        cmocka_unit_test(test_page_cache_is_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
