/* SPDX-License-Identifier: BSD-3-Clause
 *
 * generate-log SHAPE COUNT > FILE.aof: a big append-only file, by formula, so
 * that two runs give the same bytes.
 *
 *   small     COUNT SETs of 8 to 40 bytes, each key four times, a third of
 *             them expiring
 *   mixed     COUNT commands on strings, counters, hashes, lists, sets, sorted
 *             sets and streams, some in transactions, some keys deleted
 *   large     COUNT SETs of 1 MiB
 *   argument  one SET of COUNT MiB
 *   wide      one RPUSH of COUNT elements
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEGABYTE = 1 << 20, ARGUMENTS_MOST = 8, WORD_ROOM = 64 };

static void
put(const void *data, size_t size)
{
    if (fwrite(data, 1, size, stdout) != size) {
        perror("generate-log");
        exit(2);
    }
}

static void
put_head(char kind, uint64_t n)
{
    char line[32];

    put(line, (size_t)snprintf(line, sizeof(line), "%c%" PRIu64 "\r\n", kind,
                               n));
}

static void
put_argument(const char *text)
{
    put_head('$', strlen(text));
    put(text, strlen(text));
    put("\r\n", 2);
}

/* Texts up to NULL. */
static void
put_command(const char *name, ...)
{
    const char *texts[ARGUMENTS_MOST] = { name };
    unsigned count = 0;
    va_list list;

    va_start(list, name);
    while (texts[count] != NULL)
        texts[++count] = va_arg(list, const char *);
    va_end(list);
    put_head('*', count);
    for (unsigned i = 0; i < count; i++)
        put_argument(texts[i]);
}

static uint64_t
mixed_bits(uint64_t n)
{
    n *= UINT64_C(0x9e3779b97f4a7c15);
    return n ^ n >> 29;
}

static void
put_small(uint64_t n, uint64_t count)
{
    static const char text[] = "the quick brown fox jumps over the dogs";
    const char *value = text + mixed_bits(n) % 32;
    char name[WORD_ROOM];
    char expiry[WORD_ROOM];

    snprintf(name, sizeof(name), "session:%016" PRIx64,
             mixed_bits(n % (count / 4 + 1)));
    snprintf(expiry, sizeof(expiry), "%" PRIu64, UINT64_C(1900000000000) + n);
    if (n % 3 == 0)
        put_command("SET", name, value, "PXAT", expiry, NULL);
    else
        put_command("SET", name, value, NULL);
}

/* Each kind has COUNT / 100 keys, so that a value takes some ten commands. */
static void
put_mixed(uint64_t n, uint64_t count)
{
    uint64_t bits = mixed_bits(n);
    char key[WORD_ROOM];
    char word[WORD_ROOM];
    char number[WORD_ROOM];
    char id[WORD_ROOM];

    snprintf(key, sizeof(key), "%c:%" PRIu64, "schlzxt-"[n % 8],
             bits % (count / 100 + 1));
    snprintf(word, sizeof(word), "field:%" PRIu64, bits >> 32 & 63);
    snprintf(number, sizeof(number), "%" PRIu64, bits >> 40);
    snprintf(id, sizeof(id), "%" PRIu64 "-0", UINT64_C(1700000000000) + n);
    switch (n % 8) {
    case 0:
        put_command("SET", key, number, NULL);
        break;
    case 1:
        put_command("INCRBY", key, number, NULL);
        break;
    case 2:
        put_command("HSET", key, word, number, NULL);
        break;
    case 3:
        put_command("RPUSH", key, number, word, NULL);
        break;
    case 4:
        put_command("ZADD", key, number, word, NULL);
        break;
    case 5:
        put_command("MULTI", NULL);
        put_command("XADD", key, id, word, number, NULL);
        put_command("EXEC", NULL);
        break;
    case 6:
        put_command("SADD", key, number, NULL);
        break;
    default:
        key[0] = "schl"[bits >> 50 & 3];
        if (bits >> 60 == 0)
            put_command("DEL", key, NULL);
        else
            put_command("PEXPIREAT", key, "1900000000000", NULL);
    }
}

static void
put_large(uint64_t n, uint64_t megabytes)
{
    static unsigned char block[MEGABYTE];
    char name[WORD_ROOM];

    for (size_t i = 0; i < sizeof(block); i += 8) {
        uint64_t bits = mixed_bits(n * MEGABYTE + i);

        memcpy(block + i, &bits, sizeof(bits));
    }
    snprintf(name, sizeof(name), "blob:%" PRIu64, n);
    put_head('*', 3);
    put_argument("SET");
    put_argument(name);
    put_head('$', megabytes * sizeof(block));
    for (uint64_t i = 0; i < megabytes; i++)
        put(block, sizeof(block));
    put("\r\n", 2);
}

static void
put_wide(uint64_t count)
{
    char word[WORD_ROOM];

    put_head('*', count + 2);
    put_argument("RPUSH");
    put_argument("wide");
    for (uint64_t i = 0; i < count; i++) {
        snprintf(word, sizeof(word), "element:%" PRIu64, i);
        put_argument(word);
    }
}

/* Shapes that are one command. */
static bool
put_one(const char *shape, uint64_t count)
{
    if (strcmp(shape, "argument") == 0)
        put_large(0, count);
    else if (strcmp(shape, "wide") == 0)
        put_wide(count);
    else
        return false;
    return true;
}

static bool
put_all(const char *shape, uint64_t count)
{
    for (uint64_t n = 0; n < count; n++) {
        if (strcmp(shape, "small") == 0)
            put_small(n, count);
        else if (strcmp(shape, "mixed") == 0)
            put_mixed(n, count);
        else if (strcmp(shape, "large") == 0)
            put_large(n, 1);
        else
            return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: generate-log SHAPE COUNT > FILE.aof\n", stderr);
        return 2;
    }
    put_command("SELECT", "0", NULL);
    uint64_t count = strtoull(argv[2], NULL, 10);
    if (!put_one(argv[1], count) && !put_all(argv[1], count)) {
        fputs("generate-log: no such shape\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 2;
}
