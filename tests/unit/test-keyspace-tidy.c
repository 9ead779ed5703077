/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Random histories of every type, in which the sizes of values drift and nearly
 * all keys go now and then, on two keyspaces: one is tidied behind every
 * command, the other never.  They must hold the same, the tidy one not much
 * more memory than what it holds takes when it is loaded anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "keyspace/keyspace-load.h"
#include "keyspace/value-module.h"
#include "replay-text.h"

enum {
    KEYS = 600, /* of each type */
    COMMANDS = 30000, /* in a phase */
    PHASES = 6,
    TEXT_MOST = 100 * 1000,
    MIB = 1024 * 1024,
};

/* --- two keyspaces --- */

static struct side {
    struct keyspace *keyspace;
    struct replay *replay;
} tidy, untidy;

static struct buffer line;
static uint32_t drawn;
static bool has_moved; /* the tidy one gave memory back */

static uint32_t
draw(uint32_t below)
{
    drawn = drawn * 1664525u + 1013904223u;
    return (drawn >> 8) % below;
}

static void
begin_side(struct side *side)
{
    (void)set_up(NULL);
    *side = (struct side){ keyspace, replay };
}

static void
end_side(struct side *side)
{
    keyspace = side->keyspace;
    replay = side->replay;
    (void)tear_down(NULL);
}

static void
run_on(const struct side *side)
{
    keyspace = side->keyspace;
    replay = side->replay;
    run((const char *)line.data);
}

static struct pool *
pool_of(struct keyspace *of)
{
    return &keyspace_store(of)->pool;
}

static void
assert_bounded(uint64_t held, uint64_t needed)
{
    if (held > needed + needed / 8 * 3 + 4 * MIB)
        fail_msg("%llu bytes held for %llu", (unsigned long long)held,
                 (unsigned long long)needed);
}

/* Runs what is in the line. */
static void
run_line(void)
{
    buffer_append_byte(&line, '\0');
    run_on(&untidy);
    run_on(&tidy);
    buffer_clear(&line);
    uint64_t before = keyspace_memory(tidy.keyspace);
    keyspace_tidy(tidy.keyspace);
    has_moved = has_moved || keyspace_memory(tidy.keyspace) + MIB < before;
    assert_bounded(keyspace_memory(tidy.keyspace),
                   pool_used(pool_of(tidy.keyspace)));
}

/* --- commands --- */

#define put(...) buffer_append_format(&line, __VA_ARGS__)

/* A word of about so many bytes. */
static void
put_text(size_t size)
{
    static char text[TEXT_MOST];
    size = size / 2 + draw((uint32_t)size) + 1;
    if (size > TEXT_MOST)
        size = TEXT_MOST;
    memset(text, 'a' + (int)draw(26), size);
    buffer_append(&line, text, size);
    buffer_append_byte(&line, ' ');
}

static void
change_string(unsigned key, unsigned size)
{
    static const size_t factors[] = { 1, 1, 1, 4, 30, 100 };
    put("%s s%u ", draw(8) == 0 ? "APPEND" : "SET", key);
    put_text(size * factors[draw(6)]);
    run_line();
    if (draw(4) > 0)
        return;
    put("PEXPIREAT s%u 179500000%u", key, draw(10));
    run_line();
}

/* Small ones are listpacks, those of a few keys tables. */
static void
change_hash(unsigned key, unsigned size)
{
    key = draw(2) == 0 ? key % 4 : key;
    put("HSET h%u f%u ", key, draw(key < 4 ? 5000 : 20));
    put_text(size / 4);
    run_line();
    put("HDEL h%u f%u", key, draw(key < 4 ? 5000 : 20));
    run_line();
}

static void
change_set(unsigned key, unsigned size)
{
    key = draw(2) == 0 ? key % 4 : key;
    put("SADD m%u %u ", key, draw(1000));
    put_text(size / 4);
    run_line();
    put("SREM m%u %u", key, draw(1000));
    run_line();
}

static void
change_zset(unsigned key, unsigned size)
{
    key = draw(2) == 0 ? key % 4 : key;
    put("ZADD z%u %u ", key, draw(100000));
    put_text(size / 4);
    run_line();
    if (draw(10) > 0)
        return;
    put("ZREMRANGEBYRANK z%u 0 %u", key, draw(20));
    run_line();
}

