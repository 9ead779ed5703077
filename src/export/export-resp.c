/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a server's own rewrite of its log writes (aof.c rewriteAppendOnlyFile,
 * Redis 2.8 to 8.6, Valkey 9.1), with at most 64 items in a command.  Values
 * without commands of their own are restored from what DUMP would give; so are
 * streams, when it turns out that commands cannot say all of one.
 *
 * Where such a rewrite loses something there are other forms, unless it is
 * exactly the rewrite that is asked for.
 *
 * A value's commands are gathered and written when it is complete.
 */
#include <math.h>
#include <stdlib.h>

#include "base/endian.h"
#include "base/xalloc.h"
#include "export/export-value.h"
#include "export/exporter.h"
#include "export/resp-stream.h"
#include "input/crc64.h"

enum {
    CHUNK_ITEMS = 64,
    CHUNK_SIZE = 1024 * 1024, /* bytes that end a command before that, but
                                 those of a rewrite */
};

#define NO_DATABASE UINT64_MAX

struct export_resp;

/* How one type is written. */
struct resp_form {
    const char *command; /* takes items behind the key; NULL: has no chunks */
    unsigned words;      /* of an item */
    void (*item)(struct export_resp *resp, const struct item *item);
};

struct export_resp {
    struct exporter exporter;
    struct visitor visitor;
    struct exporter_options options;
    uint64_t db;

    /* The current value. */
    const struct key *key;
    const struct resp_form *form;
    const char *refusal;
    struct spool body;  /* whole commands */
    struct spool chunk; /* items of the command that is being made */
    unsigned items;     /* how many of them */
    struct spool after; /* commands behind those of the body */
    struct spool singles; /* of a hash: the same, a command for each field */
    bool is_single;       /* as a rewrite by Redis has it when one expires */
    struct texts texts;
    struct resp_stream *stream;
    bool is_restored;          /* by RESTORE, not by commands of its type */
    struct export_value value; /* of types that are restored, or may be */
};

/* --- chunks --- */

static void
put_chunk(struct export_resp *resp)
{
    if (resp->items == 0)
        return;
    resp_begin(&resp->body, 2 + resp->items * resp->form->words,
               resp->form->command);
    resp_bytes(&resp->body, resp->key->name);
    spool_each(&resp->chunk, spool_take, &resp->body);
    spool_clear(&resp->chunk);
    resp->items = 0;
}

static void
count_item(struct export_resp *resp)
{
    bool is_long = !resp->options.is_rewrite &&
                   spool_size(&resp->chunk) > CHUNK_SIZE;
    resp->items++;
    if (resp->items == CHUNK_ITEMS || is_long)
        put_chunk(resp);
}

/* --- types --- */

/* With its expiry, where SET takes it as a time. */
static bool
sets_expiry(const struct export_resp *resp)
{
    return !resp->options.is_rewrite && resp->key->has_expiry &&
           resp->key->expire_ms > 0 && resp->key->type == TYPE_STRING &&
           server_since(resp->options.target.server, 6, 2);
}

static void
add_value(struct export_resp *resp, const struct item *item)
{
    bool expires = sets_expiry(resp);
    resp_begin(&resp->body, expires ? 5 : 3, "SET");
    resp_bytes(&resp->body, resp->key->name);
    resp_text(&resp->body, &resp->texts, &item->text, 0);
    if (!expires)
        return;
    resp_word(&resp->body, "PXAT");
    resp_number(&resp->body, resp->key->expire_ms);
}

static void
add_text(struct export_resp *resp, const struct item *item)
{
    resp_text(&resp->chunk, &resp->texts, &item->text, 0);
    count_item(resp);
}

/* While it is packed a sorted set makes 0 of -0: such members come last, when
 * it is as large as it was. */
static void
put_negative_zero(struct export_resp *resp, const struct item *item)
{
    resp_begin(&resp->after, 4, "ZADD");
    resp_bytes(&resp->after, resp->key->name);
    resp_double(&resp->after, item->score);
    resp_text(&resp->after, &resp->texts, &item->text, 0);
}

