/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names, entries, expiries, objects, strings and linked lists of all kinds of
 * servers: what real ones freed when the key was deleted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/pricer.h"

static struct profile profile;
static struct pricer *pricer;

static void
open_for(const char *server, bool cluster)
{
    static const char *const settings[] = { "cluster-enabled=yes" };
    struct rdb_facts facts = { .version = 11 };
    struct profile_request request = { .server = server,
                                       .settings = settings,
                                       .setting_count = cluster };
    pricer_free(pricer);
    profile_resolve(&profile, &request, &facts);
    pricer = pricer_new(&profile, 1, PRICE_MEMORY | PRICE_ENCODING);
}

static int
done(void **state)
{
    (void)state;
    pricer_free(pricer);
    pricer = NULL;
    return 0;
}

static void
begin(struct key *key, enum type type, uint64_t name, bool expires)
{
    struct visitor *visitor = pricer_visitor(pricer);
    *key = (struct key){ .name = BYTES_LITERAL("k"),
                         .name_size = name,
                         .has_expiry = expires,
                         .type = type };
    visitor->ops->begin(visitor, key);
}

static void
item(enum item_kind kind, struct text text)
{
    struct visitor *visitor = pricer_visitor(pricer);
    struct item it = { .kind = kind, .text = text };
    visitor->ops->item(visitor, &it);
}

static const struct price *
end(void)
{
    struct visitor *visitor = pricer_visitor(pricer);
    visitor->ops->end(visitor, 0);
    return pricer_record(pricer)->prices;
}

/* Of a long text only the length. */
static struct text
long_text(uint64_t size)
{
    return (struct text){ .kind = TEXT_HEAD, .size = size };
}

/* A text of so many bytes, or a number as the file holds it. */
static const struct price *
string(uint64_t name, bool expires, uint64_t size, bool is_number)
{
    struct key key;
    begin(&key, TYPE_STRING, name, expires);
    item(ITEM_VALUE, is_number ? text_of_integer(123456) : long_text(size));
    return end();
}

struct seen {
    const char *server;
    uint64_t name;
    bool expires;
    uint64_t size;
    enum encoding encoding;
    uint64_t memory;
};

static void
check(const struct seen *seen, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        open_for(seen[i].server, false);
        const struct price *price =
            string(seen[i].name, seen[i].expires, seen[i].size,
                   seen[i].encoding == ENCODING_INT);
        assert_string_equal(encoding_name(price->encoding),
                            encoding_name(seen[i].encoding));
        assert_int_equal(price->memory, seen[i].memory);
        assert_int_equal(price->basis, BASIS_EXACT);
    }
}

#define CHECK(seen) check(seen, sizeof(seen) / sizeof((seen)[0]))

static void
names_apart_from_objects(void **state)
{
    (void)state;
    static const struct seen seen[] = {
        { "redis-2.8", 30, true, 111, ENCODING_RAW, 256 },
        { "redis-2.8", 24, false, 81911, ENCODING_RAW, 82016 },
        { "redis-2.8", 266, false, 6, ENCODING_INT, 368 },
        { "redis-3.0", 21, true, 12, ENCODING_EMBSTR, 144 },
        { "redis-3.0", 205, false, 1, ENCODING_EMBSTR, 288 },
        { "redis-3.2", 9, false, 49, ENCODING_RAW, 112 },
        { "redis-3.2", 23, true, 13, ENCODING_EMBSTR, 120 },
        { "redis-3.2", 201, false, 307, ENCODING_RAW, 584 },
        { "redis-6.2/jemalloc/32", 9, false, 49, ENCODING_RAW, 104 },
        { "redis-6.2/jemalloc/32", 23, true, 13, ENCODING_EMBSTR, 96 },
        { "redis-7.2/jemalloc/32", 265, true, 1127, ENCODING_RAW, 1648 },
        { "redis-7.2/jemalloc/32", 193, false, 7, ENCODING_INT, 256 },
    };
    CHECK(seen);
}

static void
names_in_entries(void **state)
{
    (void)state;
    static const struct seen seen[] = {
        { "valkey-8.0", 9, false, 49, ENCODING_RAW, 104 },
        { "valkey-8.0", 23, true, 13, ENCODING_EMBSTR, 112 },
        { "valkey-8.0", 31, true, 4, ENCODING_INT, 80 + 16 },
        { "valkey-8.0", 265, true, 1127, ENCODING_RAW, 1640 },
        { "valkey-8.0", 222, false, 4, ENCODING_EMBSTR, 280 },
    };
    CHECK(seen);
}

/* Names of 128 bytes and more have room for an expiry at once. */
static void
names_in_objects(void **state)
{
    (void)state;
    static const struct seen seen[] = {
        { "valkey-8.1", 9, false, 49, ENCODING_RAW, 88 },
        { "valkey-8.1", 23, true, 13, ENCODING_RAW, 72 },
        { "valkey-8.1", 3, true, 28, ENCODING_EMBSTR, 64 },
        { "valkey-8.1", 193, false, 7, ENCODING_INT, 224 },
        { "valkey-8.1", 265, true, 1127, ENCODING_RAW, 1600 },
        { "redis-8.6", 23, true, 13, ENCODING_EMBSTR, 80 },
        { "redis-8.6", 35, false, 1, ENCODING_EMBSTR, 64 },
        { "redis-8.6", 164, true, 216, ENCODING_RAW, 448 },
        { "redis-8.6", 284, false, 161, ENCODING_RAW, 512 },
        { "redis-8.6", 205, false, 1, ENCODING_INT, 256 },
        { "valkey-9.1", 11, false, 5, ENCODING_INT, 32 },
        { "valkey-9.1", 9, false, 49, ENCODING_EMBSTR, 80 },
        { "valkey-9.1", 19, false, 253, ENCODING_RAW, 360 },
        { "valkey-9.1", 31, true, 4, ENCODING_INT, 64 },
        { "valkey-9.1", 300, false, 1024, ENCODING_RAW, 1664 },
    };
    CHECK(seen);
}

