/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What ends the parts of names, as --separator gives it in the notation of
 * --bytes.
 */
#ifndef KEYWEIGH_CLI_SEPARATORS_H
#define KEYWEIGH_CLI_SEPARATORS_H

#include "base/bytes.h"
#include "cli/arguments.h"

struct separators {
    struct bytes *items; /* none: the default */
    size_t count;
};

/* False when one is not well formed or empty (message_error said so). */
bool separators_read(struct separators *separators,
                     const struct arguments *arguments);
void separators_fini(struct separators *separators);

/* The row of the option, for tables. */
#define SEPARATORS_OPTION                                                   \
    { "separator", 0, OPTION_LIST, "BYTES",                                 \
      "what ends a part of a name (default \":\"); several are allowed",   \
      .offset = offsetof(struct arguments, separators) }

#endif
