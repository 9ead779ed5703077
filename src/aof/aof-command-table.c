/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From the command tables of Redis 2.4 to 8.6 and Valkey 7.2 to 9.1 (server.c
 * redisCommandTable, later src/commands), for what is newer from their
 * documentation; KeyDB 6.3 server.cpp.  The class of each is measured: what
 * 198 commands of clients left in the files of 14 releases.
 *
 * Arguments are counted as the newest release does, which takes all that
 * older ones took.  A release that knew a command before the oldest table
 * here stands with that.
 */
#include "aof/aof-command-table.h"

/* ---- where keys stand ---- */

#define AT(at, last, step, use)                                                \
    {                                                                          \
        AOF_KEYS_AT, at, last, step, AOF_KEY_##use, NULL, false                \
    }
#define COUNT(at, step, use)                                                   \
    {                                                                          \
        AOF_KEYS_COUNT, at, 0, step, AOF_KEY_##use, NULL, false                \
    }
#define WORD(word, at, last, use)                                              \
    {                                                                          \
        AOF_KEYS_WORD, at, last, 1, AOF_KEY_##use, word, false                 \
    }
#define HALF(word, at, use)                                                    \
    {                                                                          \
        AOF_KEYS_HALF, at, -1, 1, AOF_KEY_##use, word, false                   \
    }
#define END                                                                    \
    {                                                                          \
        .ends = true                                                           \
    }

static const struct aof_key_spec one[] = { AT(1, 0, 1, WRITE), END };
static const struct aof_key_spec read_one[] = { AT(1, 0, 1, READ), END };
static const struct aof_key_spec remove_one[] = { AT(1, 0, 1, REMOVE), END };
static const struct aof_key_spec read_all[] = { AT(1, -1, 1, READ), END };
static const struct aof_key_spec read_second[] = { AT(2, 0, 1, READ), END };
static const struct aof_key_spec two[] = {
    AT(1, 0, 1, WRITE), AT(2, 0, 1, WRITE), END
};
static const struct aof_key_spec second[] = { AT(2, 0, 1, WRITE), END };
static const struct aof_key_spec counted_second[] = { COUNT(2, 1, WRITE), END };
static const struct aof_key_spec read_counted[] = { COUNT(1, 1, READ), END };
static const struct aof_key_spec all_but_last[] = { AT(1, -2, 1, WRITE), END };
static const struct aof_key_spec read_counted_second[] = {
    COUNT(2, 1, READ), END
};
static const struct aof_key_spec store_all[] = {
    AT(1, 0, 1, REMOVE), AT(2, -1, 1, READ), END
};
static const struct aof_key_spec store_counted[] = {
    AT(1, 0, 1, REMOVE), COUNT(2, 1, READ), END
};
static const struct aof_key_spec remove_all[] = { AT(1, -1, 1, REMOVE), END };
static const struct aof_key_spec store_one[] = {
    AT(1, 0, 1, REMOVE), AT(2, 0, 1, READ), END
};
static const struct aof_key_spec counted[] = { COUNT(1, 1, WRITE), END };
static const struct aof_key_spec bitop[] = {
    AT(2, 0, 1, REMOVE), AT(3, -1, 1, READ), END
};
static const struct aof_key_spec copy[] = {
    AT(1, 0, 1, READ), AT(2, 0, 1, REMOVE), END
};
static const struct aof_key_spec georadius[] = {
    AT(1, 0, 1, READ), WORD("STORE", 6, 0, REMOVE),
    WORD("STOREDIST", 6, 0, REMOVE), END
};
static const struct aof_key_spec geomember[] = {
    AT(1, 0, 1, READ), WORD("STORE", 5, 0, REMOVE),
    WORD("STOREDIST", 5, 0, REMOVE), END
};
static const struct aof_key_spec remove_second[] = { AT(2, 0, 1, REMOVE), END };
static const struct aof_key_spec read_two[] = { AT(1, 1, 1, READ), END };
static const struct aof_key_spec migrate[] = {
    AT(3, 0, 1, REMOVE), WORD("KEYS", 6, -1, REMOVE), END
};
static const struct aof_key_spec remove_pairs[] = { AT(1, -1, 2, REMOVE), END };
static const struct aof_key_spec counted_pairs[] = { COUNT(1, 2, REMOVE), END };
static const struct aof_key_spec pairs[] = { AT(1, -1, 2, WRITE), END };
static const struct aof_key_spec merge_all[] = {
    AT(1, 0, 1, WRITE), AT(2, -1, 1, READ), END
};
static const struct aof_key_spec rename_both[] = {
    AT(1, 0, 1, REMOVE), AT(2, 0, 1, REMOVE), END
};
static const struct aof_key_spec renamenx[] = {
    AT(1, 0, 1, REMOVE), AT(2, 0, 1, WRITE), END
};
static const struct aof_key_spec sort[] = {
    AT(1, 0, 1, READ), WORD("STORE", 2, 0, REMOVE), END
};
static const struct aof_key_spec streams[] = { HALF("STREAMS", 1, READ), END };
static const struct aof_key_spec streams_group[] = {
    HALF("STREAMS", 4, READ), END
};

/* ---- what the rows say ---- */

