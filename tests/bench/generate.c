/* SPDX-License-Identifier: BSD-3-Clause
 *
 * generate SHAPE COUNT > FILE.rdb: a big dump as Redis 7.0 would write it
 * (RDB 10), by formula, so that two runs give the same bytes.
 *
 *   small        COUNT strings of 8 to 40 bytes, a third of them expiring
 *   mixed        COUNT keys: strings, packed hashes, zsets and lists, sets
 *   prefixes     COUNT strings, each with a name prefix of its own
 *   collections  COUNT / 1000 hashes of 1000 fields in the table form
 *   large        COUNT strings of 1 MiB
 *   lzf          COUNT strings of 1 MiB that compress to a hundredth
 *   giant        one hash of COUNT fields
 *   value        one string of COUNT MiB
 *   lzf-value    one string of COUNT MiB that compresses to a hundredth
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEGABYTE = 1 << 20, LZF_MATCH = 264 };

/* By bytes, as crc64 of one byte; filled by main. */
static uint64_t crc_table[256];
static uint64_t crc;

static void
put(const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ crc_table[(crc ^ bytes[i]) & 0xff];
    if (fwrite(data, 1, size, stdout) != size) {
        perror("generate");
        exit(2);
    }
}

static void
put_byte(unsigned byte)
{
    unsigned char c = (unsigned char)byte;

    put(&c, 1);
}

static void
put_le(uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        put_byte((unsigned)(value >> 8 * i) & 0xff);
}

static void
put_length(uint64_t n)
{
    if (n < 64) {
        put_byte((unsigned)n);
    } else if (n < 16384) {
        put_byte(0x40 | (unsigned)(n >> 8));
        put_byte((unsigned)n & 0xff);
    } else {
        put_byte(0x80);
        for (int shift = 24; shift >= 0; shift -= 8)
            put_byte((unsigned)(n >> shift) & 0xff);
    }
}

static void
put_string(const char *text)
{
    put_length(strlen(text));
    put(text, strlen(text));
}

static uint64_t
mixed_bits(uint64_t n)
{
    n *= UINT64_C(0x9e3779b97f4a7c15);
    return n ^ n >> 29;
}

static void
put_name(const char *prefix, uint64_t n)
{
    char name[64];

    snprintf(name, sizeof(name), "%s:%016" PRIx64, prefix, mixed_bits(n));
    put_string(name);
}

static void
put_small(uint64_t n)
{
    static const char text[] = "the quick brown fox jumps over the dogs";

    if (n % 3 == 0) {
        put_byte(252);
        put_le(UINT64_C(1900000000000) + n, 8);
    }
    put_byte(0);
    put_name("session", n);
    put_string(text + mixed_bits(n) % 32);
}

/* A packed value of texts of at most 63 bytes. */
static void
put_listpack(char texts[][24], unsigned count)
{
    unsigned size = 7;

    for (unsigned i = 0; i < count; i++)
        size += 2 + (unsigned)strlen(texts[i]);
    put_length(size);
    put_le(size, 4);
    put_le(count, 2);
    for (unsigned i = 0; i < count; i++) {
        unsigned length = (unsigned)strlen(texts[i]);

        put_byte(0x80 | length);
        put(texts[i], length);
        put_byte(length + 1);
    }
    put_byte(0xff);
}

static void
put_packed(unsigned type, const char *prefix, uint64_t n, const char *word)
{
    char texts[20][24];
    unsigned pairs = 2 + (unsigned)(n % 8);

    for (unsigned i = 0; i < pairs; i++) {
        snprintf(texts[2 * i], sizeof(texts[0]), "field:%u", i);
        snprintf(texts[2 * i + 1], sizeof(texts[0]), "%s%u", word,
                 i * 10 + (unsigned)(n % 7));
    }
    put_byte(type);
    put_name(prefix, n);
    if (type == 18) {
        put_length(1);
        put_length(2);
    }
    put_listpack(texts, 2 * pairs);
}

static void
put_set(const char *prefix, uint64_t n)
{
    put_byte(2);
    put_name(prefix, n);
    put_length(4);
    for (uint64_t i = 0; i < 4; i++)
        put_name("tag", n + i);
}

static void
put_mixed(uint64_t n)
{
    switch (n % 5) {
    case 0:
        put_packed(16, "user", n, "value ");
        break;
    case 1:
        put_packed(17, "score", n, "0.");
        break;
    case 2:
        put_packed(18, "queue", n, "job ");
        break;
    case 3:
        put_set("tags", n);
        break;
    default:
        put_small(n);
    }
}

