/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One row of options[] per option, early ones first and cheap ones before
 * dear ones.  Each use of an option adds a clause (a comma list several) to
 * the row's group; a group holds when any of its clauses does.
 */
#include "scan/filter.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "data/slot.h"
#include "model/pricer.h"
#include "scan/glob.h"
#include "scan/regex.h"

enum {
    MODULE_NAME_SIZE = 9, /* of every module's type, says the module API */
    LARGEST_SLOT = SLOT_COUNT - 1,
};

enum ttl_kind { TTL_NONE, TTL_ANY, TTL_EXPIRED, TTL_RANGE };

/* What one value of an option asks for; each option uses its part. */
struct clause {
    uint64_t db;
    enum type type;
    unsigned char module[MODULE_NAME_SIZE];
    bool has_module;
    struct buffer name;
    struct glob *glob;
    struct regex *regex;
    enum ttl_kind ttl;
    struct number_range range;
};

/* What the early part of a clause is asked about. */
struct question {
    const struct key *key;
    int64_t now_ms;
    struct error *error;
};

struct option_row {
    const char *name;
    bool negated;
    bool is_list; /* takes a comma list */
    /* Reads one value. */
    bool (*parse)(struct bytes value, struct clause *clause,
                  struct error *error);
    /* One of these two. */
    enum filter_verdict (*key)(const struct clause *clause,
                               const struct question *question);
    bool (*record)(const struct clause *clause, const struct record *record);
    unsigned wants;
};

static bool
refuse(struct error *error, const char *allowed)
{
    error_set(error, ERROR_USAGE, "%s", allowed);
    return false;
}

/* Both ends can be read, the wrong way round. */
static bool
is_reversed(struct bytes value, number_parser *parse)
{
    for (size_t i = 0; i < value.size; i++) {
        size_t sign = value.data[i] == '~' ? 1 : 2;
        if (sign == 2 && (i + 1 == value.size || value.data[i] != '.' ||
                          value.data[i + 1] != '.'))
            continue;
        uint64_t end;
        return parse(bytes_of(value.data, i), &end) &&
               parse(bytes_of(value.data + i + sign, value.size - i - sign),
                     &end);
    }
    return false;
}

/* allowed is what is said of a value that is no range. */
static bool
parse_range(struct bytes value, number_parser *parse, struct clause *clause,
            const char *allowed, struct error *error)
{
    if (number_parse_range(value, parse, &clause->range))
        return true;
    return refuse(error, is_reversed(value, parse) ? "the range is reversed"
                                                   : allowed);
}

static enum filter_verdict
verdict(bool holds)
{
    return holds ? FILTER_PASS : FILTER_DROP;
}

static bool
parse_db(struct bytes value, struct clause *clause, struct error *error)
{
    return number_parse_uint64(value, &clause->db) ||
           refuse(error, "takes database numbers, as in 0 or 0,3");
}

static enum filter_verdict
test_db(const struct clause *clause, const struct question *question)
{
    return verdict(question->key->db == clause->db);
}

/* What cannot stand in a C string stands escaped. */
static bool
parse_key(struct bytes value, struct clause *clause, struct error *error)
{
    if (escape_read(value, BYTES_ESCAPE, &clause->name))
        return true;
    buffer_fini(&clause->name);
    return refuse(error, "takes a name in the notation escape");
}

static enum filter_verdict
test_key(const struct clause *clause, const struct question *question)
{
    return verdict(bytes_equal(question->key->name,
                               buffer_bytes(&clause->name)));
}

static bool
is_module_name(struct bytes name)
{
    if (name.size != MODULE_NAME_SIZE)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = name.data[i];
        if (c >= 0x80 || !(isalnum(c) || c == '-' || c == '_'))
            return false;
    }
    return true;
}

static bool
parse_type(struct bytes value, struct clause *clause, struct error *error)
{
    if (bytes_equal(value, BYTES_LITERAL("module"))) {
        clause->type = TYPE_MODULE;
        return true;
    }
    if (type_parse(value, &clause->type))
        return true;
    if (!is_module_name(value))
        return refuse(error, "takes string, list, set, zset, hash, stream, "
                             "array, vectorset, module, or the name of a "
                             "module's type");
    clause->type = TYPE_MODULE;
    clause->has_module = true;
    memcpy(clause->module, value.data, MODULE_NAME_SIZE);
    return true;
}

static enum filter_verdict
test_type(const struct clause *clause, const struct question *question)
{
    const struct key *key = question->key;
    if (key->type != clause->type)
        return FILTER_DROP;
    return verdict(!clause->has_module ||
                   bytes_equal(key->module_name,
                               bytes_of(clause->module, MODULE_NAME_SIZE)));
}

