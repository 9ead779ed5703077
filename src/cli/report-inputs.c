/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The head of the report for people: what the inputs are, whether they are
 * sound, what they are priced for.
 */
#include "base/escape.h"
#include "base/number.h"
#include "cli/report.h"
#include "cli/run-log.h"
#include "cli/run-trouble.h"

enum {
    INPUTS_SHOWN = 20,
    PROFILES_SHOWN = 10,
    PRICED_NAMED = 3, /* inputs of each of them */
};

static const char choose_others[] =
    "(--server, --allocator, --set choose others)";

void
report_alarm(struct buffer *out, const struct report *report,
             const char *text)
{
    buffer_append_format(out, report->colors ? "\033[1;31m%s\033[0m" : "%s",
                         text);
}

static const char *
checksum_words(const struct rdb_facts *facts)
{
    switch (facts->crc) {
    case RDB_CRC_OK:
        return "checksum ok";
    case RDB_CRC_ABSENT:
        return "no checksum";
    case RDB_CRC_MISMATCH:
        return "WRONG CHECKSUM";
    case RDB_CRC_UNKNOWN:
        break;
    }
    return "not read to its end";
}

static void
append_rdb(struct buffer *out, const struct rdb_facts *facts)
{
    buffer_append_format(out, "%s %d",
                         facts->dialect == RDB_VALKEY ? "Valkey RDB" : "RDB",
                         facts->version);
    if (facts->server[0] != '\0')
        buffer_append_format(out, ", %s %s", facts->server,
                             facts->server_version);
    if (facts->bits != 0)
        buffer_append_format(out, ", %d bit", facts->bits);
}

static void
append_size(struct buffer *out, const struct run_input *input)
{
    buffer_append_text(out, ", ");
    number_append_size(out, input->bytes);
    if (input->layer != NULL)
        buffer_append_format(out, " (%s)", input->layer);
}

/* "AOF of 3 parts: RDB 11, redis 7.2.6, 64 bit; 12,345 commands, 1.2 MB". */
static void
append_log(struct buffer *out, const struct run_input *input)
{
    const struct run_log *log = input->log;
    buffer_append_text(out, "AOF");
    if (log->parts > 1)
        buffer_append_format(out, " of %llu parts",
                             (unsigned long long)log->parts);
    buffer_append_text(out, ": ");
    if (log->base.version > 0) {
        append_rdb(out, &log->base);
        buffer_append_text(out, "; ");
    }
    number_append_grouped(out, log->replayed.commands);
    buffer_append_text(out, log->replayed.commands == 1
                                ? " command" : " commands");
    append_size(out, input);
    if (log->replayed.time_ms >= 0) {
        buffer_append_text(out, ", the last of ");
        number_append_time(out, log->replayed.time_ms);
    }
    if (log->stopped)
        buffer_append_text(out, ", read up to --until");
    if (log->in_progress)
        buffer_append_text(out, ", the last command in progress");
}

static void
append_facts(struct buffer *out, const struct report *report,
             const struct run_input *input)
{
    const struct rdb_facts *facts = &input->scan.facts;
    if (input->log != NULL) {
        append_log(out, input);
        if (input->log->base.version == 0)
            return;
    } else {
        append_rdb(out, facts);
        append_size(out, input);
    }
    if (input->log == NULL && facts->ctime_ms >= 0) {
        buffer_append_text(out, ", written ");
        number_append_time(out, facts->ctime_ms);
    }
    buffer_append_text(out, ", ");
    if (facts->crc == RDB_CRC_MISMATCH || facts->crc == RDB_CRC_UNKNOWN)
        report_alarm(out, report, checksum_words(facts));
    else
        buffer_append_text(out, checksum_words(facts));
}

static void
append_trouble(struct buffer *out, const struct error *error)
{
    struct buffer reason = { 0 };
    run_trouble_append_reason(&reason, error);
    buffer_append_text(out, "  ");
    escape_append(out, buffer_bytes(&reason), BYTES_TEXT);
    buffer_append_byte(out, '\n');
    buffer_fini(&reason);
}

