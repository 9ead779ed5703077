/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names that occur twice in one database, looked for in bounded memory: a set
 * of 64-bit hashes that gives up half of the hash space each time it is full.
 * After k halvings, 1/2^k of the names have been compared with each other.
 *
 * Equal hashes are a suspicion.  Who can read the input a second time feeds
 * the keys again to duplicates_confirm, which compares names by their bytes.
 */
#ifndef KEYWEIGH_SCAN_DUPLICATES_H
#define KEYWEIGH_SCAN_DUPLICATES_H

#include "data/key.h"

struct duplicates;

enum { DUPLICATES_KEPT = 1024 }; /* suspicions that can be confirmed */

/* memory is what the set may take. */
struct duplicates *duplicates_new(uint64_t memory);
void duplicates_free(struct duplicates *duplicates);

/* True when a key of that name's hash was in that database before. */
bool duplicates_add(struct duplicates *duplicates, const struct key *key);

/* k: names of which 1/2^k were compared. */
unsigned duplicates_halvings(const struct duplicates *duplicates);

/* How often duplicates_add said true. */
uint64_t duplicates_suspected(const struct duplicates *duplicates);

/* In a second reading of the same input: true when this name stood in this
 * database before (in this reading), for the first DUPLICATES_KEPT
 * suspicions. */
bool duplicates_confirm(struct duplicates *duplicates, const struct key *key);

#endif
