/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Perl-like patterns (PCRE2) on bytes, searched for anywhere in a name.  One
 * thread at a time may use a regex.
 */
#ifndef KEYWEIGH_SCAN_REGEX_H
#define KEYWEIGH_SCAN_REGEX_H

#include "base/bytes.h"
#include "base/error.h"

struct regex;

/* NULL with ERROR_USAGE set: the pattern is wrong, or this program was built
 * without PCRE2. */
struct regex *regex_new(const char *pattern, struct error *error);
void regex_free(struct regex *regex);

/* OK and *found, or FAIL with the error set when the search went beyond the
 * library's limits for steps or memory. */
enum status regex_search(const struct regex *regex, struct bytes name,
                         bool *found, struct error *error);

#endif