static void
append_inputs(struct buffer *out, const struct report *report)
{
    const struct run *run = &report->run;
    for (size_t i = 0; i < run->input_count && i < INPUTS_SHOWN; i++) {
        const struct run_input *input = &run->inputs[i];
        escape_append(out, bytes_of_text(input->name), BYTES_ESCAPE);
        buffer_append_text(out, "  ");
        if (input->was_read)
            append_facts(out, report, input);
        else
            report_alarm(out, report, "NOT READ");
        buffer_append_byte(out, '\n');
        if (input->error.kind != ERROR_NONE)
            append_trouble(out, &input->error);
    }
    if (run->input_count > INPUTS_SHOWN)
        buffer_append_format(out, "and %zu more inputs\n",
                             run->input_count - INPUTS_SHOWN);
    if (!report->complete) {
        report_alarm(out, report, "INCOMPLETE");
        buffer_append_text(out, ": all figures are of what could be read.\n");
    }
}

/* True when what is said of two profiles is the same. */
static bool
is_same_profile(const struct profile *a, const struct profile *b)
{
    if (strcmp(a->name, b->name) != 0 || a->note_count != b->note_count)
        return false;
    for (size_t i = 0; i < a->note_count; i++)
        if (strcmp(a->notes[i], b->notes[i]) != 0)
            return false;
    return true;
}

static bool
is_priced_as(const struct run_input *input, const struct profile *profile)
{
    return input->was_read &&
           is_same_profile(&input->scan.profiles[0], profile);
}

/* Names the inputs that are priced with a profile. */
static void
append_priced_inputs(struct buffer *out, const struct run *run,
                     const struct profile *profile)
{
    size_t count = 0;
    for (size_t i = 0; i < run->input_count; i++) {
        if (!is_priced_as(&run->inputs[i], profile) ||
            ++count > PRICED_NAMED)
            continue;
        buffer_append_text(out, count == 1 ? ": " : ", ");
        escape_append(out, bytes_of_text(run->inputs[i].name), BYTES_ESCAPE);
    }
    if (count > PRICED_NAMED)
        buffer_append_format(out, " and %zu more", count - PRICED_NAMED);
}

/* Said in any case: files of servers that have cluster mode may not tell. */
static const char *
cluster_words(const struct profile *profile)
{
    if (profile->server->cluster == CLUSTER_NONE)
        return "";
    return profile->cluster ? ", in cluster mode" : ", not in cluster mode";
}

static void
append_profile(struct buffer *out, const struct run *run,
               const struct profile *profile, bool only)
{
    buffer_append_format(out, "priced for %s with %s, %d bit%s",
                         profile->server->name, profile->allocator->name,
                         profile->bits, cluster_words(profile));
    if (only)
        buffer_append_format(out, " %s", choose_others);
    else
        append_priced_inputs(out, run, profile);
    buffer_append_byte(out, '\n');
    for (size_t i = 0; i < profile->note_count; i++)
        buffer_append_format(out, "  %s\n", profile->notes[i]);
}

/* True when no input before was priced so. */
static bool
is_first_of_profile(const struct run *run, size_t index)
{
    const struct profile *profile = &run->inputs[index].scan.profiles[0];
    for (size_t i = 0; i < index; i++)
        if (is_priced_as(&run->inputs[i], profile))
            return false;
    return true;
}

/* What --set said, which holds for all profiles. */
static void
append_settings(struct buffer *out, const struct option_list *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        buffer_append_text(out, i == 0 ? "with " : ", ");
        escape_append(out, bytes_of_text(sets->items[i]), BYTES_TEXT);
    }
    if (sets->count > 0)
        buffer_append_byte(out, '\n');
}

static void
append_profiles(struct buffer *out, const struct report *report)
{
    const struct run *run = &report->run;
    size_t profiles = 0;
    bool only = true;
    for (size_t i = 0; only && i < run->input_count; i++)
        only = !run->inputs[i].was_read ||
               is_priced_as(&run->inputs[i], &report->main->scan.profiles[0]);
    for (size_t i = 0; i < run->input_count; i++)
        if (run->inputs[i].was_read && is_first_of_profile(run, i) &&
            ++profiles <= PROFILES_SHOWN)
            append_profile(out, run, &run->inputs[i].scan.profiles[0], only);
    if (profiles > PROFILES_SHOWN)
        buffer_append_format(out, "other inputs are priced in %zu more ways\n",
                             profiles - PROFILES_SHOWN);
    if (!only)
        buffer_append_format(out, "%s\n", choose_others);
    append_settings(out, &run->arguments->sets);
    if (!filter_is_empty(run->filter)) {
        buffer_append_text(out, "only keys that pass ");
        escape_append(out, bytes_of_text(filter_text(run->filter)),
                      BYTES_TEXT);
        buffer_append_byte(out, '\n');
    }
}

void
report_inputs_append(struct buffer *out, const struct report *report)
{
    append_inputs(out, report);
    append_profiles(out, report);
}
