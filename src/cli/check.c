/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An error is what the judges (the servers of --server, else the one that
 * wrote the file) refuse, crash at or lose, or, when nobody was named, what
 * cannot be read.  All else is a warning.
 */
#include "cli/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/check-aof.h"
#include "cli/check-rdb.h"
#include "cli/run-trouble.h"

/* --- reading --- */

static struct check_part *
add_part(struct check *check, const struct aof_log *log)
{
    if ((check->part_count & (check->part_count - 1)) == 0)
        check->parts = xreallocarray(
            check->parts, check->part_count ? check->part_count * 2 : 1,
            sizeof(*check->parts));
    struct check_part *part = &check->parts[check->part_count++];
    uint64_t lines = check->part_count > 1 ? part[-1].lines : 1;
    *part = (struct check_part) {
        .name = xstrdup(log->part.name),
        .lines = lines,
        .type = log->part.in_set ? log->part.file->type : MANIFEST_BASE,
        .file_size = log->part.size,
    };
    return part;
}

/* Bytes behind the end, which are nobody's. */
static void
tell_trailing(struct check *check, struct input *input)
{
    uint64_t at = reader_offset(&input->reader);
    uint64_t rest = run_trouble_rest(input);
    char text[80];
    (void)snprintf(text, sizeof(text),
                   rest == 1 ? "%" PRIu64 " byte behind the end, which no "
                               "server reads"
                             : "%" PRIu64 " bytes behind the end, which no "
                               "server reads", rest);
    check_findings_add(&check->found, FINDING_TRAILING, at, NULL, text);
}

/* Where a lone RDB ends an AOF may go on. */
static bool
goes_on(const struct check_job *job, const struct check_part *part,
        struct reader *reader)
{
    if (reader_at_end(reader) || !reader_ok(reader))
        return false;
    if (job->input->kind != INPUT_RDB ||
        run_trouble_aof_follows(&part->rdb->facts, reader))
        return true;
    tell_trailing(job->check, job->input);
    return false;
}

/* As a whole a compressed log is only packed up; a file of a set is what a
 * server opens. */
static void
look_for_layer(struct check *check, const struct aof_part *part)
{
    char text[80];
    if (!part->in_set || part->layer == NULL)
        return;
    (void)snprintf(text, sizeof(text),
                   "compressed (%s), which no server undoes", part->layer);
    check_findings_add(&check->found, FINDING_PART_COMPRESSED, 0, NULL, text);
}

static void
read_part(const struct check_job *job, struct aof_log *log,
          struct check_part *part, const char *path)
{
    struct check *check = job->check;
    const char *file = log->part.path != NULL ? log->part.path : path;
    part->was_opened = true;
    look_for_layer(check, &log->part);
    if (log->part.has_preamble || job->input->kind == INPUT_RDB) {
        part->is_complete = check_rdb_read(job, part, log->reader, file);
        if (!part->is_complete)
            return;
        part->records_at = part->rdb->end;
        part->good = part->rdb->end;
        if (!goes_on(job, part, log->reader))
            return;
    }
    check->is_aof = true;
    check_aof_read(job, log, part);
}

static void
begin_part(struct check_findings *found)
{
    found->part = CHECK_NO_PART;
    found->place = (struct aof_place) { .in_commands = false };
    found->of_part = (struct acceptance) { 0, 0, 0 };
    found->of_part_by_setup = (struct acceptance) { 0, 0, 0 };
}

static void
read_parts(const struct check_job *job, struct aof_log *log, const char *path)
{
    struct check *check = job->check;
    enum status status;
    begin_part(&check->found);
    while ((status = aof_log_part(log)) != STATUS_END) {
        struct check_part *part = add_part(check, log);
        if (status == STATUS_OK) {
            check->found.part = check->is_set ? check->part_count - 1
                                              : CHECK_NO_PART;
            read_part(job, log, part, path);
            part->size = reader_offset(log->reader);
        }
        part->total = check->found.of_part;
        part->by_setup = check->found.of_part_by_setup;
        begin_part(&check->found);
    }
}

/* --- judging --- */

