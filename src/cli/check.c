/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An error is what the judges (the servers of --server, else the one that
 * wrote the file) refuse, crash at or drop, or, when nobody was named, what
 * cannot be read.  All else is a warning.
 */
#include "cli/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "cli/run-trouble.h"
#include "scan/duplicates.h"

/* --- collecting --- */

static bool
is_same_answer(struct acceptance a, struct acceptance b)
{
    return a.loses == b.loses && a.refuses == b.refuses &&
           a.crashes == b.crashes;
}

static size_t
group_of(struct check *check, enum finding_code code,
         struct acceptance acceptance)
{
    size_t i = 0;
    while (i < check->group_count &&
           (check->groups[i].code != code ||
            !is_same_answer(check->groups[i].acceptance, acceptance)))
        i++;
    if (i == check->group_count && i < CHECK_GROUPS_MAX) {
        check->groups[i] =
            (struct check_group) { .code = code, .acceptance = acceptance };
        check->group_count++;
    }
    return i < CHECK_GROUPS_MAX ? i : CHECK_GROUPS_MAX - 1;
}

static void
keep(struct check *check, size_t group, const struct finding *finding)
{
    const struct key *key = finding->key;
    size_t text = strlen(finding->text);
    size_t name = key == NULL                        ? 0
                  : key->name.size < CHECK_NAME_HELD ? key->name.size
                                                     : CHECK_NAME_HELD;
    struct check_finding kept = { .group = group,
                                  .offset = finding->offset,
                                  .has_key = key != NULL,
                                  .name_held = name,
                                  .text_size = text };
    kept.words = xmalloc(text + name + 1);
    memcpy(kept.words, finding->text, text);
    if (key != NULL) {
        kept.db = key->db;
        kept.name_size = key->name_size;
        kept.type_byte = key->type_byte;
        if (name > 0)
            memcpy(kept.words + text, key->name.data, name);
    }
    if ((check->kept_count & (check->kept_count - 1)) == 0)
        check->kept = xreallocarray(
            check->kept, check->kept_count ? check->kept_count * 2 : 1,
            sizeof(*check->kept));
    check->kept[check->kept_count++] = kept;
}

static void
take_finding(struct findings *self, const struct finding *finding)
{
    struct check *check = (struct check *)self;
    struct acceptance acceptance =
        acceptance_of_finding(finding->code, finding->key);
    check->total = acceptance_join(check->total, acceptance);
    size_t group = group_of(check, finding->code, acceptance);
    check->latest = group;
    check->groups[group].count++;
    check->key_counts[group]++;
    if (check->groups[group].kept < CHECK_SHOWN) {
        check->groups[group].kept++;
        keep(check, group, finding);
    }
}

static void
add_finding(struct check *check, enum finding_code code, uint64_t offset,
            const struct key *key, const char *text)
{
    struct finding finding = { code, offset, key, text };
    take_finding(&check->findings, &finding);
}

/* Whatever was found in a value that cannot be read is why.  A packed hash of
 * an odd number of entries is readable but for the last. */
static void
mark_undecodable(struct check *check)
{
    for (size_t i = 0; i < check->group_count; i++)
        if (check->groups[i].code != FINDING_ODD_COUNT)
            check->groups[i].undecodable += check->key_counts[i];
    for (size_t i = check->key_first; i < check->kept_count; i++)
        check->kept[i].undecodable =
            check->groups[check->kept[i].group].code != FINDING_ODD_COUNT;
}

static void
next_key(struct check *check)
{
    check->key_first = check->kept_count;
    memset(check->key_counts, 0,
           check->group_count * sizeof(check->key_counts[0]));
}

/* --- duplicates --- */

/* Names that looked alike are compared by their bytes in a second reading,
 * which only a regular file allows. */
static bool
can_read_again(const char *path)
{
    struct stat status;
    return strcmp(path, "-") != 0 && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

static void
confirm_duplicates(struct check *check, struct duplicates *duplicates,
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
                add_finding(check, FINDING_DUPLICATE_KEY, key.offset, &key,
                            "this key was in this database before");
        rdb_free(rdb);
        input_close(input);
    }
    free(input);
}

