/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aof/aof-command-table.h"

static const struct aof_command *
find(const char *name, const char *sub)
{
    struct bytes second = bytes_of_text(sub != NULL ? sub : "");
    return aof_commands_find(bytes_of_text(name), sub != NULL ? &second : NULL);
}

static void
test_names_in_any_case(void **state)
{
    (void)state;
    assert_string_equal(find("SET", NULL)->name, "SET");
    assert_string_equal(find("set", "key")->name, "SET");
    assert_string_equal(find("zAdd", NULL)->name, "ZADD");
    assert_string_equal(find("restore-asking", NULL)->name, "RESTORE-ASKING");
    assert_string_equal(find("host:", NULL)->name, "HOST:");
    assert_null(find("", NULL));
    assert_null(find("SETT", NULL));
    assert_null(find("SE", NULL));
    assert_null(find("S[T", NULL));
    assert_null(find("RESTORE\rASKING", NULL));
    assert_null(find("XGROUP|CREATE", NULL));
    assert_null(aof_commands_find(bytes_of("SET\0", 4), NULL));
    assert_null(aof_commands_find(bytes_of_text("GEORADIUSBYMEMBER_RO_OF_NOBODY"
                                                "_WHO_IS_KNOWN"),
                                  NULL));
}

static void
test_every_row_is_found(void **state)
{
    (void)state;
    size_t count;
    const struct aof_command *rows = aof_commands_all(&count);
    assert_true(count > 400);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        assert_true(strlen(rows[i].name) < sizeof(name));
        strcpy(name, rows[i].name);
        char *bar = strchr(name, '|');
        if (bar != NULL)
            *bar++ = '\0';
        assert_ptr_equal(find(name, bar), &rows[i]);
    }
}

/* '|' is before all else in the order of rows. */
static int
compare_names(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    int left = *a == '|' ? 1 : (unsigned char)*a;
    int right = *b == '|' ? 1 : (unsigned char)*b;
    return left - right;
}

static void
test_rows_are_in_order(void **state)
{
    (void)state;
    size_t count;
    const struct aof_command *rows = aof_commands_all(&count);
    for (size_t i = 1; i < count; i++)
        assert_true(compare_names(rows[i - 1].name, rows[i].name) < 0);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(rows[i].name);
        bool followed = i + 1 < count &&
                        strncmp(rows[i + 1].name, rows[i].name, size) == 0 &&
                        rows[i + 1].name[size] == '|';
        assert_int_equal(rows[i].has_subcommands, followed);
        assert_true(rows[i].arity != 0);
        assert_true(rows[i].redis_since >= AOF_VERSION(1, 0, 0));
    }
}

static void
test_subcommands(void **state)
{
    (void)state;
    assert_string_equal(find("xgroup", "setid")->name, "XGROUP|SETID");
    assert_string_equal(find("XGROUP", NULL)->name, "XGROUP");
    assert_null(find("XGROUP", "NOSUCH"));
    assert_null(find("XGROUP", ""));
    assert_string_equal(find("CLUSTER", "SLOTS")->name, "CLUSTER|SLOTS");
    assert_string_equal(find("CLUSTERSCAN", "0")->name, "CLUSTERSCAN");
    assert_string_equal(find("DEBUG", "SEGFAULT")->name, "DEBUG");
}

/* Facts of the servers' documentation. */
static void
test_what_rows_say(void **state)
{
    (void)state;
    assert_int_equal(find("SET", NULL)->class, AOF_CLASS_VERBATIM);
    assert_int_equal(find("EXPIRE", NULL)->class, AOF_CLASS_REWRITTEN);
    assert_int_equal(find("MULTI", NULL)->class, AOF_CLASS_CONTROL);
    assert_int_equal(find("GET", NULL)->class, AOF_CLASS_NEVER);
    assert_int_equal(find("EVAL", NULL)->class, AOF_CLASS_LEGACY);
    assert_true(find("SET", NULL)->is_write);
    assert_false(find("SELECT", NULL)->is_write);
    assert_int_equal(find("UNLINK", NULL)->redis_since, AOF_VERSION(4, 0, 0));
    assert_int_equal(find("HSETEX", NULL)->redis_since, AOF_VERSION(8, 0, 0));
    assert_int_equal(find("HSETEX", NULL)->valkey_since, AOF_VERSION(9, 0, 0));
    assert_int_equal(find("DELIFEQ", NULL)->redis_since, AOF_NEVER);
    assert_int_equal(find("VADD", NULL)->valkey_since, AOF_NEVER);
    assert_int_equal(find("RREPLAY", NULL)->redis_since, AOF_NEVER);
    assert_int_equal(find("RREPLAY", NULL)->valkey_since, AOF_NEVER);
    assert_non_null(find("SLAVEOF", NULL));
    assert_non_null(find("SUBSTR", NULL));
    assert_non_null(find("KEYDB.MVCCRESTORE", NULL));
}

