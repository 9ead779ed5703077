/* SPDX-License-Identifier: BSD-3-Clause
 *
 * --until: where a log is to end, of repair and of what replays it.
 */
#ifndef KEYWEIGH_CLI_REPAIR_UNTIL_H
#define KEYWEIGH_CLI_REPAIR_UNTIL_H

#include "aof/aof-repair.h"

struct repair_until {
    struct aof_repair_until until;
    struct bytes part; /* NAME:OFFSET: of which file; else empty */
};

/* Reads "flush", a date or Unix time, an offset (0x and hexadecimal digits, or
 * up to nine digits: what is longer is a time), NAME:OFFSET.  text NULL: no
 * end.  False when it is none of these (message_error said so). */
bool repair_until_parse(const char *text, struct repair_until *until);

/* False, with the trouble told, when it cannot be answered because no time is
 * told in the log, or when nothing is left of it. */
bool repair_until_is_known(const struct repair_until *until, bool has_times,
                           bool has_rest);

/* A note for a log that ends before it is met. */
const char *repair_until_unmet(const struct aof_repair_until *until);

#endif
