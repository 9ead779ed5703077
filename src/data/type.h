/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The words of TYPE and OBJECT ENCODING, as all servers together know them.
 */
#ifndef KEYWEIGH_DATA_TYPE_H
#define KEYWEIGH_DATA_TYPE_H

#include <stdbool.h>

#include "base/bytes.h"

/* What the TYPE command says.  TYPE_MODULE is any module's value; its name
 * stands beside it (vectorset, ReJSON-RL, MBbloom--, ...). */
enum type {
    TYPE_STRING,
    TYPE_LIST,
    TYPE_SET,
    TYPE_ZSET,
    TYPE_HASH,
    TYPE_STREAM,
    TYPE_ARRAY,     /* Redis 8.8 */
    TYPE_VECTORSET, /* Redis 8.0; a module's value in the file */
    TYPE_MODULE,
    TYPE_CRON,      /* KeyDB's type byte 64 */
    TYPE_COUNT,
};

/* What OBJECT ENCODING says. */
enum encoding {
    ENCODING_RAW,
    ENCODING_INT,
    ENCODING_EMBSTR,
    ENCODING_LINKEDLIST,
    ENCODING_ZIPLIST,
    ENCODING_QUICKLIST,
    ENCODING_LISTPACK,
    ENCODING_LISTPACKEX,
    ENCODING_INTSET,
    ENCODING_HASHTABLE,
    ENCODING_SKIPLIST,
    ENCODING_STREAM,
    ENCODING_ARRAY,
    ENCODING_UNKNOWN,
    ENCODING_COUNT,
};

/* Static, never NULL. */
const char *type_name(enum type type);
const char *encoding_name(enum encoding encoding);

/* Finds a type by its name, taking "sortedset" for zset too; false when there
 * is none of that name. */
bool type_parse(struct bytes name, enum type *type);

#endif
