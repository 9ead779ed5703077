/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/type.h"

static const char *const type_names[TYPE_COUNT] = {
    [TYPE_STRING] = "string",
    [TYPE_LIST] = "list",
    [TYPE_SET] = "set",
    [TYPE_ZSET] = "zset",
    [TYPE_HASH] = "hash",
    [TYPE_STREAM] = "stream",
    [TYPE_ARRAY] = "array",
    [TYPE_VECTORSET] = "vectorset",
    [TYPE_MODULE] = "module",
    [TYPE_CRON] = "cron",
};

static const char *const encoding_names[ENCODING_COUNT] = {
    [ENCODING_RAW] = "raw",
    [ENCODING_INT] = "int",
    [ENCODING_EMBSTR] = "embstr",
    [ENCODING_LINKEDLIST] = "linkedlist",
    [ENCODING_ZIPLIST] = "ziplist",
    [ENCODING_QUICKLIST] = "quicklist",
    [ENCODING_LISTPACK] = "listpack",
    [ENCODING_LISTPACKEX] = "listpackex",
    [ENCODING_INTSET] = "intset",
    [ENCODING_HASHTABLE] = "hashtable",
    [ENCODING_SKIPLIST] = "skiplist",
    [ENCODING_STREAM] = "stream",
    [ENCODING_ARRAY] = "sliced-array",
    [ENCODING_UNKNOWN] = "unknown",
};

const char *
type_name(enum type type)
{
    return type_names[type];
}

const char *
encoding_name(enum encoding encoding)
{
    return encoding_names[encoding];
}

bool
type_parse(struct bytes name, enum type *type)
{
    if (bytes_equal(name, BYTES_LITERAL("sortedset"))) {
        *type = TYPE_ZSET;
        return true;
    }
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        if (bytes_equal(name, bytes_of_text(type_names[i]))) {
            *type = (enum type)i;
            return true;
        }
    }
    return false;
}
