/* SPDX-License-Identifier: BSD-3-Clause
 *
 * All that is known of a key before its value is read.
 */
#ifndef KEYWEIGH_DATA_KEY_H
#define KEYWEIGH_DATA_KEY_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "data/type.h"

enum {
    KEY_NAME_HELD = 8 * 1024 * 1024, /* longer names are held to this */
    KEY_NO_EXPIRY = -1,
};

struct key {
    struct bytes name;    /* valid until the source's next key; at most
                             KEY_NAME_HELD bytes of it */
    uint64_t name_size;   /* its whole length */
    uint64_t name_hash;   /* XXH3 of what is held when that is not all of the
                             name, else 0 */
    uint64_t offset;      /* of the key's record, its expiry opcode included */
    uint64_t db;
    int64_t expire_ms;    /* Unix time, or KEY_NO_EXPIRY when has_expiry is
                             false (a file may hold any value) */
    int64_t idle_s;       /* -1 when the file has none */
    int freq;             /* LFU counter 0..255, -1 when the file has none */
    bool has_expiry;
    bool is_uncertain;    /* of a log: what could not be replayed may have
                             changed it */
    enum type type;
    unsigned char type_byte;  /* as in the file */
    struct bytes module_name; /* of TYPE_MODULE and TYPE_VECTORSET; static or
                                 valid as the name is */
};

/* Prepends which key it was, by database and the beginning of the name. */
void key_add_to_error(const struct key *key, struct error *error);

#endif
