/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/instance.h"

#include <stdlib.h>

#include "analysis/databases.h"
#include "analysis/summary.h"
#include "base/xalloc.h"
#include "model/cost-db.h"

/* used_memory of an empty server with one client, as INFO of that release says
 * on 64 bits with its jemalloc, alone and in cluster mode (3.2.13, 4.0.14,
 * 5.0.14, 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.2, 8.6.3; valkey 8.0.1, 8.1.1,
 * 9.1.2).  Some hundred bytes differ from start to start. */
static const struct {
    enum server_product product;
    int major;
    int minor;
    uint64_t alone;
    uint64_t cluster;
} empty[] = {
    { SERVER_REDIS, 0, 0, 821792, 1283144 },
    { SERVER_REDIS, 4, 0, 847576, 1505920 },
    { SERVER_REDIS, 5, 0, 853424, 1511768 },
    { SERVER_REDIS, 6, 0, 874056, 1532400 },
    { SERVER_REDIS, 7, 0, 1020512, 1769032 },
    { SERVER_REDIS, 7, 2, 1027840, 1769440 },
    { SERVER_REDIS, 7, 4, 1108256, 2465664 },
    { SERVER_REDIS, 8, 0, 814800, 2129968 },
    { SERVER_REDIS, 8, 6, 868144, 2445616 },
    { SERVER_VALKEY, 0, 0, 1027840, 1769440 },
    { SERVER_VALKEY, 8, 0, 1053648, 2873576 },
    { SERVER_VALKEY, 8, 1, 1020952, 2841952 },
    { SERVER_VALKEY, 9, 0, 1401528, 3264896 },
    { SERVER_KEYDB, 0, 0, 874056, 1532400 },
};

static uint64_t
empty_server(const struct profile *profile)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (empty[i].product == profile->server->product &&
            server_since(profile->server, empty[i].major, empty[i].minor))
            bytes = profile->cluster ? empty[i].cluster : empty[i].alone;
    return bytes;
}

/* The databases of one input, as each profile of the run would hold them. */
struct layout {
    const struct run *run;
    const struct scan *scan;
    struct cost_db_row *rows;
    uint64_t *tables; /* of a database by profile, then of the next */
};

static void
add_profile(struct layout *layout, struct instance *instance, size_t number)
{
    const struct scan *scan = layout->scan;
    struct instance_sums *sums = &instance->sums[number];
    struct cost_db db =
        cost_db(&scan->profiles[number], &scan->facts, layout->rows,
                scan->database_count, scan->slots[number]);
    sums->tables += db.tables;
    sums->unsettled += db.unsettled;
    sums->other += db.other;
    sums->shared += db.shared;
    sums->server += empty_server(&scan->profiles[number]);
    for (size_t i = 0; i < scan->database_count; i++)
        layout->tables[i * layout->run->request_count + number] =
            layout->rows[i].tables;
}

static void
add_input(const struct run *run, const struct scan *scan,
          struct instance *instance, struct analysis *databases)
{
    size_t count = scan->database_count;
    struct layout layout = {
        .run = run,
        .scan = scan,
        .rows = xcalloc(count + 1, sizeof *layout.rows),
        .tables = xcalloc(count * run->request_count + 1,
                          sizeof *layout.tables),
    };
    for (size_t i = 0; i < count; i++)
        layout.rows[i].database = &scan->databases[i];
    for (size_t p = 0; p < run->request_count; p++)
        add_profile(&layout, instance, p);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *tables = &layout.tables[i * run->request_count];
        if (scan->databases[i].keys > 0 || tables[0] > 0)
            databases_add_tables(databases, scan->databases[i].db, tables);
    }
    free(layout.rows);
    free(layout.tables);
}

void
instance_init(struct instance *instance, const struct run *run,
              const struct analysis *summary, struct analysis *databases)
{
    const struct summary_sums *keys = summary_by_profile(summary);
    *instance = (struct instance){ .known = filter_is_empty(run->filter) };
    instance->sums = xcalloc(run->request_count, sizeof *instance->sums);
    for (size_t i = 0; i < run->input_count && instance->known; i++)
        if (run->inputs[i].was_read)
            add_input(run, &run->inputs[i].scan, instance, databases);
    for (size_t p = 0; p < run->request_count; p++) {
        struct instance_sums *sums = &instance->sums[p];
        sums->keys = keys[p].memory > sums->shared
                         ? keys[p].memory - sums->shared
                         : 0;
        sums->growth = sums->keys + sums->tables + sums->other;
        sums->unsettled += sums->keys + sums->other;
    }
}

void
instance_fini(struct instance *instance)
{
    free(instance->sums);
}

uint64_t
instance_distance(const struct instance_sums *sums, uint64_t used)
{
    uint64_t predicted = sums->growth + sums->server;
    return predicted > used ? predicted - used : used - predicted;
}
