/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The visitor that makes values of what a walk hands out: the dump in front of
 * a log, the payload of a RESTORE, a whole RDB.  Texts in parts are put
 * together.  Forms are chosen as a server chooses them when it loads the same
 * (rdb.c rdbLoadObject), lists and streams keep the nodes they come in.
 *
 * A value whose walk is aborted is dropped.  What a server refuses, an element
 * twice or a list without one, is not kept either: keyspace_load_result says
 * so.  A text whose parts would go beyond the keyspace's memory makes it full.
 */
#ifndef KEYWEIGH_KEYSPACE_KEYSPACE_LOAD_H
#define KEYWEIGH_KEYSPACE_KEYSPACE_LOAD_H

#include "keyspace/keyspace.h"

struct keyspace_load;

/* The keyspace is borrowed. */
struct keyspace_load *keyspace_load_new(struct keyspace *keyspace);
void keyspace_load_free(struct keyspace_load *load);

/* The visitor to walk with.  Each value becomes the key that begin names, with
 * its database and expiry, in place of one that was there. */
struct visitor *keyspace_load_visitor(struct keyspace_load *load);

/* The same for one value without a name, which end leaves with the load until
 * keyspace_load_take moves it to *value; false when nothing was kept. */
struct visitor *keyspace_load_value_visitor(struct keyspace_load *load);
bool keyspace_load_take(struct keyspace_load *load, struct value *value);

/* Whether the value that was walked last was kept; if not, why. */
enum load_result {
    LOAD_KEPT,
    LOAD_ABORTED,   /* the walk was */
    LOAD_DUPLICATE, /* an element twice */
    LOAD_EMPTY,     /* no element */
    LOAD_NAN,       /* a score that is not a number */
    LOAD_REFUSED,   /* too long, too many, or no room */
};
enum load_result keyspace_load_result(const struct keyspace_load *load);

#endif
