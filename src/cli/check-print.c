/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Three ways to tell what a check came to: for people, for programs, and in
 * the lines of redis-check-rdb that scripts look for.
 */
#include "cli/check.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"
#include "config.h"
#include "export/jsonl.h"

static const char *const severities[] = { "note", "warning", "error" };

static struct bytes
text_of(const struct check_finding *finding)
{
    return bytes_of(finding->words, finding->text_size);
}

static struct bytes
name_of(const struct check_finding *finding)
{
    return bytes_of(finding->words + finding->text_size, finding->name_held);
}

static enum check_severity
severity_of(const struct check *check, const struct check_finding *finding)
{
    return check_severity(check, &check->groups[finding->group],
                          finding->undecodable);
}

/* Servers that start with the file and have all of it. */
static uint32_t
loading(const struct check *check)
{
    return ACCEPTANCE_ALL & ~check_refused(check) & ~check->total.loses;
}

static uint32_t
losing(const struct check *check)
{
    return check->total.loses & ~check_refused(check);
}

/* --- text --- */

static void
append_answer(struct buffer *out, const char *words, uint32_t servers,
              bool *any)
{
    if (servers == 0)
        return;
    buffer_append_text(out, *any ? "; " : " (");
    *any = true;
    buffer_append_text(out, words);
    acceptance_append_servers(out, servers);
}

static void
append_acceptance(struct buffer *out, struct acceptance acceptance)
{
    bool any = false;
    append_answer(out, "refused by ", acceptance.refuses, &any);
    append_answer(out, "crashes ", acceptance.crashes, &any);
    append_answer(out, "dropped by ", acceptance.loses, &any);
    if (any)
        buffer_append_byte(out, ')');
}

static void
append_finding(const struct check *check, const struct check_finding *finding,
               struct buffer *out, enum escape_bytes bytes)
{
    const struct check_group *group = &check->groups[finding->group];
    buffer_append_format(out, "%s: offset 0x%" PRIx64 ": ",
                         severities[severity_of(check, finding)],
                         finding->offset);
    if (finding->has_key) {
        buffer_append_format(out, "db %" PRIu64 " key \"", finding->db);
        escape_append(out, name_of(finding), bytes);
        buffer_append_text(
            out, finding->name_held < finding->name_size ? "...\": " : "\": ");
    }
    escape_append(out, text_of(finding), BYTES_ESCAPE);
    buffer_append_format(out, " [%s]", finding_name(group->code));
    append_acceptance(out, group->acceptance);
    buffer_append_byte(out, '\n');
}

static void
append_findings(const struct check *check, struct buffer *out,
                enum escape_bytes bytes)
{
    for (size_t i = 0; i < check->kept_count; i++)
        append_finding(check, &check->kept[i], out, bytes);
    for (size_t i = 0; i < check->group_count; i++) {
        const struct check_group *group = &check->groups[i];
        if (group->count > group->kept)
            buffer_append_format(out, "and %" PRIu64 " more [%s]\n",
                                 group->count - group->kept,
                                 finding_name(group->code));
    }
}

/* What not every server knows: the version, then what servers that read the
 * version do not know. */
static void
append_features(const struct check *check, struct buffer *out)
{
    uint32_t told = 0;
    for (size_t i = 0; i < check->feature_count; i++) {
        const struct acceptance_feature *feature = &check->features[i];
        uint32_t against = acceptance_against(feature->acceptance);
        bool error = check_feature_is_error(check, feature);
        if (against == 0 || ((against & ~told) == 0 && !error))
            continue;
        told |= against;
        buffer_append_format(out, "%s: %s",
                             severities[error ? CHECK_ERROR : CHECK_NOTE],
                             feature->text);
        append_acceptance(out, feature->acceptance);
        buffer_append_byte(out, '\n');
    }
}

