/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What DUMP gives and RESTORE takes, in memory:
 *
 *     type byte | value | RDB version, 2 bytes | CRC64, 8 bytes
 *
 * and what FUNCTION DUMP gives:
 *
 *     (opcode 245 | STR code) ... | RDB version | CRC64
 *
 * Numbers are little-endian.  A checksum of zeros is none.  Source: cluster.c
 * verifyDumpPayload, functions.c, Redis 7.2 and 8.6.
 */
#ifndef KEYWEIGH_RDB_RDB_PAYLOAD_H
#define KEYWEIGH_RDB_RDB_PAYLOAD_H

#include "base/bytes.h"
#include "base/error.h"
#include "data/visitor.h"

/* Reads one after the other. */
struct rdb_payload;

struct rdb_payload *rdb_payload_new(void);
void rdb_payload_free(struct rdb_payload *payload);

/* Walks the value, as a source does; its key has no name and no expiry.  BAD
 * or FAIL when the footer is wrong or the value cannot be read: the visitor
 * was then told by abort, or by nothing at all. */
enum status rdb_payload_walk(struct rdb_payload *payload, struct bytes bytes,
                             struct visitor *visitor);

/* Hands out each library's code, valid during the call.  False when not all
 * can be read. */
bool rdb_payload_functions(struct rdb_payload *payload, struct bytes bytes,
                           void (*each)(void *context, struct bytes code),
                           void *context);

#endif
