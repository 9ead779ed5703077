/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Template hashes of Redis 8.10: hashes with the same fields share one list
 * of field names.
 *
 *   opcode 242  HASH_TEMPLATE   LEN id, LEN n, STR field × n
 *   29 HASH_TMPL_LP             names, STR (listpack: id, value × n)
 *   30 HASH_TMPL_LP_REF         STR (listpack: template id, value × n)
 *   31 HASH_TMPL_ARRAY          names, STR value × n
 *   32 HASH_TMPL_ARRAY_REF      LEN template id, STR value × n
 *
 *   names:  LEN 0, STR (listpack of names)  or  LEN 1, LEN n, STR name × n
 *
 * A file's templates must be kept, since any later hash may refer to one.
 * They are few by nature; a file with more than TEMPLATES_HELD bytes of them
 * is refused by name rather than held.
 */
#include "rdb/decode.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/xalloc.h"

enum { TEMPLATES_HELD = 16 * 1024 * 1024, NAMES_LISTPACK = 0, NAMES_PLAIN = 1 };

/* A template's names lie one after the other in `names`; ends[i] is where the
 * i-th ends. */
struct template {
    uint64_t id;
    struct buffer names;
    struct buffer ends; /* of size_t */
};

struct rdb_templates {
    struct map ids;        /* the 8 bytes of an id -> index */
    struct template *list;
    size_t held;           /* bytes of all of them */
    struct template own;   /* of a hash that brings its names along */
};

static size_t
field_count(const struct template *template)
{
    return template->ends.size / sizeof(size_t);
}

static size_t
end_of_field(const struct template *template, size_t i)
{
    size_t end;
    memcpy(&end, template->ends.data + i * sizeof(end), sizeof(end));
    return end;
}

static struct text
field_name(const struct template *template, size_t i)
{
    size_t start = i > 0 ? end_of_field(template, i - 1) : 0;
    const unsigned char *names = template->names.data;
    if (names == NULL) /* all names are empty */
        return text_of_bytes((const unsigned char *)"", 0);
    return text_of_bytes(names + start, end_of_field(template, i) - start);
}

static struct rdb_templates *
templates_of(struct rdb *rdb)
{
    if (rdb->templates == NULL)
        rdb->templates = xcalloc(1, sizeof(*rdb->templates));
    return rdb->templates;
}

static void
template_fini(struct template *template)
{
    buffer_fini(&template->names);
    buffer_fini(&template->ends);
}

void
rdb_templates_free(struct rdb_templates *templates)
{
    if (templates == NULL)
        return;
    for (size_t i = 0; i < templates->ids.count; i++)
        template_fini(&templates->list[i]);
    map_fini(&templates->ids);
    template_fini(&templates->own);
    free(templates->list);
    free(templates);
}

static bool
too_much(struct rdb *rdb)
{
    error_set_at(&rdb->reader->error, ERROR_UNSUPPORTED,
                 reader_offset(rdb->reader),
                 "hash templates of more than %d bytes in all",
                 TEMPLATES_HELD);
    return false;
}

/* Ends the name that was appended to template->names. */
static bool
end_name(struct rdb *rdb, struct template *template)
{
    size_t end = template->names.size;
    buffer_append(&template->ends, &end, sizeof(end));
    size_t all = templates_of(rdb)->held + template->names.size +
                 template->ends.size;
    return all <= TEMPLATES_HELD || too_much(rdb);
}

static bool
read_names(struct rdb *rdb, struct template *template, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t size;
        size_t before = template->names.size;
        if (!rdb_string_append(rdb, &template->names, TEMPLATES_HELD, &size))
            return rdb_doing(rdb, "name of template field", i);
        if (template->names.size - before != size)
            return too_much(rdb);
        if (!end_name(rdb, template))
            return false;
    }
    return true;
}

static const struct template *
find(const struct rdb *rdb, uint64_t id)
{
    if (rdb->templates == NULL)
        return NULL;
    uint32_t i = map_find(&rdb->templates->ids, bytes_of(&id, sizeof(id)));
    return i != MAP_NONE ? &rdb->templates->list[i] : NULL;
}

