/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "drip.h"

enum { FOUND_MAX = 16 };

/* A sink that remembers. */
struct found {
    struct findings findings;
    enum finding_code codes[FOUND_MAX];
    uint64_t offsets[FOUND_MAX];
    size_t count;
};

static void
found_add(struct findings *findings, const struct finding *finding)
{
    struct found *found = (struct found *)findings;
    assert_true(found->count < FOUND_MAX);
    found->codes[found->count] = finding->code;
    found->offsets[found->count++] = finding->offset;
}

struct fixture {
    struct found found;
    struct drip drip;
    struct reader reader;
    struct aof_records records;
};

static void
open_text(struct fixture *f, struct bytes text, size_t block, uint64_t hold)
{
    *f = (struct fixture){ .found = { .findings = { found_add } },
                           .drip = drip_of(text, block) };
    if (block == 0)
        reader_init_memory(&f->reader, text, 0);
    else
        reader_init(&f->reader, &f->drip.stream, 0);
    aof_records_init(&f->records, &f->reader, &f->found.findings, hold);
}

static void
close_text(struct fixture *f)
{
    aof_records_fini(&f->records);
    reader_fini(&f->reader);
}

static void
assert_argument(const struct fixture *f, size_t number, const char *text)
{
    const struct aof_argument *argument = &f->records.record.args[number];
    assert_int_equal(argument->size, strlen(text));
    assert_int_equal(argument->held, strlen(text));
    assert_memory_equal(argument->data, text, strlen(text));
}

#define SELECT "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
#define SET "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n"

static void
read_in_blocks(size_t block)
{
    struct fixture f;
    open_text(&f, BYTES_LITERAL("#TS:1700000000\r\n" SELECT SET), block,
              AOF_RECORD_HELD);
    const struct aof_record *record = &f.records.record;

    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_int_equal(record->kind, AOF_RECORD_ANNOTATION);
    assert_int_equal(record->line.size, 14);
    assert_memory_equal(record->line.data, "#TS:1700000000", 14);

    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_int_equal(record->kind, AOF_RECORD_COMMAND);
    assert_int_equal(record->offset, 16);
    assert_int_equal(record->end, 16 + 23);
    assert_int_equal(record->argc, 2);
    assert_int_equal(record->first, 0);
    assert_int_equal(record->count, 2);
    assert_argument(&f, 0, "SELECT");
    assert_argument(&f, 1, "0");

    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_argument(&f, 0, "SET");
    assert_argument(&f, 1, "k");
    assert_argument(&f, 2, "");
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    assert_int_equal(f.found.count, 0);
    close_text(&f);
}

static void
test_plain(void **state)
{
    (void)state;
    for (size_t block = 0; block < 40; block++)
        read_in_blocks(block);
}

/* One finding, then all goes on: what servers take. */
static void
assert_taken(struct bytes text, enum finding_code code, uint64_t offset)
{
    for (size_t block = 0; block < 3; block++) {
        struct fixture f;
        open_text(&f, text, block, AOF_RECORD_HELD);
        assert_int_equal(aof_records_next(&f.records), STATUS_OK);
        assert_int_equal(aof_records_next(&f.records), STATUS_END);
        assert_int_equal(f.found.count, 1);
        assert_int_equal(f.found.codes[0], code);
        assert_int_equal(f.found.offsets[0], offset);
        close_text(&f);
    }
}

static void
test_taken(void **state)
{
    (void)state;
    assert_taken(BYTES_LITERAL("*1x\r\n$4\r\nPING\r\n"), FINDING_AOF_NUMBER,
                 0);
    assert_taken(BYTES_LITERAL("*01\r\n$4\r\nPING\r\n"), FINDING_AOF_NUMBER,
                 0);
    assert_taken(BYTES_LITERAL("*1\0x\r\n$4\r\nPING\r\n"),
                 FINDING_AOF_NUMBER, 0);
    assert_taken(BYTES_LITERAL("*1\r\n$ 4\r\nPING\r\n"), FINDING_AOF_NUMBER,
                 4);
    assert_taken(BYTES_LITERAL("*1\n$4\r\nPING\r\n"), FINDING_AOF_LINE_END,
                 2);
    assert_taken(BYTES_LITERAL("*1\r\n$4\r\nPINGxy"), FINDING_AOF_BULK_END,
                 12);
    assert_taken(BYTES_LITERAL("*4294967297\r\n$4\r\nPING\r\n"),
                 FINDING_AOF_NUMBER, 0);
    assert_taken(BYTES_LITERAL("#open"), FINDING_AOF_ANNOTATION_OPEN, 0);
}

