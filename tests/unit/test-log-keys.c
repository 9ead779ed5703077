/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <xxhash.h>

#include "analysis/log-keys.h"
#include "base/xalloc.h"

enum {
    SMALL = 4096 * LOG_KEYS_ROW_SIZE, /* room for 3072 keys */
    BYTES = 50,                       /* of each command */
};

static void
add(struct log_keys *keys, unsigned number, uint64_t bytes,
    enum log_key_fate fate, uint8_t space)
{
    char name[16];
    int size = snprintf(name, sizeof(name), "key%u", number);
    struct log_key key = { .name = bytes_of(name, (size_t)size),
                           .name_size = (uint64_t)size };
    key.hash = XXH3_64bits(name, (size_t)size) ^ space;
    log_keys_add(keys, &key, bytes, fate, space);
}

static unsigned
number_of(const struct log_keys_hot *hot)
{
    char name[16] = "";
    memcpy(name, hot->key.name.data, hot->key.name.size);
    return (unsigned)strtoul(name + 3, NULL, 10);
}

/* The same every time. */
static unsigned
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(*state >> 33);
}

static void
test_fates(void **state)
{
    (void)state;
    struct log_keys keys;
    log_keys_init(&keys, SMALL, 5);
    add(&keys, 1, 10, LOG_KEY_CHANGED, 0);
    add(&keys, 1, 10, LOG_KEY_CHANGED, 0);
    assert_int_equal(log_keys_sums(&keys).garbage, 0);
    add(&keys, 1, 7, LOG_KEY_REPLACED, 0);
    assert_int_equal(log_keys_sums(&keys).garbage, 20);
    add(&keys, 1, 5, LOG_KEY_DELETED, 0);
    assert_int_equal(log_keys_sums(&keys).garbage, 32);
    add(&keys, 2, 11, LOG_KEY_REPLACED, 0);
    add(&keys, 2, 3, LOG_KEY_MOVED_AWAY, 0);
    add(&keys, 3, 4, LOG_KEY_MOVED_HERE, 0);
    assert_int_equal(log_keys_sums(&keys).garbage, 32 + 7);
    add(&keys, 3, 5, LOG_KEY_DELETED, 0);
    assert_int_equal(log_keys_sums(&keys).garbage, 32 + 7 + 11 + 5);
    assert_int_equal(log_keys_sums(&keys).bytes, 32 + 23);
    log_keys_fini(&keys);
}

/* A key may have no name. */
static void
test_no_name(void **state)
{
    (void)state;
    struct log_keys keys;
    const struct log_key key = { .hash = 7 };
    size_t count;
    log_keys_init(&keys, SMALL, 5);
    log_keys_add(&keys, &key, 10, LOG_KEY_CHANGED, 0);
    struct log_keys_hot *hot = log_keys_ranked(&keys, true, &count);
    assert_int_equal(count, 1);
    assert_int_equal(hot[0].key.name.size, 0);
    free(hot);
    log_keys_fini(&keys);
}

static void
test_flushes(void **state)
{
    (void)state;
    struct log_keys keys;
    log_keys_init(&keys, SMALL, 5);
    for (uint8_t space = 0; space < 4; space++)
        add(&keys, 1, 10, LOG_KEY_REPLACED, space);
    log_keys_flush(&keys, 1, 2);
    assert_int_equal(log_keys_sums(&keys).garbage, 20);
    log_keys_flush(&keys, 2, 2);
    assert_int_equal(log_keys_sums(&keys).garbage, 20);
    add(&keys, 1, 10, LOG_KEY_CHANGED, 1);
    assert_int_equal(log_keys_sums(&keys).garbage, 20);
    log_keys_flush(&keys, 0, 3);
    assert_int_equal(log_keys_sums(&keys).garbage, 50);
    log_keys_fini(&keys);
}

static void
test_rankings(void **state)
{
    (void)state;
    struct log_keys keys;
    size_t count;
    log_keys_init(&keys, SMALL, 3);
    for (unsigned i = 0; i < 1000; i++)
        for (unsigned times = 0; times <= i % 10; times++)
            add(&keys, i, i == 500 ? 1000 : 10, LOG_KEY_CHANGED, 0);
    struct log_keys_hot *hot = log_keys_ranked(&keys, false, &count);
    /* Ten commands each; of these the least names. */
    assert_int_equal(count, 3);
    assert_int_equal(number_of(&hot[0]), 109);
    assert_int_equal(number_of(&hot[1]), 119);
    assert_int_equal(number_of(&hot[2]), 129);
    assert_int_equal(hot[0].figures.commands, 10);
    free(hot);
    hot = log_keys_ranked(&keys, true, &count);
    assert_int_equal(number_of(&hot[0]), 500);
    assert_int_equal(hot[0].figures.bytes, 1000);
    assert_int_equal(hot[0].figures.commands, 1);
    assert_int_equal(number_of(&hot[1]), 109);
    free(hot);
    assert_true(log_keys_sums(&keys).is_exact);
    log_keys_fini(&keys);
}

/* More keys than fit: some are written often, most a few times. */
enum { KEYS = 30000, COMMANDS = 400000, HOT = 50 };

static unsigned
draw(uint64_t *random)
{
    unsigned number = next_random(random);
    return number % 4 == 0 ? next_random(random) % HOT
                           : next_random(random) % KEYS;
}

