/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What check finds in an input, grouped by what it is and who minds it.
 *
 * Memory is bounded: of each group the first CHECK_SHOWN findings are kept,
 * the rest is counted.
 */
#ifndef KEYWEIGH_CLI_CHECK_FINDINGS_H
#define KEYWEIGH_CLI_CHECK_FINDINGS_H

#include "aof/aof-acceptance.h"

enum {
    CHECK_SHOWN = 20,       /* findings of a group that are kept */
    CHECK_GROUPS_MAX = 128, /* codes, some of them with two answers */
    CHECK_NAME_HELD = 1024,
};

/* Findings of one code with one answer of the servers. */
struct check_group {
    enum finding_code code;
    struct acceptance acceptance;
    uint64_t count;
    uint64_t undecodable; /* of them, in values that cannot be read */
    uint64_t kept;
    bool ended_reading; /* nothing behind it could be read */
};

struct check_finding {
    size_t group;
    size_t part;      /* number of the file; CHECK_NO_PART */
    uint64_t command; /* number of the command, from 1; 0 none */
    bool undecodable;
    bool has_key;
    uint64_t offset;
    uint64_t db;
    uint64_t name_size;
    size_t name_held; /* bytes behind text in words */
    size_t text_size;
    unsigned char *words; /* text, then name */
    unsigned char type_byte;
};

#define CHECK_NO_PART SIZE_MAX

struct check_findings {
    struct findings findings; /* first: the handle of who reports */

    /* Where the reader is; set by whoever reads. */
    struct aof_place place;
    size_t part;
    uint64_t command;

    struct check_group groups[CHECK_GROUPS_MAX];
    size_t group_count;
    size_t latest; /* of the latest finding */
    struct check_finding *kept;
    size_t kept_count;
    size_t key_first;                      /* kept ones of this key */
    uint64_t key_counts[CHECK_GROUPS_MAX]; /* of this key */
    struct acceptance total;

    /* The same since these were cleared: where it depends on how a server is
     * set up, and all else. */
    struct acceptance of_part;
    struct acceptance of_part_by_setup;
};

/* found is zeroed. */
void check_findings_init(struct check_findings *found);
void check_findings_fini(struct check_findings *found);

void check_findings_add(struct check_findings *found,
                        enum finding_code code, uint64_t offset,
                        const struct key *key, const char *text);

/* A key begins, or ends: what is found now belongs to no other. */
void check_findings_next_key(struct check_findings *found);

/* Whatever was found in this key's value is why it cannot be read. */
void check_findings_mark_undecodable(struct check_findings *found);

/* What was found last is why nothing behind it could be read. */
void check_findings_end_reading(struct check_findings *found);

#endif
