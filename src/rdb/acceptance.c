/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Measured: hand-made files given to Redis 2.8.24, 4.0.14, 5.0.14, 6.0.20,
 * 6.2.16, 7.0.15, 7.4.1, 8.0.6, 8.6.3 and Valkey 8.1.1, 9.1.2.  Releases
 * between two of those stand with the older one where their rdb.c agrees with
 * it; Redis 8.8 and 8.10 stand with 8.6, Valkey 9.0 with 9.1, KeyDB with the
 * Redis 6.2 it was made from.
 */
#include "rdb/acceptance.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "rdb/opcodes.h"
#include "rdb/rdb-types.h"

#define REDIS(major, minor, version)                                           \
    {                                                                          \
        "redis-" #major "." #minor, "redis", major, minor, version, 0          \
    }
#define VALKEY(major, minor, valkey_version)                                   \
    {                                                                          \
        "valkey-" #major "." #minor, "valkey", major, minor, 11,               \
            valkey_version                                                     \
    }

/* Valkey 9 reads REDIS files to version 11 only: 12 to 79 are foreign to it
 * (rdb-version-check strict, the default). */
const struct acceptance_server acceptance_servers[ACCEPTANCE_SERVERS] = {
    REDIS(2, 8, 6),   REDIS(3, 0, 6),
    REDIS(3, 2, 7),   REDIS(4, 0, 8),
    REDIS(5, 0, 9),   REDIS(6, 0, 9),
    REDIS(6, 2, 9),   REDIS(7, 0, 10),
    REDIS(7, 2, 11),  REDIS(7, 4, 12),
    REDIS(8, 0, 12),  REDIS(8, 2, 12),
    REDIS(8, 4, 12),  REDIS(8, 6, 13),
    REDIS(8, 8, 14),  REDIS(8, 10, 15),
    VALKEY(7, 2, 0),  VALKEY(8, 0, 0),
    VALKEY(8, 1, 0),  VALKEY(9, 0, 80),
    VALKEY(9, 1, 80), { "keydb-6.3", "keydb", 6, 3, 9, 0 },
};

/* Loaders that answer alike, but for what a release does not know yet. */
enum loader {
    LOADER_2_8, /* 3.0 too */
    LOADER_3_2,
    LOADER_4_0,
    LOADER_5_0,
    LOADER_6_0,
    LOADER_6_2,    /* KeyDB too; here checks of packed values begin */
    LOADER_7_0,    /* to 8.10, Valkey to 8.1; ziplists are checked deeply */
    LOADER_VALKEY, /* 9: everything is checked deeply */
    LOADER_COUNT,
};

static enum loader
loader_of(const struct acceptance_server *server)
{
    static const struct {
        int major;
        int minor;
    } first[LOADER_VALKEY] = { { 0, 0 }, { 3, 2 }, { 4, 0 }, { 5, 0 },
                               { 6, 0 }, { 6, 2 }, { 7, 0 } };
    if (server->valkey_version > 0)
        return LOADER_VALKEY;
    enum loader loader = LOADER_7_0;
    while (server->major < first[loader].major ||
           (server->major == first[loader].major &&
            server->minor < first[loader].minor))
        loader--;
    return loader;
}

/* One letter a loader: L loads, D drops the key, R refuses, C crashes.  No
 * row: all load. */
