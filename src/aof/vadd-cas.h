/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds the option CAS of a VADD, which may come in slices:
 *
 *     VADD key [REDUCE n] FP32 blob|VALUES n number ... element [option ...]
 *
 * One that makes the set does not count: servers take no heed of CAS there.
 */
#ifndef KEYWEIGH_AOF_VADD_CAS_H
#define KEYWEIGH_AOF_VADD_CAS_H

#include "aof/aof-record.h"

enum { VADD_CAS_SETS = 64 * 1024 };

/* All that is known of a log so far; zeroed before. */
struct vadd_cas {
    bool is_loaded; /* the RDB before the commands has vector sets */

    /* Private to vadd-cas.c. */
    bool is_there; /* the set of this VADD, as far as is known */
    uint64_t next; /* number of the argument that is the next option; 0: no
                      more are looked for */
    unsigned char seen[VADD_CAS_SETS / 8]; /* a bit for the hash of each set
                                              that some VADD was for */
};

/* To be called with each slice of each VADD: whether CAS stands in it, and the
 * set may be there.  Sets that are deleted may be there still; one in
 * VADD_CAS_SETS is taken for another.  False, too, of a vector whose beginning
 * is not in the first slice. */
bool vadd_cas_look(struct vadd_cas *cas, uint64_t db,
                   const struct aof_record *slice);

#endif
