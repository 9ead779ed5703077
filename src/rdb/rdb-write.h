/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes an RDB file, one piece after the other, in the order in which the
 * caller wants them; knows how a piece looks, not which makes sense where.
 *
 *     rdb_write_header, any of the others, rdb_write_end
 *
 * Bytes go to the caller's function in blocks; it keeps its errors itself.
 */
#ifndef KEYWEIGH_RDB_RDB_WRITE_H
#define KEYWEIGH_RDB_RDB_WRITE_H

#include "base/buffer.h"
#include "rdb/rdb.h"

typedef void rdb_write_function(void *context, struct bytes bytes);

struct rdb_writer {
    rdb_write_function *write;
    void *context;
    bool compresses;      /* strings by LZF, where that gains */
    int version;          /* of the header */
    uint64_t size;        /* bytes written so far */
    uint64_t crc;         /* of them */
    struct buffer buffer; /* private, as are the next two: not yet handed on */
    unsigned char *room;  /* for LZF, or NULL */
    size_t room_size;
};

void rdb_write_init(struct rdb_writer *writer, rdb_write_function *write,
                    void *context);
void rdb_write_fini(struct rdb_writer *writer);

/* version is 1 to 9999, with RDB_VALKEY 1 to 999. */
void rdb_write_header(struct rdb_writer *writer, enum rdb_dialect dialect,
                      int version);

/* Bytes that are whole records already, or parts of one. */
void rdb_write_raw(struct rdb_writer *writer, struct bytes bytes);

/* An opcode, or the type of a key. */
void rdb_write_byte(struct rdb_writer *writer, unsigned char byte);

/* LEN, in its shortest form. */
void rdb_write_length(struct rdb_writer *writer, uint64_t length);

/* STR, as servers write it: an integer of up to 32 bits in its own form, with
 * `compresses` a text of more than 20 bytes by LZF, else the bytes. */
void rdb_write_string(struct rdb_writer *writer, struct bytes text);

/* The same of a number's digits. */
void rdb_write_integer(struct rdb_writer *writer, int64_t number);

/* 8 bytes little-endian: scores of type 5, and times in milliseconds. */
void rdb_write_double(struct rdb_writer *writer, double value);
void rdb_write_ms(struct rdb_writer *writer, int64_t ms);

/* Scores of type 3: a length of one byte, and digits. */
void rdb_write_double_text(struct rdb_writer *writer, double value);

void rdb_write_aux(struct rdb_writer *writer, const char *name,
                   struct bytes value);                     /* version 7 */
void rdb_write_database(struct rdb_writer *writer, uint64_t db);
void rdb_write_sizes(struct rdb_writer *writer, uint64_t keys,
                     uint64_t expires);                     /* version 7 */

/* What stands before a key's type: up to version 2 in seconds, of 32 bits. */
void rdb_write_expiry(struct rdb_writer *writer, int64_t ms);
void rdb_write_idle(struct rdb_writer *writer, uint64_t seconds);  /* 9 */
void rdb_write_freq(struct rdb_writer *writer, unsigned char freq); /* 9 */

/* Hands on what was not handed on yet, of pieces that are no whole file. */
void rdb_write_flush(struct rdb_writer *writer);

/* EOF, the checksum that versions from 5 on have, and all that was not handed
 * on yet. */
void rdb_write_end(struct rdb_writer *writer);

#endif
