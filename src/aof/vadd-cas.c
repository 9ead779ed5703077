/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/vadd-cas.h"

#include <strings.h>
#include <xxhash.h>

#include "base/number.h"

enum { KEY_AT = 1, VECTOR_AT = 2 };

static bool
is_word(const struct aof_argument *argument, const char *word)
{
    return argument->size == strlen(word) &&
           argument->held == argument->size &&
           strncasecmp((const char *)argument->data, word, argument->held) ==
               0;
}

/* The number of the first option in the first slice of a command. */
static uint64_t
find_options(const struct aof_record *slice)
{
    uint64_t count;
    size_t at = VECTOR_AT;
    if (slice->count > at && is_word(&slice->args[at], "REDUCE"))
        at += 2;
    if (slice->count <= at + 1)
        return 0;
    if (is_word(&slice->args[at], "FP32"))
        return at + 3;
    if (!is_word(&slice->args[at], "VALUES") ||
        !number_parse_uint64(aof_argument_bytes(&slice->args[at + 1]),
                             &count) ||
        count > slice->argc)
        return 0;
    return at + 3 + count;
}

/* Arguments of an option with its name; 0: what is none ends them. */
static unsigned
size_of_option(const struct aof_argument *argument)
{
    static const struct {
        const char *word;
        unsigned size;
    } options[] = {
        { "CAS", 1 }, { "NOQUANT", 1 }, { "BIN", 1 },     { "Q8", 1 },
        { "EF", 2 },  { "M", 2 },       { "SETATTR", 2 },
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (is_word(argument, options[i].word))
            return options[i].size;
    return 0;
}

static void
begin(struct vadd_cas *cas, uint64_t db, const struct aof_record *slice)
{
    cas->next = find_options(slice);
    if (slice->count <= KEY_AT)
        return;
    struct bytes key = aof_argument_bytes(&slice->args[KEY_AT]);
    size_t bit = XXH3_64bits_withSeed(key.data, key.size, db) % VADD_CAS_SETS;
    unsigned char mask = (unsigned char)(1 << bit % 8);
    cas->is_there = cas->is_loaded || (cas->seen[bit / 8] & mask) != 0;
    cas->seen[bit / 8] |= mask;
}

bool
vadd_cas_look(struct vadd_cas *cas, uint64_t db,
              const struct aof_record *slice)
{
    bool found = false;
    if (slice->first == 0)
        begin(cas, db, slice);
    while (!found && cas->next > 0 &&
           cas->next < slice->first + slice->count) {
        const struct aof_argument *option =
            &slice->args[cas->next - slice->first];
        unsigned size = size_of_option(option);
        found = is_word(option, "CAS");
        cas->next = size > 0 && !found ? cas->next + size : 0;
    }
    return found && cas->is_there;
}
