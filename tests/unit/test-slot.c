/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Slots: the check value of CRC-16/XMODEM, the example keys of the Redis
 * Cluster specification, and answers of CLUSTER KEYSLOT of Redis 7.0.15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/slot.h"

static unsigned
slot(const char *name)
{
    return slot_of(bytes_of_text(name));
}

static void
test_crc(void **state)
{
    (void)state;
    assert_int_equal(slot_crc16(BYTES_LITERAL("123456789")), 0x31c3);
    assert_int_equal(slot_crc16(BYTES_LITERAL("")), 0);
}

/* CLUSTER KEYSLOT of the same names. */
static void
test_of_a_server(void **state)
{
    (void)state;
    assert_int_equal(slot(""), 0);
    assert_int_equal(slot("foo"), 12182);
    assert_int_equal(slot("user1000"), 3443);
    assert_int_equal(slot("foo{}{bar}"), 8363);
    assert_int_equal(slot("foo{{bar}}zap"), 4015);
    assert_int_equal(slot("foo{bar}{zap}"), 5061);
    assert_int_equal(slot("}{"), 12793);
    assert_int_equal(slot("{"), 4092);
    assert_int_equal(slot("a{b"), 13340);
    assert_int_equal(slot("{}"), 15257);
    assert_int_equal(slot("{a}"), 15495);
    assert_int_equal(slot("a}{b}c"), 3300);
    assert_int_equal(slot("key:000000000001"), 8924);
    assert_int_equal(slot("{user1000}.following"), 3443);
    assert_int_equal(slot_of(BYTES_LITERAL("\x00\xff\x80{\xfe}")), 3793);
}

static void
test_tags(void **state)
{
    (void)state;
    assert_int_equal(slot("{user1000}.following"),
                     slot("{user1000}.followers"));
    assert_int_equal(slot("{user1000}.following"), slot("user1000"));
    assert_int_not_equal(slot("foo{}{bar}"), slot("bar"));
    assert_int_equal(slot("foo{{bar}}zap"), slot("{bar"));
    assert_int_equal(slot("foo{bar}{zap}"), slot("bar"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc),
        cmocka_unit_test(test_of_a_server),
        cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
