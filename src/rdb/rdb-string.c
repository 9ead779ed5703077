/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lengths and strings of RDB.
 *
 *   00xxxxxx                   6-bit length
 *   01xxxxxx b                 14-bit length, big-endian
 *   0x80 b b b b               32-bit length, big-endian
 *   0x81 b b b b b b b b       64-bit length, big-endian
 *   11xxxxxx                   a string encoding: 0, 1, 2 an integer of 1, 2
 *                              or 4 bytes; 3 LZF: LEN stored, LEN size, bytes
 *
 * Source: rdb.c rdbLoadLenByRef and rdbGenericLoadStringObject, Redis 7.2.
 */
#include "rdb/decode.h"

#include "base/endian.h"
#include "base/xalloc.h"

enum {
    LZF_MAX_RATIO = 88, /* 3 bytes of LZF give at most 264 */
    SHORT_LZF = 20,     /* writers compress only what is longer */
    VERSION_WITH_64_BITS = 8,
};

/* 10xxxxxx other than the two forms in use: up to Redis 3.2, whose files have
 * versions below 8, readers took any of them for the 32-bit form. */
static bool
reserved_length(struct rdb *rdb, unsigned first, uint64_t *value)
{
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint32_t old;
    if (rdb->facts.version >= VERSION_WITH_64_BITS)
        return rdb_fail(rdb, FINDING_LENGTH, at, "0x%02x begins no length",
                        first);
    rdb_finding(rdb, FINDING_LENGTH, at,
                "0x%02x begins no length since Redis 4.0", first);
    if (!reader_u32be(rdb->reader, &old))
        return false;
    *value = old;
    return true;
}

/* LEN or a string encoding. */
static bool
length_or_encoding(struct rdb *rdb, struct rdb_length *length)
{
    struct reader *r = rdb->reader;
    const unsigned char *p = reader_take(r, 1);
    if (p == NULL)
        return false;
    unsigned char first = *p;
    length->encoded = false;
    switch (first >> 6) {
    case 0:
        length->value = first;
        return true;
    case 1:
        p = reader_take(r, 1);
        if (p == NULL)
            return false;
        length->value = (uint64_t)(first & 0x3f) << 8 | *p;
        return true;
    case 3:
        length->encoded = true;
        length->value = first & 0x3f;
        return true;
    default:
        break;
    }
    if (first == 0x80) {
        uint32_t value;
        if (!reader_u32be(r, &value))
            return false;
        length->value = value;
        return true;
    }
    if (first != 0x81)
        return reserved_length(rdb, first, &length->value);
    if (rdb->facts.version < VERSION_WITH_64_BITS)
        rdb_finding(rdb, FINDING_LENGTH_64, reader_offset(r) - 1,
                    "a 64-bit length in a file of version %d",
                    rdb->facts.version);
    return reader_u64be(r, &length->value);
}

bool
rdb_length_long(struct rdb *rdb, uint64_t *value)
{
    struct rdb_length length;
    if (!length_or_encoding(rdb, &length))
        return false;
    if (length.encoded)
        return rdb_fail(rdb, FINDING_LENGTH, reader_offset(rdb->reader) - 1,
                        "0x%02x begins a string where a length belongs",
                        (unsigned)(0xc0 | length.value));
    *value = length.value;
    return true;
}

static bool
open_integer(struct rdb *rdb, struct rdb_string *string, uint64_t encoding)
{
    static const unsigned char widths[3] = { 1, 2, 4 };
    const unsigned char *p = reader_take(rdb->reader, widths[encoding]);
    if (p == NULL)
        return false;
    if (encoding == 0)
        string->number = (signed char)p[0];
    else if (encoding == 1)
        string->number = (int16_t)load_u16le(p);
    else
        string->number = (int32_t)load_u32le(p);
    string->form = RDB_STRING_INTEGER;
    string->size = text_of_integer(string->number).size;
    string->stored = 0;
    return true;
}

bool
rdb_string_open_long(struct rdb *rdb, struct rdb_string *string)
{
    struct rdb_length length;
    if (!length_or_encoding(rdb, &length))
        return false;
    if (!length.encoded) {
        string->form = RDB_STRING_RAW;
        string->size = string->stored = length.value;
        return true;
    }
    if (length.value < 3)
        return open_integer(rdb, string, length.value);
    if (length.value > 3)
        return rdb_fail(rdb, FINDING_STRING_ENCODING, string->offset,
                        "unknown string encoding %u", (unsigned)length.value);
    string->form = RDB_STRING_LZF;
    return rdb_length(rdb, &string->stored) && rdb_length(rdb, &string->size);
}