/* The last finding, and nothing more. */
static void
assert_refused(struct bytes text, enum finding_code code, uint64_t offset)
{
    for (size_t block = 0; block < 3; block++) {
        struct fixture f;
        open_text(&f, text, block, AOF_RECORD_HELD);
        assert_int_equal(aof_records_next(&f.records), STATUS_FAIL);
        assert_int_equal(f.records.record.offset, 0);
        assert_int_equal(f.found.codes[f.found.count - 1], code);
        assert_int_equal(f.found.offsets[f.found.count - 1], offset);
        assert_int_equal(f.reader.error.kind, code == FINDING_AOF_TRUNCATED
                                                  ? ERROR_TRUNCATED
                                                  : ERROR_DAMAGED);
        close_text(&f);
    }
}

static void
test_refused(void **state)
{
    (void)state;
    assert_refused(BYTES_LITERAL("*0\r\n"), FINDING_AOF_ARGC, 0);
    assert_refused(BYTES_LITERAL("*-1\r\n"), FINDING_AOF_ARGC, 0);
    assert_refused(BYTES_LITERAL("*x\r\n$1\r\n"), FINDING_AOF_ARGC, 0);
    assert_refused(BYTES_LITERAL("*2147483648\r\n"), FINDING_AOF_ARGC, 0);
    assert_refused(BYTES_LITERAL("*1\r\n+OK\r\n"), FINDING_AOF_BULK, 4);
    assert_refused(BYTES_LITERAL("*1\r\n$-1\r\n"), FINDING_AOF_SIZE_NEGATIVE,
                   4);
    assert_refused(BYTES_LITERAL("*1\r\n$1000000000000000\r\nx\r\n"),
                   FINDING_AOF_SIZE_HUGE, 4);
    assert_refused(BYTES_LITERAL("PING\r\n"), FINDING_AOF_INLINE, 0);
    assert_refused(BYTES_LITERAL("\r\n"), FINDING_AOF_INLINE, 0);
    assert_refused(BYTES_LITERAL("\0\0\0"), FINDING_AOF_NULS, 0);
    assert_refused(BYTES_LITERAL("REDIS0011"), FINDING_AOF_PREAMBLE, 0);
    assert_refused(BYTES_LITERAL("VALKEY080"), FINDING_AOF_PREAMBLE, 0);
    assert_refused(BYTES_LITERAL("$1\r\n"), FINDING_AOF_BYTE, 0);
}

static void
test_cut_anywhere(void **state)
{
    (void)state;
    const struct bytes text = BYTES_LITERAL(SET);
    for (size_t size = 1; size < text.size; size++)
        assert_refused(bytes_of(text.data, size), FINDING_AOF_TRUNCATED,
                       size);
}

static void
append_command(struct buffer *out, size_t argc, size_t size)
{
    buffer_append_format(out, "*%zu\r\n", argc);
    for (size_t i = 0; i < argc; i++) {
        buffer_append_format(out, "$%zu\r\n", size);
        for (size_t j = 0; j < size; j++)
            buffer_append_byte(out, (unsigned char)('a' + i % 26));
        buffer_append_text(out, "\r\n");
    }
}

