/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/check-rdb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "scan/duplicates.h"

/* --- duplicates --- */

/* Names that looked alike are compared by their bytes in a second reading,
 * which only a regular file allows. */
static bool
can_read_again(const char *path)
{
    struct stat status;
    return path != NULL && strcmp(path, "-") != 0 &&
           stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static void
confirm_duplicates(struct check_findings *found, struct duplicates *duplicates,
                   const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct input *input = xcalloc(1, sizeof(*input));
    struct key key;
    if (input_open(input, path, NULL, &error) == STATUS_OK) {
        struct rdb *rdb = rdb_new(&input->reader, NULL, false);
        struct source *source = rdb_source(rdb);
        while (source->ops->next(source, &key) == STATUS_OK)
            if (duplicates_confirm(duplicates, &key))
                check_findings_add(
                    found, FINDING_DUPLICATE_KEY, key.offset, &key,
                    "this key was in this database before");
        rdb_free(rdb);
        input_close(input);
    }
    free(input);
}

static void
look_for_duplicate(struct check_findings *found, struct duplicates *duplicates,
                   const struct key *key, bool again)
{
    bool suspected = duplicates_add(duplicates, key);
    if (suspected &&
        (!again || duplicates_suspected(duplicates) > DUPLICATES_KEPT))
        check_findings_add(
            found, FINDING_DUPLICATE_SUSPECTED, key->offset, key,
            "a key of this name's hash was in this database before");
}

/* --- reading --- */

static void
count_key(struct check_rdb *rdb, const struct key *key, int64_t now)
{
    rdb->keys++;
    rdb->expires += key->has_expiry;
    rdb->expired += key->has_expiry && key->expire_ms <= now;
    rdb->types[key->type_byte] = true;
    rdb->vector_sets |= key->type == TYPE_VECTORSET;
}

static enum status
read_keys(const struct check_job *job, struct check_rdb *sums, struct rdb *rdb,
          struct duplicates *duplicates, bool again)
{
    struct check_findings *found = &job->check->found;
    struct source *source = rdb_source(rdb);
    int64_t now = 0;
    enum scan_now from;
    struct key key;
    enum status status;
    while ((status = source->ops->next(source, &key)) == STATUS_OK) {
        if (sums->keys == 0)
            now = run_now(job->run, rdb_facts(rdb), &from);
        count_key(sums, &key, now);
        check_findings_next_key(found);
        look_for_duplicate(found, duplicates, &key, again);
        status = source->ops->walk(source, NULL);
        if (status == STATUS_FAIL)
            break;
        if (status == STATUS_BAD)
            check_findings_mark_undecodable(found);
        check_findings_next_key(found);
        job->result->read.keys++;
        job->result->read.bytes = aof_log_consumed(job->log);
        run_poll(job->run, job->result);
    }
    return status;
}

/* Reads the file, and once more when names looked alike. */
static enum status
read_file(const struct check_job *job, struct check_rdb *sums, struct rdb *rdb,
          const char *path)
{
    struct check_findings *found = &job->check->found;
    bool again = can_read_again(path);
    struct duplicates *duplicates =
        duplicates_new(job->run->arguments->mem_limit / 2);
    enum status status = read_keys(job, sums, rdb, duplicates, again);
    check_findings_next_key(found);
    sums->halvings = duplicates_halvings(duplicates);
    if (again && duplicates_suspected(duplicates) > 0)
        confirm_duplicates(found, duplicates, path);
    duplicates_free(duplicates);
    return status;
}

/* What cannot be checked stands among the findings, with all there is to say
 * of it. */
static void
give_up(const struct check_findings *found, const struct error *reason,
        struct error *error)
{
    bool told = found->group_count > 0 && reason->kind != ERROR_IO;
    if (!told)
        *error = *reason;
    else if (reason->has_offset)
        error_set_at(error, reason->kind, reason->offset,
                     "not supported; nothing from here on was checked");
    else
        error_set(error, reason->kind,
                  "not supported; it was not checked to its end");
}

/* The decoder reports all damage as findings; what is none is the input's own
 * trouble. */
static bool
is_damage(const struct check_findings *found, const struct error *error)
{
    return error->kind != ERROR_IO && found->group_count > 0 &&
           found->groups[found->latest].code != FINDING_UNSUPPORTED;
}

/* What others than the servers that read RDBs of this version do not know. */
static void
add_features(struct check *check, const struct check_rdb *sums,
             const struct rdb *rdb)
{
    size_t count;
    const struct rdb_database *databases = rdb_databases(rdb, &count);
    if (check->feature_count == 0)
        check->feature_count =
            acceptance_features(&sums->facts, databases, count, sums->types,
                                sums->vector_sets, check->features);
}

bool
check_rdb_read(const struct check_job *job, struct check_part *part,
               struct reader *reader, const char *path)
{
    struct check_findings *found = &job->check->found;
    struct rdb *rdb = rdb_new(reader, &found->findings, true);
    const struct source *source = rdb_source(rdb);
    struct check_rdb *sums = xcalloc(1, sizeof(*sums));
    part->rdb = sums;
    enum status status = read_file(job, sums, rdb, path);
    sums->facts = *rdb_facts(rdb);
    sums->is_complete = status == STATUS_END;
    sums->end = reader_offset(reader);
    if (!sums->is_complete && is_damage(found, source->ops->error(source)))
        check_findings_end_reading(found);
    else if (!sums->is_complete)
        give_up(found, source->ops->error(source), &job->result->error);
    add_features(job->check, sums, rdb);
    rdb_free(rdb);
    return sums->is_complete;
}