static void
rewrite_member(struct export_resp *resp, const struct item *item)
{
    char digits[SCORE_TEXT_MAX];
    char room[TEXT_DIGITS];
    const struct server *server = resp->options.target.server;
    struct text score = score_text_digits(server->score, item->score, digits);
    resp_bytes(&resp->chunk, text_bytes(&score, room));
    add_text(resp, item);
}

static void
add_member(struct export_resp *resp, const struct item *item)
{
    if (resp->options.is_rewrite) {
        rewrite_member(resp, item);
        return;
    }
    if (item->score >= 0 && signbit(item->score)) {
        put_negative_zero(resp, item);
        return;
    }
    resp_double(&resp->chunk, item->score);
    add_text(resp, item);
}

static void
put_field_expiry(struct export_resp *resp, struct spool *to,
                 const struct item *item)
{
    resp_begin(to, 6, "HPEXPIREAT");
    resp_bytes(to, resp->key->name);
    resp_number(to, item->expire_ms);
    resp_word(to, "FIELDS");
    resp_number(to, 1);
    resp_text(to, &resp->texts, &item->text, 0);
}

static void
put_single(struct export_resp *resp, const struct item *item)
{
    resp_begin(&resp->singles, 4, "HMSET");
    resp_bytes(&resp->singles, resp->key->name);
    resp_text(&resp->singles, &resp->texts, &item->text, 0);
    resp_text(&resp->singles, &resp->texts, &item->value, 1);
    if (item->has_expiry)
        put_field_expiry(resp, &resp->singles, item);
    resp->is_single = resp->is_single || item->has_expiry;
}

static void
put_expiring_field(struct export_resp *resp, const struct item *item)
{
    resp_begin(&resp->body, 8, "HSETEX");
    resp_bytes(&resp->body, resp->key->name);
    resp_word(&resp->body, "PXAT");
    resp_number(&resp->body, item->expire_ms);
    resp_word(&resp->body, "FIELDS");
    resp_number(&resp->body, 1);
    resp_text(&resp->body, &resp->texts, &item->text, 0);
    resp_text(&resp->body, &resp->texts, &item->value, 1);
}

static void
add_field(struct export_resp *resp, const struct item *item)
{
    const struct export_target *target = &resp->options.target;
    if (item->has_expiry && !target_has(target, TARGET_FIELD_EXPIRY)) {
        resp->refusal = target_refusal(target, TARGET_FIELD_EXPIRY);
        return;
    }
    bool valkey = target->server->product == SERVER_VALKEY;
    if (item->has_expiry && valkey) {
        put_expiring_field(resp, item);
        return;
    }
    if (resp->options.is_rewrite && !valkey &&
        target_has(target, TARGET_FIELD_EXPIRY))
        put_single(resp, item);
    else if (item->has_expiry)
        put_field_expiry(resp, &resp->after, item);
    resp_text(&resp->chunk, &resp->texts, &item->text, 0);
    resp_text(&resp->chunk, &resp->texts, &item->value, 1);
    count_item(resp);
}

static void
add_stream_item(struct export_resp *resp, const struct item *item)
{
    if (!resp->is_restored &&
        !resp_stream_item(resp->stream, &resp->texts, item))
        resp->is_restored = true;
}

static void
add_nothing(struct export_resp *resp, const struct item *item)
{
    (void)resp;
    (void)item;
}

static const struct resp_form *
form_of(enum type type)
{
    static const struct resp_form forms[TYPE_COUNT] = {
        [TYPE_STRING] = { NULL, 0, add_value },
        [TYPE_LIST] = { "RPUSH", 1, add_text },
        [TYPE_SET] = { "SADD", 1, add_text },
        [TYPE_ZSET] = { "ZADD", 2, add_member },
        [TYPE_HASH] = { "HMSET", 2, add_field },
        [TYPE_STREAM] = { NULL, 0, add_stream_item },
    };
    static const struct resp_form none = { NULL, 0, add_nothing };
    return forms[type].item != NULL ? &forms[type] : &none;
}

/* --- values without commands --- */

static bool
may_be_restored(const struct export_resp *resp)
{
    return resp->is_restored || resp->key->type == TYPE_STREAM;
}

struct payload {
    struct spool *spool;
    uint64_t crc;
};

