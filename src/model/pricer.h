/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A pricer is the visitor that turns one walk over a value into a record: its
 * element count, payload and largest element, and for each profile the
 * encoding and the memory that the target server would give it.
 */
#ifndef KEYWEIGH_MODEL_PRICER_H
#define KEYWEIGH_MODEL_PRICER_H

#include "data/visitor.h"
#include "model/profile.h"
#include "model/record.h"

/* What a caller wants to know; the walk decodes no more than that takes. */
enum pricer_wants {
    PRICE_ELEMENTS = 1,
    PRICE_ENCODING = 2,
    PRICE_MEMORY = 4,  /* memory, requested, basis */
    PRICE_PAYLOAD = 8,
    PRICE_LARGEST = 16,      /* its size */
    PRICE_LARGEST_NAME = 32, /* and its name */
    PRICE_BLOCKS = 64,       /* blocks by usable size, of the main profile */
    PRICE_KINDS = 128,       /* and by what they are: lines */
    PRICE_ALL_BLOCKS = 256,  /* blocks of all profiles */
};

struct pricer;

/* profiles are borrowed and must outlive the pricer; count >= 1. */
struct pricer *pricer_new(const struct profile *profiles, size_t count,
                          unsigned wants);
void pricer_free(struct pricer *pricer);

/* The visitor to walk values with. */
struct visitor *pricer_visitor(struct pricer *pricer);

/* The record of the value that was walked last; borrowed until the next. */
struct record *pricer_record(struct pricer *pricer);

#endif
