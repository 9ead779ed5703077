/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inner loop of a scan: key by key, the filter, the pricer, and whoever
 * takes the records.  Private to scan/.
 */
#ifndef KEYWEIGH_SCAN_LOOP_H
#define KEYWEIGH_SCAN_LOOP_H

#include "data/tee.h"
#include "scan/scan.h"

/* What stays the same from key to key. */
struct loop {
    struct scan *scan;
    struct source *source;
    const struct reader *reader; /* that the source reads, or one at 0 */
    const struct filter *filter; /* NULL when there is nothing to ask */
    struct key key;              /* the source's last */
    struct pricer *pricer;
    struct visitor *visitor;
    struct tee tee; /* the visitor, when the scan has one beside */
    struct record *record;
    uint64_t polled; /* the offset */
};

/* The scan's profiles and "now" are known; source and reader may be set
 * later. */
void loop_init(struct loop *loop, struct scan *scan);
void loop_fini(struct loop *loop);

/* From a key on, which status tells of, until the source has no more (END),
 * can read no more (FAIL, with scan->error set), or stands behind a key at
 * offset `limit` or further or the at_most-th one, or the scan was stopped
 * (OK).  For a scan that did nothing before. */
enum status loop_run(struct loop *loop, enum status status, uint64_t limit,
                     uint64_t at_most);

/* The same from between two keys on. */
enum status loop_go_on(struct loop *loop, uint64_t limit, uint64_t at_most);

#endif
