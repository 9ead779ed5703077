/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One node of a stream, built again of its entries and tombstones: byte for
 * byte what a server has of the same.  Private to export/.
 *
 *     begin  (entry  field*)*  end
 */
#ifndef KEYWEIGH_EXPORT_EXPORT_NODE_H
#define KEYWEIGH_EXPORT_EXPORT_NODE_H

#include "export/blob.h"

/* An entry, as far as it has come: names and values in turn, as listpack
 * entries. */
struct export_entry {
    struct stream_id id;
    bool is_deleted;
    uint64_t fields;    /* so far */
    bool is_same;       /* all names so far are the master's */
    size_t at;          /* in the master's names: the next one */
    struct spool texts;
    struct buffer ends; /* a uint64_t for each text: where it ends */
};

struct export_node {
    bool is_open;
    struct stream_id master;
    uint64_t live;
    uint64_t deleted;

    /* The master entry, which the first entry makes. */
    struct buffer names; /* as listpack entries */
    uint64_t fields;
    bool is_shareable;   /* false: its names are too long to be compared */

    bool has_entry;
    struct export_entry entry;
    struct spool entries; /* all that are complete */
    uint64_t pieces;      /* listpack entries that these are */
    struct blob one;      /* makes a single listpack entry */
};

/* What the system refuses goes to error. */
void export_node_init(struct export_node *node, struct error *error);
void export_node_fini(struct export_node *node);

/* Forgets a node that was not ended. */
void export_node_clear(struct export_node *node);

void export_node_begin(struct export_node *node, struct stream_id master);
void export_node_entry(struct export_node *node, const struct item *item);
void export_node_field(struct export_node *node, struct texts *texts,
                       const struct item *item);

/* Completes what it has of entries: live and deleted are final then. */
void export_node_complete(struct export_node *node);

/* Makes the blob of a node that is complete and has entries; false when it is
 * longer than a blob can be. */
bool export_node_end(struct export_node *node, struct blob *blob);

#endif
