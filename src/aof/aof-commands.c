/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs are long and of few commands: a name is found by its length and its
 * first and last letters, in a table that is made once.
 */
#include "aof/aof-commands.h"

#include <pthread.h>

#include "aof/aof-command-table.h"

enum {
    INDEX_BITS = 10, /* of a table a quarter full */
    INDEX_SIZE = 1 << INDEX_BITS,
    NAME_MAX_SIZE = 32,
};

/* Numbers of rows, one more than they are; 0 is free. */
static uint16_t name_index[INDEX_SIZE];
static pthread_once_t index_made = PTHREAD_ONCE_INIT;

static inline unsigned char
upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 'a' + 'A') : c;
}

static bool
is_name(struct bytes text, const char *name)
{
    for (size_t i = 0; i < text.size; i++)
        if (upper(text.data[i]) != (unsigned char)name[i] || name[i] == '\0')
            return false;
    return name[text.size] == '\0';
}

static inline uint32_t
four_letters(const unsigned char *p)
{
    enum { CASE_OF_FOUR = 0x20202020 };
    uint32_t letters;
    memcpy(&letters, p, sizeof(letters));
    return letters | CASE_OF_FOUR;
}

/* Letters that differ in case only have one place. */
static inline size_t
place_of(struct bytes name)
{
    const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t letters = name.size;
    if (name.size >= 4) {
        letters = (uint64_t)four_letters(name.data) << 32 |
                  four_letters(name.data + name.size - 4);
        letters += name.size;
    } else {
        for (size_t i = 0; i < name.size; i++)
            letters = letters << 8 | (name.data[i] | 0x20U);
    }
    return (size_t)(letters * spread >> (64 - INDEX_BITS));
}

static void
make_index(void)
{
    for (size_t i = 0; i < aof_command_count; i++) {
        const char *name = aof_command_table[i].name;
        if (strchr(name, '|') != NULL)
            continue;
        size_t place = place_of(bytes_of_text(name));
        while (name_index[place] != 0)
            place = (place + 1) % INDEX_SIZE;
        name_index[place] = (uint16_t)(i + 1);
    }
}

static const struct aof_command *
find_command(struct bytes name)
{
    if (name.size == 0 || name.size > NAME_MAX_SIZE)
        return NULL;
    (void)pthread_once(&index_made, make_index);
    size_t place = place_of(name);
    for (; name_index[place] != 0; place = (place + 1) % INDEX_SIZE) {
        const struct aof_command *row =
            &aof_command_table[name_index[place] - 1];
        if (is_name(name, row->name))
            return row;
    }
    return NULL;
}

static const struct aof_command *
find_subcommand(const struct aof_command *command, struct bytes sub)
{
    const struct aof_command *end = aof_command_table + aof_command_count;
    size_t prefix = strlen(command->name) + 1;
    const struct aof_command *row = command + 1;
    for (; row < end && strncmp(row->name, command->name, prefix - 1) == 0 &&
           row->name[prefix - 1] == '|';
         row++)
        if (is_name(sub, row->name + prefix))
            return row;
    return NULL;
}

const struct aof_command *
aof_commands_find(struct bytes name, const struct bytes *sub)
{
    const struct aof_command *command = find_command(name);
    if (command == NULL || sub == NULL || !command->has_subcommands)
        return command;
    return find_subcommand(command, *sub);
}

const struct aof_command *
aof_commands_all(size_t *count)
{
    *count = aof_command_count;
    return aof_command_table;
}

bool
aof_commands_arity_fits(const struct aof_command *command, uint64_t argc)
{
    return command->arity >= 0 ? argc == (uint64_t)command->arity
                               : argc >= (uint64_t)-command->arity;
}

/* ---- keys ---- */

/* Arguments begin to end - 1, each step-th. */
struct span {
    uint64_t begin;
    uint64_t end;
};

/* Behind the key at begin: `last` more arguments, or to the one that counts
 * so from the end. */
static uint64_t
span_end(const struct aof_key_spec *spec, uint64_t begin, uint64_t argc)
{
    if (spec->last >= 0)
        return begin + (uint64_t)spec->last + 1;
    uint64_t behind = (uint64_t)-spec->last - 1;
    return argc > behind ? argc - behind : 0;
}