static void
append_heading(const struct check *check, struct buffer *out)
{
    const struct rdb_facts *facts = &check->facts;
    const char *checksum = rdb_checksum_word(&check->facts);
    escape_append(out, bytes_of_text(check->name), BYTES_ESCAPE);
    if (facts->version > 0)
        buffer_append_format(out, ": %s %d",
                             facts->dialect == RDB_VALKEY ? "VALKEY RDB"
                                                          : "RDB",
                             facts->version);
    else
        buffer_append_text(out, ": RDB without a version");
    if (facts->server[0] != '\0')
        buffer_append_format(out, ", written by %s %s", facts->server,
                             facts->server_version);
    buffer_append_format(out, ", checksum %s\n",
                         checksum != NULL ? checksum : "not reached");
}

/* "1 key", "2,276 keys". */
static void
append_counted(struct buffer *out, uint64_t count, const char *noun)
{
    number_append_grouped(out, count);
    buffer_append_format(out, count == 1 ? " %s" : " %ss", noun);
}

static void
append_totals(const struct check *check, struct buffer *out)
{
    append_counted(out, check->keys, "key");
    buffer_append_text(out, ", ");
    number_append_grouped(out, check->expires);
    buffer_append_text(out, " with expiry, ");
    number_append_grouped(out, check->expired);
    buffer_append_text(out, " expired; duplicates: ");
    if (check->halvings == 0)
        buffer_append_text(out, "all names checked\n");
    else
        buffer_append_format(out, "1/%" PRIu64 " of names checked\n",
                             UINT64_C(1) << check->halvings);
}

/* What is said of the RDB alone says nothing of the AOF behind it, unless it
 * is bad. */
static const char *
verdict_word(const struct check *check)
{
    if (!check_is_sound(check))
        return "damaged";
    return check->aof_follows ? "unchecked" : "sound";
}

static void
append_verdict(const struct check *check, struct buffer *out)
{
    buffer_append_text(out, verdict_word(check));
    if (check->aof_follows) {
        buffer_append_text(out, ": ");
        append_counted(out, check->unchecked, "byte");
        buffer_append_format(out, " of AOF behind the RDB; the RDB part is %s",
                             check_is_sound(check) ? "sound" : "damaged");
    }
    buffer_append_text(out, ", judged by ");
    acceptance_append_servers(out, check->judges);
    buffer_append_text(out, ": ");
    append_counted(out, check->errors, "error");
    buffer_append_text(out, ", ");
    append_counted(out, check->warnings, "warning");
    buffer_append_byte(out, '\n');
    buffer_append_text(out, check->aof_follows ? "the RDB part loads in: "
                                               : "loads in: ");
    acceptance_append_servers(out, loading(check));
    buffer_append_text(out, "; refused by: ");
    acceptance_append_servers(out, check_refused(check));
    if (losing(check) != 0) {
        buffer_append_text(out, "; loses keys in: ");
        acceptance_append_servers(out, losing(check));
    }
    buffer_append_byte(out, '\n');
}

void
check_print_text(const struct check *check, struct output *output,
                 enum escape_bytes bytes)
{
    struct buffer *out = &output->buffer;
    append_heading(check, out);
    append_findings(check, out, bytes);
    append_features(check, out);
    append_totals(check, out);
    append_verdict(check, out);
    output_flush_if_full(output);
}

/* --- json --- */

static void
member_word(struct jsonl *line, const char *name, const char *word)
{
    jsonl_member(line, name);
    if (word != NULL)
        jsonl_string(line, bytes_of_text(word), BYTES_ESCAPE);
    else
        jsonl_literal(line, "null");
}

static void
member_servers(struct jsonl *line, const char *name, uint32_t servers)
{
    unsigned depth = line->depth;
    jsonl_member_open(line, name, '[');
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++)
        if (servers >> i & 1)
            jsonl_word(line, acceptance_servers[i].name);
    jsonl_close_to(line, depth);
}

static void
member_acceptance(struct jsonl *line, struct acceptance acceptance)
{
    member_servers(line, "refused_by", acceptance.refuses);
    member_servers(line, "crashes", acceptance.crashes);
    member_servers(line, "dropped_by", acceptance.loses);
}

