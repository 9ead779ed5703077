/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Source: cluster_migrateslots.c, Valkey 9.1.
 */
#include "aof/replay-import.h"

#include <stdlib.h>
#include <string.h>

#include "aof/replay-command.h"
#include "base/xalloc.h"
#include "data/slot.h"

/* ---- imports ---- */

void
replay_imports_fini(struct replay_imports *imports)
{
    free(imports->imports);
    free(imports->by_slot);
}

/* SIZE_MAX: none of that name. */
static size_t
find(const struct replay_imports *imports, struct bytes name)
{
    for (size_t i = 0; i < imports->count; i++)
        if (imports->imports[i].is_open &&
            bytes_equal(bytes_of(imports->imports[i].name,
                                 REPLAY_IMPORT_NAME),
                        name))
            return i;
    return SIZE_MAX;
}

/* A place that is free. */
static size_t
make_room(struct replay_imports *imports)
{
    for (size_t i = 0; imports->open < imports->count; i++)
        if (!imports->imports[i].is_open)
            return i;
    imports->imports = xreallocarray(imports->imports, imports->count + 1,
                                     sizeof(*imports->imports));
    return imports->count++;
}

static size_t
begin(struct replay_imports *imports, struct bytes name, uint64_t offset)
{
    size_t number = make_room(imports);
    struct replay_import *import = &imports->imports[number];
    import->part = imports->part;
    import->offset = offset;
    import->is_open = true;
    imports->open++;
    memcpy(import->name, name.data, REPLAY_IMPORT_NAME);
    if (imports->by_slot == NULL)
        imports->by_slot = xcalloc(SLOT_COUNT, sizeof(*imports->by_slot));
    return number;
}

void
replay_imports_hear(void *context, const struct rdb_slot_import *range)
{
    struct replay_imports *imports = context;
    if (range->job.size != REPLAY_IMPORT_NAME)
        return;
    size_t number = imports->count - 1;
    if (imports->count == 0 ||
        memcmp(imports->imports[number].name, range->job.data,
               REPLAY_IMPORT_NAME) != 0) {
        if (imports->count == SLOT_COUNT) /* one at least has no slot left */
            return;
        number = begin(imports, range->job, range->offset);
    }
    for (uint64_t slot = range->first; slot <= range->last; slot++)
        imports->by_slot[slot] = (uint16_t)(number + 1);
}

static void
end(struct replay_imports *imports, size_t number)
{
    imports->imports[number].is_open = false;
    imports->open--;
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        if (imports->by_slot[slot] == number + 1)
            imports->by_slot[slot] = 0;
}

void
replay_imports_end_all(struct replay_imports *imports)
{
    for (size_t i = 0; i < imports->count; i++)
        imports->imports[i].is_open = false;
    imports->open = 0;
    if (imports->by_slot != NULL)
        memset(imports->by_slot, 0, SLOT_COUNT * sizeof(*imports->by_slot));
}

static void
mark_keys(const struct replay_imports *imports, struct keyspace *keyspace)
{
    struct source *source = keyspace_source(keyspace);
    struct key key;
    keyspace_rewind(keyspace);
    while (source->ops->next(source, &key) == STATUS_OK)
        if (imports->by_slot[slot_of(key.name)] != 0)
            entry_set_uncertain(keyspace_current(keyspace));
    keyspace_rewind(keyspace);
}

void
replay_imports_doubt(const struct replay_imports *imports,
                     struct keyspace *keyspace, struct replay_gaps *gaps)
{
    const struct bytes name = BYTES_LITERAL("CLUSTER SYNCSLOTS ESTABLISH");
    bool is_some = false;
    for (size_t i = 0; i < imports->count; i++)
        if (imports->imports[i].is_open) {
            replay_gaps_add(gaps, name, imports->imports[i].part,
                            imports->imports[i].offset);
            is_some = true;
        }
    if (is_some)
        mark_keys(imports, keyspace);
}

/* ---- ESTABLISH ---- */

