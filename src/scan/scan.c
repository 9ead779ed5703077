/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/scan.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "scan/loop.h"
#include "scan/segments.h"

/* moment_ms is what counts as now unless it is given, -1 unknown. */
static void
resolve(struct scan *scan, const struct rdb_facts *facts, int64_t moment_ms)
{
    scan->profiles = xcalloc(scan->request_count, sizeof(*scan->profiles));
    for (size_t i = 0; i < scan->request_count; i++)
        profile_resolve(&scan->profiles[i], &scan->requests[i], facts);
    if (scan->now_is_given) {
        scan->now = scan->now_ms;
        scan->now_from = SCAN_NOW_GIVEN;
    } else if (moment_ms >= 0) {
        scan->now = moment_ms;
        scan->now_from = SCAN_NOW_FILE;
    } else {
        scan->now = scan->clock_ms;
        scan->now_from = SCAN_NOW_CLOCK;
    }
    scan->facts = *facts;
    if (scan->callbacks->ready)
        scan->callbacks->ready(scan->context, scan);
}

static void
make_slots(struct scan *scan)
{
    if (!scan->tallies_slots)
        return;
    scan->slots = xcalloc(scan->request_count, sizeof(struct slot_tally *));
    for (size_t i = 0; i < scan->request_count; i++) {
        scan->slots[i] = slot_tally_new(&scan->profiles[i]);
        scan->has_slots |= scan->slots[i] != NULL;
    }
}

static void
keep_databases(struct scan *scan, const struct rdb_database *databases,
               size_t count)
{
    scan->database_count = count;
    scan->databases = xreallocarray(NULL, count, sizeof(*scan->databases));
    if (count != 0)
        memcpy(scan->databases, databases, count * sizeof(*databases));
}

/* The first segment, or all when the scan has none: what is small is read
 * without any more ado.  A visitor beside and tallies of slots want every key
 * themselves. */
static enum status
take_keys(struct scan *scan, struct rdb *rdb, struct reader *reader,
          enum status status, const struct key *first)
{
    uint64_t limit = UINT64_MAX;
    uint64_t at_most = UINT64_MAX;
    if (scan->make_analyses != NULL && !scan->has_slots &&
        scan->beside == NULL) {
        limit = reader_offset(reader) + scan_segment_size(scan);
        at_most = SCAN_SEGMENT_KEYS;
    }
    struct loop loop;
    loop_init(&loop, scan);
    loop.source = rdb_source(rdb);
    loop.reader = reader;
    loop.key = *first;
    status = loop_run(&loop, status, limit, at_most);
    loop_fini(&loop);
    return status;
}

static void
keep_end(struct scan *scan, struct reader *reader)
{
    scan->end = reader_offset(reader);
    scan->trailing = !reader_at_end(reader);
    if (!reader_ok(reader))
        scan->error = reader->error;
}

static void
set_callbacks(struct scan *scan)
{
    static const struct scan_callbacks nobody = { .row = NULL };
    if (scan->callbacks == NULL)
        scan->callbacks = &nobody;
}

enum status
scan_run(struct scan *scan, struct reader *reader)
{
    set_callbacks(scan);
    struct rdb *rdb = rdb_new(reader, NULL, false);
    struct source *source = rdb_source(rdb);
    struct key key;
    enum status status = source->ops->next(source, &key);
    resolve(scan, rdb_facts(rdb), rdb_facts(rdb)->ctime_ms);
    make_slots(scan);
    status = take_keys(scan, rdb, reader, status, &key);
    if (status == STATUS_OK && !scan->stopped)
        status = segments_run(scan, rdb, reader);
    scan->facts = *rdb_facts(rdb);
    size_t count;
    const struct rdb_database *databases = rdb_databases(rdb, &count);
    keep_databases(scan, databases, count);
    rdb_free(rdb);
    if (status == STATUS_END)
        keep_end(scan, reader);
    return scan->error.kind != ERROR_NONE ? STATUS_FAIL : STATUS_OK;
}

enum status
scan_run_source(struct scan *scan, const struct scan_source *keys)
{
    struct reader nowhere;
    struct loop loop;
    reader_init_memory(&nowhere, BYTES_LITERAL(""), 0);
    set_callbacks(scan);
    resolve(scan, keys->facts, keys->moment_ms);
    make_slots(scan);
    loop_init(&loop, scan);
    loop.source = keys->source;
    loop.reader = &nowhere;
    (void)loop_go_on(&loop, UINT64_MAX, UINT64_MAX);
    loop_fini(&loop);
    reader_fini(&nowhere);
    keep_databases(scan, keys->databases, keys->database_count);
    return scan->error.kind != ERROR_NONE ? STATUS_FAIL : STATUS_OK;
}

bool
scan_is_complete(const struct scan *scan)
{
    return scan->error.kind == ERROR_NONE && !scan->stopped &&
           scan->damaged == 0;
}

void
scan_fini(struct scan *scan)
{
    for (size_t i = 0; scan->slots != NULL && i < scan->request_count; i++)
        slot_tally_free(scan->slots[i]);
    free(scan->slots);
    free(scan->profiles);
    free(scan->databases);
    scan->slots = NULL;
    scan->profiles = NULL;
    scan->databases = NULL;
}