/* Reads one command in slices; says how many there were. */
static size_t
read_slices(struct fixture *f, uint64_t argc, uint64_t size, size_t held)
{
    const struct aof_record *record = &f->records.record;
    size_t slices = 0;
    uint64_t number = 0;
    do {
        assert_int_equal(aof_records_next(&f->records), STATUS_OK);
        assert_int_equal(record->argc, argc);
        assert_int_equal(record->first, number);
        for (size_t i = 0; i < record->count; i++, number++) {
            assert_int_equal(record->args[i].size, size);
            assert_int_equal(record->args[i].held, held);
            assert_int_equal(record->args[i].data[held - 1],
                             'a' + number % 26);
        }
        slices++;
    } while (record->end == 0);
    assert_int_equal(number, argc);
    return slices;
}

static void
test_slices(void **state)
{
    (void)state;
    struct buffer text = { NULL, 0, 0 };
    append_command(&text, 3000, 2);
    append_command(&text, 10, 100000);
    append_command(&text, 1, 4);
    for (size_t block = 0; block < 100001; block += 50000) {
        struct fixture f;
        open_text(&f, buffer_bytes(&text), block, AOF_RECORD_HELD);
        assert_int_equal(read_slices(&f, 3000, 2, 2), 3);
        assert_true(read_slices(&f, 10, 100000, AOF_RECORD_HELD) <= 3);
        assert_int_equal(read_slices(&f, 1, 4, 4), 1);
        assert_int_equal(aof_records_next(&f.records), STATUS_END);
        assert_int_equal(f.found.count, 0);
        close_text(&f);
    }
    buffer_fini(&text);
}

static void
test_all_held(void **state)
{
    (void)state;
    struct buffer text = { NULL, 0, 0 };
    append_command(&text, 3000, 2);
    append_command(&text, 10, 100000);
    struct fixture f;
    open_text(&f, buffer_bytes(&text), 70000, UINT64_MAX);
    assert_int_equal(read_slices(&f, 3000, 2, 2), 1);
    assert_int_equal(read_slices(&f, 10, 100000, 100000), 1);
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    close_text(&f);
    buffer_fini(&text);
}

/* A SET of that many bytes "x". */
static struct bytes
make_set(struct buffer *text, size_t size)
{
    buffer_append_format(text, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%zu\r\n",
                         size);
    memset(buffer_reserve(text, size), 'x', size);
    text->size += size;
    buffer_append_text(text, "\r\n");
    return buffer_bytes(text);
}

static void
assert_xs(struct bytes text, size_t size)
{
    assert_int_equal(text.size, size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(text.data[i], 'x');
}

/* A long argument is read into a block of the pool, which can be taken. */
static void
test_blocks(void **state)
{
    (void)state;
    enum { SIZE = 3000000 };
    struct buffer text = { 0 };
    struct fixture f;
    struct pool pool;
    (void)make_set(&text, SIZE);
    pool_init(&pool, 0);
    open_text(&f, make_set(&text, SIZE), 50000, UINT64_MAX);
    aof_records_use_pool(&f.records, &pool);
    const struct aof_record *record = &f.records.record;
    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    struct bytes argument = aof_argument_bytes(&record->args[2]);
    assert_argument(&f, 1, "k");
    assert_xs(argument, SIZE);
    assert_null(aof_blocks_take(record->blocks,
                                aof_argument_bytes(&record->args[1])));
    unsigned char *block = aof_blocks_take(record->blocks, argument);
    assert_ptr_equal(block, argument.data);
    assert_null(aof_blocks_take(record->blocks, argument));

    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_xs(aof_argument_bytes(&record->args[2]), SIZE);
    assert_xs(bytes_of(block, SIZE), SIZE);
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    pool_free(&pool, block, SIZE);
    close_text(&f);
    pool_fini(&pool);
    buffer_fini(&text);
}

/* When all of a pool goes, so do its blocks. */
static void
test_blocks_of_a_pool_that_is_reset(void **state)
{
    (void)state;
    struct buffer text = { 0 };
    struct fixture f;
    struct pool pool;
    pool_init(&pool, 0);
    open_text(&f, make_set(&text, 100000), 50000, UINT64_MAX);
    aof_records_use_pool(&f.records, &pool);
    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    pool_reset(&pool);
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    close_text(&f);
    pool_fini(&pool);
    buffer_fini(&text);
}

/* Whatever the limit, no more than it is held, but for a MiB. */
static void
test_blocks_end_with_the_pool(void **state)
{
    (void)state;
    enum { SIZE = 9000000, MIB = 1024 * 1024 };
    static const uint64_t limits[] = { 500000, 3 * MIB, 7 * MIB };
    struct buffer text = { 0 };
    struct bytes set = make_set(&text, SIZE);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct fixture f;
        struct pool pool;
        pool_init(&pool, limits[i]);
        open_text(&f, set, 50000, UINT64_MAX);
        aof_records_use_pool(&f.records, &pool);
        assert_int_equal(aof_records_next(&f.records), STATUS_OK);
        assert_int_equal(f.records.record.args[2].size, SIZE);
        assert_in_range(f.records.record.args[2].held, 1, limits[i] + MIB);
        assert_true(pool_is_full(&pool));
        assert_int_equal(aof_records_next(&f.records), STATUS_END);
        close_text(&f);
        pool_fini(&pool);
    }
    buffer_fini(&text);
}

