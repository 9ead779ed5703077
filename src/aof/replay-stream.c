/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands on the entries of streams.  Sources: Redis 7.2 and 8.6 t_stream.c.
 *
 * While a server loads a log it trims without a limit, whatever LIMIT says;
 * XTRIM and XADD with "~" come with "=" in what servers write.
 */
#include "aof/replay-stream.h"

#include <xxhash.h>

#include "base/endian.h"

enum {
    DURATION_DEFAULT = 100, /* stream-idmp-duration, seconds */
    DURATION_MOST = 86400,
    ENTRIES_DEFAULT = 100, /* stream-idmp-maxsize */
    ENTRIES_MOST = 10000,
    IID_SIZE = 16, /* of IDMPAUTO's hash */
    LENGTH_SIZE = 8,
};

static const struct stream_id id_none = { 0, 0 };
static const struct stream_id id_most = { UINT64_MAX, UINT64_MAX };

/* --- what they share --- */

bool
replay_are_stream_ids(const struct bytes *argv, size_t count)
{
    struct stream_id id;
    for (size_t i = 0; i < count; i++)
        if (!replay_stream_id(argv[i], 0, false, &id))
            return false;
    return true;
}

struct stream_id
replay_id_of(struct bytes argument)
{
    struct stream_id id = id_none;
    (void)replay_stream_id(argument, 0, false, &id);
    return id;
}

bool
replay_next_id(struct stream_id *id)
{
    return ++id->seq != 0 || ++id->ms != 0;
}

bool
replay_references(struct bytes argument, bool *given,
                  enum stream_references *references)
{
    static const char *const words[] = {
        [REFERENCES_KEEP] = "KEEPREF",
        [REFERENCES_DROP] = "DELREF",
        [REFERENCES_ACKED] = "ACKED",
    };
    for (int i = REFERENCES_KEEP; !*given && i <= REFERENCES_ACKED; i++)
        if (replay_is(argument, words[i])) {
            *references = (enum stream_references)i;
            *given = true;
            return true;
        }
    return false;
}

bool
replay_take_ids(const struct bytes *argv, size_t argc, size_t *at,
                struct replay_ids *ids)
{
    int64_t count;
    if (!replay_is(argv[*at], "IDS") || argc - *at < 2 ||
        !replay_integer(argv[*at + 1], &count) || count < 1 ||
        (uint64_t)count > argc - *at - 2)
        return false;
    ids->ids = argv + *at + 2;
    ids->count = (size_t)count;
    *at += 2 + ids->count;
    return true;
}

bool
replay_deletion(const struct bytes *argv, size_t argc,
                enum stream_references *references, struct replay_ids *ids)
{
    bool given = false;
    *references = REFERENCES_KEEP;
    *ids = (struct replay_ids){ .ids = NULL };
    for (size_t at = 0; at < argc;)
        if (replay_references(argv[at], &given, references))
            at++;
        else if (!replay_take_ids(argv, argc, &at, ids))
            return false;
    return ids->ids != NULL && replay_are_stream_ids(ids->ids, ids->count);
}

void
replay_remove_entry(struct replay *replay, struct value *stream,
                    struct stream_id id, enum stream_references references)
{
    struct store *store = replay_store(replay);
    if (references == REFERENCES_ACKED &&
        value_stream_is_referenced(stream, id))
        return;
    if (references == REFERENCES_DROP)
        value_stream_drop_references(store, stream, id);
    (void)value_stream_remove(store, stream, id);
}

/* --- XADD, XTRIM --- */

enum id_kind { ID_WHOLE, ID_NEXT_SEQ, ID_BY_CLOCK };

struct add {
    bool trims;
    bool has_references;
    bool no_make;
    bool hashes; /* IDMPAUTO */
    struct stream_trim trim;
    struct bytes producer; /* size 0: none */
    struct bytes iid;
    enum id_kind id_kind;
    struct stream_id id;
    const struct bytes *texts;
    size_t count; /* of fields */
};

static bool
is_sign(struct bytes argument, char sign)
{
    return argument.size == 1 && argument.data[0] == sign;
}

/* MAXLEN|MINID [=|~] threshold [...], at argv[*at], which is the option. */
static bool
take_trim(const struct bytes *argv, size_t argc, size_t *at, struct add *add)
{
    int64_t most;
    size_t left = argc - *at - 1;
    bool by_id = replay_is(argv[*at], "MINID");
    if (left == 0 || add->trims)
        return false;
    struct bytes threshold = argv[++*at];
    bool approximate = is_sign(threshold, '~');
    if (left >= 2 && (approximate || is_sign(threshold, '=')))
        threshold = argv[++*at];
    add->trims = true;
    add->trim.by_id = by_id;
    add->trim.approximate = approximate;
    if (by_id)
        return replay_stream_id(threshold, 0, false, &add->trim.minimum);
    if (!replay_integer(threshold, &most) || most < 0)
        return false;
    add->trim.most = (uint64_t)most;
    return true;
}

