/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One file of a log being repaired: commands, an RDB, or commands behind one.
 */
#ifndef KEYWEIGH_CLI_REPAIR_PART_H
#define KEYWEIGH_CLI_REPAIR_PART_H

#include "aof/aof-repair.h"
#include "cli/repair-until.h"
#include "cli/repair.h"
#include "rdb/salvage.h"
#include "report/output.h"

struct repair_part {
    const char *name; /* as people are shown it */
    int fd;           /* a regular file */
    uint64_t size;
    bool wants_rdb;   /* it begins with an RDB, whatever its first bytes say */
    struct aof_repair_until until;

    /* What repair_part_find finds. */
    bool has_rdb; /* it begins with an RDB, sound or not */
    struct salvage salvage;
    struct aof_repair_options options;
    struct repair_plan plan;
    struct aof_repair_facts facts;
    struct window window; /* private: for where a log begins */

    struct output *output; /* private: while it is written */
    uint64_t written; /* bytes of the copy */
};

/* Finds what is to go.  The members above that are set, all else is
 * zero.
 * FAIL with the error set; repair_part_fini is due in any case, and leaves
 * the descriptor open. */
enum status repair_part_find(struct repair_part *part, struct error *error);
void repair_part_fini(struct repair_part *part);

/* Appends the copy to an output, or what goes to another. */
enum status repair_part_write(struct repair_part *part, struct output *output,
                              struct error *error);
enum status repair_part_quarantine(const struct repair_part *part,
                                   struct output *output,
                                   struct error *error);

/* Writes what goes of several parts to a file; false when that fails
 * (message_error said so). */
bool repair_part_write_quarantine(const struct repair_part *parts,
                                  size_t count, const char *path);

/* Reads a copy again; false, with the trouble told, when it is not intact. */
bool repair_part_is_sound_file(const char *path, const char *name);

/* Nothing at all is to be done. */
bool repair_part_is_intact(const struct repair_part *part);

/* Something goes that nobody asked to go. */
bool repair_part_is_lost(const struct repair_part *part);

/* False, with the trouble told, when --until cannot be answered, or leaves
 * nothing. */
bool repair_part_knows_until(const struct repair_until *until, bool has_times,
                             bool has_rest);

#define REPAIR_UNTIL_UNMET "the log ends before where it was to end"

/* Tells the losses, with_name each with the file's name. */
void repair_part_tell(const struct repair_part *part, bool with_name,
                      struct repair_report *report);

/* Tells what else is worth knowing. */
void repair_part_note(const struct repair_part *part, bool with_name,
                      struct repair_report *report);

/* What all parts come to. */
struct repair_sums {
    bool has_rdb;
    uint64_t keys_kept;
    uint64_t commands_kept;
    uint64_t commands_lost; /* well-formed ones that went, too */
    uint64_t bytes_lost;
    uint64_t places;
};

void repair_part_add(const struct repair_part *part, struct repair_sums *sums);
void repair_part_tell_sums(const struct repair_sums *sums,
                           struct repair_report *report);

#endif
