/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One file being repaired: an RDB, commands of a log, or commands behind an
 * RDB.
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
    bool is_rdb;      /* an RDB, and nothing behind it is a log */
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

/* Finds what is to go.  The members above that are set, all else is zero.
 * FAIL with the error set; repair_part_fini is due in any case, and leaves
 * the descriptor open. */
enum status repair_part_find(struct repair_part *part, struct error *error);
void repair_part_fini(struct repair_part *part);

/* Whether reading failed for what the disk has lost, not for what is in the
 * file. */
bool repair_part_is_of_disk(const struct error *error);

/* Tells why a part could not be read. */
void repair_part_tell_trouble(const char *name, const struct error *error);

/* Appends the copy to an output. */
enum status repair_part_write(struct repair_part *part, struct output *output,
                              struct error *error);

/* Reads the copy at path again; false, with the trouble told of name, when
 * anything is wrong with it or it holds other than was to be kept. */
bool repair_part_has_sound_copy(const struct repair_part *part,
                                const char *path, const char *name);

/* Writes what goes of several parts to a file; false, with the trouble told,
 * when that fails. */
bool repair_parts_quarantine(const struct repair_part *parts, size_t count,
                             const char *path);

/* Nothing at all is to be done. */
bool repair_part_is_intact(const struct repair_part *part);

/* Something goes that nobody asked to go. */
bool repair_part_is_lost(const struct repair_part *part);
bool repair_part_is_loss(const struct repair_range *range);

#endif