static void
insert(struct rdb_templates *templates, const struct template *template)
{
    bool added;
    size_t count = templates->ids.count;
    if ((count & (count - 1)) == 0)
        templates->list = xreallocarray(templates->list,
                                        count ? count * 2 : 1,
                                        sizeof(*templates->list));
    uint32_t i = map_add(&templates->ids,
                         bytes_of(&template->id, sizeof(template->id)),
                         &added);
    templates->list[i] = *template;
    templates->held += template->names.size + template->ends.size +
                       2 * sizeof(*template);
}

/* Names ascend by length, then bytes. */
static bool
names_ascend(const struct template *template)
{
    for (size_t i = 1; i < field_count(template); i++) {
        struct text a = field_name(template, i - 1);
        struct text b = field_name(template, i);
        int order = a.size != b.size
                        ? (a.size > b.size) * 2 - 1
                        : bytes_compare(bytes_of(a.data, a.held),
                                        bytes_of(b.data, b.held));
        if (order >= 0)
            return false;
    }
    return true;
}

bool
rdb_template(struct rdb *rdb)
{
    struct template template = { .id = 0 };
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t count;
    if (!rdb_length(rdb, &template.id) || !rdb_length(rdb, &count) ||
        !read_names(rdb, &template, count)) {
        template_fini(&template);
        return rdb_doing(rdb, "hash template", template.id);
    }
    if (count == 0 || !names_ascend(&template))
        rdb_finding(rdb, FINDING_TEMPLATE, at,
                    "hash template %llu: its fields do not ascend",
                    (unsigned long long)template.id);
    if (find(rdb, template.id) != NULL) {
        template_fini(&template);
        return rdb_fail(rdb, FINDING_TEMPLATE, at,
                        "hash template %llu stands twice",
                        (unsigned long long)template.id);
    }
    insert(templates_of(rdb), &template);
    rdb->facts.templates++;
    return true;
}

/* --- values --- */

/* Without its template nothing says how many values follow. */
static bool
unknown_template(struct rdb *rdb, uint64_t at, uint64_t id)
{
    return rdb_fail(rdb, FINDING_TEMPLATE, at,
                    "hash refers to template %llu, which is not there",
                    (unsigned long long)id);
}

static bool
walk_values(struct rdb *rdb, const struct template *template)
{
    size_t count = field_count(template);
    rdb_count(rdb, count);
    for (size_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_FIELD,
                             .text = field_name(template, i) };
        if (!rdb_text(rdb, &item, 1))
            return rdb_doing(rdb, "value of template field", i);
        rdb_item(rdb, &item);
    }
    return true;
}

/* The values of a listpack that leads with an id: hands out items, or fails
 * softly. */
static enum status
packed_values(struct rdb *rdb, struct packed *packed,
              const struct template *template)
{
    uint64_t count = field_count(template);
    for (uint64_t i = 0; i < count && rdb->visitor != NULL; i++) {
        struct item item = { .kind = ITEM_FIELD,
                             .text = field_name(template, (size_t)i) };
        enum status status = rdb_packed_text(rdb, packed, &item, 1);
        if (status == STATUS_END) {
            rdb_value_bad(rdb, FINDING_TEMPLATE, rdb->blob_string.offset,
                          "template hash: fewer values than fields");
            return STATUS_BAD;
        }
        if (status != STATUS_OK)
            return status;
        rdb_item(rdb, &item);
    }
    struct packed_entry entry;
    enum status status = packed_next(packed, &entry);
    if (status != STATUS_OK)
        return status;
    rdb_value_bad(rdb, FINDING_TEMPLATE, rdb->blob_string.offset,
                  "template hash: more values than fields");
    return STATUS_BAD;
}

/* The leading id of the listpack. */
static enum status
packed_id(struct rdb *rdb, struct packed *packed, uint64_t *id)
{
    struct packed_entry entry;
    enum status status = packed_next(packed, &entry);
    if (status == STATUS_OK && entry.text.kind == TEXT_INTEGER) {
        *id = (uint64_t)entry.text.number;
        return STATUS_OK;
    }
    if (status == STATUS_OK || status == STATUS_END) {
        rdb_value_bad(rdb, FINDING_TEMPLATE, rdb->blob_string.offset,
                      "template hash: the listpack does not lead with an id");
        return STATUS_BAD;
    }
    return status;
}

