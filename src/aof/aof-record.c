/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Nearly every command lies whole in the reader's window and is as writers
 * write it: take_whole reads that at the speed of memory and touches nothing
 * when it is otherwise.  The rest of the file is for the otherwise.
 */
#include "aof/aof-record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "aof/aof-plain.h"
#include "base/xalloc.h"

enum {
    SLICE_BYTES = 4 * AOF_RECORD_HELD,
    KEPT_MOST = 1024 * 1024, /* bytes of room kept for the next command */
    LINE_END = 2,
};

/* Servers allocate an argument before they read it: from here on that fails
 * wherever they run. */
static const uint64_t size_huge = UINT64_C(1) << 40;

void
aof_records_init(struct aof_records *records, struct reader *reader,
                 struct findings *findings, uint64_t hold)
{
    *records = (struct aof_records){ .reader = reader,
                                     .findings = findings,
                                     .hold = hold,
                                     .room = AOF_RECORD_SLICE };
    records->args = xreallocarray(NULL, records->room, sizeof(*records->args));
    records->record.end = UINT64_MAX; /* no slice follows */
}

void
aof_records_fini(struct aof_records *records)
{
    aof_blocks_fini(&records->blocks);
    free(records->args);
    buffer_fini(&records->held);
}

void
aof_records_reset(struct aof_records *records, struct reader *reader)
{
    records->reader = reader;
    records->record = (struct aof_record){ .end = UINT64_MAX };
}

static void
count_beside(struct aof_records *records, uint64_t bytes)
{
    if (records->blocks.pool != NULL)
        pool_count_beside(records->blocks.pool, records->beside, bytes);
    records->beside = bytes;
}

void
aof_records_use_pool(struct aof_records *records, struct pool *pool)
{
    count_beside(records, 0);
    aof_blocks_use(&records->blocks, pool);
}

/* ---- commands at hand ---- */

static inline const unsigned char *
plain_argument(const unsigned char *p, const unsigned char *end, uint64_t hold,
               struct aof_argument *argument)
{
    struct bytes bytes;
    p = aof_plain_argument(p, end, &bytes);
    if (p == NULL)
        return NULL;
    argument->data = bytes.data;
    argument->size = bytes.size;
    argument->held = (size_t)(bytes.size < hold ? bytes.size : hold);
    return p;
}

/* The next command, if all of it is at hand and plain. */
static bool
take_whole(struct aof_records *records)
{
    struct reader *r = records->reader;
    const unsigned char *end = r->end;
    uint64_t argc = 0;
    const unsigned char *p = aof_plain_count(r->pos, end, '*', &argc);
    if (p == NULL || argc == 0 || argc > AOF_RECORD_SLICE)
        return false;
    for (size_t i = 0; i < argc; i++) {
        p = plain_argument(p, end, records->hold, &records->args[i]);
        if (p == NULL)
            return false;
    }
    uint64_t offset = reader_offset(r);
    records->record = (struct aof_record){
        .kind = AOF_RECORD_COMMAND,
        .offset = offset,
        .end = offset + (uint64_t)(p - r->pos),
        .argc = argc,
        .count = (size_t)argc,
        .args = records->args,
        .blocks = &records->blocks,
    };
    r->pos = p;
    return true;
}

/* ---- trouble ---- */

static void
tell(struct aof_records *records, enum finding_code code, uint64_t at,
     const char *text)
{
    struct finding finding = { .code = code, .offset = at, .text = text };
    if (records->findings != NULL)
        records->findings->add(records->findings, &finding);
}

/* What servers let pass. */
static void __attribute__((format(printf, 4, 5)))
note(struct aof_records *records, enum finding_code code, uint64_t at,
     const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    tell(records, code, at, text);
}

/* What they do not. */
static enum status __attribute__((format(printf, 4, 5)))
fail(struct aof_records *records, enum finding_code code, uint64_t at,
     const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    error_set_at(&records->reader->error,
                 code == FINDING_AOF_TRUNCATED ? ERROR_TRUNCATED
                                               : ERROR_DAMAGED,
                 at, "%s", text);
    tell(records, code, at, text);
    records->record.end = UINT64_MAX;
    return STATUS_FAIL;
}

