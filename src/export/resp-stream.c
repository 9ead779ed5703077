/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands are those of a server's own rewrite (aof.c rewriteStreamObject,
 * Redis 5.0 to 8.6); but for XGROUP CREATECONSUMER, which only a rewrite leaves
 * to XCLAIM where something is pending.
 *
 * A consumer's pending entries have only ids, their times stand with the
 * group; and whether an entry is there was told before all that.  Both are
 * kept in spools, in order of their ids, and looked up.
 */
#include "export/resp-stream.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "export/group-read.h"

enum { NAME_HELD = 1024 * 1024 };

struct pending {
    struct stream_id id;
    int64_t delivered_ms;
    int64_t deliveries;
};

struct resp_stream {
    const struct server *server;
    bool is_rewrite;
    struct spool *out;
    const struct key *key;
    struct stream_totals totals;
    bool is_told; /* what group_read_is_told says */
    struct spool entries; /* a struct stream_id each */
    bool is_deleted;      /* the entry at hand, which has no command then */
    struct spool pending; /* of the group, a struct each */
    struct buffer group;
    struct buffer consumer;
};

struct resp_stream *
resp_stream_new(const struct server *server, bool is_rewrite,
                struct error *error)
{
    struct resp_stream *stream = xcalloc(1, sizeof(*stream));
    stream->server = server;
    stream->is_rewrite = is_rewrite;
    spool_init(&stream->entries, error);
    spool_init(&stream->pending, error);
    return stream;
}

void
resp_stream_free(struct resp_stream *stream)
{
    if (stream == NULL)
        return;
    spool_fini(&stream->entries);
    spool_fini(&stream->pending);
    buffer_fini(&stream->group);
    buffer_fini(&stream->consumer);
    free(stream);
}

void
resp_stream_begin(struct resp_stream *stream, const struct key *key,
                  struct spool *out)
{
    stream->out = out;
    stream->key = key;
    spool_clear(&stream->entries);
}

/* The first words of a command, its key among them; sub may be NULL. */
static void
begin(struct resp_stream *stream, uint64_t words, const char *command,
      const char *sub)
{
    resp_begin(stream->out, words, command);
    if (sub != NULL)
        resp_word(stream->out, sub);
    resp_bytes(stream->out, stream->key->name);
}

static bool
hold_name(struct buffer *held, struct texts *texts, const struct text *text)
{
    struct bytes bytes;
    buffer_clear(held);
    if (!texts_held(texts, text, 0, &bytes) || bytes.size > NAME_HELD)
        return false;
    buffer_append(held, bytes.data, bytes.size);
    return true;
}

/* --- records that begin with an id --- */

static bool
is_before(struct stream_id a, struct stream_id b)
{
    return a.ms < b.ms || (a.ms == b.ms && a.seq < b.seq);
}

/* Finds a record of so many bytes. */
static bool
find(const struct spool *records, size_t size, struct stream_id id, void *found)
{
    uint64_t from = 0;
    uint64_t to = spool_size(records) / size;
    struct stream_id at;
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        if (spool_read(records, middle * size, found, size) < size)
            return false;
        memcpy(&at, found, sizeof(at));
        if (is_before(at, id))
            from = middle + 1;
        else if (is_before(id, at))
            to = middle;
        else
            return true;
    }
    return false;
}

/* --- entries and totals --- */

static bool
add_entry(struct resp_stream *stream, const struct item *item)
{
    stream->is_deleted = item->is_deleted;
    if (item->is_deleted)
        return true;
    spool_append(&stream->entries, bytes_of(&item->id, sizeof(item->id)));
    begin(stream, 3 + 2 * item->count, "XADD", NULL);
    resp_id(stream->out, item->id);
    return item->count > 0 || stream->is_rewrite;
}

static void
add_field(struct resp_stream *stream, struct texts *texts,
          const struct item *item)
{
    if (stream->is_deleted)
        return;
    resp_text(stream->out, texts, &item->text, 0);
    resp_text(stream->out, texts, &item->value, 1);
}

/* An entry that is trimmed at once leaves an empty stream. */
static void
make_empty(struct resp_stream *stream)
{
    begin(stream, 7, "XADD", NULL);
    resp_word(stream->out, "MAXLEN");
    resp_number(stream->out, 0);
    resp_id(stream->out, (struct stream_id){ 0, 1 });
    resp_word(stream->out, "x");
    resp_word(stream->out, "y");
}

static void
note_totals(struct resp_stream *stream, const struct stream_totals *totals)
{
    const struct spool *entries = &stream->entries;
    stream->totals = *totals;
    stream->totals.length = spool_size(entries) / sizeof(struct stream_id);
    stream->is_told = group_read_is_told(stream->key, &stream->totals);
    (void)spool_read(entries, 0, &stream->totals.first_id,
                     sizeof(struct stream_id));
}

static void
set_totals(struct resp_stream *stream, const struct stream_totals *totals)
{
    note_totals(stream, totals);
    bool counts = server_since(stream->server, 7, 0);
    if (spool_size(&stream->entries) == 0)
        make_empty(stream);
    begin(stream, counts ? 7 : 3, "XSETID", NULL);
    resp_id(stream->out, totals->last_id);
    if (!counts)
        return;
    resp_word(stream->out, "ENTRIESADDED");
    resp_count(stream->out, totals->entries_added);
    resp_word(stream->out, "MAXDELETEDID");
    resp_id(stream->out, totals->max_deleted_id);
}

