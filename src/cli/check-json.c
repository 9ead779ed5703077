/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a check came to, for programs.
 */
#include "cli/check.h"

#include <stdio.h>

#include "config.h"
#include "export/jsonl.h"

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
member_bool(struct jsonl *line, const char *name, bool value)
{
    jsonl_member(line, name);
    jsonl_literal(line, value ? "true" : "false");
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
member_severity(struct jsonl *line, enum check_severity severity)
{
    member_word(line, "severity", check_severity_word(severity));
}

static const char *
verdict_word(bool is_sound)
{
    return is_sound ? "sound" : "damaged";
}

static void
json_finding(struct jsonl *line, const struct check *check,
             const struct check_finding *finding)
{
    const struct check_group *group = &check->found.groups[finding->group];
    unsigned depth = line->depth;
    jsonl_open(line, '{');
    member_severity(line, check_severity_of(check, finding));
    member_word(line, "code", finding_name(group->code));
    if (finding->part != CHECK_NO_PART)
        member_word(line, "part", check->parts[finding->part].name);
    jsonl_member_count(line, "offset", finding->offset);
    if (finding->command > 0)
        jsonl_member_count(line, "command", finding->command);
    if (finding->has_key) {
        jsonl_member_count(line, "db", finding->db);
        jsonl_key(line, check_key_name(finding), finding->name_size);
    }
    jsonl_member(line, "text");
    jsonl_string(line, check_text(finding), BYTES_ESCAPE);
    member_acceptance(line, group->acceptance);
    jsonl_close_to(line, depth);
}

static void
json_counts(struct jsonl *line, const struct check *check)
{
    unsigned depth = line->depth;
    jsonl_member_open(line, "counts", '[');
    for (size_t i = 0; i < check->found.group_count; i++) {
        const struct check_group *group = &check->found.groups[i];
        bool undecodable = group->undecodable == group->count;
        jsonl_open(line, '{');
        member_severity(line, check_severity(check, group, undecodable));
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
        member_severity(line, error ? CHECK_ERROR : CHECK_NOTE);
        member_word(line, "text", feature->text);
        member_acceptance(line, feature->acceptance);
        jsonl_close_to(line, depth + 1);
    }
    jsonl_close_to(line, depth);
}

static uint64_t
bytes_read(const struct check *check)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < check->part_count; i++)
        bytes += check->is_aof || check->parts[i].rdb == NULL
                     ? check->parts[i].size
                     : check->parts[i].rdb->end;
    return bytes;
}

static void
json_keys(struct jsonl *line, const struct check_rdb *rdb)
{
    jsonl_member_count(line, "keys", rdb->keys);
    jsonl_member_count(line, "expires", rdb->expires);
    jsonl_member_count(line, "expired", rdb->expired);
    jsonl_member_count(line, "names_checked_one_in",
                       UINT64_C(1) << rdb->halvings);
}

/* What the RDB says, or that there is none. */
static void
json_format(struct jsonl *line, const struct check_rdb *rdb)
{
    char server[64] = "";
    if (rdb != NULL)
        (void)snprintf(server, sizeof(server), "%s %s", rdb->facts.server,
                       rdb->facts.server_version);
    jsonl_member(line, "format_version");
    if (rdb != NULL && rdb->facts.version > 0)
        jsonl_number(line, rdb->facts.version);
    else
        jsonl_literal(line, "null");
    member_word(line, "server",
                rdb != NULL && rdb->facts.server[0] != '\0' ? server : NULL);
}

static void
json_file(struct jsonl *line, const struct check *check)
{
    const struct check_rdb *rdb = check_rdb(check);
    jsonl_member(line, "path");
    jsonl_string(line, bytes_of_text(check->name), BYTES_ESCAPE);
    member_word(line, "kind", check->is_aof ? "aof" : "rdb");
    json_format(line, rdb);
    jsonl_member_count(line, "bytes", bytes_read(check));
    member_word(line, "checksum",
                rdb != NULL ? rdb_checksum_word(&rdb->facts) : NULL);
    member_bool(line, "complete", check_is_complete(check));
    if (rdb != NULL)
        json_keys(line, rdb);
}

static void
json_part(struct jsonl *line, const struct check *check,
          const struct check_part *part)
{
    static const char *const types[] = { [MANIFEST_BASE] = "base",
                                         [MANIFEST_INCR] = "incr",
                                         [MANIFEST_HISTORY] = "history" };
    unsigned depth = line->depth;
    jsonl_open(line, '{');
    member_word(line, "name", part->name);
    member_word(line, "type", check->is_set ? types[part->type] : NULL);
    member_bool(line, "opened", part->was_opened);
    member_bool(line, "rdb", part->rdb != NULL);
    jsonl_member_count(line, "bytes", part->size);
    jsonl_member_count(line, "records_at", part->records_at);
    jsonl_member_count(line, "commands", part->commands);
    jsonl_member_count(line, "transactions", part->transactions);
    jsonl_member_count(line, "good_up_to", part->good);
    member_word(line, "verdict",
                verdict_word(check_part_is_sound(check, part)));
    jsonl_close_to(line, depth);
}

static void
json_parts(struct jsonl *line, const struct check *check)
{
    unsigned depth = line->depth;
    jsonl_member_open(line, "parts", '[');
    for (size_t i = 0; i < check->part_count; i++) {
        json_part(line, check, &check->parts[i]);
        output_flush_if_full(line->output);
    }
    jsonl_close_to(line, depth);
}

void
check_json_begin(struct output *output)
{
    buffer_append_text(&output->buffer,
                       "{\"keyweigh\": {\"version\": \"" PACKAGE_VERSION
                       "\", \"schema\": 1}, \"inputs\": [\n ");
}

void
check_json_end(struct output *output)
{
    buffer_append_text(&output->buffer, "\n]}\n");
}

void
check_json(const struct check *check, struct output *output,
           enum escape_bytes bytes, bool first)
{
    struct jsonl line = { .output = output, .bytes = bytes };
    if (!first)
        buffer_append_text(&output->buffer, ",\n ");
    jsonl_open(&line, '{');
    json_file(&line, check);
    if (check->is_aof)
        json_parts(&line, check);
    member_word(&line, "verdict", verdict_word(check_is_sound(check)));
    member_servers(&line, "judged_by", check->judges);
    jsonl_member_count(&line, "errors", check->errors);
    jsonl_member_count(&line, "warnings", check->warnings);
    jsonl_member_open(&line, "findings", '[');
    for (size_t i = 0; i < check->found.kept_count; i++) {
        json_finding(&line, check, &check->found.kept[i]);
        output_flush_if_full(output);
    }
    jsonl_close_to(&line, 1);
    json_counts(&line, check);
    json_features(&line, check);
    member_servers(&line, "loads_in", check_loading(check));
    member_servers(&line, "refused_by", check_refused(check));
    member_servers(&line, "loses_keys_in", check_losing(check));
    jsonl_close_to(&line, 0);
    output_flush_if_full(output);
}
