/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the commands of a replay are written with.  Each type has its file,
 * replay-TYPE.c, which exports a table of commands; a function gets all
 * arguments, the name first: as many as the arity demands, or more of them,
 * which most commands of a fixed number pass over.
 *
 * As in the servers, a command that meets a key of another type, or an
 * argument that is none, changes nothing: it returns REPLAY_ERROR before it
 * has touched anything.  Private to aof/replay*.
 */
#ifndef KEYWEIGH_AOF_REPLAY_COMMAND_H
#define KEYWEIGH_AOF_REPLAY_COMMAND_H

#include "aof/replay.h"

enum replay_outcome {
    REPLAY_DONE,    /* replayed, whether or not something changed */
    REPLAY_ERROR,   /* a server answers with an error */
    REPLAY_UNKNOWN, /* its effect cannot be told from the log */
};

typedef enum replay_outcome replay_command(struct replay *replay,
                                           const struct bytes *argv,
                                           size_t argc);

struct replay_row {
    const char *name; /* "XGROUP|CREATE" for a subcommand */
    replay_command *run;
};

/* A row without a name ends each. */
extern const struct replay_row replay_generic[];
extern const struct replay_row replay_import[];
extern const struct replay_row replay_expire[];
extern const struct replay_row replay_restore[];
extern const struct replay_row replay_sort[];
extern const struct replay_row replay_library[];
extern const struct replay_row replay_string[];
extern const struct replay_row replay_counter[];
extern const struct replay_row replay_bits[];
extern const struct replay_row replay_hll[];
extern const struct replay_row replay_list[];
extern const struct replay_row replay_set[];
extern const struct replay_row replay_zset[];
extern const struct replay_row replay_zset_store[];
extern const struct replay_row replay_geo[];
extern const struct replay_row replay_hash[];
extern const struct replay_row replay_hash_ttl[];
extern const struct replay_row replay_stream[];
extern const struct replay_row replay_stream_group[];
extern const struct replay_row replay_array[];
extern const struct replay_row replay_vectorset[];

/* ---- where a command is ---- */

struct keyspace *replay_keyspace(const struct replay *replay);
struct store *replay_store(const struct replay *replay);

/* Of the record at hand: of queued commands the EXEC. */
uint64_t replay_offset(const struct replay *replay);

/* Whether the log is of a server of that release or a newer one. */
bool replay_is_since(const struct replay *replay, uint32_t redis,
                     uint32_t valkey);

static inline bool
replay_is_of_valkey(const struct replay *replay)
{
    return !replay_is_since(replay, 0, AOF_NEVER);
}

/* The moment that relative times count from; false when none is known: the
 * fact is counted, and *now_ms is the assumed one. */
bool replay_now(struct replay *replay, int64_t *now_ms);

/* No key is left, and so no doubt about any. */
void replay_settle(struct replay *replay);

/* ---- keys ---- */

/* Looks for a key of that type: *entry is NULL when there is none, and it is
 * REPLAY_ERROR when there is one of another type. */
enum replay_outcome replay_find(struct replay *replay, struct bytes name,
                                enum type type, struct entry **entry);

/* The same, making it when it is not there; NULL cannot be. */
enum replay_outcome replay_find_or_add(struct replay *replay,
                                       struct bytes name, enum type type,
                                       struct entry **entry);

/* Gives the name that value, which is moved in, whatever it had before; its
 * expiry is dropped unless it is to be kept. */
enum replay_outcome replay_put(struct replay *replay, struct bytes name,
                               struct value *value, bool keep_expiry);

/* False when there was none. */
bool replay_delete(struct replay *replay, struct bytes name);

/* Behind a command that may have emptied a key. */
void replay_drop_if_empty(struct replay *replay, struct entry *entry);

/* ---- arguments ---- */

/* A long argument may lie in a block of the store: that block, from now on the
 * caller's, or NULL.  It holds the argument and no more. */
unsigned char *replay_take_block(struct replay *replay,
                                 struct bytes argument);

/* For commands that make a value of others, before each element: such a value
 * may be as large as all there is. */
static inline bool
replay_has_room(const struct replay *replay)
{
    return !keyspace_is_full(replay_keyspace(replay));
}

/* What came of an operation that may refuse for want of room. */
static inline enum replay_outcome
replay_kept(bool kept)
{
    return kept ? REPLAY_DONE : REPLAY_UNKNOWN;
}

/* In any case, as servers compare them. */
bool replay_is(struct bytes argument, const char *word);

/* As string2ll: the canonical decimal of 64 bits and nothing else. */
bool replay_integer(struct bytes argument, int64_t *number);

/* As the log's server reads the integers of commands that are older than Redis
 * 3.2, and strings: up to 3.2.1 as strtoll, which takes "007", "+7" and "",
 * and ends at a NUL; since then as replay_integer. */
bool replay_number(const struct replay *replay, struct bytes argument,
                   int64_t *number);

/* As getDoubleFromObject: what strtod takes whole, no blank before it, no
 * NaN. */
bool replay_double(struct bytes argument, double *number);

/* As the log's server reads scores and weights: up to Redis 4.0.2 they end at a
 * NUL, and "" is 0. */
bool replay_score(const struct replay *replay, struct bytes argument,
                  double *score);

bool replay_long_double(struct bytes argument, long double *number);

/* How long a command may wait: seconds or a part of them, not below 0. */
bool replay_is_timeout(struct bytes argument);

/* As ld2string for people: 17 digits behind the point, zeros at the end and a
 * minus before 0 left out. */
void replay_append_long_double(struct buffer *out, long double number);

/* How the options of SET, GETEX and others give a time. */
enum replay_time {
    REPLAY_EX,   /* seconds from now */
    REPLAY_PX,   /* milliseconds from now */
    REPLAY_EXAT, /* Unix time in seconds */
    REPLAY_PXAT, /* in milliseconds */
};

/* The word of such an option. */
bool replay_time_option(struct bytes argument, enum replay_time *time);

/* A number of that unit as Unix time in milliseconds.  False when it is no
 * integer, or too large. */
bool replay_moment(struct replay *replay, enum replay_time time,
                   struct bytes argument, int64_t *unix_ms);

/* The same of what must be above 0, as all but EXPIRE and its kin demand. */
bool replay_expiry(struct replay *replay, enum replay_time time,
                   struct bytes argument, int64_t *expire_ms);

/* "ms", "ms-seq"; a missing seq is missing_seq.  "-" and "+" are the lowest
 * and highest when they are allowed. */
bool replay_stream_id(struct bytes argument, uint64_t missing_seq,
                      bool allows_ends, struct stream_id *id);

/* ---- what several commands share, made when first needed ---- */

struct keyspace_load *replay_load(struct replay *replay);
struct rdb_payload *replay_payload(struct replay *replay);
struct libraries *replay_libraries(const struct replay *replay);
struct replay_imports *replay_imports(struct replay *replay);

#endif