static void
json_finding(struct jsonl *line, const struct check *check,
             const struct check_finding *finding)
{
    const struct check_group *group = &check->groups[finding->group];
    unsigned depth = line->depth;
    jsonl_open(line, '{');
    member_word(line, "severity", severities[severity_of(check, finding)]);
    member_word(line, "code", finding_name(group->code));
    jsonl_member_count(line, "offset", finding->offset);
    if (finding->has_key) {
        jsonl_member_count(line, "db", finding->db);
        jsonl_key(line, name_of(finding), finding->name_size);
    }
    jsonl_member(line, "text");
    jsonl_string(line, text_of(finding), BYTES_ESCAPE);
    member_acceptance(line, group->acceptance);
    jsonl_close_to(line, depth);
}

static void
json_counts(struct jsonl *line, const struct check *check)
{
    unsigned depth = line->depth;
    jsonl_member_open(line, "counts", '[');
    for (size_t i = 0; i < check->group_count; i++) {
        const struct check_group *group = &check->groups[i];
        bool undecodable = group->undecodable == group->count;
        jsonl_open(line, '{');
        member_word(line, "severity",
                    severities[check_severity(check, group, undecodable)]);
        member_word(line, "code", finding_name(group->code));
        jsonl_member_count(line, "count", group->count);
        jsonl_member_count(line, "undecodable", group->undecodable);
        jsonl_close_to(line, depth + 1);
    }
    jsonl_close_to(line, depth);
}

static void
json_features(struct jsonl *line, const struct check *check)
{
    unsigned depth = line->depth;
    jsonl_member_open(line, "features", '[');
    for (size_t i = 0; i < check->feature_count; i++) {
        const struct acceptance_feature *feature = &check->features[i];
        if (acceptance_against(feature->acceptance) == 0)
            continue;
        bool error = check_feature_is_error(check, feature);
        jsonl_open(line, '{');
        member_word(line, "severity",
                    severities[error ? CHECK_ERROR : CHECK_NOTE]);
        member_word(line, "text", feature->text);
        member_acceptance(line, feature->acceptance);
        jsonl_close_to(line, depth + 1);
    }
    jsonl_close_to(line, depth);
}

static void
json_file(struct jsonl *line, const struct check *check)
{
    const struct rdb_facts *facts = &check->facts;
    char server[64] = "";
    (void)snprintf(server, sizeof(server), "%s %s", facts->server,
                   facts->server_version);
    jsonl_member(line, "path");
    jsonl_string(line, bytes_of_text(check->name), BYTES_ESCAPE);
    member_word(line, "kind", "rdb");
    jsonl_member(line, "format_version");
    if (facts->version > 0)
        jsonl_number(line, facts->version);
    else
        jsonl_literal(line, "null");
    member_word(line, "server", facts->server[0] != '\0' ? server : NULL);
    jsonl_member_count(line, "bytes", check->end);
    member_word(line, "checksum", rdb_checksum_word(&check->facts));
    jsonl_member(line, "complete");
    bool complete = check->is_complete && !check->aof_follows;
    jsonl_literal(line, complete ? "true" : "false");
    jsonl_member_count(line, "unchecked_bytes", check->unchecked);
    jsonl_member_count(line, "keys", check->keys);
    jsonl_member_count(line, "expires", check->expires);
    jsonl_member_count(line, "expired", check->expired);
    jsonl_member_count(line, "names_checked_one_in",
                       UINT64_C(1) << check->halvings);
}

void
check_print_json_begin(struct output *output)
{
    buffer_append_text(&output->buffer,
                       "{\"keyweigh\": {\"version\": \"" PACKAGE_VERSION
                       "\", \"schema\": 1}, \"inputs\": [\n ");
}

void
check_print_json_end(struct output *output)
{
    buffer_append_text(&output->buffer, "\n]}\n");
}

