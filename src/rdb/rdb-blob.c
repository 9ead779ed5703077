/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text of a STR as a reader of its own, for the packed structures inside:
 * in memory when it is short (where it lies in the input, or decompressed into
 * scratch), else as a slice of the input or the output of LZF, so that a blob
 * of any length takes no more room than the two buffers of struct rdb.
 */
#include "rdb/decode.h"

static enum status
slice_read(struct stream *self, unsigned char *into, size_t capacity,
           size_t *got, struct error *error)
{
    struct rdb_slice *slice = (struct rdb_slice *)self;
    struct bytes part;
    if (slice->left == 0)
        return STATUS_END;
    uint64_t most = slice->left < capacity ? slice->left : capacity;
    if (!reader_part(slice->parent, most, &part)) {
        *error = slice->parent->error;
        return STATUS_FAIL;
    }
    memcpy(into, part.data, part.size);
    slice->left -= part.size;
    *got = part.size;
    return STATUS_OK;
}

static void
slice_close(struct stream *self)
{
    (void)self; /* embedded in struct rdb */
}

static const struct stream_ops slice_ops = {
    .read = slice_read,
    .close = slice_close,
};

static void
blob_over_stream(struct rdb *rdb, struct stream *stream, uint64_t origin)
{
    rdb->blob_in_memory = false;
    if (rdb->blob_stream.buffer == NULL)
        reader_init(&rdb->blob_stream, stream, (size_t)2 * READER_CONTIGUOUS);
    else
        reader_reset(&rdb->blob_stream, stream, origin);
    rdb->blob_stream.origin = origin;
    rdb->blob = &rdb->blob_stream;
}

static void
blob_over_memory(struct rdb *rdb, struct bytes bytes, uint64_t origin)
{
    rdb->blob_in_memory = true;
    reader_init_memory(&rdb->blob_memory, bytes, origin);
    rdb->blob = &rdb->blob_memory;
}

bool
rdb_blob_open(struct rdb *rdb, const struct rdb_string *string)
{
    rdb->blob_string = *string;
    uint64_t at = reader_offset(rdb->reader);
    rdb->blob_end = at + string->stored;
    if (string->form == RDB_STRING_INTEGER) {
        struct text text = text_of_integer(string->number);
        blob_over_memory(rdb, text_bytes(&text, rdb->digits), string->offset);
        return true;
    }
    if (string->form == RDB_STRING_RAW) {
        if (string->size > READER_CONTIGUOUS) {
            rdb->slice = (struct rdb_slice){ { &slice_ops }, rdb->reader,
                                             string->size };
            blob_over_stream(rdb, &rdb->slice.stream, at);
            return true;
        }
        if (!reader_need(rdb->reader, (size_t)string->size))
            return false;
        blob_over_memory(
            rdb, bytes_of(rdb->reader->pos, (size_t)string->size), at);
        return true;
    }
    if (!rdb_lzf_is_whole(string)) {
        rdb_lzf_prepare(rdb);
        lzf_stream_init(rdb->lzf, rdb->reader, string->stored, string->size);
        blob_over_stream(rdb, &rdb->lzf->stream, 0);
        return true;
    }
    bool good;
    if (!rdb_lzf_whole(rdb, string, &good))
        return false;
    blob_over_memory(rdb, bytes_of(rdb->scratch, good ? string->size : 0), 0);
    return true;
}

bool
rdb_blob_close(struct rdb *rdb)
{
    return reader_ok(rdb->reader) &&
           reader_skip(rdb->reader,
                       rdb->blob_end - reader_offset(rdb->reader));
}
