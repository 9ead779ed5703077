/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How the keys of an input spread over hash slots: what cluster mode keeps for
 * each slot follows from it.
 *
 * Bounded: per database two counts a slot; the names, which only a server with
 * a radix tree of them needs, to 8 MiB, then those of every second, fourth, ...
 * slot only.
 */
#ifndef KEYWEIGH_MODEL_SLOT_TALLY_H
#define KEYWEIGH_MODEL_SLOT_TALLY_H

#include "data/key.h"
#include "data/slot.h"
#include "model/profile.h"

struct slot_tally;

/* One for the profile, or NULL when it needs none: not in cluster mode, or a
 * server that keeps nothing by slot. */
struct slot_tally *slot_tally_new(const struct profile *profile);
void slot_tally_free(struct slot_tally *tally);

void slot_tally_add(struct slot_tally *tally, const struct key *key);

/* Adds what another one of the same profile counted. */
void slot_tally_merge(struct slot_tally *tally,
                      const struct slot_tally *more);

/* Keys of a database by slot, all and those with expiry; NULL when it has no
 * key. */
struct slot_counts {
    uint32_t keys[SLOT_COUNT];
    uint32_t expires[SLOT_COUNT];
};

const struct slot_counts *slot_tally_counts(const struct slot_tally *tally,
                                            uint64_t db);

/* How many usable bytes the radix tree over slot and name of all keys has more
 * than what cost_key books for each: a leaf, and a run over the name, as if no
 * other key were in its slot.  Less than 0 when names in a slot begin alike
 * and share nodes. */
int64_t slot_tally_tree(struct slot_tally *tally);

#endif
