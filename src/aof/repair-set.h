/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which files a multi-part set is to be made of, when its manifest has faults
 * or is gone: at most one base, and increments in rising order.  Every
 * decision is a sentence for the account.
 *
 * Without a manifest nothing says for certain which files belong together:
 * taken are the base with the highest number, and from the highest increment
 * down all that follow one another and were written to after that base was
 * begun.
 */
#ifndef KEYWEIGH_AOF_REPAIR_SET_H
#define KEYWEIGH_AOF_REPAIR_SET_H

#include "aof/manifest.h"
#include "base/error.h"

struct repair_set_part {
    char *name;
    uint64_t seq;
    bool is_base;
    bool is_missing; /* named, but not there or not to be opened */
    char *why;       /* then: why */
    int64_t start_offset; /* -1: not in the manifest */
    int64_t end_offset;
};

struct repair_set {
    char *manifest;  /* its name, also when it is not there */
    bool has_manifest;
    struct repair_set_part *parts; /* in the order of loading */
    size_t count;
    char **notes;    /* what was decided */
    size_t note_count;
};

/* Looks at a directory.  manifest is the name of that file in it, or NULL: it
 * is gone.  FAIL with the error set when nothing of a set is there;
 * repair_set_fini is due in any case. */
enum status repair_set_find(struct repair_set *set, const char *directory,
                            const char *manifest, struct error *error);
void repair_set_fini(struct repair_set *set);

/* The manifest of the first count parts without what is missing. */
void repair_set_append_manifest(const struct repair_set *set, size_t count,
                                struct buffer *out);

#endif
