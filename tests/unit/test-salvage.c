/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Files of a few dozen keys, damaged by hand.  What hundreds of random cases
 * come to is the business of run-repair.tap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rdb/salvage.h"

enum { KEYS = 40 };

/* A file under construction, and where its pieces are. */
static struct {
    struct rdb_writer writer;
    struct buffer bytes;
    size_t keys[KEYS]; /* offsets */
    size_t count;
} made;

static struct salvage salvage;
static struct error error;

static void
take(void *context, struct bytes bytes)
{
    buffer_append(context, bytes.data, bytes.size);
}

static void
begin(int version)
{
    buffer_clear(&made.bytes);
    made.count = 0;
    rdb_write_init(&made.writer, take, &made.bytes);
    rdb_write_header(&made.writer, RDB_REDIS, version);
}

static void
end(void)
{
    rdb_write_end(&made.writer);
    rdb_write_fini(&made.writer);
}

/* A string, named and filled by its number. */
static void
add_key(void)
{
    char name[32];
    char value[64];
    int size = snprintf(name, sizeof(name), "key:%06zu", made.count);
    made.keys[made.count] = (size_t)made.writer.size;
    rdb_write_byte(&made.writer, 0);
    rdb_write_string(&made.writer, bytes_of(name, (size_t)size));
    size = snprintf(value, sizeof(value), "the value of number %zu",
                    made.count++);
    rdb_write_string(&made.writer, bytes_of(value, (size_t)size));
}

static void
add_keys(size_t count)
{
    while (count-- > 0)
        add_key();
}

/* Two databases of 20 keys, as servers from 3.2 on write them. */
static void
make(void)
{
    begin(9);
    rdb_write_aux(&made.writer, "redis-ver", BYTES_LITERAL("5.0.14"));
    rdb_write_database(&made.writer, 0);
    rdb_write_sizes(&made.writer, 20, 0);
    add_keys(20);
    rdb_write_database(&made.writer, 3);
    rdb_write_sizes(&made.writer, 20, 0);
    add_keys(20);
    end();
}

static enum status
find_with(uint64_t (*log_begins)(void *context, uint64_t offset))
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(made.bytes.data, 1, made.bytes.size, file),
                     made.bytes.size);
    fflush(file);
    const struct salvage_options options = { .fd = dup(fileno(file)),
                                             .limit = made.bytes.size,
                                             .log_begins = log_begins };
    fclose(file);
    error.kind = ERROR_NONE;
    return salvage_find(&salvage, &options, &error);
}

static void
find(void)
{
    assert_int_equal(find_with(NULL), STATUS_OK);
}

/* What is written must be sound and have all that was kept; done with both. */
static void
done(void)
{
    struct rdb_writer writer;
    uint64_t keys = salvage.keys;
    made.bytes.size = 0;
    int fd = salvage.options.fd;
    rdb_write_init(&writer, take, &made.bytes);
    assert_int_equal(salvage_write(&salvage, &writer, &error), STATUS_OK);
    rdb_write_fini(&writer);
    salvage_fini(&salvage);
    close(fd);

    find();
    assert_true(salvage_is_intact(&salvage));
    assert_int_equal(salvage.facts.crc, RDB_CRC_OK);
    assert_int_equal(salvage.keys, keys);
    assert_int_equal(salvage.lost_keys, 0);
    close(salvage.options.fd);
    salvage_fini(&salvage);
}

static void
is_gap(size_t i, size_t from, size_t until, enum salvage_cause cause)
{
    assert_true(i < salvage.gap_count);
    assert_int_equal(salvage.gaps[i].offset, from);
    assert_int_equal(salvage.gaps[i].offset + salvage.gaps[i].size, until);
    assert_int_equal(salvage.gaps[i].cause, cause);
}

static void
intact(void **state)
{
    (void)state;
    make();
    find();
    assert_true(salvage_is_intact(&salvage));
    assert_int_equal(salvage.keys, 40);
    assert_true(salvage.counts_lost);
    done();
}

static void
wrong_checksum(void **state)
{
    (void)state;
    make();
    made.bytes.data[made.bytes.size - 1] ^= 1;
    find();
    assert_false(salvage_is_intact(&salvage));
    assert_true(salvage.crc_wrong);
    assert_int_equal(salvage.gap_count, 0);
    assert_int_equal(salvage.keys, 40);
    done();
}

