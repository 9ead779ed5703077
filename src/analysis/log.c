/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analysis/log-effect.h"
#include "base/number.h"
#include "base/xalloc.h"

/* Which of the memory goes to what: measured, the rest of a program needs less
 * than what is left. */
enum {
    KEYS_SIXTEENTHS = 10,
    PREFIX_SIXTEENTHS = 2,
    WITHOUT_PREFIXES = 8 << 20, /* what prefix_capacity takes for granted */
};

/* ---- where the log is ---- */

static size_t
find_space(struct log *log, uint64_t db)
{
    uint64_t input = log->entry.input;
    for (size_t i = log->input_first_space; i < log->space_count; i++)
        if (log->spaces[i].db == db)
            return i;
    if (log->space_count == LOG_NO_SPACE)
        return LOG_NO_SPACE;
    log->spaces[log->space_count] = (struct log_space){ input, db, 0, 0 };
    return log->space_count++;
}

static void
set_db(struct log *log, uint64_t db)
{
    const uint64_t where[2] = { log->entry.input, db };
    log->entry.db = db;
    log->space = find_space(log, db);
    log->salt = XXH3_64bits(where, sizeof(where));
}

void
log_begin_part(struct log *log, uint64_t input, uint64_t part)
{
    struct log_entry *entry = &log->entry;
    if (input != entry->input)
        log->input_first_space = log->space_count;
    entry->input = input;
    entry->part = part;
    entry->number = 0;
    entry->has_time = false;
    set_db(log, 0);
}

void
log_end_part(struct log *log, uint64_t size)
{
    log->transactions.open += log->open.is_open;
    log->open = (struct log_open_transaction){ .is_open = false };
    log->pieces = (struct log_pieces){ .begun = false };
    log->entry.place += size;
}

static void
add_annotation(struct log *log, const struct aof_record *record)
{
    struct log_totals *totals = &log->totals;
    struct bytes line = record->line;
    int64_t time;
    totals->annotations++;
    totals->annotation_bytes += record->end - record->offset;
    if (line.size < 4 || memcmp(line.data, "#TS:", 4) != 0 ||
        !number_parse_int64(bytes_of(line.data + 4, line.size - 4), &time))
        return;
    log->entry.has_time = true;
    log->entry.time_s = time;
    if (!totals->has_times || time < totals->first_time_s)
        totals->first_time_s = time;
    if (!totals->has_times || time > totals->last_time_s)
        totals->last_time_s = time;
    totals->has_times = true;
}

/* ---- keys of a command ---- */

static void
on_key(void *context, const struct aof_argument *name, enum aof_key_use use)
{
    struct log *log = context;
    if (use == AOF_KEY_READ)
        return;
    if (log->found_count == log->found_room) {
        log->found_room = log->found_room != 0 ? log->found_room * 2 : 64;
        log->found = xreallocarray(log->found, log->found_room,
                                   sizeof(*log->found));
    }
    log->found[log->found_count++] = name;
}

static inline void
begin_key(struct log *log, const struct aof_argument *name)
{
    struct log_pieces *pieces = &log->pieces;
    const struct log_options *options = &log->options;
    uint64_t hash = XXH3_64bits(name->data, name->held);
    const struct log_key key = {
        .hash = (hash ^ log->salt) + (name->size - name->held),
        .name = aof_argument_bytes(name),
        .name_size = name->size,
        .name_hash = hash,
        .db = log->entry.db,
        .input = log->entry.input,
    };
    pieces->key = key;
    pieces->waits = true;
    pieces->passes = options->passes == NULL ||
                     options->passes(options->context, &pieces->key);
    pieces->written++;
    pieces->passed += pieces->passes;
    if (pieces->passes && pieces->passed == 1)
        pieces->first = key;
}

/* A write of a key is to the fold by prefix what a key is elsewhere. */
static void
add_prefix(struct log *log, const struct log_key *key, uint64_t bytes)
{
    struct key name = { .name = key->name, .name_size = key->name_size };
    struct price price = { .memory = bytes };
    struct record record = { .key = &name, .prices = &price,
                             .price_count = 1 };
    name.has_expiry = log->entry.effect != LOG_DELETES;
    log->prefixes->ops->add(log->prefixes, &record);
}

/* The key that waits has all bytes of the command up to there that no other
 * one has. */