/* A count as servers read it; what they would not take is no keys. */
static uint64_t
count_of(const struct aof_argument *argument)
{
    enum { DIGITS_MAX = 10 };
    uint64_t count = 0;
    if (argument->held != argument->size || argument->size > DIGITS_MAX)
        return 0;
    for (size_t i = 0; i < argument->held; i++) {
        unsigned digit = argument->data[i] - (unsigned)'0';
        if (digit > 9)
            return 0;
        count = count * 10 + digit;
    }
    return count;
}

static bool
is_word(const struct aof_argument *argument, const char *word)
{
    return argument->held == argument->size &&
           is_name(aof_argument_bytes(argument), word);
}

/* Where the keys are that a word leads to, when argument `number` is it. */
static struct span
span_behind_word(const struct aof_key_spec *spec, uint64_t number,
                 uint64_t argc)
{
    struct span span = { number + 1, 0 };
    if (spec->form == AOF_KEYS_HALF)
        span.end = span.begin + (argc - span.begin) / 2;
    else
        span.end = span_end(spec, span.begin, argc);
    return span;
}

/* Looks in a slice for what says where the keys of a spec are. */
static void
look_for_span(const struct aof_key_spec *spec, const struct aof_record *slice,
              struct span *span)
{
    for (size_t i = 0; i < slice->count && span->end == 0; i++) {
        uint64_t number = slice->first + i;
        const struct aof_argument *argument = &slice->args[i];
        if (spec->form == AOF_KEYS_COUNT && number == spec->at) {
            span->begin = number + 1;
            span->end = span->begin + count_of(argument) * spec->step;
        } else if (spec->form != AOF_KEYS_COUNT && number >= spec->at &&
                   is_word(argument, spec->word)) {
            *span = span_behind_word(spec, number, slice->argc);
        }
    }
}

enum { SPECS_MAX = 4 };

/* The spans of a command's specs as far as they are known; state keeps those
 * that had to be looked for. */
static size_t
find_spans(const struct aof_command *command, const struct aof_record *slice,
           struct aof_key_state *state, struct span spans[SPECS_MAX])
{
    size_t count = 0;
    size_t sought = 0;
    const struct aof_key_spec *spec = command->keys;
    for (; !spec->ends; spec++, count++) {
        spans[count].begin = spec->at;
        if (spec->form == AOF_KEYS_AT) {
            spans[count].end = span_end(spec, spec->at, slice->argc);
            continue;
        }
        spans[count] = (struct span){ state->begin[sought],
                                      state->end[sought] };
        if (spans[count].end == 0)
            look_for_span(spec, slice, &spans[count]);
        state->begin[sought] = spans[count].begin;
        state->end[sought] = spans[count].end;
        sought++;
    }
    return count;
}

/* Those of one spec, which most commands have. */
static void
tell_span(const struct aof_key_spec *spec, struct span span,
          const struct aof_record *slice,
          void (*key)(void *context, const struct aof_argument *name,
                      enum aof_key_use use),
          void *context)
{
    uint64_t number = span.begin;
    uint64_t behind = slice->first + slice->count;
    if (number < slice->first) {
        uint64_t passed = slice->first - number;
        number += (passed + spec->step - 1) / spec->step * spec->step;
    }
    for (; number < span.end && number < behind; number += spec->step)
        key(context, &slice->args[number - slice->first], spec->use);
}

void
aof_commands_keys(const struct aof_command *command,
                  const struct aof_record *slice, struct aof_key_state *state,
                  void (*key)(void *context, const struct aof_argument *name,
                              enum aof_key_use use),
                  void *context)
{
    struct span spans[SPECS_MAX];
    if (command->keys == NULL)
        return;
    size_t count = find_spans(command, slice, state, spans);
    uint64_t end = 0;
    if (count == 1) {
        tell_span(command->keys, spans[0], slice, key, context);
        return;
    }
    for (size_t s = 0; s < count; s++)
        end = spans[s].end > end ? spans[s].end : end;
    for (size_t i = 0; i < slice->count && slice->first + i < end; i++)
        for (size_t s = 0; s < count; s++) {
            uint64_t number = slice->first + i;
            if (number >= spans[s].begin && number < spans[s].end &&
                (number - spans[s].begin) % command->keys[s].step == 0)
                key(context, &slice->args[i], command->keys[s].use);
        }
}