/* A length that reads as one of 2^62: nothing tells where the value ends. */
static void
huge_length(void **state)
{
    (void)state;
    make();
    memcpy(made.bytes.data + made.keys[5] + 12, "\x81\x40\0\0\0\0\0\0\0", 9);
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[5], made.keys[6], SALVAGE_DAMAGED);
    assert_true(salvage.gaps[0].confirmed >= 30);
    assert_int_equal(salvage.keys, 39);
    assert_int_equal(salvage.lost_keys, 1);
    assert_false(salvage.gaps[0].db_unsure);
    done();
}

/* A type byte that is none: nothing says where the key before it really
 * ended, and it may have been hit. */
static void
unknown_type(void **state)
{
    (void)state;
    make();
    made.bytes.data[made.keys[30]] = 0x77;
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[29], made.keys[31], SALVAGE_DAMAGED);
    assert_int_equal(salvage.gaps[0].db, 3);
    assert_int_equal(salvage.keys, 38);
    done();
}

/* A length that has become longer swallows the keys behind it. */
static void
swallowed(void **state)
{
    (void)state;
    make();
    made.bytes.data[made.keys[5] + 12] = 0x40; /* 14 bits: 116 bytes */
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[5], made.keys[6], SALVAGE_DAMAGED);
    assert_int_equal(salvage.keys, 39);
    done();
}

/* Zeros are any number of strings without name and value. */
static void
zeros(void **state)
{
    (void)state;
    make();
    memset(made.bytes.data + made.keys[10], 0,
           made.keys[12] - made.keys[10]);
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[9], made.keys[12], SALVAGE_DAMAGED);
    assert_int_equal(salvage.keys, 37);
    done();
}

/* 0xff where a type should be is not the end. */
static void
early_end(void **state)
{
    (void)state;
    make();
    made.bytes.data[made.keys[10]] = 0xff;
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[9], made.keys[11], SALVAGE_DAMAGED);
    assert_true(salvage.had_end);
    done();
}

static void
lost_database(void **state)
{
    (void)state;
    make();
    memset(made.bytes.data + made.keys[19], 0x66,
           made.keys[21] - made.keys[19]);
    find();
    assert_int_equal(salvage.gap_count, 1);
    assert_int_equal(salvage.gaps[0].db, 0);
    assert_true(salvage.gaps[0].db_unsure);
    assert_int_equal(salvage.database_count, 1);
    done();
}

static void
truncated(void **state)
{
    (void)state;
    make();
    made.bytes.size = made.keys[25] + 10;
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[25], made.keys[25] + 10, SALVAGE_TRUNCATED);
    assert_false(salvage.had_end);
    assert_int_equal(salvage.keys, 25);
    assert_int_equal(salvage.lost_keys, 15);
    done();
}

static void
cut_in_checksum(void **state)
{
    (void)state;
    make();
    made.bytes.size -= 3;
    find();
    assert_int_equal(salvage.gap_count, 0);
    assert_true(salvage.had_end);
    assert_true(salvage.crc_wrong);
    done();
}

static void
behind_end(void **state)
{
    (void)state;
    make();
    size_t size = made.bytes.size;
    buffer_append_text(&made.bytes, "who knows");
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, size, size + 9, SALVAGE_BEHIND);
    assert_int_equal(salvage.lost_bytes, 9);
    done();
}

static void
header(void **state)
{
    (void)state;
    make();
    memset(made.bytes.data, 0, 9);
    find();
    assert_true(salvage.header_guessed);
    assert_int_equal(salvage.gap_count, 0);
    assert_int_equal(salvage.facts.version, 9); /* of redis 5.0 */
    assert_int_equal(salvage.keys, 40);
    done();
}

/* A record that the newest servers take, and the one that the version then
 * written stands for does not: LZF of an empty text, "" and "abc". */
