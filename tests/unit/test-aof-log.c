/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "own-folder.h"

#define PING "*1\r\n$4\r\nPING\r\n"
#define ECHO "*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"
/* An RDB of no keys, its checksum left out. */
#define EMPTY_RDB "REDIS0009\xff\0\0\0\0\0\0\0\0"

#define PUT(path, text) put_file(path, BYTES_LITERAL(text))

/* What a log is made of: "NAME[!] WORD...;", an exclamation mark where servers
 * forgive a truncated end. */
struct told {
    struct findings findings;
    char text[512];
};

static void __attribute__((format(printf, 2, 3)))
tell(struct told *told, const char *format, ...)
{
    size_t size = strlen(told->text);
    va_list args;
    va_start(args, format);
    vsnprintf(told->text + size, sizeof(told->text) - size, format, args);
    va_end(args);
}

static void
take_finding(struct findings *self, const struct finding *finding)
{
    tell((struct told *)self, "(%s)", finding_name(finding->code));
}

static void
read_part(struct aof_log *log, struct told *told)
{
    tell(told, "%s%s", log->part.name, log->part.is_last ? "!" : "");
    if (log->part.has_preamble) {
        tell(told, " rdb");
        if (aof_log_skip_preamble(log) != STATUS_OK)
            return;
    }
    while (aof_log_next(log) == STATUS_OK) {
        const struct aof_record *record = &log->records.record;
        if (record->kind == AOF_RECORD_COMMAND)
            tell(told, " %.*s@%llu", (int)record->args[0].held,
                 (const char *)record->args[0].data,
                 (unsigned long long)record->offset);
    }
    tell(told, ";");
}

static struct told
read_log(const char *path)
{
    struct told told = { .findings = { take_finding } };
    struct input input;
    struct aof_log log;
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
    assert_int_equal(aof_log_open(&log, &input, path, path, NULL,
                                  &told.findings, AOF_RECORD_HELD),
                     STATUS_OK);
    enum status status;
    while ((status = aof_log_part(&log)) != STATUS_END) {
        if (status == STATUS_OK)
            read_part(&log, &told);
        else
            tell(&told, "%s cannot be opened;", log.part.name);
    }
    assert_int_equal(aof_log_part(&log), STATUS_END);
    aof_log_close(&log);
    input_close(&input);
    return told;
}

static void
test_a_single_file(void **state)
{
    (void)state;
    PUT("plain.aof", PING ECHO);
    assert_string_equal(read_log("plain.aof").text,
                        "plain.aof! PING@0 ECHO@14;");
    PUT("preamble.aof", EMPTY_RDB ECHO);
    assert_string_equal(read_log("preamble.aof").text,
                        "preamble.aof! rdb ECHO@18;");
    PUT("empty.aof", "");
    assert_string_equal(read_log("empty.aof").text, "empty.aof!;");
    PUT("cut.aof", PING "*1\r\n");
    assert_string_equal(read_log("cut.aof").text,
                        "cut.aof! PING@0(aof-truncated);");
}

static void
test_a_set(void **state)
{
    (void)state;
    PUT("set/b", EMPTY_RDB);
    PUT("set/i 1", PING);
    PUT("set/i2", "");
    PUT("set/i3", EMPTY_RDB PING);
    PUT("set/old", "not read");
    PUT("set/a.manifest", "file \"i 1\" seq 1 type i\n"
                          "file old seq 1 type h\n"
                          "file gone seq 2 type h\n"
                          "file b seq 1 type b\n"
                          "file i2 seq 2 type i\n"
                          "file i3 seq 3 type i\n");
    assert_string_equal(read_log("set/a.manifest").text,
                        "b rdb;i 1 PING@0;i2;i3! rdb PING@18;");
}

