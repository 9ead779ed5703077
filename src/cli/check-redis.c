/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a check came to in the lines of redis-check-rdb and redis-check-aof
 * that scripts look for.
 */
#include "cli/check.h"

#include <inttypes.h>

static void
append_name(struct buffer *out, const char *name)
{
    escape_append(out, bytes_of_text(name), BYTES_ESCAPE);
}

/* ---- an RDB ---- */

/* The first error found in an RDB, or in a part, which is where the servers'
 * own program would stop. */
static const struct check_finding *
first_error(const struct check *check, size_t part, bool in_commands)
{
    for (size_t i = 0; i < check->found.kept_count; i++) {
        const struct check_finding *finding = &check->found.kept[i];
        if (finding->part == part && (finding->command > 0) == in_commands &&
            check_severity_of(check, finding) == CHECK_ERROR)
            return finding;
    }
    return NULL;
}

static void
rdb_error(const struct check *check, size_t part, struct buffer *out,
          enum escape_bytes bytes)
{
    const struct check_finding *finding = first_error(check, part, false);
    buffer_append_text(out, "--- RDB ERROR DETECTED ---\n");
    if (finding == NULL) {
        for (size_t i = 0; i < check->feature_count; i++)
            if (check_feature_is_error(check, &check->features[i]))
                buffer_append_format(out, "[offset 0] Can't handle %s\n",
                                     check->features[i].text);
        return;
    }
    buffer_append_format(out, "[offset %" PRIu64 "] ", finding->offset);
    escape_append(out, check_text(finding), BYTES_ESCAPE);
    buffer_append_format(
        out, "\n[additional info] While doing: %s\n",
        finding->has_key ? "read-object-value"
        : check->found.groups[finding->group].code == FINDING_CRC_MISMATCH
            ? "check-sum"
            : "read-type");
    if (!finding->has_key)
        return;
    buffer_append_text(out, "[additional info] Reading key '");
    escape_append(out, check_key_name(finding), bytes);
    buffer_append_format(out, "'\n[additional info] Reading type %u\n",
                         finding->type_byte);
}

static void
print_rdb(const struct check *check, const struct check_rdb *rdb, size_t part,
          const char *name, bool is_sound, struct buffer *out,
          enum escape_bytes bytes)
{
    buffer_append_text(out, "[offset 0] Checking RDB file ");
    append_name(out, name);
    buffer_append_byte(out, '\n');
    if (is_sound)
        buffer_append_format(
            out, "[offset %" PRIu64 "] %s\n[offset %" PRIu64
                 "] \\o/ RDB looks OK! \\o/\n", rdb->end,
            rdb->facts.crc == RDB_CRC_OK
                ? "Checksum OK"
                : "RDB file was saved with checksum disabled: no check "
                  "performed.", rdb->end);
    else
        rdb_error(check, part, out, bytes);
    buffer_append_format(out,
                         "[info] %" PRIu64 " keys read\n[info] %" PRIu64
                         " expires\n[info] %" PRIu64 " already expired\n",
                         rdb->keys, rdb->expires, rdb->expired);
}

/* ---- an AOF ---- */

/* The beginning of a part; false when it is why the rest was not read. */
static bool
print_preamble(const struct check *check, const struct check_part *part,
               size_t number, struct buffer *out, enum escape_bytes bytes)
{
    if (part->rdb == NULL)
        return true;
    bool is_sound = part->rdb->is_complete &&
                    first_error(check, number, false) == NULL;
    print_rdb(check, part->rdb, number, part->name, is_sound, out, bytes);
    buffer_append_text(out,
                       is_sound
                           ? "RDB preamble is OK, proceeding with AOF tail...\n"
                           : "RDB preamble of AOF file is not sane, "
                             "aborting.\n");
    return is_sound;
}

static void
print_commands(const struct check *check, const struct check_part *part,
               size_t number, struct buffer *out)
{
    const struct check_finding *error = first_error(check, number, true);
    uint64_t size = part->file_size > 0 ? part->file_size : part->size;
    uint64_t good = part->good > part->records_at ? part->good
                                                  : part->records_at;
    if (error != NULL) {
        buffer_append_format(out, "0x%16" PRIx64 ": ", error->offset);
        escape_append(out, check_text(error), BYTES_ESCAPE);
        buffer_append_byte(out, '\n');
    }
    buffer_append_text(out, "AOF analyzed: filename=");
    append_name(out, part->name);
    buffer_append_format(out, ", size=%" PRIu64 ", ok_up_to=%" PRIu64
                              ", ok_up_to_line=%" PRIu64 ", diff=%" PRIu64
                              "\n",
                         size, good, part->lines, size - good);
}

static void
print_part(const struct check *check, size_t number, struct buffer *out,
           enum escape_bytes bytes)
{
    const struct check_part *part = &check->parts[number];
    const char *kind = !check->is_set                ? "AOF"
                       : part->type == MANIFEST_BASE ? "BASE AOF"
                                                     : "INCR AOF";
    bool is_empty = part->size == 0 && check_part_is_sound(check, part);
    size_t place = check->is_set ? number : CHECK_NO_PART;
    if (!is_empty && print_preamble(check, part, place, out, bytes))
        print_commands(check, part, place, out);
    buffer_append_format(out, "%s ",
                         check_part_is_sound(check, part) ? kind : "AOF");
    append_name(out, part->name);
    buffer_append_text(out, is_empty ? " is empty\n"
                            : check_part_is_sound(check, part)
                                ? " is valid\n"
                                : " is not valid.\n");
}

static void
print_manifest(const struct check *check, struct buffer *out)
{
    const struct check_finding *error =
        first_error(check, CHECK_NO_PART, false);
    buffer_append_text(out, "Start checking Multi Part AOF\n");
    if (error == NULL)
        return;
    buffer_append_format(out, "*** FATAL AOF MANIFEST FILE ERROR ***\n"
                              "0x%16" PRIx64 ": ", error->offset);
    escape_append(out, check_text(error), BYTES_ESCAPE);
    buffer_append_byte(out, '\n');
}

static void
print_aof(const struct check *check, struct buffer *out,
          enum escape_bytes bytes)
{
    bool has_increment = false;
    if (check->is_set)
        print_manifest(check, out);
    else
        buffer_append_text(out, "Start checking Old-Style AOF\n");
    for (size_t i = 0; i < check->part_count; i++) {
        const struct check_part *part = &check->parts[i];
        if (!part->was_opened)
            continue;
        if (check->is_set && part->type == MANIFEST_BASE)
            buffer_append_format(out, "Start to check BASE AOF (%s format).\n",
                                 part->rdb != NULL ? "RDB" : "RESP");
        else if (check->is_set && !has_increment)
            buffer_append_text(out, "Start to check INCR files.\n");
        has_increment |= part->type == MANIFEST_INCR;
        print_part(check, i, out, bytes);
    }
    if (check->is_set && check_is_sound(check))
        buffer_append_text(out, "All AOF files and manifest are valid\n");
}

void
check_redis(const struct check *check, struct output *output,
            enum escape_bytes bytes)
{
    const struct check_rdb *rdb = check_rdb(check);
    if (check->is_aof)
        print_aof(check, &output->buffer, bytes);
    else if (rdb != NULL)
        print_rdb(check, rdb, CHECK_NO_PART, check->name,
                  check_is_sound(check), &output->buffer, bytes);
    output_flush_if_full(output);
}