static void
change_list(unsigned key, unsigned size)
{
    put("RPUSH l%u ", key);
    put_text(size);
    put_text(draw(20) == 0 ? (size_t)size * 30 : size);
    run_line();
    if (draw(2) == 0)
        put("LPOP l%u", key);
    else
        put("LTRIM l%u -%u -1", key, draw(30) + 1);
    run_line();
}

/* Ids are times; groups read some of them, and consumers come and go. */
static void
change_stream(unsigned key, unsigned size)
{
    static unsigned now = 1;
    put("XADD x%u ", key);
    if (draw(2) == 0)
        put("IDMP producer-%u iid-%u ", draw(5), now);
    put("%u-1 field ", ++now);
    put_text(size / 4);
    run_line();
    put("XGROUP CREATE x%u g%u 0", key, draw(3));
    run_line();
    put("XCLAIM x%u g%u ", key, draw(3));
    put("consumer-%u 0 %u-1 ", draw(50), now);
    put("TIME %u RETRYCOUNT 1 FORCE JUSTID LASTID %u-1", now, now);
    run_line();
    if (draw(8) == 0)
        put("XGROUP DELCONSUMER x%u g1 consumer-%u", key, draw(50));
    else
        put("XTRIM x%u MAXLEN %u", key, draw(200));
    run_line();
}

static void
change_rest(unsigned key, unsigned size)
{
    put("ARSET a%u %u ", key % 20, draw(3000));
    put_text(size / 4);
    run_line();
    put("VADD v%u %sVALUES 3 1 2 %u ", key % 20,
        key % 20 < 10 ? "REDUCE 2 " : "", draw(100));
    put("e%u SETATTR ", draw(500));
    put_text(size / 4);
    run_line();
    put("VREM v%u e%u", key % 20, draw(500));
    run_line();
}

static struct value *
add_module(const struct side *side, enum type type, const char *name)
{
    struct entry *entry =
        keyspace_find_or_add(side->keyspace, 0, bytes_of_text(name), type);
    value_module_set_origin(keyspace_store(side->keyspace), &entry->value,
                            BYTES_LITERAL("amodule"), 7);
    return &entry->value;
}

/* A module's value comes with a dump, as a vector set may. */
static void
change_module(unsigned key, unsigned size)
{
    char name[16];
    enum type type = draw(2) == 0 ? TYPE_MODULE : TYPE_VECTORSET;
    struct item item = { .kind = ITEM_MODULE_STRING };
    put("DEL d%u", key);
    run_line();
    (void)snprintf(name, sizeof(name), "d%u", key);
    struct value *values[] = { add_module(&tidy, type, name),
                               add_module(&untidy, type, name) };
    for (unsigned pieces = draw(6) + 1; pieces > 0; pieces--) {
        put_text(size);
        item.text = text_of_bytes(line.data, line.size);
        assert_true(value_module_add(keyspace_store(tidy.keyspace), values[0],
                                     &item));
        assert_true(value_module_add(keyspace_store(untidy.keyspace),
                                     values[1], &item));
        buffer_clear(&line);
    }
}

/* A letter for each type. */
static const char types[] = "shmzlxavd";

static void
delete_key(unsigned key, unsigned size)
{
    (void)size;
    if (draw(4) > 0)
        return;
    put("DEL %c%u", types[draw(sizeof(types) - 1)], key);
    run_line();
}

typedef void change(unsigned key, unsigned size);

static void
change_something(unsigned size)
{
    static change *const changes[] = {
        change_string, change_hash,   change_set,  change_zset,
        change_list,   change_stream, change_rest, change_module,
        delete_key,
    };
    changes[draw(sizeof(changes) / sizeof(changes[0]))](draw(KEYS), size);
}

/* All but one key in twenty, each on its own. */
static void
delete_most(void)
{
    for (unsigned key = 0; key < KEYS; key++)
        for (const char *type = types; *type != '\0'; type++) {
            if (draw(20) == 0)
                continue;
            put("DEL %c%u", *type, key);
            run_line();
        }
}

/* --- what they hold --- */

struct digest {
    struct visitor visitor;
    uint64_t hash;
};