static const char answers[FINDING_COUNT][LOADER_COUNT + 1] = {
    [FINDING_HEADER] = "RRRRRRRR",
    [FINDING_TRUNCATED] = "RRRRRRRR",
    [FINDING_CRC_MISMATCH] = "RRRRRRRR",
    [FINDING_UNKNOWN_BYTE] = "CCRRRRRR",
    [FINDING_UNSUPPORTED] = "CCRRRRRR",
    [FINDING_LENGTH] = "LLRRRRRR",
    [FINDING_LENGTH_64] = "CCLLLLLL",
    [FINDING_STRING_ENCODING] = "CCRRRRRR",
    [FINDING_LZF] = "RRRRRRRR",
    [FINDING_LZF_SIZE] = "LLLLLRRR",
    [FINDING_LZF_EMPTY] = "RRRRRLLL",
    [FINDING_ATTRIBUTE_ORDER] = "LRRLLLLL",
    [FINDING_EXPIRY_SPLIT] = "RRRRRRRR",
    [FINDING_DB_NUMBER] = "RRRRRRRR",
    [FINDING_RESIZEDB_HUGE] = "RCCCCLLL",
    [FINDING_SLOT_IMPORT] = "RRRRRRRR",
    [FINDING_FUNCTION] = "RRRRRRRR",
    [FINDING_FUNCTION_PRE_GA] = "RRRRRRRR",
    [FINDING_MODULE] = "CCRRRRRR",
    [FINDING_MODULE_AUX] = "RRRRRRRR",
    [FINDING_MODULE_OPCODE] = "RRRRRRRR",
    [FINDING_KEY_META] = "RRRRRRRR",
    [FINDING_TEMPLATE] = "RRRRRRRR",
    [FINDING_DUPLICATE_KEY] = "CCCCCCCC",
    [FINDING_DUPLICATE_SUSPECTED] = "CCCCCCCC",
    [FINDING_EMPTY_AGGREGATE] = "LLLLLDDD",
    [FINDING_SCORE_NAN] = "CCCCCCRR",
    [FINDING_SCORE_TEXT] = "LLLLLRRR",
    [FINDING_DUPLICATE_MEMBER] = "LLLLLRRR",
    [FINDING_DUPLICATE_FIELD] = "LLLLLLLR",
    [FINDING_DUPLICATE_TABLE] = "CRRRRRRR",
    [FINDING_DUPLICATE_PACKED] = "LLLLLLLR",
    [FINDING_DUPLICATE_OLD] = "LLLLLLRR",
    [FINDING_ODD_COUNT] = "LLLLLLLR",
    [FINDING_FIELD_TTL] = "RRRRRRRR",
    [FINDING_FIELD_TTL_TEXT] = "CCCCCCCC",
    [FINDING_QUICKLIST_NODE] = "RRRRRRRR",
    [FINDING_ZIPLIST_SHALLOW] = "LLLLLRRR",
    [FINDING_ZIPLIST_DEEP] = "LLLLLLRR",
    [FINDING_ZIPLIST_PREVLEN] = "LLLLLCRR",
    [FINDING_LISTPACK_SHALLOW] = "LLLLLRRR",
    [FINDING_LISTPACK_DEEP] = "LLLLLLLR",
    [FINDING_INTSET_SHALLOW] = "LLLLLRRR",
    [FINDING_INTSET_DEEP] = "LLLLLLLR",
    [FINDING_ZIPMAP] = "LLLLLRRR",
    [FINDING_STREAM_SHALLOW] = "RRRRRRRR",
    [FINDING_STREAM_NO_NODES] = "LLLLLLRR",
    [FINDING_STREAM_FIRST] = "LLLLLLCR",
    [FINDING_STREAM_DEEP] = "LLLLLLLR",
    [FINDING_IDMP] = "RRRRRRRR",
    [FINDING_ARRAY] = "RRRRRRRR",
};

enum {
    TYPE_BYTE_ZIPMAP = 9,
    TYPE_BYTE_ZSET_ZIPLIST = 12,
    TYPE_BYTE_HASH_ZIPLIST = 13,
    TYPE_BYTE_ZSET = 3,
    TYPE_BYTE_HASH_LISTPACK_EX_PRE_GA = 23,
    TYPE_BYTE_HASH_LISTPACK_EX = 25,
};