/* --- groups --- */

static bool
make_group(struct resp_stream *stream, struct texts *texts,
           const struct item *item)
{
    bool reads = server_since(stream->server, 7, 0);
    spool_clear(&stream->pending);
    if (!hold_name(&stream->group, texts, &item->text))
        return false;
    begin(stream, reads ? 7 : 5, "XGROUP", "CREATE");
    resp_bytes(stream->out, buffer_bytes(&stream->group));
    resp_id(stream->out, item->id);
    if (reads) {
        resp_word(stream->out, "ENTRIESREAD");
        resp_number(stream->out,
                    stream->is_told
                        ? item->number
                        : group_read_guess(&stream->totals, item));
    }
    return true;
}

static void
note_pending(struct resp_stream *stream, const struct item *item)
{
    struct pending pending = { item->id, item->expire_ms, item->number };
    spool_append(&stream->pending, bytes_of(&pending, sizeof(pending)));
}

static bool
make_consumer(struct resp_stream *stream, struct texts *texts,
              const struct item *item)
{
    if (!hold_name(&stream->consumer, texts, &item->text))
        return false;
    if (stream->is_rewrite && item->count > 0)
        return true;
    if (!server_since(stream->server, 6, 2))
        return item->count > 0 || stream->is_rewrite;
    begin(stream, 5, "XGROUP", "CREATECONSUMER");
    resp_bytes(stream->out, buffer_bytes(&stream->group));
    resp_bytes(stream->out, buffer_bytes(&stream->consumer));
    return true;
}

static bool
claim(struct resp_stream *stream, struct stream_id id)
{
    struct pending pending;
    struct stream_id entry;
    if (!find(&stream->pending, sizeof(pending), id, &pending) ||
        !(stream->is_rewrite ||
          find(&stream->entries, sizeof(entry), id, &entry)))
        return false;
    begin(stream, 12, "XCLAIM", NULL);
    resp_bytes(stream->out, buffer_bytes(&stream->group));
    resp_bytes(stream->out, buffer_bytes(&stream->consumer));
    resp_number(stream->out, 0);
    resp_id(stream->out, id);
    resp_word(stream->out, "TIME");
    resp_number(stream->out, pending.delivered_ms);
    resp_word(stream->out, "RETRYCOUNT");
    resp_number(stream->out, pending.deliveries);
    resp_word(stream->out, "JUSTID");
    resp_word(stream->out, "FORCE");
    return true;
}

/* --- idempotent producers, as a rewrite writes them --- */

static bool
has_default_idmp(const struct item *item)
{
    return item->number == STREAM_IDMP_DURATION &&
           item->count == STREAM_IDMP_ENTRIES;
}

static void
configure_idmp(struct resp_stream *stream, const struct item *item)
{
    if (has_default_idmp(item))
        return;
    begin(stream, 6, "XCFGSET", NULL);
    resp_word(stream->out, "IDMP-DURATION");
    resp_number(stream->out, item->number);
    resp_word(stream->out, "IDMP-MAXSIZE");
    resp_count(stream->out, item->count);
}

/* The producer's name is held in place of a consumer's. */
static void
record_idempotent(struct resp_stream *stream, struct texts *texts,
                  const struct item *item)
{
    struct stream_id entry;
    if (!find(&stream->entries, sizeof(entry), item->id, &entry))
        return;
    begin(stream, 5, "XIDMPRECORD", NULL);
    resp_bytes(stream->out, buffer_bytes(&stream->consumer));
    resp_text(stream->out, texts, &item->text, 0);
    resp_id(stream->out, item->id);
}

static bool
rewrite_idmp(struct resp_stream *stream, struct texts *texts,
             const struct item *item)
{
    if (item->kind == ITEM_PRODUCER)
        return hold_name(&stream->consumer, texts, &item->text);
    if (item->kind == ITEM_IDMP)
        configure_idmp(stream, item);
    else if (item->kind == ITEM_IDEMPOTENT)
        record_idempotent(stream, texts, item);
    return true;
}

/* --- the value --- */

bool
resp_stream_item(struct resp_stream *stream, struct texts *texts,
                 const struct item *item)
{
    switch (item->kind) {
    case ITEM_ENTRY:
        return add_entry(stream, item);
    case ITEM_ENTRY_FIELD:
        add_field(stream, texts, item);
        return true;
    case ITEM_STREAM:
        set_totals(stream, item->stream);
        return true;
    case ITEM_GROUP:
        return make_group(stream, texts, item);
    case ITEM_PENDING:
        note_pending(stream, item);
        return true;
    case ITEM_CONSUMER:
        return make_consumer(stream, texts, item);
    case ITEM_CONSUMER_PENDING:
        return claim(stream, item->id);
    case ITEM_PRODUCER:
        return !stream->is_rewrite || rewrite_idmp(stream, texts, item);
    case ITEM_IDMP:
        if (stream->is_rewrite)
            return rewrite_idmp(stream, texts, item);
        return has_default_idmp(item);
    case ITEM_IDMP_TOTALS:
        return stream->is_rewrite || (item->number == 0 && item->count == 0);
    case ITEM_IDEMPOTENT:
        return stream->is_rewrite && rewrite_idmp(stream, texts, item);
    case ITEM_NACK:
        return false;
    default:
        return true;
    }
}
