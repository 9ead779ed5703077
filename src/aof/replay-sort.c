/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SORT ... STORE (sort.c sortCommandGeneric, Redis 7.2): elements are loaded,
 * given what they are sorted by, sorted, cut to the limit, and written as a
 * list, each as itself or as what GET finds by it.
 *
 * Elements of equal score are ordered by their bytes.  Those that ALPHA with
 * BY holds for equal stay as they were, or come in the order of a partial
 * quicksort when there is a LIMIT; where they come from a hash table, the
 * outcome is told as unknown.
 */
#include "aof/replay-command.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/partial-sort.h"
#include "base/xalloc.h"
#include "keyspace/value-hash.h"
#include "keyspace/value-list.h"
#include "keyspace/value-set.h"
#include "keyspace/value-string.h"
#include "keyspace/value-zset.h"

struct element {
    struct bytes text;
    struct bytes weight; /* ALPHA with BY */
    bool has_weight;
    double score;        /* without ALPHA */
    uint64_t sequence;   /* of what compares equal */
};

struct sort {
    struct replay *replay;
    const struct bytes *store; /* or NULL */
    const struct bytes *by;    /* a pattern, or NULL */
    bool as_is;                /* BY what is none: not to be sorted */
    bool descends;
    bool alpha;
    int64_t limit_start;
    int64_t limit_count; /* below 0: all */
    const struct bytes **gets; /* patterns */
    size_t get_count;

    struct arena arena; /* texts and weights */
    struct buffer name; /* that a pattern gives */
    struct element *elements;
    uint64_t count;
    uint64_t room; /* for elements: all that there are */
    bool has_order; /* a server's, too: no hash table */
    bool met_doubt; /* a pattern found a key that is uncertain */
    uint64_t beside; /* bytes of elements and arena */
};

/* --- options --- */

static void
take_by(struct sort *sort, const struct bytes *pattern)
{
    sort->by = pattern;
    if (memchr(pattern->data, '*', pattern->size) == NULL)
        sort->as_is = true;
}

/* An option of one word, or of more; how many, 0 when it is none. */
static size_t
take_option(struct sort *sort, const struct bytes *argv, size_t argc)
{
    if (replay_is(argv[0], "ASC") || replay_is(argv[0], "DESC")) {
        sort->descends = replay_is(argv[0], "DESC");
        return 1;
    }
    if (replay_is(argv[0], "ALPHA")) {
        sort->alpha = true;
        return 1;
    }
    if (replay_is(argv[0], "LIMIT"))
        return argc >= 3 &&
                       replay_number(sort->replay, argv[1],
                                     &sort->limit_start) &&
                       replay_number(sort->replay, argv[2],
                                     &sort->limit_count)
                   ? 3
                   : 0;
    if (argc < 2)
        return 0;
    if (replay_is(argv[0], "STORE"))
        sort->store = &argv[1];
    else if (replay_is(argv[0], "BY"))
        take_by(sort, &argv[1]);
    else if (replay_is(argv[0], "GET"))
        sort->gets[sort->get_count++] = &argv[1];
    else
        return 0;
    return 2;
}

static bool
read_options(struct sort *sort, const struct bytes *argv, size_t argc)
{
    sort->limit_count = -1;
    sort->gets = xcalloc(argc + 1, sizeof(struct bytes *));
    for (size_t i = 0; i < argc;) {
        size_t taken = take_option(sort, argv + i, argc - i);
        if (taken == 0)
            return false;
        i += taken;
    }
    return true;
}

/* --- elements --- */

/* Counts bytes that lie beside the keyspace; false when they are more than a
 * replay may take. */
static bool
take_memory(struct sort *sort, uint64_t bytes)
{
    struct pool *pool = &replay_store(sort->replay)->pool;
    if (!pool_allows(pool, bytes))
        return false;
    pool_count_beside(pool, sort->beside, sort->beside + bytes);
    sort->beside += bytes;
    return true;
}

static void
add_element(struct sort *sort, struct bytes text)
{
    if (sort->count == sort->room || !take_memory(sort, text.size))
        return;
    struct element *element = &sort->elements[sort->count++];
    element->text = arena_copy(&sort->arena, text);
    element->sequence =
        sort->descends ? sort->room - sort->count : sort->count;
}

static uint64_t
elements_in(const struct value *value)
{
    return value->type == TYPE_LIST  ? value_list_count(value)
           : value->type == TYPE_SET ? value_set_count(value)
                                     : value_zset_count(value);
}

/* For all elements of a value; false when they need more than a replay may
 * take. */
