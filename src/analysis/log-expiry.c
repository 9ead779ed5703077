/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log-expiry.h"

#include <string.h>
#include <strings.h>

#include "base/number.h"

const uint64_t log_expiry_within[LOG_EXPIRY_CLASSES - 1] = {
    60, 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400,
};

static const struct log_expiry_form forms[] = {
    { "PEXPIREAT", 2, false, true, true },
    { "EXPIREAT", 2, false, false, true },
    { "PEXPIRE", 2, false, true, false },
    { "EXPIRE", 2, false, false, false },
    { "HPEXPIREAT", 2, false, true, true },
    { "HEXPIREAT", 2, false, false, true },
    { "HPEXPIRE", 2, false, true, false },
    { "HEXPIRE", 2, false, false, false },
    { "SETEX", 2, false, false, false },
    { "PSETEX", 2, false, true, false },
    { "RESTORE", 2, false, true, false },
    { "RESTORE-ASKING", 2, false, true, false },
    { "SET", 3, true, false, false },
    { "GETEX", 2, true, false, false },
    { "HSETEX", 2, true, false, false },
    { "HGETEX", 2, true, false, false },
    { "INCREX", 2, true, false, false },
    { "MSETEX", 4, true, false, false },
};

const struct log_expiry_form *
log_expiry_form_of(const struct aof_command *command)
{
    for (size_t i = 0; command != NULL &&
                       i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].name, command->name) == 0)
            return &forms[i];
    return NULL;
}

static bool
is_word(const struct aof_argument *argument, const char *word)
{
    return argument->size == strlen(word) && argument->held == argument->size &&
           strncasecmp((const char *)argument->data, word,
                       argument->held) == 0;
}

static void
take_time(struct log_expiry_state *state, const struct aof_argument *argument)
{
    state->is_set =
        argument->held == argument->size &&
        number_parse_int64(aof_argument_bytes(argument), &state->time);
}

/* Values may look like words: those of MSETEX do not count, since a word that
 * is one stands behind them and comes last. */
static void
look_for_word(struct log_expiry_state *state,
              const struct aof_argument *argument)
{
    bool relative = is_word(argument, "EX") || is_word(argument, "PX");
    bool absolute = is_word(argument, "EXAT") || is_word(argument, "PXAT");
    state->ended = state->ended || is_word(argument, "FIELDS");
    if (state->ended || (!relative && !absolute))
        return;
    state->awaits = true;
    state->is_absolute = absolute;
    state->is_ms = (argument->data[0] | 0x20) == 'p';
}

static void
look_at(struct log_expiry_state *state, const struct log_expiry_form *form,
        const struct aof_argument *argument, uint64_t number)
{
    if (form->by_words && state->awaits) {
        take_time(state, argument);
        state->awaits = false;
    } else if (form->by_words) {
        look_for_word(state, argument);
    } else if (number == form->at) {
        state->is_ms = form->is_ms;
        state->is_absolute = form->is_absolute;
        take_time(state, argument);
        /* RESTORE with 0 sets none. */
        state->is_set = state->is_set &&
                        (state->time != 0 || form->name[0] != 'R');
    } else if (form->name[0] == 'R' && is_word(argument, "ABSTTL")) {
        state->is_absolute = true;
    }
}

void
log_expiry_look(struct log_expiry_state *state,
                const struct log_expiry_form *form,
                const struct aof_record *slice)
{
    size_t first = slice->first < form->at ? (size_t)(form->at - slice->first)
                                           : 0;
    for (size_t i = first; i < slice->count; i++) {
        look_at(state, form, &slice->args[i], slice->first + i);
        if (!form->by_words && form->name[0] != 'R')
            break;
    }
}

static void
count_ahead(struct log_expiry *expiry, int64_t ahead_ms)
{
    size_t class = 0;
    if (ahead_ms < 0) {
        expiry->past++;
        return;
    }
    while (class < LOG_EXPIRY_CLASSES - 1 &&
           (uint64_t)ahead_ms > log_expiry_within[class] * 1000)
        class++;
    expiry->ahead[class]++;
}

bool
log_expiry_add(struct log_expiry *expiry, const struct log_expiry_state *state,
               bool has_time, int64_t time_s)
{
    int64_t ms = state->time;
    int64_t now = 0;
    if (!state->is_set)
        return false;
    expiry->set++;
    if (!state->is_ms && __builtin_mul_overflow(ms, INT64_C(1000), &ms))
        ms = state->time < 0 ? INT64_MIN : INT64_MAX;
    if (state->is_absolute && !has_time) {
        expiry->unknown++;
        return true;
    }
    if (state->is_absolute &&
        __builtin_mul_overflow(time_s, INT64_C(1000), &now))
        now = time_s < 0 ? INT64_MIN : INT64_MAX;
    if (__builtin_sub_overflow(ms, now, &ms))
        ms = now > 0 ? INT64_MIN : INT64_MAX;
    count_ahead(expiry, ms);
    return true;
}
