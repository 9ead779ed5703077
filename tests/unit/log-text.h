/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs for tests, from lines of words: "SET a 1" is a command of three
 * arguments, "#TS:5" an annotation.  A command takes "*N" with its line end,
 * and each argument "$N", its bytes, and two line ends: "SET a 1" is 27 bytes
 * long, of which 13 stand before the name of the key.
 */
#ifndef KEYWEIGH_TESTS_LOG_TEXT_H
#define KEYWEIGH_TESTS_LOG_TEXT_H

#include "analysis/log.h"

static inline void
log_text_append_command(struct buffer *out, const char *line, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += line[i] == ' ';
    buffer_append_format(out, "*%zu\r\n", count);
    for (size_t at = 0; at <= size;) {
        size_t end = at;
        while (end < size && line[end] != ' ')
            end++;
        buffer_append_format(out, "$%zu\r\n%.*s\r\n", end - at,
                             (int)(end - at), line + at);
        at = end + 1;
    }
}

/* Lines end with "\n". */
static inline struct buffer
log_text_make(const char *lines)
{
    struct buffer out = { .data = NULL };
    while (*lines != '\0') {
        size_t size = strcspn(lines, "\n");
        if (*lines == '#')
            buffer_append_format(&out, "%.*s\r\n", (int)size, lines);
        else
            log_text_append_command(&out, lines, size);
        lines += size + 1;
    }
    return out;
}

/* Reads a part of a log, which is sound; hold as for aof_records_init. */
static inline void
log_text_read(struct log *log, uint64_t input, uint64_t part,
              const char *lines, uint64_t hold)
{
    struct buffer text = log_text_make(lines);
    struct reader reader;
    struct aof_records records;
    reader_init_memory(&reader, buffer_bytes(&text), 0);
    aof_records_init(&records, &reader, NULL, hold);
    log_begin_part(log, input, part);
    while (aof_records_next(&records) == STATUS_OK)
        log_record(log, &records.record);
    assert_true(reader_at_end(&reader));
    log_end_part(log, text.size);
    aof_records_fini(&records);
    reader_fini(&reader);
    buffer_fini(&text);
}

#endif