/* own: the hash brought its names; NULL: they are those of the leading id. */
static enum status
walk_open_listpack(struct rdb *rdb, struct packed *packed,
                   const struct template *own)
{
    uint64_t id = 0;
    enum status status = packed_id(rdb, packed, &id);
    if (status != STATUS_OK)
        return status;
    const struct template *template = own != NULL ? own : find(rdb, id);
    if (template == NULL) {
        rdb_value_bad(rdb, FINDING_TEMPLATE, rdb->blob_string.offset,
                      "hash refers to template %llu, which is not there",
                      (unsigned long long)id);
        return STATUS_BAD;
    }
    rdb_count(rdb, field_count(template));
    status = packed_values(rdb, packed, template);
    if (status == STATUS_END)
        rdb_packed_faults(rdb, packed);
    return status;
}

static bool
walk_listpack(struct rdb *rdb, const struct template *own)
{
    struct rdb_string string;
    if (!rdb_string_open(rdb, &string))
        return false;
    if (rdb->visitor == NULL || !rdb_string_plausible(rdb, &string))
        return rdb_string_skip(rdb, &string);
    if (!rdb_blob_open(rdb, &string))
        return false;
    if (rdb->visitor != NULL) {
        struct packed packed;
        enum status status =
            packed_open(&packed, NODE_LISTPACK, rdb->blob, string.size);
        bool opened = status == STATUS_OK;
        if (opened)
            status = walk_open_listpack(rdb, &packed, own);
        if (!reader_ok(rdb->reader))
            return false;
        if (status != STATUS_END && rdb->visitor != NULL)
            rdb_blob_bad(rdb, &packed, opened);
    }
    return rdb_blob_close(rdb);
}

/* Names as a listpack of their own. */
static bool
read_packed_names(struct rdb *rdb, struct template *own)
{
    struct rdb_string string;
    struct packed packed;
    struct packed_entry entry;
    char room[TEXT_DIGITS];
    if (!rdb_string_open(rdb, &string) || !rdb_blob_open(rdb, &string))
        return false;
    enum status status =
        packed_open(&packed, NODE_LISTPACK, rdb->blob, string.size);
    bool opened = status == STATUS_OK;
    while (status == STATUS_OK) {
        status = packed_next(&packed, &entry);
        if (status != STATUS_OK)
            break;
        if (entry.text.kind == TEXT_PARTS)
            return too_much(rdb);
        struct bytes name = text_bytes(&entry.text, room);
        buffer_append(&own->names, name.data, name.size);
        if (!end_name(rdb, own))
            return false;
    }
    if (!reader_ok(rdb->reader))
        return false;
    if (status != STATUS_END)
        rdb_blob_bad(rdb, &packed, opened);
    return rdb_blob_close(rdb);
}

static bool
read_own_names(struct rdb *rdb, struct template *own)
{
    uint64_t format;
    uint64_t count;
    uint64_t at = reader_offset(rdb->reader);
    buffer_clear(&own->names);
    buffer_clear(&own->ends);
    if (!rdb_length(rdb, &format))
        return false;
    if (format == NAMES_LISTPACK)
        return read_packed_names(rdb, own);
    if (format != NAMES_PLAIN)
        return rdb_fail(rdb, FINDING_TEMPLATE, at,
                        "template hash: %llu is no form of field names",
                        (unsigned long long)format);
    return rdb_length(rdb, &count) && read_names(rdb, own, count);
}

bool
rdb_walk_hash_template_listpack(struct rdb *rdb)
{
    struct template *own = &templates_of(rdb)->own;
    return read_own_names(rdb, own) && walk_listpack(rdb, own);
}

bool
rdb_walk_hash_template_listpack_ref(struct rdb *rdb)
{
    return walk_listpack(rdb, NULL);
}

bool
rdb_walk_hash_template_array(struct rdb *rdb)
{
    struct template *own = &templates_of(rdb)->own;
    return read_own_names(rdb, own) && walk_values(rdb, own);
}

bool
rdb_walk_hash_template_array_ref(struct rdb *rdb)
{
    uint64_t id;
    uint64_t at = reader_offset(rdb->reader);
    if (!rdb_length(rdb, &id))
        return false;
    const struct template *template = find(rdb, id);
    if (template == NULL)
        return unknown_template(rdb, at, id);
    return walk_values(rdb, template);
}
