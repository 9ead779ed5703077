/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A record made by hand, for tests of what takes records.
 */
#ifndef KEYWEIGH_TESTS_SAMPLE_RECORD_H
#define KEYWEIGH_TESTS_SAMPLE_RECORD_H

#include <string.h>

#include "model/record.h"

struct sample {
    struct key key;
    struct price price;
    struct record record;
};

/* A string of one element without expiry; change what else matters. */
static inline void
sample_init(struct sample *sample, const char *name, uint64_t memory)
{
    memset(sample, 0, sizeof(*sample));
    sample->key.name = bytes_of_text(name);
    sample->key.name_size = sample->key.name.size;
    sample->key.expire_ms = KEY_NO_EXPIRY;
    sample->key.idle_s = -1;
    sample->key.freq = -1;
    sample->key.type = TYPE_STRING;
    sample->price.encoding = ENCODING_EMBSTR;
    sample->price.memory = memory;
    sample->price.requested = memory;
    sample->record.key = &sample->key;
    sample->record.type = TYPE_STRING;
    sample->record.elements = 1;
    sample->record.prices = &sample->price;
    sample->record.price_count = 1;
}

#endif