static void
look_for_duplicate(struct check *check, struct duplicates *duplicates,
                   const struct key *key, bool again)
{
    bool suspected = duplicates_add(duplicates, key);
    if (suspected &&
        (!again || duplicates_suspected(duplicates) > DUPLICATES_KEPT))
        add_finding(check, FINDING_DUPLICATE_SUSPECTED, key->offset, key,
                    "a key of this name's hash was in this database before");
}

/* --- reading --- */

static void
count_key(struct check *check, const struct key *key, int64_t now)
{
    check->keys++;
    check->expires += key->has_expiry;
    check->expired += key->has_expiry && key->expire_ms <= now;
    check->types[key->type_byte] = true;
    check->vector_sets |= key->type == TYPE_VECTORSET;
}

static enum status
read_keys(struct check *check, struct run *run, struct run_input *result,
          struct input *input, struct duplicates *duplicates, bool again)
{
    struct source *source = rdb_source(check->rdb);
    int64_t now = 0;
    enum scan_now from;
    struct key key;
    enum status status;
    while ((status = source->ops->next(source, &key)) == STATUS_OK) {
        if (check->keys == 0)
            now = run_now(run, rdb_facts(check->rdb), &from);
        count_key(check, &key, now);
        next_key(check);
        look_for_duplicate(check, duplicates, &key, again);
        status = source->ops->walk(source, NULL);
        if (status == STATUS_FAIL)
            break;
        if (status == STATUS_BAD)
            mark_undecodable(check);
        next_key(check);
        run_poll(run, result,
                 (struct run_meter) { input_consumed(input), check->keys });
    }
    return status;
}

/* Bytes behind the end: an AOF goes on there, or they are nobody's. */
static void
look_behind(struct check *check, struct input *input, struct error *error)
{
    struct reader *reader = &input->reader;
    uint64_t at = reader_offset(reader);
    if (reader_at_end(reader) || !reader_ok(reader))
        return;
    check->aof_follows = run_trouble_aof_follows(&check->facts, reader);
    uint64_t rest = run_trouble_rest(input);
    if (check->aof_follows) {
        check->unchecked = rest;
        error_set_at(error, ERROR_UNSUPPORTED, at,
                     "%" PRIu64 " bytes of AOF behind the RDB were not "
                     "checked; redis-check-aof checks both", rest);
        return;
    }
    char text[80];
    (void)snprintf(text, sizeof(text),
                   rest == 1 ? "%" PRIu64 " byte behind the end, which no "
                               "server reads"
                             : "%" PRIu64 " bytes behind the end, which no "
                               "server reads", rest);
    add_finding(check, FINDING_TRAILING, at, NULL, text);
}

/* What cannot be checked stands among the findings, with all there is to say
 * of it. */
static void
give_up(const struct check *check, const struct error *reason,
        struct error *error)
{
    bool told = check->group_count > 0 && reason->kind != ERROR_IO;
    if (!told)
        *error = *reason;
    else if (reason->has_offset)
        error_set_at(error, reason->kind, reason->offset,
                     "not supported; nothing from here on was checked");
    else
        error_set(error, reason->kind,
                  "not supported; it was not checked to its end");
}

/* What was found last is why there is no next key. */
static void
end_reading(struct check *check)
{
    check->groups[check->latest].ended_reading = true;
}

/* The decoder reports all damage as findings; what is none is the input's own
 * trouble. */
static bool
is_damage(const struct check *check, const struct error *error)
{
    return error->kind != ERROR_IO && check->group_count > 0 &&
           check->groups[check->latest].code != FINDING_UNSUPPORTED;
}