static bool
make_room(struct sort *sort, const struct value *value)
{
    sort->room = elements_in(value);
    if (!take_memory(sort, sort->room * sizeof(*sort->elements)))
        return false;
    sort->elements = xcalloc((size_t)sort->room + 1, sizeof(*sort->elements));
    return true;
}

static void
load_list(struct sort *sort, const struct value *value)
{
    struct value_list_cursor cursor;
    char room[TEXT_DIGITS];
    struct bytes text;
    value_list_begin(&cursor, value);
    while (value_list_next(&cursor, room, &text))
        add_element(sort, text);
}

static void
load_set(struct sort *sort, const struct value *value)
{
    struct value_set_cursor cursor;
    char room[TEXT_DIGITS];
    struct bytes text;
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &text))
        add_element(sort, text);
}

/* Servers make a table of the source, and leave it so. */
static void
load_zset(struct sort *sort, struct value *value)
{
    struct value_zset_cursor cursor;
    char room[TEXT_DIGITS];
    struct zset_member member;
    if (value->form == ZSET_PACKED)
        value_zset_open_table(replay_store(sort->replay), value);
    value_zset_seek(&cursor, value, 0);
    while (value_zset_next(&cursor, room, &member))
        add_element(sort, member.name);
}

/* A list that is not to be sorted is turned round since Redis 3.2. */
static bool
turns_lists(const struct replay *replay)
{
    const uint32_t since = AOF_VERSION(3, 2, 0);
    return replay_is_since(replay, since, since);
}

static enum replay_outcome
load_elements(struct sort *sort, struct bytes name)
{
    struct entry *entry = keyspace_find(replay_keyspace(sort->replay),
                                        replay_db(sort->replay), name);
    if (entry == NULL)
        return REPLAY_DONE;
    enum type type = entry_type(entry);
    if (type != TYPE_LIST && type != TYPE_SET && type != TYPE_ZSET)
        return REPLAY_ERROR;
    if (!make_room(sort, &entry->value))
        return REPLAY_UNKNOWN;
    if (type == TYPE_LIST)
        load_list(sort, &entry->value);
    else if (type == TYPE_SET)
        load_set(sort, &entry->value);
    else
        load_zset(sort, &entry->value);
    sort->has_order = type == TYPE_LIST || (type == TYPE_SET &&
                                            entry->value.form == SET_INTEGERS);
    if (type == TYPE_SET && sort->as_is) {
        sort->as_is = false;
        sort->alpha = true;
        sort->by = NULL;
    }
    if (entry_type(entry) == TYPE_LIST && sort->as_is &&
        !turns_lists(sort->replay))
        sort->descends = false;
    return REPLAY_DONE;
}

/* --- patterns --- */

/* Where "->" and the field of a hash stand behind the '*'; the pattern's size
 * when there is none. */
static size_t
find_arrow(struct bytes pattern, size_t star)
{
    for (size_t i = star + 1; i + 2 < pattern.size; i++)
        if (pattern.data[i] == '-' && pattern.data[i + 1] == '>')
            return i;
    return pattern.size;
}

/* What a string, or a field of a hash, holds whose name the pattern gives of
 * an element; valid until the next call. */
static bool
look_up(struct sort *sort, struct bytes pattern, struct bytes element,
        struct hash_room *room, struct bytes *text)
{
    struct hash_pair pair;
    if (bytes_equal(pattern, BYTES_LITERAL("#"))) {
        *text = element;
        return true;
    }
    const unsigned char *found = memchr(pattern.data, '*', pattern.size);
    if (found == NULL)
        return false;
    size_t star = (size_t)(found - pattern.data);
    size_t arrow = find_arrow(pattern, star);
    buffer_clear(&sort->name);
    buffer_append(&sort->name, pattern.data, star);
    buffer_append(&sort->name, element.data, element.size);
    buffer_append(&sort->name, pattern.data + star + 1, arrow - star - 1);
    const struct entry *entry = keyspace_find(replay_keyspace(sort->replay),
                                              replay_db(sort->replay),
                                              buffer_bytes(&sort->name));
    sort->met_doubt |= entry != NULL && entry_is_uncertain(entry);
    bool of_hash = arrow < pattern.size;
    if (entry == NULL ||
        entry_type(entry) != (of_hash ? TYPE_HASH : TYPE_STRING))
        return false;
    if (!of_hash) {
        *text = value_string_bytes(&entry->value, room->value);
        return true;
    }
    struct bytes field = bytes_of(pattern.data + arrow + 2,
                                  pattern.size - arrow - 2);
    if (!value_hash_get(replay_store(sort->replay), &entry->value, field, room,
                        &pair))
        return false;
    *text = pair.value;
    return true;
}