/* What the log is packed in is damaged, or nothing can be read. */
static enum status
fail_of_stream(struct aof_records *records)
{
    const struct error *error = &records->reader->error;
    if (error->kind != ERROR_IO)
        tell(records, FINDING_TRUNCATED, error->offset, error->text);
    records->record.end = UINT64_MAX;
    return STATUS_FAIL;
}

/* The reader has no more, or has failed. */
static enum status
fail_at_end(struct aof_records *records, const char *where)
{
    struct reader *r = records->reader;
    if (reader_stream_failed(r))
        return fail_of_stream(records);
    uint64_t at = reader_offset(r) + reader_available(r);
    error_clear(&r->error);
    return fail(records, FINDING_AOF_TRUNCATED, at,
                "the file ends inside %s of the record at 0x%" PRIx64, where,
                records->record.offset);
}

/* ---- lines ---- */

enum line_found { LINE_FOUND, LINE_OPEN, LINE_LONG };

/* Takes a line of at most `most` bytes, its LF counted, and gives it without
 * LF; LINE_OPEN is what is left of an input that ends without one. */
static enum line_found
take_line(struct reader *r, size_t most, struct bytes *line)
{
    (void)reader_peek(r, most);
    size_t at_hand = reader_available(r) < most ? reader_available(r) : most;
    *line = bytes_of(r->pos, at_hand);
    const unsigned char *lf =
        at_hand > 0 ? memchr(r->pos, '\n', at_hand) : NULL;
    if (lf == NULL && at_hand == most)
        return LINE_LONG;
    if (lf != NULL)
        line->size = (size_t)(lf - r->pos);
    r->pos += line->size + (lf != NULL);
    return lf != NULL ? LINE_FOUND : LINE_OPEN;
}

/* Reads a number as strtol does: blanks, a sign, digits, and whatever follows
 * is not looked at.  False when it is not plain. */
static bool
lax_number(struct bytes text, int64_t *value)
{
    char room[AOF_RECORD_NUMBER + 1];
    char *end;
    memcpy(room, text.data, text.size);
    room[text.size] = '\0';
    *value = strtoll(room, &end, 10);
    return text.size > 0 && end == room + text.size &&
           (unsigned)(room[0] - '0') < 10 &&
           (room[0] != '0' || text.size == 1);
}

/* Takes the line that begins with a mark and a number. */
static enum status
take_number(struct aof_records *records, const char *what, int64_t *value)
{
    struct reader *r = records->reader;
    uint64_t at = reader_offset(r);
    struct bytes line;
    enum line_found found = take_line(r, AOF_RECORD_NUMBER, &line);
    if (found == LINE_LONG)
        return fail(records, FINDING_AOF_LINE, at,
                    "the line with %s has no end", what);
    if (found == LINE_OPEN)
        return fail_at_end(records, what);
    struct bytes text = bytes_of(line.data + 1, line.size - 1);
    bool has_cr = text.size > 0 && text.data[text.size - 1] == '\r';
    text.size -= has_cr;
    if (!lax_number(text, value))
        note(records, FINDING_AOF_NUMBER, at,
             "%s is not written as a plain number: taken as %" PRId64, what,
             *value);
    if (!has_cr)
        note(records, FINDING_AOF_LINE_END, at + line.size,
             "LF without CR behind %s", what);
    return STATUS_OK;
}

/* ---- commands that are long or odd ---- */

static enum status
take_size(struct aof_records *records, uint64_t number, uint64_t *size)
{
    struct reader *r = records->reader;
    uint64_t at = reader_offset(r);
    int64_t value;
    char what[64];
    (void)snprintf(what, sizeof(what), "the size of argument %" PRIu64,
                   number + 1);
    if (!reader_peek(r, 1))
        return fail_at_end(records, "the arguments");
    if (*r->pos != '$')
        return fail(records, FINDING_AOF_BULK, at,
                    "argument %" PRIu64 " of the command at 0x%" PRIx64
                    " does not begin with \"$\"",
                    number + 1, records->record.offset);
    enum status status = take_number(records, what, &value);
    if (status != STATUS_OK)
        return status;
    if (value < 0)
        return fail(records, FINDING_AOF_SIZE_NEGATIVE, at,
                    "%s is %" PRId64, what, value);
    if ((uint64_t)value >= size_huge)
        return fail(records, FINDING_AOF_SIZE_HUGE, at, "%s is %" PRId64, what,
                    value);
    *size = (uint64_t)value;
    return STATUS_OK;
}

