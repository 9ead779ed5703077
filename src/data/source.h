/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A cursor over keys: next, then walk or nothing (which skips the value).
 */
#ifndef KEYWEIGH_DATA_SOURCE_H
#define KEYWEIGH_DATA_SOURCE_H

#include "base/error.h"
#include "data/visitor.h"

struct source;

struct source_ops {
    /* Finds the next key.  STATUS_OK with key filled; STATUS_END when the
     * input is complete; STATUS_FAIL with the error set. */
    enum status (*next)(struct source *self, struct key *key);

    /* Hands the current key's value to a visitor.  STATUS_OK; STATUS_BAD when
     * the value is damaged but the next key can be found; STATUS_FAIL. */
    enum status (*walk)(struct source *self, struct visitor *visitor);

    /* The first error of the current key (BAD) or of the source (FAIL). */
    const struct error *(*error)(const struct source *self);
};

struct source {
    const struct source_ops *ops;
};

#endif
