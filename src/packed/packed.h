/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Iterators over packed blobs: ziplist, listpack, intset, zipmap.  One shape
 * for all four: open reads the header, next hands out one entry, close takes
 * what is left.  They read from a reader that holds exactly the blob (memory, a
 * slice of the input, or the output of LZF), so a blob of a gigabyte needs no
 * gigabyte; every length is checked against the blob's size before use.
 *
 * Each step can fail softly: the reader's error says why ("listpack entry 3:
 * length 900 exceeds blob") and the walk over this blob ends, while the
 * position behind the blob stays known to whoever opened it.
 */
#ifndef KEYWEIGH_PACKED_PACKED_H
#define KEYWEIGH_PACKED_PACKED_H

#include "data/item.h"
#include "input/reader.h"

/* One entry.  When the text is longer than READER_CONTIGUOUS - 16 bytes, its
 * bytes are still in the reader: text.kind is TEXT_PARTS, and the caller takes
 * or skips exactly text.size bytes (reader_part, reader_skip) before the next
 * call.  Shorter texts are whole, valid until the next call. */
struct packed_entry {
    struct text text;
    uint64_t offset; /* within the blob */
};

/* What a blob may be short of without being undecodable: the walk reports
 * these to check.  Bit set. */
enum packed_fault {
    PACKED_COUNT = 1,     /* entries differ from the header's count */
    PACKED_BACKLEN = 2,   /* listpack backlen, ziplist prevlen is wrong */
    PACKED_TAIL = 4,      /* ziplist tail offset is not the last entry */
    PACKED_TOTAL = 8,     /* total bytes in the header differ from the blob */
    PACKED_TRAILING = 16, /* bytes behind the end mark */
    PACKED_UNSORTED = 32, /* intset not strictly ascending */
    PACKED_NO_END = 64,   /* the blob's last byte is no end mark: servers since
                             6.2 look at that much without deep checks */
    PACKED_WIDE = 128,    /* zipmap: a length form longer than needed */
    PACKED_OVERRUN = 256, /* the last entry takes the end mark's place, with a
                             last byte that looks like one */
};

struct packed {
    enum node_kind kind;
    struct reader *reader;
    uint64_t size;       /* of the blob */
    uint64_t start;      /* reader offset of the blob's first byte */
    uint64_t count;      /* header's count, or NODE_COUNT_UNKNOWN; zipmap: of
                            pairs */
    uint64_t entries;    /* handed out so far */
    unsigned faults;     /* enum packed_fault, complete after END */
    uint32_t total;      /* header: ziplist zlbytes, listpack total, zipmap's
                            count byte */
    uint32_t tail;       /* ziplist: header's tail offset */
    uint32_t width;      /* intset: 2, 4 or 8 */
    uint64_t last_entry; /* ziplist: offset of the latest entry */
    uint64_t last_size;  /* ziplist: size of the latest entry; listpack: of one
                            whose backlen is still to be read; zipmap: free
                            bytes still to be skipped */
    int64_t last_value;  /* intset */
    bool value_next;     /* zipmap: a value follows */
};

/* Reads the header of a blob of size bytes that begins at the reader's next
 * byte.  STATUS_OK, STATUS_BAD (shallow fault: too short, wrong width, count
 * that cannot be; reader->error says it), STATUS_FAIL (the input itself
 * ended). */
enum status packed_open(struct packed *p, enum node_kind kind,
                        struct reader *reader, uint64_t size);

/* STATUS_OK with the entry; STATUS_END behind the last (the end mark was
 * read, faults is complete); STATUS_BAD, STATUS_FAIL as above.  Messages count
 * entries from 0.  Not to be called again after anything but STATUS_OK. */
enum status packed_next(struct packed *p, struct packed_entry *entry);

/* Takes what the walk left of the blob, wherever it stopped, and completes
 * PACKED_NO_END by the last byte.  After STATUS_BAD the caller has cleared the
 * reader's error before.  STATUS_OK or STATUS_FAIL. */
enum status packed_close(struct packed *p);

/* Bytes that packed_open needs to see to know count (and width). */
enum { PACKED_HEADER_MAX = 10 };

/* "ziplist", "listpack", ... for messages. */
const char *packed_name(enum node_kind kind);

/* Size a text takes as one listpack entry (encoding, data and backlen), by
 * the server's lpEncodeGetType and lpEncodeBacklen: an integer form when the
 * text is a canonical 64-bit decimal. */
uint64_t listpack_entry_size(const struct text *text);

/* The same as one ziplist entry (zipTryEncoding, zipStorePrevEntryLength);
 * previous is the size of the entry before it, 0 for the first. */
uint64_t ziplist_entry_size(const struct text *text, uint64_t previous);

#endif
