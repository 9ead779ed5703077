/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands on vector sets.  Only a VADD that made an element is in a log: one
 * that gave an element another vector is not, so a log leads to what a server
 * makes of it, not to what the one that wrote it held.  (Of a VADD with CAS
 * Redis 8.0 to 8.6 crash when they load the log, see aof-acceptance.c; what it
 * did is clear all the same.)  Source: Redis 8.6 modules/vector-sets
 * vset.c parseVector, VADD_RedisCommand, vectorSetInsert, VREM_RedisCommand,
 * VSETATTR_RedisCommand.
 */
#include <stdlib.h>

#include "aof/replay-command.h"
#include "base/endian.h"
#include "base/xalloc.h"
#include "keyspace/value-vectorset.h"

enum { LINKS_LEAST = 4, EXPLORED_MOST = 1000000 };

/* What a VADD asks for. */
struct vadd {
    struct vectorset_form form;
    float *floats; /* of the caller to free; NULL before they are read */
    uint32_t dimension; /* of floats */
    struct bytes element;
    bool has_attribute;
    struct bytes attribute;
    bool is_beyond; /* a dimension that only Redis 8.0 took */
};

/* --- arguments --- */

/* An option's number, from least to most. */
static bool
read_number(struct bytes argument, int64_t least, int64_t most,
            uint32_t *number)
{
    int64_t parsed;
    if (!replay_integer(argument, &parsed) || parsed < least || parsed > most)
        return false;
    *number = (uint32_t)parsed;
    return true;
}

static bool
set_dimension(struct vadd *vadd, uint64_t count, uint32_t *dimension)
{
    vadd->is_beyond = vadd->is_beyond || count > VECTOR_DIMENSION_MOST;
    *dimension = (uint32_t)count;
    return count > 0 && !vadd->is_beyond;
}

static bool
read_dimension(struct vadd *vadd, struct bytes argument, uint32_t *dimension)
{
    int64_t count;
    return replay_integer(argument, &count) && count > 0 &&
           set_dimension(vadd, (uint64_t)count, dimension);
}

/* FP32 blob */
static bool
read_blob(struct vadd *vadd, struct bytes blob)
{
    if (blob.size % VECTOR_FLOAT != 0 ||
        !set_dimension(vadd, blob.size / VECTOR_FLOAT, &vadd->dimension))
        return false;
    vadd->floats = xreallocarray(NULL, vadd->dimension, sizeof(float));
    for (size_t i = 0; i < vadd->dimension; i++) {
        uint32_t bits = load_u32le(blob.data + i * VECTOR_FLOAT);
        memcpy(&vadd->floats[i], &bits, sizeof(bits));
    }
    return true;
}

/* VALUES count number ... */
static bool
read_values(struct vadd *vadd, const struct bytes *argv, size_t argc)
{
    double number;
    if (!read_dimension(vadd, argv[0], &vadd->dimension) ||
        vadd->dimension > argc - 1)
        return false;
    vadd->floats = xreallocarray(NULL, vadd->dimension, sizeof(float));
    for (uint32_t i = 0; i < vadd->dimension; i++) {
        if (!replay_double(argv[1 + i], &number))
            return false;
        vadd->floats[i] = (float)number;
    }
    return true;
}

/* [REDUCE dimension] FP32|VALUES ...; returns how many arguments these are, 0
 * when they are no vector. */
static size_t
read_vector(struct vadd *vadd, const struct bytes *argv, size_t argc)
{
    size_t at = 0;
    bool is_reduced = argc > 2 && replay_is(argv[0], "REDUCE");
    uint32_t reduced = 0;
    if (is_reduced) {
        if (!read_dimension(vadd, argv[1], &reduced))
            return 0;
        at = 2;
    }
    if (argc - at < 2)
        return 0;
    bool is_blob = replay_is(argv[at], "FP32");
    if (is_blob ? !read_blob(vadd, argv[at + 1])
                : !replay_is(argv[at], "VALUES") ||
                      !read_values(vadd, argv + at + 1, argc - at - 1))
        return 0;
    vadd->form.vector.dimension = is_reduced ? reduced : vadd->dimension;
    vadd->form.input = is_reduced ? vadd->dimension : 0;
    return at + 2 + (is_blob ? 0 : vadd->dimension);
}

/* The options that take a value; false when it is a wrong one. */
static bool
read_option(struct vadd *vadd, struct bytes option, struct bytes argument)
{
    uint32_t explored;
    if (replay_is(option, "EF"))
        return read_number(argument, 1, EXPLORED_MOST, &explored);
    if (replay_is(option, "M"))
        return read_number(argument, LINKS_LEAST, VECTORSET_LINKS_MOST,
                           &vadd->form.links_most);
    if (!replay_is(option, "SETATTR"))
        return false;
    vadd->has_attribute = true;
    vadd->attribute = argument;
    return true;
}