static bool
parse_ttl(struct bytes value, struct clause *clause, struct error *error)
{
    static const char *const words[] = { "none", "any", "expired" };
    for (int i = 0; i < 3; i++) {
        if (bytes_equal(value, bytes_of_text(words[i]))) {
            clause->ttl = (enum ttl_kind)i;
            return true;
        }
    }
    clause->ttl = TTL_RANGE;
    return parse_range(value, number_parse_duration, clause,
                       "takes none, any, expired or a range of time, as in "
                       "1h..7d, ..90s or 30d..", error);
}

static enum filter_verdict
test_ttl(const struct clause *clause, const struct question *question)
{
    const struct key *key = question->key;
    if (clause->ttl == TTL_NONE || !key->has_expiry)
        return verdict((clause->ttl == TTL_NONE) == !key->has_expiry);
    bool expired = key->expire_ms < question->now_ms;
    if (clause->ttl == TTL_ANY || clause->ttl == TTL_EXPIRED)
        return verdict(clause->ttl == TTL_ANY || expired);
    uint64_t left = (uint64_t)key->expire_ms - (uint64_t)question->now_ms;
    return verdict(!expired && number_in_range(clause->range, left));
}

static bool
parse_slot(struct bytes value, struct clause *clause, struct error *error)
{
    struct number_range *range = &clause->range;
    static const char allowed[] =
        "takes hash slots from 0 to 16383, as in 0..5460";
    if (!parse_range(value, number_parse_uint64, clause, allowed, error))
        return false;
    if (range->from > LARGEST_SLOT)
        return refuse(error, allowed);
    if (range->to > LARGEST_SLOT && range->to != UINT64_MAX)
        return refuse(error, "takes hash slots up to 16383");
    return true;
}

static enum filter_verdict
test_slot(const struct clause *clause, const struct question *question)
{
    return verdict(number_in_range(clause->range,
                                   slot_of(question->key->name)));
}

static bool
parse_match(struct bytes value, struct clause *clause, struct error *error)
{
    (void)error;
    clause->glob = glob_new(value);
    return true;
}

static enum filter_verdict
test_match(const struct clause *clause, const struct question *question)
{
    return verdict(glob_match(clause->glob, question->key->name));
}

static bool
parse_regex(struct bytes value, struct clause *clause, struct error *error)
{
    clause->regex = regex_new((const char *)value.data, error);
    return clause->regex != NULL;
}

static enum filter_verdict
test_regex(const struct clause *clause, const struct question *question)
{
    bool found;
    if (regex_search(clause->regex, question->key->name, &found,
                     question->error) != STATUS_OK) {
        error_context(question->error, "--regex");
        return FILTER_FAIL;
    }
    return verdict(found);
}

static bool
parse_memory(struct bytes value, struct clause *clause, struct error *error)
{
    return parse_range(value, number_parse_size, clause,
                       "takes a range of bytes, as in 1M.., ..512 or 4K..1G",
                       error);
}

static bool
test_memory(const struct clause *clause, const struct record *record)
{
    const struct price *price = &record->prices[0];
    return price->basis != BASIS_NONE &&
           number_in_range(clause->range, price->memory);
}

static bool
parse_elements(struct bytes value, struct clause *clause, struct error *error)
{
    return parse_range(value, number_parse_uint64, clause,
                       "takes a range of counts, as in 1000.., ..10 or 5..50",
                       error);
}

static bool
test_elements(const struct clause *clause, const struct record *record)
{
    return number_in_range(clause->range, record->elements);
}

static const struct option_row options[] = {
    { "db", false, true, parse_db, test_db, NULL, 0 },
    { "not-db", true, true, parse_db, test_db, NULL, 0 },
    { "key", false, false, parse_key, test_key, NULL, 0 },
    { "type", false, true, parse_type, test_type, NULL, 0 },
    { "not-type", true, true, parse_type, test_type, NULL, 0 },
    { "ttl", false, false, parse_ttl, test_ttl, NULL, 0 },
    { "match", false, false, parse_match, test_match, NULL, 0 },
    { "not-match", true, false, parse_match, test_match, NULL, 0 },
    { "slot", false, false, parse_slot, test_slot, NULL, 0 },
    { "regex", false, false, parse_regex, test_regex, NULL, 0 },
    { "not-regex", true, false, parse_regex, test_regex, NULL, 0 },
    { "elements", false, false, parse_elements, NULL, test_elements,
      PRICE_ELEMENTS },
    { "memory", false, false, parse_memory, NULL, test_memory, PRICE_MEMORY },
};

enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

/* All uses of one option. */
struct group {
    const struct option_row *row;
    struct clause *clauses;
    size_t count;
    char **values; /* as given */
    size_t value_count;
};

struct filter {
    struct group groups[OPTION_COUNT];
    unsigned wants;
    struct buffer text;

    /* The groups in use that ask about the key, and about the record. */
    const struct group *early[OPTION_COUNT];
    size_t early_count;
    const struct group *late[OPTION_COUNT];
    size_t late_count;
};

struct filter *
filter_new(void)
{
    struct filter *filter = xcalloc(1, sizeof(*filter));
    for (size_t i = 0; i < OPTION_COUNT; i++)
        filter->groups[i].row = &options[i];
    buffer_append_byte(&filter->text, '\0');
    return filter;
}

