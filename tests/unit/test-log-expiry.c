/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "log-text.h"

/* In the order of log_expiry_within. */
enum { MINUTE, HOUR, DAY, WEEK, MONTH, YEAR, LATER };

/* The #TS of all tests. */
#define NOW "#TS:1000000000\n"

static struct log_expiry
expiry_of(const char *lines)
{
    const struct log_options options = { .hot = 1, .memory = 1024 * 1024 };
    struct log *log = log_new(&options);
    log_text_read(log, 0, 0, lines, AOF_RECORD_HELD);
    struct log_expiry expiry = log->expiry;
    log_free(log);
    return expiry;
}

static void
assert_ahead(const char *line, size_t class)
{
    struct buffer lines = { .data = NULL };
    buffer_append_format(&lines, NOW "%s\n", line);
    buffer_append_byte(&lines, '\0');
    struct log_expiry expiry = expiry_of((const char *)lines.data);
    assert_int_equal(expiry.set, 1);
    assert_int_equal(expiry.ahead[class], 1);
    buffer_fini(&lines);
}

static void
test_forms(void **state)
{
    (void)state;
    assert_ahead("PEXPIREAT k 1000000060000", MINUTE);
    assert_ahead("PEXPIREAT k 1000000060001", HOUR);
    assert_ahead("EXPIREAT k 1000003600", HOUR);
    assert_ahead("EXPIRE k 86400", DAY);
    assert_ahead("pexpire k 86400001", WEEK);
    assert_ahead("SETEX k 2592000 v", MONTH);
    assert_ahead("PSETEX k 2592000001 v", YEAR);
    assert_ahead("SET k v EX 10", MINUTE);
    assert_ahead("SET k v PX 100000", HOUR);
    assert_ahead("SET k v pxat 1000000100000", HOUR);
    assert_ahead("SET k v XX EXAT 1900000000", LATER);
    assert_ahead("HPEXPIREAT k 1000000001000 FIELDS 1 f", MINUTE);
    assert_ahead("HSETEX k PXAT 1000000001000 FIELDS 1 f PX", MINUTE);
    assert_ahead("MSETEX 2 a 1 b 2 EX 5", MINUTE);
    assert_ahead("RESTORE k 5000 payload", MINUTE);
    assert_ahead("RESTORE k 1000000005000 payload REPLACE ABSTTL", MINUTE);
}

static void
test_none(void **state)
{
    (void)state;
    struct log_expiry expiry = expiry_of(NOW "SET k v\n"
                                             "SET PX EX\n"
                                             "SET k v KEEPTTL\n"
                                             "RESTORE k 0 payload\n"
                                             "PERSIST k\n"
                                             "HSETEX k FIELDS 1 EX 5\n"
                                             "EXPIRE k soon\n"
                                             "HSET k EX 5\n");
    assert_int_equal(expiry.set, 0);
}

static void
test_past_and_unknown(void **state)
{
    (void)state;
    struct log_expiry expiry =
        expiry_of("PEXPIREAT k 1000000060000\n" /* no #TS yet */
                  "EXPIRE k 5\n"
                  "EXPIRE k -5\n" NOW
                  "PEXPIREAT k 999999999999\n"
                  "EXPIREAT k 9223372036854775807\n"
                  "PEXPIREAT k -9223372036854775808\n");
    assert_int_equal(expiry.set, 6);
    assert_int_equal(expiry.unknown, 1);
    assert_int_equal(expiry.ahead[MINUTE], 1);
    assert_int_equal(expiry.past, 3);
    assert_int_equal(expiry.ahead[LATER], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_past_and_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
