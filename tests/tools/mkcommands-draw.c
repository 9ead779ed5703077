/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the placeholders of templates draw.  A few keys of each class are hot,
 * grow past every threshold and meet every command; names of fields, members
 * and elements come from small pools, so that commands find what earlier ones
 * made.
 */
#include "mkcommands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HOT_KEYS = 6, GROUPS = 2, CONSUMERS = 5 };

static const struct {
    const char *prefix;
    unsigned names;
} classes[KEY_CLASSES] = {
    [KEY_STRING] = {"str:", 200}, [KEY_COUNTER] = {"counter:", 60},
    [KEY_FLOAT] = {"float:", 40}, [KEY_BITS] = {"bits:", 80},
    [KEY_HLL] = {"hll:", 60},     [KEY_LIST] = {"list:", 150},
    [KEY_SET] = {"set:", 150},    [KEY_INTS] = {"ints:", 80},
    [KEY_ZSET] = {"zset:", 200},  [KEY_LEXSET] = {"lexset:", 40},
    [KEY_GEO] = {"geo:", 40},     [KEY_HASH] = {"hash:", 200},
    [KEY_STREAM] = {"stream:", 60}, [KEY_LOG] = {"log:", 30},
};

/* The name of number n in a family of names: mostly as one would call it, some
 * an integer, some binary, some beyond 64 bytes. */
static void
put_name(struct maker *maker, const char *family, unsigned n)
{
    char text[128];

    memset(text, 'n', sizeof(text));
    if (n % 16 == 5) {
        int size = snprintf(text, sizeof(text), "%s%u\r\n\xff", family, n);

        put_argument(maker, text, (size_t)size + 1); /* with its NUL */
    } else if (n % 32 == 9) {
        snprintf(text, sizeof(text), "%s%u", family, n);
        text[strlen(text)] = '-';
        put_argument(maker, text, 60 + n % 9);
    } else {
        put_format(maker, "%s%u", family, n);
    }
}

static void
put_same(struct maker *maker)
{
    put_name(maker, classes[maker->key_class].prefix, maker->key_index);
}

static enum key_class
draw_class(struct maker *maker)
{
    return (enum key_class)below(maker, KEY_CLASSES);
}

/* One of the class, or sometimes another; not of those with one score, which
 * what is meant for others would spoil. */
static void
draw_key(struct maker *maker, enum key_class key_class)
{
    if (one_in(maker, 60)) {
        enum key_class other = draw_class(maker);

        key_class = other == KEY_LEXSET ? key_class : other;
    }
    maker->key_class = key_class;
    maker->key_index = (unsigned)below(
        maker, one_in(maker, 2) ? HOT_KEYS : classes[key_class].names);
    put_same(maker);
}

static void
draw_any_key(struct maker *maker)
{
    draw_key(maker, draw_class(maker));
}

static void
draw_like(struct maker *maker)
{
    draw_key(maker, maker->key_class);
}

/* How many there are: the names of keys, in front of them. */
static void
draw_keys(struct maker *maker, enum key_class key_class)
{
    maker->listed = 1 + (unsigned)below(maker, 4);
    put_number(maker, maker->listed);
    for (unsigned i = 0; i < maker->listed; i++)
        draw_key(maker, key_class == KEY_ZSET && one_in(maker, 8) ? KEY_SET
                                                                  : key_class);
}

static void
draw_word(struct maker *maker)
{
    put_name(maker, "w", (unsigned)below(maker, WORDS));
}

static void
draw_element(struct maker *maker)
{
    if (one_in(maker, 3))
        put_value(maker);
    else
        draw_word(maker);
}

/* How many names the key drawn last knows: each fourth key stays small. */
static unsigned
draw_from_pool(struct maker *maker)
{
    static const unsigned sizes[] = {8, 40, 150, 700};

    return (unsigned)below(maker, sizes[maker->key_index % 4]);
}

static void
draw_member(struct maker *maker)
{
    unsigned n = draw_from_pool(maker);

    if (maker->key_class == KEY_INTS && !one_in(maker, 400))
        put_format(maker, "%" PRId64,
                   ((int64_t)n - 100) *
                       (maker->key_index % 3 == 0   ? 1
                        : maker->key_index % 3 == 1 ? 1000
                                                    : 100000000000));
    else if (one_in(maker, 50))
        put_value(maker);
    else
        put_name(maker, one_in(maker, 5) ? "" : "m", n);
}

static void
put_same_field(struct maker *maker)
{
    put_name(maker, maker->field % 8 == 3 ? "" : "f", maker->field);
}

static void
draw_field(struct maker *maker)
{
    maker->field = draw_from_pool(maker);
    put_same_field(maker);
}

/* Distinct ones: Redis 8.6.3 stops at HSETEX EX that names a new field twice
 * (t_hash.c hfieldPersist, an assertion). */
static void
draw_fields(struct maker *maker, bool values)
{
    unsigned count = 1 + (unsigned)below(maker, 4);

    put_number(maker, count);
    draw_field(maker);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0) {
            maker->field++;
            put_same_field(maker);
        }
        if (values)
            put_value(maker);
    }
}

static void
draw_pairs(struct maker *maker)
{
    unsigned count = 1 + (unsigned)below(maker, 4);

    put_number(maker, count);
    while (count-- > 0) {
        draw_key(maker, KEY_STRING);
        put_value(maker);
    }
}