/* The answers to a finding, which for some depend on where it was. */
static const char *
answers_to(enum finding_code code, const struct key *key)
{
    unsigned char type = key != NULL ? key->type_byte : 0;
    bool is_ziplist =
        type == TYPE_BYTE_ZSET_ZIPLIST || type == TYPE_BYTE_HASH_ZIPLIST;
    if (code == FINDING_ODD_COUNT && is_ziplist)
        return answers[FINDING_ZIPLIST_DEEP];
    if (code == FINDING_DUPLICATE_OLD && type == TYPE_BYTE_ZIPMAP)
        return answers[FINDING_ZIPMAP];
    /* Scores in packed zsets are not looked at by any loader. */
    if (code == FINDING_SCORE_TEXT && type != TYPE_BYTE_ZSET)
        return "";
    /* Packed expiries are checked deeply or not at all. */
    if (code == FINDING_FIELD_TTL &&
        (type == TYPE_BYTE_HASH_LISTPACK_EX ||
         type == TYPE_BYTE_HASH_LISTPACK_EX_PRE_GA))
        return answers[FINDING_LISTPACK_DEEP];
    return answers[code];
}

/* Since 8.1 Valkey wants a zero where Redis takes blanks for digits. */
static uint32_t
wanting_zero(void)
{
    return UINT32_MAX << acceptance_find("valkey", 8, 1) &
           ~(UINT32_MAX << acceptance_find("keydb", 0, 0));
}

struct acceptance
acceptance_of_finding(enum finding_code code, const struct key *key)
{
    struct acceptance acceptance = { 0, 0, 0 };
    const char *letters = answers_to(code, key);
    if (code == FINDING_HEADER_BLANK)
        acceptance.refuses = wanting_zero();
    for (size_t i = 0; letters[0] != '\0' && i < ACCEPTANCE_SERVERS; i++) {
        char letter = letters[loader_of(&acceptance_servers[i])];
        acceptance.loses |= (uint32_t)(letter == 'D') << i;
        acceptance.refuses |= (uint32_t)(letter == 'R') << i;
        acceptance.crashes |= (uint32_t)(letter == 'C') << i;
    }
    return acceptance;
}

struct acceptance
acceptance_join(struct acceptance a, struct acceptance b)
{
    struct acceptance both;
    both.crashes = a.crashes | b.crashes;
    both.refuses = (a.refuses | b.refuses) & ~both.crashes;
    both.loses = (a.loses | b.loses) & ~both.crashes & ~both.refuses;
    return both;
}

bool
acceptance_depends_on_setup(enum finding_code code)
{
    return code == FINDING_DB_NUMBER || code == FINDING_MODULE ||
           code == FINDING_MODULE_AUX || code == FINDING_KEY_META;
}

/* --- features --- */

/* A server up to 3.2 takes a byte it does not know for a type, and dies of
 * what follows; later ones end with a message. */
static void
is_unknown_to(struct acceptance *acceptance, size_t server)
{
    uint32_t bit = UINT32_C(1) << server;
    if (loader_of(&acceptance_servers[server]) <= LOADER_3_2)
        acceptance->crashes |= bit;
    else
        acceptance->refuses |= bit;
}

static void
version_feature(const struct rdb_facts *facts,
                struct acceptance_feature *feature)
{
    bool valkey = facts->dialect == RDB_VALKEY;
    (void)snprintf(feature->text, sizeof(feature->text), "%s version %d",
                   valkey ? "VALKEY" : "REDIS", facts->version);
    feature->acceptance = (struct acceptance) { 0, 0, 0 };
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++) {
        const struct acceptance_server *server = &acceptance_servers[i];
        int newest = valkey ? server->valkey_version : server->redis_version;
        if (facts->version > newest || (valkey && facts->version < 80))
            feature->acceptance.refuses |= UINT32_C(1) << i;
    }
}

/* Known to servers that read RDB version since, of the file's dialect; those
 * of the other dialect refuse its magic anyway. */
