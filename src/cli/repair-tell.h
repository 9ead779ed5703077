/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the account says of a part.
 */
#ifndef KEYWEIGH_CLI_REPAIR_TELL_H
#define KEYWEIGH_CLI_REPAIR_TELL_H

#include "cli/repair-part.h"

/* Tells the losses, with_name each with the file's name. */
void repair_tell_losses(const struct repair_part *part, bool with_name,
                        struct repair_report *report);

/* Tells what else is worth knowing. */
void repair_tell_notes(const struct repair_part *part, bool with_name,
                       struct repair_report *report);

/* What all parts come to. */
struct repair_sums {
    bool has_rdb;
    bool has_log;
    uint64_t keys_kept;
    bool unverified;     /* by a checksum that was wrong or missing */
    bool keys_uncounted; /* nothing says of some RDB how many were lost */
    uint64_t keys_lost;
    bool keys_lost_is_least; /* there may be more */
    uint64_t commands_kept;
    uint64_t commands_lost; /* well-formed ones that went, too */
    uint64_t files_lost;    /* of a set, as a whole */
    uint64_t bytes_lost;
    uint64_t places;
};

void repair_tell_add(const struct repair_part *part, struct repair_sums *sums);
void repair_tell_sums(const struct repair_sums *sums,
                      struct repair_report *report);

#endif
