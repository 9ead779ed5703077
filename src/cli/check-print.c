/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a check came to, for people.
 */
#include "cli/check.h"

#include <inttypes.h>

#include "base/number.h"

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
append_acceptance(struct buffer *out, struct acceptance acceptance,
                  const char *loses)
{
    bool any = false;
    append_answer(out, "refused by ", acceptance.refuses, &any);
    append_answer(out, "crashes ", acceptance.crashes, &any);
    append_answer(out, loses, acceptance.loses, &any);
    if (any)
        buffer_append_byte(out, ')');
}

static void
append_name(struct buffer *out, const char *name)
{
    escape_append(out, bytes_of_text(name), BYTES_ESCAPE);
}

/* Which key or which command. */
static void
append_subject(const struct check_finding *finding, struct buffer *out,
               enum escape_bytes bytes)
{
    if (finding->command > 0)
        buffer_append_format(out, "command %" PRIu64 ": ", finding->command);
    if (!finding->has_key)
        return;
    buffer_append_format(out, "db %" PRIu64 " key \"", finding->db);
    escape_append(out, check_key_name(finding), bytes);
    buffer_append_text(
        out, finding->name_held < finding->name_size ? "...\": " : "\": ");
}

static void
append_finding(const struct check *check, const struct check_finding *finding,
               struct buffer *out, enum escape_bytes bytes)
{
    const struct check_group *group = &check->found.groups[finding->group];
    buffer_append_format(
        out, "%s: ",
        check_severity_word(check_severity_of(check, finding)));
    if (finding->part != CHECK_NO_PART) {
        append_name(out, check->parts[finding->part].name);
        buffer_append_text(out, ": ");
    }
    buffer_append_format(out, "offset 0x%" PRIx64 ": ", finding->offset);
    append_subject(finding, out, bytes);
    escape_append(out, check_text(finding), BYTES_ESCAPE);
    buffer_append_format(out, " [%s]", finding_name(group->code));
    append_acceptance(out, group->acceptance, check_loses_word(group->code));
    buffer_append_byte(out, '\n');
}

static void
append_findings(const struct check *check, struct buffer *out,
                enum escape_bytes bytes)
{
    const struct check_findings *found = &check->found;
    for (size_t i = 0; i < found->kept_count; i++)
        append_finding(check, &found->kept[i], out, bytes);
    for (size_t i = 0; i < found->group_count; i++) {
        const struct check_group *group = &found->groups[i];
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
        buffer_append_format(
            out, "%s: %s",
            check_severity_word(error ? CHECK_ERROR : CHECK_NOTE),
            feature->text);
        append_acceptance(out, feature->acceptance, "");
        buffer_append_byte(out, '\n');
    }
}

static void
append_writer(struct buffer *out, const struct rdb_facts *facts)
{
    if (facts->server[0] != '\0')
        buffer_append_format(out, ", written by %s %s", facts->server,
                             facts->server_version);
}

static void
append_format(struct buffer *out, const struct rdb_facts *facts)
{
    if (facts->version > 0)
        buffer_append_format(out, "%s %d",
                             facts->dialect == RDB_VALKEY ? "VALKEY RDB"
                                                          : "RDB",
                             facts->version);
    else
        buffer_append_text(out, "RDB without a version");
}

static void
append_checksum(struct buffer *out, const struct check_rdb *rdb)
{
    const char *checksum = rdb_checksum_word(&rdb->facts);
    buffer_append_format(out, ", checksum %s",
                         checksum != NULL ? checksum : "not reached");
}

static void
append_heading(const struct check *check, struct buffer *out)
{
    const struct check_rdb *rdb = check_rdb(check);
    append_name(out, check->name);
    buffer_append_text(out, ": ");
    if (check->is_set) {
        buffer_append_text(out, "multi-part AOF of ");
        number_append_counted(out, check->part_count, "file");
    } else if (check->is_aof) {
        buffer_append_text(out, "AOF");
    } else if (rdb != NULL) {
        append_format(out, &rdb->facts);
    }
    if (rdb != NULL)
        append_writer(out, &rdb->facts);
    if (rdb != NULL && !check->is_aof)
        append_checksum(out, rdb);
    buffer_append_byte(out, '\n');
}

static void
append_keys(struct buffer *out, const struct check_rdb *rdb)
{
    number_append_counted(out, rdb->keys, "key");
    buffer_append_text(out, ", ");
    number_append_grouped(out, rdb->expires);
    buffer_append_text(out, " with expiry, ");
    number_append_grouped(out, rdb->expired);
    buffer_append_text(out, " expired; duplicates: ");
    if (rdb->halvings == 0)
        buffer_append_text(out, "all names checked");
    else
        buffer_append_format(out, "1/%" PRIu64 " of names checked",
                             UINT64_C(1) << rdb->halvings);
}

static void
append_commands(struct buffer *out, const struct check_part *part)
{
    number_append_counted(out, part->commands, "command");
    if (part->transactions > 0) {
        buffer_append_text(out, " (");
        number_append_counted(out, part->transactions, "transaction");
        buffer_append_byte(out, ')');
    }
}

static void
append_part(const struct check *check, const struct check_part *part,
            struct buffer *out)
{
    bool sound = check_part_is_sound(check, part);
    if (check->is_set)
        append_name(out, part->name);
    if (check->is_set)
        buffer_append_text(out, ": ");
    if (part->rdb != NULL) {
        append_format(out, &part->rdb->facts);
        append_checksum(out, part->rdb);
        buffer_append_text(out, ", ");
        append_keys(out, part->rdb);
        buffer_append_text(out, "; ");
    }
    if (part->rdb == NULL || part->records_at < part->size)
        append_commands(out, part);
    else
        buffer_append_text(out, "no commands");
    buffer_append_text(out, sound ? "; sound" : "; damaged");
    if (!sound && (!part->is_complete || part->good < part->size) &&
        (part->rdb == NULL || part->rdb->is_complete))
        buffer_append_format(out, ", good up to offset 0x%" PRIx64,
                             part->good);
    buffer_append_byte(out, '\n');
}

static void
append_totals(const struct check *check, struct buffer *out)
{
    const struct check_rdb *rdb = check_rdb(check);
    if (!check->is_aof && rdb != NULL) {
        append_keys(out, rdb);
        buffer_append_byte(out, '\n');
    }
    for (size_t i = 0; check->is_aof && i < check->part_count; i++)
        if (check->parts[i].was_opened)
            append_part(check, &check->parts[i], out);
}

static void
append_verdict(const struct check *check, struct buffer *out)
{
    buffer_append_text(out, check_is_sound(check) ? "sound" : "damaged");
    buffer_append_text(out, check->is_guessed
                                ? ", judged by all who can have written it, "
                                : ", judged by ");
    acceptance_append_servers(out, check->judges);
    buffer_append_text(out, ": ");
    number_append_counted(out, check->errors, "error");
    buffer_append_text(out, ", ");
    number_append_counted(out, check->warnings, "warning");
    buffer_append_text(out, "\nloads in: ");
    acceptance_append_servers(out, check_loading(check));
    buffer_append_text(out, "; refused by: ");
    acceptance_append_servers(out, check_refused(check));
    if (check_losing(check) != 0) {
        buffer_append_text(out, check->is_aof ? "; loads in part in: "
                                              : "; loses keys in: ");
        acceptance_append_servers(out, check_losing(check));
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
