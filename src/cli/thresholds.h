/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The settings that say when a value is too big to be packed.
 */
#ifndef KEYWEIGH_CLI_THRESHOLDS_H
#define KEYWEIGH_CLI_THRESHOLDS_H

#include "data/type.h"
#include "model/profile.h"

struct threshold {
    const char *entries; /* name of the setting for the number of elements */
    const char *value;   /* and for the bytes of one */
    int64_t most_entries;
    int64_t most_bytes;
    enum encoding big;   /* what it is beyond them */
};

/* False for types that have none on that server.  *threshold is filled with
 * the names that the server's release knows. */
bool threshold_of(const struct profile *profile, enum type type,
                  struct threshold *threshold);

#endif
