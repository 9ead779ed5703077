/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is priced for: a server release, an allocator, a word size, and the
 * settings that shape memory.  Data, not code.
 */
#ifndef KEYWEIGH_MODEL_PROFILE_H
#define KEYWEIGH_MODEL_PROFILE_H

#include "base/error.h"
#include "model/allocators.h"
#include "model/servers.h"
#include "model/settings.h"
#include "rdb/rdb.h"

/* What the user asked for: NULL or 0 where nothing. */
struct profile_request {
    const char *server;    /* SERVER[/ALLOCATOR[/BITS]] */
    const char *allocator;
    const char *only_allocator; /* whatever stands in the other two */
    int bits;
    const char *const *settings; /* NAME=VALUE */
    size_t setting_count;
};

enum { PROFILE_NOTES_MAX = 12, PROFILE_NOTE_SIZE = 160 };

struct profile {
    char name[64];  /* as it is printed: "redis-7.2", with "/allocator/bits"
                       where these are not the default */
    const struct server *server;
    const struct prices *prices;  /* the server's for these bits */
    const struct allocator *allocator;
    int bits;
    struct settings settings;     /* server's defaults and --set */
    bool shares_integers;         /* 0..9999 are shared objects */
    bool cluster;
    char notes[PROFILE_NOTES_MAX][PROFILE_NOTE_SIZE]; /* what was assumed */
    size_t note_count;
};

/* Checks a request by itself (names, numbers) before any input is opened:
 * FAIL with ERROR_USAGE, naming what is allowed. */
enum status profile_request_check(const struct profile_request *request,
                                  struct error *error);

/* Makes a profile from a request that passed the check, and from what the
 * file says of itself, by the rules of the command line's contract. */
void profile_resolve(struct profile *profile,
                     const struct profile_request *request,
                     const struct rdb_facts *facts);

#endif
