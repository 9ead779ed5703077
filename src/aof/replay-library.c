/* SPDX-License-Identifier: BSD-3-Clause
 *
 * FUNCTION, and the scripts that cannot be replayed.  Sources: functions.c,
 * Redis 7.2; the name is what functionExtractLibMetaData finds.
 */
#include "aof/replay-library.h"

#include <ctype.h>
#include <stdlib.h>

#include "aof/replay-command.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "rdb/rdb-payload.h"

struct library {
    char *code;
    size_t size;
    uint32_t name; /* its number in names */
};

struct libraries {
    struct library *all;
    size_t count;
    size_t room;
    struct map names; /* also of those that are gone */
    size_t *places;   /* in all, by the number of the name; or GONE */
    size_t places_room;
    struct replay_facts *facts;
    struct pool *pool; /* to whose limit they count */
};

#define GONE SIZE_MAX

/* --- names --- */

static struct bytes
next_word(struct bytes *line)
{
    size_t begin = 0;
    while (begin < line->size && isspace(line->data[begin]))
        begin++;
    size_t end = begin;
    while (end < line->size && !isspace(line->data[end]))
        end++;
    struct bytes word = bytes_of(line->data + begin, end - begin);
    *line = bytes_of(line->data + end, line->size - end);
    return word;
}

static bool
is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!isalnum(name.data[i]) && name.data[i] != '_')
            return false;
    return name.size > 0;
}

/* Without the quotes around it. */
static struct bytes
unquote(struct bytes text)
{
    bool quoted = text.size >= 2 &&
                  (text.data[0] == '"' || text.data[0] == '\'') &&
                  text.data[text.size - 1] == text.data[0];
    return quoted ? bytes_of(text.data + 1, text.size - 2) : text;
}

/* Behind "name=", in any case. */
static bool
read_name(struct bytes word, struct bytes *name)
{
    const struct bytes key = BYTES_LITERAL("name=");
    word = unquote(word);
    if (word.size < key.size ||
        !replay_is(bytes_of(word.data, key.size), "name="))
        return false;
    *name = unquote(bytes_of(word.data + key.size, word.size - key.size));
    return is_name(*name);
}

/* The library's name from the first line of its code: an engine, the name, and
 * nothing else. */
static bool
find_name(struct bytes code, struct bytes *name)
{
    const struct bytes mark = BYTES_LITERAL("#!");
    const unsigned char *end = NULL;
    if (bytes_starts_with(code, mark))
        end = memchr(code.data, '\n', code.size);
    if (end == NULL)
        return false;
    struct bytes line = bytes_of(code.data, (size_t)(end - code.data));
    struct bytes engine = next_word(&line);
    return engine.size > mark.size && read_name(next_word(&line), name) &&
           next_word(&line).size == 0;
}

/* --- the libraries --- */

struct libraries *
libraries_new(struct replay_facts *facts, struct pool *pool)
{
    struct libraries *libraries = xcalloc(1, sizeof(*libraries));
    libraries->facts = facts;
    libraries->pool = pool;
    return libraries;
}

void
libraries_free(struct libraries *libraries)
{
    if (libraries == NULL)
        return;
    libraries_flush(libraries);
    free(libraries->all);
    free(libraries->places);
    free(libraries);
}

/* The last one takes its place. */
static void
remove_at(struct libraries *libraries, size_t place)
{
    struct library *library = &libraries->all[place];
    const struct library *last = &libraries->all[--libraries->count];
    libraries->facts->functions--;
    libraries->facts->function_bytes -= library->size;
    pool_count_beside(libraries->pool, library->size, 0);
    free(library->code);
    libraries->places[last->name] = place;
    libraries->places[library->name] = GONE;
    *library = *last;
}

/* The place of a library, GONE when there is none of that name. */
static size_t
find(const struct libraries *libraries, struct bytes name)
{
    uint32_t number = map_find(&libraries->names, name);
    return number == MAP_NONE ? GONE : libraries->places[number];
}

static uint32_t
number_of_name(struct libraries *libraries, struct bytes name)
{
    bool added;
    uint32_t number = map_add(&libraries->names, name, &added);
    if (number >= libraries->places_room) {
        libraries->places_room = (size_t)number * 2 + 4;
        libraries->places =
            xreallocarray(libraries->places, libraries->places_room,
                          sizeof(*libraries->places));
    }
    return number;
}

static void
append(struct libraries *libraries, struct bytes name, struct bytes code)
{
    if (libraries->count == libraries->room) {
        libraries->room = libraries->room * 2 + 4;
        libraries->all = xreallocarray(libraries->all, libraries->room,
                                       sizeof(*libraries->all));
    }
    struct library *library = &libraries->all[libraries->count];
    library->code = xmemdup(code.data, code.size);
    library->size = code.size;
    library->name = number_of_name(libraries, name);
    libraries->places[library->name] = libraries->count++;
    libraries->facts->functions++;
    libraries->facts->function_bytes += code.size;
    pool_count_beside(libraries->pool, 0, code.size);
}