/* Offset of the first byte behind the string, whose payload is next. */
static uint64_t
end_of(const struct rdb *rdb, const struct rdb_string *string)
{
    return reader_offset(rdb->reader) + string->stored;
}

static bool
move_to(struct rdb *rdb, uint64_t end)
{
    return reader_skip(rdb->reader, end - reader_offset(rdb->reader));
}

/* --- LZF --- */

/* No LZF of that many bytes can give that text: said before anything is done
 * by its size. */
static bool
lzf_plausible(const struct rdb_string *string)
{
    return string->size / LZF_MAX_RATIO <= string->stored;
}

bool
rdb_string_plausible(struct rdb *rdb, const struct rdb_string *string)
{
    if (string->form != RDB_STRING_LZF || lzf_plausible(string))
        return true;
    rdb_value_bad(rdb, FINDING_LZF, string->offset,
                  "LZF: no text of %llu bytes fits into %llu",
                  (unsigned long long)string->size,
                  (unsigned long long)string->stored);
    return false;
}

void
rdb_lzf_prepare(struct rdb *rdb)
{
    if (rdb->scratch != NULL)
        return;
    rdb->scratch = xmalloc(RDB_LZF_WHOLE + LZF_SLACK);
    rdb->lzf = xmalloc(sizeof(*rdb->lzf));
}

static void
lzf_bad(struct rdb *rdb, const struct rdb_string *string, const char *why)
{
    rdb_value_bad(rdb, FINDING_LZF, string->offset, "%s", why);
}

bool
rdb_lzf_is_whole(const struct rdb_string *string)
{
    return string->size <= RDB_LZF_WHOLE &&
           string->stored <= READER_CONTIGUOUS;
}

bool
rdb_lzf_whole(struct rdb *rdb, const struct rdb_string *string, bool *good)
{
    const unsigned char *stored =
        reader_take(rdb->reader, (size_t)string->stored);
    if (stored == NULL)
        return false;
    rdb_lzf_prepare(rdb);
    /* The servers' decompressor tells errors by returning 0, so for an empty
     * text they accept whatever is stored. */
    *good = string->size == 0 ||
            lzf_decode(bytes_of(stored, (size_t)string->stored), rdb->scratch,
                       (size_t)string->size);
    /* Up to 6.0 servers took a text that is only too short. */
    size_t got = 0;
    if (!*good)
        rdb_value_bad(rdb,
                      lzf_head(bytes_of(stored, (size_t)string->stored),
                               rdb->scratch, (size_t)string->size, &got) &&
                              got > 0 && got < string->size
                          ? FINDING_LZF_SIZE
                          : FINDING_LZF,
                      string->offset,
                      "LZF: does not decompress to the stated length");
    if (string->size == 0)
        rdb_finding(rdb, FINDING_LZF_EMPTY, string->offset,
                    "an empty text stored as LZF");
    return true;
}

/* Decompresses a text of any length piece by piece through scratch.  take may
 * be NULL. */
static bool
lzf_parts(struct rdb *rdb, const struct rdb_string *string,
          void (*take)(void *context, struct bytes part), void *context)
{
    uint64_t end = end_of(rdb, string);
    struct error error = { .kind = ERROR_NONE };
    rdb_lzf_prepare(rdb);
    lzf_stream_init(rdb->lzf, rdb->reader, string->stored, string->size);
    struct stream *stream = &rdb->lzf->stream;
    enum status status;
    size_t got;
    while ((status = stream->ops->read(stream, rdb->scratch, RDB_LZF_WHOLE,
                                       &got, &error)) == STATUS_OK)
        if (take != NULL)
            take(context, bytes_of(rdb->scratch, got));
    if (!reader_ok(rdb->reader))
        return false;
    if (status == STATUS_FAIL)
        lzf_bad(rdb, string, error.text);
    return move_to(rdb, end);
}

