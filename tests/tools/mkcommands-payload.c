/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What DUMP would say: a type byte, the value as in an RDB file, two bytes of
 * RDB version and a CRC64, both little-endian.
 */
#include "mkcommands.h"

#include <stdio.h>
#include <string.h>

enum {
    TYPE_STRING = 0,
    TYPE_LIST = 1,
    TYPE_SET = 2,
    TYPE_ZSET = 3,
    TYPE_HASH = 4,
    TYPE_ZSET_BINARY = 5,
    TYPE_INTSET = 11,
    TYPE_HASH_LISTPACK = 16,
    TYPE_LIST_NODES = 18,
    OPCODE_LIBRARY = 245
};

static void
put_byte(struct out *out, unsigned byte)
{
    unsigned char c = (unsigned char)byte;

    put(out, &c, 1);
}

static void
put_le(struct out *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        put_byte(out, (unsigned)(value >> 8 * i) & 0xff);
}

static void
put_length(struct out *out, size_t length)
{
    if (length < 64) {
        put_byte(out, (unsigned)length);
    } else if (length < 16384) {
        put_byte(out, 0x40 | (unsigned)(length >> 8));
        put_byte(out, (unsigned)length & 0xff);
    } else {
        put_byte(out, 0x80);
        for (unsigned shift = 32; shift > 0; shift -= 8)
            put_byte(out, (unsigned)(length >> (shift - 8)) & 0xff);
    }
}

static void
put_string(struct out *out, const void *data, size_t size)
{
    put_length(out, size);
    put(out, data, size);
}

/* Distinct for distinct n. */
static void
put_numbered(struct out *out, const char *prefix, unsigned n)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%s%u", prefix, n);

    put_string(out, text, (size_t)size);
}

static void
put_drawn(struct maker *maker, struct out *out)
{
    struct out value = {NULL, 0, 0};

    draw_value(maker, &value);
    put_string(out, value.data, value.size);
    free_out(&value);
}

static void
put_text(struct maker *maker, struct out *out)
{
    put_byte(out, TYPE_STRING);
    if (one_in(maker, 4)) {
        put_byte(out, 0xc1); /* an integer of 16 bits */
        put_le(out, below(maker, 65536), 2);
    } else {
        put_drawn(maker, out);
    }
}

/* A sparse HyperLogLog without elements: one run of 16384 zeros. */
static void
put_empty_hll(struct out *out)
{
    static const unsigned char hll[] = "HYLL\1\0\0\0\0\0\0\0\0\0\0\0\x7f\xff";

    put_byte(out, TYPE_STRING);
    put_string(out, hll, sizeof(hll) - 1);
}

static void
put_plain(struct maker *maker, struct out *out, unsigned type, unsigned count)
{
    put_byte(out, type);
    put_length(out, count);
    for (unsigned i = 0; i < count; i++) {
        if (type == TYPE_LIST) {
            put_drawn(maker, out);
            continue;
        }
        put_numbered(out, type == TYPE_HASH ? "f" : "m", i);
        if (type == TYPE_HASH)
            put_drawn(maker, out);
        else if (type == TYPE_ZSET)
            put_numbered(out, "", i); /* its length byte is the same */
        else if (type == TYPE_ZSET_BINARY)
            put_le(out, 0x3ff0000000000000 + ((uint64_t)i << 44), 8);
    }
}

static void
put_intset(struct out *out, unsigned count)
{
    struct out set = {NULL, 0, 0};

    put_le(&set, 2, 4); /* bytes a number */
    put_le(&set, count, 4);
    for (unsigned i = 0; i < count; i++)
        put_le(&set, i * 7, 2);
    put_byte(out, TYPE_INTSET);
    put_string(out, set.data, set.size);
    free_out(&set);
}

/* Entries in turn a number below 128 and a text of less than 64 bytes, each
 * with its size behind it. */
static void
put_listpack(struct out *out, unsigned count)
{
    struct out pack = {NULL, 0, 0}, entries = {NULL, 0, 0};

    for (unsigned i = 0; i < count; i++) {
        char text[16];
        int size = snprintf(text, sizeof(text), "text%u", i);

        if (i % 2 == 0) {
            put_byte(&entries, i / 2 % 128);
            put_byte(&entries, 1);
        } else {
            put_byte(&entries, 0x80 | (unsigned)size);
            put(&entries, text, (size_t)size);
            put_byte(&entries, (unsigned)size + 1);
        }
    }
    put_byte(&entries, 0xff);
    put_le(&pack, entries.size + 6, 4);
    put_le(&pack, count, 2);
    put(&pack, entries.data, entries.size);
    put_string(out, pack.data, pack.size);
    free_out(&pack);
    free_out(&entries);
}

static void
put_listpacks(struct out *out, unsigned type, unsigned count)
{
    put_byte(out, type);
    if (type == TYPE_LIST_NODES) {
        put_length(out, 1);
        put_length(out, 2); /* the one node is packed */
    }
    put_listpack(out, 2 * count);
}

/* CRC-64/Redis: reflected, no inversion. */
static uint64_t
crc64(const unsigned char *data, size_t size)
{
    uint64_t crc = 0;

    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x95ac9329ac4bc9b5 : 0);
    }
    return crc;
}

static void
put_dump(struct maker *maker, struct out *dump)
{
    put_le(dump, maker->release >= 700 ? 10 : 6, 2);
    put_le(dump, crc64(dump->data, dump->size), 8);
    put_argument(maker, dump->data, dump->size);
    free_out(dump);
}

void
put_payload(struct maker *maker)
{
    struct out dump = {NULL, 0, 0};
    unsigned count =
        1 + (unsigned)below(maker, one_in(maker, 10) ? 600 : 6);
    bool listpacks = maker->release >= 700 && count < 120;

    switch (maker->key_class) {
    case KEY_HLL:
        put_empty_hll(&dump);
        break;
    case KEY_LIST:
        if (listpacks)
            put_listpacks(&dump, TYPE_LIST_NODES, count);
        else
            put_plain(maker, &dump, TYPE_LIST, count);
        break;
    case KEY_SET:
        put_plain(maker, &dump, TYPE_SET, count);
        break;
    case KEY_INTS:
        put_intset(&dump, count);
        break;
    case KEY_ZSET:
    case KEY_GEO:
        put_plain(maker, &dump,
                  maker->release >= 400 ? TYPE_ZSET_BINARY : TYPE_ZSET, count);
        break;
    case KEY_HASH:
        if (listpacks)
            put_listpacks(&dump, TYPE_HASH_LISTPACK, count);
        else
            put_plain(maker, &dump, TYPE_HASH, count);
        break;
    default:
        put_text(maker, &dump);
    }
    put_dump(maker, &dump);
}

void
put_library(struct maker *maker, const char *text)
{
    struct out dump = {NULL, 0, 0};

    put_byte(&dump, OPCODE_LIBRARY);
    put_string(&dump, text, strlen(text));
    put_dump(maker, &dump);
}