bool
libraries_load(struct libraries *libraries, struct bytes code, bool replace)
{
    struct bytes name;
    if (!find_name(code, &name))
        return false;
    size_t place = find(libraries, name);
    if (place != GONE && !replace)
        return false;
    if (place != GONE)
        remove_at(libraries, place);
    append(libraries, name, code);
    return true;
}

bool
libraries_delete(struct libraries *libraries, struct bytes name)
{
    size_t place = find(libraries, name);
    if (place == GONE)
        return false;
    remove_at(libraries, place);
    return true;
}

void
libraries_flush(struct libraries *libraries)
{
    while (libraries->count > 0)
        remove_at(libraries, libraries->count - 1);
    map_fini(&libraries->names);
}

bool
libraries_code(const struct libraries *libraries, size_t number,
               struct bytes *code)
{
    if (number >= libraries->count)
        return false;
    *code = bytes_of(libraries->all[number].code, libraries->all[number].size);
    return true;
}

/* --- FUNCTION --- */

static enum replay_outcome
outcome_of(bool accepted)
{
    return accepted ? REPLAY_DONE : REPLAY_ERROR;
}

/* FUNCTION LOAD [REPLACE] code */
static enum replay_outcome
run_load(struct replay *replay, const struct bytes *argv, size_t argc)
{
    bool replace = false;
    for (size_t i = 2; i < argc - 1; i++) {
        if (!replay_is(argv[i], "REPLACE"))
            return REPLAY_ERROR;
        replace = true;
    }
    return outcome_of(libraries_load(replay_libraries(replay),
                                     argv[argc - 1], replace));
}

static enum replay_outcome
run_delete(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return outcome_of(libraries_delete(replay_libraries(replay), argv[2]));
}

/* FUNCTION FLUSH [ASYNC | SYNC] */
static enum replay_outcome
run_flush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc > 3 || (argc == 3 && !replay_is(argv[2], "SYNC") &&
                     !replay_is(argv[2], "ASYNC")))
        return REPLAY_ERROR;
    libraries_flush(replay_libraries(replay));
    return REPLAY_DONE;
}

/* --- FUNCTION RESTORE --- */

/* Everything of a payload is loaded beside first: it comes whole or not. */
struct restoring {
    struct replay_facts facts; /* of what is beside, nobody looks at them */
    struct libraries *beside;
    bool good;
};

static void
restore_one(void *context, struct bytes code)
{
    struct restoring *restoring = context;
    if (!libraries_load(restoring->beside, code, false))
        restoring->good = false;
}

static bool
collides(const struct libraries *libraries, const struct libraries *others)
{
    for (size_t i = 0; i < others->count; i++)
        if (find(libraries, map_name(&others->names, others->all[i].name)) !=
            GONE)
            return true;
    return false;
}

static void
take_over(struct libraries *libraries, const struct libraries *others)
{
    struct bytes code;
    for (size_t i = 0; libraries_code(others, i, &code); i++)
        (void)libraries_load(libraries, code, true);
}

/* FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE] */
static enum replay_outcome
run_restore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct libraries *libraries = replay_libraries(replay);
    struct restoring restoring = { .good = true };
    bool flush = argc == 4 && replay_is(argv[3], "FLUSH");
    bool replace = argc == 4 && replay_is(argv[3], "REPLACE");
    if (argc > 4 ||
        (argc == 4 && !flush && !replace && !replay_is(argv[3], "APPEND")))
        return REPLAY_ERROR;
    restoring.beside =
        libraries_new(&restoring.facts, &replay_store(replay)->pool);
    bool read = rdb_payload_functions(replay_payload(replay), argv[2],
                                      restore_one, &restoring);
    bool good = read && restoring.good &&
                (flush || replace || !collides(libraries, restoring.beside));
    if (good && flush)
        libraries_flush(libraries);
    if (good)
        take_over(libraries, restoring.beside);
    libraries_free(restoring.beside);
    return outcome_of(good);
}

/* --- scripts --- */

static enum replay_outcome
run_script(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)replay;
    (void)argv;
    (void)argc;
    return REPLAY_UNKNOWN;
}

const struct replay_row replay_library[] = {
    { "EVAL", run_script },
    { "EVALSHA", run_script },
    { "FCALL", run_script },
    { "FUNCTION|DELETE", run_delete },
    { "FUNCTION|FLUSH", run_flush },
    { "FUNCTION|LOAD", run_load },
    { "FUNCTION|RESTORE", run_restore },
    { NULL, NULL },
};
