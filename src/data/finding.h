/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a careful reading of an input noticed: one finding each, with a code
 * from a fixed table, where it is, and in which key.  Decoders report them;
 * check decides what they mean (rdb/acceptance.h says which servers refuse).
 */
#ifndef KEYWEIGH_DATA_FINDING_H
#define KEYWEIGH_DATA_FINDING_H

#include "data/key.h"

enum finding_code {
    /* framing */
    FINDING_HEADER,          /* magic or version field */
    FINDING_HEADER_BLANK,    /* blanks before the version's digits */
    FINDING_HEADER_JUNK,     /* something behind the version's digits */
    FINDING_VERSION_NEWER,   /* newer than any known version */
    FINDING_EOF_MARK,        /* $EOF: framing around the file (a note) */
    FINDING_TRUNCATED,       /* the input ends inside something */
    FINDING_CRC_MISMATCH,
    FINDING_CRC_ABSENT,      /* all zero: checksums were off (a note) */
    FINDING_TRAILING,        /* bytes behind the end */
    FINDING_UNKNOWN_BYTE,    /* type or opcode */
    FINDING_UNSUPPORTED,     /* known by name, not readable */
    FINDING_LENGTH,          /* reserved length form 10xxxxxx */
    FINDING_LENGTH_64,       /* 0x81 form: readers up to 3.2 crash */
    FINDING_STRING_ENCODING, /* unknown 11xxxxxx */
    FINDING_LZF,             /* compressed text that does not decompress */
    FINDING_LZF_SIZE,        /* decompresses, but to another length: loaded
                                up to 6.0 with stray bytes behind */
    FINDING_LZF_EMPTY,       /* claims length 0: accepted whatever it holds */
    FINDING_ATTRIBUTE_ORDER, /* opcode between expiry and type */
    FINDING_EXPIRY_SPLIT,    /* KEY_META not followed by its type byte */
    FINDING_DB_NUMBER,       /* 16 or more: beyond the default databases */
    FINDING_RESIZEDB,        /* hint differs from what was found */
    FINDING_RESIZEDB_HUGE,   /* hint that old servers die of */
    FINDING_SLOT_INFO,       /* per-slot counts differ */
    FINDING_SLOT_IMPORT,     /* bad range */
    FINDING_AUX,             /* a field that should be a number is not */
    FINDING_EXPIRY_NEGATIVE, /* an expiry before 1970 */
    FINDING_FUNCTION,        /* library without its #! line */
    FINDING_FUNCTION_PRE_GA, /* opcode 246 */
    FINDING_MODULE,          /* a server without that module refuses */
    FINDING_MODULE_AUX,
    FINDING_MODULE_OPCODE,   /* unknown opcode in a module's value */
    FINDING_KEY_META,        /* key metadata: class may be unknown */
    FINDING_TEMPLATE,        /* hash template record or reference is wrong */
    FINDING_FOREIGN_TYPE,    /* a type byte of the other dialect's range, or
                                one newer than the file's version */
    /* keys */
    FINDING_DUPLICATE_KEY,
    FINDING_DUPLICATE_SUSPECTED,
    FINDING_EMPTY_AGGREGATE,
    FINDING_SCORE_NAN,
    FINDING_SCORE_TEXT,      /* not a number */
    FINDING_ZSET_UNSORTED,
    FINDING_DUPLICATE_MEMBER,/* in a table form (2, 3, 5) */
    FINDING_DUPLICATE_FIELD, /* in type 4 and later table forms */
    FINDING_DUPLICATE_TABLE, /* the same in a hash that no server packs: over
                                512 fields or a text over 64 bytes */
    FINDING_DUPLICATE_PACKED,/* in a listpack */
    FINDING_DUPLICATE_OLD,   /* in a ziplist or zipmap */
    FINDING_ODD_COUNT,       /* a packed hash or zset of unpaired entries */
    FINDING_FIELD_TTL,       /* out of range */
    FINDING_FIELD_TTL_ORDER, /* type 25: not soonest first */
    FINDING_FIELD_TTL_TEXT,  /* type 25 ttl that is a string: servers crash */
    FINDING_QUICKLIST_NODE,  /* container kind not 1 or 2, or an empty plain
                                node */
    FINDING_NODE_EMPTY,      /* an empty packed node: left out when loading */
    /* packed structures; which kind is in the text */
    FINDING_ZIPLIST_SHALLOW, /* size, end byte, tail range */
    FINDING_ZIPLIST_DEEP,    /* entries, tail, count */
    FINDING_ZIPLIST_PREVLEN, /* the size of the entry before is wrong */
    FINDING_LISTPACK_SHALLOW,
    FINDING_LISTPACK_DEEP,
    FINDING_INTSET_SHALLOW,
    FINDING_INTSET_DEEP,
    FINDING_ZIPMAP,
    /* streams */
    FINDING_STREAM_SHALLOW,  /* what every loader rejects */
    FINDING_STREAM_NO_NODES, /* entries announced, no node: loaded up to 6.2 */
    FINDING_STREAM_FIRST,    /* its first entry cannot be found */
    FINDING_STREAM_DEEP,     /* what only a deep check rejects */
    FINDING_STREAM_NOTE,     /* what nobody checks, yet is suspicious */
    FINDING_IDMP,
    FINDING_ARRAY,
    /* append-only files */
    FINDING_AOF_BYTE, /* no record begins with this byte */
    FINDING_AOF_NULS, /* a run of NUL bytes where a record should begin */
    FINDING_AOF_INLINE, /* an inline command or a blank line */
    FINDING_AOF_ARGC, /* "*" without a count of 1 or more */
    FINDING_AOF_BULK, /* an argument that does not begin with "$" */
    FINDING_AOF_SIZE_NEGATIVE, /* servers crash of it */
    FINDING_AOF_SIZE_HUGE, /* beyond any memory: servers crash of it */
    FINDING_AOF_LINE, /* a line with a number that is too long */
    FINDING_AOF_NUMBER, /* taken as servers do, but not as any writes it */
    FINDING_AOF_LINE_END, /* LF without CR behind a number */
    FINDING_AOF_BULK_END, /* not CRLF behind an argument: skipped unseen */
    FINDING_AOF_ANNOTATION_LONG, /* over 1023 bytes */
    FINDING_AOF_ANNOTATION_OPEN, /* the last line, without LF */
    FINDING_AOF_TRUNCATED, /* ends inside a record */
    FINDING_AOF_IN_PROGRESS, /* the same, of a file being written */
    FINDING_AOF_PREAMBLE, /* an RDB where none is read */
    FINDING_AOF_UNKNOWN_COMMAND,
    FINDING_AOF_ARITY, /* too few arguments: most servers crash of it */
    FINDING_AOF_ARITY_OVER, /* too many, which most servers do not see */
    FINDING_AOF_NOT_WRITTEN, /* a command that no server writes */
    FINDING_AOF_DANGEROUS, /* the same, and it acts on the server */
    FINDING_AOF_SHUTDOWN, /* up to 6.2 it ends the server that loads it */
    FINDING_AOF_FATAL, /* it crashes it */
    FINDING_AOF_UNCERTAIN, /* may or may not be written */
    FINDING_AOF_NOT_REPLAYABLE, /* its outcome depends on more */
    FINDING_AOF_DB, /* SELECT of what is no database */
    FINDING_AOF_MULTI_NESTED,
    FINDING_AOF_MULTI_OPEN, /* ends inside a transaction */
    FINDING_AOF_MULTI_DANGLING, /* left by a server that cut the file */
    FINDING_AOF_EXEC_ALONE,
    FINDING_AOF_QUEUED_WATCH, /* WATCH inside MULTI */
    FINDING_AOF_QUEUED_DISCARD, /* servers crash of it at EXEC */
    FINDING_AOF_VADD_CAS, /* VADD CAS, of which Redis crashes */
    FINDING_AOF_TIME_BACKWARD,
    FINDING_AOF_TIME, /* #TS: without a number */
    /* their manifests */
    FINDING_MANIFEST_EMPTY, /* no file line: servers start empty */
    FINDING_MANIFEST_LINE, /* not of the form */
    FINDING_MANIFEST_LINE_LONG,
    FINDING_MANIFEST_LINE_OPEN, /* the last one, without LF */
    FINDING_MANIFEST_NAME, /* with a path in it */
    FINDING_MANIFEST_SEQ,
    FINDING_MANIFEST_TYPE,
    FINDING_MANIFEST_TWO_BASES,
    FINDING_MANIFEST_NO_BASE, /* increments alone */
    FINDING_MANIFEST_ORDER, /* increments not ascending */
    FINDING_MANIFEST_DUPLICATE, /* loaded twice */
    FINDING_MANIFEST_UNKNOWN_KEY, /* passed over */
    FINDING_PART_MISSING,
    FINDING_PART_EMPTY, /* an increment without a byte (a note) */
    FINDING_PART_COMPRESSED, /* which no server undoes */
    FINDING_COUNT,
};

struct finding {
    enum finding_code code;
    uint64_t offset;
    const struct key *key; /* NULL outside keys; borrowed */
    const char *text;      /* one sentence without position; borrowed */
};

/* A word for scripts, "crc-mismatch"; static, never NULL. */
const char *finding_name(enum finding_code code);

/* Who takes findings. */
struct findings {
    void (*add)(struct findings *self, const struct finding *finding);
};

#endif