static bool
take_limit(const struct bytes *argv, size_t argc, size_t *at, bool *limited)
{
    int64_t limit;
    if (argc - *at < 2 || !replay_integer(argv[++*at], &limit) || limit < 0)
        return false;
    *limited = limit > 0;
    return true;
}

/* IDMP producer iid, IDMPAUTO producer. */
static bool
take_producer(const struct bytes *argv, size_t argc, size_t *at,
              struct add *add)
{
    add->hashes = replay_is(argv[*at], "IDMPAUTO");
    size_t more = add->hashes ? 1 : 2;
    if (argc - *at <= more || add->producer.size > 0)
        return false;
    add->producer = argv[*at + 1];
    if (!add->hashes)
        add->iid = argv[*at + 2];
    *at += more;
    return add->producer.size > 0 && (add->hashes || add->iid.size > 0);
}

static bool
is_producer(struct bytes argument)
{
    return replay_is(argument, "IDMP") || replay_is(argument, "IDMPAUTO");
}

/* Options of both commands; what is none ends them.  *at is behind. */
static bool
take_options(const struct bytes *argv, size_t argc, bool is_add, size_t *at,
             struct add *add)
{
    bool limited = false;
    for (; *at < argc; ++*at) {
        struct bytes word = argv[*at];
        bool taken = true;
        if (replay_is(word, "MAXLEN") || replay_is(word, "MINID"))
            taken = take_trim(argv, argc, at, add);
        else if (replay_is(word, "LIMIT"))
            taken = take_limit(argv, argc, at, &limited);
        else if (is_add && replay_is(word, "NOMKSTREAM"))
            add->no_make = true;
        else if (is_add && is_producer(word))
            taken = take_producer(argv, argc, at, add);
        else if (!replay_references(word, &add->has_references,
                                    &add->trim.references))
            break;
        if (!taken)
            return false;
    }
    return add->trims || !limited;
}

/* "*", "ms-*", or an id. */
static bool
read_id(struct bytes argument, struct add *add)
{
    size_t size = argument.size;
    add->id_kind = ID_WHOLE;
    if (is_sign(argument, '*')) {
        add->id_kind = ID_BY_CLOCK;
        return true;
    }
    if (size > 2 && memcmp(argument.data + size - 2, "-*", 2) == 0) {
        add->id_kind = ID_NEXT_SEQ;
        argument.size -= 2;
        return memchr(argument.data, '-', argument.size) == NULL &&
               replay_stream_id(argument, 0, false, &add->id);
    }
    return replay_stream_id(argument, 0, false, &add->id) &&
           stream_id_compare(add->id, id_none) != 0;
}

static bool
read_add(const struct bytes *argv, size_t argc, struct add *add)
{
    size_t at = 2;
    if (!take_options(argv, argc, true, &at, add) || at == argc ||
        !read_id(argv[at], add))
        return false;
    size_t texts = argc - at - 1;
    add->texts = argv + at + 1;
    add->count = texts / 2;
    return texts >= 2 && texts % 2 == 0;
}

/* IDMPAUTO's iid: a hash of the fields that does not depend on their order
 * (t_stream.c createIdempotencyHash, Redis 8.6). */
static void
hash_fields(const struct add *add, unsigned char iid[IID_SIZE])
{
    XXH128_hash_t sum = { 0, 0 };
    XXH128_hash_t mix = { 0, 0 };
    struct buffer field = { .data = NULL };
    for (size_t i = 0; i < 2 * add->count; i += 2) {
        unsigned char length[LENGTH_SIZE];
        store_le(length, add->texts[i].size, LENGTH_SIZE);
        buffer_clear(&field);
        buffer_append(&field, add->texts[i].data, add->texts[i].size);
        buffer_append(&field, length, LENGTH_SIZE);
        buffer_append(&field, add->texts[i + 1].data, add->texts[i + 1].size);
        XXH128_hash_t hash = XXH3_128bits(field.data, field.size);
        sum.low64 += hash.low64;
        sum.high64 += hash.high64;
        mix.low64 ^= hash.low64;
        mix.high64 ^= hash.high64;
    }
    buffer_fini(&field);
    store_le(iid, sum.low64 ^ (mix.high64 << 1 | mix.high64 >> 63), 8);
    store_le(iid + 8, sum.high64 ^ (mix.low64 << 1 | mix.low64 >> 63), 8);
}

