/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads an RDB four times: stepping over every value, walking each with a
 * visitor that wants all of it and checks what it is handed, through a reader
 * that gets one byte at a time, and pricing it.  The walks have to agree.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/pricer.h"
#include "rdb/rdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
    if (!holds)
        abort();
}

/* What one reading found. */
struct outcome {
    enum status status;
    uint64_t keys;
    uint64_t bad;
    uint64_t items;
};

/* A visitor that holds the walk to its contract. */
struct witness {
    struct visitor visitor;
    bool inside;
    uint64_t parts[2]; /* bytes of the coming item's texts */
    uint64_t items;
    unsigned touched;
};

static void
touch(struct witness *witness, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        witness->touched += bytes[i];
}

static void
witness_begin(struct visitor *self, const struct key *key)
{
    struct witness *witness = (struct witness *)self;

    require(!witness->inside);
    witness->inside = true;
    witness->parts[0] = witness->parts[1] = 0;
    touch(witness, key->name.data, key->name.size);
}

static bool
witness_node(struct visitor *self, const struct node *node)
{
    require(((struct witness *)self)->inside);
    require(node->kind <= NODE_PLAIN);
    return true;
}

static void
witness_count(struct visitor *self, uint64_t count)
{
    (void)count;
    require(((struct witness *)self)->inside);
}

static void
witness_text(struct visitor *self, const struct item *item, int which,
             struct bytes part)
{
    struct witness *witness = (struct witness *)self;

    require(witness->inside && (which == 0 || which == 1));
    require(item->kind < ITEM_COUNT);
    touch(witness, part.data, part.size);
    witness->parts[which] += part.size;
}

static void
check_text(struct witness *witness, const struct text *text, uint64_t parts)
{
    switch (text->kind) {
    case TEXT_BYTES:
        require(text->held == text->size);
        touch(witness, text->data, text->held);
        break;
    case TEXT_HEAD:
        require(text->held <= text->size);
        touch(witness, text->data, text->held);
        break;
    case TEXT_INTEGER:
        require(text->size > 0 && text->size <= 20);
        break;
    case TEXT_PARTS:
        require(parts == text->size);
        break;
    }
}

static void
witness_item(struct visitor *self, const struct item *item)
{
    struct witness *witness = (struct witness *)self;

    require(witness->inside && item->kind < ITEM_COUNT);
    check_text(witness, &item->text, witness->parts[0]);
    check_text(witness, &item->value, witness->parts[1]);
    witness->parts[0] = witness->parts[1] = 0;
    witness->items++;
}

static void
witness_end(struct visitor *self, uint64_t serialized)
{
    struct witness *witness = (struct witness *)self;

    require(witness->inside && serialized > 0);
    witness->inside = false;
}

static void
witness_abort(struct visitor *self)
{
    ((struct witness *)self)->inside = false;
}

static const struct visitor_ops witness_ops = {
    .begin = witness_begin,
    .node = witness_node,
    .count = witness_count,
    .text = witness_text,
    .item = witness_item,
    .end = witness_end,
    .abort = witness_abort,
};

struct found {
    struct findings findings;
    uint64_t count;
};

static void
found_add(struct findings *self, const struct finding *finding)
{
    require(finding->code < FINDING_COUNT);
    require(*finding_name(finding->code) != '\0');
    require(finding->text != NULL);
    ((struct found *)self)->count++;
}

/* Gives one byte at a time. */
struct drip {
    struct stream stream;
    const uint8_t *data;
    size_t size;
};

static enum status
drip_read(struct stream *self, unsigned char *into, size_t capacity,
          size_t *got, struct error *error)
{
    struct drip *drip = (struct drip *)self;

    (void)capacity;
    (void)error;
    if (drip->size == 0)
        return STATUS_END;
    *into = *drip->data++;
    drip->size--;
    *got = 1;
    return STATUS_OK;
}

static void
drip_close(struct stream *self)
{
    (void)self;
}

/* Walks every key with visitor, or steps over all when it is NULL. */
static struct outcome
read_all(struct reader *reader, struct findings *findings, bool deep,
         struct visitor *visitor)
{
    struct outcome outcome = { .status = STATUS_OK };
    struct key key;

    if (!rdb_recognise(reader)) {
        outcome.status = STATUS_FAIL;
        return outcome;
    }
    struct rdb *rdb = rdb_new(reader, findings, deep);
    struct source *source = rdb_source(rdb);
    while ((outcome.status = source->ops->next(source, &key)) == STATUS_OK) {
        outcome.keys++;
        if (visitor == NULL)
            continue;
        enum status walked = source->ops->walk(source, visitor);
        require(walked != STATUS_END);
        if (walked != STATUS_OK)
            require(source->ops->error(source)->kind != ERROR_NONE);
        if (walked == STATUS_BAD)
            outcome.bad++;
    }
    require(outcome.status != STATUS_BAD);
    if (outcome.status == STATUS_FAIL)
        require(source->ops->error(source)->kind != ERROR_NONE);
    rdb_free(rdb);
    return outcome;
}

static struct outcome
read_memory(struct bytes bytes, struct visitor *visitor)
{
    struct reader reader;

    reader_init_memory(&reader, bytes, 0);
    struct outcome outcome = read_all(&reader, NULL, false, visitor);
    reader_fini(&reader);
    return outcome;
}

static struct outcome
witness_reader(struct reader *reader)
{
    struct found found = { { found_add }, 0 };
    struct witness witness = {
        .visitor = { &witness_ops, WANT_ITEMS | WANT_HEADS | WANT_BYTES },
    };

    struct outcome outcome = read_all(reader, &found.findings, true,
                                      &witness.visitor);
    outcome.items = witness.items;
    reader_fini(reader);
    return outcome;
}

/* One server for each way that values are laid out. */
static struct outcome
price(struct bytes bytes)
{
    static const char *const servers[] = {
        "redis-7.2",  "redis-2.8",     "redis-3.2/prefix", "redis-6.2//32",
        "redis-8.0",  "redis-8.10",    "valkey-8.0/glibc", "valkey-8.1",
        "valkey-9.1", "redis-8.6/none",
    };
    enum { SERVERS = sizeof(servers) / sizeof(servers[0]) };
    static struct profile profiles[SERVERS];

    for (size_t i = 0; profiles[SERVERS - 1].server == NULL; i++) {
        struct rdb_facts facts = { .version = 11, .bits = 64 };
        struct profile_request request = { .server = servers[i] };
        profile_resolve(&profiles[i], &request, &facts);
    }
    struct pricer *pricer = pricer_new(profiles, SERVERS, ~0U);
    struct outcome outcome = read_memory(bytes, pricer_visitor(pricer));
    pricer_free(pricer);
    return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stream_ops ops = {
        .read = drip_read,
        .close = drip_close,
    };
    struct bytes bytes = bytes_of(data, size);
    struct drip drip = { { &ops }, data, size };
    struct reader reader;

    struct outcome skipped = read_memory(bytes, NULL);
    reader_init_memory(&reader, bytes, 0);
    struct outcome walked = witness_reader(&reader);
    reader_init(&reader, &drip.stream, 2 * READER_CONTIGUOUS);
    struct outcome dripped = witness_reader(&reader);
    struct outcome priced = price(bytes);

    require(walked.status == dripped.status && walked.keys == dripped.keys &&
            walked.bad == dripped.bad && walked.items == dripped.items);
    if (walked.status == STATUS_END) {
        require(skipped.status == STATUS_END && skipped.keys == walked.keys);
        require(priced.status == STATUS_END && priced.keys == walked.keys);
    }
    return 0;
}