static void
judge(struct check *check, uint32_t judges,
      const struct rdb_database *databases, size_t count)
{
    check->is_given = judges != 0;
    check->judges =
        judges != 0 ? judges : UINT32_C(1) << acceptance_writer(&check->facts);
    check->feature_count =
        acceptance_features(&check->facts, databases, count, check->types,
                            check->vector_sets, check->features);
    for (size_t i = 0; i < check->feature_count; i++) {
        check->total =
            acceptance_join(check->total, check->features[i].acceptance);
        check->errors += check_feature_is_error(check, &check->features[i]);
    }
    for (size_t i = 0; i < check->group_count; i++) {
        const struct check_group *group = &check->groups[i];
        uint64_t readable = group->count - group->undecodable;
        check->errors +=
            check_severity(check, group, false) == CHECK_ERROR ? readable : 0;
        check->errors += check_severity(check, group, true) == CHECK_ERROR
                             ? group->undecodable
                             : 0;
        check->warnings +=
            check_severity(check, group, false) == CHECK_WARNING ? readable : 0;
        check->warnings += check_severity(check, group, true) == CHECK_WARNING
                               ? group->undecodable
                               : 0;
    }
}

/* Reads the file, and once more when names looked alike. */
static enum status
read_file(struct check *check, struct run *run, struct run_input *result,
          struct input *input)
{
    const char *path = run->operands.items[result - run->inputs].path;
    bool again = can_read_again(path);
    struct duplicates *duplicates =
        duplicates_new(run->arguments->mem_limit / 2);
    enum status status =
        read_keys(check, run, result, input, duplicates, again);
    next_key(check);
    check->halvings = duplicates_halvings(duplicates);
    if (again && duplicates_suspected(duplicates) > 0)
        confirm_duplicates(check, duplicates, path);
    duplicates_free(duplicates);
    return status;
}

void
check_read(struct check *check, struct run *run, struct run_input *result,
           struct input *input, uint32_t judges)
{
    struct rdb *rdb = rdb_new(&input->reader, &check->findings, true);
    const struct source *source = rdb_source(rdb);
    check->findings.add = take_finding;
    check->name = result->name;
    check->rdb = rdb;
    enum status status = read_file(check, run, result, input);
    check->facts = *rdb_facts(rdb);
    check->is_complete = status == STATUS_END;
    check->end = reader_offset(&input->reader);
    if (check->is_complete)
        look_behind(check, input, &result->error);
    else if (is_damage(check, source->ops->error(source)))
        end_reading(check);
    else
        give_up(check, source->ops->error(source), &result->error);

    size_t count;
    const struct rdb_database *databases = rdb_databases(rdb, &count);
    judge(check, judges, databases, count);
    check->rdb = NULL;
    rdb_free(rdb);
}

void
check_fini(struct check *check)
{
    for (size_t i = 0; i < check->kept_count; i++)
        free(check->kept[i].words);
    free(check->kept);
}

/* --- judging --- */

static bool
is_note(enum finding_code code)
{
    return code == FINDING_EOF_MARK || code == FINDING_CRC_ABSENT;
}

enum check_severity
check_severity(const struct check *check, const struct check_group *group,
               bool undecodable)
{
    bool names_writer = check->facts.server[0] != '\0';
    if (is_note(group->code))
        return CHECK_NOTE;
    if (group->ended_reading)
        return CHECK_ERROR;
    if (undecodable && !check->is_given)
        return CHECK_ERROR;
    if (!check->is_given && names_writer &&
        acceptance_depends_on_setup(group->code))
        return CHECK_WARNING;
    if (acceptance_against(group->acceptance) & check->judges)
        return CHECK_ERROR;
    return CHECK_WARNING;
}

bool
check_feature_is_error(const struct check *check,
                       const struct acceptance_feature *feature)
{
    if (!check->is_given && acceptance_writer_is_newer(&check->facts))
        return false;
    return (acceptance_against(feature->acceptance) & check->judges) != 0;
}

bool
check_is_sound(const struct check *check)
{
    return check->errors == 0 && check->is_complete;
}

uint32_t
check_refused(const struct check *check)
{
    if (!check->is_complete)
        return ACCEPTANCE_ALL;
    return check->total.refuses | check->total.crashes;
}
