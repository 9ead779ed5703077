/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-condition.h"

#include "aof/replay-command.h"

unsigned
replay_condition_of(struct bytes word)
{
    static const struct {
        const char *word;
        unsigned condition;
    } words[] = {
        { "NX", REPLAY_IF_NONE },
        { "XX", REPLAY_IF_SOME },
        { "GT", REPLAY_IF_GREATER },
        { "LT", REPLAY_IF_LESS },
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (replay_is(word, words[i].word))
            return words[i].condition;
    return 0;
}

bool
replay_conditions_agree(unsigned conditions)
{
    const unsigned both = REPLAY_IF_GREATER | REPLAY_IF_LESS;
    if ((conditions & REPLAY_IF_NONE) != 0 && conditions != REPLAY_IF_NONE)
        return false;
    return (conditions & both) != both;
}

bool
replay_condition_holds(unsigned conditions, bool has_time, int64_t old_ms,
                       int64_t new_ms)
{
    if (!has_time)
        return (conditions & (REPLAY_IF_SOME | REPLAY_IF_GREATER)) == 0;
    return !((conditions & REPLAY_IF_NONE) != 0 ||
             ((conditions & REPLAY_IF_GREATER) != 0 && new_ms <= old_ms) ||
             ((conditions & REPLAY_IF_LESS) != 0 && new_ms >= old_ms));
}