static void
assert_bounds(struct log_keys *keys, bool by_bytes, const uint64_t *commands)
{
    size_t count;
    struct log_keys_hot *hot = log_keys_ranked(keys, by_bytes, &count);
    for (size_t i = 0; i < count; i++) {
        uint64_t truth = commands[number_of(&hot[i])];
        const struct log_hot_figures *figures = &hot[i].figures;
        assert_true(figures->commands <= truth);
        assert_true(figures->commands + hot[i].missing.commands >= truth);
        assert_true(figures->bytes <= truth * BYTES);
        assert_true(figures->bytes + hot[i].missing.bytes >= truth * BYTES);
        /* Hot from the beginning: nothing was given up. */
        assert_true(number_of(&hot[i]) < HOT);
        assert_int_equal(figures->commands, truth);
    }
    free(hot);
}

static void
test_bounded(void **state)
{
    (void)state;
    uint64_t *commands = xcalloc(KEYS, sizeof(*commands));
    uint64_t random = 7;
    struct log_keys keys;
    log_keys_init(&keys, SMALL, HOT / 2);
    for (unsigned i = 0; i < COMMANDS; i++) {
        unsigned number = draw(&random);
        commands[number]++;
        add(&keys, number, BYTES, LOG_KEY_REPLACED, 0);
    }
    assert_true(keys.slots * LOG_KEYS_ROW_SIZE <= SMALL);
    assert_bounds(&keys, false, commands);
    assert_bounds(&keys, true, commands);

    uint64_t written = 0;
    for (unsigned i = 0; i < KEYS; i++)
        written += commands[i] > 0;
    uint64_t garbage = (COMMANDS - written) * BYTES;
    struct log_keys_sums sums = log_keys_sums(&keys);
    assert_false(sums.is_exact);
    assert_int_equal(sums.bytes, (uint64_t)COMMANDS * BYTES);
    assert_true(sums.garbage_least <= garbage);
    assert_true(sums.garbage > garbage - garbage / 50);
    assert_true(sums.garbage < garbage + garbage / 50);
    assert_true(sums.keys > written - written / 10);
    assert_true(sums.keys < written + written / 10);
    log_keys_fini(&keys);
    free(commands);
}

/* Most keys are small, and garbage; a few that come late are neither. */
static void
test_few_are_great(void **state)
{
    (void)state;
    enum { SMALL_KEYS = 50000, GREAT = 100000000 };
    struct log_keys keys;
    log_keys_init(&keys, SMALL, 5);
    for (unsigned i = 0; i < SMALL_KEYS; i++)
        add(&keys, i, BYTES, LOG_KEY_DELETED, 0);
    for (unsigned i = 0; i < 5; i++)
        add(&keys, SMALL_KEYS + i, GREAT, LOG_KEY_REPLACED, 0);
    struct log_keys_sums sums = log_keys_sums(&keys);
    assert_false(sums.is_exact);
    assert_int_equal(sums.garbage_least, SMALL_KEYS * BYTES);
    assert_int_equal(sums.garbage, SMALL_KEYS * BYTES);
    log_keys_fini(&keys);
}

/* Nothing that comes out depends on where rows lie, which is a secret. */
static void
test_repeatable(void **state)
{
    (void)state;
    struct log_keys_sums sums[2];
    uint64_t missing[2];
    for (int i = 0; i < 2; i++) {
        struct log_keys keys;
        uint64_t random = 11;
        size_t count;
        log_keys_init(&keys, SMALL, 20);
        for (unsigned c = 0; c < 100000; c++)
            add(&keys, draw(&random), BYTES, LOG_KEY_REPLACED, 0);
        sums[i] = log_keys_sums(&keys);
        struct log_keys_hot *hot = log_keys_ranked(&keys, false, &count);
        missing[i] = hot[count - 1].missing.commands;
        free(hot);
        log_keys_fini(&keys);
    }
    assert_int_equal(sums[0].garbage, sums[1].garbage);
    assert_int_equal(sums[0].garbage_least, sums[1].garbage_least);
    assert_int_equal(sums[0].keys, sums[1].keys);
    assert_int_equal(missing[0], missing[1]);
}

/* Only names that come once: no row is hot. */
static void
test_all_different(void **state)
{
    (void)state;
    struct log_keys keys;
    size_t count;
    log_keys_init(&keys, SMALL, 4);
    for (unsigned i = 0; i < 100000; i++)
        add(&keys, i, BYTES, LOG_KEY_REPLACED, 0);
    struct log_keys_hot *hot = log_keys_ranked(&keys, false, &count);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(hot[i].figures.commands, 1);
    assert_int_equal(number_of(&hot[0]), 0);
    assert_int_equal(number_of(&hot[1]), 1);
    assert_int_equal(number_of(&hot[2]), 10);
    assert_int_equal(number_of(&hot[3]), 100);
    free(hot);
    struct log_keys_sums sums = log_keys_sums(&keys);
    assert_int_equal(sums.garbage, 0);
    assert_true(sums.keys > 90000 && sums.keys < 110000);
    log_keys_fini(&keys);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fates),
        cmocka_unit_test(test_no_name),
        cmocka_unit_test(test_flushes),
        cmocka_unit_test(test_rankings),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_few_are_great),
        cmocka_unit_test(test_repeatable),
        cmocka_unit_test(test_all_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