/* The n-th ID of a stream.  Of three streams one counts milliseconds slowly,
 * one is like a clock, one has all its entries in one millisecond. */
static void
put_id(struct maker *maker, unsigned n, bool is_new)
{
    if (maker->key_index % 3 == 0)
        put_format(maker, "%u-%u", 1 + n / 3, n % 3);
    else if (maker->key_index % 3 == 1)
        put_format(maker, "%" PRIu64 "%s", 1600000000000 + UINT64_C(777) * n,
                   is_new && maker->release >= 700 && n % 8 == 0 ? "-*" : "-0");
    else
        put_format(maker, "5-%" PRIu64, UINT64_C(1000003) * n);
}

static void
draw_new_id(struct maker *maker)
{
    put_id(maker, ++maker->entries[maker->key_index], true);
}

/* One that was given out, more likely a late one. */
static void
draw_id(struct maker *maker)
{
    unsigned given = maker->entries[maker->key_index];
    unsigned back = given < 30 || one_in(maker, 2) ? given : 30;

    put_id(maker, given - (unsigned)below(maker, (uint64_t)back + 1), false);
}

static void
draw_ids(struct maker *maker)
{
    unsigned count = 1 + (unsigned)below(maker, 4);

    put_number(maker, count);
    while (count-- > 0)
        draw_id(maker);
}

static void
put_same_group(struct maker *maker)
{
    put_format(maker, "group%u", maker->group);
}

static void
draw_group(struct maker *maker)
{
    maker->group = one_in(maker, 4) ? (unsigned)below(maker, GROUPS) : 0;
    put_same_group(maker);
}

static void
draw_consumer(struct maker *maker)
{
    put_name(maker, "consumer", (unsigned)below(maker, CONSUMERS) + 1);
}

static const char library_text[] =
    "#!lua name=things\n"
    "redis.register_function('set_twice', function(keys, values)\n"
    "  redis.call('SET', keys[1], values[1])\n"
    "  return redis.call('SET', keys[2], values[1])\n"
    "end)\n"
    "redis.register_function('push', function(keys, values)\n"
    "  return redis.call('RPUSH', keys[1], unpack(values))\n"
    "end)\n"
    "redis.register_function('count', function(keys)\n"
    "  return redis.call('INCR', keys[1])\n"
    "end)\n";

/* Fields that hold numbers only. */
static void
draw_counter_field(struct maker *maker)
{
    put_format(maker, "counter%u", (unsigned)below(maker, 10));
}

static void
draw_real_field(struct maker *maker)
{
    put_format(maker, "real%u", (unsigned)below(maker, 10));
}

static void
draw_field_names(struct maker *maker)
{
    draw_fields(maker, false);
}

static void
draw_field_values(struct maker *maker)
{
    draw_fields(maker, true);
}

static void
put_library_text(struct maker *maker)
{
    put_word(maker, library_text);
}

static void
put_library_dump(struct maker *maker)
{
    put_library(maker, library_text);
}

static const struct placeholder name_placeholders[] = {
    {"consumer", draw_consumer},
    {"counterfield", draw_counter_field},
    {"element", draw_element},
    {"field", draw_field},
    {"fields", draw_field_names},
    {"fieldvalues", draw_field_values},
    {"group", draw_group},
    {"id", draw_id},
    {"ids", draw_ids},
    {"key", draw_any_key},
    {"library", put_library_text},
    {"librarydump", put_library_dump},
    {"like", draw_like},
    {"member", draw_member},
    {"newid", draw_new_id},
    {"pairs", draw_pairs},
    {"payload", put_payload},
    {"realfield", draw_real_field},
    {"same", put_same},
    {"samefield", put_same_field},
    {"samegroup", put_same_group},
    {"word", draw_word},
    {NULL, NULL},
};

/* A class of keys by its prefix: {zset} is a key, {zsets} a list of them. */
static bool
draw_of_class(struct maker *maker, const char *name, size_t size)
{
    for (unsigned i = 0; i < KEY_CLASSES; i++) {
        const char *prefix = classes[i].prefix;
        size_t length = strlen(prefix) - 1;

        if (i == KEY_STRING && size == 6 && memcmp(name, "string", 6) == 0) {
            draw_key(maker, KEY_STRING);
            return true;
        }
        if (size < length || memcmp(name, prefix, length) != 0)
            continue;
        if (size == length)
            draw_key(maker, (enum key_class)i);
        else if (size == length + 1 && name[length] == 's')
            draw_keys(maker, (enum key_class)i);
        else
            continue;
        return true;
    }
    return false;
}

static bool
draw_from(struct maker *maker, const struct placeholder *list,
          const char *name, size_t size)
{
    for (; list->name != NULL; list++) {
        if (strlen(list->name) == size &&
            memcmp(list->name, name, size) == 0) {
            list->draw(maker);
            return true;
        }
    }
    return false;
}

void
draw(struct maker *maker, const char *name, size_t size)
{
    if (!draw_from(maker, name_placeholders, name, size) &&
        !draw_from(maker, value_placeholders, name, size) &&
        !draw_of_class(maker, name, size))
        die("no such placeholder", name);
}
