/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a value is made of, as a walk hands it to a visitor: one item after
 * the other, each with up to two texts, an id or number, and an expiry.
 */
#ifndef KEYWEIGH_DATA_ITEM_H
#define KEYWEIGH_DATA_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* How much of a text is at hand. */
enum text_kind {
    TEXT_BYTES,   /* all of it, in data */
    TEXT_INTEGER, /* it is the decimal text of number; data is NULL */
    TEXT_HEAD,    /* its first held bytes: the visitor wants no more */
    TEXT_PARTS,   /* all of it went through visitor text() before this item */
};

/* One string of a value. */
struct text {
    enum text_kind kind;
    const unsigned char *data; /* held bytes, valid during the call */
    size_t held;
    uint64_t size;  /* length of the string, decimal digits included */
    int64_t number; /* TEXT_INTEGER */
};

/* A stream's ID. */
struct stream_id {
    uint64_t ms;
    uint64_t seq;
};

enum item_kind {
    ITEM_VALUE,   /* string: text */
    ITEM_ELEMENT, /* list: text */
    ITEM_MEMBER,  /* set: text; zset: text and score (of a packed zset value
                     is the score's text, and score is set only when
                     WANT_BYTES) */
    ITEM_FIELD,   /* hash: text, value; expire_ms when has_expiry */

    /* stream, in this order; deleted entries, which stay in their node as
     * tombstones, only to who wants them */
    ITEM_ENTRY,            /* id; count of fields that follow; is_deleted */
    ITEM_ENTRY_FIELD,      /* text, value */
    ITEM_STREAM,           /* behind the entries: stream */
    ITEM_GROUP,            /* text, id = last delivered, number = entries
                              read (-1 unknown), count of pending ids */
    ITEM_PENDING,          /* id, expire_ms = delivery time, number =
                              deliveries */
    ITEM_CONSUMER,         /* text, seen_ms, active_ms, count of pending */
    ITEM_CONSUMER_PENDING, /* id */
    ITEM_NACK,             /* id: pending, owned by no consumer (8.8) */
    ITEM_IDMP,             /* number = duration in s, count = max entries */
    ITEM_PRODUCER,         /* text, count of iids */
    ITEM_IDEMPOTENT,       /* text = iid, id */
    ITEM_IDMP_TOTALS,      /* number = iids added, count = duplicates */

    ITEM_ARRAY,      /* array: count; number = insert cursor when has_cursor */
    ITEM_CELL,       /* array: count = index; text, or score when is_double */

    ITEM_MODULE,        /* module: number = encoding version */
    ITEM_MODULE_INT,    /* number, signed */
    ITEM_MODULE_UINT,   /* count */
    ITEM_MODULE_FLOAT,  /* score */
    ITEM_MODULE_DOUBLE, /* score */
    ITEM_MODULE_STRING, /* text */

    ITEM_COUNT,
};

/* The totals of a stream; what its type byte does not hold is what the loader
 * assumes (entries_added = length for type 15). */
struct stream_totals {
    uint64_t length;
    struct stream_id last_id;
    struct stream_id first_id;
    struct stream_id max_deleted_id;
    uint64_t entries_added;
    uint64_t groups;
    uint64_t listpacks;
};

/* The settings for idempotent producers that a stream begins with (Redis 8.6
 * config.c stream-idmp-*): seconds, and ids of each. */
enum { STREAM_IDMP_DURATION = 100, STREAM_IDMP_ENTRIES = 100 };

struct item {
    enum item_kind kind;
    bool has_expiry;
    bool is_double;
    bool has_cursor;
    bool is_deleted;
    bool is_drawn; /* a number that a server draws by chance: this is one that
                      it could be */
    struct text text;
    struct text value;
    double score;
    int64_t number;
    uint64_t count;
    int64_t expire_ms;
    int64_t seen_ms;
    int64_t active_ms; /* -1 never, or not in the file */
    struct stream_id id;
    const struct stream_totals *stream;
};

/* What a packed blob is. */
enum node_kind {
    NODE_ZIPMAP,
    NODE_ZIPLIST,
    NODE_LISTPACK,
    NODE_INTSET,
    NODE_PLAIN, /* a quicklist node that is one element */
};

/* One packed blob of a value, announced before its items. */
struct node {
    enum node_kind kind;
    uint64_t size;  /* bytes, decompressed */
    uint64_t count; /* entries by its header; NODE_COUNT_UNKNOWN when that
                       says only "many" */
    uint32_t width; /* intset: bytes per element */
    bool in_stream;
    struct stream_id id; /* in_stream: the master id */
};

#define NODE_COUNT_UNKNOWN UINT64_MAX

enum { TEXT_DIGITS = 24 };

/* The bytes of a text that is TEXT_BYTES or TEXT_INTEGER (or the head of one
 * that is TEXT_HEAD), writing digits into room. */
struct bytes text_bytes(const struct text *text, char room[TEXT_DIGITS]);

/* A text that is the decimal of number. */
struct text text_of_integer(int64_t number);

static inline struct text
text_of_bytes(const unsigned char *data, size_t size)
{
    return (struct text){ TEXT_BYTES, data, size, size, 0 };
}

#endif
