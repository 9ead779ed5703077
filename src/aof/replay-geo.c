/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Places in sorted sets, and what a search stores.  As in the servers, only
 * cells around the middle are looked at, in an order of their own.
 */
#include <stdlib.h>

#include "aof/geo-shape.h"
#include "aof/replay-zset.h"
#include "base/partial-sort.h"
#include "base/xalloc.h"

/* ---- GEOADD ---- */

static bool
parse_point(const struct bytes *argv, struct geohash_point *point)
{
    return replay_double(argv[0], &point->longitude) &&
           replay_double(argv[1], &point->latitude);
}

/* longitude latitude member ... */
static enum replay_outcome
add_points(struct replay *replay, struct bytes key, unsigned conditions,
           const struct bytes *argv, size_t argc)
{
    const struct zset_names names = { argv + 2, 3, argc / 3 };
    struct geohash_point point;
    struct entry *entry;
    double score;
    bool kept = true;
    for (size_t i = 0; i < argc; i += 3)
        if (!parse_point(argv + i, &point) || !geohash_encode(point, &score))
            return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_zset_open(replay, key, conditions, &names, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    for (size_t i = 0; i < argc; i += 3) {
        (void)parse_point(argv + i, &point);
        (void)geohash_encode(point, &score);
        kept &= value_zset_add(replay_store(replay), &entry->value,
                               argv[i + 2], score, conditions,
                               NULL) != VALUE_REFUSED;
    }
    replay_drop_if_empty(replay, entry);
    return replay_kept(kept);
}

/* key [NX | XX] [CH] longitude latitude member ... */
static enum replay_outcome
geoadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    unsigned conditions = 0;
    size_t at = 2;
    for (; at < argc; at++) {
        if (replay_is(argv[at], "NX"))
            conditions |= ZSET_IF_ABSENT;
        else if (replay_is(argv[at], "XX"))
            conditions |= ZSET_IF_PRESENT;
        else if (!replay_is(argv[at], "CH"))
            break;
    }
    if ((argc - at) % 3 != 0 || at == argc ||
        conditions == (ZSET_IF_ABSENT | ZSET_IF_PRESENT))
        return REPLAY_ERROR;
    return add_points(replay, argv[1], conditions, argv + at, argc - at);
}

/* ---- searches ---- */

struct found {
    struct bytes member; /* in names */
    size_t offset;
    double score;
    double distance;
};

struct search {
    struct geo_shape shape;
    bool has_middle;
    struct bytes member; /* whose place is the middle */
    bool has_member;
    bool descends;
    bool any;       /* the first count that are found */
    bool shows;     /* WITHDIST and its kin, which go with nothing stored */
    int64_t count;  /* 0: all */
    struct bytes target;
    bool has_target;
    bool stores_distance;
    bool is_kept; /* as geohash_decode has it */

    struct found *found;
    size_t found_count;
    bool is_doubtful; /* which of them are the nearest */
    struct buffer names;
};

static bool
parse_unit(struct bytes word, double *unit)
{
    static const struct {
        const char *word;
        double metres;
    } units[] = {
        { "m", 1 }, { "km", 1000 }, { "ft", 0.3048 }, { "mi", 1609.34 },
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (replay_is(word, units[i].word)) {
            *unit = units[i].metres;
            return true;
        }
    }
    return false;
}

static bool
is_on_map(struct geohash_point point)
{
    double score;
    return geohash_encode(point, &score);
}

static bool
parse_middle(const struct bytes *argv, struct geohash_point *middle)
{
    return parse_point(argv, middle) && is_on_map(*middle);
}

/* A length that is not below 0. */
static bool
parse_length(struct bytes text, double *length)
{
    return replay_double(text, length) && *length >= 0;
}

/* Options of GEORADIUS and GEOSEARCHSTORE alike, with how many arguments they
 * take; 0 when it is none of them. */
static size_t
parse_common(struct search *search, const struct bytes *argv, size_t argc)
{
    if (replay_is(argv[0], "ASC"))
        return 1;
    if (replay_is(argv[0], "WITHDIST") || replay_is(argv[0], "WITHHASH") ||
        replay_is(argv[0], "WITHCOORD")) {
        search->shows = true;
        return 1;
    }
    if (replay_is(argv[0], "DESC")) {
        search->descends = true;
        return 1;
    }
    if (replay_is(argv[0], "ANY")) {
        search->any = true;
        return 1;
    }
    if (!replay_is(argv[0], "COUNT") || argc < 2 ||
        !replay_integer(argv[1], &search->count) || search->count < 1)
        return 0;
    return 2;
}

/* STORE key and STOREDIST key of GEORADIUS. */
static size_t
parse_target(struct search *search, const struct bytes *argv, size_t argc)
{
    bool distance = replay_is(argv[0], "STOREDIST");
    if (argc < 2 || (!distance && !replay_is(argv[0], "STORE")))
        return parse_common(search, argv, argc);
    search->stores_distance = distance;
    search->target = argv[1];
    search->has_target = true;
    return 2;
}

