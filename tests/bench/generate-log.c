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
 *
 * and these, of COUNT commands, for what a replay makes of them:
 *
 *   set-SIZE     SETs of that many bytes, 1 MiB at most
 *   overwrite    SETs of 10,000 keys again and again
 *   append       APPENDs of 1,000 bytes to ten keys
 *   grow         HSETs to 100,000 hashes, which grow beside each other
 *   elements     RPUSHes of 10,000 bytes to a hundred lists
 *   push         RPUSHes of 1,000 elements to a hundred lists
 *   queue        RPUSHes to ten lists, and LPOPs a hundred elements behind
 *   requeue      RPOPLPUSHes of one list of a million elements to itself
 *   counter      INCRs of one key
 *   transaction  INCRs and HSETs, each two in a transaction
 *   member       SADDs to twenty sets
 *   score        ZADDs to twenty sorted sets
 *   stream       XADDs to ten streams, each to a consumer and acknowledged
 *   unique       PFADDs to a thousand keys
 *   merge        the same, and after each a PFMERGE of three of them to one of
 *                a hundred others
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEGABYTE = 1 << 20, ARGUMENTS_MOST = 16, WORD_ROOM = 64 };

struct text {
    const unsigned char *data;
    size_t size;
};

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
put_elements(const char *key, uint64_t first, uint64_t count)
{
    char word[WORD_ROOM];

    put_head('*', count + 2);
    put_argument("RPUSH");
    put_argument(key);
    for (uint64_t i = first; i < first + count; i++) {
        snprintf(word, sizeof(word), "element:%" PRIu64, i);
        put_argument(word);
    }
}

/* --- shapes of one kind of command --- */

/* Some bytes of a block that are not those of the last time. */
static struct text
text_of(uint64_t n, size_t size)
{
    static unsigned char block[2 * MEGABYTE];

    if (block[0] == 0)
        for (size_t i = 0; i < sizeof(block); i++)
            block[i] = (unsigned char)('a' + mixed_bits(i) % 26);
    return (struct text){ block + mixed_bits(n) % MEGABYTE, size };
}

/* A command of a key and a text of any length. */
static void
put_text(const char *name, const char *key, struct text text)
{
    put_head('*', 3);
    put_argument(name);
    put_argument(key);
    put_head('$', text.size);
    put(text.data, text.size);
    put("\r\n", 2);
}

/* A word of a ring of some, so that a command has room for all of its own. */
static const char *
name_of(const char *prefix, uint64_t n)
{
    static char words[ARGUMENTS_MOST][WORD_ROOM];
    static unsigned next;
    char *room = words[next++ % ARGUMENTS_MOST];

    snprintf(room, WORD_ROOM, "%s%" PRIu64, prefix, n);
    return room;
}

static void
put_overwrite(uint64_t n)
{
    put_command("SET", name_of("key:", mixed_bits(n) % 10000),
                name_of("value:", n), NULL);
}

static void
put_append(uint64_t n)
{
    put_text("APPEND", name_of("text:", n % 10), text_of(n, 1000));
}

static void
put_grow(uint64_t n)
{
    put_command("HSET", name_of("hash:", n % 100000),
                name_of("field:", n / 100000), name_of("value:", n), NULL);
}

static void
put_list(uint64_t n)
{
    put_text("RPUSH", name_of("list:", n % 100), text_of(n, 10000));
}

static void
put_push(uint64_t n)
{
    put_elements(name_of("list:", n % 100), n * 1000, 1000);
}

static void
put_queue(uint64_t n)
{
    put_command("RPUSH", name_of("queue:", n % 10), name_of("job:", n), NULL);
    if (n >= 100)
        put_command("LPOP", name_of("queue:", n % 10), NULL);
}

static void
put_requeue(uint64_t n)
{
    if (n == 0)
        put_elements("list", 0, 1000000);
    put_command("RPOPLPUSH", "list", "list", NULL);
}

static void
put_counter(uint64_t n)
{
    (void)n;
    put_command("INCR", "counter", NULL);
}

static void
put_transaction(uint64_t n)
{
    put_command("MULTI", NULL);
    put_command("INCR", name_of("counter:", n % 100000), NULL);
    put_command("HSET", name_of("hash:", n % 100000), "field", name_of("", n),
                NULL);
    put_command("EXEC", NULL);
}

static void
put_member(uint64_t n)
{
    put_command("SADD", name_of("set:", n % 20), name_of("member:", n), NULL);
}

static void
put_score(uint64_t n)
{
    put_command("ZADD", name_of("zset:", n % 20),
                name_of("", mixed_bits(n) % 1000000), name_of("member:", n),
                NULL);
}

static void
put_stream(uint64_t n)
{
    const char *key = name_of("stream:", n % 10);
    const char *time = name_of("", UINT64_C(1700000000000) + n);
    char id[WORD_ROOM + 2];

    snprintf(id, sizeof(id), "%s-0", time);
    if (n < 10)
        put_command("XGROUP", "CREATE", key, "group", "0", "MKSTREAM", NULL);
    put_command("XADD", key, id, "field", time, NULL);
    put_command("XCLAIM", key, "group", name_of("consumer:", n % 3), "0", id,
                "TIME", time, "RETRYCOUNT", "1", "FORCE", "JUSTID", "LASTID",
                id, NULL);
    put_command("XACK", key, "group", id, NULL);
}

static void
put_unique(uint64_t n)
{
    put_command("PFADD", name_of("unique:", n % 1000), name_of("user:", n),
                NULL);
}

static void
put_merge(uint64_t n)
{
    uint64_t bits = mixed_bits(n);

    put_unique(n);
    put_command("PFMERGE", name_of("merged:", n % 100),
                name_of("unique:", bits % 1000),
                name_of("unique:", (bits >> 10) % 1000),
                name_of("unique:", (bits >> 20) % 1000), NULL);
}

static const struct shape {
    const char *name;
    void (*put)(uint64_t n);
} shapes[] = {
    { "append", put_append },     { "counter", put_counter },
    { "elements", put_list },     { "grow", put_grow },
    { "member", put_member },     { "merge", put_merge },
    { "overwrite", put_overwrite }, { "push", put_push },
    { "queue", put_queue },       { "requeue", put_requeue },
    { "score", put_score },       { "stream", put_stream },
    { "transaction", put_transaction }, { "unique", put_unique },
};

static bool
put_shape(const char *name, uint64_t count)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (strcmp(shapes[i].name, name) != 0)
            continue;
        for (uint64_t n = 0; n < count; n++)
            shapes[i].put(n);
        return true;
    }
    return false;
}

static bool
put_sets(const char *shape, uint64_t count)
{
    unsigned size;

    if (sscanf(shape, "set-%u", &size) != 1 || size > MEGABYTE)
        return false;
    for (uint64_t n = 0; n < count; n++)
        put_text("SET", name_of("text:", n), text_of(n, size));
    return true;
}

/* --- the whole --- */

/* Shapes that are one command. */
static bool
put_one(const char *shape, uint64_t count)
{
    if (strcmp(shape, "argument") == 0)
        put_large(0, count);
    else if (strcmp(shape, "wide") == 0)
        put_elements("wide", 0, count);
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
    if (!put_one(argv[1], count) && !put_shape(argv[1], count) &&
        !put_sets(argv[1], count) && !put_all(argv[1], count)) {
        fputs("generate-log: no such shape\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 2;
}