static void
put_hash(const char *name, uint64_t n, uint64_t fields)
{
    char text[64];

    put_byte(4);
    put_name(name, n);
    put_length(fields);
    for (uint64_t i = 0; i < fields; i++) {
        snprintf(text, sizeof(text), "field:%" PRIu64, i);
        put_string(text);
        snprintf(text, sizeof(text), "value %016" PRIx64, mixed_bits(i + n));
        put_string(text);
    }
}

static void
put_large(uint64_t n, uint64_t megabytes)
{
    static unsigned char block[MEGABYTE];

    for (size_t i = 0; i < sizeof(block); i += 8) {
        uint64_t bits = mixed_bits(n * MEGABYTE + i);

        memcpy(block + i, &bits, sizeof(bits));
    }
    put_byte(0);
    put_name("blob", n);
    put_length(megabytes * sizeof(block));
    for (uint64_t i = 0; i < megabytes; i++)
        put(block, sizeof(block));
}

/* Eight literals, then matches that repeat them: a token of three bytes (all
 * bits of the short length, the rest of it, the distance less one) gives
 * LZF_MATCH bytes. */
static void
put_compressed(uint64_t n, uint64_t megabytes)
{
    static const unsigned char match[] = { 0xe0, LZF_MATCH - 9, 7 };
    uint64_t bits = mixed_bits(n);
    uint64_t matches = megabytes * MEGABYTE / LZF_MATCH;

    put_byte(0);
    put_name("page", n);
    put_byte(0xc3);
    put_length(1 + sizeof(bits) + matches * sizeof(match));
    put_length(sizeof(bits) + matches * LZF_MATCH);
    put_byte(sizeof(bits) - 1);
    put(&bits, sizeof(bits));
    for (uint64_t i = 0; i < matches; i++)
        put(match, sizeof(match));
}

static void
put_prefixed(uint64_t n)
{
    char name[96];
    uint64_t bits = mixed_bits(n);

    snprintf(name, sizeof(name),
             "tenant/%016" PRIx64 "/account/%016" PRIx64 "/project/%016" PRIx64
             ":id", bits, mixed_bits(bits), mixed_bits(~bits));
    put_byte(0);
    put_string(name);
    put_string("value");
}

static void
put_auxiliary(const char *name, const char *value)
{
    put_byte(250);
    put_string(name);
    put_string(value);
}

/* Shapes that are one key. */
static bool
put_one(const char *shape, uint64_t count)
{
    if (strcmp(shape, "giant") == 0)
        put_hash("giant", 0, count);
    else if (strcmp(shape, "value") == 0)
        put_large(0, count);
    else if (strcmp(shape, "lzf-value") == 0)
        put_compressed(0, count);
    else
        return false;
    return true;
}

static bool
put_keys(const char *shape, uint64_t count)
{
    for (uint64_t n = 0; n < count; n++) {
        if (strcmp(shape, "small") == 0)
            put_small(n);
        else if (strcmp(shape, "mixed") == 0)
            put_mixed(n);
        else if (strcmp(shape, "prefixes") == 0)
            put_prefixed(n);
        else if (strcmp(shape, "large") == 0)
            put_large(n, 1);
        else if (strcmp(shape, "lzf") == 0)
            put_compressed(n, 1);
        else if (strcmp(shape, "collections") != 0)
            return false;
        else if (n % 1000 == 0)
            put_hash("table", n, 1000);
    }
    return true;
}

int
main(int argc, char **argv)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? UINT64_C(0x95ac9329ac4bc9b5) : 0);
        crc_table[i] = c;
    }
    if (argc != 3) {
        fputs("usage: generate SHAPE COUNT > FILE.rdb\n", stderr);
        return 2;
    }
    put("REDIS0010", 9);
    put_auxiliary("redis-ver", "7.0.15");
    put_auxiliary("redis-bits", "64");
    put_auxiliary("ctime", "1795000000");
    put_byte(254);
    put_length(0);
    uint64_t count = strtoull(argv[2], NULL, 10);
    if (!put_one(argv[1], count) && !put_keys(argv[1], count)) {
        fputs("generate: no such shape\n", stderr);
        return 2;
    }
    put_byte(255);
    put_le(crc, 8);
    return fflush(stdout) == 0 ? 0 : 2;
}
