/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs in files of a folder of one's own (own-folder.h), and the state they
 * lead to.  Commands are written as words: "SET a 1;SET b 2".
 */
#ifndef KEYWEIGH_TESTS_LOG_FILES_H
#define KEYWEIGH_TESTS_LOG_FILES_H

#include <stdio.h>
#include <string.h>

#include "aof/aof-state.h"
#include "own-folder.h"

/* An RDB of one key "base", "1"; its checksum left out. */
#define RDB_HEAD "REDIS0011\xfa\x09redis-ver\x05" "7.2.6" \
                 "\xfa\x05" "ctime\xc2\x00\xca\x9a\x3b"
#define RDB RDB_HEAD "\xfe\x00\x00\x04" "base\x01" "1" "\xff\0\0\0\0\0\0\0\0"

/* ---- files ---- */

static struct buffer content;

static inline void
add_command(const char *text, size_t size)
{
    size_t argc = 1;
    for (size_t i = 0; i < size; i++)
        argc += text[i] == ' ';
    buffer_append_format(&content, "*%zu\r\n", argc);
    for (; argc > 0; argc--) {
        size_t word = strcspn(text, " ;");
        buffer_append_format(&content, "$%zu\r\n%.*s\r\n", word, (int)word,
                             text);
        text += word + 1;
    }
}

/* "#TS:1;SET a 1" */
static inline void
add_commands(const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, ";");
        if (*text == '#')
            buffer_append_format(&content, "%.*s\r\n", (int)size, text);
        else
            add_command(text, size);
        text += size + (text[size] == ';');
    }
}

static inline void
save(const char *path)
{
    put_file(path, buffer_bytes(&content));
    buffer_fini(&content);
}

static inline void
save_commands(const char *path, const char *text)
{
    add_commands(text);
    save(path);
}

/* ---- reading ---- */

static struct aof_state state_now;

/* What can be read again is found by again. */
static inline enum status
read_by(const char *path, const char *again,
        const struct aof_state_options *options)
{
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    struct aof_log log;
    memset(&input, 0, sizeof(input));
    assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
    assert_int_equal(aof_log_open(&log, &input, again, path, NULL, NULL,
                                  UINT64_MAX),
                     STATUS_OK);
    enum status status = aof_state_read(&state_now, &log, options);
    aof_log_close(&log);
    input_close(&input);
    return status;
}

static inline enum status
read_with(const char *path, const struct aof_state_options *options)
{
    return read_by(path, path, options);
}

static inline enum status
read_as_pipe(const char *path, const struct aof_state_options *options)
{
    return read_by(path, "-", options);
}

static inline enum status
read_log(const char *path)
{
    const struct aof_state_options options = { .now_ms = -1 };
    return read_with(path, &options);
}

static inline enum status
read_until(const char *path, struct aof_repair_until until, const char *part)
{
    const struct aof_state_options options = {
        .until = until, .until_part = bytes_of_text(part), .now_ms = -1,
    };
    return read_with(path, &options);
}

#endif