const struct check_rdb *
check_rdb(const struct check *check)
{
    for (size_t i = 0; i < check->part_count; i++)
        if (check->parts[i].rdb != NULL)
            return check->parts[i].rdb;
    return NULL;
}

static void
add_features(struct check *check)
{
    struct aof_features used = {
        .is_set = check->is_set,
        .has_preamble = !check->is_set && check_rdb(check) != NULL,
        .has_annotations = check->has_annotations,
        .commands = check->commands,
    };
    check->rdb_feature_count = check->feature_count;
    if (check->is_aof)
        check->feature_count += aof_acceptance_features(
            &used, &check->features[check->feature_count]);
}

/* Those who do not know all that is used, from feature number `first` on. */
static uint32_t
not_knowing(const struct check *check, size_t first)
{
    uint32_t against = 0;
    for (size_t i = first; i < check->feature_count; i++)
        against |= acceptance_against(check->features[i].acceptance);
    return against;
}

/* Who wrote it, by its RDB: 0 when nobody knows.  Other releases may have
 * appended what the RDB's own does not know. */
static uint32_t
writer(const struct check *check)
{
    const struct check_rdb *rdb = check_rdb(check);
    if (rdb == NULL || (check->is_aof && rdb->facts.version == 0))
        return 0;
    return UINT32_C(1) << acceptance_writer(&rdb->facts) &
           ~not_knowing(check, check->rdb_feature_count);
}

static void
choose_judges(struct check *check, uint32_t judges)
{
    check->is_given = judges != 0;
    check->judges = check->is_given ? judges : writer(check);
    check->is_guessed = check->judges == 0;
    if (check->is_guessed)
        check->judges = ACCEPTANCE_ALL & ~not_knowing(check, 0);
    if (check->judges == 0)
        check->judges = ACCEPTANCE_ALL;
}

static void
count_group(struct check *check, const struct check_group *group,
            bool undecodable, uint64_t count)
{
    enum check_severity severity = check_severity(check, group, undecodable);
    check->errors += severity == CHECK_ERROR ? count : 0;
    check->warnings += severity == CHECK_WARNING ? count : 0;
}

static void
judge(struct check *check, uint32_t judges)
{
    add_features(check);
    choose_judges(check, judges);
    check->total = check->found.total;
    for (size_t i = 0; i < check->feature_count; i++) {
        check->total =
            acceptance_join(check->total, check->features[i].acceptance);
        check->errors += check_feature_is_error(check, &check->features[i]);
    }
    for (size_t i = 0; i < check->found.group_count; i++) {
        const struct check_group *group = &check->found.groups[i];
        count_group(check, group, false, group->count - group->undecodable);
        count_group(check, group, true, group->undecodable);
    }
}

bool
check_read(struct check *check, struct run *run, struct run_input *result,
           struct input *input, uint32_t judges)
{
    const char *path = run->operands.items[result - run->inputs].path;
    const struct input_options options = { .stop_at_size = true };
    enum { HELD = 256 }; /* more than any command's name */
    struct aof_log log;
    const struct check_job job = { check, run, result, input, &log };
    check->name = result->name;
    check->is_set = input->kind == INPUT_MANIFEST;
    check->is_aof = input->kind != INPUT_RDB;
    check->newest_time = INT64_MIN;
    check_findings_init(&check->found);
    bool opened = aof_log_open(&log, input, path, result->name, &options,
                               &check->found.findings, HELD) == STATUS_OK;
    if (opened)
        read_parts(&job, &log, path);
    else
        result->error = log.error;
    aof_log_close(&log);
    judge(check, judges);
    return opened;
}

void
check_fini(struct check *check)
{
    check_findings_fini(&check->found);
    for (size_t i = 0; i < check->part_count; i++) {
        free(check->parts[i].name);
        free(check->parts[i].rdb);
    }
    free(check->parts);
    free(check->commands);
}

/* --- the verdict --- */

static bool
is_note(const struct check_group *group)
{
    switch ((int)group->code) {
    case FINDING_EOF_MARK:
    case FINDING_CRC_ABSENT:
    case FINDING_AOF_IN_PROGRESS:
    case FINDING_AOF_UNCERTAIN:
    case FINDING_AOF_NOT_REPLAYABLE:
        return true;
    case FINDING_PART_EMPTY:
        return acceptance_against(group->acceptance) == 0;
    default:
        return false;
    }
}

