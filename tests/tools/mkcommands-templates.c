/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands that mkcommands makes.  Commands that wait come with one that
 * gives them what they wait for, and wait a moment at most.
 */
#include "mkcommands.h"

/* XADD and XTRIM. */
#define TRIM                                                                   \
    "(MAXLEN [=] {length}|MAXLEN ~ {length} [@6.2 LIMIT {count}]"              \
    "|@6.2 MINID [=] {id}|@6.2 MINID ~ {id} [LIMIT {count}])"

/* What becomes of pending entries whose message goes. */
#define REFERENCES "[@8.2/- KEEPREF|@8.2/- DELREF|@8.2/- ACKED]"

#define CONDITION "[@7.0 NX|@7.0 XX|@7.0 GT|@7.0 LT]"
#define FIELD_CONDITION "[NX|XX|GT|LT]"
#define EXPIRY "(EX {seconds}|PX {ms}|EXAT {at}|PXAT {atms})"

#define SCORES "({score} {score}|{bound} {bound}|-inf {bound}|{bound} +inf)"

#define CIRCLE "{lon} {lat} {radius} (m|km|ft|mi)"
#define PLACE "{lon} {lat} "
#define AREA                                                                   \
    "(FROMLONLAT {lon} {lat}|FROMMEMBER {member}) "                            \
    "(BYRADIUS {radius} (m|km)|BYBOX {radius} {radius} (km|mi)) "              \
    "[ASC|DESC] [COUNT {count} [ANY]]"

#define SORT_ORDER "[ASC|DESC] [LIMIT {index} {count}]"

