/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Each way of computing the CRC against one bit at a time.  The source itself
 * is included, to reach the ways that this processor would not choose.
 */
#include "input/crc64.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LONGEST = 5000, ROUNDS = 3000 };

/* The definition, with the polynomial as published and bits as they come. */
static uint64_t
one_bit_at_a_time(uint64_t crc, const unsigned char *data, size_t size)
{
    const uint64_t jones = UINT64_C(0xad93d23594c935a9);
    uint64_t normal = 0;
    for (int i = 0; i < 64; i++)
        normal |= (crc >> i & 1) << (63 - i);
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            uint64_t in = data[i] >> bit & 1;
            uint64_t out = normal >> 63;
            normal = normal << 1 ^ (in ^ out ? jones : 0);
        }
    uint64_t reflected = 0;
    for (int i = 0; i < 64; i++)
        reflected |= (normal >> i & 1) << (63 - i);
    return reflected;
}

static uint64_t
next_random(void)
{
    static uint64_t state = 88172645463325252U;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void
compare_with_definition(crc64_way *way)
{
    unsigned char *data = malloc(LONGEST + 64);
    assert_non_null(data);
    for (size_t i = 0; i < LONGEST + 64; i++)
        data[i] = (unsigned char)(next_random() >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        size_t limit = round % 4 == 0 ? LONGEST : 700;
        size_t size = (size_t)(next_random() % limit);
        size_t offset = (size_t)(next_random() % 64);
        uint64_t crc = next_random();
        assert_int_equal(way(crc, data + offset, size),
                         one_bit_at_a_time(crc, data + offset, size));
    }
    free(data);
}

static void
test_check_value(void **state)
{
    (void)state;
    const unsigned char *digits = (const unsigned char *)"123456789";
    assert_int_equal(crc64(0, digits, 9), UINT64_C(0xe9c6d914c4b8d9ca));
    assert_int_equal(one_bit_at_a_time(0, digits, 9),
                     UINT64_C(0xe9c6d914c4b8d9ca));
}

static void
test_no_bytes_leave_the_value(void **state)
{
    (void)state;
    assert_int_equal(crc64(77, NULL, 0), 77);
}

static void
test_pieces_equal_the_whole(void **state)
{
    (void)state;
    unsigned char data[3000];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (unsigned char)next_random();
    uint64_t whole = crc64(5, data, sizeof(data));
    for (size_t cut = 0; cut <= sizeof(data); cut += 37)
        assert_int_equal(
            crc64(crc64(5, data, cut), data + cut, sizeof(data) - cut), whole);
}

static void
test_tables(void **state)
{
    (void)state;
    compare_with_definition(by_tables);
}

#if HAVE_CARRYLESS

static void
test_128_bits(void **state)
{
    (void)state;
    if (!have_128())
        skip();
    compare_with_definition(by_128_bits);
}

static void
test_512_bits(void **state)
{
    (void)state;
    if (!have_512())
        skip();
    compare_with_definition(by_512_bits);
}

#endif

static int
prepare_tables(void **state)
{
    (void)state;
    (void)crc64(0, NULL, 0);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_value),
        cmocka_unit_test(test_no_bytes_leave_the_value),
        cmocka_unit_test(test_pieces_equal_the_whole),
        cmocka_unit_test(test_tables),
#if HAVE_CARRYLESS
        cmocka_unit_test(test_128_bits),
        cmocka_unit_test(test_512_bits),
#endif
    };
    return cmocka_run_group_tests(tests, prepare_tables, NULL);
}
