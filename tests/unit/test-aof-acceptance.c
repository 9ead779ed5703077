/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The answers are those of the servers' own loaders: see aof-acceptance.c.
 */
#include "aof/aof-acceptance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_servers(uint32_t servers, const char *names)
{
    struct buffer out = { 0 };
    acceptance_append_servers(&out, servers);
    buffer_append_byte(&out, '\0');
    assert_string_equal((const char *)out.data, names);
    buffer_fini(&out);
}

static const struct aof_command *
row(const char *name)
{
    return aof_commands_find(bytes_of_text(name), NULL);
}

static void
test_who_knows_a_command(void **state)
{
    (void)state;
    assert_servers(aof_acceptance_knowing(row("SET")), "every server");
    assert_servers(aof_acceptance_knowing(row("UNLINK")),
                   "redis-4.0 to redis-8.10, valkey-7.2 to valkey-9.1, "
                   "keydb-6.3");
    assert_servers(aof_acceptance_knowing(row("BITPOS")), "every server");
    assert_servers(aof_acceptance_knowing(row("HSETEX")),
                   "redis-8.0 to redis-8.10, valkey-9.0 to valkey-9.1");
    assert_servers(aof_acceptance_knowing(row("DELIFEQ")),
                   "valkey-9.0 to valkey-9.1");
    assert_servers(aof_acceptance_knowing(row("VADD")),
                   "redis-8.0 to redis-8.10");
    assert_servers(aof_acceptance_knowing(row("RREPLAY")), "keydb-6.3");
    assert_servers(aof_acceptance_knowing(row("PHSET")), "no server");
}

static struct acceptance
answer(enum finding_code code, bool is_last)
{
    struct finding finding = { .code = code, .offset = 100, .text = "" };
    struct aof_place place = { .in_commands = true, .is_last = is_last };
    return aof_acceptance_of_finding(&finding, &place);
}

static void
test_findings(void **state)
{
    (void)state;
    assert_servers(answer(FINDING_AOF_NULS, true).refuses, "every server");
    assert_servers(answer(FINDING_AOF_BULK_END, true).refuses, "no server");
    assert_servers(answer(FINDING_AOF_TRUNCATED, true).loses, "every server");
    assert_servers(answer(FINDING_AOF_TRUNCATED, false).refuses,
                   "every server");
    assert_servers(answer(FINDING_AOF_ARITY, true).refuses,
                   "valkey-8.1 to valkey-9.1");
    assert_servers(answer(FINDING_AOF_ARITY, true).crashes,
                   "redis-2.8 to redis-8.10, valkey-7.2 to valkey-8.0, "
                   "keydb-6.3");
    assert_servers(answer(FINDING_AOF_SIZE_NEGATIVE, true).refuses,
                   "redis-2.8 to redis-4.0");
    assert_servers(answer(FINDING_AOF_VADD_CAS, true).crashes,
                   "redis-8.0 to redis-8.10");
    assert_servers(answer(FINDING_MANIFEST_EMPTY, true).loses, "every server");
    assert_servers(acceptance_against(answer(FINDING_AOF_EXEC_ALONE, true)),
                   "no server");
}

/* The same code in an RDB and in commands. */
static void
test_database_number(void **state)
{
    (void)state;
    struct finding finding = { .code = FINDING_DB_NUMBER, .text = "" };
    struct aof_place in_rdb = { .in_commands = false };
    assert_servers(aof_acceptance_of_finding(&finding, &in_rdb).refuses,
                   "every server");
    assert_servers(answer(FINDING_DB_NUMBER, true).loses, "every server");
}

static void
test_remarks(void **state)
{
    (void)state;
    struct finding finding = { .code = FINDING_AOF_TRUNCATED, .text = "" };
    struct aof_place place = { .in_commands = true, .is_last = true };
    assert_null(aof_acceptance_remark(&finding, &place));
    place.in_transaction = true;
    assert_non_null(strstr(aof_acceptance_remark(&finding, &place), "MULTI"));
    place.is_first = true;
    assert_non_null(strstr(aof_acceptance_remark(&finding, &place), "0 bytes"));
    place.is_last = false;
    assert_non_null(strstr(aof_acceptance_remark(&finding, &place), "second"));
}

static void
test_features(void **state)
{
    (void)state;
    size_t count;
    struct acceptance_feature features[AOF_FEATURES_MAX];
    const struct aof_command *rows = aof_commands_all(&count);
    bool *used = calloc(count, sizeof(*used));
    assert_non_null(used);
    struct aof_features log = { .is_set = true, .commands = used };
    used[row("SET") - rows] = true;
    assert_int_equal(aof_acceptance_features(&log, features), 1);
    assert_string_equal(features[0].text, "multi-part set");
    assert_servers(features[0].acceptance.refuses,
                   "redis-2.8 to redis-6.2, keydb-6.3");
    used[row("UNLINK") - rows] = true;
    used[row("SWAPDB") - rows] = true;
    used[row("HSETEX") - rows] = true;
    log.is_set = false;
    log.has_annotations = true;
    assert_int_equal(aof_acceptance_features(&log, features), 3);
    assert_string_equal(features[0].text, "annotations (#)");
    assert_string_equal(features[1].text, "commands: HSETEX");
    assert_string_equal(features[2].text, "commands: SWAPDB, UNLINK");
    assert_servers(features[2].acceptance.refuses, "redis-2.8 to redis-3.2");
    for (size_t i = 0; i < count; i++)
        used[i] = true;
    size_t feature_count = aof_acceptance_features(&log, features);
    assert_true(feature_count > 10 && feature_count <= AOF_FEATURES_MAX);
    for (size_t i = 0; i < feature_count; i++)
        assert_non_null(memchr(features[i].text, '\0',
                               sizeof(features[i].text)));
    log = (struct aof_features){ .has_preamble = true };
    assert_int_equal(aof_acceptance_features(&log, features), 1);
    assert_servers(features[0].acceptance.refuses, "redis-2.8 to redis-3.2");
    free(used);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_knows_a_command),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_database_number),
        cmocka_unit_test(test_remarks),
        cmocka_unit_test(test_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