static inline void
give_bytes(struct log *log, uint64_t up_to)
{
    struct log_pieces *pieces = &log->pieces;
    uint64_t bytes = up_to > pieces->given ? up_to - pieces->given : 0;
    enum log_key_fate fate =
        log_effect_on_key(log->entry.effect, (size_t)pieces->written - 1);
    pieces->given += bytes;
    pieces->waits = false;
    if (!pieces->passes)
        return;
    log_keys_add(&log->keys, &pieces->key, bytes, fate, (uint8_t)log->space);
    add_prefix(log, &pieces->key, bytes);
}

/* As writers write it; where a writer did not, keys have a byte more or less,
 * and the last one of the command makes up for it. */
static uint64_t
size_of_argument(const struct aof_argument *argument)
{
    return 1 + number_digits(argument->size) + 2 + argument->size + 2;
}

static void
give_bytes_of_slice(struct log *log, const struct aof_record *slice)
{
    struct log_pieces *pieces = &log->pieces;
    uint64_t at = pieces->seen;
    size_t passed = 0;
    if (slice->first == 0)
        at += 1 + number_digits(slice->argc) + 2;
    for (size_t i = 0; i < log->found_count; i++) {
        const struct aof_argument *name = log->found[i];
        while (&slice->args[passed] < name)
            at += size_of_argument(&slice->args[passed++]);
        if (pieces->waits)
            give_bytes(log, at);
        begin_key(log, name);
    }
    while (passed < slice->count)
        at += size_of_argument(&slice->args[passed++]);
    pieces->seen = at;
}

static void
keep_name(struct log_key *key, struct buffer *room)
{
    if (key->name.data == room->data)
        return;
    buffer_clear(room);
    buffer_append(room, key->name.data, key->name.size);
    key->name = buffer_bytes(room);
}

static void
look_for_keys(struct log *log, const struct aof_record *slice)
{
    struct log_pieces *pieces = &log->pieces;
    bool is_whole = slice->first == 0 && slice->end != 0;
    log->found_count = 0;
    if (pieces->known == NULL || pieces->known->keys == NULL)
        return;
    aof_commands_keys(pieces->known, slice, &pieces->keys, on_key, log);
    if (is_whole && log->found_count == 1)
        begin_key(log, log->found[0]);
    else
        give_bytes_of_slice(log, slice);
    if (slice->end == 0) {
        keep_name(&pieces->key, &log->names[0]);
        keep_name(&pieces->first, &log->names[1]);
    }
}

/* ---- whole commands ---- */

/* The keys and the expiry are set before they are looked at. */
static inline void
clear_pieces(struct log_pieces *pieces)
{
    pieces->keys = (struct aof_key_state){ .begin = { 0, 0 } };
    pieces->written = 0;
    pieces->passed = 0;
    pieces->seen = 0;
    pieces->given = 0;
    pieces->waits = false;
    pieces->selects = false;
}

static void
begin_command(struct log *log, const struct aof_record *slice)
{
    struct log_pieces *pieces = &log->pieces;
    struct log_entry *entry = &log->entry;
    entry->row = log_commands_row(&log->commands, slice);
    entry->effect = log->commands.rows[entry->row].effect;
    entry->offset = slice->offset;
    entry->number++;
    clear_pieces(pieces);
    pieces->begun = true;
    pieces->known = log->commands.rows[entry->row].known;
    pieces->expiry_form = log->commands.rows[entry->row].expiry;
    if (pieces->expiry_form != NULL)
        pieces->expiry = (struct log_expiry_state){ .is_set = false };
    if (pieces->known != NULL && pieces->known == log->select &&
        slice->count > 1)
        pieces->selects = number_parse_uint64(
            aof_argument_bytes(&slice->args[1]), &pieces->db);
}

static void
end_transaction(struct log *log)
{
    struct log_transactions *all = &log->transactions;
    const struct log_open_transaction *open = &log->open;
    if (open->is_open && open->commands > 0) {
        all->count++;
        all->commands += open->commands;
        if (open->commands > all->largest) {
            all->largest = open->commands;
            all->largest_bytes = open->bytes;
            all->largest_part = log->entry.part;
            all->largest_offset = open->offset;
        }
    }
    log->open = (struct log_open_transaction){ .is_open = false };
}

/* What commands mean for those behind them. */
static void
take_control(struct log *log)
{
    const struct log_pieces *pieces = &log->pieces;
    const struct log_entry *entry = &log->entry;
    if (pieces->selects)
        set_db(log, pieces->db);
    else if (pieces->known == log->multi && !log->open.is_open)
        log->open = (struct log_open_transaction){ .is_open = true,
                                                   .offset = entry->offset };
    else if (pieces->known == log->exec)
        end_transaction(log);
}

