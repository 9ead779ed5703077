/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How the decoder says what is wrong: as a finding for who listens, and as the
 * error of the reader (nothing more can be read) or of the value (its end is
 * known).
 */
#include "rdb/decode.h"

#include <stdarg.h>
#include <stdio.h>

static void
report(struct rdb *rdb, enum finding_code code, uint64_t offset,
       const char *text)
{
    if (rdb->findings == NULL)
        return;
    struct finding finding = { code, offset,
                               rdb->in_key ? &rdb->key : NULL, text };
    rdb->findings->add(rdb->findings, &finding);
}

void
rdb_finding(struct rdb *rdb, enum finding_code code, uint64_t offset,
            const char *format, ...)
{
    if (rdb->findings == NULL)
        return;
    char text[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    report(rdb, code, offset, text);
}

bool
rdb_fail(struct rdb *rdb, enum finding_code code, uint64_t offset,
         const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    bool unknown = code == FINDING_UNSUPPORTED || code == FINDING_UNKNOWN_BYTE;
    error_set_at(&rdb->reader->error,
                 unknown ? ERROR_UNSUPPORTED : ERROR_DAMAGED, offset, "%s",
                 text);
    report(rdb, code, offset, text);
    return false;
}

void
rdb_value_bad(struct rdb *rdb, enum finding_code code, uint64_t offset,
              const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set_at(&rdb->bad, ERROR_DAMAGED, offset, "%s", text);
    report(rdb, code, offset, text);
    if (rdb->visitor != NULL)
        rdb->visitor->ops->abort(rdb->visitor);
    rdb->visitor = NULL;
}

bool
rdb_doing(struct rdb *rdb, const char *what, uint64_t number)
{
    error_context(&rdb->reader->error, "%s %llu", what,
                  (unsigned long long)number);
    return false;
}

enum status
rdb_end_in_failure(struct rdb *rdb)
{
    struct error *error = &rdb->reader->error;
    if (error->kind == ERROR_TRUNCATED && !rdb->ended)
        report(rdb, FINDING_TRUNCATED, error->offset, error->text);
    if (rdb->in_key)
        key_add_to_error(&rdb->key, error);
    rdb->ended = true;
    return STATUS_FAIL;
}
