/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The visitor that makes of each value what stands behind its key in an RDB
 * file of some version, or in a DUMP payload.  What decides how a value lies in
 * memory after a load is kept where the version has a form for it: packed
 * values stay packed, lists and streams keep their nodes.
 *
 * Values are gathered whole, in memory or a temporary file.
 */
#ifndef KEYWEIGH_EXPORT_EXPORT_VALUE_H
#define KEYWEIGH_EXPORT_EXPORT_VALUE_H

#include "export/blob.h"
#include "export/field-expiries.h"
#include "export/target.h"
#include "rdb/rdb-write.h"

struct export_value;
struct export_stream;

/* How one kind of value is written. */
struct value_form {
    unsigned char type;  /* of the file */
    bool has_count;      /* it begins with LEN n: of items, or of nodes */
    bool has_minimum;    /* and before that with the smallest field expiry */
    bool has_expiries;   /* an expiry goes in front of each of its fields */
    bool has_containers; /* nodes say whether they are packed */
    enum node_kind pack; /* the blobs it is made of; NODE_PLAIN: none */
    void (*item)(struct export_value *value, const struct item *item);
    void (*end)(struct export_value *value); /* or NULL */
};

struct export_value {
    struct visitor visitor;

    /* The result of a walk, until the next one. */
    const struct key *key;
    const char *refusal; /* why the target cannot hold it; NULL: it can */
    unsigned char type;  /* type byte */

    /* A value was walked to its end; may be NULL. */
    void (*done)(void *context, struct export_value *value);
    void *context;

    /* Private to export-value.c, export-form.c and export-stream.c. */
    struct export_target target;
    const struct value_form *form;
    uint64_t count;   /* LEN n of has_count */
    int64_t minimum;
    bool in_blob;
    struct blob blob;
    struct texts texts;
    struct spool body; /* behind head */
    struct rdb_writer writer; /* of the body */
    struct field_expiries expiries; /* of has_expiries */
    struct export_stream *stream;
};

/* What the system refuses goes to error; strings are compressed. */
void export_value_init(struct export_value *value,
                       const struct export_target *target,
                       struct error *error);
void export_value_fini(struct export_value *value);

/* Hands out the bytes behind the key: of a value that was not refused. */
void export_value_each(struct export_value *value, spool_function *take,
                       void *context);

/* For the types in files of their own. */
void export_value_refuse(struct export_value *value,
                         enum target_feature feature);
void export_value_text(struct export_value *value, const struct text *text,
                       int which);
void export_value_spool(struct export_value *value,
                        const struct spool *string);

#endif