struct establishing {
    const struct replay_imports *imports; /* before it */
    struct bytes name; /* of size 0: not given */
    bool has_slots;
    bool slots[SLOT_COUNT];
};

static bool
read_slot(struct bytes argument, int64_t *slot)
{
    return replay_integer(argument, slot) && *slot >= 0 && *slot < SLOT_COUNT;
}

/* False when one of them is imported already. */
static bool
add_slots(struct establishing *establishing, const struct bytes *pair)
{
    const uint16_t *by_slot = establishing->imports->by_slot;
    int64_t first;
    int64_t last;
    if (!read_slot(pair[0], &first) || !read_slot(pair[1], &last) ||
        first > last)
        return false;
    for (int64_t slot = first; slot <= last; slot++) {
        if (establishing->slots[slot] ||
            (by_slot != NULL && by_slot[slot] != 0))
            return false;
        establishing->slots[slot] = true;
    }
    establishing->has_slots = true;
    return true;
}

/* first last ..., up to what is no number. */
static size_t
read_ranges(struct establishing *establishing, const struct bytes *argv,
            size_t argc)
{
    size_t at = 1;
    int64_t ignored;
    if (establishing->has_slots)
        return 0;
    for (; at < argc && replay_integer(argv[at], &ignored); at += 2)
        if (at + 1 == argc || !add_slots(establishing, &argv[at]))
            return 0;
    return establishing->has_slots ? at : 0;
}

/* One option; returns how many arguments it has, 0 for what is none. */
static size_t
read_option(struct establishing *establishing, const struct bytes *argv,
            size_t argc)
{
    if (replay_is(argv[0], "SLOTSRANGE"))
        return read_ranges(establishing, argv, argc);
    if (argc < 2 || argv[1].size != REPLAY_IMPORT_NAME)
        return 0;
    if (replay_is(argv[0], "SOURCE"))
        return 2;
    if (!replay_is(argv[0], "NAME") || establishing->name.size > 0)
        return 0;
    establishing->name = argv[1];
    return 2;
}

static enum replay_outcome
establish(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct replay_imports *imports = replay_imports(replay);
    struct establishing establishing = { .imports = imports };
    for (size_t i = 3; i < argc;) {
        size_t taken = read_option(&establishing, argv + i, argc - i);
        if (taken == 0)
            return REPLAY_ERROR;
        i += taken;
    }
    if (establishing.name.size == 0 || !establishing.has_slots)
        return REPLAY_ERROR;
    size_t number = begin(imports, establishing.name, replay_offset(replay));
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        if (establishing.slots[slot])
            imports->by_slot[slot] = (uint16_t)(number + 1);
    return REPLAY_DONE;
}

/* ---- FINISH ---- */

static bool
is_end_state(struct bytes argument)
{
    return replay_is(argument, "SUCCESS") || replay_is(argument, "FAILED");
}

/* Each option once, MESSAGE may be missing. */
static enum replay_outcome
finish(struct replay *replay, const struct bytes *argv, size_t argc)
{
    static const char *const words[] = { "STATE", "NAME", "MESSAGE" };
    struct bytes options[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    struct replay_imports *imports = replay_imports(replay);
    for (size_t i = 3; i < argc; i += 2) {
        size_t word = 0;
        while (word < 3 && !replay_is(argv[i], words[word]))
            word++;
        if (word == 3 || i + 1 == argc || options[word].data != NULL)
            return REPLAY_ERROR;
        options[word] = argv[i + 1];
    }
    size_t number = find(imports, options[1]);
    if (number == SIZE_MAX || !is_end_state(options[0]))
        return REPLAY_ERROR;
    end(imports, number);
    return REPLAY_DONE;
}

/* Its other forms are talk between servers. */
static enum replay_outcome
run_syncslots(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (replay_is(argv[2], "ESTABLISH"))
        return establish(replay, argv, argc);
    if (replay_is(argv[2], "FINISH"))
        return finish(replay, argv, argc);
    return REPLAY_DONE;
}

const struct replay_row replay_import[] = {
    { "CLUSTER|SYNCSLOTS", run_syncslots },
    { NULL, NULL },
};