/* The id of a new entry behind last; false when there can be none. */
static bool
complete_id(const struct add *add, struct stream_id last,
            struct stream_id *id)
{
    *id = add->id;
    if (add->id_kind == ID_NEXT_SEQ && last.ms == id->ms) {
        *id = last;
        if (id->seq++ == UINT64_MAX)
            return false;
    }
    return stream_id_compare(last, id_most) != 0 &&
           stream_id_compare(*id, last) > 0;
}

static bool
is_duplicate(struct replay *replay, const struct entry *entry,
             const struct add *add)
{
    struct stream_id id;
    if (entry == NULL || add->producer.size == 0 ||
        !value_stream_find_iid(replay_store(replay), &entry->value,
                               add->producer, add->iid, &id))
        return false;
    value_stream_state(&entry->value)->iids_duplicates++;
    return true;
}

static enum replay_outcome
add_entry(struct replay *replay, struct value *stream, const struct add *add)
{
    struct store *store = replay_store(replay);
    struct stream_draft entry = { .texts = add->texts,
                                  .fields = add->count };
    if (!complete_id(add, value_stream_state(stream)->last_id, &entry.id))
        return REPLAY_ERROR;
    bool kept = value_stream_add(store, stream, &entry);
    if (kept && add->producer.size > 0)
        kept = value_stream_add_iid(store, stream, add->producer, add->iid,
                                    entry.id);
    if (kept && add->trims)
        value_stream_trim(store, stream, &add->trim);
    return replay_kept(kept);
}

/* Only a duplicate leaves "*" in a log; without the iid that it met, nobody
 * knows which id the server took. */
static enum replay_outcome
xadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct add add = { .trims = false };
    unsigned char iid[IID_SIZE];
    struct entry *entry;
    if (!read_add(argv, argc, &add) ||
        replay_find(replay, argv[1], TYPE_STREAM, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL && add.no_make)
        return REPLAY_DONE;
    if (add.hashes) {
        hash_fields(&add, iid);
        add.iid = bytes_of(iid, IID_SIZE);
    }
    if (is_duplicate(replay, entry, &add))
        return REPLAY_DONE;
    if (add.id_kind == ID_BY_CLOCK)
        return REPLAY_UNKNOWN;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_STREAM, &entry);
    return outcome == REPLAY_DONE ? add_entry(replay, &entry->value, &add)
                                  : outcome;
}