/* BYRADIUS radius unit, BYBOX width height unit. */
static size_t
parse_shape(struct geo_shape *shape, const struct bytes *argv, size_t argc)
{
    if (replay_is(argv[0], "BYRADIUS") && argc > 2 &&
        shape->kind != GEO_BOX && parse_length(argv[1], &shape->radius) &&
        parse_unit(argv[2], &shape->unit)) {
        shape->kind = GEO_CIRCLE;
        return 3;
    }
    if (replay_is(argv[0], "BYBOX") && argc > 3 &&
        shape->kind != GEO_CIRCLE && parse_length(argv[1], &shape->width) &&
        parse_length(argv[2], &shape->height) &&
        parse_unit(argv[3], &shape->unit)) {
        shape->kind = GEO_BOX;
        return 4;
    }
    return 0;
}

/* BYPOLYGON n longitude latitude ... */
static size_t
parse_polygon(struct geo_shape *shape, const struct bytes *argv, size_t argc)
{
    int64_t count;
    if (argc < 2 || !replay_integer(argv[1], &count) || count < 3 ||
        (uint64_t)count > (argc - 2) / 2)
        return 0;
    shape->kind = GEO_POLYGON;
    shape->unit = 1;
    shape->vertex_count = (size_t)count;
    shape->vertices = xcalloc(shape->vertex_count, sizeof(*shape->vertices));
    for (size_t i = 0; i < shape->vertex_count; i++)
        if (!parse_middle(argv + 2 + 2 * i, &shape->vertices[i]))
            return 0;
    return 2 + 2 * shape->vertex_count;
}

/* Options of GEOSEARCHSTORE. */
static size_t
parse_search(struct search *search, const struct bytes *argv, size_t argc)
{
    if (replay_is(argv[0], "STOREDIST")) {
        search->stores_distance = true;
        return 1;
    }
    if (search->shape.kind == GEO_POLYGON)
        return parse_common(search, argv, argc);
    if (replay_is(argv[0], "FROMMEMBER") && argc > 1) {
        search->member = argv[1];
        search->has_member = true;
        return 2;
    }
    if (replay_is(argv[0], "FROMLONLAT") && argc > 2) {
        search->has_middle = parse_middle(argv + 1, &search->shape.middle);
        return search->has_middle ? 3 : 0;
    }
    if (replay_is(argv[0], "BYPOLYGON"))
        return search->shape.kind == GEO_NONE && !search->has_middle &&
                       !search->has_member
                   ? parse_polygon(&search->shape, argv, argc)
                   : 0;
    size_t taken = parse_shape(&search->shape, argv, argc);
    return taken > 0 ? taken : parse_common(search, argv, argc);
}

static bool
parse_options(struct search *search, const struct bytes *argv, size_t argc,
              size_t (*parse)(struct search *search,
                              const struct bytes *argv, size_t argc))
{
    for (size_t i = 0; i < argc;) {
        size_t taken = parse(search, argv + i, argc - i);
        if (taken == 0)
            return false;
        i += taken;
    }
    return (!search->any || search->count > 0) &&
           !(search->shows && search->has_target);
}

static void
keep(struct search *search, const struct zset_member *member,
     double distance)
{
    if ((search->found_count & (search->found_count - 1)) == 0)
        search->found = xreallocarray(search->found,
                                      search->found_count * 2 + 1,
                                      sizeof(*search->found));
    search->found[search->found_count++] =
        (struct found){ .offset = search->names.size,
                        .member.size = member->name.size,
                        .score = member->score,
                        .distance = distance };
    buffer_append(&search->names, member->name.data, member->name.size);
}

/* Looks at some members, until there are as many as asked for. */
static void
look_at(struct search *search, const struct value *value,
        struct zset_ranks ranks)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    double distance;
    uint64_t most = search->any ? (uint64_t)search->count : UINT64_MAX;
    value_zset_seek(&cursor, value, ranks.first);
    for (uint64_t rank = ranks.first;
         rank < ranks.end && search->found_count < most; rank++)
        if (value_zset_next(&cursor, room, &member) &&
            geo_shape_has(&search->shape,
                          geohash_decode(member.score, search->is_kept),
                          &distance))
            keep(search, &member, distance);
}

static enum geohash_manner
manner_of(const struct replay *replay)
{
    const uint32_t second = AOF_VERSION(6, 2, 0);
    const uint32_t third = AOF_VERSION(6, 2, 7);
    return replay_is_since(replay, third, third)     ? GEOHASH_6_2_7
           : replay_is_since(replay, second, second) ? GEOHASH_6_2
                                                     : GEOHASH_3_2;
}

static void
look_at_cells(struct search *search, const struct value *value,
              enum geohash_manner manner)
{
    struct geohash_cells found;
    geo_shape_cells(&search->shape, manner, &found);
    for (size_t i = 0; i < found.count; i++) {
        const struct geohash_cell *cell = &found.cells[i];
        const struct geohash_cell *before = i > 1 ? cell - 1 : NULL;
        struct zset_score_end first = { cell->first, false };
        struct zset_score_end end = { cell->end, true };
        if (before == NULL || before->first != cell->first)
            look_at(search, value, value_zset_by_score(value, first, end));
    }
    for (size_t i = 0; i < search->found_count; i++)
        search->found[i].member.data =
            search->names.data + search->found[i].offset;
}