void
check_print_json(const struct check *check, struct output *output,
                 enum escape_bytes bytes, bool first)
{
    struct jsonl line = { .output = output, .bytes = bytes };
    if (!first)
        buffer_append_text(&output->buffer, ",\n ");
    jsonl_open(&line, '{');
    json_file(&line, check);
    member_word(&line, "verdict", verdict_word(check));
    member_servers(&line, "judged_by", check->judges);
    jsonl_member_count(&line, "errors", check->errors);
    jsonl_member_count(&line, "warnings", check->warnings);
    jsonl_member_open(&line, "findings", '[');
    for (size_t i = 0; i < check->kept_count; i++) {
        json_finding(&line, check, &check->kept[i]);
        output_flush_if_full(output);
    }
    jsonl_close_to(&line, 1);
    json_counts(&line, check);
    json_features(&line, check);
    member_servers(&line, "loads_in",
                   check->aof_follows ? 0 : loading(check));
    member_servers(&line, "refused_by", check_refused(check));
    member_servers(&line, "loses_keys_in", losing(check));
    jsonl_close_to(&line, 0);
    output_flush_if_full(output);
}

/* --- redis-check --- */

/* The first error found, which is where redis-check-rdb would stop. */
static const struct check_finding *
first_error(const struct check *check)
{
    for (size_t i = 0; i < check->kept_count; i++)
        if (severity_of(check, &check->kept[i]) == CHECK_ERROR)
            return &check->kept[i];
    return NULL;
}

static void
redis_error(const struct check *check, struct buffer *out,
            enum escape_bytes bytes)
{
    const struct check_finding *finding = first_error(check);
    buffer_append_text(out, "--- RDB ERROR DETECTED ---\n");
    if (finding == NULL) {
        for (size_t i = 0; i < check->feature_count; i++)
            if (check_feature_is_error(check, &check->features[i]))
                buffer_append_format(out, "[offset 0] Can't handle %s\n",
                                     check->features[i].text);
        return;
    }
    buffer_append_format(out, "[offset %" PRIu64 "] ", finding->offset);
    escape_append(out, text_of(finding), BYTES_ESCAPE);
    buffer_append_format(out, "\n[additional info] While doing: %s\n",
                         finding->has_key ? "read-object-value"
                         : check->groups[finding->group].code ==
                                 FINDING_CRC_MISMATCH
                             ? "check-sum"
                             : "read-type");
    if (!finding->has_key)
        return;
    buffer_append_text(out, "[additional info] Reading key '");
    escape_append(out, name_of(finding), bytes);
    buffer_append_format(out, "'\n[additional info] Reading type %u\n",
                         finding->type_byte);
}

void
check_print_redis(const struct check *check, struct output *output,
                  enum escape_bytes bytes)
{
    struct buffer *out = &output->buffer;
    buffer_append_text(out, "[offset 0] Checking RDB file ");
    escape_append(out, bytes_of_text(check->name), BYTES_ESCAPE);
    buffer_append_byte(out, '\n');
    if (check_is_sound(check)) {
        buffer_append_format(
            out, "[offset %" PRIu64 "] %s\n", check->end,
            check->facts.crc == RDB_CRC_OK
                ? "Checksum OK"
                : "RDB file was saved with checksum disabled: no check "
                  "performed.");
        if (check->aof_follows)
            buffer_append_format(out,
                                 "[offset %" PRIu64 "] RDB preamble is OK; %"
                                 PRIu64 " bytes of AOF were not checked\n",
                                 check->end, check->unchecked);
        else
            buffer_append_format(out,
                                 "[offset %" PRIu64
                                 "] \\o/ RDB looks OK! \\o/\n", check->end);
    } else {
        redis_error(check, out, bytes);
    }
    buffer_append_format(out,
                         "[info] %" PRIu64 " keys read\n[info] %" PRIu64
                         " expires\n[info] %" PRIu64 " already expired\n",
                         check->keys, check->expires, check->expired);
    output_flush_if_full(output);
}