static enum replay_outcome
xtrim(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct add add = { .trims = false };
    struct entry *entry;
    size_t at = 2;
    if (!take_options(argv, argc, false, &at, &add) || at < argc ||
        !add.trims ||
        replay_find(replay, argv[1], TYPE_STREAM, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry != NULL)
        value_stream_trim(replay_store(replay), &entry->value, &add.trim);
    return REPLAY_DONE;
}

/* --- XDEL, XDELEX --- */

static enum replay_outcome
delete_entries(struct replay *replay, struct bytes key,
               const struct replay_ids *ids,
               enum stream_references references)
{
    struct entry *entry;
    if (replay_find(replay, key, TYPE_STREAM, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    for (size_t i = 0; entry != NULL && i < ids->count; i++)
        replay_remove_entry(replay, &entry->value, replay_id_of(ids->ids[i]),
                            references);
    return REPLAY_DONE;
}

static enum replay_outcome
xdel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct replay_ids ids = { argv + 2, argc - 2 };
    if (!replay_are_stream_ids(ids.ids, ids.count))
        return REPLAY_ERROR;
    return delete_entries(replay, argv[1], &ids, REFERENCES_KEEP);
}

static enum replay_outcome
xdelex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    enum stream_references references;
    struct replay_ids ids;
    if (!replay_deletion(argv + 2, argc - 2, &references, &ids))
        return REPLAY_ERROR;
    return delete_entries(replay, argv[1], &ids, references);
}

/* --- XSETID --- */

struct set_id {
    struct stream_id id;
    int64_t entries_added; /* -1: not given */
    struct stream_id max_deleted;
};

static bool
read_set_id(const struct bytes *argv, size_t argc, struct set_id *set)
{
    if (!replay_stream_id(argv[2], 0, false, &set->id) || argc % 2 == 0)
        return false;
    for (size_t i = 3; i < argc; i += 2) {
        bool taken = false;
        if (replay_is(argv[i], "ENTRIESADDED"))
            taken = replay_integer(argv[i + 1], &set->entries_added) &&
                    set->entries_added >= 0;
        else if (replay_is(argv[i], "MAXDELETEDID"))
            taken =
                replay_stream_id(argv[i + 1], 0, false, &set->max_deleted) &&
                stream_id_compare(set->id, set->max_deleted) >= 0;
        if (!taken)
            return false;
    }
    return true;
}

/* A last id is above all that is or was there. */
static bool
may_set_id(const struct value *stream, const struct set_id *set)
{
    const struct stream_state *state = value_stream_state(stream);
    struct stream_id newest;
    if (stream_id_compare(set->id, state->max_deleted_id) < 0)
        return false;
    if (!value_stream_newest(stream, &newest))
        return true;
    return stream_id_compare(set->id, newest) >= 0 &&
           (set->entries_added < 0 ||
            (uint64_t)set->entries_added >= state->length);
}

static enum replay_outcome
xsetid(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct set_id set = { .entries_added = -1 };
    struct entry *entry;
    if (!read_set_id(argv, argc, &set) ||
        replay_find(replay, argv[1], TYPE_STREAM, &entry) != REPLAY_DONE ||
        entry == NULL || !may_set_id(&entry->value, &set))
        return REPLAY_ERROR;
    struct stream_state *state = value_stream_state(&entry->value);
    state->last_id = set.id;
    if (set.entries_added >= 0)
        state->entries_added = (uint64_t)set.entries_added;
    if (stream_id_compare(set.max_deleted, id_none) != 0)
        state->max_deleted_id = set.max_deleted;
    return REPLAY_DONE;
}

/* --- idempotent producers --- */

/* Reads a number from 1 to most that was not given before. */
static bool
take_setting(struct bytes argument, int64_t most, int64_t *setting)
{
    return *setting == 0 && replay_integer(argument, setting) &&
           *setting >= 1 && *setting <= most;
}

/* Another value of a setting forgets all producers. */
static void
set_idmp(struct replay *replay, struct value *stream, int64_t duration,
         int64_t entries)
{
    struct stream_state *state = value_stream_state(stream);
    int64_t old_duration = state->idmp_duration_s;
    uint64_t old_entries = state->idmp_entries;
    if (old_duration == 0)
        old_duration = DURATION_DEFAULT;
    if (old_entries == 0)
        old_entries = ENTRIES_DEFAULT;
    state->idmp_duration_s = duration != 0 ? duration : old_duration;
    state->idmp_entries = entries != 0 ? (uint64_t)entries : old_entries;
    if (state->idmp_duration_s != old_duration ||
        state->idmp_entries != old_entries)
        value_stream_clear_iids(replay_store(replay), stream);
}

static enum replay_outcome
xcfgset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t duration = 0;
    int64_t entries = 0;
    struct entry *entry;
    if (argc < 4 || argc % 2 != 0 ||
        replay_find(replay, argv[1], TYPE_STREAM, &entry) != REPLAY_DONE ||
        entry == NULL)
        return REPLAY_ERROR;
    for (size_t i = 2; i < argc; i += 2) {
        bool taken = false;
        if (replay_is(argv[i], "IDMP-DURATION"))
            taken = take_setting(argv[i + 1], DURATION_MOST, &duration);
        else if (replay_is(argv[i], "IDMP-MAXSIZE"))
            taken = take_setting(argv[i + 1], ENTRIES_MOST, &entries);
        if (!taken)
            return REPLAY_ERROR;
    }
    set_idmp(replay, &entry->value, duration, entries);
    return REPLAY_DONE;
}

/* XIDMPRECORD key producer iid id */
static enum replay_outcome
xidmprecord(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct store *store = replay_store(replay);
    struct stream_id id;
    struct stream_id known;
    struct entry *entry;
    (void)argc;
    if (!replay_stream_id(argv[4], 0, false, &id) || argv[2].size == 0 ||
        argv[3].size == 0 ||
        replay_find(replay, argv[1], TYPE_STREAM, &entry) != REPLAY_DONE ||
        entry == NULL || !value_stream_has(&entry->value, id))
        return REPLAY_ERROR;
    if (value_stream_find_iid(store, &entry->value, argv[2], argv[3],
                              &known))
        return stream_id_compare(known, id) == 0 ? REPLAY_DONE
                                                 : REPLAY_ERROR;
    return replay_kept(value_stream_add_iid(store, &entry->value, argv[2],
                                            argv[3], id));
}

const struct replay_row replay_stream[] = {
    { "XADD", xadd },
    { "XCFGSET", xcfgset },
    { "XDEL", xdel },
    { "XDELEX", xdelex },
    { "XIDMPRECORD", xidmprecord },
    { "XSETID", xsetid },
    { "XTRIM", xtrim },
    { NULL, NULL },
};