const struct template templates[] = {
    /* strings */
    {120, "SET {string} {value} [NX|XX] "
          "[EX {seconds}|PX {ms}|@6.2 EXAT {at}|@6.2 PXAT {atms}|@6.0 KEEPTTL] "
          "[@6.2 GET]"},
    {10, "@8.4/8.1 SET {string} {word} ; "
         "SET {same} {value} (IFEQ {word}|@8.4/- IFNE {word}"
         "|@8.4/- IFDNE {digest}|@8.4/- IFDEQ {digest})"},
    {20, "SETEX {string} {seconds} {value}"},
    {20, "PSETEX {string} {ms} {value}"},
    {20, "SETNX {string} {value}"},
    {20, "GETSET {string} {value}"},
    {15, "@6.2 GETDEL {string}"},
    {20, "@6.2 GETEX {string} [PERSIST|EX {seconds}|PX {ms}|EXAT {at}"
         "|PXAT {atms}]"},
    {60, "APPEND {string} {value}"},
    {40, "SETRANGE {string} {offset} {value}"},
    {30, "MSET ({string} {value})*"},
    {10, "MSETNX ({string} {value})+"},
    {15, "@8.4/9.1 MSETEX {pairs} [NX|XX] [EX {seconds}|PX {ms}|EXAT {at}"
         "|PXAT {atms}|KEEPTTL]"},
    {10, "@8.4/- SET {string} {word} ; "
         "DELEX {same} [IFEQ {word}|IFNE {word}|IFDNE {digest}"
         "|IFDEQ {digest}]"},
    {10, "@-/9.0 SET {string} {word} ; DELIFEQ {same} {word}"},
    {20, "SET {counter} {int}"},
    {25, "INCR {counter}"},
    {20, "DECR {counter}"},
    {25, "INCRBY {counter} {step}"},
    {20, "DECRBY {counter} {step}"},
    {10, "APPEND {counter} {digit}"},
    {30, "INCRBYFLOAT {float} {real}"},
    {10, "SET {float} {real} [EX {seconds}]"},

    /* bits */
    {60, "SETBIT {bits} {bit} (0|1)"},
    {50, "@3.2 BITFIELD {bits} ([OVERFLOW (WRAP|SAT|FAIL)] "
         "(SET {bitfield} {int}|INCRBY {bitfield} {step}|GET {bitfield}))+"},
    {40, "BITOP (AND|OR|XOR) {bits} {bits}+"},
    {15, "BITOP NOT {bits} {bits}"},
    {20, "@8.2/- BITOP (DIFF|DIFF1|ANDOR|ONE) {bits} {bits} {bits}+"},
    {10, "SET {bits} {value}"},
    {10, "SETRANGE {bits} {offset} {value}"},

    /* HyperLogLog: 2.8 may die of a string that is none */
    {60, "@3.0 PFADD {hll} {value}*"},
    {10, "@3.0 PFADD {hll}"},
    {25, "@3.0 PFMERGE {hll} {hll}+"},
    {20, "@3.0 PFCOUNT {hll}"},
    {3, "@3.0 PFDEBUG TODENSE {hll}"},
    {2, "@3.0 PFDEBUG GETREG {hll}"},

    /* lists */
    {70, "RPUSH {list} {element}*"},
    {70, "LPUSH {list} {element}*"},
    {15, "RPUSHX {list} (@4.0 {element}+|{element})"},
    {15, "LPUSHX {list} (@4.0 {element}+|{element})"},
    {25, "LPOP {list} [@6.2 {count}]"},
    {25, "RPOP {list} [@6.2 {count}]"},
    {30, "LINSERT {list} (BEFORE|AFTER) {element} {element}"},
    {30, "LREM {list} {signed} {element}"},
    {25, "RPUSH {list} {element}+ ; LSET {same} (0|-1|{index}) {element}"},
    {15, "LSET {list} (0|-1) {element}"},
    {15, "LTRIM {list} {index} {index}"},
    {15, "LTRIM {list} 0 {length}"},
    {20, "RPOPLPUSH {list} {list}"},
    {10, "RPOPLPUSH {list} {same}"},
    {25, "@6.2 LMOVE {list} {list} (LEFT|RIGHT) (LEFT|RIGHT)"},
    {10, "@6.2 LMOVE {list} {same} (LEFT|RIGHT) (LEFT|RIGHT)"},
    {15, "@7.0 LMPOP {lists} (LEFT|RIGHT) [COUNT {count}]"},
    {10, "RPUSH {list} {element}+ ; BLPOP {same} {timeout}"},
    {10, "RPUSH {list} {element}+ ; BRPOP [nosuch] {same} {timeout}"},
    {10, "RPUSH {list} {element}+ ; BRPOPLPUSH {same} {list} {timeout}"},
    {10, "@6.2 RPUSH {list} {element}+ ; "
         "BLMOVE {same} {list} (LEFT|RIGHT) (LEFT|RIGHT) {timeout}"},
    {10, "@7.0 RPUSH {list} {element}+ ; "
         "BLMPOP {timeout} 1 {same} (LEFT|RIGHT) [COUNT {count}]"},

    /* sets */
    {70, "SADD {set} {member}*"},
    {50, "SADD {ints} {member}*"},
    {25, "SREM {set} {member}+"},
    {25, "SREM {ints} {member}*"},
    {25, "SPOP (@3.2 {set} [{count}]|{set})"},
    {15, "@3.2 SPOP {ints} {count}"},
    {15, "SMOVE {set} {set} {member}"},
    {15, "SADD {ints} {member}+ ; SMOVE {same} {ints} {member}"},
    {20, "(SUNIONSTORE|SINTERSTORE|SDIFFSTORE) {set} {set}+"},
    {20, "(SUNIONSTORE|SINTERSTORE|SDIFFSTORE) {ints} {ints}+"},
    {10, "(SUNIONSTORE|SDIFFSTORE) {set} {ints} {set}"},

    /* sorted sets */
    {80, "ZADD {zset} ({score} {member})*"},
    {30, "ZADD {zset} [@3.2 NX|@3.2 XX] [@3.2 CH] ({score} {member})+"},
    {20, "@6.2 ZADD {zset} [XX] (GT|LT) [CH] ({score} {member})+"},
    {15, "@3.2 ZADD {zset} [XX|NX|@6.2 GT|@6.2 LT] INCR {score} {member}"},
    {30, "ZINCRBY {zset} {score} {member}"},
    {25, "ZREM {zset} {member}+"},
    {10, "ZREMRANGEBYRANK {zset} {index} {index}"},
    {10, "ZREMRANGEBYSCORE {zset} " SCORES},
    {15, "@5.0 (ZPOPMIN|ZPOPMAX) {zset} [{count}]"},
    {15, "@7.0 ZMPOP {zsets} (MIN|MAX) [COUNT {count}]"},
    {15, "@5.0 ZADD {zset} {score} {member} ; "
         "(BZPOPMIN|BZPOPMAX) [nosuch] {same} {timeout}"},
    {10, "@7.0 ZADD {zset} {score} {member} ; "
         "BZMPOP {timeout} 1 {same} (MIN|MAX) [COUNT {count}]"},
    {40, "(ZUNIONSTORE|ZINTERSTORE) {zset} {zsets} [WEIGHTS {weights}] "
         "[AGGREGATE (SUM|MIN|MAX)]"},
    {15, "@6.2 ZDIFFSTORE {zset} {zsets}"},
    {30, "@6.2 ZRANGESTORE {zset} {zset} ({index} {index} [REV]"
         "|" SCORES " BYSCORE [REV] [LIMIT {index} {count}])"},

    /* sorted sets with one score: where scores differ, what a range by names
     * finds depends on the random heights of a skiplist */
    {30, "ZADD {lexset} (0 {member})*"},
    {10, "ZREM {lexset} {member}+"},
    {10, "ZREMRANGEBYLEX {lexset} {lex} {lex}"},
    {15, "@6.2 ZRANGESTORE {lexset} {lexset} {lex} {lex} BYLEX [REV] "
         "[LIMIT {index} {count}]"},

    /* places */
    {40, "@3.2 GEOADD {geo} [@6.2 NX|@6.2 XX] [@6.2 CH] "
         "({lon} {lat} {member})*"},
    {10, "ZREM {geo} {member}+"},
    {15, "@3.2 GEORADIUS {geo} " CIRCLE " [COUNT {count}] [ASC|DESC] "
         "(STORE|STOREDIST) {geo}"},
    {15, "@3.2 GEOADD {geo} {lon} {lat} m1 ; "
         "GEORADIUSBYMEMBER {same} m1 {radius} (m|km) (STORE|STOREDIST) {geo}"},
    {25, "@6.2 GEOSEARCHSTORE {geo} {geo} " AREA " [STOREDIST]"},
    {15, "@-/9.0 GEOSEARCHSTORE {geo} {geo} [ANY COUNT {count}] BYPOLYGON "
         "(3 " PLACE PLACE PLACE "|5 " PLACE PLACE PLACE PLACE PLACE ") "
         "[ASC|DESC] [STOREDIST]"},

    /* hashes */
    {70, "HSET {hash} (@4.0 ({field} {value})*|{field} {value})"},
    {40, "HMSET {hash} ({field} {value})*"},
    {20, "HSETNX {hash} {field} {value}"},
    {40, "HDEL {hash} {field}+"},
    {25, "HSET {hash} {field} {int} ; HINCRBY {same} {samefield} {step}"},
    {20, "HINCRBY {hash} {counterfield} {step}"},
    {30, "HINCRBYFLOAT {hash} {realfield} {real}"},
    {25, "@7.4/9.0 (HEXPIRE {hash} {seconds}|HPEXPIRE {hash} {ms}"
         "|HEXPIREAT {hash} {at}|HPEXPIREAT {hash} {atms}) " FIELD_CONDITION
         " FIELDS {fields}"},
    {15, "@7.4/9.0 HSET {hash} {field} {int} ; HEXPIRE {same} {seconds} FIELDS "
         "1 {samefield} ; (HINCRBY {same} {samefield} {step}"
         "|HINCRBYFLOAT {same} {samefield} {real}"
         "|HSET {same} {samefield} {value})"},
    {10, "@7.4/9.0 HPERSIST {hash} FIELDS {fields}"},
    {15, "@8.0/9.1 HGETDEL {hash} FIELDS {fields}"},
    {15, "@8.0/9.0 HGETEX {hash} [PERSIST|EX {seconds}|PX {ms}|EXAT {at}"
         "|PXAT {atms}] FIELDS {fields}"},
    {25, "@8.0/9.0 HSETEX {hash} [FNX|FXX] [EX {seconds}|PX {ms}|EXAT {at}"
         "|PXAT {atms}|KEEPTTL] FIELDS {fieldvalues}"},
    {10, "@8.6/- HSETEX {hash} FIELDS {fieldvalues} (FNX|FXX|EX {seconds}"
         "|PXAT {atms}|KEEPTTL)"},
    {5, "@8.6/- HGETEX {hash} FIELDS {fields} (PERSIST|EXAT {at})"},
    {10, "@8.6/- HPEXPIREAT {hash} {atms} FIELDS {fields} (NX|XX|GT|LT)"},
    {10, "@-/9.0 HPEXPIREAT {hash} {atms} XX (GT|LT) FIELDS {fields}"},

    /* streams */
    {90, "@5.0 XADD {stream} {newid} ({field} {value})+"},
    {20, "@5.0 XADD {stream} {newid} ({field} {value})*"},
    {25, "@5.0 XADD {stream} [@6.2 NOMKSTREAM] " REFERENCES " [" TRIM
         "] {newid} ({field} {value})+"},
    {25, "@5.0 XADD {log} * ({field} {value})+"},
    {10, "@5.0 XADD {log} [" TRIM "] * ({field} {value})+"},
    {8, "@8.6/- XADD {log} (IDMP {word} {word}|IDMPAUTO {word}) * "
        "{field} {value}"},
    {4, "@8.6/- XADD {log} * {field} {word} ; "
        "XCFGSET {same} IDMP-DURATION 1000 IDMP-MAXSIZE {count}"},
    {10, "@5.0 XTRIM {stream} " TRIM " " REFERENCES},
    {25, "@5.0 XDEL {stream} {id}+"},
    {15, "@8.2/- XDELEX {stream} [KEEPREF|DELREF|ACKED] IDS {ids}"},
    {15, "@8.2/- XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
         "XACKDEL {same} {samegroup} [KEEPREF|DELREF|ACKED] IDS {ids}"},
    {6, "@5.0 XADD {stream} {newid} {field} {value} ; XSETID {same} {newid} "
        "[@7.0 ENTRIESADDED {large} MAXDELETEDID 0-1]"},
    {15, "@5.0 XGROUP CREATE {stream} {group} ({id}|$|0) MKSTREAM "
         "[@7.0 ENTRIESREAD {count}]"},
    {15, "@5.0 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
         "XGROUP SETID {same} {samegroup} ({id}|$|0) [@7.0 ENTRIESREAD "
         "{count}]"},
    {12, "@6.2 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
         "XGROUP CREATECONSUMER {same} {samegroup} {consumer}"},
    {4, "@5.0 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
        "XGROUP DELCONSUMER {same} {samegroup} {consumer}"},
    {3, "@5.0 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
        "XGROUP DESTROY {same} {samegroup}"},
    {30, "@5.0 XADD {stream} {newid} {field} {value} ; "
         "XGROUP CREATE {same} {group} 0 ; "
         "XREADGROUP GROUP {samegroup} {consumer} [COUNT {count}] [NOACK] "
         "STREAMS {same} >"},
    {30, "@5.0 XREADGROUP GROUP {group} {consumer} COUNT {count} "
         "STREAMS {stream} (>|0)"},
    {6, "@8.4/- XREADGROUP GROUP {group} {consumer} COUNT {count} CLAIM 0 "
        "STREAMS {stream} >"},
    {8, "@5.0 XADD {log} * {field} {value} ; "
        "XGROUP CREATE {same} {group} 0 ; "
        "XREADGROUP GROUP {samegroup} {consumer} COUNT {count} "
        "STREAMS {same} >"},
    {25, "@5.0 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
         "XCLAIM {same} {samegroup} {consumer} 0 {id}+ [IDLE {count}"
         "|TIME {atms}] [RETRYCOUNT {count}] [FORCE] [JUSTID] [LASTID {id}]"},
    {20, "@6.2 XGROUP CREATE {stream} {group} 0 MKSTREAM ; "
         "XAUTOCLAIM {same} {samegroup} {consumer} 0 (0|{id}) "
         "[COUNT {count}] [JUSTID]"},
    {20, "@5.0 XACK {stream} {group} {id}+"},

    /* any type */
    {25, "DEL {key}+"},
    {15, "@6.0 UNLINK {key}+"}, /* 5.0 may die of one on a stream */
    {25, "(EXPIRE {key} {seconds}|PEXPIRE {key} {ms}|EXPIREAT {key} {at}"
         "|PEXPIREAT {key} {atms}) " CONDITION},
    {15, "SET {string} {value} ; (EXPIRE {same} {seconds}"
         "|PEXPIREAT {same} {atms} ; PEXPIREAT {same} {atms} " CONDITION ")"},
    {15, "PERSIST {key}"},
    {15, "SET {string} {value} ; RENAME {same} {like}"},
    {10, "RENAME {key} {like}"},
    {10, "RENAMENX {key} {like}"},
    {25, "@6.2 COPY {key} {like} [DB {db}] [REPLACE]"},
    {15, "MOVE {key} {db}"},
    {3, "@4.0 SWAPDB {db} {db}"},
    {1, "SELECT 4 ; (FLUSHDB|@4.0 FLUSHDB ASYNC|@6.2 FLUSHDB SYNC"
        "|(FLUSHDB|FLUSHDB|FLUSHDB|(FLUSHALL|@4.0 FLUSHALL ASYNC)))"},
    /* SORT BY a pattern with ALPHA leaves elements of equal weight in an order
     * that depends on the one they came in, and members of sets come in any:
     * what is sorted so is a list for certain. */
    {20, "SORT {ints} [BY nosort|BY str:*|BY hash:*->f1] [GET #|GET str:*] "
         SORT_ORDER " STORE {list}"},
    {15, "SORT {set} [BY nosort] ALPHA [GET #] [GET hash:*->f2] "
         SORT_ORDER " STORE {list}"},
    {15, "SORT {zset} (BY nosort|ALPHA) " SORT_ORDER " STORE {list}"},
    {15, "SORT {list} (ALPHA|BY nosort) " SORT_ORDER " STORE {list}"},
    {15, "DEL ranks ; RPUSH ranks {element}* ; "
         "SORT ranks BY (str:*|hash:*->f1) ALPHA " SORT_ORDER
         " STORE {list}"},
    {30, "@3.0 RESTORE {key} {restorems} {payload} (REPLACE|REPLACE "
         "[@5.0 IDLETIME {count}|@5.0 FREQ {digit}])"},
    {5, "@5.0 RESTORE {key} {atms} {payload} REPLACE ABSTTL"},
    {10, "RESTORE {key} 0 {payload}"},

    /* scripts: the effects of what they do are logged since 5.0 */
    {8, "@5.0 EVAL 'return redis.call(\"SET\", KEYS[1], ARGV[1])' "
        "1 {string} {value}"},
    {8, "@5.0 EVAL 'redis.call(\"RPUSH\", KEYS[1], ARGV[1], ARGV[2]) "
        "return redis.call(\"INCR\", KEYS[2])' "
        "2 {list} {counter} {element} {element}"},
    {8, "@5.0 EVAL 'for i = 1, 30 do redis.call(\"HSET\", KEYS[1], i, "
        "redis.call(\"INCR\", KEYS[2])) end' 2 {hash} {counter}"},
    {8, "@5.0 EVAL 'local first = redis.call(\"XRANGE\", KEYS[1], \"-\", "
        "\"+\", \"COUNT\", 1)[1] if first then "
        "redis.call(\"XDEL\", KEYS[1], first[1]) end "
        "return redis.call(\"XADD\", KEYS[1], \"*\", \"a\", ARGV[1])' "
        "1 {log} {value}"},
    {8, "@5.0 EVAL 'local some = redis.call(\"SRANDMEMBER\", KEYS[1], 3) "
        "for _, member in ipairs(some) do "
        "redis.call(\"SMOVE\", KEYS[1], KEYS[2], member) end "
        "redis.pcall(\"INCR\", KEYS[1])' 2 {set} {set}"},
    {8, "@5.0 EVAL 'redis.call(\"SELECT\", ARGV[1]) "
        "redis.call(\"SET\", KEYS[1], ARGV[2], \"EX\", 1000000000) "
        "redis.call(\"EXPIRE\", KEYS[1], 2000000000) "
        "return redis.call(\"SPOP\", KEYS[2], 2)' "
        "2 {string} {set} {db} {value}"},
    {8, "@5.0 SCRIPT LOAD 'return redis.call(\"LPUSH\", KEYS[1], ARGV[1])' ; "
        "EVALSHA e2aef3a1a15be465967f907e11ec62d081e704e4 1 {list} {element}"},

    /* functions */
    {8, "@7.0 FUNCTION LOAD REPLACE {library} ; "
        "(FCALL set_twice 2 {string} {string} {value}"
        "|FCALL push 1 {list} {element}+|FCALL count 1 {counter})"},
    {2, "@7.0 FUNCTION LOAD REPLACE {library} ; FUNCTION DELETE things"},
    {2, "@7.0 FUNCTION FLUSH [ASYNC|SYNC]"},
    {2, "@7.0 FUNCTION RESTORE {librarydump} (REPLACE|FLUSH)"},
};

const size_t template_count = sizeof(templates) / sizeof(*templates);