bool
rdb_string_skip(struct rdb *rdb, const struct rdb_string *string)
{
    if (string->form != RDB_STRING_LZF)
        return reader_skip(rdb->reader, string->stored);
    if (!rdb_string_plausible(rdb, string) || !rdb->deep)
        return reader_skip(rdb->reader, string->stored);
    bool good;
    return rdb_lzf_is_whole(string) ? rdb_lzf_whole(rdb, string, &good)
                                : lzf_parts(rdb, string, NULL, NULL);
}

bool
rdb_string_head(struct rdb *rdb, const struct rdb_string *string,
                unsigned char *into, size_t want, size_t *got)
{
    /* At worst LZF spends two stored bytes on each of the text. */
    size_t look = 2 * want + 1;
    if (look > string->stored)
        look = (size_t)string->stored;
    if (!reader_peek(rdb->reader, look))
        return reader_ok(rdb->reader) &&
               reader_need(rdb->reader, look);
    struct bytes stored = bytes_of(rdb->reader->pos, look);
    if (want > string->size)
        want = (size_t)string->size;
    if (string->form == RDB_STRING_LZF)
        return lzf_head(stored, into, want, got);
    *got = want < look ? want : look;
    memcpy(into, stored.data, *got);
    return true;
}

/* --- texts of items --- */

struct part_target {
    struct rdb *rdb;
    struct item *item;
    int which;
};

static void
give_part(void *context, struct bytes part)
{
    struct part_target *target = context;
    struct visitor *visitor = target->rdb->visitor;
    if (visitor != NULL)
        visitor->ops->text(visitor, target->item, target->which, part);
}

/* How many of the text's bytes the visitor wants to see. */
static size_t
wanted_bytes(const struct rdb *rdb, uint64_t size)
{
    if (rdb_wants(rdb, WANT_BYTES))
        return size <= RDB_TEXT_WHOLE ? (size_t)size : SIZE_MAX;
    size_t limit = rdb_wants(rdb, WANT_HEADS) ? TEXT_HEAD_SIZE : TEXT_SHORT;
    if (size <= limit)
        return (size_t)size;
    return limit == TEXT_SHORT ? 0 : limit;
}

/* Makes text of the first held bytes at data, copied so that they stay. */
static void
hold_text(struct rdb *rdb, struct text *text, int which,
          const unsigned char *data, size_t held)
{
    struct buffer *copy = &rdb->held[which];
    buffer_clear(copy);
    buffer_append(copy, data, held);
    text->data = copy->data;
    text->held = held;
    text->kind = held == text->size ? TEXT_BYTES : TEXT_HEAD;
}

static bool
raw_text(struct rdb *rdb, const struct rdb_string *string, struct item *item,
         int which, size_t wanted)
{
    struct text *text = which ? &item->value : &item->text;
    struct reader *r = rdb->reader;
    if (wanted == SIZE_MAX) {
        struct part_target target = { rdb, item, which };
        struct bytes part;
        text->kind = TEXT_PARTS;
        for (uint64_t left = string->size; left > 0; left -= part.size) {
            if (!reader_part(r, left, &part))
                return false;
            give_part(&target, part);
        }
        return true;
    }
    if (!reader_need(r, wanted))
        return false;
    hold_text(rdb, text, which, r->pos, wanted);
    return reader_skip(r, string->size);
}

/* The first bytes of a compressed text that nobody wants whole. */
static bool
lzf_text_head(struct rdb *rdb, const struct rdb_string *string,
              struct text *text, int which, size_t wanted)
{
    unsigned char head[TEXT_HEAD_SIZE];
    size_t got = 0;
    if (wanted > 0 && !rdb_string_head(rdb, string, head, wanted, &got)) {
        if (!reader_ok(rdb->reader))
            return false;
        lzf_bad(rdb, string, "LZF: does not decompress");
    }
    hold_text(rdb, text, which, head, got);
    return reader_skip(rdb->reader, string->stored);
}

static bool
lzf_text(struct rdb *rdb, const struct rdb_string *string, struct item *item,
         int which, size_t wanted)
{
    struct text *text = which ? &item->value : &item->text;
    if (!lzf_plausible(string))
        return rdb_string_skip(rdb, string);
    if (wanted < string->size)
        return lzf_text_head(rdb, string, text, which,
                             string->size <= SHORT_LZF ? SHORT_LZF : wanted);
    if (wanted == SIZE_MAX) {
        struct part_target target = { rdb, item, which };
        text->kind = TEXT_PARTS;
        return lzf_parts(rdb, string, give_part, &target);
    }
    bool good;
    if (!rdb_lzf_whole(rdb, string, &good))
        return false;
    hold_text(rdb, text, which, rdb->scratch, good ? wanted : 0);
    return true;
}

