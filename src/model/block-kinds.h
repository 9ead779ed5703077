/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the blocks of a key are, and an account of one key by that: it is kept
 * only for who wants to see the blocks (explain).
 */
#ifndef KEYWEIGH_MODEL_BLOCK_KINDS_H
#define KEYWEIGH_MODEL_BLOCK_KINDS_H

#include "model/record.h"
#include "model/servers.h"

/* What a block is. */
enum block_kind {
    BLOCK_KEY_NAME,
    BLOCK_KEY_ENTRY,    /* in the table of the database */
    BLOCK_EXPIRE_ENTRY,
    BLOCK_OBJECT,       /* robj; with the string behind it when embedded */
    BLOCK_STRING,       /* a string value */
    BLOCK_PACKED,       /* ziplist, listpack, intset: a whole value */
    BLOCK_DICT,         /* dict struct of a value */
    BLOCK_SLOTS,        /* its slot array */
    BLOCK_DICT_ENTRY,
    BLOCK_FIELD,        /* hash */
    BLOCK_FIELD_VALUE,
    BLOCK_LISTPACKEX,   /* struct of a hash whose packed fields expire */
    BLOCK_FIELD_EXPIRY, /* in what order a hash's fields expire */
    BLOCK_MEMBER,       /* set, zset */
    BLOCK_LIST,         /* quicklist struct */
    BLOCK_LIST_NODE,    /* quicklistNode struct */
    BLOCK_LIST_DATA,    /* what a node holds */
    BLOCK_ZSET,
    BLOCK_SKIPLIST,
    BLOCK_SKIPLIST_HEAD,
    BLOCK_SKIPLIST_NODE,
    BLOCK_STREAM,
    BLOCK_STREAM_DATA,  /* listpack of entries */
    BLOCK_RAX,          /* radix tree struct */
    BLOCK_RAX_NODE,
    BLOCK_GROUP,        /* streamCG */
    BLOCK_CONSUMER,     /* streamConsumer */
    BLOCK_CONSUMER_NAME,
    BLOCK_PENDING,      /* streamNACK */
    BLOCK_REFERENCES,   /* list of the groups that wait for an id */
    BLOCK_REFERENCE,
    BLOCK_TRACKING,     /* of a stream with producers */
    BLOCK_PRODUCER,     /* idmpProducer */
    BLOCK_IDEMPOTENT,   /* idmpEntry */
    BLOCK_ARRAY,
    BLOCK_MODULE,
    BLOCK_VECTORSET,
    BLOCK_GRAPH,        /* HNSW */
    BLOCK_PROJECTION,   /* matrix */
    BLOCK_GRAPH_NODE,
    BLOCK_GRAPH_LINKS,  /* of a node's layer */
    BLOCK_VECTOR,
    BLOCK_VECTOR_VALUE, /* what a node stands for */
    BLOCK_ATTRIBUTES,
    BLOCK_KIND_COUNT,
};

/* In words: "hash field". */
const char *block_kind_text(enum block_kind kind);

/* What the source of that server calls it: "dictEntry".  A packed value is
 * called by its encoding. */
const char *block_kind_struct(enum block_kind kind,
                              const struct server *server,
                              enum encoding encoding);

/* Sums of blocks by kind and usable size.  Beyond BLOCK_KINDS_MAX of them all
 * further sizes of a kind share a line. */
enum { BLOCK_KINDS_MAX = 4096 };

struct block_kinds {
    struct block_line *lines; /* in order of appearance */
    size_t count;
    size_t room;
    size_t kept; /* lines that clearing leaves there */
    unsigned *slots;
};

struct block_kinds *block_kinds_new(void);
void block_kinds_free(struct block_kinds *kinds);

/* Adds `fractions` / BLOCK_FRACTION blocks of size requested bytes each. */
void block_kinds_add(struct block_kinds *kinds, enum block_kind kind,
                     uint64_t usable, uint64_t size, uint64_t fractions);

/* All lines so far outlive a clearing, as they are now. */
void block_kinds_keep(struct block_kinds *kinds);
void block_kinds_clear(struct block_kinds *kinds);

#endif