static void
mix(struct visitor *self, const void *data, size_t size)
{
    struct digest *digest = (struct digest *)self;
    digest->hash = XXH3_64bits_withSeed(data, size, digest->hash);
}

static void
mix_number(struct visitor *self, uint64_t number)
{
    mix(self, &number, sizeof(number));
}

static void
mix_text(struct visitor *self, const struct text *text)
{
    char room[TEXT_DIGITS];
    struct bytes bytes = text_bytes(text, room);
    mix_number(self, bytes.size);
    mix(self, bytes.data, bytes.size);
}

static void
digest_begin(struct visitor *self, const struct key *key)
{
    mix(self, key->name.data, key->name.size);
    mix_number(self, key->type_byte);
    mix_number(self, (uint64_t)key->expire_ms);
}

static bool
digest_node(struct visitor *self, const struct node *node)
{
    mix_number(self, node->size);
    mix_number(self, node->count);
    return true;
}

static void
digest_item(struct visitor *self, const struct item *item)
{
    mix_number(self, item->kind);
    mix_text(self, &item->text);
    mix_text(self, &item->value);
    mix(self, &item->score, sizeof(item->score));
    mix_number(self, (uint64_t)item->number);
    mix_number(self, item->count);
    mix_number(self, item->id.ms);
    mix_number(self, (uint64_t)item->seen_ms);
}

static void
digest_end(struct visitor *self, uint64_t serialized)
{
    mix_number(self, serialized);
}

static const struct visitor_ops digest_ops = {
    .begin = digest_begin,
    .node = digest_node,
    .count = mix_number,
    .item = digest_item,
    .end = digest_end,
};

static void
walk(struct keyspace *of, struct visitor *visitor)
{
    struct source *source = keyspace_source(of);
    struct key key;
    keyspace_rewind(of);
    while (source->ops->next(source, &key) == STATUS_OK)
        assert_int_equal(source->ops->walk(source, visitor), STATUS_OK);
}

static uint64_t
digest_of(struct keyspace *of)
{
    struct digest digest = {
        .visitor = { &digest_ops, WANT_ITEMS | WANT_BYTES },
    };
    walk(of, &digest.visitor);
    return digest.hash;
}

/* What the same keys take without a history. */
static uint64_t
memory_anew(struct keyspace *of)
{
    struct keyspace *anew = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *load = keyspace_load_new(anew);
    walk(of, keyspace_load_visitor(load));
    uint64_t memory = keyspace_memory(anew);
    keyspace_load_free(load);
    keyspace_free(anew);
    return memory;
}

static void
check_sides(void)
{
    assert_true(digest_of(tidy.keyspace) == digest_of(untidy.keyspace));
    assert_bounded(keyspace_memory(tidy.keyspace),
                   memory_anew(tidy.keyspace));
}

static void
test_histories(void **state)
{
    (void)state;
    drawn = 1;
    begin_side(&tidy);
    begin_side(&untidy);
    for (unsigned phase = 0; phase < PHASES; phase++) {
        for (unsigned i = 0; i < COMMANDS; i++)
            change_something(40 + phase * 150 + i / 100);
        check_sides();
        if (phase % 2 == 0)
            continue;
        delete_most();
        check_sides();
    }
    assert_true(has_moved);
    assert_true(replay_facts(tidy.replay)->gap_count == 0);
    assert_true(2 * keyspace_memory(tidy.keyspace) <
                keyspace_memory(untidy.keyspace));
    end_side(&tidy);
    end_side(&untidy);
    buffer_fini(&line);
}

/* Whichever keys go, the last ones first too. */
static void
test_tables_shrink(void **state)
{
    enum { ALL = 50000, LEFT = ALL / 5 };
    (void)state;
    begin_side(&tidy);
    begin_side(&untidy);
    for (unsigned key = 0; key < ALL; key++) {
        put("SET s%u x", key);
        run_line();
    }
    uint64_t all = pool_used(pool_of(tidy.keyspace));
    for (unsigned key = ALL; key-- > LEFT;) {
        put("DEL s%u", key);
        run_line();
    }
    assert_true(4 * pool_used(pool_of(tidy.keyspace)) < all);
    end_side(&tidy);
    end_side(&untidy);
    buffer_fini(&line);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_shrink),
        cmocka_unit_test(test_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
