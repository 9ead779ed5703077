/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/field-expiries.h"

#include "rdb/rdb-write.h"

enum { RECORDS_READ = 256 };

struct record {
    uint64_t at;
    int64_t ms;
};

struct weaving {
    const struct spool *records;
    uint64_t read; /* bytes of them */
    struct record block[RECORDS_READ];
    size_t have;
    size_t used;
    uint64_t at; /* in the fields */
    int64_t minimum;
    struct rdb_writer out;
};

void
field_expiries_init(struct field_expiries *expiries, struct error *error)
{
    spool_init(&expiries->records, error);
}

void
field_expiries_fini(struct field_expiries *expiries)
{
    spool_fini(&expiries->records);
}

void
field_expiries_clear(struct field_expiries *expiries)
{
    spool_clear(&expiries->records);
}

void
field_expiries_add(struct field_expiries *expiries, uint64_t at, int64_t ms)
{
    const struct record record = { at, ms };
    spool_append(&expiries->records, bytes_of(&record, sizeof(record)));
}

/* The expiry that comes next, or NULL behind the last. */
static const struct record *
next_record(struct weaving *weaving)
{
    if (weaving->used == weaving->have) {
        size_t got = spool_read(weaving->records, weaving->read,
                                weaving->block, sizeof(weaving->block));
        weaving->have = got / sizeof(struct record);
        weaving->read += weaving->have * sizeof(struct record);
        weaving->used = 0;
    }
    return weaving->used < weaving->have ? &weaving->block[weaving->used]
                                         : NULL;
}

static void
write_expiry(struct weaving *weaving, int64_t ms)
{
    uint64_t distance = (uint64_t)ms - (uint64_t)weaving->minimum;
    rdb_write_length(&weaving->out, ms == 0 ? 0 : distance + 1);
    weaving->used++;
}

static void
weave(void *context, struct bytes fields)
{
    struct weaving *weaving = context;
    while (fields.size > 0) {
        const struct record *next = next_record(weaving);
        if (next != NULL && next->at <= weaving->at) {
            write_expiry(weaving, next->ms);
            next = next_record(weaving);
        }
        size_t size = fields.size;
        if (next != NULL && next->at > weaving->at &&
            next->at - weaving->at < size)
            size = (size_t)(next->at - weaving->at);
        rdb_write_raw(&weaving->out, bytes_of(fields.data, size));
        fields = bytes_of(fields.data + size, fields.size - size);
        weaving->at += size;
    }
}

void
field_expiries_weave(const struct field_expiries *expiries,
                     const struct spool *fields, int64_t minimum,
                     spool_function *take, void *context)
{
    struct weaving weaving = { .records = &expiries->records,
                               .minimum = minimum };
    rdb_write_init(&weaving.out, take, context);
    spool_each(fields, weave, &weaving);
    rdb_write_flush(&weaving.out);
    rdb_write_fini(&weaving.out);
}