static void
test_arity(void **state)
{
    (void)state;
    assert_true(aof_commands_arity_fits(find("EXEC", NULL), 1));
    assert_false(aof_commands_arity_fits(find("EXEC", NULL), 2));
    assert_false(aof_commands_arity_fits(find("DEL", NULL), 1));
    assert_true(aof_commands_arity_fits(find("DEL", NULL), 2));
    assert_true(aof_commands_arity_fits(find("DEL", NULL), 1000000));
    assert_true(aof_commands_arity_fits(find("XGROUP", "CREATE"), 5));
}

/* ---- keys ---- */

struct told {
    char text[256];
};

static void
on_key(void *context, const struct aof_argument *name, enum aof_key_use use)
{
    static const char uses[] = { [AOF_KEY_READ] = 'r',
                                 [AOF_KEY_WRITE] = 'w',
                                 [AOF_KEY_REMOVE] = 'x' };
    struct told *told = context;
    size_t size = strlen(told->text);
    snprintf(told->text + size, sizeof(told->text) - size, "%s%.*s:%c",
             size > 0 ? " " : "", (int)name->held, (const char *)name->data,
             uses[use]);
}

/* Keys of a line of words, in slices of so many of them. */
static struct told
keys_of(const char *line, size_t slice_size)
{
    struct told told = { "" };
    struct aof_argument args[32] = { { NULL, 0, 0 } };
    struct aof_key_state key_state = { { 0, 0 }, { 0, 0 } };
    size_t argc = 0;
    for (const char *at = line; *at != '\0'; argc++) {
        size_t size = strcspn(at, " ");
        args[argc] = (struct aof_argument){ (const unsigned char *)at, size,
                                            size };
        at += size + (at[size] == ' ');
    }
    struct bytes sub = aof_argument_bytes(&args[argc > 1 ? 1 : 0]);
    const struct aof_command *command =
        aof_commands_find(aof_argument_bytes(&args[0]), &sub);
    assert_non_null(command);
    for (size_t first = 0; first < argc; first += slice_size) {
        struct aof_record slice = {
            .argc = argc,
            .first = first,
            .count = argc - first < slice_size ? argc - first : slice_size,
            .args = args + first,
        };
        aof_commands_keys(command, &slice, &key_state, on_key, &told);
    }
    return told;
}

static void
test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *keys;
    } rows[] = {
        { "SELECT 0", "" },
        { "set k v", "k:x" },
        { "INCR k", "k:w" },
        { "DEL a b c", "a:x b:x c:x" },
        { "MSET a 1 b 2", "a:x b:x" },
        { "RENAME a b", "a:x b:x" },
        { "RENAMENX a b", "a:x b:w" },
        { "COPY a b DB 1", "a:r b:x" },
        { "BITOP AND d a b", "d:x a:r b:r" },
        { "SUNIONSTORE d a b", "d:x a:r b:r" },
        { "PFMERGE d a b", "d:w a:r b:r" },
        { "ZUNIONSTORE d 2 a b WEIGHTS 1 2", "d:x a:r b:r" },
        { "LMPOP 2 a b LEFT", "a:w b:w" },
        { "MSETEX 2 a 1 b 2 PX 5", "a:x b:x" },
        { "EVAL script 1 k arg", "k:w" },
        { "EVAL script 0 arg", "" },
        { "BLPOP a b 0", "a:w b:w" },
        { "XGROUP CREATE s g $", "s:w" },
        { "SORT l BY w* STORE d", "l:r d:x" },
        { "SORT l ALPHA", "l:r" },
        { "GEORADIUS g 1 2 3 km STOREDIST d", "g:r d:x" },
        { "GEORADIUSBYMEMBER g m 3 km STORE d", "g:r d:x" },
        { "MIGRATE h 1 k 0 5", "k:x" },
        { "MIGRATE h 1  0 5 KEYS a b", ":x a:x b:x" },
        { "XREADGROUP GROUP g c STREAMS a b 0 0", "a:r b:r" },
        { "HIMPORT SET h f v", "h:x" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t slice = 1; slice < 12; slice++)
            assert_string_equal(keys_of(rows[i].line, slice).text,
                                rows[i].keys);
}

/* Counts that no server takes lead to no keys, and not astray. */
static void
test_keys_of_nonsense(void **state)
{
    (void)state;
    assert_string_equal(keys_of("EVAL s -1 a", 8).text, "");
    assert_string_equal(keys_of("EVAL s x a", 8).text, "");
    assert_string_equal(keys_of("EVAL s 9999999999 a b", 8).text, "a:w b:w");
    assert_string_equal(keys_of("EVAL s 99999999999999999999 a b", 8).text, "");
    assert_string_equal(keys_of("BLPOP", 8).text, "");
    assert_string_equal(keys_of("DEL", 8).text, "");
    assert_string_equal(keys_of("XREADGROUP GROUP g c STREAMS", 8).text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_in_any_case),
        cmocka_unit_test(test_every_row_is_found),
        cmocka_unit_test(test_rows_are_in_order),
        cmocka_unit_test(test_subcommands),
        cmocka_unit_test(test_what_rows_say),
        cmocka_unit_test(test_arity),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_of_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
