/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folding one big RDB by several threads.
 *
 * A segment is a run of whole keys: it ends behind the first key that reaches
 * segment_size bytes behind the segment's start, or is the SCAN_SEGMENT_KEYS-th
 * in it (or before EOF), so segments depend on the file alone.  Each is folded
 * into analyses of its own, which are merged in the order of the file.
 *
 * There is one reader, and the thread that holds it passes the keys of the
 * next segment without looking into them, takes the buffer they are in along,
 * leaves the reader to the next one, and folds.  Where passing does not do
 * (values that a buffer does not hold, damage, hash templates, the end), it
 * goes back to the segment's start and folds while it reads, with the reader
 * in its hands: so errors are the same as without threads.  The same when
 * passing turns out to take about as long as folding.
 *
 * Memory is a buffer of somewhat more than a segment and one set of analyses
 * for each thread.
 */
#ifndef KEYWEIGH_SCAN_SEGMENTS_H
#define KEYWEIGH_SCAN_SEGMENTS_H

#include "rdb/rdb.h"
#include "scan/scan.h"

/* More would mostly wait for the reader, and each may need 6 MB (a prefix for
 * every key), beside what the sums need. */
enum { SEGMENTS_THREADS_MAX = 3 };

/* Folds all from a place between two keys on, where rdb stands, and leaves rdb
 * knowing all that was read.  END, or OK when the scan was stopped; FAIL with
 * scan->error set.  scan->make_analyses is set. */
enum status segments_run(struct scan *scan, struct rdb *rdb,
                         struct reader *reader);

#endif
