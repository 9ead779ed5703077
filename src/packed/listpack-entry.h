/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One entry of a listpack, read and written: what the iterator over blobs of
 * any origin and those who make listpacks have in common.
 *
 * An entry is its head, its text unless it is a number, and behind them the
 * size of both once more for walking backwards (backlen):
 *
 *   0vvvvvvv                    number 0..127          <-+
 *   10llllll text               l <= 63                  |
 *   110vvvvv vvvvvvvv           13 bits, signed          |  n bytes
 *   1110llll llllllll text      l <= 4095                |
 *   0xf0 l(u32le) text                                   |
 *   0xf1..0xf4 v(2, 3, 4, 8)    little-endian, signed  <-+
 *
 *   backlen: n in groups of 7 bits, the most significant first; all bytes but
 *   the first have bit 7 set, so it is read from its last byte backwards.
 *
 * How many bytes the backlen takes follows from n alone, and the writer's
 * limits are one short of what the groups could hold (16383 takes three): who
 * wants to find the next entry has to count the same way (Redis 7.2
 * listpack.c, lpEncodeBacklen).
 */
#ifndef KEYWEIGH_PACKED_LISTPACK_ENTRY_H
#define KEYWEIGH_PACKED_LISTPACK_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/endian.h"

enum {
    LISTPACK_ENTRY_HEAD = 9,    /* bytes of a head, at most */
    LISTPACK_ENTRY_BACKLEN = 5, /* of a backlen */
};

/* What a head says. */
struct listpack_entry {
    unsigned head;   /* bytes of the head; 0: there is no such encoding */
    bool is_number;  /* else a text follows */
    uint64_t length; /* of the text */
    int64_t number;
};

/* --- reading --- */

/* Of a head of three bytes or more, or none. */
struct listpack_entry listpack_entry_read_wide(const unsigned char *bytes);

/* Looks at the head's own bytes only, which are there. */
static inline struct listpack_entry
listpack_entry_read(const unsigned char *bytes)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return (struct listpack_entry){ 1, true, 0, first };
    if (first < 0xc0)
        return (struct listpack_entry){ 1, false, first & 0x3f, 0 };
    if (first < 0xe0) {
        int value = (first & 0x1f) << 8 | bytes[1];
        return (struct listpack_entry){ 2, true, 0,
                                        value < 4096 ? value : value - 8192 };
    }
    if (first < 0xf0)
        return (struct listpack_entry){
            2, false, (uint64_t)(first & 0x0f) << 8 | bytes[1], 0
        };
    return listpack_entry_read_wide(bytes);
}

/* Bytes of head and text. */
static inline uint64_t
listpack_entry_encoded(const struct listpack_entry *entry)
{
    return entry->head + entry->length;
}

/* Bytes of the backlen behind so many of head and text. */
static inline unsigned
listpack_entry_backlen(uint64_t encoded)
{
    if (encoded <= 127)
        return 1;
    if (encoded < 16383)
        return 2;
    if (encoded < 2097151)
        return 3;
    return encoded < 268435455 ? 4 : 5;
}

/* The backlen in front of end, read backwards as the server does it, whatever
 * its width ought to be, from no more than the bytes that are there.  *width
 * is then its own; UINT64_MAX when it has no first byte. */
uint64_t listpack_entry_before(const unsigned char *end, uint64_t bytes,
                               unsigned *width);

/* --- writing, in the shortest form; all return the bytes it takes --- */

unsigned listpack_entry_number_size(int64_t number);
unsigned listpack_entry_put_number(unsigned char *to, int64_t number);

/* The head of a text of that length. */
unsigned listpack_entry_head_size(uint64_t length);
unsigned listpack_entry_put_head(unsigned char *to, uint64_t length);

unsigned listpack_entry_put_backlen(unsigned char *to, uint64_t encoded);

#endif
