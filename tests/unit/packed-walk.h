/* SPDX-License-Identifier: BSD-3-Clause
 *
 * For the tests of packed blobs: walks a blob and writes down what came, as
 *
 *     6:"a" 9:1 11:<70000> end backlen+count
 *
 * offset and text of each entry (numbers bare, texts in parts by their size),
 * then how it ended ("bad", "fail" and the error's words) and the faults.  It
 * does so twice, over memory and over a stream that gives a byte at a time
 * with more input around the blob, and the two have to agree.
 */
#ifndef KEYWEIGH_TESTS_PACKED_WALK_H
#define KEYWEIGH_TESTS_PACKED_WALK_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "drip.h"
#include "packed/packed.h"

#define BLOB(literal) BYTES_LITERAL(literal)

enum { WALK_AROUND = 40 }; /* bytes of other input on either side */

static void
walk_write_entry(struct buffer *out, struct reader *reader,
                 const struct packed_entry *entry)
{
    const struct text *text = &entry->text;
    char room[TEXT_DIGITS];
    struct bytes bytes = text_bytes(text, room);
    buffer_append_format(out, "%" PRIu64 ":", entry->offset);
    if (text->kind == TEXT_PARTS) {
        buffer_append_format(out, "<%" PRIu64 "> ", text->size);
        assert_true(reader_skip(reader, text->size));
        return;
    }
    const char *quote = text->kind == TEXT_BYTES ? "\"" : "";
    assert_int_equal(bytes.size, text->size);
    buffer_append_text(out, quote);
    buffer_append(out, bytes.data, bytes.size);
    buffer_append_text(out, quote);
    buffer_append_byte(out, ' ');
}

static void
walk_write_faults(struct buffer *out, unsigned faults)
{
    static const char *const names[] = { "count",    "backlen",  "tail",
                                         "total",    "trailing", "unsorted",
                                         "no-end",   "wide",     "overrun" };
    char before = ' ';
    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (faults >> i & 1) {
            buffer_append_format(out, "%c%s", before, names[i]);
            before = '+';
        }
    }
}

static void
walk_reader(struct buffer *out, enum node_kind kind, struct reader *reader,
            uint64_t size)
{
    struct packed p;
    struct packed_entry entry;
    uint64_t start = reader_offset(reader);
    enum status status = packed_open(&p, kind, reader, size);
    while (status == STATUS_OK) {
        status = packed_next(&p, &entry);
        if (status == STATUS_OK)
            walk_write_entry(out, reader, &entry);
    }
    if (status == STATUS_END) {
        buffer_append_text(out, "end");
    } else {
        buffer_append_format(out, "%s %" PRIu64 " %s",
                             status == STATUS_BAD ? "bad" : "fail",
                             reader->error.offset - start, reader->error.text);
        error_clear(&reader->error);
    }
    if (status != STATUS_FAIL) {
        assert_int_equal(packed_close(&p), STATUS_OK);
        assert_int_equal(reader_offset(reader), start + size);
    }
    walk_write_faults(out, p.faults);
    buffer_append_byte(out, '\0');
}

/* The transcript of a blob that claims to be of size bytes, of which the
 * input holds blob. */
static char *
walk_sized(enum node_kind kind, struct bytes blob, uint64_t size)
{
    struct reader reader;
    struct buffer memory = { 0 }, dripped = { 0 }, around = { 0 };
    reader_init_memory(&reader, blob, 1000);
    walk_reader(&memory, kind, &reader, size);
    reader_fini(&reader);

    memset(buffer_reserve(&around, WALK_AROUND), 0x55, WALK_AROUND);
    around.size = WALK_AROUND;
    buffer_append(&around, blob.data, blob.size);
    if (blob.size >= size) {
        memset(buffer_reserve(&around, WALK_AROUND), 0xff, WALK_AROUND);
        around.size += WALK_AROUND;
    }
    struct drip drip = drip_of(buffer_bytes(&around), 1);
    reader_init(&reader, &drip.stream, 0);
    assert_true(reader_skip(&reader, WALK_AROUND));
    walk_reader(&dripped, kind, &reader, size);
    reader_fini(&reader);

    assert_string_equal((char *)memory.data, (char *)dripped.data);
    buffer_fini(&dripped);
    buffer_fini(&around);
    return (char *)memory.data;
}

#define assert_walk_sized(kind, blob, size, expected) \
    do { \
        char *transcript = walk_sized(kind, blob, size); \
        assert_string_equal(transcript, expected); \
        free(transcript); \
    } while (0)

#define assert_walk(kind, blob, expected) \
    assert_walk_sized(kind, blob, (blob).size, expected)

#endif
