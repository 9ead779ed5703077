/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A file in the current folder that the tests of input/ write and read.
 */
#ifndef KEYWEIGH_UNIT_INPUT_FILE_H
#define KEYWEIGH_UNIT_INPUT_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "input/input.h"

enum { PLAIN_SIZE = 80000 };

static const char path[] = INPUT_FILE; /* defined by who includes this */
static unsigned char plain[PLAIN_SIZE];

/* "REDIS0011" and something that compresses, but not to nothing. */
static inline int
prepare(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (size_t i = 0; i < PLAIN_SIZE; i++) {
        random = random * 1664525 + 1013904223;
        plain[i] = (unsigned char)("abcdefgh"[random >> 29]);
    }
    memcpy(plain, "REDIS0011", 9);
    return 0;
}

static inline int
clean_up(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static inline void
write_file(struct bytes content)
{
    (void)unlink(path); /* ext4 waits for the disk when a file is replaced */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (content.size > 0)
        assert_int_equal(fwrite(content.data, 1, content.size, file),
                         content.size);
    assert_int_equal(fclose(file), 0);
}

static inline struct bytes
all_plain(void)
{
    return bytes_of(plain, PLAIN_SIZE);
}

/* Reads all of path, in blocks of at most block_limit bytes of the file, into
 * got; the error that ended it is in *error. */
static inline void
read_all(size_t block_limit, struct buffer *got, struct error *error)
{
    struct input_options options = { .block_limit = block_limit };
    struct input input;
    struct bytes part;
    error_clear(error);
    buffer_clear(got);
    if (input_open(&input, path, &options, error) != STATUS_OK)
        return;
    while (reader_peek(&input.reader, 1) &&
           reader_part(&input.reader, UINT64_MAX, &part))
        buffer_append(got, part.data, part.size);
    *error = input.reader.error;
    input_close(&input);
}

static inline void
assert_reads_as(struct bytes content, struct bytes wanted)
{
    struct buffer got = { 0 };
    struct error error;
    write_file(content);
    for (size_t limit = 0; limit <= 1; limit++) {
        read_all(limit, &got, &error);
        assert_string_equal(error.text, "");
        assert_int_equal(error.kind, ERROR_NONE);
        assert_true(bytes_equal(buffer_bytes(&got), wanted));
    }
    buffer_fini(&got);
}

/* The error comes in blocks of any size, and what was read before it is a
 * beginning of the plain bytes. */
static inline void
assert_fails(struct bytes content, enum error_kind kind, const char *text)
{
    struct buffer got = { 0 };
    struct error error;
    write_file(content);
    for (size_t limit = 0; limit <= 1; limit++) {
        read_all(limit, &got, &error);
        assert_string_equal(error.text, text);
        assert_int_equal(error.kind, kind);
        assert_true(bytes_starts_with(all_plain(), buffer_bytes(&got)));
    }
    buffer_fini(&got);
}

#endif