static void
feature_since(struct acceptance_feature *feature, const struct rdb_facts *facts,
              int since)
{
    feature->acceptance = (struct acceptance) { 0, 0, 0 };
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++) {
        const struct acceptance_server *server = &acceptance_servers[i];
        int newest = facts->dialect == RDB_VALKEY && server->valkey_version > 0
                         ? server->valkey_version
                         : server->redis_version;
        if (since > newest)
            is_unknown_to(&feature->acceptance, i);
    }
}

static void
type_feature(struct acceptance_feature *feature, const struct rdb_facts *facts,
             unsigned char byte)
{
    const struct rdb_type *type = rdb_type_find(facts->dialect, byte);
    (void)snprintf(feature->text, sizeof(feature->text), "type %u (%s)", byte,
                   type->name);
    feature_since(feature, facts, type->since);
    if (type->type == TYPE_CRON)
        for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++)
            if (strcmp(acceptance_servers[i].product, "keydb") != 0)
                is_unknown_to(&feature->acceptance, i);
}

/* Vector sets are a module's values, but of a module that Redis 8 has built
 * in. */
static void
vector_feature(struct acceptance_feature *feature)
{
    (void)snprintf(feature->text, sizeof(feature->text), "vector sets");
    feature->acceptance = (struct acceptance) { 0, 0, 0 };
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++)
        if (strcmp(acceptance_servers[i].product, "redis") != 0 ||
            acceptance_servers[i].major < 8)
            is_unknown_to(&feature->acceptance, i);
}

static bool
has_hints(const struct rdb_database *databases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (databases[i].has_hint)
            return true;
    return false;
}

size_t
acceptance_features(const struct rdb_facts *facts,
                    const struct rdb_database *databases, size_t count,
                    const bool types[256], bool vector_sets,
                    struct acceptance_feature features[ACCEPTANCE_FEATURES_MAX])
{
    const struct {
        bool used;
        enum opcode opcode;
        int since;
        const char *name;
    } opcodes[] = {
        { facts->aux > 0, OPCODE_AUX, 7, "AUX" },
        { has_hints(databases, count), OPCODE_RESIZEDB, 7, "RESIZEDB" },
        { facts->has_freq, OPCODE_FREQ, 9, "FREQ" },
        { facts->has_idle, OPCODE_IDLE, 9, "IDLE" },
        { facts->module_aux > 0, OPCODE_MODULE_AUX, 9, "MODULE_AUX" },
        { facts->functions > 0, OPCODE_FUNCTION_2, 10, "FUNCTION2" },
        { facts->templates > 0, OPCODE_HASH_TEMPLATE, 15, "HASH_TEMPLATE" },
    };
    size_t used = 0;
    version_feature(facts, &features[used++]);
    for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
        if (!opcodes[i].used)
            continue;
        struct acceptance_feature *feature = &features[used++];
        (void)snprintf(feature->text, sizeof(feature->text), "opcode %u (%s)",
                       (unsigned)opcodes[i].opcode, opcodes[i].name);
        feature_since(feature, facts, opcodes[i].since);
    }
    for (unsigned byte = 0; byte < 256; byte++)
        if (types[byte])
            type_feature(&features[used++], facts, (unsigned char)byte);
    if (vector_sets)
        vector_feature(&features[used++]);
    return used;
}

/* --- which server --- */

static bool
is_newer(const struct acceptance_server *server, int major, int minor)
{
    return server->major > major ||
           (server->major == major && server->minor > minor);
}

size_t
acceptance_find(const char *product, int major, int minor)
{
    size_t found = ACCEPTANCE_SERVERS;
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++) {
        const struct acceptance_server *server = &acceptance_servers[i];
        if (strcmp(server->product, product) == 0 &&
            (found == ACCEPTANCE_SERVERS || !is_newer(server, major, minor)))
            found = i;
    }
    return found;
}