static void
take_flush(struct log *log)
{
    size_t first = log->space;
    size_t last = log->space;
    if (log->entry.effect == LOG_FLUSHES_ALL) {
        first = log->input_first_space;
        last = log->space_count - 1;
    }
    if (first <= last && last < LOG_NO_SPACE)
        log_keys_flush(&log->keys, (uint8_t)first, (uint8_t)last);
}

static void
count_totals(struct log *log)
{
    const struct log_entry *entry = &log->entry;
    struct log_totals *totals = &log->totals;
    totals->commands++;
    totals->bytes += entry->bytes;
    totals->writes += log_effect_is_write(entry->effect);
    totals->deletes += log_effect_is_delete(entry->effect);
    if (entry->effect == LOG_CONTROLS) {
        totals->controls++;
        totals->control_bytes += entry->bytes;
        return;
    }
    struct log_space *space = &log->spaces[log->space];
    space->commands++;
    space->bytes += entry->bytes;
    if (log->open.is_open) {
        log->open.commands++;
        log->open.bytes += entry->bytes;
    }
}

static void
count_command(struct log *log)
{
    const struct log_pieces *pieces = &log->pieces;
    const struct log_entry *entry = &log->entry;
    struct log_command *command = &log->commands.rows[entry->row];
    command->commands++;
    command->bytes += entry->bytes;
    count_totals(log);
    log_timeline_add(&log->places, (int64_t)(entry->place + entry->offset),
                     entry);
    if (entry->has_time) {
        log->totals.timed_commands++;
        log->totals.timed_bytes += entry->bytes;
        log_timeline_add(&log->times, entry->time_s, entry);
    }
    log_biggest_add(&log->biggest, entry);
    if (pieces->expiry_form != NULL &&
        log_expiry_add(&log->expiry, &pieces->expiry, entry->has_time,
                       entry->time_s))
        command->expiries++;
}

static void
end_command(struct log *log, uint64_t bytes)
{
    struct log_pieces *pieces = &log->pieces;
    struct log_entry *entry = &log->entry;
    if (pieces->waits)
        give_bytes(log, bytes);
    entry->bytes = bytes;
    entry->key = pieces->passed > 0 ? &pieces->first : NULL;
    if (log->options.passes == NULL || entry->key != NULL)
        count_command(log);
    if (entry->effect == LOG_CONTROLS)
        take_control(log);
    else if (entry->effect == LOG_FLUSHES_DB ||
             entry->effect == LOG_FLUSHES_ALL)
        take_flush(log);
    pieces->begun = false;
}

void
log_record(struct log *log, const struct aof_record *record)
{
    struct log_pieces *pieces = &log->pieces;
    if (record->kind == AOF_RECORD_ANNOTATION) {
        add_annotation(log, record);
        return;
    }
    if (!pieces->begun)
        begin_command(log, record);
    look_for_keys(log, record);
    if (pieces->expiry_form != NULL)
        log_expiry_look(&pieces->expiry, pieces->expiry_form, record);
    if (record->end != 0)
        end_command(log, record->end - record->offset);
}

/* ---- beginning and end ---- */

struct log *
log_new(const struct log_options *options)
{
    struct log *log = xcalloc(1, sizeof(*log));
    struct prefix_options prefix = {
        .separators = options->separators,
        .separator_count = options->separator_count,
        .depth = options->depth,
        .rows = options->prefixes,
        .capacity = prefix_capacity(
            WITHOUT_PREFIXES + options->memory / 16 * PREFIX_SIXTEENTHS, 1),
    };
    log->options = *options;
    log->entry.input = UINT64_MAX;
    log->select = aof_commands_find(BYTES_LITERAL("SELECT"), NULL);
    log->multi = aof_commands_find(BYTES_LITERAL("MULTI"), NULL);
    log->exec = aof_commands_find(BYTES_LITERAL("EXEC"), NULL);
    log->prefixes = prefix_new(&prefix);
    log_keys_init(&log->keys, options->memory / 16 * KEYS_SIXTEENTHS,
                  options->hot);
    log_timeline_init(&log->times, LOG_TIMELINE_SECONDS);
    log_timeline_init(&log->places, LOG_TIMELINE_BYTES);
    log_biggest_init(&log->biggest, options->hot);
    return log;
}

void
log_free(struct log *log)
{
    log_commands_fini(&log->commands);
    log_keys_fini(&log->keys);
    log_timeline_fini(&log->times);
    log_timeline_fini(&log->places);
    log_biggest_fini(&log->biggest);
    log->prefixes->ops->free(log->prefixes);
    buffer_fini(&log->names[0]);
    buffer_fini(&log->names[1]);
    free(log->found);
    free(log);
}
