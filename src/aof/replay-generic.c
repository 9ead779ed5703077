/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands on keys of any type, and on databases and slots as a whole (db.c,
 * Redis 7.2; cluster_asm.c, Redis 8.6; cluster.c, Valkey 9.1).
 */
#include "aof/replay-command.h"
#include "aof/replay-import.h"
#include "data/slot.h"

static bool
exists(struct replay *replay, uint64_t db, struct bytes name)
{
    return keyspace_find(replay_keyspace(replay), db, name) != NULL;
}

/* The number of a database. */
static bool
read_db(const struct replay *replay, struct bytes argument, uint64_t *db)
{
    int64_t number;
    if (!replay_number(replay, argument, &number) || number < 0 ||
        number > INT32_MAX)
        return false;
    *db = (uint64_t)number;
    return true;
}

/* --- keys --- */

/* DEL and UNLINK key ... */
static enum replay_outcome
run_del(struct replay *replay, const struct bytes *argv, size_t argc)
{
    for (size_t i = 1; i < argc; i++)
        (void)replay_delete(replay, argv[i]);
    return REPLAY_DONE;
}

/* RENAME key newkey */
static enum replay_outcome
run_rename(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    bool renamed = keyspace_rename(replay_keyspace(replay), replay_db(replay),
                                   argv[1], argv[2]);
    return renamed ? REPLAY_DONE : REPLAY_ERROR;
}

/* RENAMENX key newkey */
static enum replay_outcome
run_renamenx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    uint64_t db = replay_db(replay);
    if (!exists(replay, db, argv[1]))
        return REPLAY_ERROR;
    if (exists(replay, db, argv[2]))
        return REPLAY_DONE;
    return run_rename(replay, argv, argc);
}

/* COPY source destination [DB number] [REPLACE] */
static enum replay_outcome
run_copy(struct replay *replay, const struct bytes *argv, size_t argc)
{
    uint64_t db = replay_db(replay);
    uint64_t to_db = db;
    bool replace = false;
    for (size_t i = 3; i < argc; i++) {
        if (replay_is(argv[i], "REPLACE"))
            replace = true;
        else if (!replay_is(argv[i], "DB") || i + 1 == argc ||
                 !read_db(replay, argv[++i], &to_db))
            return REPLAY_ERROR;
    }
    if (to_db == db && bytes_equal(argv[1], argv[2]))
        return REPLAY_ERROR;
    if (!exists(replay, db, argv[1]) ||
        (!replace && exists(replay, to_db, argv[2])))
        return REPLAY_DONE;
    return replay_kept(keyspace_copy(replay_keyspace(replay), db, argv[1],
                                     to_db, argv[2]));
}

/* MOVE key db */
static enum replay_outcome
run_move(struct replay *replay, const struct bytes *argv, size_t argc)
{
    uint64_t to_db;
    (void)argc;
    if (!read_db(replay, argv[2], &to_db) || to_db == replay_db(replay))
        return REPLAY_ERROR;
    (void)keyspace_move(replay_keyspace(replay), replay_db(replay), argv[1],
                        to_db);
    return REPLAY_DONE;
}

/* --- databases --- */

/* SWAPDB index1 index2 */
static enum replay_outcome
run_swapdb(struct replay *replay, const struct bytes *argv, size_t argc)
{
    uint64_t a;
    uint64_t b;
    (void)argc;
    if (!read_db(replay, argv[1], &a) || !read_db(replay, argv[2], &b))
        return REPLAY_ERROR;
    return replay_kept(keyspace_swap(replay_keyspace(replay), a, b));
}

static bool
is_flush_mode(struct bytes argument)
{
    return replay_is(argument, "ASYNC") || replay_is(argument, "SYNC");
}

/* FLUSHDB [ASYNC | SYNC] */
static enum replay_outcome
run_flushdb(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc > 2 || (argc == 2 && !is_flush_mode(argv[1])))
        return REPLAY_ERROR;
    keyspace_flush(replay_keyspace(replay), replay_db(replay));
    replay_imports_end_all(replay_imports(replay));
    return REPLAY_DONE;
}

/* FLUSHALL [ASYNC | SYNC] */
static enum replay_outcome
run_flushall(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc > 2 || (argc == 2 && !is_flush_mode(argv[1])))
        return REPLAY_ERROR;
    keyspace_flush_all(replay_keyspace(replay));
    replay_imports_end_all(replay_imports(replay));
    replay_settle(replay);
    return REPLAY_DONE;
}

/* --- slots --- */

static bool
read_slot(struct bytes argument, unsigned *slot)
{
    int64_t number;
    if (!replay_integer(argument, &number) || number < 0 ||
        number >= SLOT_COUNT)
        return false;
    *slot = (unsigned)number;
    return true;
}

static bool
read_slots(const struct bytes *pair, unsigned *first, unsigned *last)
{
    return read_slot(pair[0], first) && read_slot(pair[1], last) &&
           *first <= *last;
}

/* Ranges of slots, first last first last ... */
static enum replay_outcome
delete_slots(struct replay *replay, const struct bytes *ranges, size_t count)
{
    unsigned first;
    unsigned last;
    for (size_t i = 0; i < count; i += 2)
        if (!read_slots(&ranges[i], &first, &last))
            return REPLAY_ERROR;
    for (size_t i = 0; i < count; i += 2) {
        (void)read_slots(&ranges[i], &first, &last);
        (void)keyspace_delete_slots(replay_keyspace(replay), first, last);
    }
    return REPLAY_DONE;
}

/* TRIMSLOTS RANGES count first last ... */
static enum replay_outcome
run_trimslots(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t count;
    if (!replay_is(argv[1], "RANGES") || !replay_integer(argv[2], &count) ||
        count < 1 || count > SLOT_COUNT || argc != 3 + (size_t)count * 2)
        return REPLAY_ERROR;
    return delete_slots(replay, argv + 3, argc - 3);
}

/* SFLUSH first last ... [ASYNC | SYNC] */
static enum replay_outcome
run_sflush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (is_flush_mode(argv[argc - 1]))
        argc--;
    if (argc < 3 || argc % 2 == 0)
        return REPLAY_ERROR;
    return delete_slots(replay, argv + 1, argc - 1);
}

/* CLUSTER FLUSHSLOT slot [ASYNC | SYNC] */
static enum replay_outcome
run_flushslot(struct replay *replay, const struct bytes *argv, size_t argc)
{
    unsigned slot;
    if (argc > 4 || (argc == 4 && !is_flush_mode(argv[3])) ||
        !read_slot(argv[2], &slot))
        return REPLAY_ERROR;
    (void)keyspace_delete_slots(replay_keyspace(replay), slot, slot);
    return REPLAY_DONE;
}

const struct replay_row replay_generic[] = {
    { "CLUSTER|FLUSHSLOT", run_flushslot },
    { "COPY", run_copy },
    { "DEL", run_del },
    { "FLUSHALL", run_flushall },
    { "FLUSHDB", run_flushdb },
    { "MOVE", run_move },
    { "RENAME", run_rename },
    { "RENAMENX", run_renamenx },
    { "SFLUSH", run_sflush },
    { "SWAPDB", run_swapdb },
    { "TRIMSLOTS", run_trimslots },
    { "UNLINK", run_del },
    { NULL, NULL },
};