/* Many short arguments, too: what is over comes in slices. */
static void
test_arguments_end_with_the_pool(void **state)
{
    (void)state;
    enum { LIMIT = 500000 };
    struct buffer text = { 0 };
    struct fixture f;
    struct pool pool;
    pool_init(&pool, LIMIT);
    append_command(&text, 30000, 20);
    open_text(&f, buffer_bytes(&text), 50000, UINT64_MAX);
    aof_records_use_pool(&f.records, &pool);
    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_true(pool_is_full(&pool));
    assert_int_equal(f.records.record.end, 0);
    assert_in_range(f.records.record.count, LIMIT / 130, LIMIT / 110);
    while (f.records.record.end == 0)
        assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_int_equal(f.records.record.first + f.records.record.count, 30000);
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    close_text(&f);
    pool_fini(&pool);
    buffer_fini(&text);
}

/* Of no byte, and too odd to be taken where they lie. */
static void
test_empty_arguments(void **state)
{
    (void)state;
    struct fixture f;
    open_text(&f, BYTES_LITERAL("*2\r\n$00\r\n\r\n$0\r\n\r\n"), 0,
              AOF_RECORD_HELD);
    const struct aof_record *record = &f.records.record;
    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_int_equal(record->count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(record->args[i].size, 0);
        assert_int_equal(record->args[i].held, 0);
        assert_non_null(record->args[i].data);
    }
    assert_int_equal(aof_records_next(&f.records), STATUS_END);
    assert_int_equal(f.found.count, 1);
    assert_int_equal(f.found.codes[0], FINDING_AOF_NUMBER);
    close_text(&f);
}

static void
test_lines(void **state)
{
    (void)state;
    struct buffer text = { NULL, 0, 0 };
    buffer_append_byte(&text, '#');
    for (int i = 0; i < AOF_RECORD_LINE - 2; i++)
        buffer_append_byte(&text, 'x');
    buffer_append_byte(&text, '\n');
    struct fixture f;
    open_text(&f, buffer_bytes(&text), 1, AOF_RECORD_HELD);
    assert_int_equal(aof_records_next(&f.records), STATUS_OK);
    assert_int_equal(f.records.record.line.size, AOF_RECORD_LINE - 1);
    close_text(&f);

    text.data[text.size - 1] = 'x';
    buffer_append_byte(&text, '\n');
    assert_refused(buffer_bytes(&text), FINDING_AOF_ANNOTATION_LONG, 0);

    buffer_clear(&text);
    buffer_append_byte(&text, '*');
    for (int i = 0; i < AOF_RECORD_NUMBER; i++)
        buffer_append_byte(&text, '0');
    assert_refused(buffer_bytes(&text), FINDING_AOF_LINE, 0);
    buffer_fini(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_slices),    cmocka_unit_test(test_all_held),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_blocks_of_a_pool_that_is_reset),
        cmocka_unit_test(test_blocks_end_with_the_pool),
        cmocka_unit_test(test_arguments_end_with_the_pool),
        cmocka_unit_test(test_empty_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
