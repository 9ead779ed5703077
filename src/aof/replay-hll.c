/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HyperLogLogs (hyperloglog.c, Redis 2.8, 3.2, 4.0 and 7.2).
 */
#include "aof/hyperloglog.h"
#include "aof/replay-command.h"

/* *entry is NULL when there is no such key; a string that is none is an
 * error. */
static enum replay_outcome
find_hll(struct replay *replay, struct bytes name, struct entry **entry)
{
    if (replay_find(replay, name, TYPE_STRING, entry) != REPLAY_DONE ||
        (*entry != NULL && !hll_recognise(&(*entry)->value)))
        return REPLAY_ERROR;
    return REPLAY_DONE;
}

/* The same, made empty when there was none. */
static enum replay_outcome
find_or_add_hll(struct replay *replay, struct bytes name,
                struct entry **entry, bool *added)
{
    enum replay_outcome outcome = find_hll(replay, name, entry);
    *added = *entry == NULL;
    if (outcome != REPLAY_DONE || !*added)
        return outcome;
    outcome = replay_find_or_add(replay, name, TYPE_STRING, entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    return replay_kept(hll_init(replay_store(replay), &(*entry)->value));
}

static enum replay_outcome
outcome_of(enum hll_change change)
{
    if (change == HLL_CORRUPT)
        return REPLAY_ERROR;
    return replay_kept(change != HLL_REFUSED);
}

/* PFADD key [element ...] */
static enum replay_outcome
run_pfadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct store *store = replay_store(replay);
    struct entry *entry;
    bool changed;
    enum replay_outcome outcome = find_or_add_hll(replay, argv[1], &entry,
                                                  &changed);
    if (outcome != REPLAY_DONE)
        return outcome;
    for (size_t i = 2; i < argc; i++) {
        enum hll_change change = hll_add(store, &entry->value, argv[i]);
        if (change == HLL_CORRUPT || change == HLL_REFUSED)
            return outcome_of(change);
        changed = changed || change == HLL_CHANGED;
    }
    if (changed)
        hll_forget_count(store, &entry->value);
    return REPLAY_DONE;
}

static enum hll_estimator
estimator_of(const struct replay *replay)
{
    const uint32_t beta = AOF_VERSION(4, 0, 0);
    const uint32_t ertl = AOF_VERSION(5, 0, 0);
    return replay_is_since(replay, ertl, ertl)   ? HLL_ERTL
           : replay_is_since(replay, beta, beta) ? HLL_BETA
                                                 : HLL_BIAS;
}

/* PFCOUNT key ... writes the count of a single key into it. */
static enum replay_outcome
run_pfcount(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (argc > 2)
        return REPLAY_DONE;
    enum replay_outcome outcome = find_hll(replay, argv[1], &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    return outcome_of(hll_refresh_count(replay_store(replay), &entry->value,
                                        estimator_of(replay)));
}

/* --- PFMERGE --- */

struct merged {
    unsigned char registers[HLL_REGISTERS];
    bool dense; /* as the result will be */
};

/* Whether the result is dense even of sparse ones. */
static bool
makes_dense(const struct replay *replay)
{
    const uint32_t keeps_sparse = AOF_VERSION(4, 0, 7);
    return !replay_is_since(replay, keeps_sparse, keeps_sparse);
}

static enum replay_outcome
merge_keys(struct replay *replay, const struct bytes *names, size_t count,
           struct merged *merged)
{
    struct entry *entry;
    *merged = (struct merged){ .dense = makes_dense(replay) };
    for (size_t i = 0; i < count; i++) {
        if (find_hll(replay, names[i], &entry) != REPLAY_DONE)
            return REPLAY_ERROR;
        if (entry == NULL)
            continue;
        merged->dense = merged->dense || hll_is_dense(&entry->value);
        if (!hll_merge(merged->registers, &entry->value))
            return REPLAY_ERROR;
    }
    return REPLAY_DONE;
}

static enum replay_outcome
store_merged(struct store *store, struct value *value,
             const struct merged *merged)
{
    enum hll_change change = HLL_SAME;
    if (merged->dense)
        change = hll_make_dense(store, value);
    if (change != HLL_CORRUPT && change != HLL_REFUSED)
        change = hll_put_all(store, value, merged->registers);
    hll_forget_count(store, value);
    return outcome_of(change);
}

/* PFMERGE destination [source ...] */
static enum replay_outcome
run_pfmerge(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct merged merged;
    struct entry *entry;
    bool added;
    enum replay_outcome outcome = merge_keys(replay, argv + 1, argc - 1,
                                             &merged);
    if (outcome == REPLAY_DONE)
        outcome = find_or_add_hll(replay, argv[1], &entry, &added);
    if (outcome != REPLAY_DONE)
        return outcome;
    return store_merged(replay_store(replay), &entry->value, &merged);
}

/* PFDEBUG GETREG | TODENSE key make a sparse one dense. */
static enum replay_outcome
run_pfdebug(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (argc > 3)
        return REPLAY_ERROR;
    if (!replay_is(argv[1], "GETREG") && !replay_is(argv[1], "TODENSE"))
        return REPLAY_DONE;
    if (find_hll(replay, argv[2], &entry) != REPLAY_DONE || entry == NULL)
        return REPLAY_ERROR;
    return outcome_of(hll_make_dense(replay_store(replay), &entry->value));
}

const struct replay_row replay_hll[] = {
    { "PFADD", run_pfadd },
    { "PFCOUNT", run_pfcount },
    { "PFDEBUG", run_pfdebug },
    { "PFMERGE", run_pfmerge },
    { NULL, NULL },
};