/* Whether the judges mind; of those who may have written it, all. */
static bool
is_against_judges(const struct check *check, struct acceptance acceptance)
{
    uint32_t minding = acceptance_against(acceptance) & check->judges;
    return check->is_guessed ? minding == check->judges : minding != 0;
}

/* Whoever wrote it is set up for it. */
static bool
is_writers_own(const struct check *check, enum finding_code code)
{
    const struct check_rdb *rdb = check_rdb(check);
    bool has_writer = check->is_aof ||
                      (rdb != NULL && rdb->facts.server[0] != '\0');
    return !check->is_given && has_writer && acceptance_depends_on_setup(code);
}

enum check_severity
check_severity(const struct check *check, const struct check_group *group,
               bool undecodable)
{
    if (is_note(group))
        return CHECK_NOTE;
    if (group->ended_reading)
        return CHECK_ERROR;
    if (undecodable && !check->is_given)
        return CHECK_ERROR;
    if (is_writers_own(check, group->code))
        return CHECK_WARNING;
    return is_against_judges(check, group->acceptance) ? CHECK_ERROR
                                                       : CHECK_WARNING;
}

enum check_severity
check_severity_of(const struct check *check,
                  const struct check_finding *finding)
{
    return check_severity(check, &check->found.groups[finding->group],
                          finding->undecodable);
}

bool
check_feature_is_error(const struct check *check,
                       const struct acceptance_feature *feature)
{
    const struct check_rdb *rdb = check_rdb(check);
    if (!check->is_given && rdb != NULL &&
        acceptance_writer_is_newer(&rdb->facts))
        return false;
    return is_against_judges(check, feature->acceptance);
}

bool
check_is_complete(const struct check *check)
{
    for (size_t i = 0; i < check->part_count; i++)
        if (!check->parts[i].is_complete)
            return false;
    return true;
}

bool
check_is_sound(const struct check *check)
{
    return check->errors == 0 && check_is_complete(check);
}

bool
check_part_is_sound(const struct check *check, const struct check_part *part)
{
    return part->is_complete && !is_against_judges(check, part->total) &&
           !(check->is_given && is_against_judges(check, part->by_setup));
}

/* What ended somewhere in its middle for no reason that servers have an answer
 * to, no server is known to load. */
static bool
is_unknown(const struct check_part *part)
{
    bool is_cut_rdb = part->rdb != NULL && !part->rdb->is_complete;
    return is_cut_rdb ||
           (!part->is_complete && acceptance_against(part->total) == 0);
}

uint32_t
check_refused(const struct check *check)
{
    for (size_t i = 0; i < check->part_count; i++)
        if (is_unknown(&check->parts[i]))
            return ACCEPTANCE_ALL;
    return check->total.refuses | check->total.crashes;
}

uint32_t
check_losing(const struct check *check)
{
    return check->total.loses & ~check_refused(check);
}

uint32_t
check_loading(const struct check *check)
{
    return ACCEPTANCE_ALL & ~check_refused(check) & ~check->total.loses;
}

/* --- words --- */

const char *
check_severity_word(enum check_severity severity)
{
    static const char *const words[] = { "note", "warning", "error" };
    return words[severity];
}

const char *
check_loses_word(enum finding_code code)
{
    switch ((int)code) {
    case FINDING_AOF_TRUNCATED:
    case FINDING_AOF_MULTI_OPEN:
        return "cut off by ";
    case FINDING_AOF_DB:
    case FINDING_DB_NUMBER:
        return "ignored by ";
    case FINDING_MANIFEST_EMPTY:
    case FINDING_PART_EMPTY:
        return "passed over by ";
    default:
        return "dropped by ";
    }
}

struct bytes
check_text(const struct check_finding *finding)
{
    return bytes_of(finding->words, finding->text_size);
}

struct bytes
check_key_name(const struct check_finding *finding)
{
    return bytes_of(finding->words + finding->text_size, finding->name_held);
}
