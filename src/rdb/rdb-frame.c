/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What stands around the records:
 *
 *   ["$EOF:" mark CRLF]               as diskless replication sends it
 *   "REDIS" dddd  or  "VALKEY" ddd
 *   records, the last of them EOF
 *   CRC64 of all from the magic on    from version 5 on; 0: not computed
 *   [mark]                            40 hexadecimal digits
 *
 * Source: rdb.c rdbLoadRioWithLoadingCtx, rdbSaveRioWithEOFMark, Redis 7.2.
 */
#include "rdb/decode.h"

#include <ctype.h>

enum {
    MAGIC_SIZE = 9,
    EOF_MARK_SIZE = 40,
    EOF_PREFIX_SIZE = 5 + EOF_MARK_SIZE + 2,
    VERSION_WITH_CRC = 5,
};

bool
rdb_recognise(struct reader *reader)
{
    if (!reader_peek(reader, 5))
        return false;
    if (memcmp(reader->pos, "REDIS", 5) == 0 ||
        memcmp(reader->pos, "$EOF:", 5) == 0)
        return true;
    return reader_peek(reader, 6) && memcmp(reader->pos, "VALKEY", 6) == 0;
}

static bool
read_eof_prefix(struct rdb *rdb)
{
    if (!reader_peek(rdb->reader, 5) ||
        memcmp(rdb->reader->pos, "$EOF:", 5) != 0)
        return true;
    const unsigned char *p = reader_take(rdb->reader, EOF_PREFIX_SIZE);
    if (p == NULL)
        return false;
    memcpy(rdb->eof_mark, p + 5, EOF_MARK_SIZE);
    rdb->facts.eof_prefix = true;
    rdb_finding(rdb, FINDING_EOF_MARK, 0,
                "the file is framed as diskless replication sends it");
    return true;
}

/* Reads digits as atoi does: leading blanks, then what digits there are. */
static int
version_of(const unsigned char *digits, size_t count, bool *plain)
{
    int version = 0;
    size_t i = 0;
    *plain = true;
    while (i < count && isspace(digits[i]))
        i++;
    *plain = i == 0;
    for (; i < count && isdigit(digits[i]); i++)
        version = version * 10 + (digits[i] - '0');
    *plain = *plain && i == count;
    return version;
}

static bool
end_in_header(struct rdb *rdb)
{
    error_context(&rdb->reader->error, "RDB header");
    return false;
}

static bool
read_magic(struct rdb *rdb)
{
    struct rdb_facts *facts = &rdb->facts;
    uint64_t at = reader_offset(rdb->reader);
    const unsigned char *p;
    bool plain;
    if (!rdb_recognise(rdb->reader))
        return rdb_fail(rdb, FINDING_HEADER, at, "no RDB begins here");
    reader_start_crc(rdb->reader);
    p = reader_take(rdb->reader, MAGIC_SIZE);
    if (p == NULL)
        return end_in_header(rdb);
    size_t letters = p[0] == 'V' ? 6 : 5;
    facts->dialect = p[0] == 'V' ? RDB_VALKEY : RDB_REDIS;
    facts->version = version_of(p + letters, MAGIC_SIZE - letters, &plain);
    if (facts->version < 1)
        return rdb_fail(rdb, FINDING_HEADER, at,
                        "the header names no RDB version");
    if (!plain)
        rdb_finding(rdb,
                    isdigit(p[letters]) ? FINDING_HEADER_JUNK
                                        : FINDING_HEADER_BLANK,
                    at, "the header's version is not all digits");
    rdb_choose_types(rdb, facts->dialect);
    int known = facts->dialect == RDB_VALKEY ? RDB_VALKEY_VERSION_KNOWN
                                             : RDB_TYPE_VERSION_KNOWN;
    if (facts->version > known)
        rdb_finding(rdb, FINDING_VERSION_NEWER, at,
                    "RDB version %d is newer than any this program knows",
                    facts->version);
    return true;
}

bool
rdb_read_header(struct rdb *rdb)
{
    return read_eof_prefix(rdb) && read_magic(rdb);
}

bool
rdb_read_crc(struct rdb *rdb)
{
    struct rdb_facts *facts = &rdb->facts;
    uint64_t computed = reader_crc(rdb->reader);
    reader_end_crc(rdb->reader);
    uint64_t at = reader_offset(rdb->reader);
    uint64_t stored;
    facts->crc = RDB_CRC_ABSENT;
    if (facts->version < VERSION_WITH_CRC)
        return true;
    if (!reader_u64le(rdb->reader, &stored)) {
        error_context(&rdb->reader->error, "checksum");
        return false;
    }
    if (stored == 0) {
        rdb_finding(rdb, FINDING_CRC_ABSENT, at, "no checksum was written");
        return true;
    }
    facts->crc = stored == computed ? RDB_CRC_OK : RDB_CRC_MISMATCH;
    if (stored != computed)
        rdb_finding(rdb, FINDING_CRC_MISMATCH, at,
                    "the checksum is %016llx, but the bytes give %016llx",
                    (unsigned long long)stored, (unsigned long long)computed);
    return true;
}

/* With or without the prefix that announced it. */
void
rdb_take_eof_mark(struct rdb *rdb)
{
    struct reader *r = rdb->reader;
    bool there = reader_peek(r, EOF_MARK_SIZE);
    if (rdb->facts.eof_prefix) {
        if (there && memcmp(r->pos, rdb->eof_mark, EOF_MARK_SIZE) == 0)
            (void)reader_skip(r, EOF_MARK_SIZE);
        else
            rdb_finding(rdb, FINDING_EOF_MARK, reader_offset(r),
                        "the mark announced at the beginning does not stand "
                        "at the end");
        return;
    }
    for (size_t i = 0; there && i < EOF_MARK_SIZE; i++)
        there = isxdigit(r->pos[i]);
    if (!there || reader_peek(r, EOF_MARK_SIZE + 1))
        return;
    rdb_finding(rdb, FINDING_EOF_MARK, reader_offset(r),
                "the mark of diskless replication stands at the end");
    (void)reader_skip(r, EOF_MARK_SIZE);
}