/* Servers pass over two bytes behind an argument, whatever they are. */
static enum status
take_argument_end(struct aof_records *records, uint64_t number)
{
    struct reader *r = records->reader;
    uint64_t at = reader_offset(r);
    if (!reader_peek(r, LINE_END))
        return fail_at_end(records, "an argument's line end");
    if (r->pos[0] != '\r' || r->pos[1] != '\n')
        note(records, FINDING_AOF_BULK_END, at,
             "argument %" PRIu64 " of the command at 0x%" PRIx64
             " does not end with CRLF",
             number + 1, records->record.offset);
    r->pos += LINE_END;
    return STATUS_OK;
}

static bool
is_for_block(const struct aof_records *records, uint64_t size)
{
    return records->blocks.pool != NULL && records->hold == UINT64_MAX &&
           size > AOF_RECORD_HELD;
}

/* The bytes of an argument of that size; those that go to records->held have
 * their place when the slice is full. */
static bool
take_bytes(struct aof_records *records, uint64_t size,
           struct aof_argument *argument)
{
    struct reader *r = records->reader;
    struct bytes block;
    if (is_for_block(records, size)) {
        bool whole = aof_blocks_read(&records->blocks, r, size, &block);
        *argument = (struct aof_argument){ block.data, block.size, size };
        return whole;
    }
    uint64_t held = size < records->hold ? size : records->hold;
    *argument = (struct aof_argument){ NULL, (size_t)held, size };
    return reader_append_to(r, held, &records->held) &&
           reader_skip(r, size - held);
}

/* The same of an argument that is at hand and as writers write it. */
static bool
take_plain(struct aof_records *records, struct aof_argument *argument)
{
    struct reader *r = records->reader;
    const unsigned char *behind =
        plain_argument(r->pos, r->end, records->hold, argument);
    if (behind == NULL || is_for_block(records, argument->size))
        return false;
    buffer_append(&records->held, argument->data, argument->held);
    argument->data = NULL;
    r->pos = behind;
    return true;
}

static enum status
take_argument(struct aof_records *records, uint64_t number)
{
    struct aof_argument *argument = &records->args[records->record.count];
    uint64_t size = 0;
    if (take_plain(records, argument)) {
        records->record.count++;
        return STATUS_OK;
    }
    enum status status = take_size(records, number, &size);
    if (status != STATUS_OK)
        return status;
    if (!take_bytes(records, size, argument))
        return fail_at_end(records, "an argument");
    records->record.count++;
    return take_argument_end(records, number);
}

/* What the arguments take that are no blocks, with the vector that whoever runs
 * the command makes of them. */
static uint64_t
bytes_beside(const struct aof_records *records)
{
    return records->held.size +
           records->record.count *
               (sizeof(*records->args) + sizeof(struct bytes));
}

/* They may take half of what the pool has left, since it may have to hold all
 * of them. */
static bool
has_room(const struct aof_records *records)
{
    struct pool *pool = records->blocks.pool;
    return pool == NULL || pool_allows(pool, 2 * bytes_beside(records));
}

static bool
slice_is_full(const struct aof_records *records)
{
    if (records->hold == UINT64_MAX)
        return records->record.count > 0 && !has_room(records);
    return records->record.count == AOF_RECORD_SLICE ||
           records->held.size >= SLICE_BYTES;
}

static void
make_room(struct aof_records *records)
{
    if (records->record.count < records->room)
        return;
    records->room *= 2;
    records->args = xreallocarray(records->args, records->room,
                                  sizeof(*records->args));
}

/* The room that a very long command has needed goes, too. */
static void
forget_held(struct aof_records *records)
{
    count_beside(records, 0);
    if (records->room * sizeof(*records->args) > KEPT_MOST) {
        records->room = AOF_RECORD_SLICE;
        records->args = xreallocarray(records->args, records->room,
                                      sizeof(*records->args));
    }
    buffer_clear(&records->held);
    if (records->held.capacity > KEPT_MOST)
        buffer_fini(&records->held);
}

