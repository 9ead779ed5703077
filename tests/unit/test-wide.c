/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/wide.h"

static const struct wide_column columns[] = {
    { { "key", "key", COLUMN_NAME }, false },
    { { "memory", "memory", COLUMN_BYTES }, true },
    { { "elements", "elements", COLUMN_COUNT }, false },
    { { "requested", "requested", COLUMN_BYTES }, true },
};

static const char *const profiles[] = { "redis-7.2", "valkey-9.1/glibc" };

static struct output output;

/* One row as a writer of that format shows it. */
static void
expect(const char *format, size_t profile_count, bool nests, const char *text)
{
    struct writer *writer = writer_new(format, &output, BYTES_ESCAPE, true);
    struct wide wide;
    struct cell cells[] = { cell_text("a"), cell_number(64), cell_number(2),
                            cell_number(50) };
    struct cell others[] = { cell_number(64), cell_number(50),
                             cell_number(72), cell_empty() };
    writer->profiles = profiles;
    writer->profile_count = profile_count;
    writer->nests_profiles = nests;
    writer->ops->begin(writer);
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "keys", NULL, wide.columns, wide.count);
    writer->ops->row(writer, wide_cells(&wide, cells, others));
    writer->ops->table_end(writer);
    wide_fini(&wide);
    writer->ops->end(writer);
    writer_free(writer);
    buffer_append_byte(&output.buffer, '\0');
    assert_string_equal((const char *)output.buffer.data, text);
    buffer_clear(&output.buffer);
}

static void
test_one_profile_is_a_table(void **state)
{
    (void)state;
    expect("csv", 0, false, "key,memory,elements,requested\na,64,2,50\n");
    expect("csv", 1, false, "key,memory,elements,requested\na,64,2,50\n");
    expect("json", 1, true,
           "[\n  {\"key\": \"a\", \"memory\": 64, \"elements\": 2, "
           "\"requested\": 50}\n]\n");
}

static void
test_two_profiles_stand_behind_the_first(void **state)
{
    (void)state;
    expect("csv", 2, false,
           "key,memory,memory@redis-7.2,memory@valkey-9.1/glibc,elements,"
           "requested,requested@redis-7.2,requested@valkey-9.1/glibc\n"
           "a,64,64,72,2,50,50,\n");
}

static void
test_json_may_nest_them(void **state)
{
    (void)state;
    expect("json", 2, true,
           "[\n  {\"key\": \"a\", \"memory\": 64, \"elements\": 2, "
           "\"requested\": 50, \"by_profile\": ["
           "{\"profile\": \"redis-7.2\", \"memory\": 64, \"requested\": 50}, "
           "{\"profile\": \"valkey-9.1/glibc\", \"memory\": 72, "
           "\"requested\": null}]}\n]\n");
    expect("json", 2, false,
           "[\n  {\"key\": \"a\", \"memory\": 64, \"memory@redis-7.2\": 64, "
           "\"memory@valkey-9.1/glibc\": 72, \"elements\": 2, "
           "\"requested\": 50, \"requested@redis-7.2\": 50, "
           "\"requested@valkey-9.1/glibc\": null}\n]\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_profile_is_a_table),
        cmocka_unit_test(test_two_profiles_stand_behind_the_first),
        cmocka_unit_test(test_json_may_nest_them),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_fini(&output.buffer);
    return failed;
}