static void
add_to_payload(void *context, struct bytes bytes)
{
    struct payload *payload = context;
    payload->crc = crc64(payload->crc, bytes.data, bytes.size);
    spool_append(payload->spool, bytes);
}

/* What DUMP gives: type, value, version, checksum (cluster.c
 * createDumpPayload, Redis 7.2). */
static void
put_restore(struct export_resp *resp)
{
    struct payload payload = { .spool = &resp->chunk };
    unsigned char version[2];
    unsigned char crc[8];
    store_le(version, (uint64_t)resp->options.target.version, 2);
    add_to_payload(&payload, bytes_of(&resp->value.type, 1));
    spool_clear(&resp->body);
    export_value_each(&resp->value, add_to_payload, &payload);
    add_to_payload(&payload, bytes_of(version, sizeof(version)));
    store_le(crc, payload.crc, sizeof(crc));
    spool_append(&resp->chunk, bytes_of(crc, sizeof(crc)));
    resp_begin(&resp->body, 4, "RESTORE");
    resp_bytes(&resp->body, resp->key->name);
    resp_number(&resp->body, 0);
    resp_spool(&resp->body, &resp->chunk);
}

/* --- output --- */

static void
write_out(void *context, struct bytes bytes)
{
    struct export_resp *resp = context;
    buffer_append(&resp->options.output->buffer, bytes.data, bytes.size);
    output_flush_if_full(resp->options.output);
}

static void
write_commands(struct export_resp *resp, struct spool *commands)
{
    spool_each(commands, write_out, resp);
    spool_clear(commands);
}

static void
select_database(struct export_resp *resp, uint64_t db)
{
    if (resp->db == db)
        return;
    resp->db = db;
    resp_begin(&resp->chunk, 2, "SELECT");
    resp_count(&resp->chunk, db);
    write_commands(resp, &resp->chunk);
}

static void
put_expiry(struct export_resp *resp)
{
    if (!resp->key->has_expiry || sets_expiry(resp))
        return;
    resp_begin(&resp->after, 3, "PEXPIREAT");
    resp_bytes(&resp->after, resp->key->name);
    resp_number(&resp->after, resp->key->expire_ms);
}

/* --- the visitor --- */

static struct export_resp *
resp_of(struct visitor *visitor)
{
    char *at = (char *)visitor - offsetof(struct export_resp, visitor);
    return (struct export_resp *)(void *)at;
}

static void
clear(struct export_resp *resp)
{
    spool_clear(&resp->body);
    spool_clear(&resp->chunk);
    spool_clear(&resp->after);
    spool_clear(&resp->singles);
    resp->is_single = false;
    texts_clear(&resp->texts);
    resp->items = 0;
}

static void
visitor_begin(struct visitor *self, const struct key *key)
{
    struct export_resp *resp = resp_of(self);
    clear(resp);
    resp->key = key;
    resp->form = form_of(key->type);
    resp->refusal = target_key_refusal(&resp->options.target, key);
    resp->is_restored = resp->form->item == add_nothing;
    if (may_be_restored(resp))
        resp->value.visitor.ops->begin(&resp->value.visitor, key);
    if (key->type == TYPE_STREAM)
        resp_stream_begin(resp->stream, key, &resp->body);
}

static bool
visitor_node(struct visitor *self, const struct node *node)
{
    struct export_resp *resp = resp_of(self);
    struct visitor *restored = &resp->value.visitor;
    if (may_be_restored(resp))
        (void)restored->ops->node(restored, node);
    return true;
}

static void
visitor_text(struct visitor *self, const struct item *item, int which,
             struct bytes part)
{
    struct export_resp *resp = resp_of(self);
    struct visitor *restored = &resp->value.visitor;
    if (may_be_restored(resp))
        restored->ops->text(restored, item, which, part);
    if (!resp->is_restored && resp->refusal == NULL)
        texts_part(&resp->texts, which, part);
}

static void
visitor_item(struct visitor *self, const struct item *item)
{
    struct export_resp *resp = resp_of(self);
    struct visitor *restored = &resp->value.visitor;
    if (may_be_restored(resp))
        restored->ops->item(restored, item);
    if (resp->refusal == NULL)
        resp->form->item(resp, item);
    texts_clear(&resp->texts);
}