static enum status
take_slice(struct aof_records *records)
{
    struct aof_record *record = &records->record;
    uint64_t number = record->first + record->count;
    record->first = number;
    record->count = 0;
    forget_held(records);
    (void)buffer_reserve(&records->held, 1); /* for arguments of no byte */
    for (; number < record->argc && !slice_is_full(records); number++) {
        make_room(records);
        enum status status = take_argument(records, number);
        if (status != STATUS_OK)
            return status;
    }
    const unsigned char *data = records->held.data;
    for (size_t i = 0; i < record->count; i++) {
        if (records->args[i].data != NULL)
            continue;
        records->args[i].data = data;
        data += records->args[i].held;
    }
    record->args = records->args;
    record->blocks = &records->blocks;
    count_beside(records, bytes_beside(records));
    if (number == record->argc)
        record->end = reader_offset(records->reader);
    return STATUS_OK;
}

/* Servers keep 32 bits of the count, with a sign. */
static enum status
take_command(struct aof_records *records)
{
    struct aof_record *record = &records->record;
    int64_t number = 0;
    enum status status = take_number(records, "the argument count", &number);
    if (status != STATUS_OK)
        return status;
    uint32_t argc = (uint32_t)((uint64_t)number & UINT32_MAX);
    if (argc < 1 || argc > INT32_MAX)
        return fail(records, FINDING_AOF_ARGC, record->offset,
                    "a command of %" PRId64 " arguments", number);
    if (argc != number)
        note(records, FINDING_AOF_NUMBER, record->offset,
             "the argument count %" PRId64 " has more than 32 bits: taken as "
             "%" PRIu32, number, argc);
    record->kind = AOF_RECORD_COMMAND;
    record->argc = argc;
    return take_slice(records);
}

/* ---- what is no command ---- */

static enum status
take_annotation(struct aof_records *records)
{
    struct aof_record *record = &records->record;
    enum line_found found =
        take_line(records->reader, AOF_RECORD_LINE, &record->line);
    if (found == LINE_LONG)
        return fail(records, FINDING_AOF_ANNOTATION_LONG, record->offset,
                    "an annotation of more than %d bytes",
                    AOF_RECORD_LINE - 1);
    if (found == LINE_OPEN && !reader_ok(records->reader))
        return fail_of_stream(records);
    if (found == LINE_OPEN)
        note(records, FINDING_AOF_ANNOTATION_OPEN, record->offset,
             "the annotation at the end has no line end");
    if (record->line.size > 0 &&
        record->line.data[record->line.size - 1] == '\r')
        record->line.size--;
    record->kind = AOF_RECORD_ANNOTATION;
    record->end = reader_offset(records->reader);
    return STATUS_OK;
}

bool
aof_records_begin_with_rdb(struct reader *r)
{
    return (reader_peek(r, 5) && memcmp(r->pos, "REDIS", 5) == 0) ||
           (reader_peek(r, 6) && memcmp(r->pos, "VALKEY", 6) == 0);
}

static enum status
fail_at_byte(struct aof_records *records)
{
    uint64_t at = records->record.offset;
    unsigned char byte = *records->reader->pos;
    if (byte == '\0')
        return fail(records, FINDING_AOF_NULS, at,
                    "NUL bytes where a record should begin");
    if (aof_records_begin_with_rdb(records->reader))
        return fail(records, FINDING_AOF_PREAMBLE, at,
                    "an RDB begins where a record should");
    if (byte == '\r' || byte == '\n' || (byte >= 'A' && byte <= 'Z') ||
        (byte >= 'a' && byte <= 'z'))
        return fail(records, FINDING_AOF_INLINE, at,
                    "a line of text where a record should begin");
    return fail(records, FINDING_AOF_BYTE, at,
                "no record begins with byte 0x%02x", byte);
}

enum status
aof_records_next(struct aof_records *records)
{
    struct reader *r = records->reader;
    if (records->record.end == 0)
        return take_slice(records);
    aof_blocks_clear(&records->blocks);
    if (take_whole(records))
        return STATUS_OK;
    size_t at_hand = reader_available(r);
    (void)reader_peek(r, READER_CONTIGUOUS);
    if (reader_available(r) > at_hand && take_whole(records))
        return STATUS_OK;
    records->record = (struct aof_record){ .offset = reader_offset(r) };
    if (!reader_peek(r, 1)) {
        records->record.end = UINT64_MAX;
        return reader_ok(r) ? STATUS_END : fail_of_stream(records);
    }
    if (*r->pos == '*')
        return take_command(records);
    return *r->pos == '#' ? take_annotation(records) : fail_at_byte(records);
}
