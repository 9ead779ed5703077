/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which keys a command looks at: the one language of --db, --type, --match,
 * --regex (each with a --not- twin), --memory, --elements, --ttl and --slot.
 * The same option several times means any of them, different options all of
 * them; of several equal --not- options none may hold.  "key" is one name, in
 * the notation escape.
 *
 * A filter has two parts: what the key alone decides, asked before its value
 * is read, and what only its record does.  Names longer than KEY_NAME_HELD
 * are judged by what is held of them.
 *
 * A filter serves one thread at a time (a regex needs room to match in);
 * another thread takes a filter_copy.
 */
#ifndef KEYWEIGH_SCAN_FILTER_H
#define KEYWEIGH_SCAN_FILTER_H

#include "base/error.h"
#include "data/key.h"
#include "model/record.h"

struct filter;

/* A filter that lets everything through. */
struct filter *filter_new(void);
void filter_free(struct filter *filter);
struct filter *filter_copy(const struct filter *filter);

/* Adds one option by its long name without dashes ("match", "not-db") and its
 * value.  FAIL with ERROR_USAGE, naming what is allowed; the filter is then
 * as before. */
enum status filter_add(struct filter *filter, const char *option,
                       const char *value, struct error *error);

/* True when nothing was added. */
bool filter_is_empty(const struct filter *filter);

/* What the late part needs of a record: enum pricer_wants. */
unsigned filter_wants(const struct filter *filter);

/* The filter as one line, equal for equal filters: options in a fixed order,
 * "--db 0 --match user:*"; "" when empty.  Valid as long as the filter is
 * unchanged. */
const char *filter_text(const struct filter *filter);

enum filter_verdict {
    FILTER_PASS,
    FILTER_DROP,
    FILTER_FAIL, /* a regex could not be decided: error is set */
};

/* The early part.  now_ms is what --ttl counts from. */
enum filter_verdict filter_key(const struct filter *filter,
                               const struct key *key, int64_t now_ms,
                               struct error *error);

/* The late part; true when the record passes. */
bool filter_record(const struct filter *filter, const struct record *record);

#endif
