/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The bytes that are no types.  Source: rdb.h of Redis 8.6 and Valkey 9.1.
 */
#ifndef KEYWEIGH_RDB_OPCODES_H
#define KEYWEIGH_RDB_OPCODES_H

enum opcode {
    OPCODE_RAM_LRU = 107,  /* Redis Enterprise */
    OPCODE_SLOT_NUM = 121, /* Redis Enterprise */
    OPCODE_HASH_TEMPLATE = 242,
    OPCODE_KEY_META = 243, /* Redis */
    OPCODE_SLOT_IMPORT = 243, /* Valkey */
    OPCODE_SLOT_INFO = 244,
    OPCODE_FUNCTION_2 = 245,
    OPCODE_FUNCTION_PRE_GA = 246,
    OPCODE_MODULE_AUX = 247,
    OPCODE_IDLE = 248,
    OPCODE_FREQ = 249,
    OPCODE_AUX = 250,
    OPCODE_RESIZEDB = 251,
    OPCODE_EXPIRETIME_MS = 252,
    OPCODE_EXPIRETIME = 253,
    OPCODE_SELECTDB = 254,
    OPCODE_EOF = 255,
};

/* What each piece of a module's value begins with, as a length. */
enum piece {
    PIECE_END,
    PIECE_SIGNED,
    PIECE_UNSIGNED,
    PIECE_FLOAT,
    PIECE_DOUBLE,
    PIECE_STRING,
};

#endif