#define VERBATIM AOF_CLASS_VERBATIM
#define REWRITTEN AOF_CLASS_REWRITTEN
#define INTERNAL AOF_CLASS_INTERNAL
#define CONTROL AOF_CLASS_CONTROL
#define MAYBE AOF_CLASS_MAYBE
#define LEGACY AOF_CLASS_LEGACY
#define NEVER AOF_CLASS_NEVER
#define UNCERTAIN AOF_CLASS_UNCERTAIN

/* Changes keys, does not, does not but has subcommands. */
#define WRITE true, false
#define OTHER false, false
#define GROUP false, true

/* Since when Redis and Valkey know it. */
#define SINCE(a, b, c) AOF_VERSION(a, b, c)
#define BOTH(a, b, c) SINCE(a, b, c), SINCE(a, b, c)
#define EACH(a, b, c, d, e, f) SINCE(a, b, c), SINCE(d, e, f)
#define REDIS(a, b, c) SINCE(a, b, c), AOF_NEVER
#define VALKEY(a, b, c) AOF_NEVER, SINCE(a, b, c)
#define KEYDB AOF_NEVER, AOF_NEVER

const struct aof_command aof_command_table[] = {
    { "ACL", -2, NEVER, GROUP, BOTH(6, 0, 0), NULL },
    { "ACL|CAT", -2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|DELUSER", -3, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|DRYRUN", -4, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "ACL|GENPASS", -2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|GETUSER", 3, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|HELP", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|LIST", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|LOAD", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|LOG", -2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|SAVE", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|SETUSER", -3, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|USERS", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "ACL|WHOAMI", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "APPEND", 3, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "ARCOUNT", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARDEL", -3, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARDELRANGE", -4, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARGET", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARGETRANGE", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARGREP", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARINFO", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARINSERT", -3, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARLASTITEMS", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARLEN", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARMGET", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARMSET", -4, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARNEXT", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "AROP", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARRING", -4, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARSCAN", -2, NEVER, OTHER, REDIS(8, 8, 0), read_one },
    { "ARSEEK", 3, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ARSET", -4, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "ASKING", 1, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "AUTH", -2, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "BACKUP", -1, NEVER, OTHER, REDIS(8, 10, 0), NULL },
    { "BGREWRITEAOF", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "BGSAVE", -1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "BITCOUNT", -2, NEVER, OTHER, BOTH(2, 6, 0), read_one },
    { "BITFIELD", -2, VERBATIM, WRITE, BOTH(3, 2, 0), one },
    { "BITFIELD_RO", -2, NEVER, OTHER, BOTH(6, 0, 0), read_one },
    { "BITOP", -4, VERBATIM, WRITE, BOTH(2, 6, 0), bitop },
    { "BITPOS", -3, NEVER, OTHER, BOTH(2, 8, 7), read_one },
    { "BLMOVE", 6, REWRITTEN, WRITE, BOTH(6, 2, 0), two },
    { "BLMOVEM", -6, REWRITTEN, WRITE, REDIS(8, 10, 0), two },
    { "BLMPOP", -5, REWRITTEN, WRITE, BOTH(7, 0, 0), counted_second },
    { "BLPOP", -3, REWRITTEN, WRITE, BOTH(2, 0, 0), all_but_last },
    { "BRPOP", -3, REWRITTEN, WRITE, BOTH(2, 0, 0), all_but_last },
    { "BRPOPLPUSH", 4, REWRITTEN, WRITE, BOTH(2, 2, 0), two },
    { "BZMPOP", -5, REWRITTEN, WRITE, BOTH(7, 0, 0), counted_second },
    { "BZPOPMAX", -3, REWRITTEN, WRITE, BOTH(5, 0, 0), all_but_last },
    { "BZPOPMIN", -3, REWRITTEN, WRITE, BOTH(5, 0, 0), all_but_last },
    { "CLIENT", -2, NEVER, GROUP, BOTH(2, 4, 0), NULL },
    { "CLIENT|CACHING", 3, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "CLIENT|CAPA", -3, NEVER, OTHER, VALKEY(8, 0, 0), NULL },
    { "CLIENT|GETNAME", 2, NEVER, OTHER, BOTH(2, 6, 9), NULL },
    { "CLIENT|GETREDIR", 2, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "CLIENT|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CLIENT|ID", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CLIENT|IMPORT-SOURCE", 3, NEVER, OTHER, VALKEY(8, 1, 0), NULL },
    { "CLIENT|INFO", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "CLIENT|KILL", -3, NEVER, OTHER, BOTH(2, 4, 0), NULL },
    { "CLIENT|LIST", -2, NEVER, OTHER, BOTH(2, 4, 0), NULL },
    { "CLIENT|NO-EVICT", 3, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "CLIENT|NO-TOUCH", 3, NEVER, OTHER, BOTH(7, 2, 0), NULL },
    { "CLIENT|PAUSE", -3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLIENT|REPLY", 3, NEVER, OTHER, BOTH(3, 2, 0), NULL },
    { "CLIENT|SETINFO", 4, NEVER, OTHER, BOTH(7, 2, 0), NULL },
    { "CLIENT|SETNAME", 3, NEVER, OTHER, BOTH(2, 6, 9), NULL },
    { "CLIENT|TRACKING", -3, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "CLIENT|TRACKINGINFO", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "CLIENT|UNBLOCK", -3, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CLIENT|UNPAUSE", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "CLUSTER", -2, NEVER, GROUP, BOTH(3, 0, 0), NULL },
    { "CLUSTER|ADDSLOTS", -3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|ADDSLOTSRANGE", -4, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "CLUSTER|BUMPEPOCH", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|CANCELSLOTMIGRATIONS", 2, NEVER, OTHER, VALKEY(9, 0, 0), NULL },
    { "CLUSTER|COUNT-FAILURE-REPORTS", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|COUNTKEYSINSLOT", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|DELSLOTS", -3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|DELSLOTSRANGE", -4, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "CLUSTER|FAILOVER", -2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|FLUSHSLOT", -3, VERBATIM, WRITE, VALKEY(9, 0, 0), NULL },
    { "CLUSTER|FLUSHSLOTS", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|FORGET", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|GETKEYSINSLOT", 4, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|GETSLOTMIGRATIONS", 2, NEVER, OTHER, VALKEY(9, 0, 0), NULL },
    { "CLUSTER|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CLUSTER|INFO", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|KEYSLOT", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|LINKS", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "CLUSTER|MEET", -4, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|MIGRATESLOTS", -4, NEVER, OTHER, VALKEY(9, 0, 0), NULL },
    { "CLUSTER|MIGRATION", -4, NEVER, OTHER, REDIS(8, 4, 0), NULL },
    { "CLUSTER|MYID", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|MYSHARDID", 2, NEVER, OTHER, BOTH(7, 2, 0), NULL },
    { "CLUSTER|NODES", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|REPLICAS", 3, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CLUSTER|REPLICATE", -3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|RESET", -2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SAVECONFIG", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SET-CONFIG-EPOCH", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SETSLOT", -4, MAYBE, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SHARDS", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "CLUSTER|SLAVES", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SLOT-STATS", -4, NEVER, OTHER, EACH(8, 2, 0, 8, 0, 0), NULL },
    { "CLUSTER|SLOTS", 2, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "CLUSTER|SYNCSLOTS", -3, CONTROL, OTHER, EACH(8, 4, 0, 9, 0, 0), NULL },
    { "CLUSTERSCAN", -2, NEVER, OTHER, VALKEY(9, 1, 0), NULL },
    { "COMMAND", -1, NEVER, GROUP, BOTH(2, 8, 13), NULL },
    { "COMMAND|COUNT", 2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "COMMAND|DOCS", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "COMMAND|GETKEYS", -3, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "COMMAND|GETKEYSANDFLAGS", -3, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "COMMAND|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "COMMAND|INFO", -2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "COMMAND|LIST", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "COMMANDLOG", -2, NEVER, GROUP, VALKEY(8, 1, 0), NULL },
    { "COMMANDLOG|GET", 4, NEVER, OTHER, VALKEY(8, 1, 0), NULL },
    { "COMMANDLOG|HELP", 2, NEVER, OTHER, VALKEY(8, 1, 0), NULL },
    { "COMMANDLOG|LEN", 3, NEVER, OTHER, VALKEY(8, 1, 0), NULL },
    { "COMMANDLOG|RESET", 3, NEVER, OTHER, VALKEY(8, 1, 0), NULL },
    { "CONFIG", -2, NEVER, GROUP, BOTH(2, 0, 0), NULL },
    { "CONFIG|GET", -3, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "CONFIG|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "CONFIG|RESETSTAT", 2, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "CONFIG|REWRITE", 2, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "CONFIG|SET", -4, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "COPY", -3, VERBATIM, WRITE, BOTH(6, 2, 0), copy },
    { "DBSIZE", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "DEBUG", -2, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "DECR", 2, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "DECRBY", 3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "DEL", -2, VERBATIM, WRITE, BOTH(1, 0, 0), remove_all },
    { "DELEX", -2, REWRITTEN, WRITE, REDIS(8, 4, 0), remove_one },
    { "DELIFEQ", 3, REWRITTEN, WRITE, VALKEY(9, 0, 0), remove_one },
    { "DIGEST", 2, NEVER, OTHER, REDIS(8, 4, 0), read_one },
    { "DISCARD", 1, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "DUMP", 2, NEVER, OTHER, BOTH(2, 6, 0), read_one },
    { "ECHO", 2, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "EVAL", -3, LEGACY, OTHER, BOTH(2, 6, 0), counted_second },
    { "EVALSHA", -3, LEGACY, OTHER, BOTH(2, 6, 0), counted_second },
    { "EVALSHA_RO", -3, NEVER, OTHER, BOTH(7, 0, 0), read_counted_second },
    { "EVAL_RO", -3, NEVER, OTHER, BOTH(7, 0, 0), read_counted_second },
    { "EXEC", 1, CONTROL, OTHER, BOTH(1, 2, 0), NULL },
    { "EXISTS", -2, NEVER, OTHER, BOTH(1, 0, 0), read_all },
    { "EXPIRE", -3, REWRITTEN, WRITE, BOTH(1, 0, 0), one },
    { "EXPIREAT", -3, REWRITTEN, WRITE, BOTH(1, 2, 0), one },
    { "EXPIREMEMBER", -4, VERBATIM, WRITE, KEYDB, one },
    { "EXPIREMEMBERAT", 4, VERBATIM, WRITE, KEYDB, one },
    { "EXPIRETIME", 2, NEVER, OTHER, BOTH(7, 0, 0), read_one },
    { "FAILOVER", -1, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "FCALL", -3, REWRITTEN, OTHER, BOTH(7, 0, 0), counted_second },
    { "FCALL_RO", -3, NEVER, OTHER, BOTH(7, 0, 0), read_counted_second },
    { "FLUSHALL", -1, VERBATIM, WRITE, BOTH(1, 0, 0), NULL },
    { "FLUSHDB", -1, VERBATIM, WRITE, BOTH(1, 0, 0), NULL },
    { "FUNCTION", -2, NEVER, GROUP, BOTH(7, 0, 0), NULL },
    { "FUNCTION|DELETE", 3, VERBATIM, WRITE, BOTH(7, 0, 0), NULL },
    { "FUNCTION|DUMP", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "FUNCTION|FLUSH", -2, VERBATIM, WRITE, BOTH(7, 0, 0), NULL },
    { "FUNCTION|HELP", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "FUNCTION|KILL", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "FUNCTION|LIST", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "FUNCTION|LOAD", -3, VERBATIM, WRITE, BOTH(7, 0, 0), NULL },
    { "FUNCTION|RESTORE", -3, VERBATIM, WRITE, BOTH(7, 0, 0), NULL },
    { "FUNCTION|STATS", 2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "GEOADD", -5, REWRITTEN, WRITE, BOTH(3, 2, 0), one },
    { "GEODIST", -4, NEVER, OTHER, BOTH(3, 2, 0), read_one },
    { "GEOHASH", -2, NEVER, OTHER, BOTH(3, 2, 0), read_one },
    { "GEOPOS", -2, NEVER, OTHER, BOTH(3, 2, 0), read_one },
    { "GEORADIUS", -6, VERBATIM, WRITE, BOTH(3, 2, 0), georadius },
    { "GEORADIUSBYMEMBER", -5, VERBATIM, WRITE, BOTH(3, 2, 0), geomember },
    { "GEORADIUSBYMEMBER_RO", -5, NEVER, OTHER, BOTH(3, 2, 10), read_one },
    { "GEORADIUS_RO", -6, NEVER, OTHER, BOTH(3, 2, 10), read_one },
    { "GEOSEARCH", -7, NEVER, OTHER, BOTH(6, 2, 0), read_one },
    { "GEOSEARCHSTORE", -8, VERBATIM, WRITE, BOTH(6, 2, 0), store_one },
    { "GET", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "GETBIT", 3, NEVER, OTHER, BOTH(2, 2, 0), read_one },
    { "GETDEL", 2, REWRITTEN, WRITE, BOTH(6, 2, 0), remove_one },
    { "GETEX", -2, REWRITTEN, WRITE, BOTH(6, 2, 0), one },
    { "GETRANGE", 4, NEVER, OTHER, BOTH(2, 4, 0), read_one },
    { "GETSET", 3, REWRITTEN, WRITE, BOTH(1, 0, 0), remove_one },
    { "HDEL", -3, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "HELLO", -1, NEVER, OTHER, BOTH(6, 0, 0), NULL },
    { "HEXISTS", 3, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HEXPIRE", -6, REWRITTEN, WRITE, EACH(7, 4, 0, 9, 0, 0), one },
    { "HEXPIREAT", -6, REWRITTEN, WRITE, EACH(7, 4, 0, 9, 0, 0), one },
    { "HEXPIRETIME", -5, NEVER, OTHER, EACH(7, 4, 0, 9, 0, 0), read_one },
    { "HGET", 3, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HGETALL", 2, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HGETDEL", -5, VERBATIM, WRITE, EACH(8, 0, 0, 9, 1, 0), one },
    { "HGETEX", -5, REWRITTEN, WRITE, EACH(8, 0, 0, 9, 0, 0), one },
    { "HIMPORT", -2, NEVER, GROUP, REDIS(8, 10, 0), NULL },
    { "HIMPORT|DISCARD", -2, NEVER, OTHER, REDIS(8, 10, 0), NULL },
    { "HIMPORT|DISCARDALL", -2, NEVER, OTHER, REDIS(8, 10, 0), NULL },
    { "HIMPORT|PREPARE", -2, NEVER, OTHER, REDIS(8, 10, 0), NULL },
    { "HIMPORT|SET", -4, REWRITTEN, WRITE, REDIS(8, 10, 0), remove_second },
    { "HINCRBY", 4, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "HINCRBYFLOAT", 4, REWRITTEN, WRITE, BOTH(2, 6, 0), one },
    { "HKEYS", 2, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HLEN", 2, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HMGET", -3, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "HMSET", -4, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "HOST:", -1, NEVER, OTHER, BOTH(2, 8, 18), NULL },
    { "HOTKEYS", -2, NEVER, GROUP, REDIS(8, 6, 0), NULL },
    { "HOTKEYS|GET", 2, NEVER, OTHER, REDIS(8, 6, 0), NULL },
    { "HOTKEYS|HELP", 2, NEVER, OTHER, REDIS(8, 6, 1), NULL },
    { "HOTKEYS|RESET", 2, NEVER, OTHER, REDIS(8, 6, 0), NULL },
    { "HOTKEYS|START", -2, NEVER, OTHER, REDIS(8, 6, 0), NULL },
    { "HOTKEYS|STOP", 2, NEVER, OTHER, REDIS(8, 6, 0), NULL },
    { "HPERSIST", -5, VERBATIM, WRITE, EACH(7, 4, 0, 9, 0, 0), one },
    { "HPEXPIRE", -6, REWRITTEN, WRITE, EACH(7, 4, 0, 9, 0, 0), one },
    { "HPEXPIREAT", -6, VERBATIM, WRITE, EACH(7, 4, 0, 9, 0, 0), one },
    { "HPEXPIRETIME", -5, NEVER, OTHER, EACH(7, 4, 0, 9, 0, 0), read_one },
    { "HPTTL", -5, NEVER, OTHER, EACH(7, 4, 0, 9, 0, 0), read_one },
    { "HRANDFIELD", -2, NEVER, OTHER, BOTH(6, 2, 0), read_one },
    { "HSCAN", -3, NEVER, OTHER, BOTH(2, 8, 0), read_one },
    { "HSET", -4, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "HSETC", -4, UNCERTAIN, WRITE, REDIS(8, 9, 0), remove_one },
    { "HSETEX", -6, VERBATIM, WRITE, EACH(8, 0, 0, 9, 0, 0), one },
    { "HSETNX", 4, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "HSTRLEN", 3, NEVER, OTHER, BOTH(3, 2, 0), read_one },
    { "HTTL", -5, NEVER, OTHER, EACH(7, 4, 0, 9, 0, 0), read_one },
    { "HVALS", 2, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "INCR", 2, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "INCRBY", 3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "INCRBYFLOAT", 3, REWRITTEN, WRITE, BOTH(2, 6, 0), one },
    { "INCREX", -2, REWRITTEN, WRITE, EACH(8, 8, 0, 9, 2, 0), one },
    { "INFO", -1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "KEYDB.MVCCRESTORE", 5, VERBATIM, WRITE, KEYDB, NULL },
    { "KEYS", 2, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "LASTSAVE", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "LATENCY", -2, NEVER, GROUP, BOTH(2, 8, 13), NULL },
    { "LATENCY|DOCTOR", 2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LATENCY|GRAPH", 3, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LATENCY|HELP", 2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LATENCY|HISTOGRAM", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "LATENCY|HISTORY", 3, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LATENCY|LATEST", 2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LATENCY|RESET", -2, NEVER, OTHER, BOTH(2, 8, 13), NULL },
    { "LCS", -3, NEVER, OTHER, BOTH(7, 0, 0), read_two },
    { "LINDEX", 3, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "LINSERT", 5, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "LLEN", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "LMOVE", 5, VERBATIM, WRITE, BOTH(6, 2, 0), two },
    { "LMOVEM", -5, VERBATIM, WRITE, REDIS(8, 10, 0), two },
    { "LMPOP", -4, REWRITTEN, WRITE, BOTH(7, 0, 0), counted },
    { "LOLWUT", -1, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "LPOP", -2, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "LPOS", -3, NEVER, OTHER, BOTH(6, 0, 6), read_one },
    { "LPUSH", -3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "LPUSHX", -3, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "LRANGE", 4, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "LREM", 4, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "LSET", 4, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "LTRIM", 4, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "MEMORY", -2, NEVER, GROUP, BOTH(4, 0, 0), NULL },
    { "MEMORY|DOCTOR", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MEMORY|HELP", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MEMORY|MALLOC-STATS", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MEMORY|PURGE", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MEMORY|STATS", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MEMORY|USAGE", -3, NEVER, OTHER, BOTH(4, 0, 0), read_second },
    { "MGET", -2, NEVER, OTHER, BOTH(1, 0, 0), read_all },
    { "MIGRATE", -6, REWRITTEN, WRITE, BOTH(2, 6, 0), migrate },
    { "MODULE", -2, NEVER, GROUP, BOTH(4, 0, 0), NULL },
    { "MODULE|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "MODULE|LIST", 2, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MODULE|LOAD", -3, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MODULE|LOADEX", -3, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "MODULE|UNLOAD", 3, NEVER, OTHER, BOTH(4, 0, 0), NULL },
    { "MONITOR", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "MOVE", 3, VERBATIM, WRITE, BOTH(1, 0, 0), remove_one },
    { "MSET", -3, VERBATIM, WRITE, BOTH(1, 0, 1), remove_pairs },
    { "MSETEX", -4, VERBATIM, WRITE, EACH(8, 4, 0, 9, 1, 0), counted_pairs },
    { "MSETNX", -3, VERBATIM, WRITE, BOTH(1, 0, 1), pairs },
    { "MULTI", 1, CONTROL, OTHER, BOTH(1, 2, 0), NULL },
    { "OBJECT", -2, NEVER, GROUP, BOTH(2, 2, 3), NULL },
    { "OBJECT|ENCODING", 3, NEVER, OTHER, BOTH(2, 2, 3), read_second },
    { "OBJECT|FREQ", 3, NEVER, OTHER, BOTH(4, 0, 0), read_second },
    { "OBJECT|HELP", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "OBJECT|IDLETIME", 3, NEVER, OTHER, BOTH(2, 2, 3), read_second },
    { "OBJECT|REFCOUNT", 3, NEVER, OTHER, BOTH(2, 2, 3), read_second },
    { "PERSIST", 2, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "PEXPIRE", -3, REWRITTEN, WRITE, BOTH(2, 6, 0), one },
    { "PEXPIREAT", -3, VERBATIM, WRITE, BOTH(2, 6, 0), one },
    { "PEXPIREMEMBERAT", 4, VERBATIM, WRITE, KEYDB, one },
    { "PEXPIRETIME", 2, NEVER, OTHER, BOTH(7, 0, 0), read_one },
    { "PFADD", -2, VERBATIM, WRITE, BOTH(2, 8, 9), one },
    { "PFCOUNT", -2, MAYBE, OTHER, BOTH(2, 8, 9), read_all },
    { "PFDEBUG", 3, VERBATIM, WRITE, BOTH(2, 8, 9), second },
    { "PFMERGE", -2, VERBATIM, WRITE, BOTH(2, 8, 9), merge_all },
    { "PFSELFTEST", 1, NEVER, OTHER, BOTH(2, 8, 9), NULL },
    { "PHSET", -2, UNCERTAIN, WRITE, VALKEY(9, 2, 0), one },
    { "PING", -1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "POST", -1, NEVER, OTHER, BOTH(2, 8, 18), NULL },
    { "PSETEX", 4, REWRITTEN, WRITE, BOTH(2, 6, 0), remove_one },
    { "PSUBSCRIBE", -2, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "PSYNC", -3, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "PTTL", 2, NEVER, OTHER, BOTH(2, 6, 0), read_one },
    { "PUBLISH", 3, MAYBE, OTHER, BOTH(2, 0, 0), NULL },
    { "PUBSUB", -2, NEVER, GROUP, BOTH(2, 8, 0), NULL },
    { "PUBSUB|CHANNELS", -2, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "PUBSUB|HELP", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "PUBSUB|NUMPAT", 2, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "PUBSUB|NUMSUB", -2, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "PUBSUB|SHARDCHANNELS", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "PUBSUB|SHARDNUMSUB", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "PUNSUBSCRIBE", -1, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "QUIT", -1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "RANDOMKEY", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "READONLY", 1, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "READWRITE", 1, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "RENAME", 3, VERBATIM, WRITE, BOTH(1, 0, 0), rename_both },
    { "RENAMENX", 3, VERBATIM, WRITE, BOTH(1, 0, 0), renamenx },
    { "REPLCONF", -1, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "REPLICAOF", 3, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "RESET", 1, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "RESTORE", -4, VERBATIM, WRITE, BOTH(2, 6, 0), remove_one },
    { "RESTORE-ASKING", -4, VERBATIM, WRITE, BOTH(3, 0, 0), remove_one },
    { "ROLE", 1, NEVER, OTHER, BOTH(2, 8, 12), NULL },
    { "RPOP", -2, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "RPOPLPUSH", 3, VERBATIM, WRITE, BOTH(1, 2, 0), two },
    { "RPUSH", -3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "RPUSHX", -3, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "RREPLAY", -3, VERBATIM, WRITE, KEYDB, NULL },
    { "SADD", -3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "SAVE", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "SCAN", -2, NEVER, OTHER, BOTH(2, 8, 0), NULL },
    { "SCARD", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "SCRIPT", -2, NEVER, GROUP, BOTH(2, 6, 0), NULL },
    { "SCRIPT|DEBUG", -3, NEVER, OTHER, BOTH(3, 2, 0), NULL },
    { "SCRIPT|EXISTS", -3, NEVER, OTHER, BOTH(2, 6, 0), NULL },
    { "SCRIPT|FLUSH", -2, LEGACY, OTHER, BOTH(2, 6, 0), NULL },
    { "SCRIPT|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "SCRIPT|KILL", 2, NEVER, OTHER, BOTH(2, 6, 0), NULL },
    { "SCRIPT|LOAD", 3, LEGACY, OTHER, BOTH(2, 6, 0), NULL },
    { "SCRIPT|SHOW", 3, NEVER, OTHER, VALKEY(8, 0, 0), NULL },
    { "SDIFF", -2, NEVER, OTHER, BOTH(1, 0, 0), read_all },
    { "SDIFFSTORE", -3, VERBATIM, WRITE, BOTH(1, 0, 0), store_all },
    { "SELECT", 2, CONTROL, OTHER, BOTH(1, 0, 0), NULL },
    { "SET", -3, VERBATIM, WRITE, BOTH(1, 0, 0), remove_one },
    { "SETBIT", 4, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "SETEX", 4, REWRITTEN, WRITE, BOTH(2, 0, 0), remove_one },
    { "SETNX", 3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "SETRANGE", 4, VERBATIM, WRITE, BOTH(2, 2, 0), one },
    { "SFLUSH", -3, VERBATIM, WRITE, REDIS(8, 0, 0), NULL },
    { "SHUTDOWN", -1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "SINTER", -2, NEVER, OTHER, BOTH(1, 0, 0), read_all },
    { "SINTERCARD", -3, NEVER, OTHER, BOTH(7, 0, 0), read_counted },
    { "SINTERSTORE", -3, VERBATIM, WRITE, BOTH(1, 0, 0), store_all },
    { "SISMEMBER", 3, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "SLAVEOF", 3, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "SLOWLOG", -2, NEVER, GROUP, BOTH(2, 2, 12), NULL },
    { "SLOWLOG|GET", -2, NEVER, OTHER, BOTH(2, 2, 12), NULL },
    { "SLOWLOG|HELP", 2, NEVER, OTHER, BOTH(6, 2, 0), NULL },
    { "SLOWLOG|LEN", 2, NEVER, OTHER, BOTH(2, 2, 12), NULL },
    { "SLOWLOG|RESET", 2, NEVER, OTHER, BOTH(2, 2, 12), NULL },
    { "SMEMBERS", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "SMISMEMBER", -3, NEVER, OTHER, BOTH(6, 2, 0), read_one },
    { "SMOVE", 4, VERBATIM, WRITE, BOTH(1, 0, 0), two },
    { "SORT", -2, VERBATIM, WRITE, BOTH(1, 0, 0), sort },
    { "SORT_RO", -2, NEVER, OTHER, BOTH(7, 0, 0), read_one },
    { "SPOP", -2, REWRITTEN, WRITE, BOTH(1, 0, 0), one },
    { "SPUBLISH", 3, MAYBE, OTHER, BOTH(7, 0, 0), NULL },
    { "SRANDMEMBER", -2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "SREM", -3, VERBATIM, WRITE, BOTH(1, 0, 0), one },
    { "SSCAN", -3, NEVER, OTHER, BOTH(2, 8, 0), read_one },
    { "SSUBSCRIBE", -2, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "STRALGO", -2, NEVER, OTHER, REDIS(6, 0, 0), NULL },
    { "STRLEN", 2, NEVER, OTHER, BOTH(2, 2, 0), read_one },
    { "SUBSCRIBE", -2, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "SUBSTR", 4, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "SUNION", -2, NEVER, OTHER, BOTH(1, 0, 0), read_all },
    { "SUNIONSTORE", -3, VERBATIM, WRITE, BOTH(1, 0, 0), store_all },
    { "SUNSUBSCRIBE", -1, NEVER, OTHER, BOTH(7, 0, 0), NULL },
    { "SWAPDB", 3, VERBATIM, WRITE, BOTH(4, 0, 0), NULL },
    { "SYNC", 1, NEVER, OTHER, BOTH(1, 0, 0), NULL },
    { "TIME", 1, NEVER, OTHER, BOTH(2, 6, 0), NULL },
    { "TOUCH", -2, NEVER, OTHER, BOTH(3, 2, 1), read_all },
    { "TRIMSLOTS", -5, INTERNAL, WRITE, REDIS(8, 4, 0), NULL },
    { "TTL", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "TYPE", 2, NEVER, OTHER, BOTH(1, 0, 0), read_one },
    { "UNLINK", -2, VERBATIM, WRITE, BOTH(4, 0, 0), remove_all },
    { "UNSUBSCRIBE", -1, NEVER, OTHER, BOTH(2, 0, 0), NULL },
    { "UNWATCH", 1, NEVER, OTHER, BOTH(2, 2, 0), NULL },
    { "VADD", -5, VERBATIM, WRITE, REDIS(8, 0, 0), one },
    { "VREM", 3, VERBATIM, WRITE, REDIS(8, 0, 0), one },
    { "VSETATTR", 4, VERBATIM, WRITE, REDIS(8, 0, 0), one },
    { "WAIT", 3, NEVER, OTHER, BOTH(3, 0, 0), NULL },
    { "WAITAOF", 4, NEVER, OTHER, BOTH(7, 2, 0), NULL },
    { "WATCH", -2, NEVER, OTHER, BOTH(2, 2, 0), read_all },
    { "XACK", -4, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "XACKDEL", -6, VERBATIM, WRITE, REDIS(8, 2, 0), one },
    { "XADD", -5, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "XAUTOCLAIM", -6, REWRITTEN, WRITE, BOTH(6, 2, 0), one },
    { "XCFGSET", -2, VERBATIM, WRITE, REDIS(8, 6, 0), one },
    { "XCLAIM", -6, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "XDEL", -3, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "XDELEX", -5, VERBATIM, WRITE, REDIS(8, 2, 0), one },
    { "XGROUP", -2, NEVER, GROUP, BOTH(5, 0, 0), NULL },
    { "XGROUP|CREATE", -5, VERBATIM, WRITE, BOTH(5, 0, 0), second },
    { "XGROUP|CREATECONSUMER", 5, VERBATIM, WRITE, BOTH(6, 2, 0), second },
    { "XGROUP|DELCONSUMER", 5, VERBATIM, WRITE, BOTH(5, 0, 0), second },
    { "XGROUP|DESTROY", 4, VERBATIM, WRITE, BOTH(5, 0, 0), second },
    { "XGROUP|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "XGROUP|SETID", -5, VERBATIM, WRITE, BOTH(5, 0, 0), second },
    { "XIDMPRECORD", 5, INTERNAL, WRITE, REDIS(8, 6, 2), one },
    { "XINFO", -2, NEVER, GROUP, BOTH(5, 0, 0), NULL },
    { "XINFO|CONSUMERS", 4, NEVER, OTHER, BOTH(5, 0, 0), read_second },
    { "XINFO|GROUPS", 3, NEVER, OTHER, BOTH(5, 0, 0), read_second },
    { "XINFO|HELP", 2, NEVER, OTHER, BOTH(5, 0, 0), NULL },
    { "XINFO|STREAM", -3, NEVER, OTHER, BOTH(5, 0, 0), read_second },
    { "XLEN", 2, NEVER, OTHER, BOTH(5, 0, 0), read_one },
    { "XNACK", -7, VERBATIM, WRITE, REDIS(8, 8, 0), one },
    { "XPENDING", -3, NEVER, OTHER, BOTH(5, 0, 0), read_one },
    { "XRANGE", -4, NEVER, OTHER, BOTH(5, 0, 0), read_one },
    { "XREAD", -4, NEVER, OTHER, BOTH(5, 0, 0), streams },
    { "XREADGROUP", -7, REWRITTEN, WRITE, BOTH(5, 0, 0), streams_group },
    { "XREVRANGE", -4, NEVER, OTHER, BOTH(5, 0, 0), read_one },
    { "XSETID", -3, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "XTRIM", -4, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "ZADD", -4, VERBATIM, WRITE, BOTH(1, 2, 0), one },
    { "ZCARD", 2, NEVER, OTHER, BOTH(1, 2, 0), read_one },
    { "ZCOUNT", 4, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "ZDIFF", -3, NEVER, OTHER, BOTH(6, 2, 0), read_counted },
    { "ZDIFFSTORE", -4, VERBATIM, WRITE, BOTH(6, 2, 0), store_counted },
    { "ZINCRBY", 4, VERBATIM, WRITE, BOTH(1, 2, 0), one },
    { "ZINTER", -3, NEVER, OTHER, BOTH(6, 2, 0), read_counted },
    { "ZINTERCARD", -3, NEVER, OTHER, BOTH(7, 0, 0), read_counted },
    { "ZINTERSTORE", -4, VERBATIM, WRITE, BOTH(2, 0, 0), store_counted },
    { "ZLEXCOUNT", 4, NEVER, OTHER, BOTH(2, 8, 9), read_one },
    { "ZMPOP", -4, REWRITTEN, WRITE, BOTH(7, 0, 0), counted },
    { "ZMSCORE", -3, NEVER, OTHER, BOTH(6, 2, 0), read_one },
    { "ZPOPMAX", -2, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "ZPOPMIN", -2, VERBATIM, WRITE, BOTH(5, 0, 0), one },
    { "ZRANDMEMBER", -2, NEVER, OTHER, BOTH(6, 2, 0), read_one },
    { "ZRANGE", -4, NEVER, OTHER, BOTH(1, 2, 0), read_one },
    { "ZRANGEBYLEX", -4, NEVER, OTHER, BOTH(2, 8, 9), read_one },
    { "ZRANGEBYSCORE", -4, NEVER, OTHER, BOTH(1, 0, 5), read_one },
    { "ZRANGESTORE", -5, VERBATIM, WRITE, BOTH(6, 2, 0), store_one },
    { "ZRANK", -3, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "ZREM", -3, VERBATIM, WRITE, BOTH(1, 2, 0), one },
    { "ZREMRANGEBYLEX", 4, VERBATIM, WRITE, BOTH(2, 8, 9), one },
    { "ZREMRANGEBYRANK", 4, VERBATIM, WRITE, BOTH(2, 0, 0), one },
    { "ZREMRANGEBYSCORE", 4, VERBATIM, WRITE, BOTH(1, 2, 0), one },
    { "ZREVRANGE", -4, NEVER, OTHER, BOTH(1, 2, 0), read_one },
    { "ZREVRANGEBYLEX", -4, NEVER, OTHER, BOTH(2, 8, 9), read_one },
    { "ZREVRANGEBYSCORE", -4, NEVER, OTHER, BOTH(2, 2, 0), read_one },
    { "ZREVRANK", -3, NEVER, OTHER, BOTH(2, 0, 0), read_one },
    { "ZSCAN", -3, NEVER, OTHER, BOTH(2, 8, 0), read_one },
    { "ZSCORE", 3, NEVER, OTHER, BOTH(1, 2, 0), read_one },
    { "ZUNION", -3, NEVER, OTHER, BOTH(6, 2, 0), read_counted },
    { "ZUNIONSTORE", -4, VERBATIM, WRITE, BOTH(2, 0, 0), store_counted },
};

const size_t aof_command_count =
    sizeof(aof_command_table) / sizeof(aof_command_table[0]);