static bool
read_options(struct vadd *vadd, const struct bytes *argv, size_t argc)
{
    vadd->form.vector.quant = VECTOR_Q8;
    vadd->form.links_most = VECTORSET_LINKS_DEFAULT;
    for (size_t i = 0; i < argc; i++) {
        if (replay_is(argv[i], "CAS"))
            continue;
        if (replay_is(argv[i], "NOQUANT"))
            vadd->form.vector.quant = VECTOR_F32;
        else if (replay_is(argv[i], "BIN"))
            vadd->form.vector.quant = VECTOR_BIN;
        else if (replay_is(argv[i], "Q8"))
            vadd->form.vector.quant = VECTOR_Q8;
        else if (i + 1 == argc || !read_option(vadd, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return true;
}

static bool
read_vadd(struct vadd *vadd, const struct bytes *argv, size_t argc)
{
    size_t taken = read_vector(vadd, argv, argc);
    if (taken == 0 || taken == argc)
        return false;
    vadd->element = argv[taken];
    return read_options(vadd, argv + taken + 1, argc - taken - 1);
}

/* --- keys --- */

/* Finds a vector set and opens it; *entry is NULL when there is none. */
static enum replay_outcome
find_set(struct replay *replay, struct bytes name, struct entry **entry)
{
    enum replay_outcome outcome =
        replay_find(replay, name, TYPE_VECTORSET, entry);
    if (outcome != REPLAY_DONE || *entry == NULL)
        return outcome;
    return replay_kept(
        value_vectorset_open(replay_store(replay), &(*entry)->value));
}

/* Whether a set can take that vector. */
static bool
is_fit(const struct vectorset_form *set, const struct vectorset_form *asked)
{
    return set->vector.quant == asked->vector.quant &&
           set->vector.dimension == asked->vector.dimension &&
           set->links_most == asked->links_most && set->input == asked->input;
}

static enum replay_outcome
find_or_begin(struct replay *replay, struct bytes name,
              const struct vectorset_form *form, struct entry **entry)
{
    enum replay_outcome outcome = find_set(replay, name, entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    if (*entry != NULL)
        return is_fit(value_vectorset_form(&(*entry)->value), form)
                   ? REPLAY_DONE
                   : REPLAY_ERROR;
    outcome = replay_find_or_add(replay, name, TYPE_VECTORSET, entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    return replay_kept(value_vectorset_begin(replay_store(replay),
                                             &(*entry)->value, form));
}

/* --- commands --- */

static enum replay_outcome
add(struct replay *replay, struct bytes name, const struct vadd *vadd)
{
    struct entry *entry;
    struct store *store = replay_store(replay);
    enum replay_outcome outcome =
        find_or_begin(replay, name, &vadd->form, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    bool kept = value_vectorset_add(store, &entry->value, vadd->element,
                                    vadd->floats) != VALUE_REFUSED;
    if (kept && vadd->has_attribute)
        kept = value_vectorset_set_attribute(store, &entry->value,
                                             vadd->element,
                                             vadd->attribute) !=
               VALUE_REFUSED;
    replay_drop_if_empty(replay, entry);
    return replay_kept(kept);
}

/* VADD key vector element option ... */
static enum replay_outcome
vadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct vadd vadd = { .floats = NULL };
    enum replay_outcome outcome;
    if (read_vadd(&vadd, argv + 2, argc - 2))
        outcome = add(replay, argv[1], &vadd);
    else
        outcome = vadd.is_beyond ? REPLAY_UNKNOWN : REPLAY_ERROR;
    free(vadd.floats);
    return outcome;
}

/* VREM key element */
static enum replay_outcome
vrem(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (argc > 3)
        return REPLAY_ERROR;
    enum replay_outcome outcome = find_set(replay, argv[1], &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    (void)value_vectorset_remove(replay_store(replay), &entry->value, argv[2]);
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

/* VSETATTR key element attribute; an empty one is none */
static enum replay_outcome
vsetattr(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (argc > 4)
        return REPLAY_ERROR;
    enum replay_outcome outcome = find_set(replay, argv[1], &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    return replay_kept(value_vectorset_set_attribute(
                           replay_store(replay), &entry->value, argv[2],
                           argv[3]) != VALUE_REFUSED);
}

const struct replay_row replay_vectorset[] = {
    { "VADD", vadd },
    { "VREM", vrem },
    { "VSETATTR", vsetattr },
    { NULL, NULL },
};
