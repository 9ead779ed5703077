/* SPDX-License-Identifier: BSD-3-Clause
 *
 * However a run is found, it is the one that a walk from run to run finds: in
 * runs as servers write them, in any bytes, and in bytes that are mostly runs
 * of two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aof/hll-dense.h"
#include "aof/hll-runs.h"

enum { TEXTS = 3000, RUNS_MOST = 300, NUMBERS_MOST = 20000 };

static uint64_t random_state = 1;

static unsigned
random_below(unsigned bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % bound;
}

typedef size_t put_run(unsigned char *to, size_t room);

/* Zeros, some of them in a run of two bytes, then values. */
static size_t
put_servers_runs(unsigned char *to, size_t room)
{
    size_t size = 0;
    unsigned zeros = random_below(random_below(4) == 0 ? 600 : 64);
    if (room < 3)
        return 0;
    if (zeros >= 64)
        to[size++] = (unsigned char)(0x40 | zeros >> 8);
    to[size++] = (unsigned char)zeros;
    to[size++] = (unsigned char)(0x80 | random_below(0x80));
    return size;
}

static size_t
put_byte(unsigned char *to, size_t room)
{
    (void)room;
    *to = (unsigned char)random_below(0x100);
    return 1;
}

static size_t
put_long_runs(unsigned char *to, size_t room)
{
    (void)room;
    *to = (unsigned char)(random_below(8) == 0 ? random_below(0x100)
                                               : 0x40 + random_below(4));
    return 1;
}

/* A block of its own, so that a look behind its end is seen. */
static struct bytes
make_text(put_run *put)
{
    size_t size = HLL_RUNS_AT + random_below(RUNS_MOST);
    unsigned char *data = malloc(size);
    size_t at = 0;
    assert_non_null(data);
    while (at < HLL_RUNS_AT)
        data[at++] = (unsigned char)random_below(0x100);
    for (size_t more = 1; at < size && more > 0; at += more)
        more = put(data + at, size - at);
    while (at < size)
        data[at++] = 0;
    return bytes_of(data, size);
}

/* By the format's own words. */
static bool
walk(struct bytes text, unsigned number, struct hll_place *place)
{
    *place = (struct hll_place){ .at = HLL_RUNS_AT, .previous = HLL_RUNS_AT };
    while (place->at < text.size &&
           hll_run_read(text, place->at, &place->run)) {
        if (number < place->first + place->run.length)
            return true;
        place->previous = place->at;
        place->previous_first = place->first;
        place->at += place->run.size;
        place->first += place->run.length;
    }
    return false;
}

static void
expect_same(const struct hll_place *found, const struct hll_place *expected)
{
    assert_int_equal(found->at, expected->at);
    assert_int_equal(found->first, expected->first);
    assert_int_equal(found->previous, expected->previous);
    assert_int_equal(found->previous_first, expected->previous_first);
    assert_int_equal(found->run.length, expected->run.length);
    assert_int_equal(found->run.count, expected->run.count);
    assert_int_equal(found->run.size, expected->run.size);
}

/* Registers in ascending order, so that each may go on from the one before. */
static void
check_text(struct bytes text)
{
    struct hll_place on = { .at = HLL_RUNS_AT, .previous = HLL_RUNS_AT };
    struct hll_place found;
    struct hll_place expected;
    unsigned step = 1 + random_below(200);
    for (unsigned i = 0; i < NUMBERS_MOST; i += 1 + random_below(step)) {
        bool there = walk(text, i, &expected);
        assert_int_equal(hll_runs_find(text, i, &found), there);
        if (!there)
            break;
        expect_same(&found, &expected);
        assert_true(hll_runs_find_on(text, i, &on));
        expect_same(&on, &expected);
    }
}

static void
check_texts(put_run *put)
{
    for (int i = 0; i < TEXTS; i++) {
        struct bytes text = make_text(put);
        check_text(text);
        free((void *)(uintptr_t)text.data);
    }
}

static void
test_servers_runs(void **state)
{
    (void)state;
    check_texts(put_servers_runs);
}

static void
test_any_bytes(void **state)
{
    (void)state;
    check_texts(put_byte);
}

static void
test_long_runs(void **state)
{
    (void)state;
    check_texts(put_long_runs);
}

/* All together they are what they are one by one, and the other way round. */
static void
test_dense(void **state)
{
    static unsigned char registers[HLL_REGISTERS];
    static unsigned char dense[HLL_DENSE_BYTES];
    static unsigned char packed[HLL_DENSE_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof(dense); i++)
        dense[i] = (unsigned char)random_below(0x100);
    hll_dense_unpack(registers, dense);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        assert_int_equal(registers[i], hll_dense_get(dense, i));
    hll_dense_pack(packed, registers);
    assert_memory_equal(packed, dense, sizeof(dense));
    memset(packed, 0xa5, sizeof(packed));
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        hll_dense_put(packed, i, registers[i]);
    assert_memory_equal(packed, dense, sizeof(dense));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers_runs),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_long_runs),
        cmocka_unit_test(test_dense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