static bool
read_part(const char **text, int *value)
{
    const char *p = *text;
    *value = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (*value > 9999)
            return false;
        *value = *value * 10 + (*p - '0');
    }
    bool any = p != *text;
    *text = p;
    return any;
}

bool
acceptance_read_version(const char *text, int *major, int *minor, int *patch)
{
    *patch = 0;
    if (!read_part(&text, major) || *text++ != '.' || !read_part(&text, minor))
        return false;
    if (*text == '.') {
        text++;
        (void)read_part(&text, patch);
        return true;
    }
    return *text == '\0' || *text == '-';
}

bool
acceptance_read_release(const char *text, int *major, int *minor, int *patch)
{
    if (acceptance_read_version(text, major, minor, patch))
        return true;
    *minor = INT_MAX;
    return read_part(&text, major) && *text == '\0';
}

static int
newest_version(size_t server, const struct rdb_facts *facts)
{
    return facts->dialect == RDB_VALKEY
               ? acceptance_servers[server].valkey_version
               : acceptance_servers[server].redis_version;
}

/* A pre-release calls itself by an odd number below the release it becomes
 * (8.9.241 is a candidate of 8.10): the file's version tells. */
static size_t
writer_by_name(const struct rdb_facts *facts)
{
    int major;
    int minor;
    int patch;
    if (!acceptance_read_version(facts->server_version, &major, &minor,
                                 &patch))
        return ACCEPTANCE_SERVERS;
    size_t found = acceptance_find(facts->server, major, minor);
    size_t next = found;
    while (next < ACCEPTANCE_SERVERS &&
           strcmp(acceptance_servers[next].product, facts->server) == 0) {
        if (newest_version(next, facts) >= facts->version)
            return next;
        next++;
    }
    return found;
}

static size_t
writer_by_version(const struct rdb_facts *facts)
{
    static const struct {
        int version;
        int major;
        int minor;
    } writers[] = { { 6, 2, 8 },  { 7, 3, 2 },  { 8, 4, 0 },
                    { 9, 6, 2 },  { 10, 7, 0 }, { 11, 7, 2 },
                    { 12, 8, 0 }, { 13, 8, 6 }, { 14, 8, 8 } };
    if (facts->dialect == RDB_VALKEY)
        return acceptance_find("valkey", 9, 1);
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
        if (facts->version <= writers[i].version)
            return acceptance_find("redis", writers[i].major, writers[i].minor);
    return acceptance_find("redis", 8, 10);
}

size_t
acceptance_writer(const struct rdb_facts *facts)
{
    size_t found = ACCEPTANCE_SERVERS;
    if (facts->server[0] != '\0')
        found = writer_by_name(facts);
    return found < ACCEPTANCE_SERVERS ? found : writer_by_version(facts);
}

bool
acceptance_writer_is_newer(const struct rdb_facts *facts)
{
    enum { VERSION_ANNOUNCED = 16 };
    return facts->version > newest_version(acceptance_writer(facts), facts) &&
           (facts->server[0] != '\0' || (facts->dialect == RDB_REDIS &&
                                         facts->version <= VERSION_ANNOUNCED));
}

void
acceptance_append_servers(struct buffer *out, uint32_t servers)
{
    const struct acceptance_server *rows = acceptance_servers;
    const char *comma = "";
    servers &= ACCEPTANCE_ALL;
    if (servers == 0 || servers == ACCEPTANCE_ALL) {
        buffer_append_text(out, servers == 0 ? "no server" : "every server");
        return;
    }
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++) {
        if ((servers >> i & 1) == 0)
            continue;
        size_t last = i;
        while (last + 1 < ACCEPTANCE_SERVERS && (servers >> (last + 1) & 1) &&
               strcmp(rows[last + 1].product, rows[i].product) == 0)
            last++;
        buffer_append_format(out, "%s%s", comma, rows[i].name);
        if (last > i)
            buffer_append_format(out, " to %s", rows[last].name);
        comma = ", ";
        i = last;
    }
}
