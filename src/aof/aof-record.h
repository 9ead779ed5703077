/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The records of an append-only file, one after the other:
 *
 *     annotation  "#" ... LF
 *     command     "*" argc CRLF, then argc times "$" size CRLF bytes CRLF
 *
 * read as the servers' loader reads them (aof.c loadSingleAppendOnlyFile,
 * Redis 2.8 to 8.6, Valkey 9.1), which takes more than any writer writes: what
 * it lets pass is reported as a finding and gone on with, what it does not is
 * the end of reading.
 *
 * Memory is bounded: of an argument the first `hold` bytes are at hand, and a
 * command of very many arguments comes in slices, unless all is to be held.
 * Then long arguments may come in blocks of a pool, read to where they can
 * stay.
 */
#ifndef KEYWEIGH_AOF_AOF_RECORD_H
#define KEYWEIGH_AOF_AOF_RECORD_H

#include "aof/aof-blocks.h"
#include "data/finding.h"
#include "input/reader.h"

enum {
    AOF_RECORD_HELD = 64 * 1024, /* bytes of an argument, by default */
    AOF_RECORD_SLICE = 1024,     /* arguments that come at once at least, as
                                    long as they are short */
    AOF_RECORD_LINE = 1023,      /* bytes of an annotation a server takes */
    AOF_RECORD_NUMBER = 127,     /* bytes of a line with a number */
};

struct aof_argument {
    const unsigned char *data;
    size_t held;   /* bytes at data */
    uint64_t size; /* of the argument */
};

enum aof_record_kind { AOF_RECORD_COMMAND, AOF_RECORD_ANNOTATION };

/* Valid until the next call on its reader. */
struct aof_record {
    enum aof_record_kind kind;
    uint64_t offset; /* of its first byte */
    uint64_t end;    /* behind its last byte; 0 while slices follow */

    /* A command, or a slice of one: the first slice has at least the name. */
    uint64_t argc;
    uint64_t first; /* number of args[0] among the argc */
    size_t count;
    const struct aof_argument *args;
    struct aof_blocks *blocks; /* where some of them are */

    struct bytes line; /* an annotation, from "#" on, without its line end */
};

/* The sink of findings gets each with the offset of the byte it is about. */
struct aof_records {
    struct reader *reader;
    struct findings *findings; /* or NULL */
    uint64_t hold; /* bytes of each argument; UINT64_MAX: all of all, and
                      every command in one slice */
    struct aof_record record;

    /* Private to aof-record.c. */
    struct aof_argument *args;
    size_t room;
    struct buffer held; /* arguments that the reader cannot hold */
    uint64_t beside;    /* bytes of them that count to the pool's limit */
    struct aof_blocks blocks;
};

/* reader is borrowed and stands where a record may begin. */
void aof_records_init(struct aof_records *records, struct reader *reader,
                      struct findings *findings, uint64_t hold);
void aof_records_fini(struct aof_records *records);

/* From the next record on, arguments of more than AOF_RECORD_HELD bytes lie in
 * blocks of that pool, if all is to be held; NULL: no longer.  When the pool is
 * full less of them is held.  The others are counted beside it, until the next
 * record, and take no more than half of what it has left; with more it is full,
 * and the rest of the command comes in slices. */
void aof_records_use_pool(struct aof_records *records, struct pool *pool);

/* Goes on with another reader, between two records. */
void aof_records_reset(struct aof_records *records, struct reader *reader);

/* The next record, or the next slice of a command, in records->record.
 *
 * STATUS_END between two records at the end of the input.  STATUS_FAIL with
 * reader->error set (ERROR_TRUNCATED: the input ends inside of this record;
 * ERROR_DAMAGED: no server reads on; ERROR_IO) and records->record.offset the
 * place where this record began; a finding was reported too. */
enum status aof_records_next(struct aof_records *records);

/* True when an RDB begins at the reader. */
bool aof_records_begin_with_rdb(struct reader *r);

static inline struct bytes
aof_argument_bytes(const struct aof_argument *argument)
{
    return bytes_of(argument->data, argument->held);
}

#endif