static int
compare_distances(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static int
compare_descending(const void *a, const void *b)
{
    return compare_distances(b, a);
}

/* The nearest, or farthest, of them. */
static void
choose(struct search *search)
{
    if (search->count == 0 || (uint64_t)search->count >= search->found_count)
        return;
    search->is_doubtful =
        !partial_sort(search->found, search->found_count,
                      sizeof(*search->found),
                      search->descends ? compare_descending
                                       : compare_distances,
                      0, (size_t)search->count - 1);
    search->found_count = (size_t)search->count;
}

static enum replay_outcome
store_found(struct replay *replay, struct search *search)
{
    struct value result;
    bool kept = true;
    value_init(replay_store(replay), &result, TYPE_ZSET);
    value_zset_open_table(replay_store(replay), &result);
    for (size_t i = 0; i < search->found_count; i++) {
        const struct found *found = &search->found[i];
        double score = search->stores_distance
                           ? found->distance / search->shape.unit
                           : found->score;
        kept &= replay_has_room(replay) &&
                value_zset_add(replay_store(replay), &result, found->member,
                               score, 0, NULL) != VALUE_REFUSED;
    }
    value_zset_close_table(replay_store(replay), &result);
    enum replay_outcome outcome =
        replay_zset_put(replay, search->target, &result);
    return outcome == REPLAY_DONE ? replay_kept(kept) : outcome;
}

/* The middle of a polygon around a pole is behind the edge of the map, and so
 * may a member be that is no place: then servers look into the cells of a hash
 * that they have not computed. */
static enum replay_outcome
run(struct replay *replay, struct bytes key, struct search *search)
{
    const uint32_t since = AOF_VERSION(6, 0, 0);
    struct entry *entry;
    double score;
    enum replay_outcome outcome =
        replay_find(replay, key, TYPE_ZSET, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    search->is_kept = replay_is_since(replay, since, since);
    if (entry != NULL && search->has_member) {
        if (!value_zset_score(replay_store(replay), &entry->value,
                              search->member, &score))
            return REPLAY_ERROR;
        search->shape.middle = geohash_decode(score, search->is_kept);
    }
    if (search->shape.kind == GEO_POLYGON)
        geo_shape_find_middle(&search->shape);
    if (entry != NULL && !is_on_map(search->shape.middle))
        return REPLAY_UNKNOWN;
    if (entry != NULL)
        look_at_cells(search, &entry->value, manner_of(replay));
    choose(search);
    outcome = search->is_doubtful ? REPLAY_UNKNOWN
                                  : store_found(replay, search);
    free(search->found);
    buffer_fini(&search->names);
    return outcome;
}

/* key, the middle, radius unit [options]: what stores nothing changes
 * nothing. */
static enum replay_outcome
run_radius(struct replay *replay, struct search *search,
           const struct bytes *argv, size_t at, size_t argc)
{
    search->shape.kind = GEO_CIRCLE;
    if (!parse_length(argv[at], &search->shape.radius) ||
        !parse_unit(argv[at + 1], &search->shape.unit) ||
        !parse_options(search, argv + at + 2, argc - at - 2, parse_target))
        return REPLAY_ERROR;
    return search->has_target ? run(replay, argv[1], search) : REPLAY_DONE;
}

static enum replay_outcome
georadius(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct search search = { .has_middle = true };
    if (!parse_middle(argv + 2, &search.shape.middle))
        return REPLAY_ERROR;
    return run_radius(replay, &search, argv, 4, argc);
}

/* Without the key servers look at the options only. */
static enum replay_outcome
georadiusbymember(struct replay *replay, const struct bytes *argv,
                  size_t argc)
{
    struct search search = { .member = argv[2], .has_member = true };
    if (keyspace_find(replay_keyspace(replay), replay_db(replay), argv[1]))
        return run_radius(replay, &search, argv, 3, argc);
    if (!parse_options(&search, argv + 5, argc - 5, parse_target))
        return REPLAY_ERROR;
    return search.has_target ? store_found(replay, &search) : REPLAY_DONE;
}

/* Exactly one middle and one shape; a polygon is both. */
static bool
is_complete(const struct search *search)
{
    return search->shape.kind == GEO_POLYGON ||
           (search->has_middle != search->has_member &&
            search->shape.kind != GEO_NONE);
}

/* destination source, options */
static enum replay_outcome
geosearchstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct search search = { .target = argv[1], .has_target = true };
    enum replay_outcome outcome = REPLAY_ERROR;
    if (parse_options(&search, argv + 3, argc - 3, parse_search) &&
        is_complete(&search))
        outcome = run(replay, argv[2], &search);
    free(search.shape.vertices);
    return outcome;
}

const struct replay_row replay_geo[] = {
    { "GEOADD", geoadd },
    { "GEORADIUS", georadius },
    { "GEORADIUSBYMEMBER", georadiusbymember },
    { "GEOSEARCHSTORE", geosearchstore },
    { NULL, NULL },
};