/* --- sorting --- */

/* Whether fast_float, too, makes that score of a text which strtod takes whole.
 * It takes no blank and no "0x" in front.  No text at all and what is too large
 * or too small is an error for Valkey; Redis looks for another errno than it
 * sets, and takes 0 and infinity. */
static bool
is_read_fast(const struct replay *replay, struct bytes text, double score)
{
    bool by_valkey = replay_is_of_valkey(replay);
    bool out_of_range = errno == ERANGE && (isinf(score) || score == 0);
    if (text.size == 0)
        return !by_valkey;
    return !isspace(text.data[0]) &&
           memchr(text.data, 'x', text.size) == NULL &&
           memchr(text.data, 'X', text.size) == NULL &&
           !(out_of_range && by_valkey);
}

/* As the log's server reads a score: by strtod, blanks before it and no text at
 * all included; by fast_float since Redis 8.0 and Valkey 9.1. */
static bool
read_score(struct sort *sort, struct bytes text, double *score)
{
    const uint32_t redis = AOF_VERSION(8, 0, 0);
    const uint32_t valkey = AOF_VERSION(9, 1, 0);
    char *end;
    buffer_clear(&sort->name);
    buffer_append(&sort->name, text.data, text.size);
    buffer_append_byte(&sort->name, '\0');
    errno = 0;
    *score = strtod((const char *)sort->name.data, &end);
    return *end == '\0' && !isnan(*score) &&
           (replay_is_since(sort->replay, redis, valkey)
                ? is_read_fast(sort->replay, text, *score)
                : errno != ERANGE);
}

/* Gives an element what it is sorted by; one for which BY finds nothing has a
 * score of 0. */
static bool
weigh(struct sort *sort, struct element *element)
{
    struct hash_room room;
    struct bytes text = element->text;
    if (sort->by != NULL &&
        !look_up(sort, *sort->by, element->text, &room, &text))
        return true;
    if (!sort->alpha)
        return read_score(sort, text, &element->score);
    if (sort->by != NULL && take_memory(sort, text.size)) {
        element->weight = arena_copy(&sort->arena, text);
        element->has_weight = true;
    }
    return true;
}

static int
compare_texts(const void *a, const void *b)
{
    const struct element *left = a;
    const struct element *right = b;
    return bytes_compare(left->text, right->text);
}

static int
compare_scores(const void *a, const void *b)
{
    const struct element *left = a;
    const struct element *right = b;
    if (left->score != right->score)
        return left->score < right->score ? -1 : 1;
    return bytes_compare(left->text, right->text);
}

static int
compare_weights_only(const struct element *left, const struct element *right)
{
    if (!left->has_weight || !right->has_weight)
        return (int)left->has_weight - (int)right->has_weight;
    return bytes_compare(left->weight, right->weight);
}

static int
compare_weights(const void *a, const void *b)
{
    const struct element *left = a;
    const struct element *right = b;
    int order = compare_weights_only(left, right);
    if (order != 0)
        return order;
    return left->sequence < right->sequence ? -1 : 1;
}

static int
compare_ascending(const void *a, const void *b)
{
    return compare_weights_only(a, b);
}

static int
compare_descending(const void *a, const void *b)
{
    return compare_weights_only(b, a);
}

static void
reverse(struct sort *sort)
{
    for (uint64_t i = 0; i < sort->count / 2; i++) {
        struct element *other = &sort->elements[sort->count - 1 - i];
        struct element element = sort->elements[i];
        sort->elements[i] = *other;
        *other = element;
    }
}

struct span {
    uint64_t begin;
    uint64_t end;
};

static struct span
limit(const struct sort *sort)
{
    uint64_t start = sort->limit_start > 0 ? (uint64_t)sort->limit_start : 0;
    struct span span = { start < sort->count ? start : sort->count,
                         sort->count };
    if (sort->limit_count >= 0 &&
        (uint64_t)sort->limit_count < span.end - span.begin)
        span.end = span.begin + (uint64_t)sort->limit_count;
    return span;
}

/* Whether elements that compare equal may differ. */
static bool
has_ties(const struct sort *sort)
{
    return !sort->as_is && sort->alpha && sort->by != NULL;
}

static void
sort_all(struct sort *sort)
{
    if (!sort->as_is && sort->count > 1)
        qsort(sort->elements, (size_t)sort->count, sizeof(struct element),
              !sort->alpha       ? compare_scores
              : sort->by == NULL ? compare_texts
                                 : compare_weights);
    if (sort->descends)
        reverse(sort);
}

