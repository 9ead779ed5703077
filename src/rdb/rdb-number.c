/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbers that are no lengths: scores and times.
 *
 *   score of type 3   one byte n: 253 NaN, 254 inf, 255 -inf, else n bytes of
 *                     text as "%.17g" printed it
 *   other doubles     f64le
 *   times             i64le, Unix milliseconds
 */
#include "rdb/decode.h"

#include <math.h>

enum {
    OLD_DOUBLE_NAN = 253,
    OLD_DOUBLE_INFINITY = 254,
    OLD_DOUBLE_MINUS_INFINITY = 255,
};

bool
rdb_double(struct rdb *rdb, double *value)
{
    uint64_t bits;
    if (!reader_u64le(rdb->reader, &bits))
        return false;
    memcpy(value, &bits, sizeof(*value));
    return true;
}

bool
rdb_double_text(struct rdb *rdb, double *value)
{
    unsigned char length;
    uint64_t at = reader_offset(rdb->reader);
    if (!reader_u8(rdb->reader, &length))
        return false;
    switch (length) {
    case OLD_DOUBLE_NAN:
        *value = NAN;
        return true;
    case OLD_DOUBLE_INFINITY:
        *value = INFINITY;
        return true;
    case OLD_DOUBLE_MINUS_INFINITY:
        *value = -INFINITY;
        return true;
    default:
        break;
    }
    const unsigned char *p = reader_take(rdb->reader, length);
    if (p == NULL)
        return false;
    struct text text = text_of_bytes(p, length);
    if (!rdb_text_to_double(&text, value))
        rdb_finding(rdb, FINDING_SCORE_TEXT, at, "a score that is no number");
    return true;
}

bool
rdb_ms(struct rdb *rdb, int64_t *ms)
{
    uint64_t bits;
    if (!reader_u64le(rdb->reader, &bits))
        return false;
    *ms = (int64_t)bits;
    return true;
}