static void
header_of_old(void **state)
{
    (void)state;
    begin(6);
    rdb_write_database(&made.writer, 0);
    add_keys(20);
    rdb_write_raw(&made.writer,
                  BYTES_LITERAL("\x00\x01" "e\xc3\x03\x00" "abc"));
    add_keys(20);
    end();
    made.bytes.data[7] = '=';
    find();
    assert_true(salvage.header_guessed);
    assert_int_equal(salvage.facts.version, 6);
    assert_int_equal(salvage.gap_count, 1);
    assert_int_equal(salvage.keys, 40);
    done();
}

static void
no_rdb(void **state)
{
    (void)state;
    buffer_clear(&made.bytes);
    for (int i = 0; i < 5000; i++)
        buffer_append_byte(&made.bytes, (unsigned char)(i * i / 7));
    assert_int_equal(find_with(NULL), STATUS_FAIL);
    assert_int_equal(error.kind, ERROR_DAMAGED);
    close(salvage.options.fd);
    salvage_fini(&salvage);
}

/* The second of two keys of one name ends a server. */
static void
duplicate(void **state)
{
    (void)state;
    begin(9);
    add_keys(10);
    made.count = 3;
    size_t at = (size_t)made.writer.size;
    add_key();
    size_t behind = (size_t)made.writer.size;
    made.count = 10;
    add_keys(10);
    end();
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, at, behind, SALVAGE_DUPLICATE);
    assert_int_equal(salvage.keys, 20);
    done();
}

/* A damaged value that holds an RDB: none of its keys are ours. */
static void
rdb_inside(void **state)
{
    struct buffer inner = { NULL, 0, 0 };
    (void)state;
    make();
    buffer_append(&inner, made.bytes.data, made.bytes.size);
    begin(9);
    add_keys(20);
    size_t at = (size_t)made.writer.size;
    rdb_write_byte(&made.writer, 0);
    rdb_write_string(&made.writer, BYTES_LITERAL("backup"));
    rdb_write_string(&made.writer, buffer_bytes(&inner));
    made.count = 21;
    add_keys(15);
    end();
    made.bytes.data[at] = 0x77;
    find();
    assert_int_equal(salvage.gap_count, 1);
    is_gap(0, made.keys[19], made.keys[21], SALVAGE_DAMAGED);
    assert_int_equal(salvage.keys, 34);
    done();
    buffer_fini(&inner);
}

static const char log_text[] = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";

static uint64_t
log_begins(void *context, uint64_t offset)
{
    (void)context;
    size_t size = sizeof(log_text) - 1;
    return offset + size <= made.bytes.size &&
                   memcmp(made.bytes.data + offset, log_text, size) == 0
               ? 9
               : 0;
}

/* In front of a log, EOF is not where the file ends. */
static void
preamble(void **state)
{
    (void)state;
    make();
    size_t size = made.bytes.size;
    buffer_append_text(&made.bytes, log_text);
    assert_int_equal(find_with(log_begins), STATUS_OK);
    assert_true(salvage_is_intact(&salvage));
    assert_int_equal(salvage.end, size);
    done();
}

static void
preamble_without_end(void **state)
{
    (void)state;
    make();
    size_t size = made.bytes.size;
    buffer_append_text(&made.bytes, log_text);
    memset(made.bytes.data + made.keys[38] + 20, 0x66,
           size - made.keys[38] - 20);
    assert_int_equal(find_with(log_begins), STATUS_OK);
    assert_false(salvage.had_end);
    assert_int_equal(salvage.end, size);
    assert_int_equal(salvage.gap_count, 1);
    assert_int_equal(salvage.gaps[0].confirmed, 9);
    assert_int_equal(salvage.keys, 38);
    done();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intact),
        cmocka_unit_test(wrong_checksum),
        cmocka_unit_test(huge_length),
        cmocka_unit_test(unknown_type),
        cmocka_unit_test(swallowed),
        cmocka_unit_test(zeros),
        cmocka_unit_test(early_end),
        cmocka_unit_test(lost_database),
        cmocka_unit_test(truncated),
        cmocka_unit_test(cut_in_checksum),
        cmocka_unit_test(behind_end),
        cmocka_unit_test(header),
        cmocka_unit_test(header_of_old),
        cmocka_unit_test(no_rdb),
        cmocka_unit_test(duplicate),
        cmocka_unit_test(rdb_inside),
        cmocka_unit_test(preamble),
        cmocka_unit_test(preamble_without_end),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_fini(&made.bytes);
    return failed;
}