bool
rdb_string_text(struct rdb *rdb, const struct rdb_string *string,
                struct item *item, int which)
{
    struct text *text = which ? &item->value : &item->text;
    if (rdb->visitor == NULL)
        return rdb_string_skip(rdb, string);
    if (string->form == RDB_STRING_INTEGER) {
        *text = text_of_integer(string->number);
        return true;
    }
    *text = (struct text){ .kind = TEXT_HEAD, .size = string->size };
    size_t wanted = wanted_bytes(rdb, string->size);
    if (string->form == RDB_STRING_RAW)
        return raw_text(rdb, string, item, which, wanted);
    /* Only lengths are wanted, and the stated one is as good as decoding. */
    if (!rdb_wants(rdb, WANT_HEADS | WANT_BYTES) && string->size > SHORT_LZF)
        wanted = 0;
    return lzf_text(rdb, string, item, which, wanted);
}

bool
rdb_text(struct rdb *rdb, struct item *item, int which)
{
    struct rdb_string string;
    return rdb_string_open(rdb, &string) &&
           rdb_string_text(rdb, &string, item, which);
}

bool
rdb_text_last(struct rdb *rdb, struct item *item, int which)
{
    struct reader *r = rdb->reader;
    size_t size = rdb_length_is_short(rdb) ? *r->pos : SIZE_MAX;
    if (rdb->visitor == NULL || size == SIZE_MAX ||
        reader_available(r) <= size)
        return rdb_text(rdb, item, which);
    struct text *text = which ? &item->value : &item->text;
    *text = text_of_bytes(r->pos + 1, size);
    r->pos += 1 + size;
    return true;
}

/* --- strings outside values --- */

struct append_target {
    struct buffer *buffer;
    uint64_t most;
};

static void
append_part(void *context, struct bytes part)
{
    struct append_target *target = context;
    size_t size = part.size < target->most ? part.size : (size_t)target->most;
    buffer_append(target->buffer, part.data, size);
    target->most -= size;
}

static bool
append_raw(struct rdb *rdb, uint64_t size, struct append_target *target)
{
    struct bytes part;
    for (uint64_t left = size; left > 0; left -= part.size) {
        if (!reader_part(rdb->reader, left, &part))
            return false;
        append_part(target, part);
    }
    return true;
}

bool
rdb_string_append(struct rdb *rdb, struct buffer *buffer, uint64_t most,
                  uint64_t *size)
{
    struct rdb_string string;
    if (!rdb_string_open(rdb, &string))
        return false;
    *size = string.size;
    if (string.form == RDB_STRING_RAW && string.size <= most &&
        reader_available(rdb->reader) >= string.size) {
        buffer_append(buffer, rdb->reader->pos, (size_t)string.size);
        return reader_skip(rdb->reader, string.size);
    }
    struct append_target target = { buffer, most };
    if (string.form == RDB_STRING_INTEGER) {
        char room[TEXT_DIGITS];
        struct text text = text_of_integer(string.number);
        append_part(&target, text_bytes(&text, room));
        return true;
    }
    if (string.form == RDB_STRING_RAW)
        return append_raw(rdb, string.size, &target);
    /* A name that does not decompress leaves nothing to call its value by. */
    struct visitor *visitor = rdb->visitor;
    bool was_bad = rdb->bad.kind != ERROR_NONE;
    if (!lzf_plausible(&string))
        return rdb_fail(rdb, FINDING_LZF, string.offset,
                        "LZF: no such text fits into so few bytes");
    if (!lzf_parts(rdb, &string, append_part, &target))
        return false;
    if (!was_bad && rdb->bad.kind != ERROR_NONE) {
        struct error bad = rdb->bad;
        error_clear(&rdb->bad);
        rdb->visitor = visitor;
        error_set_at(&rdb->reader->error, bad.kind, bad.offset, "%s",
                     bad.text);
        return false;
    }
    return true;
}

bool
rdb_walk_string(struct rdb *rdb)
{
    if (!rdb_text_last(rdb, &rdb->string, 0))
        return rdb_doing(rdb, "string value", 0);
    rdb_item(rdb, &rdb->string);
    return true;
}