/* Where the limits lie; Valkey first embeds without an expiry, for which there
 * may or may not be room later. */
static void
the_longest_embedded_texts(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        uint64_t name;
        bool expires;
        uint64_t size;
        enum encoding encoding;
    } seen[] = {
        { "redis-2.8", 2, false, 1, ENCODING_RAW },
        { "redis-3.0", 2, false, 39, ENCODING_EMBSTR },
        { "redis-3.0", 2, false, 40, ENCODING_RAW },
        { "redis-3.2", 200, false, 44, ENCODING_EMBSTR },
        { "redis-8.0", 200, false, 44, ENCODING_EMBSTR },
        { "redis-8.2", 2, false, 39, ENCODING_EMBSTR },
        { "redis-8.2", 2, false, 40, ENCODING_RAW },
        { "valkey-8.1", 32, true, 9, ENCODING_EMBSTR },
        { "valkey-8.1", 30, true, 9, ENCODING_RAW },
        { "valkey-9.1", 109, false, 1, ENCODING_EMBSTR },
        { "valkey-9.1", 109, true, 1, ENCODING_EMBSTR },
        { "valkey-9.1", 105, false, 2, ENCODING_EMBSTR },
        { "valkey-9.1", 105, true, 2, ENCODING_RAW },
        { "keydb-6.3", 200, false, 52, ENCODING_EMBSTR },
        { "keydb-6.3", 200, false, 53, ENCODING_RAW },
    };
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        open_for(seen[i].server, false);
        assert_string_equal(
            encoding_name(string(seen[i].name, seen[i].expires, seen[i].size,
                                 false)->encoding),
            encoding_name(seen[i].encoding));
    }
}

/* A number of 14 digits, which files hold as text: up to 2.8 its text is
 * freed, from 3.0 to 4.0 it stays in the block of the text. */
static void
numbers_that_were_texts(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        uint64_t memory;
    } seen[] = {
        { "redis-2.8", 32 + 32 + 16 }, { "redis-3.0", 32 + 32 + 48 },
        { "redis-3.2", 16 + 24 + 40 }, { "redis-4.0", 16 + 24 + 40 },
        { "redis-5.0", 16 + 24 + 16 }, { "redis-7.2", 16 + 24 + 16 },
        { "valkey-9.1", 40 },
    };
    static const unsigned char digits[] = "12345678901234";
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        struct key key;
        open_for(seen[i].server, false);
        begin(&key, TYPE_STRING, 14, false);
        item(ITEM_VALUE, text_of_bytes(digits, 14));
        const struct price *price = end();
        assert_int_equal(price->encoding, ENCODING_INT);
        assert_int_equal(price->memory, seen[i].memory);
    }
}

/* Names of 7 bytes, values of 4: 64 bytes without cluster mode on 3.2 to 7.2,
 * what cluster mode adds with the key, and what is added on 7.4. */
static void
cluster_mode(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        uint64_t memory;
    } seen[] = {
        { "redis-3.2", 64 + 16 + 16 + 40 }, /* object, name, node */
        { "redis-4.0", 64 + 24 + 8 },       /* a run of the name, a leaf */
        { "redis-6.2", 64 + 24 + 8 },
        { "redis-7.0", 64 + 16 },           /* links in the entry */
        { "redis-7.2", 64 + 16 },
        { "redis-7.4", 64 },
        { "valkey-8.0", 56 },
        { "valkey-8.1", 40 },
        { "valkey-9.1", 32 },
    };
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        open_for(seen[i].server, true);
        assert_int_equal(string(7, false, 4, false)->memory, seen[i].memory);
    }
}

/* A name of 13 bytes (32, and its entry 32, object 16), three elements: 7 is a
 * shared object, "ab" is 16 + 8 + 3, and 100 bytes are one too long for a
 * ziplist.  Redis 3.0, jemalloc 3: 16 32 48 64 80 96 112 128. */
static void
linked_lists(void **state)
{
    (void)state;
    struct key key;
    struct visitor *visitor;
    for (int is_long = 0; is_long < 2; is_long++) {
        open_for("redis-3.0", false);
        begin(&key, TYPE_LIST, 13, false);
        visitor = pricer_visitor(pricer);
        visitor->ops->count(visitor, 3);
        item(ITEM_ELEMENT, text_of_integer(7));
        item(ITEM_ELEMENT, text_of_bytes((const unsigned char *)"ab", 2));
        item(ITEM_ELEMENT, long_text(is_long ? 100 : 64));
        const struct price *price = end();
        if (is_long) {
            assert_int_equal(price->encoding, ENCODING_LINKEDLIST);
            assert_int_equal(price->memory, 80 + 48 + 3 * 32 + 32 +
                                                (16 + 112));
        } else {
            assert_int_equal(price->encoding, ENCODING_ZIPLIST);
            /* 11 + (1 + 1) + (1 + 1 + 2) + (1 + 2 + 64) = 84 */
            assert_int_equal(price->memory, 80 + 96);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_apart_from_objects),
        cmocka_unit_test(names_in_entries),
        cmocka_unit_test(names_in_objects),
        cmocka_unit_test(the_longest_embedded_texts),
        cmocka_unit_test(numbers_that_were_texts),
        cmocka_unit_test(cluster_mode),
        cmocka_unit_test(linked_lists),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
