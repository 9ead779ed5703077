/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A visitor that hands all it receives to two others.  Either may then get
 * items of nodes that only the other asked for.
 */
#ifndef KEYWEIGH_DATA_TEE_H
#define KEYWEIGH_DATA_TEE_H

#include "data/visitor.h"

struct tee {
    struct visitor visitor;
    struct visitor *first;
    struct visitor *second;
};

/* Both are borrowed. */
void tee_init(struct tee *tee, struct visitor *first, struct visitor *second);

#endif
