/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Libraries of functions.
 *
 *   FUNCTION2      STR source, first line "#!<engine> name=<library>"
 *   FUNCTION (246, release candidates of 7.0)
 *                  STR name, STR engine, LEN has description,
 *                  [STR description], STR code
 */
#include "rdb/decode.h"

#include <string.h>

enum { CODE_HELD = 64 * 1024 };

/* Where a comment of Lua that begins at `at` ends: a line, or "--[[ ... ]]". */
static size_t
comment_end(struct bytes code, size_t at)
{
    struct bytes rest = { code.data + at, code.size - at };
    bool is_long = bytes_starts_with(rest, BYTES_LITERAL("--[["));
    struct bytes mark =
        is_long ? BYTES_LITERAL("]]") : BYTES_LITERAL("\n");
    const unsigned char *end =
        memmem(rest.data, rest.size, mark.data, mark.size);
    return end == NULL ? code.size
                       : (size_t)(end - code.data) + mark.size;
}

/* Notes what the code's price depends on: calls that register a function, and
 * bytes outside of comments.  Texts that look like either are counted, too. */
static void
read_code(struct rdb_facts *facts, struct bytes code)
{
    struct bytes call = BYTES_LITERAL("register_function");
    size_t at = 0;
    while (at < code.size) {
        struct bytes rest = { code.data + at, code.size - at };
        if (bytes_starts_with(rest, BYTES_LITERAL("--"))) {
            at = comment_end(code, at);
            continue;
        }
        facts->function_calls += bytes_starts_with(rest, call);
        facts->function_code++;
        at++;
    }
}

bool
rdb_function(struct rdb *rdb)
{
    struct buffer code = { NULL, 0, 0 };
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t held = rdb->function != NULL ? UINT64_MAX : CODE_HELD;
    uint64_t size;
    if (!rdb_string_append(rdb, &code, held, &size)) {
        buffer_fini(&code);
        return rdb_doing(rdb, "function", rdb->facts.functions);
    }
    if (!bytes_starts_with(buffer_bytes(&code), BYTES_LITERAL("#!")))
        rdb_finding(rdb, FINDING_FUNCTION, at,
                    "a function library without its #! line");
    if (rdb->function != NULL)
        rdb->function(rdb->function_context, buffer_bytes(&code));
    rdb->facts.functions++;
    rdb->facts.function_bytes += size;
    if (code.size > CODE_HELD)
        code.size = CODE_HELD;
    read_code(&rdb->facts, buffer_bytes(&code));
    buffer_fini(&code);
    return true;
}

bool
rdb_function_pre_ga(struct rdb *rdb)
{
    struct rdb_string string;
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t has_description;
    for (int i = 0; i < 2; i++)
        if (!rdb_string_open(rdb, &string) || !rdb_string_skip(rdb, &string))
            return rdb_doing(rdb, "function", rdb->facts.functions);
    if (!rdb_length(rdb, &has_description))
        return rdb_doing(rdb, "function", rdb->facts.functions);
    for (int i = 0; i < (has_description ? 2 : 1); i++)
        if (!rdb_string_open(rdb, &string) || !rdb_string_skip(rdb, &string))
            return rdb_doing(rdb, "function", rdb->facts.functions);
    rdb_finding(rdb, FINDING_FUNCTION_PRE_GA, at,
                "a function as release candidates of Redis 7.0 wrote it");
    rdb->facts.functions++;
    rdb->facts.functions_pre_ga++;
    rdb->facts.function_bytes += string.size;
    return true;
}

void
rdb_hear_functions(struct rdb *rdb,
                   void (*function)(void *context, struct bytes code),
                   void *context)
{
    rdb->function = function;
    rdb->function_context = context;
}