/* Completes the commands, unless there are none for the value. */
static void
finish_value(struct export_resp *resp, uint64_t serialized)
{
    struct visitor *restored = &resp->value.visitor;
    if (may_be_restored(resp)) {
        restored->ops->end(restored, serialized);
        if (resp->refusal == NULL)
            resp->refusal = resp->value.refusal;
    }
    if (resp->is_restored && resp->options.is_rewrite)
        resp->refusal = resp->key->type == TYPE_VECTORSET
                            ? "a vector set has no commands, and a graph that "
                              "is drawn by chance"
                            : "no command that is known here makes its value";
    if (resp->is_restored && resp->refusal == NULL)
        put_restore(resp);
    put_chunk(resp);
    if (resp->is_single) {
        spool_clear(&resp->body);
        spool_each(&resp->singles, spool_take, &resp->body);
    }
    put_expiry(resp);
}

static void
visitor_end(struct visitor *self, uint64_t serialized)
{
    struct export_resp *resp = resp_of(self);
    const struct exporter_calls *calls = &resp->options.calls;
    finish_value(resp, serialized);
    if (resp->refusal != NULL) {
        calls->refused(calls->context, resp->key, resp->refusal);
        return;
    }
    spool_clear(&resp->chunk);
    if (spool_size(&resp->body) + spool_size(&resp->after) == 0)
        return; /* an empty list: no command makes one */
    select_database(resp, resp->key->db);
    write_commands(resp, &resp->body);
    write_commands(resp, &resp->after);
}

static void
visitor_abort(struct visitor *self)
{
    struct export_resp *resp = resp_of(self);
    struct visitor *restored = &resp->value.visitor;
    if (may_be_restored(resp))
        restored->ops->abort(restored);
}

static const struct visitor_ops visitor_ops = {
    .begin = visitor_begin,
    .node = visitor_node,
    .count = visitor_ignore_count,
    .text = visitor_text,
    .item = visitor_item,
    .end = visitor_end,
    .abort = visitor_abort,
};

/* --- the exporter --- */

static void
begin(struct exporter *exporter, const struct rdb_facts *facts)
{
    (void)exporter;
    (void)facts;
}

static void
function(struct exporter *exporter, struct bytes code)
{
    struct export_resp *resp = (struct export_resp *)exporter;
    resp_begin(&resp->chunk, 3, "FUNCTION");
    resp_word(&resp->chunk, "LOAD");
    resp_bytes(&resp->chunk, code);
    write_commands(resp, &resp->chunk);
}

static void
end(struct exporter *exporter)
{
    (void)exporter;
}

static void
free_resp(struct exporter *exporter)
{
    struct export_resp *resp = (struct export_resp *)exporter;
    spool_fini(&resp->body);
    spool_fini(&resp->chunk);
    spool_fini(&resp->after);
    spool_fini(&resp->singles);
    texts_fini(&resp->texts);
    resp_stream_free(resp->stream);
    export_value_fini(&resp->value);
    free(resp);
}

static const struct exporter_ops export_resp_ops = {
    .begin = begin,
    .function = function,
    .end = end,
    .free = free_resp,
};

struct exporter *
export_resp_new(const struct exporter_options *options)
{
    struct export_resp *resp = xcalloc(1, sizeof(*resp));
    resp->options = *options;
    resp->db = NO_DATABASE;
    resp->visitor = (struct visitor){
        &visitor_ops, WANT_ITEMS | WANT_BYTES | WANT_TOMBSTONES | WANT_LINKS
    };
    resp->exporter = (struct exporter){ &export_resp_ops, &resp->visitor };
    spool_init(&resp->body, options->error);
    spool_init(&resp->chunk, options->error);
    spool_init(&resp->after, options->error);
    spool_init(&resp->singles, options->error);
    texts_init(&resp->texts, options->error);
    resp->stream = resp_stream_new(options->target.server, options->is_rewrite,
                                   options->error);
    export_value_init(&resp->value, &options->target, options->error);
    return &resp->exporter;
}
