/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/block-kinds.h"

static void
test_same_kind_and_size_share_a_line(void **state)
{
    (void)state;
    struct block_kinds *kinds = block_kinds_new();
    block_kinds_add(kinds, BLOCK_FIELD, 16, 9, BLOCK_FRACTION);
    block_kinds_add(kinds, BLOCK_FIELD, 16, 12, 2 * BLOCK_FRACTION);
    block_kinds_add(kinds, BLOCK_MEMBER, 16, 12, BLOCK_FRACTION);
    block_kinds_add(kinds, BLOCK_FIELD, 24, 20, BLOCK_FRACTION);
    assert_int_equal(kinds->count, 3);
    assert_int_equal(kinds->lines[0].kind, BLOCK_FIELD);
    assert_int_equal(kinds->lines[0].blocks, 3 * BLOCK_FRACTION);
    assert_int_equal(kinds->lines[0].requested, 33 * BLOCK_FRACTION);
    assert_int_equal(kinds->lines[0].all_usable, 48 * BLOCK_FRACTION);
    block_kinds_free(kinds);
}

/* What is kept stays as it was, whatever the keys behind it have. */
static void
test_clearing_leaves_what_is_kept(void **state)
{
    (void)state;
    struct block_kinds *kinds = block_kinds_new();
    block_kinds_add(kinds, BLOCK_KEY_ENTRY, 24, 24, BLOCK_FRACTION);
    block_kinds_keep(kinds);
    for (int key = 0; key < 3; key++) {
        block_kinds_clear(kinds);
        block_kinds_add(kinds, BLOCK_KEY_ENTRY, 24, 24, BLOCK_FRACTION);
        block_kinds_add(kinds, BLOCK_OBJECT, 16, 16, BLOCK_FRACTION);
        assert_int_equal(kinds->count, 3);
        assert_int_equal(kinds->lines[0].blocks, BLOCK_FRACTION);
        assert_int_equal(kinds->lines[1].blocks, BLOCK_FRACTION);
    }
    block_kinds_free(kinds);
}

/* An allocator without classes has a size for every request. */
static void
test_many_sizes_end_in_one_line(void **state)
{
    (void)state;
    struct block_kinds *kinds = block_kinds_new();
    uint64_t sizes = BLOCK_KINDS_MAX + 1000;
    uint64_t usable = 0;
    for (uint64_t size = 1; size <= sizes; size++)
        block_kinds_add(kinds, BLOCK_STRING, size, size, BLOCK_FRACTION);
    block_kinds_add(kinds, BLOCK_STRING, 7, 7, BLOCK_FRACTION);
    assert_int_equal(kinds->count, BLOCK_KINDS_MAX + 1);
    assert_int_equal(kinds->lines[6].blocks, 2 * BLOCK_FRACTION);
    assert_int_equal(kinds->lines[BLOCK_KINDS_MAX].usable, 0);
    assert_int_equal(kinds->lines[BLOCK_KINDS_MAX].blocks,
                     1000 * BLOCK_FRACTION);
    for (size_t i = 0; i < kinds->count; i++)
        usable += kinds->lines[i].all_usable;
    assert_int_equal(usable, (sizes * (sizes + 1) / 2 + 7) * BLOCK_FRACTION);
    block_kinds_free(kinds);
}

static const char *
name_on(const char *server, enum block_kind kind)
{
    return block_kind_struct(kind, servers_find(bytes_of_text(server)),
                             ENCODING_LISTPACK);
}

static void
test_names_follow_the_release(void **state)
{
    (void)state;
    assert_string_equal(name_on("redis-7.2", BLOCK_OBJECT), "robj");
    assert_string_equal(name_on("redis-8.6", BLOCK_OBJECT), "kvobj");
    assert_string_equal(name_on("valkey-7.2", BLOCK_OBJECT), "robj");
    assert_string_equal(name_on("valkey-9.1", BLOCK_OBJECT), "serverObject");
    assert_string_equal(name_on("redis-3.0", BLOCK_LIST), "list");
    assert_string_equal(name_on("redis-3.2", BLOCK_LIST), "quicklist");
    assert_string_equal(name_on("redis-7.4", BLOCK_FIELD), "mstr");
    assert_string_equal(name_on("valkey-8.0", BLOCK_FIELD), "sds");
    assert_string_equal(name_on("keydb-6.3", BLOCK_DICT), "dict");
    assert_string_equal(name_on("redis-7.2", BLOCK_PACKED), "listpack");
}

static void
test_every_kind_has_words(void **state)
{
    (void)state;
    for (int kind = 0; kind < BLOCK_KIND_COUNT; kind++) {
        enum block_kind its = (enum block_kind)kind;
        assert_string_not_equal(block_kind_text(its), "other");
        assert_true(name_on("redis-8.6", its)[0] != '\0' ||
                    name_on("valkey-9.1", its)[0] != '\0');
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_kind_and_size_share_a_line),
        cmocka_unit_test(test_clearing_leaves_what_is_kept),
        cmocka_unit_test(test_many_sizes_end_in_one_line),
        cmocka_unit_test(test_names_follow_the_release),
        cmocka_unit_test(test_every_kind_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