static void
test_damaged_sets(void **state)
{
    (void)state;
    PUT("set/i1", PING "*x\r\n" PING);
    PUT("set/i2", ECHO);
    PUT("outside", PING);
    PUT("set/a.manifest", "file b9 seq 1 type b\nfile i1 seq 1 type i\n"
                          "file i2 seq 2 type i\n");
    assert_string_equal(
        read_log("set/a.manifest").text,
        "(part-missing)b9 cannot be opened;i1 PING@0(aof-number)(aof-argc);"
        "i2! ECHO@0;");
    PUT("set/a.manifest", "file i2 seq 1 type b\n"
                          "file ../outside seq 1 type i\n");
    assert_string_equal(
        read_log("set/a.manifest").text,
        "(manifest-name)i2 ECHO@0;../outside cannot be opened;");
    PUT("set/a.manifest", "# nothing\n");
    struct told told = { .findings = { take_finding } };
    struct input input = { .kind = INPUT_MANIFEST };
    struct aof_log log;
    reader_init_memory(&input.reader, bytes_of("# nothing\n", 10), 0);
    assert_int_equal(aof_log_open(&log, &input, "set/a.manifest", "a", NULL,
                                  &told.findings, AOF_RECORD_HELD),
                     STATUS_OK);
    assert_true(log.is_set);
    assert_true(log.manifest.is_empty);
    assert_int_equal(aof_log_part(&log), STATUS_END);
    aof_log_close(&log);
}

/* Nothing lies beside a pipe. */
static void
test_a_manifest_from_a_pipe(void **state)
{
    (void)state;
    struct input input = { .kind = INPUT_MANIFEST };
    struct aof_log log;
    reader_init_memory(&input.reader, bytes_of_text("file a seq 1 type b\n"),
                       0);
    assert_int_equal(aof_log_open(&log, &input, "-", "stdin", NULL, NULL,
                                  AOF_RECORD_HELD),
                     STATUS_FAIL);
    assert_int_equal(log.error.kind, ERROR_UNSUPPORTED);
    aof_log_close(&log);
}

/* A log that is being written ends where it did when it was opened. */
static void
test_a_growing_file(void **state)
{
    (void)state;
    const struct input_options options = { .stop_at_size = true };
    struct input input;
    struct aof_log log;
    struct error error = { .kind = ERROR_NONE };
    PUT("set/i1", PING);
    PUT("set/a.manifest", "file i1 seq 1 type b\n");
    assert_int_equal(input_open(&input, "set/a.manifest", NULL, &error),
                     STATUS_OK);
    assert_int_equal(aof_log_open(&log, &input, "set/a.manifest", "a", &options,
                                  NULL, AOF_RECORD_HELD),
                     STATUS_OK);
    assert_int_equal(aof_log_part(&log), STATUS_OK);
    assert_int_equal(log.part.size, sizeof(PING) - 1);
    assert_string_equal(log.part.path, "set/i1");
    assert_false(aof_log_has_grown(&log));
    FILE *file = fopen("set/i1", "ab");
    assert_non_null(file);
    assert_true(fputs(PING, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(aof_log_next(&log), STATUS_OK);
    assert_int_equal(aof_log_next(&log), STATUS_END);
    assert_true(aof_log_has_grown(&log));
    assert_int_equal(aof_log_consumed(&log), sizeof(PING) - 1);
    assert_int_equal(aof_log_part(&log), STATUS_END);
    assert_int_equal(aof_log_consumed(&log), sizeof(PING) - 1);
    aof_log_close(&log);
    input_close(&input);
}

/* An error of a part names it; the first one is kept. */
static void
test_errors_of_parts(void **state)
{
    (void)state;
    struct aof_log log = { .is_set = true, .part = { .name = "i1" } };
    struct error first = { .kind = ERROR_NONE };
    struct error second = { .kind = ERROR_NONE };
    struct error kept = { .kind = ERROR_NONE };
    error_set_at(&first, ERROR_DAMAGED, 0x1f, "no sense");
    error_set(&second, ERROR_IO, "no file");
    aof_log_keep_error(&log, &first, &kept);
    aof_log_keep_error(&log, &second, &kept);
    assert_string_equal(kept.text, "i1: offset 0x1f: no sense");
    assert_false(kept.has_offset);
    assert_int_equal(kept.kind, ERROR_DAMAGED);
    log.is_set = false;
    error_clear(&kept);
    aof_log_keep_error(&log, &first, &kept);
    assert_string_equal(kept.text, "no sense");
    assert_int_equal(kept.offset, 0x1f);
}

static int
prepare(void **state)
{
    return enter_folder(state) == 0 && mkdir("set", 0700) == 0 ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_single_file),
        cmocka_unit_test(test_a_set),
        cmocka_unit_test(test_damaged_sets),
        cmocka_unit_test(test_a_manifest_from_a_pipe),
        cmocka_unit_test(test_a_growing_file),
        cmocka_unit_test(test_errors_of_parts),
    };
    return cmocka_run_group_tests(tests, prepare, leave_folder);
}
