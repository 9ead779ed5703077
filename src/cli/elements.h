/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A visitor that keeps the biggest elements of a value, and what its
 * thresholds look at.
 */
#ifndef KEYWEIGH_CLI_ELEMENTS_H
#define KEYWEIGH_CLI_ELEMENTS_H

#include "base/heap.h"
#include "data/visitor.h"

enum { ELEMENTS_KEPT = 10, ELEMENTS_NAME_MOST = 1024 };

/* What it is called: a member, a hash field, the index in a list or array, a
 * stream entry's ID; its bytes as in the column "largest". */
struct element {
    uint64_t size;
    uint64_t number; /* in the order of the file */
    size_t name_size;
    unsigned char name[ELEMENTS_NAME_MOST]; /* the beginning */
};

struct elements {
    struct visitor visitor;
    struct heap biggest; /* struct element; sorted after a value's end */
    uint64_t longest;    /* bytes of the longest text */
    bool all_integers;   /* every text is one */
    bool field_ttl;      /* a field has an expiry */
    bool packed;         /* the file holds it in one blob */

    /* Private. */
    enum type type;
    struct element next; /* being read */
    bool reading;        /* it is an entry whose fields still come */
    uint64_t count;
};

void elements_init(struct elements *elements);
void elements_fini(struct elements *elements);

#endif
