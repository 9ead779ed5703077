/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The nodes of streams, tombstones and all, as they would be written: byte for
 * byte what DUMP gives in a Redis 7.0.15 (rdbcompression no) that was sent the
 * same commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "export/export-value.h"
#include "replay-text.h"

enum { RDB_VERSION = 10 };

static void
append(void *context, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        buffer_append_format(context, "%02x", bytes.data[i]);
}

/* The only key is what that payload is, but for its footer. */
static void
assert_payload(const char *hex)
{
    struct source *source = keyspace_source(keyspace);
    struct error error = { .kind = ERROR_NONE };
    struct buffer text = { .data = NULL };
    struct export_target target;
    struct export_value value;
    struct key key;
    assert_true(target_of_version(RDB_VERSION, &target));
    export_value_init(&value, &target, &error);
    value.writer.compresses = false;
    keyspace_rewind(keyspace);
    assert_int_equal(source->ops->next(source, &key), STATUS_OK);
    assert_int_equal(source->ops->walk(source, &value.visitor), STATUS_OK);
    assert_null(value.refusal);
    append(&text, bytes_of(&value.type, 1));
    export_value_each(&value, append, &text);
    buffer_append_byte(&text, '\0');
    assert_string_equal((const char *)text.data, hex);
    assert_int_equal(error.kind, ERROR_NONE);
    buffer_fini(&text);
    export_value_fini(&value);
}

/* A checksum of zeros is none. */
static void
restore(const char *hex)
{
    struct buffer line = { .data = NULL };
    buffer_append_text(&line, "RESTORE k 0 \"");
    for (; *hex != '\0'; hex += 2)
        buffer_append_format(&line, "\\x%.2s", hex);
    buffer_append_format(&line, "\\x%02x\\x00", RDB_VERSION);
    for (size_t i = 0; i < 8; i++)
        buffer_append_text(&line, "\\x00");
    buffer_append_text(&line, "\" REPLACE");
    buffer_append_byte(&line, '\0');
    run((const char *)line.data);
    buffer_fini(&line);
}

static void
limit(uint64_t bytes, uint64_t entries)
{
    keyspace_store(keyspace)->limits.settings.stream =
        (struct stream_limits){ .bytes = bytes, .entries = entries };
}

/* From one id to another, with a field of that name, the value of which is the
 * id. */
static void
add(const char *name, uint64_t from, uint64_t to)
{
    for (uint64_t id = from; id <= to; id++) {
        char line[64];
        (void)snprintf(line, sizeof(line), "XADD k %d %s %d", (int)id, name,
                       (int)id);
        run(line);
    }
}

/* The first entry, whose fields are the master's, is one of two that are
 * deleted. */
static const char mixed[] =
    "1301100000000000000001000000000000000140656500000022000201020102018474"
    "656d70058368756d040001030100010001140137010501020100010101dfeb02846869"
    "67680505010101c12b02dfff0201018474656d7005010106010001c12b020001020183"
    "68756d0401018474656d700502010801ff02412c010102412c000400";

static void
test_tombstones(void **state)
{
    (void)state;
    run("XADD k 1-1 temp 20 hum 55");
    run("XADD k 1-2 temp -21 hum high");
    run("XADD k 300-0 temp 1");
    run("XADD k 300-1 hum 1 temp 2");
    run("XDEL k 1-1 300-0");
    assert_payload(mixed);
}

static void
test_restoring(void **state)
{
    (void)state;
    restore(mixed);
    assert_payload(mixed);
    run("COPY k copy");
    run("DEL k");
    assert_payload(mixed);
}

/* The id of the last tombstone is no smaller than the least that may stay. */
static void
test_only_tombstones(void **state)
{
    (void)state;
    run("XADD k 1 f v");
    run("XADD k 2 f v");
    run("XADD k 3 f v");
    run("XDEL k 3");
    run("XTRIM k MINID 3");
    assert_payload(
        "130110000000000000000100000000000000003333000000140000010301010181"
        "660200010301000100018176020401030101010001817602040103010201000181"
        "76020401ff000300000003000300");
}

static const char trimmed[] =
    "1302100000000000000003000000000000000026260000000f00010101010101816602"
    "00010301000100010301040102010101000104010401ff100000000000000005000000"
    "00000000001c1c0000000a00010100010101816602000102010001000105010401ff02"
    "0500040000000500";

static const char added[] =
    "1302100000000000000003000000000000000026260000000f00010101010101816602"
    "00010301000100010301040102010101000104010401ff100000000000000005000000"
    "000000000026260000000f000101010101018166020001030100010001050104010201"
    "0101000106010401ff020600040005000600";

static void
test_entries(void **state)
{
    (void)state;
    limit(4096, 2);
    add("f", 1, 5);
    run("XTRIM k MAXLEN = 2");
    assert_payload(trimmed);
    restore(trimmed);
    add("f", 6, 6);
    run("XDEL k 5");
    assert_payload(added);
}

static void
test_bytes(void **state)
{
    (void)state;
    limit(60, 100);
    add("name", 1, 6);
    run("XDEL k 3 5");
    run("XADD k MAXLEN = 3 7 name 7");
    assert_payload(
        "130210000000000000000100000000000000003d3d000000190001010301010184"
        "6e616d650500010301000100010101040103010101000102010401030102010001"
        "0301040102010301000104010401ff100000000000000005000000000000000033"
        "330000001400020101010101846e616d6505000103010001000105010401020101"
        "0100010601040102010201000107010401ff030700040005000700");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tombstones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restoring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_tombstones, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
