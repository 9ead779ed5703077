/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/explain-why.h"

#include <inttypes.h>

#include "base/number.h"
#include "cli/thresholds.h"

struct why {
    struct buffer *out;
    const struct record *record;
    const struct profile *profile;
    const struct elements *elements;
    enum encoding encoding;
};

/* "600 fields" */
static void
append_elements(const struct why *why)
{
    static const char *const words[TYPE_COUNT] = {
        [TYPE_HASH] = "field", [TYPE_SET] = "member", [TYPE_ZSET] = "member",
    };
    const char *word = words[why->record->type];
    uint64_t count = why->record->elements;
    number_append_grouped(why->out, count);
    buffer_append_format(why->out, " %s%s", word != NULL ? word : "element",
                         count == 1 ? "" : "s");
}

/* ---- strings ---- */

static void
why_text(const struct why *why)
{
    static const uint64_t limits[] = {
        [EMBSTR_39] = 39, [EMBSTR_44] = 44, [EMBSTR_52] = 52,
        [EMBSTR_KVOBJ_64] = 64, [EMBSTR_VALKEY_64] = 64,
        [EMBSTR_VALKEY_128] = 128,
    };
    enum embstr_rule rule = why->profile->server->embstr;
    bool embeds = why->encoding == ENCODING_EMBSTR;
    uint64_t size = why->record->elements;
    if (rule == EMBSTR_NEVER) {
        buffer_append_text(why->out, "this release has no other encoding for "
                                     "texts");
    } else if (rule >= EMBSTR_KVOBJ_64) {
        buffer_append_format(why->out, "object, key name and value %s into "
                                       "one block of %" PRIu64 " bytes",
                             embeds ? "fit" : "do not fit", limits[rule]);
    } else if (embeds == (size <= limits[rule])) {
        buffer_append_format(why->out, "%" PRIu64 " bytes, and up to %" PRIu64
                                       " lie in one block with the object",
                             size, limits[rule]);
    } else {
        buffer_append_text(why->out, "it is the text of an integer that the "
                                     "server does not recognise");
    }
}

static void
why_string(const struct why *why)
{
    if (why->encoding != ENCODING_INT)
        why_text(why);
    else
        buffer_append_format(why->out, "it is the text of a %d-bit integer",
                             why->profile->bits);
}

/* ---- thresholds ---- */

static void
append_setting(const struct why *why, const char *name, int64_t value)
{
    buffer_append_format(why->out, "%s %" PRId64, name, value);
}

static void
why_packed(const struct why *why, const struct threshold *threshold)
{
    append_elements(why);
    buffer_append_text(why->out, " are no more than ");
    append_setting(why, threshold->entries, threshold->most_entries);
    if (why->elements->longest <= (uint64_t)threshold->most_bytes) {
        buffer_append_format(why->out, ", the longest text has %" PRIu64
                                       " bytes, no more than ",
                             why->elements->longest);
        append_setting(why, threshold->value, threshold->most_bytes);
    } else {
        buffer_append_text(why->out, "; the file holds it packed, so that the "
                                     "length of its texts is not asked");
    }
}

static void
why_table(const struct why *why, const struct threshold *threshold)
{
    if (why->record->elements > (uint64_t)threshold->most_entries) {
        append_elements(why);
        buffer_append_text(why->out, " are more than ");
        append_setting(why, threshold->entries, threshold->most_entries);
    } else if (why->elements->longest > (uint64_t)threshold->most_bytes) {
        buffer_append_format(why->out, "the longest text has %" PRIu64
                                       " bytes, more than ",
                             why->elements->longest);
        append_setting(why, threshold->value, threshold->most_bytes);
    } else if (why->elements->field_ttl) {
        buffer_append_text(why->out, "on this server a hash whose fields may "
                                     "expire is always a table");
    } else {
        buffer_append_text(why->out, "it is too big to be packed");
    }
}

static void
why_set(const struct why *why, const struct threshold *threshold)
{
    int64_t limit = why->profile->settings.set_max_intset_entries;
    bool many = why->record->elements > (uint64_t)limit;
    if (why->encoding == ENCODING_INTSET) {
        buffer_append_text(why->out, "all members are integers, and ");
        append_elements(why);
        buffer_append_text(why->out, " are no more than ");
    } else if (why->elements->all_integers && many) {
        buffer_append_text(why->out, "all members are integers, but ");
        append_elements(why);
        buffer_append_text(why->out, " are more than ");
    } else {
        buffer_append_text(why->out, "not all members are integers");
        if (threshold != NULL) {
            buffer_append_text(why->out, ", and ");
            why_table(why, threshold);
        }
        return;
    }
    append_setting(why, "set-max-intset-entries", limit);
}

static void
why_list(const struct why *why)
{
    const char *name = why->profile->server->packed == PACKED_ZIPLIST
                           ? "list-max-ziplist-size"
                           : "list-max-listpack-size";
    int64_t size = why->profile->settings.list_max_listpack_size;
    if (why->profile->server->list == LIST_QUICKLIST) {
        buffer_append_text(why->out, "on this server every list is one");
        return;
    }
    append_elements(why);
    buffer_append_format(why->out, "%s into one node of ",
                         why->encoding == ENCODING_LISTPACK ? " fit"
                                                            : " do not fit");
    append_setting(why, name, size);
    if (size < 0 && size >= -5)
        buffer_append_format(why->out, " (%d KiB)", 2 << -size);
}

void
explain_why(struct buffer *out, const struct record *record,
            const struct profile *profile, const struct elements *elements)
{
    struct why why = { out, record, profile, elements,
                       record->prices[0].encoding };
    struct threshold threshold;
    bool has_one = threshold_of(profile, record->type, &threshold);
    if (record->prices[0].basis == BASIS_NONE)
        buffer_append_text(out, "this server cannot hold it");
    else if (record->type == TYPE_STRING)
        why_string(&why);
    else if (record->type == TYPE_SET && why.encoding != ENCODING_LISTPACK)
        why_set(&why, has_one ? &threshold : NULL);
    else if (record->type == TYPE_LIST && !has_one)
        why_list(&why);
    else if (has_one && why.encoding == threshold.big)
        why_table(&why, &threshold);
    else if (has_one)
        why_packed(&why, &threshold);
    else
        buffer_append_text(out, "values of this type have no other");
}
