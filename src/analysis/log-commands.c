/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log-commands.h"

#include <stdlib.h>

#include "analysis/log-effect.h"
#include "base/xalloc.h"

void
log_commands_fini(struct log_commands *commands)
{
    map_fini(&commands->names);
    free(commands->rows);
}

static uint32_t
add_row(struct log_commands *commands, struct bytes name,
        const struct aof_command *known, bool is_rest)
{
    bool added;
    uint32_t number = map_add(&commands->names, name, &added);
    if (!added)
        return number;
    if (number == commands->room) {
        commands->room = commands->room != 0 ? commands->room * 2 : 64;
        commands->rows = xreallocarray(commands->rows, commands->room,
                                       sizeof(*commands->rows));
    }
    commands->rows[number] = (struct log_command){
        .name = map_name(&commands->names, number),
        .is_rest = is_rest,
        .known = known,
        .effect = log_effect_of(known),
        .expiry = log_expiry_form_of(known),
    };
    return number;
}

/* The name in upper case, which the table has already, with a blank before a
 * subcommand. */
static struct bytes
shown_name(struct bytes name, unsigned char room[LOG_COMMANDS_NAME_MAX])
{
    size_t size = name.size < LOG_COMMANDS_NAME_MAX ? name.size
                                                    : LOG_COMMANDS_NAME_MAX;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = name.data[i];
        bool lower = byte >= 'a' && byte <= 'z';
        room[i] = lower ? (unsigned char)(byte - 'a' + 'A') : byte;
        if (byte == '|')
            room[i] = ' ';
    }
    return bytes_of(room, size);
}

static uint32_t
row_of_unknown(struct log_commands *commands, struct bytes name)
{
    unsigned char room[LOG_COMMANDS_NAME_MAX];
    struct bytes shown = shown_name(name, room);
    uint32_t row = map_find(&commands->names, shown);
    if (row != MAP_NONE)
        return row;
    if (commands->unknown == LOG_COMMANDS_UNKNOWN_MAX)
        return add_row(commands, BYTES_LITERAL("(other)"), NULL, true);
    commands->unknown++;
    return add_row(commands, shown, NULL, false);
}

static uint32_t
look_up(struct log_commands *commands, const struct aof_record *slice,
        bool *by_name_alone)
{
    struct bytes name = aof_argument_bytes(&slice->args[0]);
    struct bytes sub = { NULL, 0 };
    if (slice->count > 1)
        sub = aof_argument_bytes(&slice->args[1]);
    const struct aof_command *container = aof_commands_find(name, NULL);
    *by_name_alone = container == NULL || !container->has_subcommands;
    const struct aof_command *known = container;
    if (!*by_name_alone && slice->count > 1)
        known = aof_commands_find(name, &sub);
    if (known == NULL)
        known = container; /* of an unknown subcommand */
    if (known == NULL)
        return row_of_unknown(commands, name);
    unsigned char room[LOG_COMMANDS_NAME_MAX];
    return add_row(commands, shown_name(bytes_of_text(known->name), room),
                   known, false);
}

static inline uint64_t
four_bytes(const unsigned char *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

static inline uint64_t
eight_bytes(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

/* The beginning and the end of a name, which overlap: with its size they are
 * all of it. */
static inline struct log_command_spelling
spelling_of(struct bytes name)
{
    struct log_command_spelling spelling = { .size = (uint32_t)name.size };
    if (name.size >= 8) {
        spelling.words[0] = eight_bytes(name.data);
        spelling.words[1] = eight_bytes(name.data + name.size - 8);
    } else if (name.size >= 4) {
        spelling.words[0] = four_bytes(name.data);
        spelling.words[1] = four_bytes(name.data + name.size - 4);
    } else {
        for (size_t i = 0; i < name.size; i++)
            spelling.words[0] = spelling.words[0] << 8 | name.data[i];
    }
    return spelling;
}

/* Both words are the same in names of four letters, and of eight. */
static inline size_t
place_of(const struct log_command_spelling *spelling)
{
    const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = spelling->words[0] * spread ^ spelling->words[1];
    return (size_t)(mixed * spread >> 32) % LOG_COMMANDS_CACHED;
}

static uint32_t
look_up_short(struct log_commands *commands, const struct aof_record *slice)
{
    struct log_command_spelling asked =
        spelling_of(aof_argument_bytes(&slice->args[0]));
    struct log_command_spelling *cached =
        &commands->spellings[place_of(&asked)];
    if (cached->row != 0 && cached->size == asked.size &&
        cached->words[0] == asked.words[0] &&
        cached->words[1] == asked.words[1])
        return cached->row - 1;
    bool by_name_alone;
    uint32_t row = look_up(commands, slice, &by_name_alone);
    asked.row = row + 1;
    if (by_name_alone)
        *cached = asked;
    return row;
}

uint32_t
log_commands_row(struct log_commands *commands,
                 const struct aof_record *slice)
{
    bool by_name_alone;
    if (slice->args[0].size == slice->args[0].held &&
        slice->args[0].held <= sizeof(commands->spellings[0].words))
        return look_up_short(commands, slice);
    return look_up(commands, slice, &by_name_alone);
}

static int
order_rows(const void *a, const void *b)
{
    const struct log_command *x = *(const struct log_command *const *)a;
    const struct log_command *y = *(const struct log_command *const *)b;
    if (x->commands != y->commands)
        return x->commands < y->commands ? 1 : -1;
    return bytes_compare(x->name, y->name);
}

const struct log_command **
log_commands_sorted(const struct log_commands *commands, size_t *count)
{
    const struct log_command **sorted =
        xreallocarray(NULL, (size_t)commands->names.count + 1,
                      sizeof(*sorted));
    *count = 0;
    for (uint32_t i = 0; i < commands->names.count; i++)
        if (commands->rows[i].commands > 0)
            sorted[(*count)++] = &commands->rows[i];
    qsort(sorted, *count, sizeof(*sorted), order_rows);
    return sorted;
}