/* False when something to sort by is no number. */
static bool
sort_elements(struct sort *sort)
{
    struct span span = limit(sort);
    bool is_part = span.begin > 0 || span.end < sort->count;
    if (!sort->as_is)
        for (uint64_t i = 0; i < sort->count; i++)
            if (!weigh(sort, &sort->elements[i]))
                return false;
    if (!has_ties(sort) || !sort->has_order || !is_part)
        sort_all(sort);
    else if (span.begin < span.end)
        sort->has_order =
            partial_sort(sort->elements, (size_t)sort->count,
                         sizeof(struct element),
                         sort->descends ? compare_descending
                                        : compare_ascending,
                         (size_t)span.begin, (size_t)span.end - 1);
    return true;
}

/* --- the result --- */

/* Elements of equal weight whose order the log does not tell. */
static bool
is_ambiguous(const struct sort *sort)
{
    if (!has_ties(sort) || sort->has_order)
        return false;
    for (uint64_t i = 1; i < sort->count; i++) {
        const struct element *left = &sort->elements[i - 1];
        const struct element *right = &sort->elements[i];
        if (compare_weights_only(left, right) == 0 &&
            !bytes_equal(left->text, right->text))
            return true;
    }
    return false;
}

static bool
push(struct sort *sort, struct value *list, const struct element *element)
{
    struct store *store = replay_store(sort->replay);
    struct hash_room room;
    if (sort->get_count == 0)
        return replay_has_room(sort->replay) &&
               value_list_push(store, list, LIST_TAIL, element->text);
    for (size_t i = 0; i < sort->get_count; i++) {
        struct bytes text;
        if (!look_up(sort, *sort->gets[i], element->text, &room, &text))
            text = bytes_of(NULL, 0);
        if (!replay_has_room(sort->replay) ||
            !value_list_push(store, list, LIST_TAIL, text))
            return false;
    }
    return true;
}

/* A list made by SORT goes by the settings since Redis 7.4 (and Valkey 8), by
 * the default before (sort.c, quicklist.c quicklistCreate). */
static int64_t
fill_of(const struct sort *sort)
{
    return replay_is_since(sort->replay, AOF_VERSION(7, 4, 0),
                           AOF_VERSION(8, 0, 0))
               ? replay_store(sort->replay)->limits.settings.list_fill
               : store_settings_default.list_fill;
}

static enum replay_outcome
store_result(struct sort *sort)
{
    struct store *store = replay_store(sort->replay);
    struct span span = limit(sort);
    struct value list;
    if (span.begin == span.end) {
        (void)replay_delete(sort->replay, *sort->store);
        return REPLAY_DONE;
    }
    value_init(store, &list, TYPE_LIST);
    value_list_open_chain(store, &list, fill_of(sort));
    for (uint64_t i = span.begin; i < span.end; i++)
        if (!push(sort, &list, &sort->elements[i])) {
            value_fini(store, &list);
            return REPLAY_UNKNOWN;
        }
    value_list_close_chain(store, &list);
    enum replay_outcome outcome = replay_put(sort->replay, *sort->store, &list,
                                             false);
    return sort->met_doubt || is_ambiguous(sort) ? REPLAY_UNKNOWN : outcome;
}

static enum replay_outcome
sort_and_store(struct sort *sort, struct bytes name)
{
    enum replay_outcome outcome = load_elements(sort, name);
    if (outcome != REPLAY_DONE)
        return outcome;
    if (sort_elements(sort))
        return store_result(sort);
    return sort->met_doubt ? REPLAY_UNKNOWN : REPLAY_ERROR;
}

/* SORT key [BY pattern] [LIMIT start count] [GET pattern ...] [ASC | DESC]
 *     [ALPHA] [STORE destination] */
static enum replay_outcome
run_sort(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct sort sort = { .replay = replay };
    enum replay_outcome outcome = REPLAY_ERROR;
    if (read_options(&sort, argv + 2, argc - 2))
        outcome = sort.store != NULL ? sort_and_store(&sort, argv[1])
                                     : REPLAY_DONE;
    free(sort.elements);
    free(sort.gets);
    buffer_fini(&sort.name);
    arena_fini(&sort.arena);
    pool_count_beside(&replay_store(replay)->pool, sort.beside, 0);
    return outcome;
}

const struct replay_row replay_sort[] = {
    { "SORT", run_sort },
    { NULL, NULL },
};