static void
free_clause(struct clause *clause)
{
    buffer_fini(&clause->name);
    glob_free(clause->glob);
    regex_free(clause->regex);
}

void
filter_free(struct filter *filter)
{
    if (filter == NULL)
        return;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        struct group *group = &filter->groups[i];
        for (size_t j = 0; j < group->count; j++)
            free_clause(&group->clauses[j]);
        for (size_t j = 0; j < group->value_count; j++)
            free(group->values[j]);
        free(group->clauses);
        free(group->values);
    }
    buffer_fini(&filter->text);
    free(filter);
}

struct filter *
filter_copy(const struct filter *filter)
{
    struct filter *copy = filter_new();
    struct error error = { .kind = ERROR_NONE }; /* it passed before */
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct group *group = &filter->groups[i];
        for (size_t j = 0; j < group->value_count; j++)
            (void)filter_add(copy, group->row->name, group->values[j],
                             &error);
    }
    return copy;
}

static void
list_groups(struct filter *filter)
{
    filter->early_count = filter->late_count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct group *group = &filter->groups[i];
        if (group->count != 0 && group->row->key != NULL)
            filter->early[filter->early_count++] = group;
        if (group->count != 0 && group->row->record != NULL)
            filter->late[filter->late_count++] = group;
    }
}

static void
write_text(struct filter *filter)
{
    buffer_clear(&filter->text);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct group *group = &filter->groups[i];
        for (size_t j = 0; j < group->value_count; j++)
            buffer_append_format(&filter->text, "%s--%s %s",
                                 filter->text.size ? " " : "",
                                 group->row->name, group->values[j]);
    }
    buffer_append_byte(&filter->text, '\0');
}

/* Parses a value, a comma list piece by piece, behind the group's clauses. */
static bool
add_clauses(struct group *group, const char *value, struct error *error)
{
    for (;;) {
        const char *comma = group->row->is_list ? strchr(value, ',') : NULL;
        size_t size = comma ? (size_t)(comma - value) : strlen(value);
        group->clauses = xreallocarray(group->clauses, group->count + 1,
                                       sizeof(*group->clauses));
        struct clause *clause = &group->clauses[group->count];
        *clause = (struct clause){ .glob = NULL };
        if (!group->row->parse(bytes_of(value, size), clause, error))
            return false;
        group->count++;
        if (comma == NULL)
            return true;
        value = comma + 1;
    }
}

static struct group *
find_group(struct filter *filter, const char *option)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(options[i].name, option) == 0)
            return &filter->groups[i];
    return NULL;
}

enum status
filter_add(struct filter *filter, const char *option, const char *value,
           struct error *error)
{
    struct group *group = find_group(filter, option);
    if (group == NULL) {
        error_set(error, ERROR_USAGE, "no filter is called --%s", option);
        return STATUS_FAIL;
    }
    size_t before = group->count;
    if (!add_clauses(group, value, error)) {
        while (group->count > before)
            free_clause(&group->clauses[--group->count]);
        error_context(error, "--%s %s", option, value);
        return STATUS_FAIL;
    }
    group->values = xreallocarray(group->values, group->value_count + 1,
                                  sizeof(*group->values));
    group->values[group->value_count++] = xstrdup(value);
    filter->wants |= group->row->wants;
    list_groups(filter);
    write_text(filter);
    return STATUS_OK;
}

bool
filter_is_empty(const struct filter *filter)
{
    return filter->early_count == 0 && filter->late_count == 0;
}

unsigned
filter_wants(const struct filter *filter)
{
    return filter->wants;
}

const char *
filter_text(const struct filter *filter)
{
    return (const char *)filter->text.data;
}

static enum filter_verdict
ask_group(const struct group *group, const struct question *question)
{
    enum filter_verdict answer = FILTER_DROP;
    for (size_t i = 0; i < group->count && answer == FILTER_DROP; i++)
        answer = group->row->key(&group->clauses[i], question);
    if (answer == FILTER_FAIL)
        return FILTER_FAIL;
    return verdict((answer == FILTER_PASS) != group->row->negated);
}

enum filter_verdict
filter_key(const struct filter *filter, const struct key *key, int64_t now_ms,
           struct error *error)
{
    struct question question = { key, now_ms, error };
    for (size_t i = 0; i < filter->early_count; i++) {
        enum filter_verdict answer = ask_group(filter->early[i], &question);
        if (answer != FILTER_PASS)
            return answer;
    }
    return FILTER_PASS;
}

bool
filter_record(const struct filter *filter, const struct record *record)
{
    for (size_t i = 0; i < filter->late_count; i++) {
        const struct group *group = filter->late[i];
        bool holds = false;
        for (size_t j = 0; j < group->count && !holds; j++)
            holds = group->row->record(&group->clauses[j], record);
        if (!holds)
            return false;
    }
    return true;
}
